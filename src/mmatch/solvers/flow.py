"""Exact min-cost flow over two laminar trees: the usual solver for pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.instance import Answer, Instance, Watch
from mmatch.instance.folding import fold
from mmatch.instance.network import Network, build_network
from mmatch.matching import Status
from mmatch.solvers._mincost import Order, cheapest, feasible

if TYPE_CHECKING:
    from mmatch.people.columns import Bools, Ints


class Flow:
    """The best matching by min-cost flow (OR-Tools), tier by tier, with prices as the proof.

    Takes every program whose sums fall into two laminar families of sets (capacities, seats, demands, least loads, even
    loads); refuses others by naming two sets that cross.
    """

    name: ClassVar[str] = "flow"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "convex_load", "bounds"})
    rank: ClassVar[int | None] = 1

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A best choice of edges with prices, or a set of nodes that shows that there is none."""
        watch.tell("network")
        network = build_network(instance)
        flow, cut = feasible(network)
        if flow is None:
            return Answer(Status.INFEASIBLE, cut=cut)
        order = _drawn_order(instance, network)
        prices: list[Ints] = []
        free = np.ones(network.n_arcs, dtype=bool)
        for group in fold(network):
            stopped = watch.reason()
            if stopped:
                return self._answer(network, flow if prices else None, prices, group.tiers.start, stopped)
            value = _values(instance, network, flow, group.tiers.start)
            watch.tell("tiers", group.tiers.start, len(instance.tiers), value)
            best = cheapest(network, group.cost, flow, free, order)
            flow, free = best.flow, best.free
            prices.append(best.price)
            watch.best = self._answer(network, flow, prices, group.tiers.stop, "interrupted")
        return self._answer(network, flow, prices, len(instance.tiers), None)

    def _answer(
        self, network: Network, flow: Ints | None, prices: list[Ints], done: int, stopped: str | None
    ) -> Answer:
        chosen: Bools | None = None if flow is None else flow[network.first_edge :] > 0
        complete = done == len(network.costs)
        status = Status.UNKNOWN if flow is None else Status.OPTIMAL if complete else Status.FEASIBLE
        return Answer(status, chosen, done, tuple(prices), stopped=None if complete else stopped)


def _values(instance: Instance, network: Network, flow: Ints, done: int) -> tuple[float, ...]:
    """The totals of the tiers done so far, for progress."""
    totals = (-float(flow @ cost.astype(np.float64)) for cost in network.costs[:done])
    return tuple(total * float(tier.unit) for total, tier in zip(totals, instance.tiers, strict=False))


def _drawn_order(instance: Instance, network: Network) -> Order:
    """Nodes and arcs in the order of the lottery: it decides which of several optima is found."""
    node = np.arange(network.n_nodes)
    if instance.lottery is None:
        return Order(np.arange(network.n_arcs), node)
    key = instance.lottery.request[instance.request] * instance.n_offers + instance.lottery.offer[instance.offer]
    edges = _sorted_places(key)
    start = 1
    for family in network.families:
        n = len(family.upper)
        first = np.full(n + 1, np.iinfo(np.int64).max)  # of each set; edges in no set write to the last cell
        np.minimum.at(first, family.label, key)
        node[start + np.argsort(first[:n], kind="stable")] = np.arange(start, start + n)
        start += n
    inner = np.lexsort((node[network.head[: network.first_edge]], node[network.tail[: network.first_edge]]))
    return Order(np.concatenate([inner, network.first_edge + edges]), node)


def _sorted_places(key: Ints) -> Ints:
    """Places of different keys >= 0 in rising order: key and place sort as one number where both fit, twice as fast."""
    bits = len(key).bit_length()
    if int(key.max(initial=0)).bit_length() + bits > 62:
        return np.argsort(key)
    packed = key << bits
    packed |= np.arange(len(key))
    packed.sort()
    return packed & ((1 << bits) - 1)
