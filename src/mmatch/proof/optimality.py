"""Prices show that no better matching exists: checked in exact integers on a network built afresh.

A circulation is best for a cost when some prices leave no residual arc with a negative reduced cost; tier by tier the
same holds lexicographically, so a later tier need only look at arcs whose earlier reduced costs are zero (Ahuja,
Magnanti, Orlin 1993, theorem 9.4). Two paths, plain Python integers and NumPy, must agree; NumPy is used above
`PYTHON_ARCS` arcs where nothing can overflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.folding import fold, greatest
from mmatch.people.numbers import exact_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.instance.folding import Group
    from mmatch.instance.network import Network
    from mmatch.people.columns import Ints

PYTHON_ARCS = 20_000


def tiers_proved(network: Network, flow: Ints, prices: Sequence[Sequence[int]]) -> int:
    """For how many leading tiers the prices prove that the circulation is best."""
    proved = 0
    check = _check_python if network.n_arcs <= PYTHON_ARCS or not _small(network, prices) else _check_numpy
    free = np.ones(network.n_arcs, dtype=bool)
    for group, price in zip(fold(network), prices, strict=False):
        if len(price) != network.n_nodes:
            return proved
        tight = check(network, flow, group, price, free)
        if tight is None:
            return proved
        free, proved = tight, group.tiers.stop
    return proved


def balanced(network: Network, flow: Ints) -> bool:
    """Whether the flow is a circulation within all bounds."""
    if ((flow < network.lower) | (flow > network.upper)).any():
        return False
    used = np.flatnonzero(flow)
    into = np.bincount(network.head[used], weights=flow[used], minlength=network.n_nodes)
    out = np.bincount(network.tail[used], weights=flow[used], minlength=network.n_nodes)
    return bool((into == out).all())


def total_cost(network: Network, flow: Ints, cost: Ints) -> int:
    """The cost of a circulation, in Python integers where it could outgrow int64."""
    first = network.first_edge
    paid = np.flatnonzero((flow[:first] != 0) & (cost[:first] != 0))
    inner: int = sum(c * f for c, f in zip(cost[paid].tolist(), flow[paid].tolist(), strict=True))
    return inner + exact_sum(cost[first:][flow[first:] > 0])


def _small(network: Network, prices: Sequence[Sequence[int]]) -> bool:
    """Whether no reduced cost can leave int64."""
    largest = max((max(map(abs, price), default=0) for price in prices), default=0)
    costs = max((greatest(group.cost) for group in fold(network)), default=0)
    return 2 * int(largest) + costs < 2**62


def _check_numpy(
    network: Network, flow: Ints, group: Group, price: Sequence[int], free: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """Arcs that are still free behind this group; None where a residual arc has a negative reduced cost."""
    at = np.asarray(price, dtype=np.int64)
    rest = group.cost + at[network.tail] - at[network.head]
    bad = free & (((rest < 0) & (flow < network.upper)) | ((rest > 0) & (flow > network.lower)))
    return None if bad.any() else free & (rest == 0)


def _check_python(
    network: Network, flow: Ints, group: Group, price: Sequence[int], free: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]] | None:
    """The same in Python integers."""
    at = [int(p) for p in price]
    rows = zip(
        *(x.tolist() for x in (group.cost, network.tail, network.head, flow, network.lower, network.upper, free)),
        strict=True,
    )
    still = []
    for cost, tail, head, amount, lower, upper, may in rows:
        rest = cost + at[tail] - at[head]
        if may and ((rest < 0 and amount < upper) or (rest > 0 and amount > lower)):
            return None
        still.append(may and rest == 0)
    return np.array(still, dtype=bool)
