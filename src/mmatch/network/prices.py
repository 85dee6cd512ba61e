"""Prices of nodes: why no chain of swaps improves a circulation, recovered from the flow alone.

A circulation is optimal exactly when its residual arcs have no negative cycle, and then shortest distances from an
all-zero start are potentials under which no residual arc has a negative reduced cost (Ahuja, Magnanti, Orlin 1993,
theorem 9.3). They are found by Bellman-Ford: to the end over the arcs that are close to mattering, from the nodes that
still change, then over all arcs, until nothing changes any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Bools, Ints, Objects
    from mmatch.network.circulation import Network

SMALL = 20_000  # arcs up to which all are looked at together
ACTIVE = 7  # of more arcs, one in so many is taken for close to mattering
SWEEPS = 2  # rounds over all arcs between two looks at the active ones
DENSE = 4  # a round looks at all its arcs where more than one node in so many changed


class NegativeCycle(Exception):  # noqa: N818 - a finding, not an error to users
    """The residual arcs have a cycle of negative cost: the circulation is not optimal."""


@dataclass(frozen=True, eq=False)
class Residual:
    """Residual arcs in no order: arc k runs from ``tail[k]`` to ``head[k]``."""

    tail: Ints
    head: Ints
    cost: Ints

    def relax(self, price: Ints) -> Ints:
        """One round over all arcs, in place; the nodes that changed."""
        before = price.copy()
        np.minimum.at(price, self.head, before[self.tail] + self.cost)
        return np.flatnonzero(price < before)

    def closest(self, price: Ints) -> Residual:
        """The arcs of least reduced cost, about one in `ACTIVE`: those that may matter next."""
        slack = price[self.tail] + self.cost - price[self.head]
        some = slack[:: max(len(slack) // SMALL, 1)]
        most = np.partition(some, len(some) // ACTIVE)[len(some) // ACTIVE]
        keep = np.flatnonzero(slack <= most)
        return Residual(self.tail[keep], self.head[keep], self.cost[keep])


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
    ahead, back = np.flatnonzero(forward), np.flatnonzero(backward)
    return Residual(
        np.concatenate([network.tail[ahead], network.head[back]]),
        np.concatenate([network.head[ahead], network.tail[back]]),
        np.concatenate([cost[ahead], -cost[back]]),
    )


def potentials(arcs: Residual, n_nodes: int, patience: int | None = None) -> Ints:
    """Shortest distances from an all-zero start.

    Raises:
        NegativeCycle: where there are none; with ``patience`` also where so many rounds at a time find none.
    """
    price = np.zeros(n_nodes, dtype=np.int64)
    most = n_nodes + 1 if patience is None else patience
    for _ in range(most):
        if len(arcs.tail) > SMALL:
            for _ in range(SWEEPS):
                if not len(arcs.relax(price)):
                    return price
            _settle(arcs.closest(price), price, most)
        else:
            _settle(arcs, price, most)
            return price
    raise NegativeCycle


def _settle(arcs: Residual, price: Ints, most: int) -> None:
    """Bellman-Ford to the end, from the nodes that still change; in place.

    Raises:
        NegativeCycle: after more rounds than a simple path has arcs, or than are allowed.
    """
    order = np.argsort(arcs.tail, kind="stable")
    tail, head, cost = arcs.tail[order], arcs.head[order], arcs.cost[order]
    start = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=len(price)))])
    changed = np.arange(len(price))
    for _ in range(most):
        before = price.copy()
        if len(changed) * DENSE > len(price):
            np.minimum.at(price, head, before[tail] + cost)
        else:
            out = _ranges(start[changed], start[changed + 1])
            np.minimum.at(price, head[out], before[tail[out]] + cost[out])
        changed = np.flatnonzero(price < before)
        if not len(changed):
            return
    raise NegativeCycle


def _ranges(first: Ints, last: Ints) -> Ints:
    """All numbers of several ranges, one after the other."""
    size = last - first
    return np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))


def reduced_costs(network: Network, cost: Ints, price: Ints) -> Ints:
    """``cost + price(tail) - price(head)`` of every arc."""
    return cost + price[network.tail] - price[network.head]


def least_on_face(network: Network, face: tuple[Ints, Bools], cost: Ints | Objects, price: Sequence[int] | Ints) -> int:
    """A lower bound, from any prices, of the cost of all circulations that agree with a flow where it is not free.

    Sum over arcs of the least that lower * rc and upper * rc allow, rc being the reduced cost (weak duality).

    Args:
        network: the circulation.
        face: (a flow, the arcs that may change).
        cost: of every arc.
        price: of every node.
    """
    flow, free = face
    at = np.array(price, dtype=object)
    rest = np.asarray(cost, dtype=object) + at[network.tail] - at[network.head]
    lower, upper = (np.where(free, limit, flow) for limit in (network.lower, network.upper))
    return int(np.minimum(rest * lower, rest * upper).sum())
