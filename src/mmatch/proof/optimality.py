"""Prices show that no better matching exists: checked in exact integers on a network built afresh.

The argument and its sources stand in docs/explanation/proofs.md, under "Prices prove an optimum".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mmatch.network.folding import fold, greatest, runs
from mmatch.network.prices import least_on_face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Bools, Ints
    from mmatch.network.circulation import Network
    from mmatch.stages import Stage

PYTHON_ARCS = 20_000
Check = Callable[["Bools"], "Bools | None"]


def stages_proved(network: Network, flow: Ints, prices: Sequence[Sequence[int]]) -> int:
    """For how many leading stages the prices prove that the circulation is best."""
    return proved_face(network, flow, deque(prices))[0]


def proved_face(network: Network, flow: Ints, left: deque[Sequence[int]]) -> tuple[int, Bools]:
    """(stages proved, arcs that may still change behind them); takes the prices that were used."""
    free: Bools = np.ones(network.n_arcs, dtype=bool)
    proved = 0
    for stop, check in _checks(network, flow, left):
        still = check(free)
        if still is None:
            break
        free, proved = still, stop
    return proved, free


def _checks(network: Network, flow: Ints, left: deque[Sequence[int]]) -> Iterator[tuple[int, Check]]:
    """(stages proved when it holds, what is to be checked on the arcs still free), in order."""
    for run in runs(network.stages):
        stage = network.stages[run.start]
        if not (stage.summed or stage.single):
            return  # sums of several edges: no flow, see `floor_bounds`
        if stage.summed:
            for group in fold(network, run):
                yield group.stages.stop, partial(_tight, network, flow, group.cost, left)
        else:
            yield run.stop, partial(_worst_proved, network, stage, flow, left)


def _worst_proved(network: Network, stage: Stage, flow: Ints, left: deque[Sequence[int]], free: Bools) -> Bools | None:
    """Arcs still free behind a worst-off stage: nothing better is possible, and what was reached is held."""
    used = stage.weights[flow[network.first_edge :] > 0]
    least = used.min() if len(used) else None
    if least is not None and not stage.full and (stage.weights > least).any():
        below = network.row((stage.weights <= least).astype(np.int64))
        price = _next(network, left)
        if price is None or least_on_face(network, (flow, free), below, price) < 1:
            return None  # some matching might do without any edge on this level or below
    still: Bools | None = free
    for edges in stage.held(used):
        if still is not None:
            still = _tight(network, flow, network.row(edges), left, still)
    return still


def _next(network: Network, left: deque[Sequence[int]]) -> Sequence[int] | None:
    """The next prices, one for each node; None where there are none."""
    return left.popleft() if left and len(left[0]) == network.n_nodes else None


def _tight(network: Network, flow: Ints, cost: Ints, left: deque[Sequence[int]], free: Bools) -> Bools | None:
    """Arcs that are still free behind a cost, by the next prices; None where these do not prove it."""
    price = _next(network, left)
    if price is None:
        return None
    small = 2 * max(map(abs, price), default=0) + greatest(cost) < 2**62
    check = _check_numpy if small and network.n_arcs > PYTHON_ARCS else _check_python
    return check(network, flow, cost, price, free)


def balanced(network: Network, flow: Ints) -> bool:
    """Whether the flow is a circulation within all bounds."""
    if ((flow < network.lower) | (flow > network.upper)).any():
        return False
    used = np.flatnonzero(flow)
    into = np.bincount(network.head[used], weights=flow[used], minlength=network.n_nodes)
    out = np.bincount(network.tail[used], weights=flow[used], minlength=network.n_nodes)
    return bool((into == out).all())


def _check_numpy(network: Network, flow: Ints, cost: Ints, price: Sequence[int], free: Bools) -> Bools | None:
    """Arcs that are still free behind this group; None where a residual arc has a negative reduced cost."""
    at = np.asarray(price, dtype=np.int64)
    rest = cost + at[network.tail] - at[network.head]
    bad = free & (((rest < 0) & (flow < network.upper)) | ((rest > 0) & (flow > network.lower)))
    return None if bad.any() else free & (rest == 0)


def _check_python(network: Network, flow: Ints, cost: Ints, price: Sequence[int], free: Bools) -> Bools | None:
    """The same in Python integers."""
    at = [int(p) for p in price]
    rows = zip(
        *(x.tolist() for x in (cost, network.tail, network.head, flow, network.lower, network.upper, free)),
        strict=True,
    )
    still = []
    for arc_cost, tail, head, amount, lower, upper, may in rows:
        rest = arc_cost + at[tail] - at[head]
        if may and ((rest < 0 and amount < upper) or (rest > 0 and amount > lower)):
            return None
        still.append(may and rest == 0)
    return np.array(still, dtype=bool)
