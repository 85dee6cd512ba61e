"""What the dates of several matches must keep, and what they cost together: people, limits, rooms, loose sessions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, combinations, pairwise
from typing import NamedTuple

import numpy as np

from mmatch.arrays import Bools
from mmatch.scheduling.free_time import Limit
from mmatch.scheduling.single_match import Starts, cost
from mmatch.scheduling.tasks import Task

Chosen = Starts | None


class PlacedSession(NamedTuple):
    """Session k of a task, with its start and end."""

    start: int
    end: int
    task: Task
    k: int

    @property
    def site(self) -> str:
        """Where it is, if in person."""
        return self.task.sites[self.k]

    @property
    def fixed(self) -> bool:
        """Whether it has taken place."""
        return self.task.fixed[self.k]


def placed_sessions(tasks: Sequence[Task], dates: Sequence[Chosen]) -> Iterator[PlacedSession]:
    """All sessions that have a start."""
    for task, chosen in zip(tasks, dates, strict=True):
        for k, at in enumerate(chosen or ()):
            yield PlacedSession(at, at + task.format.sessions[k].minutes, task, k)


def spread(n: int, parts: Iterable[tuple[Sequence[int], Sequence[Chosen]]]) -> list[Chosen]:
    """Dates of n matches from those of some of them: (numbers, their dates); all others have none."""
    dates: list[Chosen] = [None] * n
    for numbers, some in parts:
        for k, chosen in zip(numbers, some, strict=True):
            dates[k] = chosen
    return dates


@dataclass(frozen=True, eq=False)
class Rooms:
    """How many rooms a site has, and the sessions of other matches that take one: (start, end)."""

    site: str
    number: int
    taken: tuple[tuple[int, int], ...] = ()

    def with_taken(self, sessions: Iterable[PlacedSession]) -> Rooms:
        """The site with the rooms that some sessions take."""
        return replace(self, taken=(*self.taken, *((s.start, s.end) for s in sessions if s.site == self.site)))


def fits(tasks: Sequence[Task], dates: Sequence[Chosen], rooms: Sequence[Rooms] = ()) -> bool:
    """Whether these dates can be held together: nobody in two places, all limits kept, rooms for all."""
    sessions = list(placed_sessions(tasks, dates))
    by_person: defaultdict[str, list[PlacedSession]] = defaultdict(list)
    for session in sorted(sessions, key=lambda session: session[:2]):
        for person in session.task.people:
            by_person[person].append(session)
    for own in by_person.values():
        for one, other in combinations(own, 2) if own[0].task.settings.travel else pairwise(own):
            pause = one.task.pause(one.k, other.task, other.k)
            if other.start < one.end + pause and not (one.fixed and other.fixed):  # the past is not judged
                return False
    return all(within(limit, sessions) for limit in limits_of(tasks)) and all(
        _enough_rooms(site, sessions) for site in rooms
    )


# -- limits -----------------------------------------------------------------------------------------------------------


def limits_of(tasks: Sequence[Task]) -> list[Limit]:
    """Every limit of the people of some tasks, once."""
    return list(dict.fromkeys(limit for task in tasks for limit in task.limits))


def within(limit: Limit, sessions: Iterable[PlacedSession]) -> bool:
    """Whether one person's sessions stay within a limit; sessions that have taken place count but are not judged."""
    rows = _in_periods(limit, sessions)
    used = _summed(limit, rows)
    return all(used[period] <= limit.most for session, period in rows if not session.fixed)


def used_of(limit: Limit, sessions: Iterable[PlacedSession]) -> Counter[int]:
    """How much of a limit one person's sessions use in each period."""
    return _summed(limit, _in_periods(limit, sessions))


def _in_periods(limit: Limit, sessions: Iterable[PlacedSession]) -> list[tuple[PlacedSession, int]]:
    own = [session for session in sessions if limit.person in session.task.buffers]
    periods = limit.periods(np.array([session.start for session in own], dtype=np.int64)).tolist()
    return list(zip(own, periods, strict=True))


