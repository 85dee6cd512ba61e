"""The best dates of matches that share people or rooms, by one CP-SAT model: a literal for each start of each session.

As all literals of a match without dates are 0, what people, limits and rooms allow is linear without a large constant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

from mmatch.instance import Watch
from mmatch.scheduling.feasibility import Chosen, PlacedSession, Rooms, limits_of, loose_price, used_of
from mmatch.scheduling.free_time import Limit
from mmatch.scheduling.single_match import IMPOSSIBLE, dates_decide, narrowed, needed_minutes
from mmatch.scheduling.tasks import Task
from mmatch.solvers._interruptible import searched

SMALL = 12  # matches, up to which the whole linear relaxation of a model takes longer than it saves


@dataclass(frozen=True, eq=False)
class Choice:
    """Which of many possible matches take place: at most so many of each set of them, each at a price (from 0)."""

    sets: Sequence[tuple[Sequence[int], int]]
    prices: Sequence[int]


@dataclass(frozen=True, eq=False)
class FoundDates:
    """What a run gave: dates, the bound (most matches, least cost) on all dates, whether these are the best."""

    dates: list[Chosen]
    bound: tuple[int, int] | None
    exact: bool


def best_together(
    tasks: Sequence[Task],
    start: Sequence[Chosen],
    watch: Watch,
    rooms: Sequence[Rooms] = (),
    *,
    others: Sequence[PlacedSession] = (),
    work: float | None = None,
    choice: Choice | None = None,
) -> FoundDates:
    """The best dates of some matches, or the best that were found until the run is stopped.

    Args:
        tasks: matches of which each has dates by itself.
        start: dates to begin with.
        watch: when to stop.
        rooms: sites whose rooms are shared.
        others: sessions of matches that keep their dates; they count for the limits of people.
        work: a limit in deterministic units, which are about seconds; None is none.
        choice: which matches exclude each other; then their prices count, and not those of the dates.
    """
    from ortools.sat.python import cp_model

    cp = cp_model.CpModel()
    variables = [_match_variables(cp, narrowed(task, IMPOSSIBLE - 1)) for task in tasks]
    _one_session_at_a_time(cp, variables)
    for limit in limits_of(tasks):
        _keep_limit(cp, variables, limit, used_of(limit, others))
    for site in rooms:
        _keep_rooms(cp, variables, site)
    if None not in start:
        cp.add_bool_and([row.present for row in variables])
    for row, chosen in zip(variables, start, strict=True):
        cp.add_hint(row.present, chosen is not None)
        for k, literals in enumerate(row.literals):
            for literal, at in zip(literals, row.task.starts[k].tolist(), strict=True):
                cp.add_hint(literal, chosen is not None and chosen[k] == at)
    if choice is not None:
        for numbers, most in choice.sets:
            cp.add(sum(variables[k].present for k in numbers) <= most)
        radix = 1 + sum(choice.prices)
        taken = sum(price * row.present for price, row in zip(choice.prices, variables, strict=True))
        cp.maximize(radix * sum(row.present for row in variables) - taken)
        return _solved(cp, variables, radix, (watch, work))
    price = loose_price(tasks)
    loose = price * _number_of_loose(cp, variables) if price else 0
    radix = 1 + sum(row.most for row in variables) + price * sum(map(len, (row.literals for row in variables)))
    if radix * (len(tasks) + 1) >= IMPOSSIBLE:
        return FoundDates([None] * len(tasks), None, exact=False)
    cp.maximize(radix * sum(row.present for row in variables) - sum(row.price for row in variables) - loose)
    return _solved(cp, variables, radix, (watch, work))


def _solved(cp: Any, variables: Sequence[_Variables], radix: int, limits: tuple[Watch, float | None]) -> FoundDates:
    """One repeatable run of CP-SAT."""
    from ortools.sat.python import cp_model

    watch, work = limits
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.catch_sigint_signal = False
    solver.parameters.cp_model_probing_level = 0  # half of the time of small models, and no help to large ones
    solver.parameters.linearization_level = 2 if len(variables) > SMALL else 1
    if work is not None:
        solver.parameters.max_deterministic_time = work
    status = searched(solver, cp, watch)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return FoundDates([None] * len(variables), None, exact=False)
    dates: list[Chosen] = [
        tuple(solver.value(row.start(k)) for k in range(len(row.literals)))
        if solver.boolean_value(row.present)
        else None
        for row in variables
    ]
    most = round(solver.best_objective_bound)
    placed = -(-most // radix)
    return FoundDates(dates, (placed, placed * radix - most), status == cp_model.OPTIMAL)


# -- the model --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Variables:
    """Whether a match has dates, a literal for each start of each session, and the price, which is at most ``most``."""

    task: Task
    present: Any
    literals: list[list[Any]]
    price: Any
    most: int

    def at(self, k: int, values: Any) -> Any:
        """The value that belongs to the start of session k; 0 where the match has no dates."""
        from ortools.sat.python import cp_model

        return cp_model.LinearExpr.weighted_sum(self.literals[k], values.tolist())

    def start(self, k: int) -> Any:
        """The start of session k."""
        return self.at(k, self.task.starts[k])

    def variable(self, cp: Any, k: int, values: Any) -> Any:
        """A variable of the value that belongs to the start of session k; any value where the match has no dates."""
        from ortools.sat.python import cp_model

        found = cp.new_int_var_from_domain(cp_model.Domain.from_values(np.unique(values).tolist()), "")
        for literal, value in zip(self.literals[k], values.tolist(), strict=True):
            cp.add(found == value).only_enforce_if(literal)
        return found

    def inside(self, k: int, mask: Any) -> list[Any]:
        """The literals of some starts of session k."""
        return [self.literals[k][place] for place in np.flatnonzero(mask).tolist()]


def _match_variables(cp: Any, task: Task) -> _Variables:
    """The variables of one match, which has possible starts for every session."""
    present = cp.new_bool_var("")
    literals = [[cp.new_bool_var("") for _ in times] for times in task.starts]
    for row in literals:
        cp.add_exactly_one([*row, present.negated()])
    found = _Variables(task, present, literals, 0, 0)
    price = sum(found.at(k, prices) for k, prices in enumerate(task.prices))
    most = sum(max(int(prices.max()), 0) - min(int(prices.min()), 0) for prices in task.prices)
    for k in range(len(task.format.gaps)):
        if not (task.fixed[k] and task.fixed[k + 1]):
            gap_price, gap_most = _gap_price(cp, found, k)
            price, most = price + gap_price, most + gap_most
    return _Variables(task, present, literals, price, most)


def _gap_price(cp: Any, row: _Variables, k: int) -> tuple[Any, int]:
    """Gap k is kept; what it costs, and at most."""
    task, gap, (before, after) = row.task, row.task.format.gaps[k], row.task.marks[k]
    apart = row.variable(cp, k + 1, after) - row.variable(cp, k, before)
    cp.add(apart >= gap.least).only_enforce_if(row.present)
    cp.add(apart <= gap.most).only_enforce_if(row.present)
    if gap.touchpoints:
        soonest = row.variable(cp, k, task.soonest[k])
        cp.add(row.variable(cp, k + 1, task.days[k + 1]) >= soonest).only_enforce_if(row.present)
    if not dates_decide(task, k):
        end = row.variable(cp, k, task.starts[k] + needed_minutes(task, k))
        cp.add(row.variable(cp, k + 1, task.starts[k + 1]) >= end).only_enforce_if(row.present)
    price, most = 0, 0
    if weight := task.radix * task.wishes.gap:
        missed = cp.new_int_var(0, gap.most + gap.target, "")
        cp.add(missed >= apart - gap.target).only_enforce_if(row.present)
        cp.add(missed >= gap.target - apart).only_enforce_if(row.present)
        price, most = weight * missed, weight * (gap.most + gap.target)
    if weight := task.radix * task.wishes.same_time:
        differ = cp.new_bool_var("")
        for time in np.unique(task.week_times[k]).tolist():
            one, other = (row.inside(j, task.week_times[j] == time) for j in (k, k + 1))
            cp.add(differ >= sum(one) - sum(other))
        price, most = price + weight * differ, most + weight
    return price, most


def _numbered(variables: Sequence[_Variables]) -> Iterator[tuple[_Variables, int]]:
    """Every session as (variables of its match, number of the session)."""
    for row in variables:
        for k in range(len(row.literals)):
            yield row, k


Row = tuple[_Variables, int]  # the variables of a match, and the number of one of its sessions


def _one_session_at_a_time(cp: Any, variables: Sequence[_Variables]) -> None:
    """Everybody's sessions lie one after the other, with pauses."""
    by_person: defaultdict[str, list[Row]] = defaultdict(list)
    for row, k in _numbered(variables):
        for person in row.task.people:
            by_person[person].append((row, k))
    pairs: dict[tuple[int, int, int, int], tuple[Row, Row]] = {}
    for person, rows in by_person.items():
        if any(row.task.settings.travel or any(row.task.fixed) for row, _ in rows):
            pairs |= {(id(a), k, id(b), j): ((a, k), (b, j)) for (a, k), (b, j) in combinations(rows, 2)}
        elif any(row is not rows[0][0] for row, _ in rows):  # gaps keep the sessions of one match apart
            for _, sessions, literals in _at_each_time(rows, rows[0][0].task.buffers[person]):
                if sessions > 1:
                    cp.add_at_most_one(literals)
    for one, other in pairs.values():
        if not (one[0].task.fixed[one[1]] and other[0].task.fixed[other[1]]):  # the past is free
            first = cp.new_bool_var("")
            _after(cp, one, other, [one[0].present, other[0].present, first])
            _after(cp, other, one, [one[0].present, other[0].present, first.negated()])


