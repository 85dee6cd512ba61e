"""In which months the sessions of a few matches can be, where somebody has only so many sessions or hours a month.

Whether a budget is enough shows once months are chosen, long before times are: so every choice of months that keeps all
budgets is a case of its own, with the cheapest dates of each match in its months.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from mmatch.scheduling.feasibility import limits_of
from mmatch.scheduling.single_match import FAR, Dates, alone, cheapest, cost, onwards_with

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.people.columns import Bools
    from mmatch.scheduling.free_time import Limit, Task

MOST = 3000  # choices of months at most
Used = Mapping[tuple[int, int], int]  # (number of the limit, month): sessions or minutes


class Pattern(NamedTuple):
    """The prices of a match's starts, `FAR` for what is ruled out, the cheapest dates by these, and what they cost."""

    prices: tuple[Intervals, ...]
    dates: Dates
    cost: int


def cases_of(
    tasks: Sequence[Task], left_out: int, taken: Sequence[Mapping[int, int]]
) -> list[tuple[Pattern | None, ...]] | None:
    """For each choice of months the cheapest dates of each task, so many tasks being left out; None if there are many.

    Whatever dates of all others keep the monthly limits, they are in one of the cases. ``taken`` is what sessions of
    other matches use of each limit in each period.
    """
    limits = [] if any(map(any, (task.fixed for task in tasks))) else limits_of(tasks)
    monthly = [(number, limit) for number, limit in enumerate(limits) if limit.kind == "month"]
    before = {(number, month): count for number, _ in monthly for month, count in taken[number].items()}
    partial: list[tuple[tuple[Pattern | None, ...], Used, int]] = [((), before, left_out)]
    for further, task in zip(reversed(range(len(tasks))), tasks, strict=True):
        own = {number: limit for number, limit in monthly if limit.who in task.buffers}
        ways = list(_patterns(task, own, before))
        longer: list[tuple[tuple[Pattern | None, ...], Used, int]] = []
        for chosen, used, spare in partial:
            if spare <= further:
                for way, mine in ways:
                    both = _sum(used, mine)
                    if _kept(both, mine, own):
                        longer.append(((*chosen, way), both, spare))
            if spare:
                longer.append(((*chosen, None), used, spare - 1))
        partial = longer
        if len(partial) > MOST:
            return None
    return [chosen for chosen, *_ in partial]


def _sum(used: Used, more: Used) -> Used:
    return {**used, **{key: used.get(key, 0) + count for key, count in more.items()}}


def _kept(used: Used, more: Used, limits: Mapping[int, Limit]) -> bool:
    """Whether nothing is more than enough in the months in which more was added."""
    return all(used[key] <= limits[key[0]].most for key in more)


def _patterns(task: Task, limits: Mapping[int, Limit], before: Used) -> Iterator[tuple[Pattern, Used]]:
    """The cheapest dates of a match for each choice of months within all limits, and what it uses in each month."""
    if not limits:
        dates = alone(task)
        if dates is not None:
            yield Pattern(task.prices, dates, cost(task, dates)), {}
        return
    known: dict[tuple[int, ...], Pattern | None] = task.memo.setdefault("patterns", {})
    months = _months(task, list(limits.values()))
    for choice in product(*(range(len(mine)) for mine in months)):
        chosen = [mine[number] for mine, number in zip(months, choice, strict=True)]
        mine = _used(task, limits, [periods for periods, _ in chosen])
        if not _kept(_sum(before, mine), mine, limits):
            continue
        if choice not in known:
            known[choice] = _cheapest(task, [inside for _, inside in chosen])
        found = known[choice]
        if found is not None:
            yield found, mine


def _cheapest(task: Task, keep: Sequence[Bools]) -> Pattern | None:
    """The cheapest dates at some of the starts; None where there are none."""
    spans = [times[inside] for times, inside in zip(task.starts, keep, strict=True)]
    if any(later[-1] <= earlier[0] for earlier, later in pairwise(spans)):
        return None
    prices = tuple(np.where(inside, price, FAR) for price, inside in zip(task.prices, keep, strict=True))
    found = cheapest(task, onwards_with(task, prices))
    return None if found is None else Pattern(prices, *found)


def _months(task: Task, limits: Sequence[Limit]) -> list[list[tuple[tuple[int, ...], Bools]]]:
    """For each session its starts by month, on the wall of each who has a limit: (the month of each, which starts)."""
    found: dict[int, list[tuple[tuple[int, ...], Bools]]] = {}
    for times in task.starts:
        if id(times) not in found:
            zones = {limit.zone: limit.periods(times) for limit in {limit.zone: limit for limit in limits}.values()}
            groups = [np.ones(len(times), dtype=bool)]
            for periods in zones.values():
                groups = [group & (periods == month) for month in np.unique(periods) for group in groups]
            groups = [group for group in groups if group.any()]
            rows = [(tuple(int(zones[limit.zone][group.argmax()]) for limit in limits), group) for group in groups]
            found[id(times)] = rows
    return [found[id(times)] for times in task.starts]


def _used(task: Task, limits: Mapping[int, Limit], months: Sequence[tuple[int, ...]]) -> Used:
    """What the sessions of a match use of each limit in each month."""
    found: dict[tuple[int, int], int] = {}
    for session, mine in zip(task.format.sessions, months, strict=True):
        for (number, limit), month in zip(limits.items(), mine, strict=True):
            found[number, month] = found.get((number, month), 0) + (session.minutes if limit.minutes else 1)
    return found
