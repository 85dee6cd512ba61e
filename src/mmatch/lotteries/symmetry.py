"""Who is alike: nothing that was stated tells them apart.

Colour refinement: nodes of a network are told apart by their arcs, arcs by their ends, until nothing changes. The mean
of a circulation over the arcs of each colour is a circulation again, within the same limits and of the same costs
(Ramana, Scheinerman and Ullman 1994; Grohe, Kersting, Mladenov and Selman 2014). So equals can always be treated as
equals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.network.circulation import Network


def alike(network: Network) -> Ints:
    """A number for each candidate edge: the same for edges of one colour."""
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
