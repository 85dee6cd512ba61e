"""The optimum after small changes: few arcs are solved, those that an earlier answer makes likely; all are priced out.

Whether prices of all arcs exist says whether the answer is the best one: where they do not, everything is solved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.network.prices import NegativeCycle, potentials, residual_arcs

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.instance.model import Earlier
    from mmatch.network.circulation import Network

PATIENCE = 300  # rounds over the arcs until prices are given up
LEAST_ARCS = 20_000  # of fewer all are solved at once
MORE_EDGES = (1, 6)  # of each request, in the first and in the second attempt


def likely_arcs(network: Network, cost: Ints, free: Bools, earlier: Earlier, each: int) -> Bools:
    """Which arcs may change: those of an earlier answer, those to mentors with room, all of whoever lost a place.

    Of every request there are so many more, those that cost least above what the offer's worst place costs.
    """
    first = network.first_edge
    tail, head = network.tail[first:], network.head[first:]
    flow = network.flow_of(earlier.edges)
    room = np.zeros(network.n_nodes, dtype=bool)
    room[network.tail[:first][flow[:first] < network.upper[:first]]] = True
    price = np.full(network.n_nodes, np.iinfo(np.int64).min)
    np.maximum.at(price, head[earlier.edges], cost[first:][earlier.edges])
    price[room | (price == np.iinfo(np.int64).min)] = 0
    likely = np.ones(network.n_arcs, dtype=bool)
    likely[first:] = earlier.edges | earlier.lost | room[head]
    rest = np.flatnonzero(free[first:] & ~likely[first:])
    for _ in range(each):
        above = cost[first:][rest] - price[head[rest]]
        least = np.full(network.n_nodes, np.iinfo(np.int64).max)
        np.minimum.at(least, tail[rest], above)
        best = np.flatnonzero(above == least[tail[rest]])
        best = best[np.unique(tail[rest[best]], return_index=True)[1]]
        likely[first + rest[best]] = True
        rest = np.delete(rest, best)
    return likely & free


def prices_of(network: Network, cost: Ints, flow: Ints, free: Bools) -> Ints | None:
    """Prices that show that a flow is best among all on the free arcs; None where none were found."""
    try:
        return potentials(residual_arcs(network, flow, cost, free), network.n_nodes, PATIENCE)
    except NegativeCycle:
        return None
