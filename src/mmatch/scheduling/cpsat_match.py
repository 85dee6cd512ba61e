"""The CP-SAT variables of one match: a start for each session, its gaps, and what all of it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.scheduling.tasks import Task


@dataclass(frozen=True, eq=False)
class MatchVariables:
    """Whether one match has dates, the start of each of its sessions, and their price, which is at most ``most``."""

    task: Task
    present: Any
    starts: list[Any]
    price: Any
    most: int


def match_variables(cp: Any, task: Task) -> MatchVariables:
    """The variables of one match, which has possible starts for every session."""
    present = cp.new_bool_var("")
    columns = [_columns(task, k) for k in range(len(task.starts))]
    rows = [_tied_variables(cp, column) for column in columns]
    prices = sum(row["price"] for row in rows)
    most = sum(max(int(column["price"].max()), 0) for column in columns)
    least = sum(min(int(column["price"].min()), 0) for column in columns)
    for k in range(len(task.format.gaps)):
        if not (task.fixed[k] and task.fixed[k + 1]):
            gap_price, gap_most = _gap_price(cp, task, k, (rows[k], rows[k + 1]), present)
            prices, most = prices + gap_price, most + gap_most
    price = cp.new_int_var(least, most, "")
    cp.add(price >= prices).only_enforce_if(present)
    cp.add(price == 0).only_enforce_if(present.negated())
    return MatchVariables(task, present, [row["start"] for row in rows], price, most - least)


def _columns(task: Task, k: int) -> dict[str, Any]:
    """What belongs to each start of session k."""
    found = {"start": task.starts[k], "price": task.prices[k]}
    gaps = len(task.format.gaps)
    if k < gaps:
        found["before"], found["soonest"] = task.marks[k][0], task.soonest[k]
    if k > 0:
        found["after"], found["day"] = task.marks[k - 1][1], task.days[k]
    if task.wishes.same_time and task.radix and gaps:
        found["week_time"] = task.week_times[k]
    return found


def _tied_variables(cp: Any, columns: dict[str, Any]) -> dict[str, Any]:
    """A variable for each column, tied together row by row; constants where a column has one value."""
    from ortools.sat.python import cp_model

    found: dict[str, Any] = {}
    for name, column in columns.items():
        values = np.unique(column)
        if len(values) == 1 and name != "start":
            found[name] = int(values[0])
        else:
            found[name] = cp.new_int_var_from_domain(cp_model.Domain.from_values(values.tolist()), "")
    tied = [name for name in columns if not isinstance(found[name], int)]
    if len(tied) > 1:
        rows = zip(*(columns[name].tolist() for name in tied), strict=True)
        cp.add_allowed_assignments([found[name] for name in tied], list(rows))
    return found


def _gap_price(cp: Any, task: Task, k: int, rows: tuple[Any, Any], present: Any) -> tuple[Any, int]:
    """Gap k is kept; what it costs, and at most."""
    gap, (one, other) = task.format.gaps[k], rows
    apart = other["after"] - one["before"]
    end = one["start"] + task.format.sessions[k].minutes + task.pause(k, task, k + 1)
    for required in (apart >= gap.least, apart <= gap.most, other["day"] >= one["soonest"], other["start"] >= end):
        if not isinstance(required, bool | np.bool_):
            cp.add(required).only_enforce_if(present)
        elif not required:
            cp.add(present == 0)
    price: Any = 0
    most = 0
    weight = task.radix * task.wishes.gap
    if weight:
        missed = cp.new_int_var(0, gap.most + gap.target, "")
        cp.add(missed >= apart - gap.target).only_enforce_if(present)
        cp.add(missed >= gap.target - apart).only_enforce_if(present)
        price, most = weight * missed, weight * (gap.most + gap.target)
    if "week_time" in one:
        weight = task.radix * task.wishes.same_time
        price, most = price + weight * _differ(cp, one["week_time"], other["week_time"]), most + weight
    return price, most


def _differ(cp: Any, one: Any, other: Any) -> Any:
    """1 where two variables have different values; it may be 1 elsewhere."""
    if isinstance(one, int) and isinstance(other, int):
        return int(one != other)
    differ = cp.new_bool_var("")
    cp.add(one == other).only_enforce_if(differ.negated())
    return differ


def numbered(variables: Sequence[MatchVariables]) -> Iterator[tuple[MatchVariables, int]]:
    """Every session as (variables of its match, number of the session)."""
    for row in variables:
        for k in range(len(row.starts)):
            yield row, k
