"""The mentors' best super-stable or strongly stable matching with ties, for mentors with one offer each.

After the mentor-oriented algorithms of Irving, Manlove and Scott 2000 (super-stability) and Scott 2005 (strong
stability, "A study of stable marriage problems with ties"): a mentor asks level after level of the list, until as many
as there are seats are left among the mentees asked. Whoever is asked keeps nobody whom they like less; and nobody whom
they like as much, where the mentor would gain by them for sure. For strong stability that leaves last levels of which
mentors need some mentees only: where some mentors cannot all be given enough of these, each of them would gain by
anybody on that level, and all is looked at again. Each list is read once for each such crowd.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING

from mmatch.instance.plain import Plain
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market


def mentors_best(market: Market, kind: str) -> tuple[list[int] | None, list[list[int]]]:
    """(the pair of each mentee or `NONE`; None where no matching is stable; what had to be argued with crowds).

    Args:
        market: mentors with one offer each.
        kind: "strong" or "super".

    Returns:
        Each crowd is a row: the pairs by which mentees are placed, then one of each mentor who has a place left.
    """
    asking = _Asking(market, strict=kind == "super")
    asking.settle(range(len(asking.seats)))
    crowds: list[list[int]] = []
    while True:
        places = _Places(asking)
        needy = places.crowd()
        if not needy:
            return asking.taken(places), crowds
        crowds.append(places.told(needy))
        for here in needy:
            asking.forced[here] = asking.asked[here]
        asking.settle(needy)


class _Asking(Plain):
    """How many levels of each list have been asked, and which pairs are left."""

    def __init__(self, market: Market, *, strict: bool) -> None:
        super().__init__(market)
        self.strict = strict  # whether every mentee who is asked must not keep anybody whom they like as much
        self.levels = _levels(market)
        self.rest = [self.wish[a:b] for a, b in pairwise(self.start)]
        self.sole = [NONE] * market.n_mentees  # the pair that a mentee keeps among those liked as much
        self.wanted = [False] * market.n_mentees
        self.left = [True] * len(market)
        self.asked = [0] * len(self.seats)  # levels
        self.forced = [0] * len(self.seats)  # levels behind which a seat is free or somebody sits
        self.kept = [0] * len(self.seats)  # pairs left on levels asked
        self.level_of = [0] * len(market)
        for levels in self.levels:
            for number, level in enumerate(levels):
                for pair in level:
                    self.level_of[pair] = number

    def settle(self, offers: range | list[int]) -> None:
        """Ask until every mentor has asked enough."""
        waiting = deque(offers)
        while waiting:
            here = waiting.popleft()
            while self.asked[here] < len(self.levels[here]) and self._short(here):
                waiting += self._insist(here, deleted=True)
                waiting += self._ask(here)
            if self.asked[here] and self._short(here):
                waiting += self._insist(here, deleted=True)
            elif self.kept[here] == self.seats[here]:
                waiting += self._insist(here, deleted=False)

    def _short(self, here: int) -> bool:
        return self.kept[here] < self.seats[here] or self.forced[here] == self.asked[here]

    def _ask(self, here: int) -> list[int]:
        """Ask the next level; mentors who lose somebody by that."""
        level = self.levels[here][self.asked[here]]
        self.asked[here] += 1
        self.kept[here] += sum(self.left[pair] for pair in level)
        lost = []
        for pair in level:
            self.wanted[self.mentee[pair]] = True
            lost += self._keep_as_good(pair)
        return lost + (self._insist(here, deleted=True) if self.strict else [])

    def _insist(self, here: int, *, deleted: bool) -> list[int]:
        """The last level asked keeps nobody else whom they like as much; the same of pairs struck out, or not."""
        if not self.asked[here]:
            return []
        level = self.levels[here][self.asked[here] - 1]
        return [other for pair in level if deleted or self.left[pair] for other in self._keep_alone(pair)]

    def _keep_as_good(self, pair: int) -> list[int]:
        """Strike out whoever the mentee likes less; the mentors who lose them."""
        rest, lost = self.rest[self.mentee[pair]], []
        while rest and self.likes[rest[-1]] > self.likes[pair]:
            lost += self._strike(rest.pop())
        return lost

    def _keep_alone(self, pair: int) -> list[int]:
        """Strike out everybody else, too, whom the mentee likes as much."""
        who = self.mentee[pair]
        lost, sole, rest = self._keep_as_good(pair), self.sole[who], self.rest[who]
        if sole != NONE and self.likes[sole] == self.likes[pair]:
            return lost if sole == pair else lost + self._strike(sole)
        if not rest or self.likes[rest[-1]] != self.likes[pair]:
            return lost
        self.sole[who] = pair
        for other in reversed(rest):
            if self.likes[other] != self.likes[pair]:
                break
            lost += [] if other == pair else self._strike(other)
        return lost

    def _strike(self, pair: int) -> list[int]:
        if not self.left[pair]:
            return []
        here = self.offer[pair]
        self.left[pair] = False
        self.kept[here] -= self.level_of[pair] < self.asked[here]
        return [here]

    def sure(self, here: int) -> bool:
        """Whether everybody left on the levels asked must be with the mentor or with somebody liked more."""
        return self.strict or self.kept[here] <= self.seats[here] or self.forced[here] == self.asked[here]

    def taken(self, places: _Places) -> list[int] | None:
        """The pair of each mentee or `NONE`; None where not everybody who was asked can be seated."""
        current = [NONE] * len(self.wanted)
        for here, levels in enumerate(self.levels):
            among = levels[: self.asked[here] - (not self.sure(here))]
            for pair in (pair for level in among for pair in level if self.left[pair]):
                current[self.mentee[pair]] = pair
        for who, pair in places.found.items():
            current[who] = pair
        load = [0] * len(self.seats)
        for pair in current:
            if pair != NONE:
                load[self.offer[pair]] += 1
        fits = all(taken <= room for taken, room in zip(load, self.seats, strict=True))
        return current if fits and sum(load) == sum(self.wanted) else None


class _Places:
    """Last levels of which mentors need some mentees only, and who is placed there, as many as can be."""

    def __init__(self, asking: _Asking) -> None:
        self.asking = asking
        self.room: dict[int, int] = {}
        self.pairs: dict[int, list[int]] = {}  # of each of these mentors, those left on the last level
        for here, count in enumerate(asking.asked):
            if not asking.sure(here):
                self.pairs[here] = [pair for pair in asking.levels[here][count - 1] if asking.left[pair]]
                before = asking.kept[here] - len(self.pairs[here])
                self.room[here] = max(asking.seats[here] - before, 1)
        self.may: dict[int, list[int]] = {}
        for pairs in self.pairs.values():
            for pair in pairs:
                self.may.setdefault(asking.mentee[pair], []).append(pair)
        self.found: dict[int, int] = {}
        self.sitting: dict[int, list[int]] = {here: [] for here in self.room}
        for who in self.may:
            self._seat(who)

    def _seat(self, start: int) -> None:
        """Place a mentee, others moving on along a shortest way, where that can be."""
        came: dict[int, int] = {}
        waiting, seen = deque([start]), {start}
        while waiting:
            for pair in self.may[waiting.popleft()]:
                here = self.asking.offer[pair]
                if len(self.sitting[here]) < self.room[here]:
                    self._move(pair, came)
                    return
                fresh = [who for who in self.sitting[here] if who not in seen]
                seen.update(fresh)
                came.update(dict.fromkeys(fresh, pair))
                waiting.extend(fresh)

    def _move(self, pair: int, came: dict[int, int]) -> None:
        while True:
            who = self.asking.mentee[pair]
            before = self.found.get(who)
            self.found[who] = pair
            self.sitting[self.asking.offer[pair]].append(who)
            if before is None:
                return
            self.sitting[self.asking.offer[before]].remove(who)
            pair = came[who]

    def crowd(self) -> list[int]:
        """Mentors who cannot all be given enough: with a place left, and whoever could leave one to them."""
        offer = self.asking.offer
        waiting = [here for here, room in self.room.items() if len(self.sitting[here]) < room]
        found = dict.fromkeys(waiting)
        while waiting:
            for pair in self.pairs[waiting.pop()]:
                here = offer[self.found[self.asking.mentee[pair]]]
                if here not in found:
                    found[here] = None
                    waiting.append(here)
        return list(found)

    def told(self, needy: list[int]) -> list[int]:
        """A crowd as pairs: who is placed, then one of each mentor with a place left."""
        placed = [self.found[who] for here in needy for who in self.sitting[here]]
        return placed + [self.pairs[here][0] for here in needy if len(self.sitting[here]) < self.room[here]]


def _levels(market: Market) -> list[list[list[int]]]:
    """The list of each mentor, level by level."""
    by_mentor, start = market.by_mentor
    order, rank = by_mentor.tolist(), market.mentor_rank.tolist()
    found: list[list[list[int]]] = [[] for _ in range(len(market.seats))]
    bounds = start.tolist()
    for boss in range(len(bounds) - 1):
        before = None
        for pair in order[bounds[boss] : bounds[boss + 1]]:
            levels = found[int(market.offer[pair])]
            if rank[pair] != before:
                levels.append([])
                before = rank[pair]
            levels[-1].append(pair)
    return found
