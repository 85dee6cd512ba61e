"""The best dates of a few matches that share people, by conflict-based search: what clashes is split into cases.

First everybody has the dates that are cheapest for them alone. Where two sessions of somebody clash, the one or the
other lies elsewhere: two cases, and the best dates are in one of them; likewise where somebody has more sessions in a
day or week than their limit. Limits by month are kept from the start: each choice of months for all sessions is a case
of its own. The cheapest case is looked at next, until one has no clash. Sharon, Stern, Felner and Sturtevant:
Conflict-based search for optimal multi-agent pathfinding (2015).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations, count, pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from mmatch.scheduling.feasibility import Chosen, PlacedSession, limits_of, used_of
from mmatch.scheduling.single_match import cheapest_dates, cost
from mmatch.scheduling.tasks import Task

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.scheduling.free_time import Limit

FEW = 6  # matches
MOST_CASES, MOST_CHOICES = 300, 3000  # cases that are looked at, and choices of months
Case = tuple[Task | None, ...]  # each match with the starts that it has left, or without dates
Used = Counter[tuple["Limit", int]]  # how much of a limit is used in a period
Clash = list[tuple[int, int, "Bools"]]  # one of these sessions (match, number) lies only at some of its starts


def dates_by_conflicts(tasks: Sequence[Task], others: Sequence[PlacedSession] = ()) -> list[Chosen] | None:
    """Dates of as many tasks as possible that cost least together; None where that takes too many cases.

    Args:
        tasks: matches without shared rooms, each with dates by itself.
        others: sessions of other matches, which count for the limits of people; what clashes with them is no start.
    """
    if len(tasks) > FEW or any(task.wishes.adjacent or any(task.fixed) for task in tasks):
        return None
    limits = limits_of(tasks)
    used: Used = Counter({(limit, period): n for limit in limits for period, n in used_of(limit, others).items()})
    made = count()
    queue = [(*_loss(case), 0, next(made), case) for case in _cases_by_month(tasks, limits, used)]
    heapify(queue)
    for _ in range(MOST_CASES if queue else 0):
        *_, case = heappop(queue)
        clash = next(_clashes(case, limits, used), None)
        if clash is None:
            return [None if task is None else cheapest_dates(task) for task in case]
        for number, k, mask in clash:
            task = _kept_session(case[number], k, mask)
            if task is not None:
                split = (*case[:number], task, *case[number + 1 :])
                clashes = sum(1 for _ in _clashes(split, limits, used))
                heappush(queue, (*_loss(split), clashes, -next(made), split))
    return None


def _loss(case: Case) -> tuple[int, int]:
    """(matches without dates, what the cheapest dates of the others cost)."""
    return sum(task is None for task in case), sum(cost(task, cheapest_dates(task) or ()) for task in case if task)


def _kept_session(task: Task | None, k: int, mask: Bools) -> Task | None:
    """The task with only some starts of session k; None where it has no dates then."""
    if task is None:
        return None
    found = task.kept([mask if j == k else np.ones(len(times), dtype=bool) for j, times in enumerate(task.starts)])
    return found if cheapest_dates(found) is not None else None


# -- months -----------------------------------------------------------------------------------------------------------


def _cases_by_month(tasks: Sequence[Task], limits: Sequence[Limit], used: Used) -> list[Case]:
    """Every choice of months for all sessions that keeps the limits by month; nothing where there are too many."""
    partial: list[tuple[Case, Used]] = [((), used)]
    for task in tasks:
        own = [limit for limit in limits if limit.kind == "month" and limit.person in task.buffers]
        ways = [*_ways_by_month(task, own), (None, Counter())]
        longer = [((*case, way), before + more, more) for case, before in partial for way, more in ways]
        partial = [(case, both) for case, both, more in longer if all(both[key] <= key[0].most for key in more)]
        if len(partial) > MOST_CHOICES:
            return []
    return [case for case, _ in partial]


def _ways_by_month(task: Task, limits: Sequence[Limit]) -> Iterator[tuple[Task | None, Used]]:
    """A task at each choice of months that has dates, and what its sessions use of some limits by month."""
    if not limits:
        yield task, Counter()
        return
    months = [np.stack([limit.periods(times) for limit in limits], axis=1) for times in task.starts]
    for choice in product(*(np.unique(rows, axis=0) for rows in months)):
        if any((later < earlier).any() for earlier, later in pairwise(choice)):
            continue
        more: Used = Counter()
        for session, chosen in zip(task.format.sessions, choice, strict=True):
            for limit, month in zip(limits, chosen.tolist(), strict=True):
                more[limit, month] += limit.amount(session.minutes)
        found = task.kept([(rows == chosen).all(axis=1) for rows, chosen in zip(months, choice, strict=True)])
        if all(amount <= key[0].most for key, amount in more.items()) and cheapest_dates(found) is not None:
            yield found, more


# -- clashes ----------------------------------------------------------------------------------------------------------


def _clashes(case: Case, limits: Sequence[Limit], used: Used) -> Iterator[Clash]:
    """Sessions that cannot all be where they are."""
    dated = [(i, task, cheapest_dates(task) or ()) for i, task in enumerate(case) if task is not None]
    for (i, one, its), (j, other, others) in combinations(dated, 2):
        if one.buffers.keys().isdisjoint(other.buffers):
            continue
        for (k, start), (m, beside) in product(enumerate(its), enumerate(others)):
            after = one.format.sessions[k].minutes + one.pause(k, other, m)
            before = other.format.sessions[m].minutes + other.pause(m, one, k)
            if beside - after < start < beside + before:  # no two starts of these spans go together
                early = min(start, beside)
                yield [(i, k, _outside(one, k, early, before)), (j, m, _outside(other, m, early, after))]
    for limit in limits:
        yield from _exceeded(
            limit, [(i, task, k, at) for i, task, chosen in dated for k, at in enumerate(chosen)], used
        )


def _outside(task: Task, k: int, first: int, minutes: int) -> Bools:
    """Which starts of session k are not within some minutes."""
    found: Bools = (task.starts[k] < first) | (task.starts[k] >= first + minutes)
    return found


def _exceeded(limit: Limit, sessions: Sequence[tuple[int, Task, int, int]], used: Used) -> Iterator[Clash]:
    """As many sessions of each period as are too many, of which one lies in another period."""
    rows = [row for row in sessions if limit.person in row[1].buffers]
    periods = limit.periods(np.array([at for *_, at in rows], dtype=np.int64)).tolist()
    for period in dict.fromkeys(periods):
        amount, clash = used[limit, period], []
        for (i, task, k, _), own in zip(rows, periods, strict=True):
            if own == period and amount <= limit.most:
                amount += limit.amount(task.format.sessions[k].minutes)
                clash.append((i, k, limit.periods(task.starts[k]) != period))
        if amount > limit.most:
            yield clash
