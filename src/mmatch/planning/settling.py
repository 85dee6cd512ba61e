"""The best dates of a few matches that share people, where all of them can have some: clash by clash.

First everybody has the dates that are cheapest for them alone. Where two sessions of somebody clash, no dates of all
have both near this time: either the one lies elsewhere, or the other. These are two cases, and the best dates are in
one of them. The case whose dates cost least is looked at next; once nothing clashes there, no dates of all are cheaper.
Sharon, Stern, Felner and Sturtevant: Conflict-based search for optimal multi-agent pathfinding (2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations, product
from typing import TYPE_CHECKING

from mmatch.planning.paths import FAR, Dates, alone, cheapest, cost, onwards_with

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.instance import Watch
    from mmatch.planning.calendars import Task

FEW = 12  # matches at most
CASES = 300  # at most
Session = tuple[int, int]  # (number of the task, number of its session)
Times = tuple[Session, int, int]  # starts of a session, from one to another


@dataclass(frozen=True, slots=True)
class _Case:
    """For each task the prices of its starts, `FAR` where it gave way, its cheapest dates by these, and their cost.

    ``clashes`` are sessions of which neither may stay where it is unless the other goes.
    """

    prices: tuple[tuple[Intervals, ...], ...]
    dates: tuple[Dates, ...]
    costs: tuple[int, ...]
    clashes: tuple[tuple[Session, Session], ...]


def settled(tasks: Sequence[Task], watch: Watch) -> list[Dates] | None:
    """Dates of all tasks that cost least together; None where not all can have dates, or it takes too many cases.

    Args:
        tasks: a few matches, each with dates by itself, without limits, shared rooms, or wishes about one another.
        watch: when to stop.
    """
    search = _Search(tasks)
    queue, made = [(0, 0, 0, search.begin())], 1
    while queue and made < CASES and watch.reason() is None:
        *_, case = heappop(queue)
        if not case.clashes:
            return list(case.dates)
        for times in search.ways_out(case):
            changed = search.without(case, times)
            if changed is not None:
                heappush(queue, (sum(changed.costs), len(changed.clashes), -made, changed))
                made += 1
    return None


class _Search:
    """The tasks, and for every two sessions that somebody attends how far apart they must begin."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = tasks
        self.apart: dict[tuple[Session, Session], tuple[int, int]] = {}
        for (i, one), (j, other) in combinations(enumerate(tasks), 2):
            if one.buffers.keys().isdisjoint(other.buffers):
                continue
            for k, m in product(range(len(one.starts)), range(len(other.starts))):
                if not (one.fixed[k] and other.fixed[m]):
                    after = one.format.sessions[k].minutes + one.pause(k, other, m)
                    before = other.format.sessions[m].minutes + other.pause(m, one, k)
                    self.apart[(i, k), (j, m)] = after, before

    def begin(self) -> _Case:
        """Everybody's cheapest dates."""
        dates = tuple(dates for task in self.tasks if (dates := alone(task)) is not None)
        costs = tuple(map(cost, self.tasks, dates))
        return _Case(tuple(task.prices for task in self.tasks), dates, costs, tuple(self._clashes(dates)))

    def _clashes(self, dates: Sequence[Dates]) -> Iterator[tuple[Session, Session]]:
        for (one, other), (after, before) in self.apart.items():
            start, beside = dates[one[0]][one[1]], dates[other[0]][other[1]]
            if beside - after < start < beside + before:
                yield one, other

    def ways_out(self, case: _Case) -> Iterator[Times]:
        """For the first clash two ranges of starts: none of the one session's goes with any of the other's."""
        one, other = case.clashes[0]
        after, before = self.apart[one, other]
        early = min(case.dates[i][k] for i, k in (one, other))
        yield one, early, early + before - 1
        yield other, early, early + after - 1

    def without(self, case: _Case, times: Times) -> _Case | None:
        """The case in which a session does not begin at some times; None where its match has no dates then."""
        (i, k), first, last = times
        task, prices = self.tasks[i], list(case.prices[i])
        low, high = (int(task.starts[k].searchsorted(minute)) for minute in (first, last + 1))
        prices[k] = prices[k].copy()
        prices[k][low:high] = FAR
        found = cheapest(task, onwards_with(task, prices))
        if found is None:
            return None
        dates = (*case.dates[:i], found[0], *case.dates[i + 1 :])
        costs = (*case.costs[:i], found[1], *case.costs[i + 1 :])
        kept = (*case.prices[:i], tuple(prices), *case.prices[i + 1 :])
        return _Case(kept, dates, costs, tuple(self._clashes(dates)))