def _after(cp: Any, one: Row, other: Row, literals: Sequence[Any]) -> Any:
    """How long after the first possible time the other session begins; under the literals never before it."""
    (a, k), (b, j) = one, other
    rest = b.start(j) - a.start(k) - a.task.format.sessions[k].minutes - a.task.pause(k, b.task, j)
    cp.add(rest >= 0).only_enforce_if(literals)
    return rest


def _at_each_time(rows: Sequence[Row], pause: int, more: Iterable[int] = ()) -> Iterator[tuple[int, int, list[Any]]]:
    """For each start, and more times: how many sessions can go on then, pauses included, and the literals of these."""
    times = np.concatenate([row.task.starts[k] for row, k in rows])
    for time in sorted({*times.tolist(), *more}):
        going_on: list[list[Any]] = []
        for row, k in rows:
            starts, taken = row.task.starts[k], row.task.format.sessions[k].minutes + pause
            low, high = (int(starts.searchsorted(at, "right")) for at in (time - taken, time))
            going_on += [row.literals[k][low:high]] if low < high else []
        yield time, len(going_on), [literal for literals in going_on for literal in literals]


def _keep_limit(cp: Any, variables: Sequence[_Variables], limit: Limit, used_up: Mapping[int, int]) -> None:
    """One person's limit is kept in every period, of which other matches have used up some."""
    used: defaultdict[int, list[tuple[Any, int, bool]]] = defaultdict(list)
    for row, k in _numbered(variables):
        if limit.person in row.task.buffers:
            periods = limit.periods(row.task.starts[k])
            amount = limit.amount(row.task.format.sessions[k].minutes)
            for literal, period in zip(row.literals[k], periods.tolist(), strict=True):
                used[period].append((literal, amount, row.task.fixed[k]))
    for period, rows in used.items():
        most = limit.most - used_up.get(period, 0)
        kept = cp.add(sum(literal * amount for literal, amount, _ in rows) <= most)
        if any(fixed for _, _, fixed in rows):  # the past may exceed the limit by itself
            some = cp.new_bool_var("")
            for literal in [literal for literal, _, fixed in rows if not fixed]:
                cp.add_implication(literal, some)
            kept.only_enforce_if(some)


