"""The best dates: alone by dynamic programming, with others who share people by CP-SAT, component by component.

The cost of a plan is the minutes from the first day to its first session, and for each gap a day's minutes for every
day by which it misses its target. As many matches as possible get dates; then the sum of costs is least.

Alone is a lower bound of together. Where taking one match after the other gives dates to all, its cost is an upper
bound, and a start whose cheapest plan is dearer than both leave room for is in no best schedule: few starts remain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAY

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.planning.calendars import Task

FAR = 2**60
ORDERS = 24  # in which matches take turns, at most
Dates = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Dates of the tasks of one component (None for a task without), and the bound: (most tasks, least cost)."""

    dates: tuple[Dates | None, ...]
    bound: tuple[int, int]
    exact: bool


def alone(task: Task, origin: int) -> Dates | None:
    """The cheapest dates of one match as if nobody else were there; None where it has none."""
    if not task.open:
        return None
    least = _onwards(task, origin)
    at = int(least[0].argmin())
    if least[0][at] >= FAR:
        return None
    places = [at]
    for k in range(len(task.format.gaps)):
        onwards = _step(task, k)[:, places[-1]] + least[k + 1]
        places.append(int(onwards.argmin()))
    return tuple(int(times[place]) for times, place in zip(task.starts, places, strict=True))


def _step(task: Task, k: int) -> Intervals:
    """What gap k costs from each start of session k (columns) to each of the next (rows); `FAR` where not allowed."""
    gap = task.format.gaps[k]
    days = task.days[k + 1][:, None] - task.days[k][None, :]
    later = task.starts[k + 1][:, None] >= task.starts[k][None, :] + task.format.sessions[k].minutes + task.buffer
    allowed = (gap.least <= days) & (days <= gap.most) & later
    found: Intervals = np.where(allowed, DAY * np.abs(days - gap.target), FAR)
    return found


def _onwards(task: Task, origin: int) -> list[Intervals]:
    """The least cost from each start of each session to the end; for the first one with its own lateness."""
    least: list[Intervals] = [np.zeros(len(task.starts[-1]), dtype=np.int64)]
    for k in reversed(range(len(task.format.gaps))):
        least.insert(0, np.minimum((_step(task, k) + least[0][:, None]).min(axis=0), FAR))
    least[0] = np.minimum(least[0] + task.starts[0] - origin, FAR)
    return least


def narrowed(task: Task, origin: int, most: int) -> Task:
    """The task with only the starts that some dates of at most this cost use."""
    onwards = _onwards(task, origin)
    until = task.starts[0] - origin
    keep = [onwards[0] <= most]
    for k in range(len(task.format.gaps)):
        until = np.minimum((_step(task, k) + until[None, :]).min(axis=1), FAR)
        keep.append(until + onwards[k + 1] <= most)
    return replace(task, starts=_kept(task.starts, keep), days=_kept(task.days, keep))


def _kept(columns: tuple[Intervals, ...], keep: Sequence[Any]) -> tuple[Intervals, ...]:
    return tuple(column[mask] for column, mask in zip(columns, keep, strict=True))


def cost(task: Task, dates: Dates, origin: int) -> int:
    """What the dates of one match cost, in minutes."""
    rows = zip(task.days, task.starts, dates, strict=True)
    days = [int(days[np.searchsorted(times, at)]) for days, times, at in rows]
    missed = sum(abs(b - a - gap.target) for a, b, gap in zip(days, days[1:], task.format.gaps, strict=False))
    return dates[0] - origin + DAY * missed


def in_turn(tasks: Sequence[Task], origin: int) -> list[Dates] | None:
    """Dates for all, each match taking the best of what those before it left: the cheapest of a few orders."""
    best: tuple[int, list[Dates]] | None = None
    for order in islice(permutations(range(len(tasks))), ORDERS):
        found: dict[int, Dates] = {}
        for k in order:
            dates = alone(_without(tasks[k], [(tasks[j], found[j]) for j in found]), origin)
            if dates is None:
                break
            found[k] = dates
        else:
            total = sum(cost(tasks[k], dates, origin) for k, dates in found.items())
            if best is None or total < best[0]:
                best = total, [found[k] for k in range(len(tasks))]
    return None if best is None else best[1]


def _without(task: Task, others: Sequence[tuple[Task, Dates]]) -> Task:
    """The task without starts at which somebody has another session."""
    keep = [np.ones(len(times), dtype=bool) for times in task.starts]
    for other, dates in others:
        if set(task.people).isdisjoint(other.people):
            continue
        for at, held in zip(dates, other.format.sessions, strict=True):
            for k, (times, own) in enumerate(zip(task.starts, task.format.sessions, strict=True)):
                keep[k] &= (times >= at + held.minutes + task.buffer) | (times + own.minutes + task.buffer <= at)
    return replace(task, starts=_kept(task.starts, keep), days=_kept(task.days, keep))


