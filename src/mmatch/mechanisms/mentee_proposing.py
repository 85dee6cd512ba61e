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
    offer, mentor, mentee = quick(market.offer), quick(market.mentor), quick(market.mentee)
    seats, limit = market.seats.tolist(), market.mentor_seats.tolist()
    shared = _shared(market)
    following, end = first[:-1].tolist(), first[1:].tolist()
    held: list[list[int]] = [[] for _ in seats]  # on each offer, minus the places of its pairs: the worst on top
    all_held: list[list[int]] = [[] for _ in limit]  # the same of each mentor with several offers
    load = [0] * len(limit)
    current = [NONE] * market.n_mentees
    rejected = []
    for start in range(market.n_mentees):
        asking = start
        while following[asking] < end[asking]:
            pair = wish[following[asking]]
            following[asking] += 1
            current[asking] = pair
            here, boss = offer[pair], mentor[pair]
            heap = held[here]
            heappush(heap, -place[pair])
            if shared[boss]:
                heappush(all_held[boss], -place[pair])
                load[boss] += 1
            if len(heap) > seats[here]:
                out = back[-heappop(heap)]
            elif shared[boss] and load[boss] > limit[boss]:
                out = _worst(all_held[boss], back, current, mentee)
                heappop(held[offer[out]])
            else:
                break
            load[boss] -= shared[boss]
            rejected.append(out)
            asking = mentee[out]
            current[asking] = NONE
    return current, rejected


def _worst(heap: list[int], back: Whole, current: list[int], mentee: Whole) -> int:
    """The worst pair that a mentor holds; entries of seats given up before are dropped on the way."""
    while True:
        pair = back[-heappop(heap)]
        if current[mentee[pair]] == pair:
            return pair


def _shared(market: Market) -> list[bool]:
    """Whether each mentor has several offers that anybody wants."""
    counts = np.bincount(market.mentor_of_offer[market.wanted_offers], minlength=len(market.mentor_seats))
    flags: list[bool] = (counts > 1).tolist()
    return flags
