"""A cut shows that no matching exists: a set of nodes that must take in more than it can let out.

Hoffman's circulation theorem (1960); for pairs it is Hall's condition with capacities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.network.circulation import Network


def shortfall(network: Network, cut: Sequence[int]) -> int:
    """By how much the least inflow of a set of nodes exceeds its greatest outflow; positive proves infeasibility."""
    inside = np.zeros(network.n_nodes, dtype=bool)
    nodes = [node for node in cut if 0 <= node < network.n_nodes]
    inside[nodes] = True
    enters = ~inside[network.tail] & inside[network.head]
    leaves = inside[network.tail] & ~inside[network.head]
    least, most = network.lower[enters].tolist(), network.upper[leaves].tolist()
    return int(sum(least) - sum(most))
