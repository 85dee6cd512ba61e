"""Counting shows that no groups can be formed: too few seats for a set of people, or no sum of group sizes fits them.

Only least and greatest sizes, numbers of groups, and who could sit where at all are used; everything else could only
make it harder. No solver is asked, and nobody's claim is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.people.columns import NONE
from mmatch.terms import FREE

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Bounds, Groups

MOST_STEPS = 2_000_000  # of adding up sizes
MOST_LOOKED = 100_000_000  # places times parts


@dataclass(frozen=True, eq=False)
class Headcount:
    """A set of seats that must be filled and cannot be: the edges concerned, how many are needed, how many can be.

    ``family`` and ``number`` name the set of a bound with too few places, where it is one; else ``below`` and ``above``
    are the nearest numbers of seats that groups can have together, `NONE` where there is none.
    """

    edges: Ints
    need: int
    below: int
    above: int = NONE
    family: Bounds | None = None
    number: int = NONE


def headcount(instance: Instance) -> Headcount | None:
    """What cannot be seated, found by counting alone; None where counting finds nothing.

    Args:
        instance: compiled afresh, with groups.
    """
    groups = instance.groups
    if groups is None:
        return None
    placed = np.zeros(len(instance.request), dtype=bool)
    placed[groups.edge] = True
    return _too_few_places(instance, placed) or _no_sum(instance, groups, placed)


def _too_few_places(instance: Instance, placed: Bools) -> Headcount | None:
    """A set that needs more edges than groups have places for."""
    for family in instance.bounds:
        inside = placed & (family.label != NONE)
        have = np.bincount(family.label[inside], minlength=len(family.upper))
        for number in np.flatnonzero(have < family.lower).tolist():
            edges = np.flatnonzero(family.label == number)
            return Headcount(edges, int(family.lower[number]), int(have[number]), family=family, number=number)
    return None


def _no_sum(instance: Instance, groups: Groups, placed: Bools) -> Headcount | None:
    """People who share no group with others, and no sum of group sizes that seats as many of them as must sit."""
    if int(groups.copies.sum()) * (len(groups) + 1) > MOST_STEPS:
        return None
    part = _parts(instance, groups)
    numbers = np.unique(part[placed]).tolist()
    if len(numbers) * len(groups.edge) > MOST_LOOKED:
        return None
    for number in numbers:
        edges = np.flatnonzero(placed & (part == number))
        need, most = _limits(instance, edges, placed)
        sums = _sums(groups, part[groups.edge] == number, most)
        seated = [k for k in range(most + 1) if sums >> k & 1]
        if need > 0 and not any(need <= k for k in seated):
            below = max((k for k in seated if k < need), default=NONE)
            return Headcount(edges, need, below, _next(groups, part[groups.edge] == number, most))
    return None


def _parts(instance: Instance, groups: Groups) -> Ints:
    """For each edge the number of its part: edges that share a mentee or a leader are in one."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    mentee, leader = instance.labels.label("mentee"), instance.labels.label("mentor")
    n, m = int(mentee.max(initial=-1)) + 1, int(leader.max(initial=-1)) + 1
    used = groups.edge
    links = coo_array((np.ones(len(used), dtype=np.int8), (mentee[used], n + leader[used])), shape=(n + m, n + m))
    part: Ints = connected_components(links, directed=False)[1].astype(np.int64)[mentee]
    return part


def _limits(instance: Instance, edges: Ints, placed: Bools) -> tuple[int, int]:
    """(least, most) of these edges that can be chosen, as far as single families of bounds say it."""
    need, most = 0, len(edges)
    for family in instance.bounds:
        label = family.label[edges]
        here = np.bincount(label[label != NONE], minlength=len(family.upper))
        everywhere = np.bincount(family.label[placed & (family.label != NONE)], minlength=len(family.upper))
        need = max(need, int(family.lower[(here > 0) & (here == everywhere)].sum()))
        if (label != NONE).all():
            most = min(most, int(np.minimum(family.upper, here).sum()))
    return need, most


def _sums(groups: Groups, here: Bools, most: int) -> int:
    """The numbers of seats that groups can have together, as the bits of an integer."""
    size = np.bincount(groups.group[here], minlength=len(groups))
    everything = (1 << (most + 1)) - 1
    total = 1
    for leader in np.unique(groups.leader[size > 0]).tolist():
        mine = np.flatnonzero((groups.leader == leader) & (size > 0))
        led = min(int(groups.led[leader]), int(groups.copies[mine].sum()), most)
        total = _added(total, _of_leader(groups, mine, size, led), everything)
    return total


def _of_leader(groups: Groups, mine: Ints, size: Ints, led: int) -> int:
    """The numbers of seats that one leader's groups can have together."""
    reach = [1] + [0] * led  # by how many groups are open
    for group in mine.tolist():
        least, most = int(groups.least[group]), min(int(groups.most[group]), int(size[group]))
        sizes = sum(1 << n for n in range(max(least, 1), most + 1))
        for _ in range(int(groups.copies[group])):
            reach = [reach[0], *(reach[k] | _added(reach[k - 1], sizes, -1) for k in range(1, led + 1))]
    found = 0
    for bits in reach:
        found |= bits
    return found


def _added(one: int, other: int, within: int) -> int:
    """All sums of a number of one set and a number of the other; sets are the bits of integers."""
    found, shift = 0, 0
    while other:
        if other & 1:
            found |= one << shift
        other >>= 1
        shift += 1
    return found & within


def _next(groups: Groups, here: Bools, most: int) -> int:
    """The least number of seats above a limit that groups could have, were there more people."""
    sums = _sums(groups, here, min(most + int(groups.most.max(initial=0)), FREE)) >> (most + 1)
    return most + (sums & -sums).bit_length() if sums else NONE
