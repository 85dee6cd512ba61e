"""What several matches must keep and what they cost together: nobody in two places, limits, rooms, loose sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmatch.scheduling.free_time import Limit, Task
from mmatch.scheduling.single_match import Dates, cost

if TYPE_CHECKING:
    from mmatch.people.columns import Bools

Chosen = Dates | None


class Held(NamedTuple):
    """Session k of a task with a start."""

    start: int
    end: int
    task: Task
    k: int


@dataclass(frozen=True, eq=False)
class Room:
    """The rooms of a site, and the sessions of other matches that take one: (start, end)."""

    site: str
    number: int
    taken: tuple[tuple[int, int], ...] = ()

    def free(self, start: int, end: int) -> bool:
        """Whether a room is left for one session more."""
        return peak([*self.taken, (start, end)], within=(start, end)) <= self.number


def held(tasks: Sequence[Task], dates: Sequence[Chosen]) -> Iterator[Held]:
    """All sessions that have a start."""
    for task, chosen in zip(tasks, dates, strict=True):
        for k, at in enumerate(chosen or ()):
            yield Held(at, at + task.format.sessions[k].minutes, task, k)


def by_person(sessions: Iterable[Held]) -> dict[str, list[Held]]:
    """Everybody's sessions in order."""
    found: defaultdict[str, list[Held]] = defaultdict(list)
    for session in sessions:
        for who in session.task.people:
            found[who].append(session)
    return {who: sorted(mine, key=lambda session: session[:2]) for who, mine in found.items()}


def fits(tasks: Sequence[Task], dates: Sequence[Chosen], rooms: Sequence[Room] = ()) -> bool:
    """Whether nobody is in two places, nobody has more than enough, and there are rooms."""
    sessions = list(held(tasks, dates))
    return (
        all(_in_turn(mine) for mine in by_person(sessions).values())
        and all(within(limit, sessions) for limit in limits_of(tasks))
        and all(_housed(room, sessions) for room in rooms)
    )


def _in_turn(mine: Sequence[Held]) -> bool:
    """Whether one person's sessions leave the pauses between them."""
    pairs = combinations(mine, 2) if mine and mine[0].task.settings.travel else pairwise(mine)
    return all(far_enough(one, other) for one, other in pairs)


def far_enough(one: Held, other: Held) -> bool:
    """Whether a session leaves the pause before a later one; what has taken place is not asked."""
    if one.task.fixed[one.k] and other.task.fixed[other.k]:
        return True
    return other.start >= one.end + one.task.pause(one.k, other.task, other.k)


def limits_of(tasks: Sequence[Task]) -> list[Limit]:
    """Every limit of the people of some tasks, once."""
    return list(dict.fromkeys(limit for task in tasks for limit in task.limits))


def within(limit: Limit, sessions: Iterable[Held]) -> bool:
    """Whether one person's sessions stay within a limit; what has taken place counts, too."""
    rows = list(_in_periods(limit, sessions))
    used = _summed(limit, rows)
    return all(used[period] <= limit.most for session, period in rows if not session.task.fixed[session.k])


def used_of(limit: Limit, sessions: Iterable[Held]) -> dict[int, int]:
    """What one person's sessions use of a limit in each period."""
    return _summed(limit, _in_periods(limit, sessions))


def _in_periods(limit: Limit, sessions: Iterable[Held]) -> Iterator[tuple[Held, int]]:
    mine = [session for session in sessions if limit.who in session.task.buffers]
    periods = limit.periods(np.array([session.start for session in mine], dtype=np.int64)).tolist() if mine else []
    yield from zip(mine, periods, strict=True)


def _summed(limit: Limit, rows: Iterable[tuple[Held, int]]) -> dict[int, int]:
    used: defaultdict[int, int] = defaultdict(int)
    for session, period in rows:
        used[period] += session.end - session.start if limit.minutes else 1
    return used


def _housed(room: Room, sessions: Iterable[Held]) -> bool:
    mine = [(s.start, s.end) for s in sessions if s.task.sites[s.k] == room.site and not s.task.fixed[s.k]]
    return not mine or peak([*room.taken, *mine]) <= room.number or all(_fits_in(room, mine, one) for one in mine)


def _fits_in(room: Room, mine: Sequence[tuple[int, int]], one: tuple[int, int]) -> bool:
    return peak([*room.taken, *mine], within=one) <= room.number


def peak(spans: Iterable[tuple[int, int]], within: tuple[int, int] | None = None) -> int:
    """How many spans hold at the same time at most, within one span or anywhere."""
    low, high = within or (-(2**62), 2**62)
    events = [(max(a, low), 1) for a, b in spans if a < high and b > low]
    events += [(b, -1) for a, b in spans if a < high and b > low]
    most = now = 0
    for _, step in sorted(events):
        now += step
        most = max(most, now)
    return most


def full(room: Room, task: Task, k: int) -> Bools:
    """At which starts of session k no room is left."""
    starts, minutes = task.starts[k], task.format.sessions[k].minutes
    if task.fixed[k] or len(room.taken) < room.number:
        return np.zeros(len(starts), dtype=bool)
    edges = np.unique(np.array(room.taken, dtype=np.int64))
    begun, over = (np.sort(np.array([span[j] for span in room.taken])) for j in (0, 1))
    used = np.searchsorted(begun, edges, "right") - np.searchsorted(over, edges, "right")  # from each edge on
    busy = np.concatenate([[0], np.cumsum(used >= room.number)])
    first = np.searchsorted(edges, starts, "right") - 1
    last = np.searchsorted(edges, starts + minutes, "left")
    found: Bools = busy[last] > busy[np.maximum(first, 0)]
    return found


def loose(tasks: Sequence[Task], dates: Sequence[Chosen]) -> int:
    """What sessions cost that do not follow directly on another one of their mentor."""
    if not tasks or not tasks[0].wishes.adjacent:
        return 0
    mine: defaultdict[str, list[Held]] = defaultdict(list)
    for session in held(tasks, dates):
        mine[session.task.people[0]].append(session)
    ordered = [sorted(sessions, key=lambda session: session[:2]) for sessions in mine.values()]
    alone = sum(len(row) - sum(follows(a, b) for a, b in pairwise(row)) for row in ordered)
    return alone * tasks[0].wishes.adjacent * tasks[0].radix


def follows(one: Held, other: Held) -> bool:
    """Whether a session begins at the first possible time after another one."""
    rest = other.start - one.end - one.task.pause(one.k, other.task, other.k)
    return 0 <= rest < one.task.settings.grain


def least_loose(tasks: Sequence[Task]) -> int:
    """What loose sessions cost at the least: one for each mentor."""
    if not tasks or not tasks[0].wishes.adjacent:
        return 0
    return len({task.people[0] for task in tasks}) * tasks[0].wishes.adjacent * tasks[0].radix


def total(tasks: Sequence[Task], dates: Sequence[Chosen]) -> tuple[int, int]:
    """(matches with dates, what these dates cost)."""
    own = sum(cost(task, chosen) for task, chosen in zip(tasks, dates, strict=True) if chosen is not None)
    return sum(chosen is not None for chosen in dates), own + loose(tasks, dates)


def limits_by_person(tasks: Sequence[Task]) -> Mapping[str, list[Limit]]:
    """The limits of each person who has some."""
    found: defaultdict[str, list[Limit]] = defaultdict(list)
    for limit in limits_of(tasks):
        found[limit.who].append(limit)
    return found
