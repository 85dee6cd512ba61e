"""The linear relaxation in GLOP, solved again and again from its last basis while a tree of branches grows.

What a branch asks too much is paid for, so that there is always an answer, with dual values for a bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.constraints import FREE
from mmatch.portfolio.linear_program import stacked
from mmatch.portfolio.time_budget import waited

if TYPE_CHECKING:
    from mmatch.arrays import Floats
    from mmatch.groups.priced_rows import Side
    from mmatch.instance import Watch
    from mmatch.portfolio.linear_program import Block, GroupProgram

PATIENCE = 5.0  # deterministic seconds of one relaxation: GLOP can walk in a circle for ever
MOST_OPEN = 1e4  # groups, for a set without a branch: GLOP begins anew where a row has no limit any more
PENALTY = 50.0  # of one opening too few or too many, in the greatest weights of one group


class Simplex:
    """The relaxation of one stage, with cuts that are added and branches that come and go."""

    def __init__(self, program: GroupProgram, sets: Sequence[Sequence[int]], watch: Watch) -> None:
        from ortools.linear_solver import pywraplp

        self.program, self.watch, self.scale = program, watch, program.scale
        self.solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.SetSolverSpecificParametersAsString(
            f"use_dual_simplex: true use_preprocessing: false max_deterministic_time: {PATIENCE}"
        )
        self.optimal = pywraplp.Solver.OPTIMAL
        self.afresh: Any = pywraplp.MPSolverParameters()
        self.afresh.SetIntegerParam(self.afresh.INCREMENTALITY, self.afresh.INCREMENTALITY_OFF)
        self.variables = [self.solver.NumVar(0.0, float(high), "") for high in program.limits.tolist()]
        objective = self.solver.Objective()
        for variable, cost in zip(self.variables, (program.cost / self.scale).tolist(), strict=True):
            objective.SetCoefficient(variable, cost)
        objective.SetMaximization()
        self.priced = self._rows(program.priced)
        self._rows(stacked([program.shape, program.links(np.arange(program.n_seats))]))
        self.sets, self.slacks = sets, [(self._slack(), self._slack()) for _ in sets]
        self.branches: dict[int, Any] = {}
        self.branched: dict[int, tuple[float, float]] = {}
        self.cuts: list[Any] = []
        self.value, self.columns = 0.0, np.zeros(program.width)

    def _rows(self, block: Block) -> list[Any]:
        infinity = self.solver.infinity()
        rows = [
            self.solver.Constraint(low if low > -FREE else -infinity, high if high < FREE else infinity)
            for low, high in zip(block.lower.astype(float).tolist(), block.upper.astype(float).tolist(), strict=True)
        ]
        for row, column, value in zip(block.row.tolist(), block.column.tolist(), block.value.tolist(), strict=True):
            variable = self.variables[column]
            rows[row].SetCoefficient(variable, rows[row].GetCoefficient(variable) + value)
        return rows

    def _slack(self) -> Any:
        """A column that pays for what a branch asks too much; made at once, for GLOP begins anew with a new column."""
        slack = self.solver.NumVar(0.0, self.solver.infinity(), "")
        weight = float(self.program.groups.most.max(initial=1)) * float(np.abs(self.program.cost).max(initial=1))
        self.solver.Objective().SetCoefficient(slack, -PENALTY * weight / self.scale)
        return slack

    def _branch_row(self, number: int) -> Any:
        """The row over the openings of one set of groups."""
        if number not in self.branches:
            row = self.branches[number] = self.solver.Constraint(0.0, MOST_OPEN)
            for column in self.program.opened(self.sets[number]).tolist():
                row.SetCoefficient(self.variables[column], 1.0)
            for slack, sign in zip(self.slacks[number], (1.0, -1.0), strict=True):
                row.SetCoefficient(slack, sign)
        return self.branches[number]

    def cut(self, block: Block) -> None:
        """Add the row of a cut."""
        self.cuts += self._rows(block)

    def branch(self, sides: Sequence[tuple[int, Side]]) -> None:
        """Let just these sides of branches hold, each with the number of its set."""
        limits: dict[int, tuple[float, float]] = {}
        for number, side in sides:
            low, high = limits.get(number, (0.0, MOST_OPEN))
            limits[number] = (low, min(high, side.k)) if side.at_most else (max(low, side.k), high)
        for number in self.branched.keys() | limits.keys():
            if self.branched.get(number) != limits.get(number):
                self._branch_row(number).SetBounds(*limits.get(number, (0.0, MOST_OPEN)))
        self.branched = limits

    def optimum(self) -> float | None:
        """The greatest value; None where GLOP gives none."""
        ended = waited(self.watch, self.solver.Solve)
        if ended != self.optimal and waited(self.watch, self.solver.Solve, self.afresh) != self.optimal:
            return None
        return float(self.solver.Objective().Value() * self.scale)

    def solved(self) -> bool:
        """Solve, and keep value and columns; False where GLOP gives no optimum."""
        value = self.optimum()
        if value is None:
            return False
        self.value, self.columns = value, np.array([variable.solution_value() for variable in self.variables])
        return True

    def duals(self, sides: Sequence[tuple[int, Side]]) -> tuple[Floats, list[float]]:
        """(dual values of the priced rows, those of all cuts and then of some sides)."""
        priced, cuts = ([row.dual_value() * self.scale for row in rows] for rows in (self.priced, self.cuts))
        tightest = {(number, side.at_most): place for place, (number, side) in enumerate(sides)}
        paid = [0.0] * len(sides)
        for (number, at_most), place in tightest.items():
            price = self.branches[number].dual_value() * self.scale
            paid[place] = max(price, 0.0) if at_most else min(price, 0.0)
        return np.array(priced), [*cuts, *paid]
