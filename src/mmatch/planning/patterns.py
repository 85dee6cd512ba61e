"""In which months the sessions of a few matches can be, where somebody has only so many sessions or hours a month.

Whether a budget is enough shows once months are chosen, long before times are: so every choice of months that keeps all
budgets is a case of its own, with the cheapest dates of each match in its months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmatch.planning.paths import FAR, Dates, alone, cheapest, cost, onwards_with
from mmatch.planning.together import limits_of

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.people.columns import Bools
    from mmatch.planning.calendars import Limit, Task

MOST = 3000  # choices of months at most
Used = Mapping[tuple[int, int], int]  # (number of the limit, month): sessions or minutes


class Pattern(NamedTuple):
    """The prices of a match's starts, `FAR` for what is ruled out, the cheapest dates by these, and what they cost."""

    prices: tuple[Intervals, ...]
    dates: Dates
    cost: int


def cases_of(tasks: Sequence[Task], left_out: int) -> list[tuple[Pattern | None, ...]] | None:
    """For each choice of months the cheapest dates of each task, so many tasks being left out; None if there are many.

    Whatever dates of all others keep the monthly limits, they are in one of the cases.
    """
    limits = [] if any(map(any, (task.fixed for task in tasks))) else limits_of(tasks)
    monthly = [(number, limit) for number, limit in enumerate(limits) if limit.kind == "month"]
    most = {number: limit.most for number, limit in monthly}
    partial: list[tuple[tuple[Pattern | None, ...], Used, int]] = [((), {}, left_out)]
    for further, task in zip(reversed(range(len(tasks))), tasks, strict=True):
        ways = list(_patterns(task, [row for row in monthly if row[1].who in task.buffers]))
        longer: list[tuple[tuple[Pattern | None, ...], Used, int]] = []
        for chosen, used, spare in partial:
            if spare <= further:
                for way, mine in ways:
                    both = {**used, **{key: used.get(key, 0) + count for key, count in mine.items()}}
                    if all(both[key] <= most[key[0]] for key in mine):
                        longer.append(((*chosen, way), both, spare))
            if spare:
                longer.append(((*chosen, None), used, spare - 1))
        partial = longer
        if len(partial) > MOST:
            return None
    return [chosen for chosen, *_ in partial]


def _patterns(task: Task, limits: Sequence[tuple[int, Limit]]) -> Iterator[tuple[Pattern, Used]]:
    """The cheapest dates of a match for each choice of months in which it has some, and what it uses in each month."""
    if not limits:
        dates = alone(task)
        if dates is not None:
            yield Pattern(task.prices, dates, cost(task, dates)), {}
        return
    if "patterns" not in task.memo:
        task.memo["patterns"] = list(_by_month(task, limits))
    yield from task.memo["patterns"]


def _by_month(task: Task, limits: Sequence[tuple[int, Limit]]) -> Iterator[tuple[Pattern, Used]]:
    months = [_months(times, [limit for _, limit in limits]) for times in task.starts]
    for choice in product(*months):
        spans = [times[inside] for times, (_, inside) in zip(task.starts, choice, strict=True)]
        if any(later[-1] <= earlier[0] for earlier, later in pairwise(spans)):
            continue
        rows = zip(task.prices, choice, strict=True)
        prices = tuple(np.where(inside, price, FAR) for price, (_, inside) in rows)
        found = cheapest(task, onwards_with(task, prices))
        if found is not None:
            yield Pattern(prices, *found), _used(task, limits, [periods for periods, _ in choice])


def _months(times: Intervals, limits: Sequence[Limit]) -> list[tuple[tuple[int, ...], Bools]]:
    """Which starts of a session are in the same month on the wall of everybody who has a limit."""
    rows = np.column_stack([limit.periods(times) for limit in limits])
    values, number = np.unique(rows, axis=0, return_inverse=True)
    return [(tuple(value), number.reshape(-1) == k) for k, value in enumerate(values.tolist())]


def _used(task: Task, limits: Sequence[tuple[int, Limit]], months: Sequence[tuple[int, ...]]) -> Used:
    """What the sessions of a match use of each limit in each month."""
    found: dict[tuple[int, int], int] = {}
    for session, mine in zip(task.format.sessions, months, strict=True):
        for (number, limit), month in zip(limits, mine, strict=True):
            found[number, month] = found.get((number, month), 0) + (session.minutes if limit.minutes else 1)
    return found
