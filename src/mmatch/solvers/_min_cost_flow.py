"""OR-Tools' min-cost flow and max flow behind checks: on unchecked input they crash, hang or truncate.

Costs of any size are solved by scaling: high bits first, then the rest on reduced costs. An arc whose reduced cost
exceeds n units of the bits still missing is fixed in every optimum (Goldberg and Tarjan 1990, on epsilon-optimality).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import Bools, Ints, reached
from mmatch.errors import SolverError
from mmatch.network.circulation import Network
from mmatch.network.folding import greatest, largest_cost
from mmatch.network.prices import potentials, reduced_costs, residual_arcs
from mmatch.solvers._assignment import assigned
from mmatch.solvers._near_optimum import LEAST_ARCS, MORE_EDGES, likely_arcs, prices_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mmatch.instance.model import Earlier


MOST_NODES = 2**31 - 16


class CostRangeError(Exception):
    """OR-Tools' prices overflowed: the costs are to be solved in smaller portions."""


@dataclass(frozen=True, eq=False)
class Order:
    """How a network is handed over: arcs in this order, node v under the number ``node[v]``."""

    arcs: Ints
    node: Ints


@dataclass(frozen=True, eq=False)
class Optimum:
    """A best circulation, its prices (Python ints where they outgrow int64), and which arcs may still change."""

    flow: Ints
    price: Ints
    free: Bools


def cheapest(
    network: Network, cost: Ints, flow: Ints, free: Bools, order: Order, earlier: Earlier | None = None
) -> Optimum:
    """A circulation of least cost among those that agree with ``flow`` on all arcs that are not free.

    Args:
        network: the circulation.
        cost: per arc, any int64.
        flow: a circulation within the bounds, or zeros where no lower bound is positive and all arcs are free.
        free: arcs that may change.
        order: how arcs and nodes are handed over; it decides among equal optima.
        earlier: an answer that is likely to be near.
    """
    n, largest = network.n_nodes, greatest(cost)
    limit = largest_cost(n)
    if earlier is not None and largest <= limit and network.n_arcs >= LEAST_ARCS:
        found = _near(network, cost, (flow, free, order), earlier)
        if found is not None:
            return found
    shift = 0 if largest <= limit else largest.bit_length() - limit.bit_length() + 1
    coarse, held = cost, flow
    while True:
        coarse = cost >> shift if shift else cost
        try:
            flow = _solved(network, coarse, held, free, order)
            break
        except CostRangeError:
            shift += 4
    price = potentials(residual_arcs(network, flow, coarse, free), n)
    rest = reduced_costs(network, coarse, price)
    if shift:
        return _scaled(network, cost, (flow, free, order), (shift, price, rest))
    return Optimum(flow, price, free & (rest == 0))


def _near(network: Network, cost: Ints, start: tuple[Ints, Bools, Order], earlier: Earlier) -> Optimum | None:
    """The optimum on the likely arcs, where it is that of all; None where it is not, or was not shown to be."""
    flow, free, order = start
    for each in MORE_EDGES:
        try:
            found = _solved(network, cost, flow, likely_arcs(network, cost, free, earlier, each), order)
        except (CostRangeError, SolverError):  # the likely arcs may have no circulation
            continue
        price = prices_of(network, cost, found, free)
        if price is not None:
            return Optimum(found, price, free & (reduced_costs(network, cost, price) == 0))
    return None


def _scaled(network: Network, cost: Ints, start: tuple[Ints, Bools, Order], coarse: tuple[int, Ints, Ints]) -> Optimum:
    """The missing low bits, so many at a time that sums over paths stay below 2^62."""
    flow, free, order = start
    shift, price, rest = coarse
    n = network.n_nodes
    bits = max(62 - (2 * (n + 1) ** 2).bit_length(), 1)
    far = np.zeros(network.n_arcs, dtype=bool)
    exact = price.astype(object)
    while shift:
        step = min(shift, bits)
        shift -= step
        low = (cost >> shift) & ((1 << step) - 1)
        far |= np.abs(rest) > n + 1
        large = (n + 1) ** 2
        detail = (np.clip(rest, -large, large) << step) + low
        flow = _solved(network, detail, flow, free & ~far, order)
        price = potentials(residual_arcs(network, flow, detail, free), n)
        rest = reduced_costs(network, detail, price)
        exact = exact * (1 << step) + price
    return Optimum(flow, exact, free & (rest == 0))


