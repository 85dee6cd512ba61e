"""One model for matches that share people or rooms: each session one start, as CP-SAT wants it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.scheduling.feasibility import Chosen, Room, limits_of
from mmatch.scheduling.free_time import Limit, Task
from mmatch.scheduling.single_match import FAR, Dates
from mmatch.solvers._searching import searched

if TYPE_CHECKING:
    from mmatch.instance import Watch


@dataclass(frozen=True, eq=False)
class Part:
    """The variables of one match: whether it has dates, and for each session its start, date and mark."""

    task: Task
    present: Any
    starts: list[Any]
    price: Any
    most: int


@dataclass(frozen=True, eq=False)
class Found:
    """What a run gave: dates, what no dates exceed as (most matches, least cost), whether they are the best."""

    dates: list[Chosen]
    bound: tuple[int, int] | None
    exact: bool


@dataclass(eq=False)
class Model:
    """The model while it grows."""

    cp: Any
    parts: list[Part] = field(default_factory=list)
    costs: list[Any] = field(default_factory=list)


def searched_together(
    tasks: Sequence[Task],
    turns: Sequence[Chosen],
    watch: Watch,
    rooms: Sequence[Room] = (),
    work: float | None = None,
) -> Found:
    """The best dates of some matches, or the best found until the watch says stop.

    Args:
        tasks: matches of which each has dates by itself.
        turns: dates to begin with.
        watch: when to stop.
        rooms: sites whose rooms are shared.
        work: a limit in deterministic units, which are about seconds; None is none.
    """
    from ortools.sat.python import cp_model

    model = Model(cp_model.CpModel())
    for task in tasks:
        model.parts.append(_part(model, task))
    _nobody_twice(model)
    for limit in limits_of(tasks):
        _limited(model, limit)
    for room in rooms:
        _housed(model, room)
    loose = _loose(model)
    everybody = all(chosen is not None for chosen in turns)
    if everybody:
        model.cp.add_bool_and([part.present for part in model.parts])
    _hint(model, turns)
    radix = 1 + sum(part.most for part in model.parts) + loose[1]
    least = sum(model.costs) + loose[0]
    model.cp.maximize(radix * sum(part.present for part in model.parts) - least)
    return _solved(model, radix, watch, work)


def _part(model: Model, task: Task) -> Part:
    """One match: a start for each session, gaps kept, and what it costs."""
    cp = model.cp
    present = cp.new_bool_var("")
    columns = [_columns(task, k) for k in range(len(task.starts))]
    rows = [_variables(cp, column) for column in columns]
    most = sum(max(int(column["price"].max()), 0) for column in columns)
    prices = sum(row["price"] for row in rows)
    for k in range(len(task.format.gaps)):
        if not (task.fixed[k] and task.fixed[k + 1]):
            gap_price, gap_most = _gap(cp, task, k, (rows[k], rows[k + 1]), present)
            prices, most = prices + gap_price, most + gap_most
    least = sum(min(int(column["price"].min()), 0) for column in columns)
    price = cp.new_int_var(min(least, 0), max(most, 0), "")
    cp.add(price >= prices).only_enforce_if(present)
    cp.add(price == 0).only_enforce_if(present.negated())
    model.costs.append(price)
    return Part(task, present, [row["start"] for row in rows], price, most - least)


def _columns(task: Task, k: int) -> dict[str, Any]:
    """What belongs to each start of session k."""
    found = {"start": task.starts[k], "price": task.prices[k]}
    gaps = len(task.format.gaps)
    if k < gaps:
        found["before"], found["soonest"] = task.marks[k][0], task.soonest[k]
    if k > 0:
        found["after"], found["day"] = task.marks[k - 1][1], task.days[k]
    if task.wishes.same_time and task.radix and gaps:
        found["clock"] = task.clocks[k]
    return found


def _variables(cp: Any, columns: dict[str, Any]) -> dict[str, Any]:
    """A variable for each column, tied together row by row; constants where a column has one value."""
    from ortools.sat.python import cp_model

    found: dict[str, Any] = {}
    tied = []
    for name, column in columns.items():
        values = np.unique(column)
        if len(values) == 1 and name != "start":
            found[name] = int(values[0])
            continue
        found[name] = cp.new_int_var_from_domain(cp_model.Domain.from_values(values.tolist()), "")
        tied.append(name)
    if len(tied) > 1:
        rows = zip(*(columns[name].tolist() for name in tied), strict=True)
        cp.add_allowed_assignments([found[name] for name in tied], list(rows))
    return found


def _gap(cp: Any, task: Task, k: int, rows: tuple[Any, Any], present: Any) -> tuple[Any, int]:
    """Gap k is kept; what it costs, and at most."""
    gap, (one, other) = task.format.gaps[k], rows
    apart = other["after"] - one["before"]
    end = one["start"] + task.format.sessions[k].minutes + task.pause(k, task, k + 1)
    for wanted in (apart >= gap.least, apart <= gap.most, other["day"] >= one["soonest"], other["start"] >= end):
        if isinstance(wanted, bool | np.bool_):
            if not wanted:
                cp.add(present == 0)
        else:
            cp.add(wanted).only_enforce_if(present)
    price: Any = 0
    most = 0
    weight = task.radix * task.wishes.gap
    if weight:
        missed = cp.new_int_var(0, gap.most + gap.target, "")
        cp.add(missed >= apart - gap.target).only_enforce_if(present)
        cp.add(missed >= gap.target - apart).only_enforce_if(present)
        price, most = weight * missed, weight * (gap.most + gap.target)
    if "clock" in one:
        weight = task.radix * task.wishes.same_time
        price, most = price + weight * _differ(cp, one["clock"], other["clock"]), most + weight
    return price, most


def _differ(cp: Any, one: Any, other: Any) -> Any:
    """1 where two variables have different values; it may be 1 elsewhere."""
    if isinstance(one, int) and isinstance(other, int):
        return int(one != other)
    differ = cp.new_bool_var("")
    cp.add(one == other).only_enforce_if(differ.negated())
    return differ


def _sessions(model: Model) -> Iterator[tuple[Part, int]]:
    for part in model.parts:
        for k in range(len(part.starts)):
            yield part, k


def _nobody_twice(model: Model) -> None:
    """Everybody's sessions one after the other, with pauses."""
    mine: defaultdict[str, list[tuple[Part, int]]] = defaultdict(list)
    for part, k in _sessions(model):
        for who in part.task.people:
            mine[who].append((part, k))
    several = {tuple((id(part), k) for part, k in rows): (who, rows) for who, rows in mine.items() if len(rows) > 1}
    travel = any(part.task.settings.travel for part in model.parts)
    pairs: set[tuple[int, int, int, int]] = set()
    for who, rows in several.values():
        if travel or _held_together(who, rows):
            _one_by_one(model, rows, pairs)
        else:
            _blocks(model, who, rows)


