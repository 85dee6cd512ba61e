"""Popular matchings of one-sided lists: no other matching would win a vote of the mentees.

Abraham, Irving, Kavitha and Mehlhorn 2007, with ties; Manlove and Sng 2006, with seats. First as many mentees as
possible get one of their first wishes. From there everybody else is seated on a first wish, or on one of the best
offers that first wishes leave open, while others move among the seats that they may have. Where somebody finds none,
the mentees on the way are too many for their seats, and no popular matching exists.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.instance.market import Market


@dataclass(frozen=True)
class Popular:
    """The pair of each mentee or `NONE`; a largest way to grant first wishes; a pair of each who are too many.

    Nobody is too many where the first is a popular matching; it is a largest one.
    """

    current: list[int]
    granted: list[int]
    stuck: list[int]


def popular(market: Market, turns: Iterable[int]) -> Popular:
    """A largest popular matching, or why there is none; ``turns`` orders the mentees: it decides which of several."""
    seating = _Seating(market)
    turns = [who for who in turns if seating.may[who]]
    seating.fill(turns)
    granted = [pair for pair in seating.current if pair != NONE]
    seating.open_up()
    for who in turns:
        if seating.current[who] == NONE and not seating.may_end_with_nothing[who]:
            stuck = seating.seat(who, leaving=True)
            if stuck:
                return Popular(seating.current, granted, [seating.may[other][0] for other in stuck])
    seating.fill(turns)
    return Popular(seating.current, granted, [])


class _Seating:
    """Who sits where, and the pairs that everybody may have: at first their first wishes."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.start: list[int] = start.tolist()
        self.likes: list[int] = market.mentee_rank.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.room: list[int] = market.seats.tolist()
        self.current = [NONE] * market.n_mentees
        self.sitting: list[set[int]] = [set() for _ in self.room]
        self.full = [False] * len(self.room)  # for good: nobody there finds another seat
        self.may = [self._level(self._list(who)) for who in range(market.n_mentees)]
        self.may_end_with_nothing = [False] * market.n_mentees

    def _list(self, who: int) -> list[int]:
        return self.wish[self.start[who] : self.start[who + 1]]

    def _level(self, pairs: list[int]) -> list[int]:
        """The best of some pairs in order, and those as good."""
        return [pair for pair in pairs if self.likes[pair] == self.likes[pairs[0]]]

    def fill(self, turns: Iterable[int]) -> None:
        """Seat as many as possible; whoever sits keeps a seat."""
        self.full = [False] * len(self.room)
        for who in turns:
            if self.current[who] == NONE:
                self.seat(who)

    def open_up(self) -> None:
        """Let everybody have what a popular matching may give them, once as many as possible have a first wish."""
        taken, free = self.full, self._open()
        for who, first in enumerate(self.may):
            now = self.current[who]
            if not first:
                continue
            if now == NONE or taken[self.offer[now]]:
                rest = self._level([pair for pair in self._list(who) if free[self.offer[pair]]])
                self.may[who] = first + rest
                self.may_end_with_nothing[who] = not rest
            elif any(free[self.offer[pair]] for pair in first):
                self.may[who] = [pair for pair in first if free[self.offer[pair]]]
            else:
                self.may[who] = [pair for pair in first if not taken[self.offer[pair]]]
        self.full = [False] * len(self.room)

    def _open(self) -> list[bool]:
        """Which offers have a seat left, or could have one if somebody there moved to another first wish."""
        wanted: list[list[int]] = [[] for _ in self.room]
        for pairs in self.may:
            for pair in pairs:
                wanted[self.offer[pair]].append(self.mentee[pair])
        free = [room > 0 for room in self.room]
        waiting = [here for here, there in enumerate(free) if there]
        while waiting:
            for who in wanted[waiting.pop()]:
                here = self.offer[self.current[who]]
                if not free[here]:
                    free[here] = True
                    waiting.append(here)
        return free

    def seat(self, who: int, *, leaving: bool = False) -> list[int]:
        """Find a seat for one more, while others move to another one; else everybody in the way.

        Where that is asked for, somebody who may end with nothing can leave a seat instead.
        """
        came: dict[int, int] = {}  # offer: the pair that would be taken there
        waiting, asked = deque([who]), [who]
        while waiting:
            asking = waiting.popleft()
            if leaving and self.may_end_with_nothing[asking]:
                here = self.offer[self.current[asking]]
                self._leave(asking)
                self._move(here, came, who)
                return []
            for pair in self.may[asking]:
                here = self.offer[pair]
                if here in came or self.full[here]:
                    continue
                came[here] = pair
                if self.room[here]:
                    self._move(here, came, who)
                    return []
                others = sorted(self.sitting[here])
                waiting.extend(others)
                asked.extend(others)
        for here in came:
            self.full[here] = True
        return list(dict.fromkeys(asked))

    def _move(self, here: int, came: dict[int, int], who: int) -> None:
        """Everybody on the way moves on by one seat."""
        while True:
            pair = came[here]
            mover = self.mentee[pair]
            before = self.current[mover]
            self._leave(mover)
            self._sit(mover, pair)
            if mover == who:
                return
            here = self.offer[before]

    def _sit(self, who: int, pair: int) -> None:
        self.current[who] = pair
        self.room[self.offer[pair]] -= 1
        self.sitting[self.offer[pair]].add(who)

    def _leave(self, who: int) -> None:
        pair, self.current[who] = self.current[who], NONE
        if pair != NONE:
            self.room[self.offer[pair]] += 1
            self.sitting[self.offer[pair]].discard(who)