def components(tasks: Sequence[Task]) -> list[list[int]]:
    """Numbers of tasks that share people, directly or through others."""
    root = list(range(len(tasks)))

    def find(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    seen: dict[str, int] = {}
    for k, task in enumerate(tasks):
        for who in task.people:
            root[find(k)] = find(seen.setdefault(who, k))
    found: dict[int, list[int]] = {}
    for k in range(len(tasks)):
        found.setdefault(find(k), []).append(k)
    return list(found.values())


def place(tasks: Sequence[Task], origin: int, seconds: float | None = None) -> Placed:
    """The best dates of one component.

    Args:
        tasks: matches that share people.
        origin: from where lateness counts, in UTC minutes.
        seconds: after which the best so far is taken; None is no limit.
    """
    own = [alone(task, origin) for task in tasks]
    bound = (
        sum(dates is not None for dates in own),
        sum(cost(task, dates, origin) for task, dates in zip(tasks, own, strict=True) if dates is not None),
    )
    if not _clash(tasks, own):
        return Placed(tuple(own), bound, exact=True)
    possible = [k for k, dates in enumerate(own) if dates is not None]
    some = [tasks[k] for k in possible]
    turns = in_turn(some, origin)
    if turns is not None:
        room = sum(cost(task, chosen, origin) for task, chosen in zip(some, turns, strict=True)) - bound[1]
        least = [cost(tasks[k], own[k] or (), origin) for k in possible]
        some = [narrowed(task, origin, lowest + room) for task, lowest in zip(some, least, strict=True)]
    found, bound, exact = _together(some, turns, origin, seconds)
    dates: list[Dates | None] = [None] * len(tasks)
    for k, chosen in zip(possible, found, strict=True):
        dates[k] = chosen
    return Placed(tuple(dates), bound, exact)


def _clash(tasks: Sequence[Task], dates: Sequence[Dates | None]) -> bool:
    """Whether somebody would be in two places."""
    taken: dict[str, list[tuple[int, int]]] = {}
    for task, chosen in zip(tasks, dates, strict=True):
        for at, session in zip(chosen or (), task.format.sessions, strict=False):
            for who in task.people:
                taken.setdefault(who, []).append((at, at + session.minutes + task.buffer))
    return any(
        later[0] < earlier[1]
        for times in taken.values()
        for earlier, later in zip(sorted(times), sorted(times)[1:], strict=False)
    )


def _together(
    tasks: Sequence[Task], turns: list[Dates] | None, origin: int, seconds: float | None
) -> tuple[list[Dates | None], tuple[int, int], bool]:
    """(dates, bound, whether they are the best): one model, each session one start, nobody in two places."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    busy: dict[str, list[Any]] = {}
    here, firsts, costs = [], [], []
    for task in tasks:
        present = model.new_bool_var("")
        times, days = _variables(model, task)
        for at, session in zip(times, task.format.sessions, strict=True):
            block = model.new_optional_fixed_size_interval_var(at, session.minutes + task.buffer, present, "")
            for who in task.people:
                busy.setdefault(who, []).append(block)
        price = model.new_int_var(0, FAR // 4, "")
        model.add(price >= times[0] - origin + DAY * _missed(model, task, days, present)).only_enforce_if(present)
        for k in range(len(times) - 1):
            ends = times[k] + task.format.sessions[k].minutes + task.buffer
            model.add(times[k + 1] >= ends).only_enforce_if(present)
        here.append(present)
        firsts.append(times)
        costs.append(price)
    for blocks in busy.values():
        if len(blocks) > 1:
            model.add_no_overlap(blocks)
    radix = 1 + sum(_most(task, origin) for task in tasks)
    for price, task in zip(costs, tasks, strict=True):
        model.add(price <= _most(task, origin))
    for times, chosen in zip(firsts, turns or (), strict=False):
        for at, hinted in zip(times, chosen, strict=True):
            model.add_hint(at, hinted)
    if turns is not None:
        model.add_bool_and(here)  # all get dates when they take turns
    model.maximize(radix * sum(here) - sum(costs))
    return _solved(model, here, firsts, radix, seconds)


def _variables(model: Any, task: Task) -> tuple[list[Any], list[Any]]:
    """(start, day) of each session; the day is what the wall shows at the start."""
    from ortools.sat.python import cp_model

    times, days = [], []
    for starts, dates in zip(task.starts, task.days, strict=True):
        at = model.new_int_var_from_domain(cp_model.Domain.from_values(starts.tolist()), "")
        day = model.new_int_var_from_domain(cp_model.Domain.from_values(np.unique(dates).tolist()), "")
        if len(task.starts) > 1:
            model.add_allowed_assignments([at, day], list(zip(starts.tolist(), dates.tolist(), strict=True)))
        times.append(at)
        days.append(day)
    return times, days


def _missed(model: Any, task: Task, days: list[Any], present: Any) -> Any:
    """Days by which all gaps miss their targets."""
    total: Any = 0
    for gap, before, after in zip(task.format.gaps, days, days[1:], strict=False):
        model.add(after - before >= gap.least).only_enforce_if(present)
        model.add(after - before <= gap.most).only_enforce_if(present)
        missed = model.new_int_var(0, gap.most + gap.target, "")
        model.add(missed >= after - before - gap.target).only_enforce_if(present)
        model.add(missed >= gap.target - after + before).only_enforce_if(present)
        total = total + missed
    return total


def _most(task: Task, origin: int) -> int:
    """More than any dates of a task cost."""
    return int(task.starts[0].max()) - origin + DAY * sum(gap.most + gap.target for gap in task.format.gaps)


def _solved(
    model: Any, here: list[Any], times: list[list[Any]], radix: int, seconds: float | None
) -> tuple[list[Dates | None], tuple[int, int], bool]:
    """One repeatable run of CP-SAT."""
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.catch_sigint_signal = False
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(seconds, 0.01)
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return [None] * len(here), (len(here), 0), False
    dates = [
        tuple(solver.value(at) for at in row) if solver.boolean_value(present) else None
        for present, row in zip(here, times, strict=True)
    ]
    most = round(solver.best_objective_bound)
    placed = -(-most // radix)
    return dates, (placed, placed * radix - most), status == cp_model.OPTIMAL
