"""The CP-SAT model of matches that share people or rooms: a literal for each start of each session, and what they cost.

As all literals of a match without dates are 0, what people, limits and rooms allow is linear without a large constant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np

from mmatch.scheduling.feasibility import Rooms
from mmatch.scheduling.free_time import Limit
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


Row = tuple[MatchVariables, int]  # the variables of a match, and the number of one of its sessions


def one_session_at_a_time(cp: Any, variables: Sequence[MatchVariables]) -> None:
    """Everybody's sessions lie one after the other, with pauses."""
    by_person: defaultdict[str, list[Row]] = defaultdict(list)
    for row, k in numbered(variables):
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
        _one_before_the_other(cp, one, other)


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


def _one_before_the_other(cp: Any, one: Row, other: Row) -> None:
    """One of two sessions is first, and leaves the pause that the way between their sites takes; the past is free."""
    if one[0].task.fixed[one[1]] and other[0].task.fixed[other[1]]:
        return
    first = cp.new_bool_var("")
    for (a, k), (b, j), order in ((one, other, first), (other, one, first.negated())):
        end = a.start(k) + a.task.format.sessions[k].minutes + a.task.pause(k, b.task, j)
        cp.add(b.start(j) >= end).only_enforce_if([a.present, b.present, order])


def keep_limit(cp: Any, variables: Sequence[MatchVariables], limit: Limit, used_up: Mapping[int, int]) -> None:
    """One person's limit is kept in every period, of which other matches have used up some."""
    used: defaultdict[int, list[tuple[Any, int, bool]]] = defaultdict(list)
    for row, k in numbered(variables):
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


def keep_rooms(cp: Any, variables: Sequence[MatchVariables], site: Rooms) -> None:
    """A site never has more sessions at a time than rooms."""
    rows = [(row, k) for row, k in numbered(variables) if row.task.sites[k] == site.site and not row.task.fixed[k]]
    for time, sessions, literals in _at_each_time(rows, 0, (begin for begin, _ in site.taken)) if rows else ():
        free = max(site.number - sum(begin <= time < end for begin, end in site.taken), 0)
        if sessions > free:
            cp.add(sum(literals) <= free)


def number_of_loose(cp: Any, variables: Sequence[MatchVariables]) -> Any:
    """How many sessions do not directly follow another session of their mentor; the model may count more."""
    by_mentor: defaultdict[str, list[Row]] = defaultdict(list)
    for row, k in numbered(variables):
        by_mentor[row.task.people[0]].append((row, k))
    loose: Any = 0
    for rows in by_mentor.values():
        after: defaultdict[int, list[Any]] = defaultdict(list)
        before: defaultdict[int, list[Any]] = defaultdict(list)
        for (i, one), (j, other) in permutations(enumerate(rows), 2):
            link = _follows(cp, one, other)
            after[i].append(link)
            before[j].append(link)
        for links in (*after.values(), *before.values()):
            cp.add_at_most_one(links)
        loose = loose + sum(row.present for row, _ in rows) - sum(link for links in after.values() for link in links)
    return loose


def _follows(cp: Any, one: Row, other: Row) -> Any:
    """Only 1 where the other session begins at the first possible time after this one."""
    (a, k), (b, j) = one, other
    link = cp.new_bool_var("")
    end = a.start(k) + a.task.format.sessions[k].minutes + a.task.pause(k, b.task, j)
    cp.add(b.start(j) >= end).only_enforce_if(link)
    cp.add(b.start(j) <= end + a.task.settings.grain - 1).only_enforce_if(link)
    cp.add_implication(link, a.present)
    cp.add_implication(link, b.present)
    return link