def _held_together(who: str, rows: list[tuple[Part, int]]) -> bool:
    """Whether sessions of one person have been held with less between them than a pause is now."""
    held = sorted(
        (int(part.task.starts[k][0]), part.task.format.sessions[k].minutes + part.task.buffers[who])
        for part, k in rows
        if part.task.fixed[k]
    )
    return any(one[0] + one[1] > other[0] for one, other in pairwise(held))


def _blocks(model: Model, who: str, rows: list[tuple[Part, int]]) -> None:
    """Blocks that do not overlap: sessions with the pause behind them."""
    blocks = []
    for part, k in rows:
        if not part.task.fixed[k] or not all(other.task.fixed[j] for other, j in rows):
            size = part.task.format.sessions[k].minutes + part.task.buffers[who]
            blocks.append(model.cp.new_optional_fixed_size_interval_var(part.starts[k], size, part.present, ""))
    model.cp.add_no_overlap(blocks)


def _one_by_one(model: Model, rows: list[tuple[Part, int]], done: set[tuple[int, int, int, int]]) -> None:
    """For every two sessions one is first, and leaves the pause that the way between their places takes."""
    cp = model.cp
    for (one, k), (other, j) in combinations(rows, 2):
        pair = (id(one), k, id(other), j)
        if pair in done or (one.task.fixed[k] and other.task.fixed[j]):
            continue
        done.add(pair)
        first = cp.new_bool_var("")
        both = [one.present, other.present]
        ends = one.starts[k] + one.task.format.sessions[k].minutes + one.task.pause(k, other.task, j)
        cp.add(other.starts[j] >= ends).only_enforce_if([*both, first])
        ends = other.starts[j] + other.task.format.sessions[j].minutes + other.task.pause(j, one.task, k)
        cp.add(one.starts[k] >= ends).only_enforce_if([*both, first.negated()])


def _limited(model: Model, limit: Limit) -> None:
    """One person has not more than enough in any period."""
    used: defaultdict[int, list[tuple[Any, int, bool]]] = defaultdict(list)
    for part, k in _sessions(model):
        if limit.who not in part.task.buffers:
            continue
        times = part.task.starts[k]
        weight = part.task.format.sessions[k].minutes if limit.minutes else 1
        periods = limit.periods(times)
        for period in np.unique(periods).tolist():
            here = _lies(model.cp, part, k, times[periods == period])
            used[period].append((here, weight, part.task.fixed[k]))
    for rows in used.values():
        spent = sum(here * weight for here, weight, _ in rows)
        movable = [here for here, _, fixed in rows if not fixed]
        if sum(weight for _, weight, _ in rows) <= limit.most:
            continue
        if len(movable) == len(rows):
            model.cp.add(spent <= limit.most)
            continue
        for here in movable:  # what has been held may be more than enough by itself
            model.cp.add(spent <= limit.most).only_enforce_if(here)


