"""The CP-SAT constraints between matches: what people, limits and rooms allow, and sessions one after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise, permutations
from typing import Any

import numpy as np

from mmatch.scheduling.cpsat_match import MatchVariables, numbered
from mmatch.scheduling.feasibility import Rooms
from mmatch.scheduling.free_time import Limit

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
            cp.add_no_overlap([_block(cp, row, k, row.task.buffers[person]) for row, k in rows])
    for one, other in pairs.values():
        _one_before_the_other(cp, one, other)


def _block(cp: Any, row: MatchVariables, k: int, pause: int = 0) -> Any:
    """The time that session k takes, with a pause after it."""
    size = row.task.format.sessions[k].minutes + pause
    return cp.new_optional_fixed_size_interval_var(row.starts[k], size, row.present, "")


def _one_before_the_other(cp: Any, one: Row, other: Row) -> None:
    """One of two sessions is first, and leaves the pause that the way between their sites takes; the past is free."""
    if one[0].task.fixed[one[1]] and other[0].task.fixed[other[1]]:
        return
    first = cp.new_bool_var("")
    for (a, k), (b, j), order in ((one, other, first), (other, one, first.negated())):
        end = a.starts[k] + a.task.format.sessions[k].minutes + a.task.pause(k, b.task, j)
        cp.add(b.starts[j] >= end).only_enforce_if([a.present, b.present, order])


def keep_limit(cp: Any, variables: Sequence[MatchVariables], limit: Limit, used_up: Mapping[int, int]) -> None:
    """One person's limit is kept in every period, of which other matches have used up some."""
    used: defaultdict[int, list[tuple[Any, int, bool]]] = defaultdict(list)
    for row, k in numbered(variables):
        if limit.person in row.task.buffers:
            periods = limit.periods(row.task.starts[k])
            amount = limit.amount(row.task.format.sessions[k].minutes)
            for period in np.unique(periods).tolist():
                used[period].append((_lies_in(cp, row, k, periods == period), amount, row.task.fixed[k]))
    for period, rows in used.items():
        most = limit.most - used_up.get(period, 0)
        if sum(amount for _, amount, _ in rows) <= most:
            continue
        kept = cp.add(sum(literal * amount for literal, amount, _ in rows) <= most)
        if any(fixed for _, _, fixed in rows):  # the past may exceed the limit by itself
            kept.only_enforce_if(_any_of(cp, [literal for literal, _, fixed in rows if not fixed]))


def _any_of(cp: Any, literals: Sequence[Any]) -> Any:
    """1 where any literal is."""
    found = cp.new_bool_var("")
    for literal in literals:
        cp.add_implication(literal, found)
    return found


def _lies_in(cp: Any, row: MatchVariables, k: int, inside: Any) -> Any:
    """1 where session k takes place at one of some of its starts."""
    if inside.all():
        return row.present
    from ortools.sat.python import cp_model

    literal = cp.new_bool_var("")
    others = cp_model.Domain.from_values(row.task.starts[k][~inside].tolist())
    cp.add_linear_expression_in_domain(row.starts[k], others).only_enforce_if([row.present, literal.negated()])
    return literal


def keep_rooms(cp: Any, variables: Sequence[MatchVariables], site: Rooms) -> None:
    """A site never has more sessions at a time than rooms."""
    blocks = [
        _block(cp, row, k) for row, k in numbered(variables) if row.task.sites[k] == site.site and not row.task.fixed[k]
    ]
    if not blocks or len(blocks) + len(site.taken) <= site.number:
        return
    sizes = [1] * len(blocks)
    edges = sorted({edge for span in site.taken for edge in span})
    for low, high in pairwise(edges):
        used = sum(begin <= low and high <= end for begin, end in site.taken)
        if used:
            blocks.append(cp.new_fixed_size_interval_var(low, high - low, ""))
            sizes.append(min(used, site.number))
    cp.add_cumulative(blocks, sizes, site.number)


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
    end = a.starts[k] + a.task.format.sessions[k].minutes + a.task.pause(k, b.task, j)
    cp.add(b.starts[j] >= end).only_enforce_if(link)
    cp.add(b.starts[j] <= end + a.task.settings.grain - 1).only_enforce_if(link)
    cp.add_implication(link, a.present)
    cp.add_implication(link, b.present)
    return link
