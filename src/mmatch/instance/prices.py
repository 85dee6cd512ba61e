"""Prices of nodes: why no chain of swaps improves a circulation, recovered from the flow alone.

A circulation is optimal exactly when its residual arcs have no negative cycle, and then shortest distances from an
all-zero start are potentials under which no residual arc has a negative reduced cost (Ahuja, Magnanti, Orlin 1993,
theorem 9.3). They are found by Bellman-Ford over the nodes that still change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.instance.network import Network
    from mmatch.people.columns import Bools, Ints

DENSE = 4  # a round looks at all arcs where more than one node in so many changed


class NegativeCycle(Exception):  # noqa: N818 - a finding, not an error to users
    """The residual arcs have a cycle of negative cost: the circulation is not optimal."""


@dataclass(frozen=True, eq=False)
class Residual:
    """Residual arcs by tail: arc k runs from ``tail[k]`` to ``head[k]``; node v has arcs start[v] … start[v + 1]."""

    tail: Ints
    head: Ints
    cost: Ints
    start: Ints


def residual_arcs(network: Network, flow: Ints, cost: Ints, free: Bools | None = None) -> Residual:
    """Arcs along which the flow can change: forward below the upper bound, backward above the lower one.

    Args:
        network: the circulation.
        flow: on every arc.
        cost: of every arc.
        free: arcs that may change at all; None is all.
    """
    forward, backward = flow < network.upper, flow > network.lower
    if free is not None:
        forward, backward = forward & free, backward & free
    there, back = np.flatnonzero(forward), np.flatnonzero(backward)
    tail = np.concatenate([network.tail[there], network.head[back]])
    head = np.concatenate([network.head[there], network.tail[back]])
    price = np.concatenate([cost[there], -cost[back]])
    order = np.argsort(tail, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=network.n_nodes))])
    return Residual(tail[order], head[order], price[order], start)


def potentials(arcs: Residual, n_nodes: int) -> Ints:
    """Shortest distances from an all-zero start.

    Raises:
        NegativeCycle: where there are none.
    """
    price = np.zeros(n_nodes, dtype=np.int64)
    changed = np.arange(n_nodes)
    for _ in range(n_nodes + 1):
        if not len(changed):
            return price
        before = price.copy()
        if len(changed) * DENSE > n_nodes:
            np.minimum.at(price, arcs.head, before[arcs.tail] + arcs.cost)
        else:
            out = _ranges(arcs.start[changed], arcs.start[changed + 1])
            np.minimum.at(price, arcs.head[out], before[arcs.tail[out]] + arcs.cost[out])
        changed = np.flatnonzero(price < before)
    raise NegativeCycle


def _ranges(first: Ints, last: Ints) -> Ints:
    """All numbers of several ranges, one after the other."""
    size = last - first
    return np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))


def reduced_costs(network: Network, cost: Ints, price: Ints) -> Ints:
    """Cost + price(tail) - price(head) of every arc."""
    return cost + price[network.tail] - price[network.head]
