"""Matchings between the mentees' best stable one and the mentors' best, where offers share a mentor's seats.

Of strict lists every stable matching seats the same mentees, each between these two, and the same number with each
mentor (Abraham, Irving, Manlove 2007). So few are left in a small cohort that all of them can be tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.mechanisms.mentee_side import mentee_side
from mmatch.mechanisms.mentor_side import mentor_side
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.instance.market import Market

Seats = tuple[int, ...]


def between(market: Market) -> Iterator[Seats]:
    """Every matching that could be stable, the mentees' best first, as the pair of each mentee or `NONE`."""
    return _Trying(market).all()


class _Trying:
    """Mentees one after the other, each on the next chance that has a seat."""

    def __init__(self, market: Market) -> None:
        best, worst = mentee_side(market)[0], mentor_side(market)[0]
        wish: list[int] = market.by_mentee[0].tolist()
        place = {pair: k for k, pair in enumerate(wish)}
        self.whom = [who for who, pair in enumerate(best) if pair != NONE]
        self.chances = [wish[place[best[who]] : place[worst[who]] + 1] for who in self.whom]
        self.offer: list[int] = market.offer.tolist()
        self.mentor: list[int] = market.mentor.tolist()
        self.room: list[int] = market.seats.tolist()
        self.free = [0] * len(market.mentor_seats)
        for who in self.whom:
            self.free[self.mentor[best[who]]] += 1
        self.seats = [NONE] * len(best)

    def all(self) -> Iterator[Seats]:
        """Depth first, without recursion."""
        tried = [0] * len(self.whom)
        depth = 0
        while depth >= 0:
            if depth == len(self.whom):
                yield tuple(self.seats)
                depth -= 1
                continue
            self._leave(self.whom[depth])
            found = self._next(depth, tried[depth])
            tried[depth] = 0 if found == NONE else found + 1
            depth += -1 if found == NONE else 1

    def _leave(self, who: int) -> None:
        pair, self.seats[who] = self.seats[who], NONE
        if pair != NONE:
            self.room[self.offer[pair]] += 1
            self.free[self.mentor[pair]] += 1

    def _next(self, depth: int, first: int) -> int:
        """Take the next chance from a place on; where it stands, `NONE` where none has a seat."""
        for k in range(first, len(self.chances[depth])):
            pair = self.chances[depth][k]
            if self.room[self.offer[pair]] and self.free[self.mentor[pair]]:
                self.room[self.offer[pair]] -= 1
                self.free[self.mentor[pair]] -= 1
                self.seats[self.whom[depth]] = pair
                return k
        return NONE
