"""The view of candidate pairs that rules and aims read: columns indexed by request and offer, broadcastable.

The same lines serve a list of pairs (two arrays of one length) and a block (requests as a column, offers as a row).
"""

from mmatch.candidates.facts import Facts, facts_of
from mmatch.candidates.joining import all_rank, joined
from mmatch.candidates.pairs import Pairs
from mmatch.candidates.seats import pairs_of, seat_rows

__all__ = ["Facts", "Pairs", "all_rank", "facts_of", "joined", "pairs_of", "seat_rows"]
