"""How high the worst-off of several seats, and the sums behind it, can be: limits that solver and judge both compute.

The argument and its sources stand in docs/explanation/proofs.md, under "The worst-off of several seats".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.network.prices import least_on_face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Bools, Ints, Objects
    from mmatch.instance.model import Instance
    from mmatch.network.circulation import Network
    from mmatch.stages import Stage


def counted_limit(instance: Instance, stage: Stage, seats: int) -> int:
    """What no least total exceeds where so many seats are filled: whoever is below it at best leaves too few."""
    labels = instance.labels
    mentee, n = labels.label("mentee"), labels.count("mentee")
    order = np.lexsort((-stage.weights, mentee))
    start = np.searchsorted(mentee[order], np.arange(n + 1))
    wanted = np.bincount(labels.mentee_of_request, weights=labels.wanted, minlength=n).astype(np.int64)
    best: list[tuple[int, int]] = []
    for who in np.flatnonzero((wanted > 0) & (start[1:] > start[:-1])).tolist():
        own: list[int] = stage.weights[order[start[who] : min(start[who] + wanted[who], start[who + 1])]].tolist()
        # with several seats free to stay empty a mentee has at least one, and takes no edge that is worth less than 0
        total = sum(own) if seats == wanted.sum() else own[0] + sum(max(weight, 0) for weight in own[1:])
        best.append((total, int(wanted[who])))
    left = seats
    for total, most in sorted(best, reverse=True):
        left -= most
        if left <= 0:
            return total
    return min((total for total, _ in best), default=0)


def priced_limit(
    instance: Instance,
    network: Network,
    place: tuple[int, int],
    pair: tuple[Sequence[int], Sequence[int]],
    known: tuple[Ints, Bools, Sequence[int]],
) -> int | None:
    """What nothing as good in the earlier stages exceeds, by prices and multipliers; None where these are none.

    Args:
        instance: the problem.
        network: its circulation.
        place: (the worst-off stage, the stage).
        pair: (prices, multipliers).
        known: (a circulation, the arcs that may still change, what is reached in every stage).
    """
    (price, row), (flow, free, reached) = pair, known
    relaxed = _relaxed(instance, network, place, row)
    if relaxed is None or len(price) != network.n_nodes:
        return None
    cost, credit, share = relaxed
    owed = sum(factor * reached[number] for number, factor in credit.items())
    return (-least_on_face(network, (flow, free), cost, price) - owed) // share


def _relaxed(
    instance: Instance, network: Network, place: tuple[int, int], row: Sequence[int]
) -> tuple[Objects, dict[int, int], int] | None:
    """(costs of all arcs, multiplier of what each earlier stage reached, what to divide by); None for no multipliers.

    Multipliers of the worst-off stage: one for each mentee. Of a later stage: one for itself (above 0), one for each
    sum in between, one for each mentee; all whole numbers from 0.
    """
    first, k = place
    between = range(first + 1, k)
    sums = () if k == first else (k, *between)
    own = len(sums)
    if len(row) != own + instance.labels.count("mentee") or min(row, default=0) < 0:
        return None
    share = row[0] if own else sum(row)
    if share <= 0:
        return None
    worst: Any = instance.stages[first]
    cost = np.zeros(network.n_arcs, dtype=object)
    cost[network.first_edge :] = -np.array(row[own:], dtype=object)[instance.labels.label("mentee")] * worst.weights
    for factor, stage in zip(row[:own], sums, strict=True):
        cost += factor * network.cost(stage).astype(object)
    credit = {first: sum(row[own:]), **dict(zip(between, row[1:own], strict=True))} if own else {}
    return cost, credit, share
