"""One search by HiGHS through SciPy: branch and cut over whole-number rows."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from mmatch.arrays import Ints
from mmatch.errors import SolverError
from mmatch.instance import Watch
from mmatch.solvers._integer_program import Found, Goal, Model, time_left
from mmatch.solvers._interruptible import unless_stopped

LIMIT, INFEASIBLE, FAILED = 1, 2, 4  # what SciPy calls them
FIRST = 1e9  # a gap at which any choice is good enough


def searched(model: Model, goal: Goal, watch: Watch) -> Found:
    """One call of HiGHS."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    lower, upper = model.bounds(goal.core)
    scale = _power(goal.coefficients)
    cost = np.zeros(model.size)
    np.add.at(cost, goal.variables, -goal.coefficients / scale)
    options: Any = {"mip_rel_gap": FIRST if goal.first else 0.0}
    left = time_left(watch, goal)
    if left is not None:
        options["time_limit"] = left
    rows: Any = LinearConstraint(*_matrix(model)) if model.rows else ()
    call = partial(
        milp,
        cost,
        integrality=np.ones(model.size, dtype=np.int64),
        bounds=Bounds(lower, upper),
        constraints=rows,
        options=options,
    )
    found: Any = unless_stopped(call, watch)
    if found is not None and found.status == FAILED:  # of its presolve, as a rule
        options["presolve"] = False
        found = unless_stopped(call, watch)
    if found is None and watch.reason():
        return Found(None)
    if found.status == INFEASIBLE:
        return Found(None, infeasible=True)
    if found.x is None:
        if found.status != LIMIT:
            raise SolverError(f"HiGHS ended with status {found.status}: {found.message}")
        return Found(None)
    values = np.round(found.x).astype(np.int64)
    chosen = values[: model.n_edges] > 0
    step = math.gcd(*goal.coefficients.tolist()) or 1
    if len(goal.variables) and int(goal.variables.max()) < len(chosen):  # over edges alone: the exact value
        reached = sum(goal.coefficients[chosen[goal.variables]].tolist())
    else:
        reached = goal.value(chosen, values)
    bound = None if found.mip_dual_bound is None else math.floor(-found.mip_dual_bound * scale + 1e-6)
    closed = reached is None or (bound is not None and bound < reached + step)
    return Found(chosen, values, found.status == 0 and closed, bound=bound, ended=found.status == 0)


def _power(coefficients: Ints) -> float:
    """A power of two that brings the largest coefficient below a million; whole numbers are worth keeping."""
    largest = int(np.abs(coefficients).max(initial=1))
    return 2.0 ** max(largest.bit_length() - 20, 0)


def _matrix(model: Model) -> tuple[Any, Any, Any]:
    """(rows as a sparse array, lower, upper); each row divided by a power of two near its largest coefficient."""
    from scipy.sparse import csr_array

    sizes = np.array([len(row.variables) for row in model.rows])
    divisors = np.array([_power(row.coefficients) for row in model.rows])
    values = np.concatenate([row.coefficients for row in model.rows]) / np.repeat(divisors, sizes)
    columns = np.concatenate([row.variables for row in model.rows])
    start = np.concatenate([[0], np.cumsum(sizes)])
    matrix = csr_array((values, columns, start), shape=(len(model.rows), model.size))
    matrix.sum_duplicates()  # HiGHS wants each variable once in a row
    lower = np.array([row.lower if row.lower > -(2**61) else -np.inf for row in model.rows]) / divisors
    upper = np.array([row.upper if row.upper < 2**61 else np.inf for row in model.rows]) / divisors
    return matrix, lower, upper
