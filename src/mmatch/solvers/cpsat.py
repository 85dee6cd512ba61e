"""Constraint programming: CP-SAT of OR-Tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from mmatch.arrays import Ints
from mmatch.constraints import FAR
from mmatch.errors import InputError, Problem, SolverError, UnsupportedError
from mmatch.exact import number_fault
from mmatch.instance import Answer, Instance, Watch
from mmatch.solvers._integer_program import Found, Goal, Model, Row, time_left
from mmatch.solvers._interruptible import searched
from mmatch.solvers._lexicographic import KINDS, in_order


@dataclass(frozen=True)
class CpSat:
    """Search with learning, in whole numbers only, stage after stage; stops at any time.

    Args:
        workers: threads; one is repeatable, several are not.
        work: most work of each search, in the units of CP-SAT, which are the same on all machines; None is no limit.
    """

    name: ClassVar[str] = "cpsat"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = 3
    workers: int = 1
    work: float | None = None

    def __post_init__(self) -> None:
        if type(self.workers) is not int or self.workers < 1:
            raise InputError(Problem("argument", "CpSat.workers", "expected a whole number from 1"))
        fault = "" if self.work is None else number_fault(self.work, "work") or ("" if self.work > 0 else "above 0")
        if fault:
            raise InputError(Problem("argument", "CpSat.work", f"found {self.work!r}, expected a number above 0"))

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A best choice of edges, claimed."""
        return in_order(instance, watch, partial(self.searched, watch))

    def searched(self, watch: Watch, model: Model, goal: Goal, best: Ints | None) -> Found:
        """One run of CP-SAT."""
        from ortools.sat.python import cp_model

        made, variables = _made(model, goal)
        if best is not None:
            for variable, value in zip(variables, best.tolist(), strict=False):  # later variables have no hint yet
                made.add_hint(variable, value)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = self.workers
        solver.parameters.random_seed = 0
        solver.parameters.catch_sigint_signal = False
        solver.parameters.stop_after_first_solution = goal.first
        if self.work is not None:
            solver.parameters.max_deterministic_time = self.work
        left = time_left(watch, goal)
        if left is not None:
            solver.parameters.max_time_in_seconds = left
        status = searched(solver, made, watch)
        if status == cp_model.INFEASIBLE:
            return Found(None, infeasible=True)
        if status == cp_model.MODEL_INVALID:
            raise SolverError("CP-SAT refuses the model")
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return Found(None)
        import numpy as np

        values = np.array([solver.value(v) for v in variables], dtype=np.int64)
        chosen = values[: model.n_edges] > 0
        return Found(chosen, values, status == cp_model.OPTIMAL, bound=round(solver.best_objective_bound))


def _made(model: Model, goal: Goal) -> tuple[Any, list[Any]]:
    """The model, and its variables."""
    from ortools.sat.python import cp_model

    made = cp_model.CpModel()
    variables = [
        made.new_int_var(low, high, "")
        for low, high in zip(*(b.tolist() for b in model.bounds(goal.core)), strict=True)
    ]

    def total(form: Row | Goal) -> Any:
        if sum(map(abs, form.coefficients.tolist())) >= FAR:
            raise UnsupportedError("CP-SAT adds up to 62 bits: use scores with fewer digits, or another solver")
        return cp_model.LinearExpr.weighted_sum(
            [variables[k] for k in form.variables.tolist()], form.coefficients.tolist()
        )

    for row in model.rows:
        if not len(row.variables):
            if row.lower > 0:
                made.add_bool_or([])  # nothing can ever reach it
            continue
        made.add_linear_constraint(total(row), row.lower, row.upper)
    made.maximize(total(goal))
    return made, variables
