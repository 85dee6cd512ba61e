"""Prices for a product: worths of nodes as exact fractions, so that no rounded logarithm is believed.

Logarithms turn a product into a sum, and products of fractions are an ordered group like sums of integers: the theorem
about potentials (Ahuja, Magnanti, Orlin 1993, theorem 9.3) holds word for word. A circulation has the greatest product
when some worths of the nodes leave no residual arc with worth(tail) * factor > worth(head).

Worths are written down as a *forest*: for each node the arc along which its worth is read, k + 1 for arc k forwards,
-(k + 1) backwards, 0 for the worth 1. So a proof holds one small number for each node, and the judge multiplies itself.
Logarithms rounded to 2^-40 say which arcs are far from a tie; only the others are compared in fractions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.instance.prices import NegativeCycle, Residual, potentials

if TYPE_CHECKING:
    from mmatch.instance.network import Network
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Product

ERROR = 2  # units of 2^-40: more than one rounded logarithm can be wrong
EXACT_ARCS = 20_000  # up to so many arcs all are compared in fractions


@dataclass(frozen=True, eq=False)
class Worths:
    """The worth of each node is ``top / under``; ``log`` is about its logarithm, read along ``steps`` arcs."""

    top: list[int]
    under: list[int]
    log: Ints
    steps: Ints

    def put(self, node: int, worth: tuple[int, int]) -> None:
        """A new worth, in lowest terms."""
        common = math.gcd(*worth)
        self.top[node], self.under[node] = worth[0] // common, worth[1] // common


@dataclass(frozen=True, eq=False)
class Factors:
    """The factor of every arc of a network in one product: 1 on arcs between sets, and where an edge does not count."""

    network: Network
    exact: list[int]
    log: Ints

    @classmethod
    def of(cls, network: Network, stage: Product) -> Factors:
        """Read off the stage."""
        factors = network.row(np.maximum(stage.factors, 1))
        factors[: network.first_edge] = 1
        return cls(network, factors.tolist(), network.row(stage.weights))

    def along(self, step: int, worths: Worths, node: int) -> tuple[int, int]:
        """The worth at the end of a step that starts at a node."""
        factor = self.exact[abs(step) - 1]
        top, under = worths.top[node], worths.under[node]
        return (top * factor, under) if step > 0 else (top, under * factor)

    def start(self, step: int) -> int:
        """The node from which a step leads."""
        network = self.network
        return int(network.tail[step - 1] if step > 0 else network.head[-step - 1])

    def end(self, step: int) -> int:
        """The node to which a step leads."""
        return self.start(-step)


def read_worths(factors: Factors, forest: Sequence[int]) -> Worths | None:
    """The worths that a forest means; None where it is none: a cycle, or an arc that does not lead to its node."""
    n, arcs = factors.network.n_nodes, factors.network.n_arcs
    if len(forest) != n or any(not -arcs <= step <= arcs for step in forest):
        return None
    if any(step and factors.end(step) != node for node, step in enumerate(forest)):
        return None
    order = _from_the_roots(factors, forest)
    if order is None:
        return None
    worths = Worths([1] * n, [1] * n, np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64))
    for node in order:
        step = forest[node]
        before = factors.start(step)
        worths.put(node, factors.along(step, worths, before))
        log = int(factors.log[abs(step) - 1])
        worths.log[node] = worths.log[before] + (log if step > 0 else -log)
        worths.steps[node] = worths.steps[before] + 1
    return worths


def _from_the_roots(factors: Factors, forest: Sequence[int]) -> list[int] | None:
    """Nodes with a step, each after the one from which its step leads; None where steps run in a circle."""
    order: list[int] = []
    known = [step == 0 for step in forest]
    for first in range(len(forest)):
        path: dict[int, None] = {}
        node = first
        while not known[node]:
            if node in path:
                return None
            path[node] = None
            node = factors.start(forest[node])
        for found in reversed(path):
            known[found] = True
            order.append(found)
    return order


def signs(factors: Factors, worths: Worths) -> Ints:
    """For every arc the sign of worth(head) - worth(tail) * factor: its reduced cost is positive, zero or negative."""
    network = factors.network
    rest, room = _rounded(factors, worths)
    found = np.sign(rest)
    near = range(network.n_arcs) if network.n_arcs <= EXACT_ARCS else np.flatnonzero(np.abs(rest) <= room).tolist()
    for arc in near:
        tail, head = int(network.tail[arc]), int(network.head[arc])
        top, under = factors.along(arc + 1, worths, tail)
        left, right = worths.top[head] * under, top * worths.under[head]
        found[arc] = (left > right) - (left < right)
    return found


def _rounded(factors: Factors, worths: Worths) -> tuple[Ints, Ints]:
    """(reduced costs in rounded logarithms, how wrong each may be)."""
    tail, head = factors.network.tail, factors.network.head
    rest = worths.log[head] - worths.log[tail] - factors.log
    return rest, ERROR * (worths.steps[head] + worths.steps[tail] + 1)


def best_forest(factors: Factors, flow: Ints, free: Bools) -> tuple[list[int], list[int]]:
    """(a forest whose worths prove the product greatest, nothing), or (nothing, steps round a cycle that raises it).

    Bellman-Ford in fractions over the arcs that are near a tie, from the forest that rounded logarithms give.

    Args:
        factors: of all arcs.
        flow: a circulation.
        free: arcs that may change.
    """
    steps, forest = _start(factors, flow, free)
    worths: Any = read_worths(factors, forest)
    moves = [(step, factors.start(step), factors.end(step)) for step in steps]
    changed = True
    while changed:
        changed = False
        for step, tail, head in moves:
            top, under = factors.along(step, worths, tail)
            if top * worths.under[head] > worths.top[head] * under:
                forest[head] = step
                cycle = _cycle(factors, forest, head)
                if cycle:
                    return [], cycle
                worths.put(head, (top, under))
                changed = True
    return forest, []


def _start(factors: Factors, flow: Ints, free: Bools) -> tuple[list[int], list[int]]:
    """(steps that may matter, a first forest); all steps and no forest where rounded logarithms show a cycle."""
    network, n = factors.network, factors.network.n_nodes
    there, back = np.flatnonzero(free & (flow < network.upper)), np.flatnonzero(free & (flow > network.lower))
    steps = np.concatenate([there + 1, -back - 1])
    arcs = Residual(
        np.concatenate([network.tail[there], network.head[back]]),
        np.concatenate([network.head[there], network.tail[back]]),
        np.concatenate([-factors.log[there], factors.log[back]]),
    )
    try:
        price = potentials(arcs, n)
    except NegativeCycle:
        return steps.tolist(), [0] * n
    rest = price[arcs.tail] + arcs.cost - price[arcs.head]
    near = rest <= 2 * ERROR * (n + 1)
    return steps[near].tolist(), _tree(arcs, steps, price, np.flatnonzero(rest == 0))


def _tree(arcs: Residual, steps: Ints, price: Ints, tight: Ints) -> list[int]:
    """Shortest paths from the nodes of price 0, breadth first over tight arcs."""
    forest = np.zeros(len(price), dtype=np.int64)
    seen = price == 0
    while True:
        fresh = tight[seen[arcs.tail[tight]] & ~seen[arcs.head[tight]]]
        if not len(fresh):
            return forest.tolist()
        forest[arcs.head[fresh]] = steps[fresh]
        seen[arcs.head[fresh]] = True


def _cycle(factors: Factors, forest: list[int], node: int) -> list[int]:
    """The steps of a cycle through a node of the forest; empty where there is none."""
    found, at = [], node
    while forest[at]:
        found.append(forest[at])
        at = factors.start(forest[at])
        if at == node:
            return found
    return []


def product_cost(network: Network, stage: Product, flow: Ints, free: Bools) -> Ints | None:
    """Whole costs with the same best circulations and the same sign on every arc; None where the product can rise."""
    factors = Factors.of(network, stage)
    forest, cycle = best_forest(factors, flow, free)
    worths = read_worths(factors, forest)
    if cycle or worths is None:
        return None
    sign, rest = signs(factors, worths), _rounded(factors, worths)[0]
    cost: Ints = sign * np.maximum(sign * rest, 1)
    return cost
