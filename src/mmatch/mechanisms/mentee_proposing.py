"""Mentees propose: the stable matching that every mentee likes best.

Gale and Shapley 1962 for mentors with one offer each (hospital-residents); Abraham, Irving and Manlove 2007, "Two
algorithms for the student-project allocation problem", for offers with seats under mentors with seats. Time grows with
the number of pairs looked at, times the logarithm of a mentor's seats.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.mechanisms._views import quick

if TYPE_CHECKING:
    from mmatch.mechanisms._views import Whole
    from mmatch.mechanisms.market import Market


def mentee_side(market: Market) -> tuple[list[int], list[int]]:
    """(the pair of each mentee or `NONE`, the pairs rejected in order) for strict lists."""
    wishes, first = market.by_mentee
    wish, place, back = quick(wishes), quick(market.orders.place), quick(market.orders.by)
    offer_of, mentor_of, mentee_of = quick(market.offer), quick(market.mentor), quick(market.mentee)
    seats, limit = market.seats.tolist(), market.mentor_seats.tolist()
    shared = _shared(market)
    following, end = first[:-1].tolist(), first[1:].tolist()
    held: list[list[int]] = [[] for _ in seats]  # on each offer, minus the places of its pairs: the worst on top
    all_held: list[list[int]] = [[] for _ in limit]  # the same of each mentor with several offers
    load = [0] * len(limit)
    current = [NONE] * market.n_mentees
    rejected = []
    for start in range(market.n_mentees):
        proposer = start
        while following[proposer] < end[proposer]:
            pair = wish[following[proposer]]
            following[proposer] += 1
            current[proposer] = pair
            offer, mentor = offer_of[pair], mentor_of[pair]
            heap = held[offer]
            heappush(heap, -place[pair])
            if shared[mentor]:
                heappush(all_held[mentor], -place[pair])
                load[mentor] += 1
            if len(heap) > seats[offer]:
                out = back[-heappop(heap)]
            elif shared[mentor] and load[mentor] > limit[mentor]:
                out = _worst(all_held[mentor], back, current, mentee_of)
                heappop(held[offer_of[out]])
            else:
                break
            load[mentor] -= shared[mentor]
            rejected.append(out)
            proposer = mentee_of[out]
            current[proposer] = NONE
    return current, rejected


def _worst(heap: list[int], back: Whole, current: list[int], mentee_of: Whole) -> int:
    """The worst pair that a mentor holds; entries of seats given up before are dropped on the way."""
    while True:
        pair = back[-heappop(heap)]
        if current[mentee_of[pair]] == pair:
            return pair


def _shared(market: Market) -> list[bool]:
    """Whether each mentor has several offers that anybody wants."""
    counts = np.bincount(market.mentor_of_offer[market.wanted_offers], minlength=len(market.mentor_seats))
    flags: list[bool] = (counts > 1).tolist()
    return flags
