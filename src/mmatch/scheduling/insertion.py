"""Dates for a few matches while all others keep theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from mmatch.instance import Watch
from mmatch.scheduling.cpsat_dates import FoundDates, best_together
from mmatch.scheduling.feasibility import (
    Chosen,
    PlacedSession,
    Rooms,
    fits,
    no_room,
    placed_sessions,
    spread,
    used_of,
)
from mmatch.scheduling.single_match import Starts, cheapest_dates
from mmatch.scheduling.tasks import Task


@dataclass(frozen=True, eq=False)
class Surroundings:
    """The dates of all other matches, which stay, and the rooms."""

    tasks: Sequence[Task]
    dates: Sequence[Chosen]
    rooms: Sequence[Rooms] = ()

    def near(self, tasks: Sequence[Task]) -> Surroundings:
        """Only the matches that share people or rooms with some tasks."""
        sites = {room.site for room in self.rooms}.intersection(site for task in tasks for site in task.sites)
        shared = [*(person for task in tasks for person in task.people), *(("site", site) for site in sites)]
        numbers = sorted({k for thing in shared for k in self._index.get(thing, ()) if self.dates[k] is not None})
        return Surroundings([self.tasks[k] for k in numbers], [self.dates[k] for k in numbers], self.rooms)

    @cached_property
    def _index(self) -> dict[object, list[int]]:
        """The numbers of the tasks of each person and each site."""
        found: defaultdict[object, list[int]] = defaultdict(list)
        for k, task in enumerate(self.tasks):
            for thing in (*task.people, *(("site", site) for site in set(task.sites))):
                found[thing].append(k)
        return found

    def left_for(self, task: Task) -> Task:
        """The task with only the starts that others leave it."""
        return without_taken(task, list(placed_sessions(self.tasks, self.dates)), self.rooms)

    def without_rooms(self) -> Surroundings:
        """The same with rooms for all."""
        return Surroundings(self.tasks, self.dates)


def inserted(task: Task, others: Surroundings) -> Starts | None:
    """The cheapest dates of one match while others keep theirs; None where there are none."""
    others = others.near([task])
    left = others.left_for(task)
    dates = cheapest_dates(left)
    if dates is None or fits([*others.tasks, task], [*others.dates, dates], others.rooms):
        return dates
    return inserted_together([left], others, [None], Watch()).dates[0]


def inserted_together(
    tasks: Sequence[Task], others: Surroundings, start: Sequence[Chosen], watch: Watch, work: float | None = None
) -> FoundDates:
    """The best dates of some matches while others keep theirs, beginning with the dates that they have."""
    others = others.near(tasks)
    sessions = list(placed_sessions(others.tasks, others.dates))
    left = [without_taken(task, sessions, others.rooms) for task in tasks]
    possible = [k for k, task in enumerate(left) if cheapest_dates(task) is not None]
    some = [left[k] for k in possible]
    found = best_together(
        some,
        [start[k] for k in possible],
        watch,
        [site.with_taken(sessions) for site in others.rooms],
        others=sessions,
        work=work,
    )
    return replace(found, dates=spread(len(tasks), [(possible, found.dates)]))


def without_taken(task: Task, others: Sequence[PlacedSession], rooms: Sequence[Rooms] = ()) -> Task:
    """The task without starts at which somebody has another session, a limit is used up, or no room is left."""
    keep = [np.ones(len(times), dtype=bool) for times in task.starts]
    for other, (k, own) in product(others, enumerate(task.format.sessions)):
        if not (task.buffers.keys().isdisjoint(other.task.buffers) or (task.fixed[k] and other.fixed)):
            before = task.starts[k] + own.minutes + task.pause(k, other.task, other.k) <= other.start
            keep[k] &= before | (task.starts[k] >= other.end + other.task.pause(other.k, task, k))
    for limit in task.limits:
        used = used_of(limit, others)
        for k, (times, own) in enumerate(zip(task.starts, task.format.sessions, strict=True)):
            full = [period for period, amount in used.items() if amount + limit.amount(own.minutes) > limit.most]
            if full and not task.fixed[k]:
                keep[k] &= ~np.isin(limit.periods(times), full)
    for room in rooms:
        for k, site in enumerate(task.sites):
            if site == room.site:
                keep[k] &= ~no_room(room.with_taken(others), task, k)
    return task if all(mask.all() for mask in keep) else task.kept(keep)
