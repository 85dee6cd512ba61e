"""Mixed-integer programming: HiGHS through SciPy."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mmatch.errors import SolverError
from mmatch.solvers._linear import Found, Goal, Model, in_order

if TYPE_CHECKING:
    from mmatch.instance import Answer, Instance, Watch
    from mmatch.people.columns import Bools

LIMIT, INFEASIBLE = 1, 2  # what SciPy calls them
EXACT = 2**52  # floats hold whole numbers up to here


@dataclass(frozen=True)
class Milp:
    """Branch and cut by HiGHS, stage after stage: for what is no flow, such as the worst-off mentee of several seats.

    HiGHS works in floats: its optimum is a claim, made only where its own bound leaves no room for one unit more. It
    stops at a time limit, but not at Ctrl-C in mid-stage. Huangfu and Hall: Parallelizing the dual revised simplex
    method (2018).
    """

    name: ClassVar[str] = "milp"
    takes: ClassVar[frozenset[str]] = frozenset(
        {"linear", "convex_load", "bounds", "profile", "worst", "worst_of_sums", "leximin"}
    )
    rank: ClassVar[int | None] = 2

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A best choice of edges, claimed."""

        def search(model: Model, goal: Goal, _best: Bools | None) -> Found:
            return _searched(model, goal, watch)

        return in_order(instance, watch, search)


def _searched(model: Model, goal: Goal, watch: Watch) -> Found:
    """One call of HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    lower, upper = model.bounds()
    cost = np.zeros(model.size)
    factor = math.gcd(*goal.coefficients.tolist()) or 1
    np.add.at(cost, goal.variables, -goal.coefficients / factor)
    options: Any = {"mip_rel_gap": 0.0}
    if watch.deadline is not None:
        options["time_limit"] = max(watch.deadline - time.monotonic(), 0.01)
    rows: Any = LinearConstraint(*_matrix(model)) if model.rows else ()
    found: Any = milp(
        cost,
        integrality=np.ones(model.size, dtype=np.int64),
        bounds=Bounds(lower, upper),
        constraints=rows,
        options=options,
    )
    if found.status == INFEASIBLE:
        return Found(None, infeasible=True)
    if found.x is None:
        if found.status != LIMIT:
            raise SolverError(f"HiGHS ended with status {found.status}: {found.message}")
        return Found(None)
    chosen = found.x[: model.n_edges] > 0.5
    reached = goal.reached(chosen)
    bound = None if found.mip_dual_bound is None else math.floor(-found.mip_dual_bound + 1e-6) * factor
    closed = reached is None or (bound is not None and bound < reached + factor and abs(reached) < EXACT * factor)
    return Found(chosen, optimal=found.status == 0 and closed, bound=bound)


def _matrix(model: Model) -> tuple[Any, Any, Any]:
    """(rows as a sparse array, lower, upper); each row divided by the greatest common divisor of its coefficients."""
    from scipy.sparse import csr_array

    sizes = np.array([len(row.variables) for row in model.rows])
    divisors = np.array([math.gcd(*row.coefficients.tolist()) or 1 for row in model.rows], dtype=np.float64)
    values = np.concatenate([row.coefficients for row in model.rows]) / np.repeat(divisors, sizes)
    columns = np.concatenate([row.variables for row in model.rows])
    start = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_array((values, columns, start), shape=(len(model.rows), model.size))
    lower = np.array([row.lower for row in model.rows]) / divisors
    upper = np.array([row.upper if row.upper < 2**61 else np.inf for row in model.rows]) / divisors
    return matrix, lower, upper
