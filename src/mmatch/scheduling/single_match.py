"""The cheapest dates of one match on its own, by dynamic programming from session to session.

The cost of each start by itself is in the task. Between two sessions the cost is the distance of the gap from its
target, and, where that is a wish, a change of weekday or time of day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from mmatch.availability import Intervals
from mmatch.scheduling.tasks import Task

IMPOSSIBLE = 2**60
Starts = tuple[int, ...]


def cheapest_dates(task: Task) -> Starts | None:
    """The cheapest dates of one match as if there were no other match; None where it has none."""
    if "cheapest" not in task.memo:
        costs = onward_costs(task) if task.is_open else []
        possible = costs and int(costs[0].min()) < IMPOSSIBLE
        task.memo["cheapest"] = dates_from(task, int(costs[0].argmin()), costs) if possible else None
    found: Starts | None = task.memo["cheapest"]
    return found


def onward_costs(task: Task) -> list[Intervals]:
    """The least cost from each start of each session to the end of the match, the start's own cost included."""
    if "onward" not in task.memo:
        costs = [task.prices[-1]]
        for k in reversed(range(len(task.format.gaps))):
            costs.insert(0, np.minimum(task.prices[k] + _gap(task, k).cheapest_next(costs[0]), IMPOSSIBLE))
        task.memo["onward"] = costs
    found: list[Intervals] = task.memo["onward"]
    return found


def priced(task: Task, prices: Sequence[Intervals]) -> Task:
    """The task with other prices of its starts."""
    found = replace(task, prices=tuple(prices))
    found.memo["gaps"] = task.memo.setdefault("gaps", {})  # they do not depend on the prices of starts
    return found


def dates_from(task: Task, first: int, onward: list[Intervals]) -> Starts:
    """The cheapest dates that begin at one start of the first session."""
    places = [first]
    for k, costs in enumerate(onward[1:]):
        after = _gap_costs(task, k, np.array(places[-1]), np.arange(len(costs))) + costs
        places.append(int(after.argmin()))
    return tuple(int(times[place]) for times, place in zip(task.starts, places, strict=True))


def narrowed(task: Task, most: int) -> Task:
    """The task with only those starts that belong to some dates of at most this cost."""
    onward = onward_costs(task)
    until = task.prices[0]
    keep = [onward[0] <= most]
    for k in range(len(task.format.gaps)):
        reached = _gap(task, k).cheapest_before(until)
        keep.append(np.minimum(reached + onward[k + 1], IMPOSSIBLE) <= most)
        until = np.minimum(reached + task.prices[k + 1], IMPOSSIBLE)
    return task.kept(keep)


def cost(task: Task, dates: Starts) -> int:
    """What the dates of one match cost; `IMPOSSIBLE` and more where the task does not allow them."""
    known: dict[Starts, int] = task.memo.setdefault("costs", {})
    if dates not in known:
        places = [int(times.searchsorted(at)) for times, at in zip(task.starts, dates, strict=True)]
        known[dates] = sum(int(prices[at]) for prices, at in zip(task.prices, places, strict=True)) + sum(
            int(_gap_costs(task, k, np.array(one), np.array(other))) for k, (one, other) in enumerate(pairwise(places))
        )
    return known[dates]


def needed_minutes(task: Task, k: int) -> int:
    """Minutes from the start of session k to the earliest possible start of the next one."""
    return task.format.sessions[k].minutes + task.pause(k, task, k + 1)


def _gap_costs(task: Task, k: int, one: Intervals, other: Intervals) -> Intervals:
    """What gap k costs between starts, as positions in any broadcast shape; `IMPOSSIBLE` where it is not allowed."""
    gap, (before, after) = task.format.gaps[k], task.marks[k]
    apart = after[other] - before[one]
    found: Intervals = task.radix * task.wishes.gap * np.abs(apart - gap.target)
    if task.wishes.same_time:
        found = found + task.radix * task.wishes.same_time * (task.week_times[k][one] != task.week_times[k + 1][other])
    if task.fixed[k] and task.fixed[k + 1]:
        return found
    allowed = (gap.least <= apart) & (apart <= gap.most) & (task.days[k + 1][other] >= task.soonest[k][one])
    allowed &= task.starts[k + 1][other] >= task.starts[k][one] + needed_minutes(task, k)
    return np.where(allowed, found, IMPOSSIBLE)


class _Gap:
    """The costs of gap k for every two starts; for every two dates only, where the dates alone decide."""

    def __init__(self, task: Task, k: int) -> None:
        n, m = len(task.starts[k]), len(task.starts[k + 1])
        (first, _), (others_first, others_last) = _by_date(task.days[k]), _by_date(task.days[k + 1])
        if not task.wishes.same_time and dates_decide(task, k):
            self.costs = _gap_costs(task, k, first[:, None], others_last[None, :])
        else:
            first, others_first = np.arange(n), np.arange(m)
            self.costs = _gap_costs(task, k, first[:, None], others_first[None, :])
        self.first, self.sizes = first, np.diff(first, append=n)
        self.others_first, self.others_sizes = others_first, np.diff(others_first, append=m)

    def cheapest_next(self, after: Intervals) -> Intervals:
        """For each start of session k, the least of the gap and all that follows."""
        best = np.minimum.reduceat(after, self.others_first)
        return np.repeat((self.costs + best[None, :]).min(axis=1), self.sizes)

    def cheapest_before(self, until: Intervals) -> Intervals:
        """For each start of session k + 1, the least of all that came before and the gap."""
        best = np.minimum.reduceat(until, self.first)
        costs = np.minimum((self.costs + best[:, None]).min(axis=0), IMPOSSIBLE)
        return np.repeat(costs, self.others_sizes)


def _gap(task: Task, k: int) -> _Gap:
    known: dict[int, _Gap] = task.memo.setdefault("gaps", {})
    if k not in known:
        known[k] = _Gap(task, k)
    return known[k]


def _by_date(days: Intervals) -> tuple[Intervals, Intervals]:
    """Positions of the first and of the last start on each date."""
    first = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    return first, np.append(first[1:], len(days)) - 1


def dates_decide(task: Task, k: int) -> bool:
    """Whether no two dates that gap k allows hold sessions that overlap."""
    gap, (before, after) = task.format.gaps[k], task.marks[k]
    (first, last), (others, _) = _by_date(task.days[k]), _by_date(task.days[k + 1])
    days = after[others][None, :] - before[first][:, None]
    clear = task.starts[k + 1][others][None, :] >= task.starts[k][last][:, None] + needed_minutes(task, k)
    return bool((clear | (days < gap.least) | (days > gap.most)).all())