def _lies(cp: Any, part: Part, k: int, times: Any) -> Any:
    """Whether session k takes place at one of some times: 1 where it does."""
    if len(times) == len(part.task.starts[k]):
        return part.present
    from ortools.sat.python import cp_model

    here = cp.new_bool_var("")
    others = np.setdiff1d(part.task.starts[k], times)
    elsewhere = cp_model.Domain.from_values(others.tolist())
    cp.add_linear_expression_in_domain(part.starts[k], elsewhere).only_enforce_if([part.present, here.negated()])
    return here


def _housed(model: Model, room: Room) -> None:
    """No more sessions at a site at a time than it has rooms."""
    blocks, sizes = [], []
    for part, k in _sessions(model):
        if part.task.sites[k] == room.site and not part.task.fixed[k]:
            size = part.task.format.sessions[k].minutes
            blocks.append(model.cp.new_optional_fixed_size_interval_var(part.starts[k], size, part.present, ""))
            sizes.append(1)
    if not blocks or len(blocks) + len(room.taken) <= room.number:
        return
    if not room.taken and room.number == 1:
        model.cp.add_no_overlap(blocks)
        return
    for low, high, used in steps(room.taken):
        blocks.append(model.cp.new_fixed_size_interval_var(low, high - low, ""))
        sizes.append(min(used, room.number))
    model.cp.add_cumulative(blocks, sizes, room.number)


def steps(spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(from, to, how many spans hold) over time, where any does."""
    edges = sorted({edge for span in spans for edge in span})
    change: defaultdict[int, int] = defaultdict(int)
    for low, high in spans:
        change[low] += 1
        change[high] -= 1
    now = 0
    for low, high in pairwise(edges):
        now += change[low]
        if now:
            yield low, high, now


def _loose(model: Model) -> tuple[Any, int]:
    """What sessions cost that do not follow directly on another one of their mentor, and at most."""
    if not model.parts or not model.parts[0].task.wishes.adjacent:
        return 0, 0
    mine: defaultdict[str, list[tuple[Part, int]]] = defaultdict(list)
    for part, k in _sessions(model):
        mine[part.task.people[0]].append((part, k))
    worth = model.parts[0].task.wishes.adjacent * model.parts[0].task.radix
    free: Any = 0
    for rows in mine.values():
        after: defaultdict[int, list[Any]] = defaultdict(list)
        before: defaultdict[int, list[Any]] = defaultdict(list)
        for (i, one), (j, other) in product(enumerate(rows), repeat=2):
            if i != j:
                link = _follows(model.cp, one, other)
                after[i].append(link)
                before[j].append(link)
        for links in (*after.values(), *before.values()):
            model.cp.add_at_most_one(links)
        sessions = sum(part.present for part, _ in rows)
        free = free + sessions - sum(link for links in after.values() for link in links)
    return worth * free, worth * sum(map(len, mine.values()))


def _follows(cp: Any, one: tuple[Part, int], other: tuple[Part, int]) -> Any:
    """Only 1 where the other session begins at the first possible time after this one."""
    (a, k), (b, j) = one, other
    link = cp.new_bool_var("")
    end = a.starts[k] + a.task.format.sessions[k].minutes + a.task.pause(k, b.task, j)
    cp.add(b.starts[j] >= end).only_enforce_if(link)
    cp.add(b.starts[j] <= end + a.task.settings.grain - 1).only_enforce_if(link)
    cp.add_implication(link, a.present)
    cp.add_implication(link, b.present)
    return link


def _hint(model: Model, turns: Sequence[Chosen]) -> None:
    for part, chosen in zip(model.parts, turns, strict=True):
        model.cp.add_hint(part.present, chosen is not None)
        for start, hinted in zip(part.starts, chosen or (), strict=False):
            model.cp.add_hint(start, hinted)


def _solved(model: Model, radix: int, watch: Watch, work: float | None) -> Found:
    """One repeatable run of CP-SAT."""
    from ortools.sat.python import cp_model

    if radix * (len(model.parts) + 1) >= FAR:
        return Found([None] * len(model.parts), None, exact=False)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.catch_sigint_signal = False
    if work is not None:
        solver.parameters.max_deterministic_time = work
    status = searched(solver, model.cp, watch)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Found([None] * len(model.parts), None, exact=False)
    dates: list[Dates | None] = [
        tuple(solver.value(start) for start in part.starts) if solver.boolean_value(part.present) else None
        for part in model.parts
    ]
    most = round(solver.best_objective_bound)
    placed = -(-most // radix)
    return Found(dates, (placed, placed * radix - most), status == cp_model.OPTIMAL)
