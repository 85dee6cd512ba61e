"""Popular matchings of one-sided lists: no other matching would win a vote of the mentees.

Manlove and Sng 2006, "Popular matchings in the capacitated house allocation problem", after Abraham, Irving, Kavitha
and Mehlhorn 2007: everybody sits on the first wish, or on the next one that first wishes leave room on. Whoever must
have one of two seats is an edge between them, so seats are found by following such edges; where they lead nowhere, the
mentees on the way are too many for their seats, and no popular matching exists.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from mmatch.instance.market import first_and_next
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.instance.market import Market


def popular(market: Market, turns: Iterable[int]) -> tuple[list[int], list[int]]:
    """(the pair of each mentee or `NONE`, the first wishes of mentees who are too many) for strict lists of mentees.

    The second is empty where the first is a popular matching; it is a largest one. ``turns`` orders the mentees: of
    several popular matchings it decides which.
    """
    seating = _Seating(market)
    turns = [who for who in turns if seating.first[who] != NONE]
    for who in turns:
        if not seating.contested(who):
            seating.sit(who, seating.first[who])
    contested = [who for who in turns if seating.contested(who)]
    for who in contested:
        if seating.following[who] != NONE and not seating.seat(who):
            return seating.current, [seating.first[other] for other in seating.stuck]
    for who in contested:
        if seating.following[who] == NONE:
            seating.seat(who)
    for who in contested:
        if seating.current[who] != seating.first[who] and seating.room[seating.offer[seating.first[who]]]:
            seating.leave(who)
            seating.sit(who, seating.first[who])
    return seating.current, []


class _Seating:
    """Who sits where, and what everybody may have."""

    def __init__(self, market: Market) -> None:
        first, following, wanted = first_and_next(market)
        self.first: list[int] = first.tolist()
        self.following: list[int] = following.tolist()
        self.wanted: list[int] = wanted.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.seats: list[int] = market.seats.tolist()
        self.room: list[int] = market.seats.tolist()
        self.current = [NONE] * market.n_mentees
        self.sitting: list[set[int]] = [set() for _ in self.room]  # those who might sit elsewhere
        self.full = [False] * len(self.room)  # for good: nobody there can ever move
        self.stuck: list[int] = []

    def contested(self, who: int) -> bool:
        """Whether more mentees have this first wish than it has seats."""
        here = self.offer[self.first[who]]
        return self.wanted[here] > self.seats[here]

    def sit(self, who: int, pair: int) -> None:
        """A mentee takes a seat."""
        self.current[who] = pair
        self.room[self.offer[pair]] -= 1
        if self.contested(who) and self.following[who] != NONE:
            self.sitting[self.offer[pair]].add(who)

    def leave(self, who: int) -> None:
        """A mentee gives up their seat, if they have one."""
        pair, self.current[who] = self.current[who], NONE
        if pair != NONE:
            self.room[self.offer[pair]] += 1
            self.sitting[self.offer[pair]].discard(who)

    def seat(self, who: int) -> bool:
        """Find a seat for one more, while others move to their other seat; those in the way are stuck otherwise."""
        came: dict[int, int] = {}  # offer: the pair that would be taken there
        waiting = deque([who])
        asked = [who]
        while waiting:
            asking = waiting.popleft()
            for pair in (self.first[asking], self.following[asking]):
                if pair == NONE or pair == self.current[asking]:
                    continue
                here = self.offer[pair]
                if here in came or self.full[here]:
                    continue
                came[here] = pair
                if self.room[here]:
                    self._move(here, came, who)
                    return True
                others = sorted(self.sitting[here])
                waiting.extend(others)
                asked.extend(others)
        for here in came:
            self.full[here] = True
        self.stuck = list(dict.fromkeys(asked))
        return False

    def _move(self, here: int, came: dict[int, int], who: int) -> None:
        """Everybody on the way moves on by one seat."""
        while True:
            pair = came[here]
            mover = self.mentee[pair]
            before = self.current[mover]
            self.leave(mover)
            self.sit(mover, pair)
            if mover == who:
                return
            here = self.offer[before]
