"""The cheapest dates of one match by itself: dynamic programming from session to session.

What a start costs by itself stands in the task; between two sessions there is the miss of the gap's target, a day's
price for each day, and another weekday or time of day where that is wished for.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mmatch.planning.calendars import Task

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.people.columns import Bools

FAR = 2**60
Dates = tuple[int, ...]


def need(task: Task, k: int) -> int:
    """Minutes from the start of session k to the earliest start of the next one."""
    return task.format.sessions[k].minutes + task.pause(k, task, k + 1)


def allowed(task: Task, k: int, one: Intervals, other: Intervals) -> Bools:
    """Whether gap k may lie between starts, given by their places in the columns, in any broadcast shape."""
    if task.fixed[k] and task.fixed[k + 1]:
        return np.ones(np.broadcast_shapes(one.shape, other.shape), dtype=bool)
    gap, (before, after) = task.format.gaps[k], task.marks[k]
    apart = after[other] - before[one]
    found: Bools = (gap.least <= apart) & (apart <= gap.most)
    found = found & (task.days[k + 1][other] >= task.soonest[k][one])
    return found & (task.starts[k + 1][other] >= task.starts[k][one] + need(task, k))


def between(task: Task, k: int, one: Intervals, other: Intervals) -> Intervals:
    """What lies between starts of session k and of the next costs; `FAR` where it is not allowed."""
    before, after = task.marks[k]
    found = task.radix * task.wishes.gap * np.abs(after[other] - before[one] - task.format.gaps[k].target)
    if task.wishes.same_time:
        found = found + task.radix * task.wishes.same_time * (task.clocks[k][one] != task.clocks[k + 1][other])
    return np.where(allowed(task, k, one, other), found, FAR)


def alone(task: Task) -> Dates | None:
    """The cheapest dates of one match as if nobody else were there; None where it has none."""
    if "alone" not in task.memo:
        task.memo["alone"] = _alone(task)
    found: Dates | None = task.memo["alone"]
    return found


def _alone(task: Task) -> Dates | None:
    if not task.open:
        return None
    least = onwards(task)
    at = int(least[0].argmin())
    if least[0][at] >= FAR:
        return None
    return along(task, at, least)


def along(task: Task, first: int, least: list[Intervals]) -> Dates:
    """The cheapest dates from one start of the first session, given what `onwards` found."""
    places = [first]
    for k in range(len(task.format.gaps)):
        every = np.arange(len(task.starts[k + 1]))
        costs = np.minimum(between(task, k, np.array(places[-1]), every) + least[k + 1], FAR)
        places.append(int(costs.argmin()))
    return tuple(int(times[place]) for times, place in zip(task.starts, places, strict=True))


def onwards(task: Task) -> list[Intervals]:
    """The least cost from each start of each session to the end, what the start costs by itself included."""
    if "onwards" not in task.memo:
        task.memo["onwards"] = _onwards(task)
    found: list[Intervals] = task.memo["onwards"]
    return found


def _onwards(task: Task) -> list[Intervals]:
    least = [task.prices[-1]]
    for k in reversed(range(len(task.format.gaps))):
        least.insert(0, np.minimum(task.prices[k] + _cheapest_next(task, k, least[0]), FAR))
    return least


def _cheapest_next(task: Task, k: int, after: Intervals) -> Intervals:
    """For each start of session k, the least of gap and what follows."""
    one, other = _Days.of(task, k), _Days.of(task, k + 1)
    if task.wishes.same_time or not _apart(task, k, one, other):
        every = np.arange(len(task.starts[k])), np.arange(len(task.starts[k + 1]))
        per_start: Intervals = np.minimum(between(task, k, *np.ix_(*every)) + after[None, :], FAR).min(axis=1)
        return per_start
    best = np.minimum.reduceat(after, other.first)
    found = between(task, k, one.first[:, None], other.last[None, :]) + best[None, :]
    per_day: Intervals = np.minimum(found, FAR).min(axis=1)
    return per_day[one.number]


def _cheapest_before(task: Task, k: int, until: Intervals) -> Intervals:
    """For each start of session k + 1, the least of what came before and the gap."""
    one, other = _Days.of(task, k), _Days.of(task, k + 1)
    if task.wishes.same_time or not _apart(task, k, one, other):
        every = np.arange(len(task.starts[k])), np.arange(len(task.starts[k + 1]))
        per_start: Intervals = np.minimum(between(task, k, *np.ix_(*every)) + until[:, None], FAR).min(axis=0)
        return per_start
    best = np.minimum.reduceat(until, one.first)
    found = between(task, k, one.first[:, None], other.last[None, :]) + best[:, None]
    per_day: Intervals = np.minimum(found, FAR).min(axis=0)
    return per_day[other.number]


class _Days:
    """The starts of one session by date: places of the first and last of each date, and the date's number for each."""

    def __init__(self, first: Intervals, last: Intervals, number: Intervals) -> None:
        self.first, self.last, self.number = first, last, number

    @classmethod
    def of(cls, task: Task, k: int) -> _Days:
        days = task.days[k]
        new = np.concatenate([[True], days[1:] != days[:-1]])
        first = np.flatnonzero(new)
        return cls(first, np.concatenate([first[1:], [len(days)]]) - 1, np.cumsum(new) - 1)


def _apart(task: Task, k: int, one: _Days, other: _Days) -> bool:
    """Whether two dates that the gap allows never hold sessions that overlap: then dates decide, not times."""
    gap, (before, after) = task.format.gaps[k], task.marks[k]
    days = after[other.first][None, :] - before[one.first][:, None]
    clear = task.starts[k + 1][other.first][None, :] >= task.starts[k][one.last][:, None] + need(task, k)
    return bool((clear | (days < gap.least) | (days > gap.most)).all())


def narrowed(task: Task, most: int) -> Task:
    """The task with only the starts that some dates of at most this cost use."""
    least = onwards(task)
    until = task.prices[0]
    keep = [least[0] <= most]
    for k in range(len(task.format.gaps)):
        reached = _cheapest_before(task, k, until)
        keep.append(np.minimum(reached + least[k + 1], FAR) <= most)
        until = np.minimum(reached + task.prices[k + 1], FAR)
    return task.kept(keep)


def cost(task: Task, dates: Dates) -> int:
    """What the dates of one match cost; `FAR` and more where the task does not allow them."""
    places = [int(np.searchsorted(times, at)) for times, at in zip(task.starts, dates, strict=True)]
    own = sum(int(prices[at]) for prices, at in zip(task.prices, places, strict=True))
    pairs = enumerate(pairwise(places))
    return own + sum(int(between(task, k, np.array(a), np.array(b))) for k, (a, b) in pairs)