def _solved(network: Network, cost: Ints, flow: Ints, free: Bools, order: Order) -> Ints:
    """One call of OR-Tools on the free arcs, everything else held; of SciPy's assignment where that is faster."""
    dense = assigned(network, cost, order) if free.all() else None
    if dense is not None:
        return dense
    from ortools.graph.python import min_cost_flow

    arcs = order.arcs if free.all() else order.arcs[free[order.arcs]]
    if not len(arcs):
        return flow
    held = np.where(free, network.lower, flow)
    ends = [order.node[end].astype(np.int32)[arcs] for end in (network.tail, network.head)]
    room, price = (network.upper - network.lower)[arcs], _levelled(network, cost)[arcs]
    _check(network.n_nodes, ends, room, price)
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(*ends, room, price)
    solver.set_nodes_supplies(order.node.astype(np.int32), _excess(network, held))
    status = solver.solve()
    if status == solver.BAD_COST_RANGE:
        raise CostRangeError
    if status != solver.OPTIMAL:
        raise SolverError(f"min-cost flow ended with {status} on a network that has a circulation")
    held[arcs] += solver.flows(np.arange(len(arcs), dtype=np.int32))
    return held


def _levelled(network: Network, cost: Ints) -> Ints:
    """Costs after half of the least cost of the edges behind each node was moved to the arc that feeds it.

    The sums over cycles, and so the optima, stay the same; the first rounds of OR-Tools push less back and forth.
    """
    if 2 * greatest(cost) > largest_cost(network.n_nodes):
        return cost
    least = np.zeros(network.n_nodes, dtype=np.int64)
    edges = slice(network.first_edge, None)
    np.minimum.at(least, network.tail[edges], cost[edges])
    least //= 2
    return cost - least[network.tail] + least[network.head]


def _excess(network: Network, flow: Ints) -> Ints:
    """What flows into each node minus what flows out of it."""
    used = np.flatnonzero(flow)
    into = np.bincount(network.head[used], weights=flow[used], minlength=network.n_nodes)
    out = np.bincount(network.tail[used], weights=flow[used], minlength=network.n_nodes)
    excess: Ints = np.rint(into - out).astype(np.int64)
    return excess


def _check(n_nodes: int, ends: list[NDArray[np.int32]], room: Ints, cost: Ints) -> None:
    """What OR-Tools does not check itself."""
    sound = (
        len({len(ends[0]), len(ends[1]), len(room), len(cost)}) == 1
        and n_nodes < MOST_NODES
        and min(int(ends[0].min()), int(ends[1].min()), int(room.min())) >= 0
        and max(int(ends[0].max()), int(ends[1].max())) < n_nodes
        and greatest(cost) <= largest_cost(n_nodes)
        and float(room.sum(dtype=np.float64)) < 2**62
    )
    if not sound:
        raise SolverError("the network handed to min-cost flow is out of range")


def feasible(network: Network) -> tuple[Ints | None, tuple[int, ...]]:
    """A circulation within all bounds; or, where there is none, a set of nodes that must take in more than it lets out.

    Hoffman's theorem (1960): the set's entering lower bounds exceed its leaving upper bounds.
    """
    if not network.lower.any():
        return np.zeros(network.n_arcs, dtype=np.int64), ()
    flow, excess = _pushed(network, network.lower, network.upper)
    if not excess.any():
        return flow, ()
    arcs = residual_arcs(network, flow, np.zeros(network.n_arcs, dtype=np.int64))
    return None, tuple(np.flatnonzero(reached(arcs.tail, arcs.head, excess > 0, network.n_nodes)).tolist())


def circulation(network: Network, lower: Ints, upper: Ints) -> Ints | None:
    """A circulation between other bounds; None where there is none."""
    if (lower > upper).any():
        return None
    flow, excess = _pushed(network, lower, upper)
    return None if excess.any() else flow


def _pushed(network: Network, lower: Ints, upper: Ints) -> tuple[Ints, Ints]:
    """(the lower bounds and as much as max flow can add to balance them, what is still unbalanced at each node)."""
    from ortools.graph.python import max_flow

    n = network.n_nodes
    excess = _excess(network, lower)
    rich, poor = np.flatnonzero(excess > 0), np.flatnonzero(excess < 0)
    if not len(rich):
        return lower.copy(), excess
    arcs = np.flatnonzero(upper > lower)
    solver = max_flow.SimpleMaxFlow()
    solver.add_arcs_with_capacity(network.tail[arcs], network.head[arcs], (upper - lower)[arcs])
    solver.add_arcs_with_capacity(np.full(len(rich), n), rich, excess[rich])
    solver.add_arcs_with_capacity(poor, np.full(len(poor), n + 1), -excess[poor])
    status = solver.solve(n, n + 1)
    if status != solver.OPTIMAL:
        raise SolverError(f"max flow ended with {status}")
    flow = lower.copy()
    flow[arcs] += solver.flows(np.arange(len(arcs)))
    return flow, _excess(network, flow)
