"""Prices of rooms, by which a bound on the cost of all dates takes the rooms into account: Lagrangian relaxation.

With a price for each room at each time matches that share nobody are independent again. What their cheapest dates cost
with these prices, less the prices of all rooms, is never more than what dates within the rooms cost. The price of a
time rises while more sessions than rooms are at it, and falls while fewer are. Fisher: The Lagrangian relaxation method
for solving integer programming problems (1981).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from mmatch.scheduling.feasibility import Chosen, Rooms, placed_sessions
from mmatch.scheduling.single_match import IMPOSSIBLE, priced

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.scheduling.tasks import Task


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
