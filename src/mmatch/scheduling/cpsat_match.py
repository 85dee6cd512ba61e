"""The CP-SAT variables of one match: a literal for each start of each session, the gaps, and what all of it costs.

As all literals of a match without dates are 0, every constraint is linear without a large constant, which makes the
linear relaxation tight.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.scheduling.single_match import dates_decide, needed_minutes
from mmatch.scheduling.tasks import Task


@dataclass(frozen=True, eq=False)
class MatchVariables:
    """Whether a match has dates, a literal for each start of each session, and the price, which is at most ``most``."""

    task: Task
    present: Any
    literals: list[list[Any]]
    price: Any
    most: int

    def at(self, k: int, values: Any) -> Any:
        """The value that belongs to the start of session k; 0 where the match has no dates."""
        return _weighted(self.literals[k], values)

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


def _weighted(literals: Sequence[Any], values: Any) -> Any:
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.weighted_sum(literals, values.tolist())


def match_variables(cp: Any, task: Task) -> MatchVariables:
    """The variables of one match, which has possible starts for every session."""
    present = cp.new_bool_var("")
    literals = [[cp.new_bool_var("") for _ in times] for times in task.starts]
    for row in literals:
        cp.add_exactly_one([*row, present.negated()])
    found = MatchVariables(task, present, literals, 0, 0)
    price = sum(found.at(k, prices) for k, prices in enumerate(task.prices))
    most = sum(max(int(prices.max()), 0) - min(int(prices.min()), 0) for prices in task.prices)
    for k in range(len(task.format.gaps)):
        if not (task.fixed[k] and task.fixed[k + 1]):
            gap_price, gap_most = _gap_price(cp, found, k)
            price, most = price + gap_price, most + gap_most
    return MatchVariables(task, present, literals, price, most)


def _gap_price(cp: Any, row: MatchVariables, k: int) -> tuple[Any, int]:
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


def numbered(variables: Sequence[MatchVariables]) -> Iterator[tuple[MatchVariables, int]]:
    """Every session as (variables of its match, number of the session)."""
    for row in variables:
        for k in range(len(row.literals)):
            yield row, k
