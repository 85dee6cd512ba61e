"""The judge of popular matchings: where everybody may sit, counted; without a vote.

A matching is popular exactly when everybody has their first wish or the next one on which first wishes leave room,
every offer has all whose first wish it is, and where these are too many it is full of them (Manlove and Sng 2006,
Theorem 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.market import first_and_next
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market
    from mmatch.people.columns import Ints


def is_popular(market: Market, current: Ints) -> bool:
    """Whether no other matching would win a vote of the mentees, for strict lists of mentees.

    Args:
        market: mentors with one offer each.
        current: the pair of each mentee, `NONE` where there is none.
    """
    if market.mentees_tied or not market.plain:
        return False
    first, following, wanted = first_and_next(market)
    if not ((current == first) | (current == following)).all():
        return False
    taken = current[current != NONE]
    load = np.bincount(market.offer[taken], minlength=len(wanted))
    at_first = np.bincount(market.offer[current[(current == first) & (first != NONE)]], minlength=len(wanted))
    full = load == market.seats  # of those whose first wish it is: where these are too many it is nobody's next one
    kept = np.where(wanted > market.seats, full, at_first == wanted)
    return bool((load <= market.seats).all() and kept.all())


def none_popular(market: Market, crowd: Ints) -> bool:
    """Whether some mentees are too many for all seats that a popular matching could give them.

    Args:
        market: mentors with one offer each.
        crowd: a pair of each of these mentees.
    """
    if market.mentees_tied or not market.plain:
        return False
    first, following, wanted = first_and_next(market)
    who = np.unique(market.mentee[crowd])
    contested = wanted > market.seats
    if (following[who] == NONE).any() or not contested[market.offer[first[who]]].all():
        return False
    left = np.where(contested, market.seats, market.seats - wanted)  # first wishes with room for all are theirs
    reach = np.unique(market.offer[np.concatenate([first[who], following[who]])])
    return int(left[reach].sum()) < len(who)
