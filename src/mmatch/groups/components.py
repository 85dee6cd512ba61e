"""Connected components of an instance with groups: they share nothing, so what is best for each is best for all.

Groups are connected where they share a mentor, a person who could sit in both, or any limit or row. A sum is greatest
where it is in each component; so searches work on one component at a time, and bounds add up. Very small components
are bundled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import GroupRows
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.constraints import Bounds, Groups
    from mmatch.instance.model import Instance
    from mmatch.stages import Stage

FEW_SEATS = 200  # components with fewer are bundled with the next ones


@dataclass(frozen=True, eq=False)
class Component:
    """A component as an instance of its own, and the numbers that its edges, seats and groups have in the whole."""

    instance: Instance
    edges: Ints
    places: Ints
    groups: Ints

    @property
    def groups_of(self) -> Groups:
        """The candidate groups of the component."""
        if self.instance.groups is None:
            raise ValueError("a component has groups")
        return self.instance.groups


def components(instance: Instance) -> list[Component]:
    """The components of an instance with groups, in the order of their first groups; one where it cannot be divided."""
    groups = instance.groups
    if groups is None:
        return []
    number = _numbers(instance, groups) if _divisible(instance, groups) else np.zeros(len(groups), dtype=np.int64)
    if number.max(initial=0) == 0:
        return [Component(instance, *map(np.arange, (len(instance.request), len(groups.edge), len(groups))))]
    return [_component(instance, groups, number == k) for k in range(int(number.max()) + 1)]


def _divisible(instance: Instance, groups: Groups) -> bool:
    """Whether all stages are sums over edges and loads, and every limit from below is about some group."""
    sums = all(stage.summed and not stage.grouped for stage in instance.stages)
    if instance.unmet or not sums:
        return False
    for family in instance.bounds:
        used = np.bincount(_members(family.label[groups.edge])[1], minlength=len(family.lower)) > 0
        if (family.lower[~used] > 0).any():
            return False
    return all((np.isin(np.flatnonzero(rows.lower > 0), _entries(rows, groups)[0])).all() for rows in groups.rows)


def _numbers(instance: Instance, groups: Groups) -> Ints:
    """The number of the component of each group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    tails, heads, n = [np.arange(len(groups))], [groups.leader + len(groups)], len(groups) + len(groups.led)
    for group, hub, size in _links(instance, groups):
        tails.append(group)
        heads.append(hub + n)
        n += size
    tail, head = np.concatenate(tails), np.concatenate(heads)
    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n))
    label = connected_components(graph, directed=False)[1][: len(groups)].astype(np.int64)
    return _bundled(label, groups)


def _links(instance: Instance, groups: Groups) -> Iterator[tuple[Ints, Ints, int]]:
    """(group, set, how many sets) of all that groups share: sets of edges, loads, rows."""
    stages: tuple[Any, ...] = instance.stages
    loads = [load for stage in stages for load in stage.loads]
    labels = [family.label for family in instance.bounds] + [load.label(instance.labels) for load in loads]
    for label in labels:
        places, sets = _members(label[groups.edge])
        yield groups.group[places], sets, int(label.max(initial=0)) + 1
    for rows in groups.rows:
        row, group = _entries(rows, groups)
        yield group, row, len(rows.lower)


def _members(label: Ints) -> tuple[Ints, Ints]:
    """(place, its set) of all that are in one."""
    inside = np.flatnonzero(label != NONE)
    return inside, label[inside]


def _entries(rows: GroupRows, groups: Groups) -> tuple[Ints, Ints]:
    """(row, group) of all entries."""
    group = np.concatenate([groups.group[rows.places[1]], rows.groups[1]])
    return np.concatenate([rows.places[0], rows.groups[0]]), group


def _bundled(label: Ints, groups: Groups) -> Ints:
    """Components numbered by their first group, small ones together."""
    _, first, label = np.unique(label, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    label = rank[label]
    places = np.bincount(label[groups.group], minlength=len(first)).tolist()
    bundle, number, waiting = np.zeros(len(first), dtype=np.int64), 0, 0
    for k, size in enumerate(places):
        if waiting >= FEW_SEATS:
            number, waiting = number + 1, 0
        bundle[k] = number
        waiting += size
    return bundle[label]


# -- a component by itself ----------------------------------------------------------------------------------------


def _component(instance: Instance, groups: Groups, inside: Bools) -> Component:
    """The component of some groups."""
    members = np.flatnonzero(inside)
    places = np.flatnonzero(inside[groups.group])
    edges = np.unique(groups.edge[places])
    alone = replace(
        instance,
        request=instance.request[edges],
        offer=instance.offer[edges],
        bounds=tuple(_family(family, edges) for family in instance.bounds),
        tiers=tuple(
            replace(tier, stages=tuple(_stage(instance, s, edges) for s in tier.stages)) for tier in instance.tiers
        ),
        labels=instance.labels.only(edges),
        groups=replace(
            groups,
            **{name: getattr(groups, name)[members] for name in ("offer", "leader", "slot")},
            **{name: getattr(groups, name)[members] for name in ("least", "most", "copies")},
            edge=np.searchsorted(edges, groups.edge[places]),
            group=np.searchsorted(members, groups.group[places]),
            rows=tuple(_rows(rows, places, members) for rows in groups.rows),
        ),
    )
    return Component(alone, edges, places, members)


def _renumbered(label: Ints) -> tuple[Ints, Ints]:
    """(the sets that occur, each label as a place among them)."""
    sets = np.unique(label[label != NONE])
    return sets, np.where(label == NONE, NONE, np.searchsorted(sets, label))


def _family(family: Bounds, edges: Ints) -> Bounds:
    sets, label = _renumbered(family.label[edges])
    return replace(family, label=label, lower=family.lower[sets], upper=family.upper[sets])


def _stage(instance: Instance, stage: Any, edges: Ints) -> Stage:
    made: Stage = stage.on(edges, tuple(_load(instance, load, edges) for load in stage.loads))
    return made


def _load(instance: Instance, load: ConvexLoad, edges: Ints) -> ConvexLoad:
    sets, label = _renumbered(load.label(instance.labels)[edges])
    return replace(load, sets=label, factor=None if load.factor is None else load.factor[sets])


def _rows(rows: GroupRows, places: Ints, members: Ints) -> GroupRows:
    """The rows that have entries in a component."""
    kept = [
        np.isin(own[1], numbers) for own, numbers in zip((rows.places, rows.groups), (places, members), strict=True)
    ]
    used = np.unique(np.concatenate([rows.places[0][kept[0]], rows.groups[0][kept[1]]]))
    entries = []
    for (row, column, weight), keep, numbers in zip((rows.places, rows.groups), kept, (places, members), strict=True):
        entries.append((np.searchsorted(used, row[keep]), np.searchsorted(numbers, column[keep]), weight[keep]))
    return replace(rows, places=entries[0], groups=entries[1], lower=rows.lower[used], upper=rows.upper[used])
