"""The lottery that breaks ties: a rank for each request and each offer, drawn from ids and a seed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from mmatch.candidates.pairs import Pairs
from mmatch.constraints import Lottery

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.cohort import Cohort


def lottery(cohort: Cohort, seed: int | str) -> Lottery:
    """Ranks drawn from BLAKE2b(kind, id) keyed by the seed: the same for the same ids, whoever else takes part.

    BLAKE2b with a key is a message authentication code (RFC 7693): nobody who lacks the seed can foresee a draw.
    """
    key = hashlib.blake2b(str(seed).encode()).digest()
    request_rows, offer_rows = cohort.canonical_rows
    people, labels = cohort.people.ids, cohort.topic_tree.labels
    owner, topic = cohort.requests.owner.tolist(), cohort.requests.topic.tolist()
    requests = [f"request\0{people[owner[k]]}\0{labels[topic[k]]}" for k in request_rows.tolist()]
    offers = [f"offer\0{cohort.offers.ids[k]}" for k in offer_rows.tolist()]
    return Lottery(_lottery_ranks(key, requests), _lottery_ranks(key, offers), seed)


def _lottery_ranks(key: bytes, texts: list[str]) -> Ints:
    keyed = hashlib.blake2b(key=key, digest_size=8)

    def draw(text: str) -> bytes:
        state = keyed.copy()
        state.update(text.encode())
        return state.digest()

    numbers = np.frombuffer(b"".join(map(draw, texts)), dtype=">u8")
    rank = np.empty(len(texts), dtype=np.int64)
    rank[np.argsort(numbers, kind="stable")] = np.arange(len(texts))
    return rank


def broken(pairs: Pairs, lottery: Lottery) -> Pairs:
    """The same pairs with ranks in which the lottery has decided all ties; 0 stays a partner whom a list leaves out."""
    request, offer = map(np.argsort, pairs.cohort.canonical_rows)  # the place of each row in canonical order
    made = Pairs(pairs.facts, pairs.request.row, pairs.offer.row)
    mentee, mentor = pairs.mentee_rank, pairs.mentor_rank
    by_offer, by_request = lottery.offer[offer[pairs.offer.row]], lottery.request[request[pairs.request.row]]
    made.mentee_rank = np.where(mentee > 0, mentee * len(offer) + by_offer, 0)
    made.mentor_rank = np.where(mentor > 0, mentor * len(request) + by_request, 0)
    return made
