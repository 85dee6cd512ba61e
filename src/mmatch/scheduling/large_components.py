"""Components that are too large for one model: better dates by neighbourhoods, and a bound by prices of rooms.

Neighbourhoods: a few matches that compete for people or rooms give up their dates, all others stay, and CP-SAT looks
for better ones; what is better is kept. Shaw: Using constraint programming and local search methods to solve vehicle
routing problems (1998).

Prices of rooms: with a price for each room at each time matches that share nobody are independent again. What their
cheapest dates cost with these prices, less the prices of all rooms, is never more than what dates within the rooms
cost. Fisher: The Lagrangian relaxation method for solving integer programming problems (1981).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy

import numpy as np

from mmatch.availability import DAY, Intervals
from mmatch.instance import Watch
from mmatch.scheduling.feasibility import Chosen, Rooms, loose_price, placed_sessions, worth
from mmatch.scheduling.insertion import Surroundings, inserted_together
from mmatch.scheduling.single_match import IMPOSSIBLE, cost, priced
from mmatch.scheduling.tasks import Task

SIZES = (6, 60)  # matches of a neighbourhood, least and most
FIRST_SIZE = 12
WORK = 0.5  # of CP-SAT for one neighbourhood, in its deterministic units


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
        """Free the neighbourhood of each match in turn until none can be improved, or the run is stopped."""
        idle = 0
        for turn in range(len(self.tasks)):
            costly = sorted((-self._excess(k), k) for k in range(len(self.tasks)) if self._excess(k))
            if idle >= len(costly) or watch.reason() is not None:
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
        try:
            found = inserted_together(tasks, self._others, before, watch, WORK)
        except KeyboardInterrupt:
            self._set(numbers, before)
            raise
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


class RoomPrices:
    """The price of a room of each site at each time on the grid of possible starts: at first 0."""

    def __init__(self, tasks: Sequence[Task], rooms: Sequence[Rooms]) -> None:
        self.tasks, self.rooms, self.grain = tasks, rooms, tasks[0].settings.grain
        spans = [self._span(times, 0) for task in tasks for times in task.starts if len(times)]
        self.first = min((int(low[0]) for low, _ in spans), default=0)
        longest = max(spec.minutes for task in tasks for spec in task.format.sessions)
        last = max((int(high[-1]) for _, high in spans), default=0) + longest // self.grain + 2
        self.prices = np.zeros((len(rooms), last - self.first), dtype=np.int64)

    def _span(self, times: Intervals, minutes: int) -> tuple[Intervals, Intervals]:
        """The first time on the grid within a session that begins at each time, and the first after it."""
        return -(-times // self.grain), -(-(times + minutes) // self.grain)

    def _taken(self, task: Task) -> Iterator[tuple[int, int]]:
        """The sessions of a task that take rooms, and the row of their site."""
        for row, site in enumerate(self.rooms):
            for k, own in enumerate(task.sites):
                if own == site.site and not task.fixed[k]:
                    yield k, row

    def added(self) -> list[Task]:
        """The tasks with the prices of rooms added to those of their starts."""
        paid = np.concatenate([np.zeros((len(self.rooms), 1), dtype=np.int64), np.cumsum(self.prices, axis=1)], axis=1)
        found = []
        for task in self.tasks:
            prices = list(task.prices)
            for k, row in self._taken(task):
                low, high = self._span(task.starts[k], task.format.sessions[k].minutes)
                prices[k] = prices[k] + paid[row, high - self.first] - paid[row, low - self.first]
            found.append(priced(task, prices))
        return found

    @property
    def of_all_rooms(self) -> int:
        """The prices of all rooms at all times."""
        return sum(site.number * int(row.sum()) for site, row in zip(self.rooms, self.prices, strict=True))

    def missing(self, dates: Sequence[Chosen]) -> Intervals:
        """How many rooms are missing at each time; negative where rooms that cost something are left over."""
        change = np.zeros((len(self.rooms), self.prices.shape[1] + 1), dtype=np.int64)
        taken = {id(task): list(self._taken(task)) for task in self.tasks}
        for session in placed_sessions(self.tasks, dates):
            for k, row in taken[id(session.task)]:
                if k == session.k:
                    low, high = self._span(np.array(session.start), session.end - session.start)
                    change[row, low - self.first] += 1
                    change[row, high - self.first] -= 1
        found = np.cumsum(change, axis=1)[:, :-1] - np.array([[site.number] for site in self.rooms])
        return np.where((self.prices == 0) & (found < 0), 0, found)

    def raised(self, missing: Intervals, step: float) -> RoomPrices:
        """Prices that are higher where rooms are missing, and lower where they are left over, but never below 0."""
        found = copy(self)
        change = np.rint(missing * step).astype(np.int64)
        found.prices = np.clip(self.prices + change, 0, IMPOSSIBLE // (64 * self.prices.size))
        return found
