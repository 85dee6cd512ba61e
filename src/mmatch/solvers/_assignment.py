"""Nearly all pairs of two sides, one place each: SciPy's assignment, several times as fast there as a general flow.

Shortest augmenting paths on a dense table (Crouse 2016, On implementing 2D rectangular assignment algorithms). Costs
are whole numbers and sums stay below 2^53, so floats hold them exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.network.folding import greatest

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.network.circulation import Network
    from mmatch.solvers._min_cost_flow import Order

LEAST_EDGES = 100_000  # below them the flow is as fast, and ties stay as they were
MOST_CELLS = 50_000_000
DENSE = 2  # at least one cell in so many is a pair


def assigned(network: Network, cost: Ints, order: Order) -> Ints | None:
    """A circulation of least cost by assignment; None where the network is no dense one of single places.

    Pairs that are not there, or that cost something, count 0: whoever is assigned to one has no match.
    """
    n_edges = network.n_arcs - network.first_edge
    keys = [family.key for family in network.families]
    if n_edges < LEAST_EDGES or keys != ["request", "mentor"] or cost[: network.first_edge].any():
        return None
    left, right = network.families
    shape = len(left.upper), len(right.upper)
    single = max(int(family.upper.max(initial=0)) for family in network.families) <= 1 and not network.lower.any()
    exact = greatest(cost) * min(shape) < 2**53
    if not (single and exact and n_edges * DENSE >= shape[0] * shape[1] <= MOST_CELLS):
        return None
    from scipy.optimize import linear_sum_assignment

    row, column = (  # in the order of the lottery, which decides among equal optima
        order.node[network.tail[network.first_edge :]] - 1,
        order.node[network.head[network.first_edge :]] - 1 - shape[0],
    )
    open_to = (left.upper[left.label] > 0) & (right.upper[right.label] > 0)
    table = np.zeros(shape)
    table[row, column] = np.where(open_to, np.minimum(cost[network.first_edge :], 0), 0)
    partner = np.full(shape[0], -1)
    rows, columns = linear_sum_assignment(table)
    partner[rows] = columns
    return network.flow_of((partner[row] == column) & (table[row, column] < 0))