def _keep_rooms(cp: Any, variables: Sequence[_Variables], site: Rooms) -> None:
    """A site never has more sessions at a time than rooms."""
    rows = [(row, k) for row, k in _numbered(variables) if row.task.sites[k] == site.site and not row.task.fixed[k]]
    for time, sessions, literals in _at_each_time(rows, 0, (begin for begin, _ in site.taken)) if rows else ():
        free = max(site.number - sum(begin <= time < end for begin, end in site.taken), 0)
        if sessions > free:
            cp.add(sum(literals) <= free)


def _number_of_loose(cp: Any, variables: Sequence[_Variables]) -> Any:
    """How many sessions do not directly follow another session of their mentor; the model may count more."""
    by_mentor: defaultdict[str, list[Row]] = defaultdict(list)
    for row, k in _numbered(variables):
        by_mentor[row.task.people[0]].append((row, k))
    loose: Any = 0
    for rows in by_mentor.values():
        after: defaultdict[int, list[Any]] = defaultdict(list)
        before: defaultdict[int, list[Any]] = defaultdict(list)
        for (i, one), (j, other) in permutations(enumerate(rows), 2):
            link = cp.new_bool_var("")  # only 1 where the other begins at the first possible time after this one
            cp.add(_after(cp, one, other, [link]) <= one[0].task.settings.grain - 1).only_enforce_if(link)
            cp.add_implication(link, one[0].present)
            cp.add_implication(link, other[0].present)
            after[i].append(link)
            before[j].append(link)
        for links in (*after.values(), *before.values()):
            cp.add_at_most_one(links)
        loose = loose + sum(row.present for row, _ in rows) - sum(link for links in after.values() for link in links)
    return loose
