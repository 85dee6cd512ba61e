"""Bounds for what is NP-hard: the worst-off mentee of several seats, and the tiers behind it.

Let t be the least total of any mentee. For any multipliers u >= 0 of the mentees, sum(u) * t is at most the sum of
u_i * (total of i), which is a weight on every edge: a flow, bounded from above by any prices (weak duality). In a later
tier "every total is at least t" moves into the weights in the same way (Lagrangian relaxation: Geoffrion 1974). The
multipliers and prices may come from anywhere; whether the bound meets the value decides how much is proved.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.instance.totals import stage_total
from mmatch.proof.optimality import least_on_face
from mmatch.terms import Total, Worst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.instance import Instance
    from mmatch.instance.network import Network
    from mmatch.people.columns import Bools, Ints, Objects
    from mmatch.terms import Stage

    Vectors = Sequence[Sequence[int]]


def relaxed_bounds(
    instance: Instance,
    network: Network,
    proved: tuple[Ints, Bools, int],
    evidence: tuple[Vectors, Vectors],
) -> list[Fraction]:
    """Upper bounds of a worst-off stage of several seats and of the sums behind it, as far as the evidence goes.

    Args:
        instance: compiled afresh.
        network: its circulation.
        proved: the circulation of the matching, the arcs still free, and how many stages are proved so far.
        evidence: (prices, multipliers), one of each for every bound.
    """
    prices, multipliers = evidence
    flow, free, first = proved
    stages = instance.stages
    if first == len(stages) or not _is_hard(stages[first]) or not _all_filled(instance, network, flow, first):
        return []
    chosen = flow[network.first_edge :] > 0
    reached = [stage_total(instance, stage, chosen) for stage in stages]
    mentee = instance.labels.label("mentee")
    served = np.bincount(mentee[chosen], minlength=instance.labels.count("mentee")).astype(bool).tolist()
    bounds = []
    for k, row, price in zip(range(first, len(stages)), multipliers, prices, strict=False):
        stage = stages[k]
        relaxed = None if k > first and not isinstance(stage, Total) else _relaxed(instance, network, (first, k), row)
        if relaxed is None or len(price) != network.n_nodes or any(tier.vector for tier in instance.tiers[first:]):
            break
        if any(factor > 0 and not seated for factor, seated in zip(row[-len(served) :], served, strict=True)):
            break  # the total of somebody without a seat is no floor for anybody
        cost, credit, share = relaxed
        owed = sum(factor * reached[number] for number, factor in credit.items())
        limit = (-least_on_face(network, flow, cost, price, free) - owed) // share
        bounds.append(limit * stage.unit + (stage.constant if isinstance(stage, Total) else Fraction(0)))
    return bounds


def _is_hard(stage: Stage) -> bool:
    return isinstance(stage, Worst) and not stage.single and not stage.full


def _all_filled(instance: Instance, network: Network, flow: Ints, first: int) -> bool:
    """Whether an earlier, proved stage fills every seat asked for: then every mentee is served in all of the face."""
    counted = any(
        isinstance(stage, Total) and not stage.loads and (stage.weights == 1).all() for stage in instance.stages[:first]
    )
    return counted and int(flow[network.first_edge :].sum()) == int(instance.labels.wanted.sum())


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
