"""Better dates for components that are too large for one model: neighbourhood after neighbourhood.

A few matches that compete for people or rooms give up their dates, all others stay, and CP-SAT looks for better ones;
what is better is kept. Shaw: Using constraint programming and local search methods to solve vehicle routing problems
(1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmatch.availability import DAY
from mmatch.scheduling.feasibility import Chosen, Rooms, loose_price, placed_sessions, worth
from mmatch.scheduling.insertion import Surroundings, inserted_together
from mmatch.scheduling.single_match import cost

if TYPE_CHECKING:
    from mmatch.instance import Watch
    from mmatch.scheduling.tasks import Task

SIZES = (6, 60)  # matches of a neighbourhood, least and most
FIRST_SIZE = 12
WORK = 0.5  # of CP-SAT for one neighbourhood, in its deterministic units
TRIES, IDLE = 1, 1  # for each match, and without success for each that could be better, after which the search ends
FAR = 2**62  # minutes


class NeighbourhoodSearch:
    """Dates that become better step by step.

    ``ideal`` are the dates that each match would have if others left it all that it shares with them.
    """

    def __init__(
        self, tasks: Sequence[Task], dates: Sequence[Chosen], ideal: Sequence[Chosen], rooms: Sequence[Rooms]
    ) -> None:
        self.tasks, self.dates, self.ideal, self.rooms = tasks, list(dates), ideal, rooms
        self.size = FIRST_SIZE
        self._others = Surroundings(self.tasks, self.dates, self.rooms)  # of those that have no dates meanwhile

    def run(self, watch: Watch) -> None:
        """Free one neighbourhood after another until none can be improved, or the run is stopped."""
        idle = 0
        for turn in range(TRIES * len(self.tasks)):
            costly = sorted((-self._excess(k), k) for k in range(len(self.tasks)) if self._excess(k))
            if idle >= IDLE * len(costly) or watch.reason() is not None:
                return
            seed = costly[turn % len(costly)][1]
            idle = 0 if self._improve(self._neighbours(seed, idle), watch) else idle + 1

    def _excess(self, k: int) -> int:
        """What a match costs more than with its ideal dates; most of all where it has none."""
        now, ideal = self.dates[k], self.ideal[k]
        if now is None:
            return 0 if ideal is None else DAY * 1000
        return 0 if ideal is None else max(cost(self.tasks[k], now) - cost(self.tasks[k], ideal), 0)

    def _neighbours(self, seed: int, idle: int) -> list[int]:
        """The match, and those with sessions near its ideal ones that take the same people or rooms."""
        sites = {room.site for room in self.rooms}
        wanted = list(placed_sessions([self.tasks[seed]], [self.ideal[seed]]))
        people = self.tasks[seed].buffers.keys()
        near = []
        for k, task in enumerate(self.tasks):
            if k == seed:
                continue
            sharing = not people.isdisjoint(task.buffers)
            gaps = [
                abs(one.start - other.start)
                for other in placed_sessions([task], [self.dates[k] or self.ideal[k]])
                for one in wanted
                if sharing or (one.site == other.site and one.site in sites)
            ]
            if gaps:
                near.append((min(gaps), k))
        near.sort()
        return [seed, *(k for _, k in near[idle % 3 :: 1 + idle % 2][: self.size - 1])]

    def _improve(self, numbers: list[int], watch: Watch) -> bool:
        """Better dates for some matches while all others stay; whether there were any."""
        tasks, before = [self.tasks[k] for k in numbers], [self.dates[k] for k in numbers]
        for k in numbers:
            self.dates[k] = None
        found = inserted_together(tasks, self._others, before, watch, WORK)
        self.size = min(self.size + 1, SIZES[1]) if found.exact else max(self.size - 2, SIZES[0])
        had, has = self._worth_with(numbers, before), self._worth_with(numbers, found.dates)
        self._set(numbers, found.dates if has >= had else before)
        return has > had

    def _worth_with(self, numbers: list[int], dates: Sequence[Chosen]) -> tuple[int, int]:
        """What the dates of some matches are worth; of all, where sessions of one mentor should follow each other."""
        self._set(numbers, dates)
        counted = range(len(self.tasks)) if loose_price(self.tasks) else numbers
        return worth([self.tasks[k] for k in counted], [self.dates[k] for k in counted])

    def _set(self, numbers: list[int], dates: Sequence[Chosen]) -> None:
        for k, chosen in zip(numbers, dates, strict=True):
            self.dates[k] = chosen