def _summed(limit: Limit, rows: Iterable[tuple[PlacedSession, int]]) -> Counter[int]:
    used: Counter[int] = Counter()
    for session, period in rows:
        used[period] += limit.amount(session.end - session.start)
    return used


# -- rooms ------------------------------------------------------------------------------------------------------------


def _enough_rooms(site: Rooms, sessions: Iterable[PlacedSession]) -> bool:
    """Whether there is a room at each start of these sessions, and at each start of others meanwhile."""
    own = [(s.start, s.end) for s in sessions if s.site == site.site and not s.fixed]
    spans = [*site.taken, *own]
    return not own or _peak(spans) <= site.number or all(_peak(spans, span) <= site.number for span in own)


def _peak(spans: Iterable[tuple[int, int]], within_span: tuple[int, int] = (-(2**62), 2**62)) -> int:
    """How many spans overlap at most, anywhere or within one span."""
    low, high = within_span
    inside = [(a, b) for a, b in spans if a < high and b > low]
    steps = sorted([(max(a, low), 1) for a, _ in inside] + [(b, -1) for _, b in inside])
    return max(accumulate(step for _, step in steps), default=0)


def no_room(site: Rooms, task: Task, k: int) -> Bools:
    """At which starts of session k no room is left."""
    starts, minutes = task.starts[k], task.format.sessions[k].minutes
    if task.fixed[k] or len(site.taken) < site.number or not site.taken:
        return np.full(len(starts), not site.number and not task.fixed[k])
    edges = np.unique(np.array(site.taken, dtype=np.int64))
    begun, over = (np.sort(np.array([span[j] for span in site.taken])) for j in (0, 1))
    used = np.searchsorted(begun, edges, "right") - np.searchsorted(over, edges, "right")  # from each edge on
    busy = np.concatenate([[0], np.cumsum(used >= site.number)])
    first = np.searchsorted(edges, starts, "right") - 1
    last = np.searchsorted(edges, starts + minutes, "left")
    found: Bools = busy[last] > busy[np.maximum(first, 0)]
    return found


# -- costs ------------------------------------------------------------------------------------------------------------


def total(tasks: Sequence[Task], dates: Sequence[Chosen]) -> tuple[int, int]:
    """(matches with dates, what these dates cost: each by itself, and loose sessions)."""
    placed = sum(chosen is not None for chosen in dates)
    own = sum(cost(task, chosen) for task, chosen in zip(tasks, dates, strict=True) if chosen is not None)
    price = loose_price(tasks)
    if not price:
        return placed, own
    by_mentor: defaultdict[str, list[PlacedSession]] = defaultdict(list)
    for session in sorted(placed_sessions(tasks, dates), key=lambda session: session[:2]):
        by_mentor[session.task.people[0]].append(session)
    pairs = [pair for row in by_mentor.values() for pair in pairwise(row)]
    rests = [b.start - a.end - a.task.pause(a.k, b.task, b.k) for a, b in pairs]
    grain = tasks[0].settings.grain
    loose = sum(map(len, by_mentor.values())) - sum(0 <= rest < grain for rest in rests)
    return placed, own + price * loose


def loose_price(tasks: Sequence[Task]) -> int:
    """What one loose session costs: one that does not directly follow another session of its mentor."""
    return tasks[0].wishes.adjacent * tasks[0].radix if tasks else 0


def least_loose(tasks: Sequence[Task]) -> int:
    """What loose sessions cost at least: one for each mentor."""
    return len({task.people[0] for task in tasks}) * loose_price(tasks)


def worth(tasks: Sequence[Task], dates: Sequence[Chosen]) -> tuple[int, int]:
    """(matches with dates, minus their cost): the greater, the better."""
    placed, price = total(tasks, dates)
    return placed, -price
