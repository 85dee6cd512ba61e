"""The judge of super-stability: what no super-stable matching can have, wish by wish.

The argument and its sources stand in docs/explanation/proofs.md, under "What no super-stable matching has".
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from mmatch.mechanisms.market_lists import Plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.mechanisms.market import Market

NEVER = 2**62


class OpenWishes(Plain):
    """What is left of everybody's lists, and who asked for each offer."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.proposed: list[list[int]] = [[] for _ in self.seats]  # the ranks of all who asked, in order
        self.struck = [NEVER] * len(self.seats)  # the best rank of anybody struck out
        self.first: list[list[int]] = [[] for _ in self.next]
        for mentee in range(len(self.next)):
            self._ask(mentee)

    def _ask(self, mentee: int) -> None:
        """Ask for the next best offers of a list, all that are as good."""
        while self.next[mentee] < self.end[mentee]:
            pair = self.wish[self.next[mentee]]
            if self.first[mentee] and self.likes[pair] != self.likes[self.first[mentee][0]]:
                return
            self.first[mentee].append(pair)
            insort(self.proposed[self.offer[pair]], self.rank[pair])
            self.next[mentee] += 1

    def strike(self, pair: int) -> bool:
        """Strike out a first wish; False where it is none, or might be granted."""
        mentee, offer = self.mentee[pair], self.offer[pair]
        if pair not in self.first[mentee] or not self._impossible(pair):
            return False
        self.first[mentee].remove(pair)
        self.struck[offer] = min(self.struck[offer], self.rank[pair])
        if not self.first[mentee]:
            self._ask(mentee)
        return True

    def _impossible(self, pair: int) -> bool:
        """Whether offer or mentor would have more than their seats if this wish were granted."""
        own, rank = self.offer[pair], self.rank[pair]
        mentor = self.offer_mentor[own]
        ahead = bisect_right(self.proposed[own], rank) - 1
        if self.struck[own] <= rank or ahead >= self.seats[own]:
            return True
        proposed = {self.offer[other] for other in self.first[self.mentee[pair]]}
        others = (offer for offer in self.offers[mentor] if offer != own)
        return ahead + sum(self._must(offer, rank, full=offer in proposed) for offer in others) >= self.most[mentor]

    def _must(self, offer: int, rank: int, *, full: bool = False) -> int:
        """How many of those who asked up to a rank, or of people liked more, an offer must have."""
        if full or self.struck[offer] <= rank:
            return self.seats[offer]
        return min(bisect_right(self.proposed[offer], rank), self.seats[offer])

    def too_many(self) -> bool:
        """Whether mentors must have more mentees than have a wish left."""
        needed = (
            min(limit, sum(self._must(offer, NEVER - 1) for offer in own))
            for limit, own in zip(self.most, self.offers, strict=True)
        )
        return sum(needed) > sum(map(bool, self.first))


def after_strikes(market: Market, pairs: Iterable[int]) -> OpenWishes | None:
    """What is left after some wishes were struck out in order; None where one of them might be granted."""
    wishes = OpenWishes(market)
    return wishes if all(wishes.strike(pair) for pair in pairs) else None
