"""A bound that knows rooms: what dates cost at least when every hour of a room has a rent.

With rents nobody has to ask which rooms others take, so matches that share nobody are independent again; what their
cheapest dates cost with rents, less the rents of all rooms, is a bound for any rents. Where more sessions than rooms
would be at a time its rent goes up, where fewer it goes down. Fisher: The Lagrangian relaxation method for solving
integer programming problems (1981); the steps are those of Held, Wolfe and Crowder: Validation of subgradient
optimization (1974).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmatch.scheduling.components import place
from mmatch.scheduling.feasibility import held
from mmatch.scheduling.single_match import FAR

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.instance import Watch
    from mmatch.scheduling.components import Placed
    from mmatch.scheduling.feasibility import Chosen, Room
    from mmatch.scheduling.free_time import Task

TURNS = 40  # how often rents change at most
PATIENCE = 3  # turns without a better bound, after which steps are half as long


def least_with_rents(
    tasks: Sequence[Task], parts: Sequence[list[int]], rooms: Sequence[Room], known: tuple[int, int], watch: Watch
) -> int:
    """What dates of the most tasks cost at least, not less than is known.

    Args:
        tasks: matches that share rooms.
        parts: numbers of those that share people.
        rooms: sites, and how many rooms each has.
        known: what they cost at least, and what dates cost that are possible.
        watch: when to stop.
    """
    sites = [_Site(tasks, room) for room in rooms]
    (best, aim), pace, idle = known, 1.0, 0
    for _ in range(TURNS):
        if watch.reason() is not None or best >= aim:
            break
        priced = [_with_rents(task, sites) for task in tasks]
        found = [place([priced[k] for k in part], watch) for part in parts]
        least = sum(one.bound[1] for one in found) - sum(site.income for site in sites)
        best, idle = (least, 0) if least > best else (best, idle + 1)
        if idle == PATIENCE:
            pace, idle = pace / 2, 0
        short = [site.short(tasks, _dates(parts, found)) for site in sites]
        length = sum(float(row @ row) for row in short)
        if not length:
            break
        for site, row in zip(sites, short, strict=True):
            site.change(row, pace * (aim - least) / length)
    return best


def _dates(parts: Sequence[list[int]], found: Sequence[Placed]) -> dict[int, Chosen]:
    rows = zip(parts, found, strict=True)
    return {k: dates for part, one in rows for k, dates in zip(part, one.dates, strict=True)}


def _with_rents(task: Task, sites: Sequence[_Site]) -> Task:
    """The task with the rents of rooms in the prices of its starts."""
    prices = list(task.prices)
    for site in sites:
        for k, own in enumerate(task.prices):
            if site.takes(task, k):
                prices[k] = own + site.rent(task.starts[k], task.format.sessions[k].minutes)
    return task.priced(prices)


class _Site:
    """The rent of a room of one site from each possible start on until the next one."""

    def __init__(self, tasks: Sequence[Task], room: Room) -> None:
        self.room, self.grain = room, tasks[0].settings.grain
        mine = [(task.starts[k], task.format.sessions[k].minutes) for task in tasks for k in self._numbers(task)]
        self.first = min((int(times[0]) for times, _ in mine if len(times)), default=0) // self.grain
        last = max((int(times[-1]) + minutes for times, minutes in mine if len(times)), default=0) // self.grain
        self.rents = np.zeros(last - self.first + 2, dtype=np.int64)
        self.most = FAR // (8 * len(self.rents))

    def _numbers(self, task: Task) -> list[int]:
        return [k for k in range(len(task.starts)) if self.takes(task, k)]

    def takes(self, task: Task, k: int) -> bool:
        """Whether session k takes one of these rooms."""
        return task.sites[k] == self.room.site and not task.fixed[k]

    def _points(self, times: Intervals, minutes: int) -> tuple[Intervals, Intervals]:
        """The first point of time within each session, and the first after it."""
        return -(-times // self.grain) - self.first, -(-(times + minutes) // self.grain) - self.first

    @property
    def income(self) -> int:
        """The rents of all rooms."""
        return self.room.number * int(self.rents.sum())

    def rent(self, times: Intervals, minutes: int) -> Intervals:
        """What a room costs for a session from each of some starts on."""
        paid = np.concatenate([[0], np.cumsum(self.rents)])
        low, high = self._points(times, minutes)
        found: Intervals = paid[high] - paid[low]
        return found

    def short(self, tasks: Sequence[Task], dates: dict[int, Chosen]) -> Intervals:
        """How many rooms are missing at each point of time; where they are free anyway none is left over."""
        change = np.zeros(len(self.rents) + 1, dtype=np.int64)
        for session in held([tasks[k] for k in dates], list(dates.values())):
            if self.takes(session.task, session.k):
                low, high = self._points(np.array(session.start), session.end - session.start)
                change[low] += 1
                change[high] -= 1
        missing: Intervals = np.cumsum(change)[:-1] - self.room.number
        return np.where((self.rents == 0) & (missing < 0), 0, missing)

    def change(self, missing: Intervals, step: float) -> None:
        """Other rents, never below nothing."""
        self.rents = np.clip(self.rents + np.rint(missing * step).astype(np.int64), 0, self.most)
