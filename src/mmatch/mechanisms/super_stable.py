"""Super-stable matchings with ties: no two people would be together even where neither minds.

The argument and its sources stand in docs/explanation/proofs.md, under "Super-stable matchings".
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from mmatch.arrays import NONE
from mmatch.mechanisms.market_lists import Plain

if TYPE_CHECKING:
    from mmatch.mechanisms.market import Market

Offers = frozenset[int]
NOTHING: Offers = frozenset()
NEVER = 2**62  # behind every rank


def super_stable(market: Market) -> tuple[list[int] | None, list[int]]:
    """(the mentees' best super-stable matching, None where there is none; the wishes struck out in order)."""
    proposals = _SuperProposals(market)
    proposals.run()
    return proposals.taken(), proposals.struck


class _SuperProposals(Plain):
    """What everybody wishes first of what is left, and whom offers and mentors have been asked by."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.left: list[list[int]] = [[] for _ in self.next]
        self.proposed: list[list[int]] = [[] for _ in self.seats]  # ranks of all who ever asked, in order
        self.waiting: list[dict[Offers, list[tuple[int, int]]]] = [{} for _ in self.seats]  # (rank, pair) still there
        self.least = [NEVER] * len(self.seats)  # the best rank struck out at each offer
        self.struck: list[int] = []
        self.free = list(range(market.n_mentees))[::-1]

    def run(self) -> None:
        """Ask until everybody has a first wish or none is left."""
        while self.free:
            mentee = self.free.pop()
            if self.left[mentee] or self.next[mentee] == self.end[mentee]:
                continue
            level = self.likes[self.wish[self.next[mentee]]]
            while self.next[mentee] < self.end[mentee] and self.likes[self.wish[self.next[mentee]]] == level:
                self.left[mentee].append(self.wish[self.next[mentee]])
                self.next[mentee] += 1
            for pair in list(self.left[mentee]):
                self._ask(pair)

    def _ask(self, pair: int) -> None:
        offer = self.offer[pair]
        mentor = self.offer_mentor[offer]
        insort(self.proposed[offer], self.rank[pair])
        insort(self.waiting[offer].setdefault(self._tied(pair), []), (self.rank[pair], pair))
        self._crowded(offer)
        while len(self.offers[mentor]) > 1 and (out := self._too_much(mentor)) is not None:
            self._strike(*out)
            self._crowded(out[0])

    def _tied(self, pair: int) -> Offers:
        """The offers of one mentor that a mentee ties, if there are several."""
        mentor = self.offer_mentor[self.offer[pair]]
        if len(self.offers[mentor]) == 1:
            return NOTHING
        own = frozenset(
            offer for other in self.left[self.mentee[pair]] if self.offer_mentor[offer := self.offer[other]] == mentor
        )
        return own if len(own) > 1 else NOTHING

    def _strike(self, offer: int, tied: Offers) -> None:
        """Strike out the wish that is liked least on an offer, of all who tie it with the same others."""
        rank, pair = self.waiting[offer][tied].pop()
        self.least[offer] = min(self.least[offer], rank)
        self.struck.append(pair)
        self.left[self.mentee[pair]].remove(pair)
        self.free.append(self.mentee[pair])

    def _crowded(self, offer: int) -> None:
        """Strike out whoever is liked no more than so many others on an offer, or than somebody struck out there."""
        for tied, waiting in self.waiting[offer].items():
            while waiting and (
                self.least[offer] <= waiting[-1][0]
                or bisect_right(self.proposed[offer], waiting[-1][0]) > self.seats[offer]
            ):
                self._strike(offer, tied)

    def _too_much(self, mentor: int) -> tuple[int, Offers] | None:
        """Where a mentor must have so many others liked as much or more than a wish; None where there is none."""
        for offer in self.offers[mentor]:
            for tied, waiting in self.waiting[offer].items():
                if waiting and self._others_needed(waiting[-1][0], offer, tied) >= self.most[mentor]:
                    return offer, tied
        return None

    def _size(self, offer: int, limit: int = NEVER - 1) -> int:
        """How many liked no less than a limit an offer must have, where somebody at the limit has a seat."""
        if self.least[offer] <= limit:
            return self.seats[offer]
        return min(bisect_right(self.proposed[offer], limit), self.seats[offer])

    def _others_needed(self, rank: int, own: int, tied: Offers) -> int:
        """How many others, liked as much or more, a mentor must have beside a mentee of a rank on an offer."""
        others = (offer for offer in self.offers[self.offer_mentor[own]] if offer != own)
        sizes = (self.seats[offer] if offer in tied else self._size(offer, rank) for offer in others)
        return sum(sizes) + self._size(own, rank) - 1

    def taken(self) -> list[int] | None:
        """The pair of each mentee or `NONE`; None where mentors must have more mentees than are left for them."""
        needed = (min(limit, sum(map(self._size, own))) for limit, own in zip(self.most, self.offers, strict=True))
        if sum(needed) > sum(map(bool, self.left)):
            return None
        return [pairs[0] if pairs else NONE for pairs in self.left]
