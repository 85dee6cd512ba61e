"""Plain counts that show that groups cannot seat everybody who must sit: too few seats, or no fitting sum of sizes.

Only group sizes, the numbers of groups, and who could sit in any group at all are used; every other rule could only
make it harder. No solver is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.constraints import Bounds, Groups
    from mmatch.instance import Instance

MOST_STEPS = 2_000_000  # of adding up sizes
MOST_ENTRIES = 100_000_000  # seats times components


@dataclass(frozen=True, eq=False)
class TooFewSeats:
    """A set of a family of bounds that needs more seats than candidate groups have for it."""

    family: Bounds
    number: int
    edges: Ints
    need: int
    seats: int


@dataclass(frozen=True, eq=False)
class NoSum:
    """People who share no group with others, and no sum of group sizes that seats as many of them as must sit.

    ``below`` and ``above`` are the nearest numbers of seats that groups can have together, `NONE` where there is none.
    """

    edges: Ints
    need: int
    below: int
    above: int


def seat_shortage(instance: Instance) -> TooFewSeats | NoSum | None:
    """Seats that must be filled and cannot be; None where plain counts show none.

    Args:
        instance: compiled afresh, with groups.
    """
    groups = instance.groups
    if groups is None:
        return None
    usable = np.zeros(len(instance.request), dtype=bool)
    usable[groups.edge] = True
    return _too_few_seats(instance, usable) or _no_sum(instance, groups, usable)


def _too_few_seats(instance: Instance, usable: Bools) -> TooFewSeats | None:
    """The first set that needs more edges than groups could seat."""
    for family in instance.bounds:
        seats = np.bincount(family.label[usable & (family.label != NONE)], minlength=len(family.upper))
        for number in np.flatnonzero(seats < family.lower).tolist():
            edges = np.flatnonzero(family.label == number)
            return TooFewSeats(family, number, edges, int(family.lower[number]), int(seats[number]))
    return None


def _no_sum(instance: Instance, groups: Groups, usable: Bools) -> NoSum | None:
    """The first component whose group sizes have no sum between what it needs and what it may have."""
    component = _components(instance, groups)
    numbers = np.unique(component[usable]).tolist()
    steps = int(groups.copies.sum()) * (len(groups) + 1)
    if steps > MOST_STEPS or len(numbers) * len(groups.edge) > MOST_ENTRIES:
        return None
    needs, limits = _limits(instance, usable, component)
    leading = _must_lead(instance, usable)
    for number in numbers:
        need, most = int(needs[number]), int(limits[number])
        own = np.unique(groups.group[component[groups.edge] == number])
        sums = _sums(groups, own, leading, most + int(groups.most[own].max()) * (len(leading) + 1))
        if not any(need <= k <= most for k in sums):
            below = max((k for k in sums if k < need), default=NONE)
            above = min((k for k in sums if k > most), default=NONE)
            return NoSum(np.flatnonzero(usable & (component == number)), need, below, above)
    return None


def _components(instance: Instance, groups: Groups) -> Ints:
    """For each edge the number of its component: edges that share a mentee or a mentor are in one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    mentee, mentor = instance.labels.label("mentee"), instance.labels.label("mentor")
    n, m = int(mentee.max(initial=-1)) + 1, int(mentor.max(initial=-1)) + 1
    tail, head = mentee[groups.edge], n + mentor[groups.edge]
    links = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n + m, n + m))
    component: Ints = connected_components(links, directed=False)[1].astype(np.int64)[mentee]
    return component


def _must_lead(instance: Instance, usable: Bools) -> set[int]:
    """Mentors who alone can meet the least number of some set, and so lead a group at least."""
    mentor = instance.labels.label("mentor")
    needed = [_common(family, usable, mentor)[family.lower > 0] for family in instance.bounds]
    return set(np.concatenate(needed).tolist()) - {NONE}


def _limits(instance: Instance, usable: Bools, component: Ints) -> tuple[Ints, Ints]:
    """(least, most) edges that can be chosen in each component, as far as single families of bounds say it."""
    edges = np.bincount(component[usable], minlength=int(component.max(initial=NONE)) + 1)
    need, most = np.zeros_like(edges), edges
    for family in instance.bounds:
        own = _common(family, usable, component)
        sets = np.flatnonzero(own != NONE)
        size = np.bincount(family.label[usable & (family.label != NONE)], minlength=len(own))
        lower, beyond = np.zeros_like(edges), np.zeros_like(edges)
        np.add.at(lower, own[sets], family.lower[sets])
        np.add.at(beyond, own[sets], np.maximum(size - family.upper, 0)[sets])
        need, most = np.maximum(need, lower), np.minimum(most, edges - beyond)
    return need, most


def _common(family: Bounds, usable: Bools, number: Ints) -> Ints:
    """For each set the number that all its usable edges have, `NONE` where they have several or there are none."""
    inside = usable & (family.label != NONE)
    first, last = np.full(len(family.upper), len(number)), np.full(len(family.upper), NONE)
    np.minimum.at(first, family.label[inside], number[inside])
    np.maximum.at(last, family.label[inside], number[inside])
    return np.where(first == last, first, NONE)


def _sums(groups: Groups, own: Ints, leading: Collection[int], limit: int) -> list[int]:
    """The numbers of seats up to a limit that some groups can have together; sets of numbers are bits of integers."""
    total, places = 1, np.bincount(groups.group, minlength=len(groups))
    for mentor in np.unique(groups.leader[own]).tolist():
        led = own[groups.leader[own] == mentor]
        most = min(int(groups.led[mentor]), int(groups.copies[led].sum()), limit)
        reached = [1] + [0] * most  # by how many groups of the mentor are open
        for group in np.repeat(led, groups.copies[led]).tolist():
            sizes = range(int(groups.least[group]), int(min(groups.most[group], places[group])) + 1)
            for n in range(most, 0, -1):
                reached[n] |= _added(reached[n - 1], sizes)
        seats = reduce(or_, reached[mentor in leading :], 0)
        total = _added(total, _numbers(seats)) & ((2 << limit) - 1)
    return _numbers(total)


def _added(bits: int, numbers: Iterable[int]) -> int:
    """All sums of a number of a set and one of the others."""
    return reduce(or_, (bits << number for number in numbers), 0)


def _numbers(bits: int) -> list[int]:
    """The numbers of a set."""
    return [k for k in range(bits.bit_length()) if bits >> k & 1]
