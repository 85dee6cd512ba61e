"""Candidate groups: which matches could open, who could sit in each, and what must hold within them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import FREE, GroupRows, Groups
from mmatch.errors import InputError, Problem
from mmatch.instance.capacities import capacities, group_reasons
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Bounds, Slots
    from mmatch.program import Program

Entries = tuple["Ints", "Ints", "Ints"]
NOTHING: Entries = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


def candidate_groups(edges: Edges, program: Program, bounds: Sequence[Bounds]) -> Groups | None:
    """The groups that could open under a program; None where loads alone say which matches can be.

    Args:
        edges: all candidates.
        program: the policy.
        bounds: on sets of edges, which groups need not repeat.

    Raises:
        InputError: two rules that name slots.
    """
    why = group_reasons(edges, program)
    slots = _slots(edges, program.rules)
    composing = [rule for rule in program.rules if rule.composes]
    grouped = [aim for tier in program.tiers for aim in tier if aim.grouped]
    why += [part.title for part in [*composing, *grouped]]
    if slots is not None:
        why.append(slots[0].title)
    if not why:
        return None
    times = None if slots is None else slots[1]
    groups = _opened(
        edges,
        program,
        times,
        apart=bool(composing) or any(aim.composes for aim in grouped) or _keep_apart(edges, program),
    )
    single = _single(edges, bounds)
    rows = [*_once(edges, groups), *_elsewhere(edges, groups, single), *_moments(edges, groups, single)]
    rows += [*_alike(groups), *_avoiding(edges, groups)]
    for rule in program.rules:
        rows += rule.together(edges, groups)
    return replace(groups, rows=tuple(rows), why=tuple(why))


def asks_for_groups(cohort: Cohort, program: Program) -> bool:
    """Whether who sits together may matter under a program: told from sizes, rules and aims alone."""
    most = capacities(cohort, program).most
    timed = any(type(rule).times is not Rule.times or rule.composes for rule in program.rules)
    return timed or bool((most > 1).any()) or any(aim.grouped for tier in program.tiers for aim in tier)


def _slots(edges: Edges, rules: Iterable[Rule]) -> tuple[Rule, Slots] | None:
    """The rule that names slots, and the slots."""
    found = [(rule, slots) for rule in rules if (slots := rule.times(edges.cohort)) is not None]
    if len(found) > 1:
        raise InputError(Problem("contradiction", "Program.rules", "two rules name slots: give one rule all of them"))
    return found[0] if found else None


def _keep_apart(edges: Edges, program: Program) -> bool:
    return any("avoid each other" in text for text in group_reasons(edges, program))


def _opened(edges: Edges, program: Program, slots: Slots | None, *, apart: bool) -> Groups:
    """All groups that could reach their least size, and their places; ``apart``: no two copies in one."""
    limits = capacities(edges.cohort, program)
    least, most = limits.least[edges.offer_rows], limits.most[edges.offer_rows]
    led = np.where(limits.led == NONE, FREE, limits.led)[edges.mentor_rows]
    offer, slot, copies = _candidates(edges, program, slots, (least, led))
    if apart:
        offer, slot, copies = np.repeat(offer, copies), np.repeat(slot, copies), np.ones(copies.sum(), dtype=np.int64)
    edge, group = _places(edges, offer, slot, slots)
    reached = np.bincount(group, minlength=len(offer)) >= least[offer]
    kept = np.flatnonzero(reached)
    number = np.cumsum(reached) - 1
    stays = reached[group]
    return Groups(
        offer=offer[kept],
        leader=edges.mentor_of_offer[offer[kept]],
        slot=slot[kept],
        least=least[offer[kept]],
        most=most[offer[kept]],
        copies=copies[kept],
        edge=edge[stays],
        group=number[group[stays]],
        led=led,
        slots=slots,
        rows=(),
        why=(),
    )


def _candidates(
    edges: Edges, program: Program, slots: Slots | None, sizes: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """(offer, slot, how often it can open) of every group that anybody could sit in."""
    least, led = sizes
    cohort = edges.cohort
    seats = np.where(cohort.offers.seats == NONE, FREE, cohort.offers.seats)[edges.offer_rows]
    seats = np.minimum(
        seats, np.maximum(capacities(cohort, program).mentor, 0)[edges.mentor_rows][edges.mentor_of_offer]
    )
    seats = np.minimum(seats, np.bincount(edges.offer, minlength=edges.count("offer")))
    often = np.minimum(seats // np.maximum(least, 1), led[edges.mentor_of_offer])
    offer = np.flatnonzero(often > 0)
    if slots is None:
        return offer, np.full(len(offer), NONE), often[offer]
    free = slots.leads[edges.mentor_rows[edges.mentor_of_offer[offer]]]
    place, slot = np.nonzero(free)
    return offer[place], slot.astype(np.int64), np.ones(len(place), dtype=np.int64)


def _places(edges: Edges, offer: Ints, slot: Ints, slots: Slots | None) -> tuple[Ints, Ints]:
    """(edge, group) of every place, group by group."""
    order = np.argsort(edges.offer, kind="stable")
    start = np.searchsorted(edges.offer[order], np.arange(edges.count("offer") + 1))
    size = (start[1:] - start[:-1])[offer]
    group = np.repeat(np.arange(len(offer)), size)
    within = np.arange(len(group)) - np.repeat(np.cumsum(size) - size, size)
    edge = order[start[:-1][offer][group] + within]
    if slots is not None:
        free = slots.sits[edges.pairs.mentee[edge], slot[group]]
        edge, group = edge[free], group[free]
    return edge, group


def row_entries(row: Ints, column: Ints, weight: int | Ints = 1) -> Entries:
    """Entries of rows, the same weight everywhere or one each."""
    return row, column, np.broadcast_to(np.asarray(weight, dtype=np.int64), row.shape)


def _once(edges: Edges, groups: Groups) -> Iterator[GroupRows]:
    """Nobody sits twice in one match, whatever they asked for."""
    mentee = edges.label("mentee")[groups.edge]
    key = groups.group * (edges.count("mentee") + 1) + mentee
    found, row, times = np.unique(key, return_inverse=True, return_counts=True)
    often = times[row] > 1
    if often.any():
        sets, row = np.unique(row[often], return_inverse=True)
        group = found[sets] // (edges.count("mentee") + 1)
        yield GroupRows(
            "once",
            row_entries(row, np.flatnonzero(often)),
            row_entries(np.arange(len(sets)), group, -1),
            np.full(len(sets), -FREE),
            np.zeros(len(sets), dtype=np.int64),
        )


def _single(edges: Edges, bounds: Sequence[Bounds]) -> Bools:
    """For each participant whether they cannot have more than one seat as a mentee."""
    seats = np.zeros(len(edges.cohort), dtype=np.int64)
    np.add.at(seats, edges.cohort.requests.owner, edges.cohort.requests.mentors)
    for family in bounds:
        if family.key == "mentee":
            seats[edges.mentee_rows] = np.minimum(seats[edges.mentee_rows], family.upper)
    return seats <= 1


def _elsewhere(edges: Edges, groups: Groups, single: Bools) -> Iterator[GroupRows]:
    """One request is not met twice by one offer, in two groups: where that could be."""
    often = np.bincount(groups.edge, minlength=len(edges))[groups.edge] > 1
    several = np.flatnonzero(
        often & (edges.wanted[edges.request[groups.edge]] > 1) & ~single[edges.pairs.mentee[groups.edge]]
    )
    if len(several):
        found, row = np.unique(groups.edge[several], return_inverse=True)
        ones = np.ones(len(found), dtype=np.int64)
        yield GroupRows("edge", row_entries(row, several), NOTHING, ones - 1 - FREE, ones)


def _moments(edges: Edges, groups: Groups, single: Bools) -> Iterator[GroupRows]:
    """Nobody is in two places at once, neither as a mentee nor as a mentor."""
    if groups.slots is None:
        return
    n = len(edges.cohort)
    mentee, mentor = edges.pairs.mentee[groups.edge], edges.mentor_rows[groups.leader]
    leads = np.bincount(mentor, minlength=n) > 0
    for members in groups.slots.moments():
        seated = np.flatnonzero(np.isin(groups.slot[groups.group], members))
        led = np.flatnonzero(np.isin(groups.slot, members))
        persons = np.concatenate([mentee[seated], mentor[led]])
        busy = (np.bincount(persons, minlength=n) > 1) & (leads | ~single)
        rows = np.cumsum(busy) - 1
        seated, led = seated[busy[mentee[seated]]], led[busy[mentor[led]]]
        if busy.any():
            yield GroupRows(
                "moment",
                row_entries(rows[mentee[seated]], seated),
                row_entries(rows[mentor[led]], led),
                np.full(busy.sum(), -FREE),
                np.ones(busy.sum(), dtype=np.int64),
            )


def _alike(groups: Groups) -> Iterator[GroupRows]:
    """Copies of one group open in order: which of them is open says nothing."""
    same = np.flatnonzero((np.diff(groups.offer) == 0) & (np.diff(groups.slot) == 0))
    if len(same):
        rows = np.arange(len(same))
        pairs = row_entries(np.tile(rows, 2), np.concatenate([same, same + 1]), np.repeat([1, -1], len(same)))
        zeros = np.zeros(len(same), dtype=np.int64)
        yield GroupRows("alike", NOTHING, pairs, zeros, zeros + 1)


def _avoiding(edges: Edges, groups: Groups) -> Iterator[GroupRows]:
    """Nobody sits in one match with somebody whom they avoid."""
    keys = edges.facts.avoided
    n = len(edges.cohort)
    pairs = [divmod(key, n) for key in keys.tolist()]
    yield from conflicts(edges, groups, [(a, b) for a, b in pairs if a < b], "avoids")


def conflicts(edges: Edges, groups: Groups, pairs: list[tuple[int, int]], rule: str) -> Iterator[GroupRows]:
    """Rows that keep two people (rows of the cohort) out of one group, for each pair."""
    if not pairs:
        return
    mentee = edges.pairs.mentee[groups.edge]
    seats: dict[int, dict[int, list[int]]] = {}
    concerned = np.unique(np.array(pairs, dtype=np.int64))
    for place in np.flatnonzero(np.isin(mentee, concerned)).tolist():
        seats.setdefault(int(mentee[place]), {}).setdefault(int(groups.group[place]), []).append(place)
    columns: list[list[int]] = []
    opened: list[int] = []
    for one, other in pairs:
        own, others = seats.get(one, {}), seats.get(other, {})
        for group in own.keys() & others.keys():
            columns.append(own[group] + others[group])
            opened.append(group)
    if columns:
        row = np.repeat(np.arange(len(columns)), [len(c) for c in columns])
        places = np.array([place for c in columns for place in c], dtype=np.int64)
        yield GroupRows(
            "conflict",
            row_entries(row, places),
            row_entries(np.arange(len(columns)), np.array(opened), -1),
            np.full(len(columns), -FREE),
            np.zeros(len(columns), dtype=np.int64),
            rule,
        )
