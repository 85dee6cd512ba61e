"""Seats as equal as Hall sets allow, and the same chances for people whom nothing that was stated tells apart.

The argument and its sources stand in docs/explanation/proofs.md, under "Equal chances".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mmatch.arrays import Bools, Ints, reached
from mmatch.network.circulation import HUB, Network
from mmatch.network.prices import residual_arcs
from mmatch.solvers._min_cost_flow import feasible


@dataclass(frozen=True, eq=False)
class ChanceBlock:
    """A part of a network whose mentees have their seats: ``arcs`` are its arcs in the whole, flows count 1 / scale."""

    network: Network
    arcs: Ints
    flow: Ints
    scale: int


def equal_levels(network: Network, n_mentees: int) -> Iterator[ChanceBlock]:
    """Parts of a network, level by level, in which every mentee's seats are fixed.

    Args:
        network: a circulation that exists; its first arcs are one for each mentee, from the hub, and no others feed
            these nodes. Costs and sets are not looked at.
        n_mentees: how many.
    """
    part, arcs = network, np.arange(network.n_arcs)
    while True:
        open_ = np.flatnonzero((arcs < n_mentees) & (part.lower < part.upper))
        if not len(open_):
            flow = feasible(part)[0]
            if flow is None:
                raise AssertionError("unreachable: every level leaves a circulation")
            yield ChanceBlock(part, arcs, flow, 1)
            return
        level, raised, flow = _highest(part, open_)
        scale = level.denominator
        residual = residual_arcs(raised, flow, np.zeros_like(flow))
        inside = reached(residual.head, residual.tail, HUB, raised.n_nodes)  # the others are in a Hall set
        if not inside.all():
            yield _part(raised, arcs, flow, ~inside, scale)
        full = open_[part.upper[open_] * scale <= level.numerator]  # who want no more than the level
        lower = part.lower.copy()
        lower[full] = part.upper[full]
        rest = _part(replace(part, lower=lower), arcs, flow // scale, inside, 1)
        part, arcs = rest.network, rest.arcs


def _highest(network: Network, mentees: Ints) -> tuple[Fraction, Network, Ints]:
    """The highest level that all of these mentees can reach, the network at that level, and a circulation in it.

    The network and the circulation are in units of 1 / denominator of the level.
    """
    level = Fraction(int(network.upper[mentees].min()))
    while True:
        lower = network.lower * level.denominator
        lower[mentees] = np.maximum(lower[mentees], level.numerator)
        raised = replace(network, lower=lower, upper=network.upper * level.denominator)
        flow, cut = feasible(raised)
        if flow is not None:
            return level, raised, flow
        level = _allowed(network, mentees, level, cut)


def _allowed(network: Network, mentees: Ints, level: Fraction, cut: tuple[int, ...]) -> Fraction:
    """The level that a cut allows: what may leave it, less what must enter, shared by the mentees in it."""
    within = np.zeros(network.n_nodes, dtype=bool)
    within[list(cut)] = True
    enters, leaves = ~within[network.tail] & within[network.head], within[network.tail] & ~within[network.head]
    sharing = mentees[enters[mentees] & (network.lower[mentees] * level.denominator < level.numerator)]
    enters[sharing] = False
    room = int(network.upper[leaves].sum()) - int(network.lower[enters].sum())
    return Fraction(room, len(sharing))


def _part(network: Network, arcs: Ints, flow: Ints, nodes: Bools, scale: int) -> ChanceBlock:
    """The part of a network on some nodes; arcs that leave or enter it are held and end at the hub."""
    number = np.zeros(network.n_nodes, dtype=np.int64)
    own = nodes.copy()
    own[HUB] = False
    number[own] = np.arange(1, int(own.sum()) + 1)
    crossing = nodes[network.tail] != nodes[network.head]
    kept = np.flatnonzero(own[network.tail] | own[network.head])
    held = crossing[kept]
    sub = replace(
        network,
        n_nodes=1 + int(own.sum()),
        tail=number[network.tail[kept]],
        head=number[network.head[kept]],
        lower=np.where(held, flow[kept], network.lower[kept]),
        upper=np.where(held, flow[kept], network.upper[kept]),
        first_edge=int(np.count_nonzero(kept < network.first_edge)),
    )
    return ChanceBlock(sub, arcs[kept], flow[kept], scale)


def alike(network: Network) -> Ints:
    """A number for each candidate edge: the same for edges whose people are alike.

    Colour refinement: nodes are told apart by their arcs, arcs by their ends, until nothing changes. The mean of a
    circulation over the arcs of each colour is a circulation again, within the same limits and of the same costs
    (Ramana, Scheinerman and Ullman 1994; Grohe, Kersting, Mladenov and Selman 2014).
    """
    kind = _numbered(np.column_stack([network.lower, network.upper]))
    for stage in range(len(network.stages)):
        kind = _numbered(np.column_stack([kind, network.cost(stage)]))
    node = np.ones(network.n_nodes, dtype=np.int64)
    node[0] = 0
    while True:
        arc = _numbered(np.column_stack([kind, node[network.tail], node[network.head]]))
        finer = _distinguished(network, arc, node)
        if finer.max() == node.max():
            return _numbered(arc[network.first_edge :, None])
        node = finer


def _numbered(rows: Ints) -> Ints:
    """Equal rows get equal numbers."""
    number: Ints = np.unique(rows, axis=0, return_inverse=True)[1].reshape(-1).astype(np.int64)
    return number


def _distinguished(network: Network, arc: Ints, node: Ints) -> Ints:
    """Nodes numbered by their own number and the numbers of all their arcs, in and out."""
    ends = np.concatenate([network.tail, network.head])
    seen = np.concatenate([2 * arc, 2 * arc + 1])
    order = np.lexsort((seen, ends))
    first = np.searchsorted(ends[order], np.arange(network.n_nodes + 1)).tolist()
    sorted_seen = seen[order]
    numbers: dict[tuple[int, bytes], int] = {}
    colour = [
        numbers.setdefault((own, sorted_seen[first[k] : first[k + 1]].tobytes()), len(numbers))
        for k, own in enumerate(node.tolist())
    ]
    return np.array(colour, dtype=np.int64)
