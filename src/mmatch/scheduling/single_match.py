"""The cheapest dates of one match by itself: dynamic programming from session to session.

What a start costs by itself stands in the task; between two sessions there is the miss of the gap's target, a day's
price for each day, and another weekday or time of day where that is wished for.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mmatch.scheduling.free_time import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    found = cheapest(task, least)
    return None if found is None else found[0]


def cheapest(task: Task, least: list[Intervals]) -> tuple[Dates, int] | None:
    """The cheapest dates and what they cost, given the least costs from each start on; None where there are none."""
    at = int(least[0].argmin())
    price = int(least[0][at])
    if price >= FAR:
        return None
    dates = along(task, at, least)
    return dates, price


def along(task: Task, first: int, least: list[Intervals]) -> Dates:
    """The cheapest dates from one start of the first session, given the least costs from each start on."""
    places = [first]
    for k in range(len(task.format.gaps)):
        costs = _Link.of(task, k).row(task, places[-1]) + least[k + 1]
        places.append(int(costs.argmin()))
    return tuple(int(times[place]) for times, place in zip(task.starts, places, strict=True))


def onwards(task: Task) -> list[Intervals]:
    """The least cost from each start of each session to the end, what the start costs by itself included."""
    if "onwards" not in task.memo:
        task.memo["onwards"] = onwards_with(task, task.prices)
    found: list[Intervals] = task.memo["onwards"]
    return found


def onwards_with(task: Task, prices: Sequence[Intervals]) -> list[Intervals]:
    """The same with other prices of the starts; `FAR` rules a start out."""
    least = [prices[-1]]
    for k in reversed(range(len(task.format.gaps))):
        least.insert(0, np.minimum(prices[k] + _Link.of(task, k).cheapest_next(task, least[0]), FAR))
    return least


class _Days:
    """The starts of one session by date: places of the first and last of each date, and the date's number for each."""

    def __init__(self, days: Intervals) -> None:
        new = np.ones(len(days), dtype=bool)
        np.not_equal(days[1:], days[:-1], out=new[1:])
        self.first: Intervals = new.nonzero()[0]
        self.last: Intervals = np.append(self.first[1:], len(days)) - 1
        self.number: Intervals = new.cumsum() - 1


class _Link:
    """Gap k of a task: what lies between its two sessions, by date where dates decide, else by start."""

    def __init__(self, task: Task, k: int, days: tuple[_Days, _Days]) -> None:
        self.k, self.one, self.other = k, *days
        self.costs: Intervals | None = None
        if not task.wishes.same_time and self._apart(task):
            self.costs = between(task, k, self.one.first[:, None], self.other.last[None, :])

    @classmethod
    def of(cls, task: Task, k: int) -> _Link:
        """The gap, looked at once; one that is as the gap before is not looked at again."""
        if ("link", k) not in task.memo:
            same = k and _as_before(task, k)
            task.memo["link", k] = cls.of(task, k - 1) if same else cls(task, k, (_days(task, k), _days(task, k + 1)))
        found: _Link = task.memo["link", k]
        return found

    def _apart(self, task: Task) -> bool:
        """Whether two dates that the gap allows never hold sessions that overlap: then dates decide, not times."""
        k, one, other = self.k, self.one, self.other
        gap, (before, after) = task.format.gaps[k], task.marks[k]
        days = after[other.first][None, :] - before[one.first][:, None]
        clear = task.starts[k + 1][other.first][None, :] >= task.starts[k][one.last][:, None] + need(task, k)
        return bool((clear | (days < gap.least) | (days > gap.most)).all())

    def row(self, task: Task, place: int) -> Intervals:
        """What lies between one start and every start of the next session."""
        if self.costs is None:
            return between(task, self.k, np.array(place), np.arange(len(self.other.number)))
        by_date: Intervals = self.costs[self.one.number[place]]
        return by_date[self.other.number]

    def cheapest_next(self, task: Task, after: Intervals) -> Intervals:
        """For each start of session k, the least of the gap and what follows."""
        if self.costs is None:
            per_start: Intervals = (self._all(task) + after[None, :]).min(axis=1)
            return per_start
        best = np.minimum.reduceat(after, self.other.first)
        per_day: Intervals = (self.costs + best[None, :]).min(axis=1)
        return per_day[self.one.number]

    def cheapest_before(self, task: Task, until: Intervals) -> Intervals:
        """For each start of session k + 1, the least of what came before and the gap."""
        if self.costs is None:
            per_start: Intervals = np.minimum((self._all(task) + until[:, None]).min(axis=0), FAR)
            return per_start
        best = np.minimum.reduceat(until, self.one.first)
        per_day: Intervals = np.minimum((self.costs + best[:, None]).min(axis=0), FAR)
        return per_day[self.other.number]

    def _all(self, task: Task) -> Intervals:
        every = np.arange(len(self.one.number)), np.arange(len(self.other.number))
        return between(task, self.k, *np.ix_(*every))


def _days(task: Task, k: int) -> _Days:
    """The dates of session k; sessions at the same times have the same."""
    days = task.days[k]
    for j in range(k):
        if task.days[j] is days:
            return _days(task, j)
    if ("days", k) not in task.memo:
        task.memo["days", k] = _Days(days)
    found: _Days = task.memo["days", k]
    return found


def _as_before(task: Task, k: int) -> bool:
    """Whether gap k is between the same times as the gap before it, and as that one in all else."""
    times = task.starts[k - 1] is task.starts[k] is task.starts[k + 1]
    marks = all(one is other for one, other in zip(task.marks[k - 1], task.marks[k], strict=True))
    same = times and marks and task.soonest[k - 1] is task.soonest[k] and not any(task.fixed)
    return same and task.format.gaps[k - 1] == task.format.gaps[k] and need(task, k - 1) == need(task, k)


def narrowed(task: Task, most: int) -> Task:
    """The task with only the starts that some dates of at most this cost use."""
    least = onwards(task)
    until = task.prices[0]
    keep = [least[0] <= most]
    for k in range(len(task.format.gaps)):
        reached = _Link.of(task, k).cheapest_before(task, until)
        keep.append(np.minimum(reached + least[k + 1], FAR) <= most)
        until = np.minimum(reached + task.prices[k + 1], FAR)
    return task.kept(keep)


def cost(task: Task, dates: Dates) -> int:
    """What the dates of one match cost; `FAR` and more where the task does not allow them."""
    known: dict[Dates, int] = task.memo.setdefault("costs", {})
    if dates not in known:
        known[dates] = _cost(task, dates)
    return known[dates]


def _cost(task: Task, dates: Dates) -> int:
    places = [int(times.searchsorted(at)) for times, at in zip(task.starts, dates, strict=True)]
    own = sum(int(prices[at]) for prices, at in zip(task.prices, places, strict=True))
    pairs = enumerate(pairwise(places))
    return own + sum(int(between(task, k, np.array(a), np.array(b))) for k, (a, b) in pairs)
