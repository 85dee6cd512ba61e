"""Seats as equal as Hall sets allow: nobody could get more without somebody who has less getting less.

The argument and its sources stand in docs/explanation/proofs.md, under "Equal chances".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.network.circulation import HUB
from mmatch.network.prices import residual_arcs
from mmatch.solvers._min_cost_flow import feasible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.network.circulation import Network


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
        inside = _leading_to_hub(raised, flow)
        if not inside.all():
            yield _part(raised, arcs, flow, ~inside, scale)
        rest = _part(_settled(part, open_, level), arcs, flow // scale, inside, 1)
        part, arcs = rest.network, rest.arcs


def _highest(network: Network, mentees: Ints) -> tuple[Fraction, Network, Ints]:
    """The highest level that all of these mentees can reach, the network at that level, and a circulation in it."""
    level = Fraction(int(network.upper[mentees].min()))
    while True:
        raised = _raised(network, mentees, level)
        flow, cut = feasible(raised)
        if flow is not None:
            return level, raised, flow
        level = _allowed(network, mentees, level, cut)


def _raised(network: Network, mentees: Ints, level: Fraction) -> Network:
    """The network in units of 1 / denominator of the level, with at least the level for each of these mentees."""
    lower = network.lower * level.denominator
    lower[mentees] = np.maximum(lower[mentees], level.numerator)
    return replace(network, lower=lower, upper=network.upper * level.denominator)


def _allowed(network: Network, mentees: Ints, level: Fraction, cut: tuple[int, ...]) -> Fraction:
    """The level that a cut allows: what may leave it, less what must enter, shared by the mentees in it."""
    within = np.zeros(network.n_nodes, dtype=bool)
    within[list(cut)] = True
    enters, leaves = ~within[network.tail] & within[network.head], within[network.tail] & ~within[network.head]
    sharing = mentees[enters[mentees] & (network.lower[mentees] * level.denominator < level.numerator)]
    enters[sharing] = False
    room = int(network.upper[leaves].sum()) - int(network.lower[enters].sum())
    return Fraction(room, len(sharing))


def _leading_to_hub(network: Network, flow: Ints) -> Bools:
    """Nodes from which more could still reach the hub: the others are in a Hall set."""
    arcs = residual_arcs(network, flow, np.zeros(network.n_arcs, dtype=np.int64))
    seen = np.zeros(network.n_nodes, dtype=bool)
    seen[HUB] = True
    while True:
        before = arcs.tail[seen[arcs.head]]
        if seen[before].all():
            return seen
        seen[before] = True


def _settled(network: Network, mentees: Ints, level: Fraction) -> Network:
    """The network in which those who want no more than the level have it."""
    full = mentees[network.upper[mentees] * level.denominator <= level.numerator]
    lower = network.lower.copy()
    lower[full] = network.upper[full]
    return replace(network, lower=lower)


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
