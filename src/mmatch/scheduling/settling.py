"""The best dates of a few matches that share people, clash by clash.

First everybody has the dates that are cheapest for them alone. Where two sessions of somebody clash, no dates of all
have both near this time: either the one lies elsewhere, or the other. These are two cases, and the best dates are in
one of them; likewise where somebody has more sessions on a date than enough, one of them lies on another date. The case
whose dates cost least is looked at next; once nothing clashes there, no dates cost less. Where no case is left, not all
can have dates, and all that leave one match out are looked at, then two. Sharon, Stern, Felner and Sturtevant:
Conflict-based search for optimal multi-agent pathfinding (2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations, product
from typing import TYPE_CHECKING

from mmatch.scheduling.feasibility import Chosen, Held, limits_of, used_of
from mmatch.scheduling.patterns import Pattern, cases_of
from mmatch.scheduling.single_match import FAR, cheapest, onwards_with

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.instance import Watch
    from mmatch.scheduling.free_time import Limit, Task

FEW = 12  # matches at most
CASES = 300  # at most
Session = tuple[int, int]  # (number of the task, number of its session)
Times = tuple[Session, int, int]  # starts of a session, from one to another
Clash = tuple[Times, ...]  # one of these sessions does not begin at its times


@dataclass(frozen=True, slots=True)
class _Case:
    """For each task its prices, `FAR` where it gave way, and its cheapest dates by these; None where it is left out."""

    ways: tuple[Pattern | None, ...]

    @property
    def dates(self) -> list[Chosen]:
        """The dates of all tasks."""
        return [None if way is None else way.dates for way in self.ways]

    @property
    def cost(self) -> int:
        """What the dates cost."""
        return sum(way.cost for way in self.ways if way is not None)


def settled(tasks: Sequence[Task], watch: Watch, others: Sequence[Held] = ()) -> list[Chosen] | None:
    """Dates of as many tasks as possible that cost least together; None where that takes too many cases.

    Args:
        tasks: a few matches, each with dates by itself, without shared rooms, or wishes about one another.
        watch: when to stop.
        others: sessions of other matches, which count for everybody's limits; what clashes with them is no start here.
    """
    search = _Search(tasks, watch, others)
    for left_out in range(len(tasks) + 1):
        roots = cases_of(tasks, left_out, [limited.used for limited in search.limits])
        found = None if roots is None else search.best([_Case(ways) for ways in roots])
        if found is not None:
            return found.dates
        if roots is None or search.over:
            return None
    return None


class _Search:
    """The tasks, for every two sessions that somebody attends how far apart they must begin, and everybody's limits."""

    def __init__(self, tasks: Sequence[Task], watch: Watch, others: Sequence[Held]) -> None:
        self.tasks, self.watch, self.made = tasks, watch, 0
        self.limits = [_Limited(limit, tasks, others) for limit in limits_of(tasks)]
        self.apart: dict[tuple[Session, Session], tuple[int, int]] = {}
        for (i, one), (j, other) in combinations(enumerate(tasks), 2):
            if one.buffers.keys().isdisjoint(other.buffers):
                continue
            for k, m in product(range(len(one.starts)), range(len(other.starts))):
                if not (one.fixed[k] and other.fixed[m]):
                    after = one.format.sessions[k].minutes + one.pause(k, other, m)
                    before = other.format.sessions[m].minutes + other.pause(m, one, k)
                    self.apart[(i, k), (j, m)] = after, before

    @property
    def over(self) -> bool:
        """Whether there were too many cases, or time is over."""
        return self.made >= CASES or self.watch.reason() is not None

    def best(self, roots: Sequence[_Case]) -> _Case | None:
        """The case without a clash whose dates cost least; None where there is none, or the search is over."""
        queue = [(case.cost, 0, number, case) for number, case in enumerate(roots)]
        heapify(queue)
        while queue and not self.over:
            *_, case = heappop(queue)
            clash = next(self._clashes(case), None)
            if clash is None:
                return case
            for times in clash:
                changed = self.without(case, times)
                self.made += 1
                if changed is not None:
                    heappush(queue, (changed.cost, sum(1 for _ in self._clashes(changed)), -self.made, changed))
        return None

    def _clashes(self, case: _Case) -> Iterator[Clash]:
        """What cannot be together: of two sessions ranges of starts, of which none of the one goes with any other."""
        dates = case.dates
        for (one, other), (after, before) in self.apart.items():
            first, second = dates[one[0]], dates[other[0]]
            if first is not None and second is not None:
                start, beside = first[one[1]], second[other[1]]
                if beside - after < start < beside + before:
                    early = min(start, beside)
                    yield (one, early, early + before - 1), (other, early, early + after - 1)
        for limited in self.limits:
            yield from limited.clashes(dates)

    def without(self, case: _Case, times: Times) -> _Case | None:
        """The case in which a session does not begin at some times; None where its match has no dates then."""
        (i, k), first, last = times
        task, way = self.tasks[i], case.ways[i]
        if way is None or task.fixed[k]:
            return None
        prices = list(way.prices)
        low, high = (int(task.starts[k].searchsorted(minute)) for minute in (first, last + 1))
        prices[k] = prices[k].copy()
        prices[k][low:high] = FAR
        found = cheapest(task, onwards_with(task, prices))
        if found is None:
            return None
        return _Case((*case.ways[:i], Pattern(tuple(prices), *found), *case.ways[i + 1 :]))


class _Limited:
    """How much is enough for one person, what others use of it, and the period of every start of their sessions."""

    def __init__(self, limit: Limit, tasks: Sequence[Task], others: Sequence[Held]) -> None:
        self.limit, self.tasks = limit, tasks
        self.used = used_of(limit, others)
        self.periods: dict[Session, Intervals] = {}
        for i, task in enumerate(tasks):
            for k, times in enumerate(task.starts if limit.who in task.buffers else ()):
                same = next((j for j in range(k) if task.starts[j] is times), None)
                self.periods[i, k] = limit.periods(times) if same is None else self.periods[i, same]

    def clashes(self, dates: Sequence[Chosen]) -> Iterator[Clash]:
        """For each period with more than enough as few sessions as are too many, each with its starts in the period."""
        used: dict[int, list[Session]] = {}
        for (i, k), periods in self.periods.items():
            mine = dates[i]
            if mine is not None:
                used.setdefault(int(periods[self.tasks[i].starts[k].searchsorted(mine[k])]), []).append((i, k))
        for period, sessions in used.items():
            found = self._too_many(sessions, self.used.get(period, 0))
            if found:
                yield tuple(self._times(session, period) for session in found)

    def _too_many(self, sessions: list[Session], spent: int) -> list[Session]:
        """Sessions that can move, as few as are too many beside those that cannot; none where all is well."""
        found = []
        for i, k in sorted(sessions, key=lambda session: not self.tasks[session[0]].fixed[session[1]]):
            spent += self.tasks[i].format.sessions[k].minutes if self.limit.minutes else 1
            if not self.tasks[i].fixed[k]:
                found.append((i, k))
                if spent > self.limit.most:
                    return found
        return []

    def _times(self, session: Session, period: int) -> Times:
        inside = self.tasks[session[0]].starts[session[1]][self.periods[session] == period]
        return session, int(inside[0]), int(inside[-1])
