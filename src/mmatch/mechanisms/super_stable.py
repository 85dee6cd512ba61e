"""Super-stable matchings with ties: no two people would be together even where neither minds.

After Irving, Manlove and Scott 2000, "The hospitals/residents problem with ties", and Olaosebikan and Manlove 2020,
"Super-stability in the student-project allocation problem with ties": mentees ask all their first wishes at once; a
wish is struck out as soon as its offer, or its mentor, must have as many others as there are seats whom the mentor
likes as much or more. Who was asked for and struck out leaves a mark: an offer that keeps anybody who is liked no more
than that has to be full of others. Each wish is struck out once, so time grows with the wishes looked at, times the
logarithm of a list, and times the offers of a mentor who has several.
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
    asking = _Asking(market)
    asking.run()
    return asking.taken(), asking.struck


class _Asking(Plain):
    """What everybody wishes first of what is left, and whom offers and mentors have been asked by."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.left: list[list[int]] = [[] for _ in self.next]
        self.asked: list[list[int]] = [[] for _ in self.seats]  # ranks of all who ever asked, in order
        self.here: list[dict[Offers, list[tuple[int, int]]]] = [{} for _ in self.seats]  # (rank, pair) not struck out
        self.least = [NEVER] * len(self.seats)  # the best rank struck out at each offer
        self.struck: list[int] = []
        self.free = list(range(market.n_mentees))[::-1]

    def run(self) -> None:
        """Ask until everybody has a first wish or none is left."""
        while self.free:
            who = self.free.pop()
            if self.left[who] or self.next[who] == self.end[who]:
                continue
            level = self.likes[self.wish[self.next[who]]]
            while self.next[who] < self.end[who] and self.likes[self.wish[self.next[who]]] == level:
                self.left[who].append(self.wish[self.next[who]])
                self.next[who] += 1
            for pair in list(self.left[who]):
                self._ask(pair)

    def _ask(self, pair: int) -> None:
        here = self.offer[pair]
        boss = self.boss[here]
        insort(self.asked[here], self.rank[pair])
        insort(self.here[here].setdefault(self._tied(pair), []), (self.rank[pair], pair))
        self._crowded(here)
        while len(self.offers[boss]) > 1 and (out := self._too_much(boss)) is not None:
            self._strike(*out)
            self._crowded(out[0])

    def _tied(self, pair: int) -> Offers:
        """The offers of one mentor that a mentee ties, if there are several."""
        boss = self.boss[self.offer[pair]]
        if len(self.offers[boss]) == 1:
            return NOTHING
        own = frozenset(here for other in self.left[self.mentee[pair]] if self.boss[here := self.offer[other]] == boss)
        return own if len(own) > 1 else NOTHING

    def _strike(self, here: int, tied: Offers) -> None:
        """Strike out the wish that is liked least on an offer, of all who tie it with the same others."""
        rank, pair = self.here[here][tied].pop()
        self.least[here] = min(self.least[here], rank)
        self.struck.append(pair)
        self.left[self.mentee[pair]].remove(pair)
        self.free.append(self.mentee[pair])

    def _crowded(self, here: int) -> None:
        """Strike out whoever is liked no more than so many others on an offer, or than somebody struck out there."""
        for tied, waiting in self.here[here].items():
            while waiting and (
                self.least[here] <= waiting[-1][0] or bisect_right(self.asked[here], waiting[-1][0]) > self.seats[here]
            ):
                self._strike(here, tied)

    def _too_much(self, boss: int) -> tuple[int, Offers] | None:
        """Where a mentor must have so many others liked as much or more than a wish; None where there is none."""
        for here in self.offers[boss]:
            for tied, waiting in self.here[here].items():
                if waiting and self._beside(waiting[-1][0], here, tied) >= self.most[boss]:
                    return here, tied
        return None

    def _size(self, here: int, limit: int = NEVER - 1) -> int:
        """How many liked no less than a limit an offer must have, where somebody at the limit has a seat."""
        if self.least[here] <= limit:
            return self.seats[here]
        return min(bisect_right(self.asked[here], limit), self.seats[here])

    def _beside(self, rank: int, mine: int, tied: Offers) -> int:
        """How many others, liked as much or more, a mentor must have beside a mentee of a rank on an offer."""
        others = (here for here in self.offers[self.boss[mine]] if here != mine)
        sizes = (self.seats[here] if here in tied else self._size(here, rank) for here in others)
        return sum(sizes) + self._size(mine, rank) - 1

    def taken(self) -> list[int] | None:
        """The pair of each mentee or `NONE`; None where mentors must have more mentees than are left for them."""
        needed = (min(limit, sum(map(self._size, own))) for limit, own in zip(self.most, self.offers, strict=True))
        if sum(needed) > sum(map(bool, self.left)):
            return None
        return [pairs[0] if pairs else NONE for pairs in self.left]
