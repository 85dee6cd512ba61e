"""The best dates of matches that share people: as many as possible get dates, then the sum of costs is least.

Alone is a lower bound of together. A few matches are settled clash by clash. Where that does not end soon, and for all
others: if taking one match after the other gives dates to all, its cost is an upper bound, and a start whose cheapest
plan is dearer than both leave room for is in no best schedule: few starts remain for CP-SAT.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, permutations

import numpy as np

from mmatch.instance import Watch
from mmatch.scheduling.cpsat_model import Found, searched_together
from mmatch.scheduling.dates import Patience
from mmatch.scheduling.feasibility import Chosen, Held, Room, fits, full, held, least_loose, total, within
from mmatch.scheduling.free_time import Task
from mmatch.scheduling.repairing import repaired
from mmatch.scheduling.settling import FEW, settled
from mmatch.scheduling.single_match import Dates, alone, cost, narrowed

MANY = 120  # matches that hang together, beyond which one model of all is not searched to its end
PROOF = 5.0  # of CP-SAT there, in its deterministic units
ORDERS = ((3, 6), (5, 24), (20, 6), (2**31, 2))  # (up to so many matches, orders in which they take turns)


@dataclass(frozen=True, slots=True)
class Placed:
    """Dates of the tasks of one component (None for a task without), and the bound: (most tasks, least cost)."""

    dates: tuple[Chosen, ...]
    bound: tuple[int, int]
    exact: bool


def components(tasks: Sequence[Task]) -> list[list[int]]:
    """Numbers of tasks that share people, directly or through others."""
    return joined_by([task.people for task in tasks])


def joined_by(things: Sequence[Iterable[object]]) -> list[list[int]]:
    """Numbers of rows that share things, directly or through others."""
    root = list(range(len(things)))

    def find(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    seen: dict[object, int] = {}
    for k, row in enumerate(things):
        for thing in row:
            root[find(k)] = find(seen.setdefault(thing, k))
    found: dict[int, list[int]] = {}
    for k in range(len(things)):
        found.setdefault(find(k), []).append(k)
    return list(found.values())


def place(
    tasks: Sequence[Task],
    watch: Watch | None = None,
    rooms: Sequence[Room] = (),
    known: Sequence[Chosen] | None = None,
    work: float | None = None,
) -> Placed:
    """The best dates of one component.

    Args:
        tasks: matches that share people, or rooms.
        watch: when to stop and take the best so far; None is never.
        rooms: sites whose rooms are shared, with what others take there.
        known: dates that are possible, to begin with.
        work: of CP-SAT at most, in its deterministic units; None is no limit.
    """
    watch = Watch() if watch is None else watch
    tasks = [without(task, (), rooms) for task in tasks] if rooms else tasks
    own = [alone(task) for task in tasks]
    possible = [k for k, dates in enumerate(own) if dates is not None]
    some, single = [tasks[k] for k in possible], [own[k] for k in possible]
    costs = [cost(task, dates) for task, dates in zip(some, single, strict=True) if dates is not None]
    bound = len(some), sum(costs) + least_loose(some)
    if fits(some, single, rooms) and total(some, single) == bound:
        return Placed(tuple(own), bound, exact=True)
    best = _settled(some, rooms, watch)
    if best is not None:
        return _placed(len(tasks), possible, best, total(some, best))
    turns = in_turn(some, rooms, bound, watch)
    if known is not None:
        turns = max(turns, [known[k] for k in possible], key=lambda dates: _worth(some, dates))
    if len(some) > MANY and not rooms and total(some, turns) != bound:
        turns = repaired(some, turns, single, beside, watch)
        work = work or PROOF
    best, exact = turns, total(some, turns) == bound
    if not exact and watch.reason() is None:
        if None not in turns:
            spare = total(some, turns)[1] - bound[1]
            some = [narrowed(task, least + spare) for task, least in zip(some, costs, strict=True)]
        found = _searched(some, turns, watch, rooms, work)
        best, exact = max(found.dates, turns, key=lambda dates: _worth(some, dates)), found.exact
        bound = max(bound, found.bound or bound, key=lambda pair: (-pair[0], pair[1]))
    return _placed(len(tasks), possible, best, total(some, best) if exact else bound, exact=exact)


def _placed(
    number: int, possible: Sequence[int], some: Sequence[Chosen], bound: tuple[int, int], *, exact: bool = True
) -> Placed:
    """The dates of some of the tasks, as dates of all."""
    dates: list[Chosen] = [None] * number
    for k, chosen in zip(possible, some, strict=True):
        dates[k] = chosen
    return Placed(tuple(dates), bound, exact)


def _settled(tasks: Sequence[Task], rooms: Sequence[Room], watch: Watch) -> Sequence[Chosen] | None:
    """The best dates of a few tasks without rooms, or wishes about one another; None where search is needed."""
    if len(tasks) > FEW or rooms or any(task.wishes.adjacent for task in tasks):
        return None
    return settled(tasks, watch)


def _searched(
    tasks: Sequence[Task], turns: Sequence[Chosen], watch: Watch, rooms: Sequence[Room], work: float | None
) -> Found:
    """What CP-SAT finds; at Ctrl-C nothing, where the host wants what there is."""
    try:
        return searched_together(tasks, turns, watch, rooms, work)
    except KeyboardInterrupt:
        if not (isinstance(watch, Patience) and watch.returns):
            raise
        watch.interrupted = True
        return Found([None] * len(tasks), None, exact=False)


def _worth(tasks: Sequence[Task], dates: Sequence[Chosen]) -> tuple[int, int]:
    placed, price = total(tasks, dates)
    return placed, -price


def in_turn(
    tasks: Sequence[Task],
    rooms: Sequence[Room] = (),
    bound: tuple[int, int] | None = None,
    watch: Watch | None = None,
) -> list[Chosen]:
    """Each match takes the best of what those before it left; the best of a few orders, None where nothing is left."""
    orders = next(number for most, number in ORDERS if len(tasks) <= most)
    first = sorted(range(len(tasks)), key=lambda k: (len(tasks[k].starts[0]), k))
    best: list[Chosen] = [None] * len(tasks)
    for order in islice(permutations(first) if len(tasks) < 9 else iter([first, first[::-1]]), orders):
        found = _in_order(tasks, order, rooms)
        best = max(best, found, key=lambda dates: _worth(tasks, dates))
        if total(tasks, best) == bound or (watch is not None and watch.reason() is not None):
            break
    return best


def _in_order(tasks: Sequence[Task], order: Sequence[int], rooms: Sequence[Room]) -> list[Chosen]:
    found: list[Chosen] = [None] * len(tasks)
    for k in sorted(order, key=lambda k: not any(tasks[k].fixed)):
        found[k] = beside(tasks, found, k, rooms)
    return found


def beside(tasks: Sequence[Task], found: Sequence[Chosen], k: int, rooms: Sequence[Room] = ()) -> Dates | None:
    """Cheap dates of task k beside what others have, within everybody's limits; None where there are none to be seen.

    Without limits these are the cheapest ones, and None means that there are none.
    """
    near = [j for j in range(len(tasks)) if j != k and found[j] is not None and _meet(tasks[k], tasks[j], rooms)]
    others, theirs = [tasks[j] for j in near], [found[j] for j in near]
    left = without(tasks[k], list(held(others, theirs)), rooms)
    dates = alone(left)
    company, theirs = [*others, tasks[k]], [*theirs, None]
    if dates is not None and tasks[k].limits and not fits(company, [*theirs[:-1], dates]):
        settled_alone = settled([left], Watch(), list(held(others, theirs[:-1])))
        dates = settled_alone[0] if settled_alone else _within_limits(company, theirs, len(near), left, dates)
    if dates is not None and not fits(company, [*theirs[:-1], dates], rooms):
        return None
    return dates


def _meet(one: Task, other: Task, rooms: Sequence[Room]) -> bool:
    """Whether two matches share people, or the rooms of a site."""
    if not one.buffers.keys().isdisjoint(other.buffers):
        return True
    return any(room.site in one.sites and room.site in other.sites for room in rooms)


def _within_limits(tasks: Sequence[Task], found: Sequence[Chosen], k: int, left: Task, dates: Dates) -> Dates | None:
    """The dates, or cheap ones that keep all limits beside what others have; None where few tries find none."""
    for _ in range(len(left.starts) * 8):
        if fits(tasks, [*found[:k], dates, *found[k + 1 :]]):
            return dates
        left = _without_crowded(tasks, found, k, left, dates)
        again = alone(left)
        if again is None:
            return None
        dates = again
    return None


def _without_crowded(tasks: Sequence[Task], found: Sequence[Chosen], k: int, left: Task, dates: Dates) -> Task:
    """The task without the last of its sessions' periods in which somebody would have more than enough."""
    sessions = list(held(tasks, [*found[:k], dates, *found[k + 1 :]]))
    for limit in left.limits:
        if within(limit, sessions):
            continue
        for j in reversed(range(len(dates))):
            upto = [s for s in sessions if s.task is not tasks[k] or s.k <= j]
            if not within(limit, upto) and not left.fixed[j]:
                period = limit.periods(np.array(dates[j : j + 1]))[0]
                keep = [np.ones(len(times), dtype=bool) for times in left.starts]
                keep[j] = limit.periods(left.starts[j]) != period
                return left.kept(keep)
    return left.kept([np.zeros(len(times), dtype=bool) for times in left.starts])


def without(task: Task, others: Sequence[Held], rooms: Sequence[Room] = ()) -> Task:
    """The task without starts at which somebody has another session, or no room is left."""
    keep = [np.ones(len(times), dtype=bool) for times in task.starts]
    for other in others:
        if task.buffers.keys().isdisjoint(other.task.buffers):
            continue
        for k, (times, own) in enumerate(zip(task.starts, task.format.sessions, strict=True)):
            if not (task.fixed[k] and other.task.fixed[other.k]):
                before = times + own.minutes + task.pause(k, other.task, other.k) <= other.start
                keep[k] &= before | (times >= other.end + other.task.pause(other.k, task, k))
    for room in rooms:
        more = tuple((s.start, s.end) for s in others if s.task.sites[s.k] == room.site)
        crowded = Room(room.site, room.number, (*room.taken, *more))
        for k, site in enumerate(task.sites):
            if site == room.site:
                keep[k] &= ~full(crowded, task, k)
    return task if all(mask.all() for mask in keep) else task.kept(keep)
