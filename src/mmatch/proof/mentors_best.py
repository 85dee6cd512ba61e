"""The judge of the mentors' best strongly or super-stable matching: what no such matching has, and what is left.

For mentors with one offer each. Only pairs that no such matching has are struck out, so each of these matchings is made
of pairs that are left.

*Asking.* Say that fewer mentees are left above some level of a mentor's list than there are seats. Then in each of
these matchings the mentor has a seat left, or somebody of that level or behind; so whoever stands on it is with the
mentor, or with somebody whom they like as much or more. All other pairs of theirs are struck out. Where no more than
all who are left down to this level, somebody themselves among them, fit in the seats, the mentor without them has a
seat left, or somebody behind: by having them the mentor would gain, so they are with the mentor or with somebody whom
they like more. Under super-stability that follows from being asked alone. Pairs struck out ask, too: they would block.

*Crowds* (strong stability). Some mentors each have a last level, of which those who fill the seats that the levels
above it leave are a part. Their mentees on it are all placed with these mentors in one way, and each of the mentors has
a place left in that or in a way that is reached from it by exchanges. Say that in a strongly stable matching some of
them are *closed*: full, with nobody behind the last level. These have of it at least as many as they have places. None
of these mentees is on the last level of a mentor who is open, who would gain by them, as much liked as they like whom
they have. But in a way in which a closed one has a place left, all mentees who are on no open one's level are placed
with closed ones: fewer than these have places. So all of them are open: they would gain by anybody on their last level,
and have a seat left or somebody behind it.

In the end everybody who was asked must have a seat. If mentors cannot have so many of what is left, no matching is
stable. One in which each mentor has as many as can be, and the best of what is left, is best for every mentor.

Irving, Manlove, Scott: The hospitals/residents problem with ties (2000). Scott: A study of stable marriage problems
with ties (2005).
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from mmatch.instance.market import FAR
from mmatch.instance.plain import Plain
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmatch.instance.market import Market


class Orders(Plain):
    """What is left of everybody's lists after the mentors have asked, and after some crowds."""

    def __init__(self, market: Market, kind: str) -> None:
        super().__init__(market)
        self.strict = kind == "super"
        self.lists: list[list[int]] = [[] for _ in self.seats]
        for pair in market.by_mentor[0].tolist():
            self.lists[self.offer[pair]].append(pair)
        self.levels = [[list(same) for _, same in groupby(pairs, self.rank.__getitem__)] for pairs in self.lists]
        self.level = {pair: k for levels in self.levels for k, level in enumerate(levels) for pair in level}
        self.many = [[len(level) for level in levels] for levels in self.levels]  # left on each
        self.wishes: list[list[int]] = [[] for _ in range(market.n_mentees)]
        for pair in market.by_mentee[0].tolist():
            self.wishes[self.mentee[pair]].append(pair)
        self.bound = [FAR] * market.n_mentees  # the rank of the best who asked: nobody behind is left
        self.alone = [(FAR, NONE)] * market.n_mentees  # the same of those who would gain: nobody else of that rank
        self.done = [0] * len(self.seats)  # levels by all of which the mentor would gain
        self.above = [0] * len(self.seats)  # left on these
        self.open = [0] * len(self.seats)  # levels behind which a seat is free or somebody sits
        self._settle(range(len(self.seats)))

    def left(self, pair: int) -> bool:
        """Whether a pair is not struck out."""
        who, rank = self.mentee[pair], self.likes[pair]
        gained, only = self.alone[who]
        return rank <= self.bound[who] and (rank < gained or (rank == gained and pair == only))

    def _settle(self, offers: Iterable[int]) -> None:
        """Ask until nobody else is struck out."""
        waiting = dict.fromkeys(offers)
        while waiting:
            here, _ = waiting.popitem()
            for pair, gains in self._asks(here):
                waiting |= dict.fromkeys(self._struck(pair, gains=gains))

    def _asks(self, here: int) -> Iterator[tuple[int, bool]]:
        """(pair, whether the mentor would gain by it for sure) of everybody on the levels to be asked."""
        while self._goes_on(here):
            level, down = self.levels[here][self.done[here]], self.above[here] + self.many[here][self.done[here]]
            all_gain = self.strict or self.done[here] < self.open[here] or down < self.seats[here]
            if all_gain:
                self.done[here] += 1
                self.above[here] = down
            yield from [(pair, all_gain or (down == self.seats[here] and self.left(pair))) for pair in level]
            if not all_gain:
                return

    def _goes_on(self, here: int) -> bool:
        """Whether there is another level, and those above leave a seat, or somebody sits behind them."""
        asked = self.above[here] < self.seats[here] or self.done[here] <= self.open[here]
        return asked and self.done[here] < len(self.levels[here])

    def _struck(self, pair: int, *, gains: bool) -> list[int]:
        """A mentor asks: whom the mentee keeps no longer, as offers."""
        who, rank = self.mentee[pair], self.likes[pair]
        told = self.bound[who], self.alone[who]
        self.bound[who] = min(self.bound[who], rank)
        gained, only = self.alone[who]
        if gains and (rank < gained or (rank == gained and pair != only)):
            self.alone[who] = (rank, pair if rank < gained else NONE)
        if told == (self.bound[who], self.alone[who]):
            return []
        gone = [wish for wish in self.wishes[who] if not self.left(wish)]
        self.wishes[who] = [wish for wish in self.wishes[who] if self.left(wish)]
        for wish in gone:
            here = self.offer[wish]
            self.many[here][self.level[wish]] -= 1
            self.above[here] -= self.level[wish] < self.done[here]
        return [self.offer[wish] for wish in gone]

    def strike(self, crowd: Sequence[int]) -> bool:
        """Go on from a crowd; False where it is none: the pairs of its mentees, then one of mentors with a place."""
        placed: dict[int, int] = {}
        for pair in crowd:
            placed.setdefault(self.mentee[pair], pair)
        among = dict.fromkeys(self.offer[pair] for pair in crowd)
        wish = {here: self._last_level(here) for here in among}
        sound = not self.strict and all(pair in wish[self.offer[pair]] for pair in crowd)
        if not sound or any(self.mentee[pair] not in placed for pairs in wish.values() for pair in pairs):
            return False
        load = Counter(self.offer[pair] for pair in placed.values())
        room = {here: self._room(here) - load[here] for here in among}
        if min(room.values(), default=-1) < 0 or not self._reached(wish, placed, room):
            return False
        for here in among:
            self.open[here] = self.done[here] + 1
        self._settle(among)
        return True

    def _last_level(self, here: int) -> list[int]:
        """Who is left of the last level asked, where it is not known that the mentor would gain by anybody on it."""
        level = self.levels[here][self.done[here]] if self._goes_on(here) else []
        return [pair for pair in level if self.left(pair)]

    def _room(self, here: int) -> int:
        """Seats that at least go to the last level where nobody behind it has any; one where somebody behind others."""
        return max(self.seats[here] - self.above[here], 1)

    def _reached(self, wish: dict[int, list[int]], placed: dict[int, int], room: dict[int, int]) -> bool:
        """Whether exchanges from mentors with a place left could leave any of the others one."""
        waiting = [here for here, places in room.items() if places]
        seen = set(waiting)
        while waiting:
            for pair in wish[waiting.pop()]:
                here = self.offer[placed[self.mentee[pair]]]
                if here not in seen:
                    seen.add(here)
                    waiting.append(here)
        return len(seen) == len(room)

    def _rests(self) -> Iterator[tuple[int, list[int]]]:
        """(seats, ranks of everybody left, best first) of each mentor."""
        for here, pairs in enumerate(self.lists):
            yield self.seats[here], [self.rank[pair] for pair in pairs if self.left(pair)]

    def too_many(self) -> bool:
        """Whether more mentees must have a seat than mentors can have of what is left."""
        wanted = sum(bound < FAR for bound in self.bound)
        return wanted > sum(min(seats, len(ranks)) for seats, ranks in self._rests())

    def best(self, current: Sequence[int]) -> bool:
        """Whether each mentor has as many as can be, and the best, of what is left."""
        mine: list[list[int]] = [[] for _ in self.seats]
        for pair in current:
            if pair != NONE:
                mine[self.offer[pair]].append(self.rank[pair])
        kept = all(self.left(pair) for pair in current if pair != NONE)
        return kept and all(
            sorted(own) == ranks[:seats] for own, (seats, ranks) in zip(mine, self._rests(), strict=True)
        )


def after_asking(market: Market, kind: str, crowds: Iterable[Sequence[int]]) -> Orders | None:
    """What is left after some crowds; None where one is wrong, or offers share a mentor's seats."""
    if not market.plain:
        return None
    orders = Orders(market, kind)
    return orders if all(orders.strike(crowd) for crowd in crowds) else None
