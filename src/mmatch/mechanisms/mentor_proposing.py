"""Mentors propose: the stable matching that every mentor likes best, which is every mentee's least liked.

Gusfield and Irving 1989 for mentors with one offer each; Abraham, Irving and Manlove 2007 for offers with seats under
mentors with seats: a mentor with a free seat asks the best mentee who would come to one of the offers with a free seat.
Every pair is looked at once, so time grows with their number, times the logarithm of a mentor's offers.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.mechanisms._views import quick

if TYPE_CHECKING:
    from mmatch.mechanisms.market import Market


def mentor_side(market: Market) -> tuple[list[int], list[int]]:
    """(the pair of each mentee or `NONE`, the pairs offered in order) for strict lists."""
    return _MentorProposals(market).run()


class _MentorProposals:
    """Mentors with free seats, and for each offer how far down the list its mentor has asked."""

    def __init__(self, market: Market) -> None:
        by_mentor, _ = market.by_mentor
        if not market.plain:  # by offer, best first
            by_mentor = by_mentor[np.argsort(market.offer[by_mentor], kind="stable")]
        start = np.searchsorted(market.offer[by_mentor], np.arange(len(market.offer_seats) + 1))
        self.rows, self.place = quick(by_mentor), quick(market.orders.place)
        self.mentee, self.offer = quick(market.mentee), quick(market.offer)
        self.mentee_rank = quick(market.mentee_rank)
        self.offer_mentor: list[int] = market.mentor_of_offer.tolist()
        self.next: list[int] = start[:-1].tolist()
        self.end: list[int] = start[1:].tolist()
        self.room: list[int] = market.seats.tolist()
        self.free: list[int] = market.mentor_seats.tolist()
        self.current = [NONE] * market.n_mentees
        self.waiting = [False] * len(self.room)
        self.heaps: list[list[tuple[int, int]]] = [[] for _ in self.free]
        for offer in range(len(self.room)):
            self.put(offer)

    def put(self, offer: int) -> None:
        """Let an offer with a free seat wait for its next mentee."""
        if self.waiting[offer] or self.next[offer] == self.end[offer] or not self.room[offer]:
            return
        self.waiting[offer] = True
        heappush(self.heaps[self.offer_mentor[offer]], (self.place[self.rows[self.next[offer]]], offer))

    def run(self) -> tuple[list[int], list[int]]:
        """Ask until no mentor with a free seat finds anybody."""
        proposing, made = list(range(len(self.free)))[::-1], []
        while proposing:
            mentor = proposing[-1]
            if not self.free[mentor] or not self.heaps[mentor]:
                proposing.pop()
                continue
            _, offer = heappop(self.heaps[mentor])
            self.waiting[offer] = False
            pair = self.rows[self.next[offer]]
            if self.room[offer] and self.comes(pair):
                made.append(pair)
                left = self.seat(pair)
                if left is not None and left != mentor:
                    proposing.append(left)
            elif self.room[offer]:
                self.next[offer] += 1
            self.put(offer)
        return self.current, made

    def comes(self, pair: int) -> bool:
        """Whether the mentee likes this seat better than the present one."""
        now = self.current[self.mentee[pair]]
        return now == NONE or self.mentee_rank[pair] < self.mentee_rank[now]

    def seat(self, pair: int) -> int | None:
        """Seat a mentee; the mentor whom they leave, if any."""
        mentee, offer = self.mentee[pair], self.offer[pair]
        before, self.current[mentee] = self.current[mentee], pair
        self.room[offer] -= 1
        self.free[self.offer_mentor[offer]] -= 1
        self.next[offer] += 1
        if before == NONE:
            return None
        left = self.offer[before]
        self.room[left] += 1
        self.free[self.offer_mentor[left]] += 1
        self.put(left)
        return self.offer_mentor[left]
