"""The circulation behind an instance: two laminar trees of sets, joined by the candidate edges.

A hub feeds the roots of the left tree (requests, mentees) and drains the roots of the right tree (offers, mentors).
Each set is a node; the arc to its parent carries the bounds of the set, one parallel arc for each piece of a convex
load. Costs are minus rewards: one row per stage. Ahuja, Magnanti, Orlin, Network Flows (1993), chapters 6, 9 and 14.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import LEFT, RIGHT, SETS, Bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Ints
    from mmatch.instance.model import Instance
    from mmatch.stages import Stage
    from mmatch.terms import ConvexLoad

HUB = 0


class CrossingSets(Exception):  # noqa: N818 - no error for users: the engine turns it into a sentence
    """Two sets of edges that overlap without nesting: (family, set number) twice."""

    def __init__(self, one: tuple[Bounds, int], other: tuple[Bounds, int]) -> None:
        super().__init__(one[0].key, other[0].key)
        self.one = one
        self.other = other


@dataclass(frozen=True, eq=False)
class Network:
    """A circulation. Arc a runs ``tail[a] -> head[a]``; the last arcs, from ``first_edge`` on, are the candidate edges.

    ``inner`` holds the costs of all other arcs, one int64 row per stage; ``set_of`` gives for each of them (family
    number, set number).
    """

    n_nodes: int
    tail: Ints
    head: Ints
    lower: Ints
    upper: Ints
    inner: Ints
    stages: tuple[Stage, ...]
    first_edge: int
    families: tuple[Bounds, ...]
    set_of: Ints

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)

    def cost(self, stage: int) -> Ints:
        """The costs of all arcs in one stage that is a sum: minus the rewards."""
        return self.row(-self.stages[stage].weights, self.inner[stage])

    def row(self, edges: Ints, inner: Ints | None = None) -> Ints:
        """Costs of all arcs from those of the edges and of the arcs between sets (none by default)."""
        costs = np.zeros(self.n_arcs, dtype=np.int64)
        if inner is not None:
            costs[: self.first_edge] = inner
        costs[self.first_edge :] = edges
        return costs

    def flow_of(self, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
        """The whole circulation that a choice of edges means: loads fill the pieces of each set in order."""
        flow = np.zeros(self.n_arcs, dtype=np.int64)
        flow[self.first_edge :] = chosen
        inner = slice(0, self.first_edge)
        for number, family in enumerate(self.families):
            member = chosen & (family.label != NONE)
            load = np.bincount(family.label[member], minlength=len(family.upper))
            arcs = np.flatnonzero(self.set_of[inner, 0] == number)
            flow[arcs] = _filled(load, self.set_of[arcs, 1], self.upper[arcs])
        return flow


def shortfall(network: Network, cut: Sequence[int]) -> int:
    """By how much the least inflow of a set of nodes exceeds its greatest outflow; positive: no circulation exists.

    Hoffman's circulation theorem (1960); for pairs it is Hall's condition with capacities.
    """
    inside = np.zeros(network.n_nodes, dtype=bool)
    inside[[node for node in cut if 0 <= node < network.n_nodes]] = True
    enters = ~inside[network.tail] & inside[network.head]
    leaves = inside[network.tail] & ~inside[network.head]
    least, most = network.lower[enters].tolist(), network.upper[leaves].tolist()
    return int(sum(least) - sum(most))


def _filled(load: Ints, owner: Ints, room: Ints) -> Ints:
    """Loads poured into pieces in order; ``owner`` is sorted, the last piece of each takes what is left."""
    before = np.cumsum(room) - room
    first = np.concatenate([[True], np.diff(owner) != 0]) if len(owner) else np.zeros(0, dtype=bool)
    base = before[first][np.cumsum(first) - 1] if len(owner) else before
    last = np.concatenate([first[1:], [True]]) if len(owner) else first
    rest = load[owner] - (before - base)
    return np.where(last, np.maximum(rest, 0), np.clip(rest, 0, room))


def build_network(instance: Instance) -> Network:
    """The circulation of an instance.

    Raises:
        CrossingSets: where the sets do not fall into two laminar families.
    """
    families = _families(instance)
    left, right = _sides(families)
    nodes, parent = _nodes(instance, families, left, right)
    arcs = [_set_arcs(instance, families[k], k, nodes[k], parent[k], up=k in right) for k in range(len(families))]
    tail, head, lower, upper, costs, owner = (np.concatenate(column, axis=-1) for column in zip(*arcs, strict=True))
    first, n_edges = len(tail), len(instance.request)
    ends = [_finest(instance, families, side, nodes) for side in (left, right)]
    return Network(
        n_nodes=1 + sum(len(family.upper) for family in families),
        tail=np.concatenate([tail, ends[0]]),
        head=np.concatenate([head, ends[1]]),
        lower=_padded(lower, n_edges, 0),
        upper=_padded(upper, n_edges, 1),
        inner=costs,
        stages=instance.stages,
        first_edge=first,
        families=tuple(families),
        set_of=owner.T,
    )


def _padded(values: Ints, n: int, rest: int) -> Ints:
    """Values of the arcs between sets, then one value for all edges."""
    padded = np.full(len(values) + n, rest, dtype=np.int64)
    padded[: len(values)] = values
    return padded


def _families(instance: Instance) -> list[Bounds]:
    """All bounds, and a free family for each convex load whose sets have none."""
    families = list(instance.bounds)
    known = {family.key for family in families}
    for load in (load for stage in instance.stages for load in stage.loads):
        if load.key not in known:
            known.add(load.key)
            families.append(_free_family(instance, load))
    return families


def _free_family(instance: Instance, load: ConvexLoad) -> Bounds:
    """Sets without any bound of their own; where each counts by a factor of its own, what is asked for bounds them."""
    label = load.label(instance.labels)
    n = instance.labels.count(load.key) if load.sets is None else int(label.max(initial=NONE)) + 1
    free = np.zeros(n, np.int64)
    most = instance.degree(Bounds(load.key, label, free, free))
    if load.key == "mentee" and load.sets is None and load.factor is not None:
        wanted = np.bincount(instance.labels.mentee_of_request, weights=instance.labels.wanted, minlength=n)
        most = np.minimum(most, wanted.astype(np.int64))
    return Bounds(load.key, label, free, most)


def _sides(families: list[Bounds]) -> tuple[list[int], list[int]]:
    """Families of the left and of the right tree: the flow test.

    Raises:
        CrossingSets: naming two sets that cross, whatever the sides.
    """
    fixed = {k: family.key in LEFT for k, family in enumerate(families) if family.key in LEFT + RIGHT}
    free = [k for k in range(len(families)) if k not in fixed]
    conflict: CrossingSets | None = None
    for choice in product((False, True), repeat=len(free)):
        side = {**fixed, **dict(zip(free, choice, strict=True))}
        conflict = _conflict(families, side) or None
        if conflict is None:
            order = sorted(side, key=lambda k: (len(families[k].upper), k))
            return [k for k in order if side[k]], [k for k in order if not side[k]]
    if conflict is None:
        raise AssertionError("unreachable")
    raise conflict


def _conflict(families: list[Bounds], side: dict[int, bool]) -> CrossingSets | None:
    for one, one_side in side.items():
        for other, other_side in side.items():
            if one < other and one_side == other_side:
                crossing = crossing_sets(families[one], families[other])
                if crossing is not None:
                    return CrossingSets((families[one], crossing[0]), (families[other], crossing[1]))
    return None


def crossing_sets(one: Bounds, other: Bounds) -> tuple[int, int] | None:
    """Two sets, one of each family, that overlap without nesting; None where there are none."""
    if other.key in SETS.get(one.key, ()) or one.key in SETS.get(other.key, ()):
        return None
    both = np.flatnonzero((one.label != NONE) & (other.label != NONE))
    width = len(other.upper) + 1
    pairs, shared = np.unique(one.label[both] * width + other.label[both], return_counts=True)
    a, b = pairs // width, pairs % width
    size_a = np.bincount(one.label[one.label != NONE], minlength=len(one.upper))
    size_b = np.bincount(other.label[other.label != NONE], minlength=len(other.upper))
    crossing = np.flatnonzero((shared < size_a[a]) & (shared < size_b[b]))
    return (int(a[crossing[0]]), int(b[crossing[0]])) if len(crossing) else None


def _nodes(
    instance: Instance, families: list[Bounds], left: list[int], right: list[int]
) -> tuple[dict[int, Ints], dict[int, Ints]]:
    """Node numbers of every set, and of its parent in its tree (the hub at a root)."""
    nodes, start = {}, 1
    for k, family in enumerate(families):
        nodes[k] = np.arange(start, start + len(family.upper))
        start += len(family.upper)
    parent = {k: np.full(len(families[k].upper), HUB) for k in range(len(families))}
    for side in (left, right):
        if len(side) < 2:
            continue
        nested = _nested(families, side)
        for k, above in pairwise(nested):
            parent[k][families[k].label] = nodes[above][families[above].label]
        if nested:
            continue
        chain = _chains(instance, families, side)
        for position in range(chain.shape[0] - 1):
            family, above = chain[position], chain[position + 1]
            for k in side:
                own = np.flatnonzero((family == k) & (above != NONE))
                label = families[k].label[own]
                over = _lookup(families, nodes, above[own], own)
                parent[k][label] = over
    return nodes, parent


def _nested(families: list[Bounds], side: list[int]) -> list[int]:
    """Families of which each lies in the next one by its key, for every edge; empty where the edges have to tell.

    ``side`` runs from few sets to many. Two families with as many sets each, all of them used, have the same sets.
    """
    order = side[::-1]
    if any((families[k].label == NONE).any() for k in order):
        return []
    for k, above in pairwise(order):
        one, other = families[k], families[above]
        may_be_same = len(one.upper) == len(other.upper) and one.key in SETS.get(other.key, ())
        same = may_be_same and bool((np.bincount(one.label, minlength=len(one.upper)) > 0).all())
        if not (same or other.key in SETS.get(one.key, ())):
            return []
    return order


def _chains(instance: Instance, families: list[Bounds], side: list[int]) -> Ints:
    """For each edge the families of its sets, smallest set first, padded with `NONE`: shape (len(side), edges)."""
    n_edges = len(instance.request)
    size = np.full((len(side), n_edges), np.iinfo(np.int64).max)
    for place, k in enumerate(side):
        label = families[k].label
        inside = label != NONE
        counts = np.bincount(label[inside], minlength=len(families[k].upper))
        # among sets of one size the family with more sets is the finer one: `side` runs from few sets to many
        size[place, inside] = counts[label[inside]] * len(side) + (len(side) - 1 - place)
    order = np.argsort(size, axis=0, kind="stable")
    chain = np.array(side, dtype=np.int64)[order]
    chain[np.take_along_axis(size, order, axis=0) == np.iinfo(np.int64).max] = NONE
    return chain


def _lookup(families: list[Bounds], nodes: dict[int, Ints], family: Ints, edge: Ints) -> Ints:
    """Node of the set of each edge in the given family."""
    found = np.zeros(len(edge), dtype=np.int64)
    for k in nodes:
        own = family == k
        found[own] = nodes[k][families[k].label[edge[own]]]
    return found


def _finest(instance: Instance, families: list[Bounds], side: list[int], nodes: dict[int, Ints]) -> Ints:
    """The node of the smallest set of each edge on one side."""
    nested = _nested(families, side)
    if nested:
        return nodes[nested[0]][families[nested[0]].label]
    chain = _chains(instance, families, side)
    return _lookup(families, nodes, chain[0], np.arange(len(instance.request)))


def _set_arcs(
    instance: Instance, family: Bounds, number: int, node: Ints, parent: Ints, *, up: bool
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """The arcs between sets and their parents: one each, or one for each piece of a convex load."""
    upper = np.maximum(np.minimum(family.upper, instance.degree(family)), family.lower)
    loads = [[load for load in stage.loads if load.key == family.key] for stage in instance.stages]
    head = max((len(load.head) for items in loads for load in items), default=0)
    rising = any(load.slope for items in loads for load in items)
    pieces = upper if rising else np.minimum(upper, head + 1) if head else np.minimum(upper, 1)
    pieces = np.maximum(pieces, 1)
    owner = np.repeat(np.arange(len(upper)), pieces)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    room = np.where(k == pieces[owner] - 1, upper[owner] - k, 1)
    lower = np.clip(family.lower[owner] - k, 0, room)
    costs = np.zeros((len(loads), len(owner)), dtype=np.int64)
    longest = int(pieces.max(initial=1))
    for stage, items in enumerate(loads):
        for load in items:
            costs[stage] -= load.rewards(longest)[k] * (1 if load.factor is None else load.factor[owner])
    ends = (node[owner], parent[owner]) if up else (parent[owner], node[owner])
    return *ends, lower, room, costs, np.array([np.full(len(owner), number), owner])
