"""The best dates of matches that share people or rooms: one CP-SAT model of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmatch.scheduling.cpsat_model import (
    MatchVariables,
    keep_limit,
    keep_rooms,
    match_variables,
    number_of_loose,
    one_session_at_a_time,
)
from mmatch.scheduling.feasibility import Chosen, PlacedSession, Rooms, limits_of, loose_price, used_of
from mmatch.scheduling.single_match import IMPOSSIBLE, narrowed
from mmatch.solvers._interruptible import searched

if TYPE_CHECKING:
    from mmatch.instance import Watch
    from mmatch.scheduling.tasks import Task

SMALL = 12  # matches, up to which the whole linear relaxation of a model takes longer than it saves


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
) -> FoundDates:
    """The best dates of some matches, or the best that were found until the run is stopped.

    Args:
        tasks: matches of which each has dates by itself.
        start: dates to begin with.
        watch: when to stop.
        rooms: sites whose rooms are shared.
        others: sessions of matches that keep their dates; they count for the limits of people.
        work: a limit in deterministic units, which are about seconds; None is none.
    """
    from ortools.sat.python import cp_model

    cp = cp_model.CpModel()
    variables = [match_variables(cp, narrowed(task, IMPOSSIBLE - 1)) for task in tasks]
    one_session_at_a_time(cp, variables)
    for limit in limits_of(tasks):
        keep_limit(cp, variables, limit, used_of(limit, others))
    for site in rooms:
        keep_rooms(cp, variables, site)
    if None not in start:
        cp.add_bool_and([row.present for row in variables])
    _add_hint(cp, variables, start)
    price = loose_price(tasks)
    loose = price * number_of_loose(cp, variables) if price else 0
    radix = 1 + sum(row.most for row in variables) + price * sum(map(len, (row.literals for row in variables)))
    if radix * (len(tasks) + 1) >= IMPOSSIBLE:
        return FoundDates([None] * len(tasks), None, exact=False)
    cp.maximize(radix * sum(row.present for row in variables) - sum(row.price for row in variables) - loose)
    return _solved(cp, variables, radix, (watch, work))


def _add_hint(cp: Any, variables: Sequence[MatchVariables], start: Sequence[Chosen]) -> None:
    for row, chosen in zip(variables, start, strict=True):
        cp.add_hint(row.present, chosen is not None)
        for k, literals in enumerate(row.literals):
            for literal, at in zip(literals, row.task.starts[k].tolist(), strict=True):
                cp.add_hint(literal, chosen is not None and chosen[k] == at)


def _solved(cp: Any, variables: Sequence[MatchVariables], radix: int, limits: tuple[Watch, float | None]) -> FoundDates:
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
