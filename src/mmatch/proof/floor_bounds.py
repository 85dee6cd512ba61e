"""Bounds for what is NP-hard: the worst-off mentee of several seats, and the tiers behind it.

The argument and its sources stand in docs/explanation/proofs.md, under "The worst-off of several seats".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.network.floors import counted_limit, priced_limit

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.instance import Instance
    from mmatch.network.circulation import Network


def worst_off_bounds(
    instance: Instance,
    network: Network,
    proved: tuple[Ints, Bools, int],
    pairs: Iterator[tuple[Sequence[int], Sequence[int]]],
) -> list[Fraction | None]:
    """Upper bounds of a worst-off stage of several seats and of the sums behind it; None where nothing is known.

    Args:
        instance: compiled afresh.
        network: its circulation.
        proved: the circulation of the matching, the arcs still free, and how many stages are proved so far.
        pairs: (prices, multipliers), one for each stage from there on.
    """
    flow, free, first = proved
    stages = instance.stages
    stage = stages[first] if first < len(stages) else None
    later = instance.tiers[instance.tiers_within(first) :]
    if stage is None or not stage.of_sums or any(tier.vector for tier in later):
        return []
    chosen, labels = flow[network.first_edge :] > 0, instance.labels
    reached = [one.total(instance.labels, chosen) for one in stages]
    counted = any(one.counts_seats for one in stages[:first])
    seats = int(chosen.sum())
    limit: int | None = counted_limit(instance, stage, seats) if counted else max(counted_limit(instance, stage, 1), 0)
    # a floor holds for mentees who have a seat in whatever is as good: all who ask, where all seats are filled
    has = np.bincount(labels.label("mentee")[chosen], minlength=labels.count("mentee")) > 0
    has &= counted and seats == int(labels.wanted.sum())
    bounds: list[Fraction | None] = []
    for k in range(first, len(stages)):
        price, row = next(pairs, ((), ()))
        if not any(factor and not floored for factor, floored in zip(row[-len(has) :], has.tolist(), strict=False)):
            priced = priced_limit(instance, network, (first, k), (price, row), (flow, free, reached))
            limit = min((found for found in (limit, priced) if found is not None), default=None)
        one = stages[k]
        bounds.append(None if limit is None else max(limit, reached[k]) * one.unit + one.constant)
        limit = None
    return bounds
