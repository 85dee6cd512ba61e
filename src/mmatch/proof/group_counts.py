"""Counting shows that no groups can be formed: too few seats for a set of people, or no sum of group sizes fits them.

Least and greatest sizes, numbers of groups, who could sit where at all, and who may sit together in one group are used;
everything else could only make it harder. No solver is asked, and nobody's claim is needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.proof.group_crowding import crowds, never_together
from mmatch.terms import FREE

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.instance import Instance
    from mmatch.proof.group_crowding import Crowd
    from mmatch.terms import Bounds, Groups

MOST_STEPS = 2_000_000  # of adding up sizes
MOST_LOOKED = 100_000_000  # places times parts


@dataclass(frozen=True, eq=False)
class Headcount:
    """A set of seats that must be filled and cannot be: the edges concerned, how many are needed, how many can be.

    ``kind`` says what was counted: "places" of a set of a bound (``family`` and ``number`` name it); the "sum" of group
    sizes, where ``below`` and ``above`` are the nearest numbers of seats that groups can have together, `NONE` where
    there is none; people who must sit "apart", in ``below`` groups at most; groups that one mentor must be "leading".
    """

    edges: Ints
    need: int
    below: int
    above: int = NONE
    kind: str = "sum"
    family: Bounds | None = None
    number: int = NONE


@dataclass(frozen=True, eq=False)
class _Need:
    """One mentee who must have one of some edges."""

    mentee: int
    edges: Ints
    leaders: frozenset[int]
    offers: frozenset[int]


def headcount(instance: Instance) -> Headcount | None:
    """What cannot be seated, found by counting alone; None where counting finds nothing.

    Args:
        instance: compiled afresh, with groups.
    """
    groups = instance.groups
    if groups is None:
        return None
    found = crowds(groups)
    placed = np.zeros(len(instance.request), dtype=bool)
    placed[groups.edge[[place for crowd in found for place in crowd.places.tolist()]]] = True
    few = _too_few_places(instance, placed)
    if few is not None:
        return few
    needs = list(_needs(instance, placed))
    led = _led_too_often(groups, needs) or _apart(instance, groups, found, needs)
    return led or _no_sum(instance, groups, placed, (found, needs))


def _too_few_places(instance: Instance, placed: Bools) -> Headcount | None:
    """A set that needs more edges than groups have places for."""
    for family in instance.bounds:
        inside = placed & (family.label != NONE)
        have = np.bincount(family.label[inside], minlength=len(family.upper))
        for number in np.flatnonzero(have < family.lower).tolist():
            edges = np.flatnonzero(family.label == number)
            need, there = int(family.lower[number]), int(have[number])
            return Headcount(edges, need, there, kind="places", family=family, number=number)
    return None


def _needs(instance: Instance, placed: Bools) -> Iterator[_Need]:
    """Everybody who must have a seat among some edges, by one bound alone."""
    mentee, leader = instance.labels.label("mentee"), instance.labels.label("mentor")
    for family in instance.bounds:
        edges = np.flatnonzero(placed & (family.label != NONE))
        edges = edges[family.lower[family.label[edges]] > 0]
        order = edges[np.argsort(family.label[edges], kind="stable")]
        for mine in np.split(order, np.flatnonzero(np.diff(family.label[order])) + 1):
            who = np.unique(mentee[mine])
            if len(who) == 1:
                leaders, offers = frozenset(leader[mine].tolist()), frozenset(instance.offer[mine].tolist())
                yield _Need(int(who[0]), mine, leaders, offers)


def _led_too_often(groups: Groups, needs: Sequence[_Need]) -> Headcount | None:
    """A mentor who must lead groups on more offers than they may lead groups."""
    mine: dict[int, dict[int, _Need]] = {}
    for need in needs:
        if len(need.offers) == 1:
            mine.setdefault(min(need.leaders), {}).setdefault(min(need.offers), need)
    for leader, offers in mine.items():
        led = int(groups.led[leader])
        if len(offers) > led:
            edges = np.concatenate([need.edges for need in offers.values()])
            return Headcount(edges, len(offers), led, kind="leading")
    return None


def _apart(instance: Instance, groups: Groups, found: Sequence[Crowd], needs: Sequence[_Need]) -> Headcount | None:
    """People who all need a seat, may never sit together, and have fewer groups to sit in."""
    mentee = instance.labels.label("mentee")[groups.edge]
    if max(len(needs) ** 2, sum(len(crowd.places) ** 2 for crowd in found)) > MOST_STEPS:
        return None
    parted = set(never_together(found, mentee, int(mentee.max(initial=0)) + 1))
    for seed in needs if parted else ():
        clique = [seed]
        for other in needs:
            pairs = [(min(a.mentee, other.mentee), max(a.mentee, other.mentee)) for a in clique]
            if other.leaders <= seed.leaders and parted.issuperset(pairs):
                clique.append(other)
        edges = np.unique(np.concatenate([need.edges for need in clique]))
        room = _groups_with(groups, found, edges)
        if len(clique) > room:
            return Headcount(edges, len(clique), room, kind="apart")
    return None


def _groups_with(groups: Groups, found: Sequence[Crowd], edges: Ints) -> int:
    """How many groups with some of these edges can be open at once."""
    room: dict[int, int] = {}
    for crowd in found:
        if np.isin(groups.edge[crowd.places], edges).any():
            leader = int(groups.leader[crowd.group])
            room[leader] = room.get(leader, 0) + int(groups.copies[crowd.group])
    return sum(min(number, int(groups.led[leader])) for leader, number in room.items())


def _no_sum(
    instance: Instance, groups: Groups, placed: Bools, known: tuple[Sequence[Crowd], Sequence[_Need]]
) -> Headcount | None:
    """People who share no group with others, and no sum of group sizes that seats as many of them as must sit."""
    if int(groups.copies.sum()) * (len(groups) + 1) > MOST_STEPS:
        return None
    part = _parts(instance, groups)
    numbers = np.unique(part[placed]).tolist()
    if len(numbers) * len(groups.edge) > MOST_LOOKED:
        return None
    found, needs = known
    must = {min(need.leaders) for need in needs if len(need.leaders) == 1}
    for number in numbers:
        edges = np.flatnonzero(placed & (part == number))
        need, most = _limits(instance, edges, placed)
        here = [crowd for crowd in found if part[groups.edge[crowd.places[0]]] == number]
        sums = _sums(groups, here, must, most)
        seated = [k for k in range(most + 1) if sums >> k & 1]
        if not any(need <= k for k in seated):
            below = max((k for k in seated if k < need), default=NONE)
            return Headcount(edges, need, below, _next(groups, here, must, most))
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


def _sums(groups: Groups, here: Sequence[Crowd], must: Collection[int], most: int) -> int:
    """The numbers of seats that groups can have together, as the bits of an integer; who must lead one leads one."""
    everything = (1 << (most + 1)) - 1
    total = 1
    by_leader: dict[int, list[Crowd]] = {}
    for crowd in here:
        by_leader.setdefault(int(groups.leader[crowd.group]), []).append(crowd)
    for leader, mine in by_leader.items():
        often = sum(int(groups.copies[crowd.group]) for crowd in mine)
        total = _added(
            total, _of_leader(groups, mine, min(int(groups.led[leader]), often, most), leader in must), everything
        )
    return total


def _of_leader(groups: Groups, mine: Sequence[Crowd], led: int, must: bool) -> int:
    """The numbers of seats that one leader's groups can have together."""
    reach = [1] + [0] * led  # by how many groups are open
    for crowd in mine:
        for _ in range(int(groups.copies[crowd.group])):
            reach = [reach[0], *(reach[k] | _added(reach[k - 1], crowd.sizes, -1) for k in range(1, led + 1))]
    found = 0
    for bits in reach[1:] if must else reach:
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


def _next(groups: Groups, here: Sequence[Crowd], must: Collection[int], most: int) -> int:
    """The least number of seats above a limit that groups could have, were there more people."""
    sums = _sums(groups, here, must, min(most + int(groups.most.max(initial=0)), FREE)) >> (most + 1)
    return most + (sums & -sums).bit_length() if sums else NONE
