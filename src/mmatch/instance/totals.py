"""What a choice of edges is worth, stage by stage and tier by tier, in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.exact import exact_sum, readable
from mmatch.terms import Worst

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.exact import Exact, Value
    from mmatch.instance.model import Instance
    from mmatch.terms import ConvexLoad, Stage


def tier_totals(instance: Instance, chosen: Bools, tiers: int | None = None, match: Ints | None = None) -> list[Exact]:
    """The exact totals of the leading tiers: all of them by default.

    ``match`` numbers the match of each chosen edge; aims about who sits together need it.
    """
    totals: list[Exact] = []
    for tier in instance.tiers[:tiers]:
        found = [total for stage in tier.stages for total in _in_units(instance, stage, chosen, match)]
        totals.append(tuple(found) if tier.vector else found[0])
    return totals


def tier_values(instance: Instance, chosen: Bools, tiers: int) -> tuple[Value, ...]:
    """The same as users read them."""
    return tuple(readable(total) for total in tier_totals(instance, chosen, tiers))


def _in_units(instance: Instance, stage: Stage, chosen: Bools, match: Ints | None) -> list[Fraction]:
    if not isinstance(stage, Worst):
        edges = np.flatnonzero(chosen)
        apart = np.arange(len(edges)) if match is None else match
        together = sum(term.total(edges, apart) for term in stage.grouped)
        return [(stage_total(instance, stage, chosen) + together) * stage.unit + stage.constant]
    if stage.full and stage.single:
        return [stage.unit * weight for weight in sorted(stage.weights[chosen].tolist())]
    if stage.full:
        return [stage.unit * total for total in sorted(mentee_totals(instance, stage, chosen))]
    return [stage_total(instance, stage, chosen) * stage.unit]


def stage_total(instance: Instance, stage: Stage, chosen: Bools) -> int:
    """The whole number that a stage maximises.

    Of a worst-off stage it is the least sum of a mentee, 0 where nobody has a seat.
    """
    if isinstance(stage, Worst):
        return min(mentee_totals(instance, stage, chosen), default=0)
    total = exact_sum(stage.weights[chosen])
    return total + sum(_load_total(instance, load, chosen) for load in stage.loads)


def mentee_totals(instance: Instance, stage: Worst, chosen: Bools) -> list[int]:
    """The sum of weights of every mentee with a seat, in no order."""
    used = np.flatnonzero(chosen)
    if stage.single:
        return stage.weights[used].tolist()  # type: ignore[no-any-return]
    sums: dict[int, int] = {}
    mentees = instance.labels.label("mentee")[used].tolist()
    for mentee, weight in zip(mentees, stage.weights[used].tolist(), strict=True):
        sums[mentee] = sums.get(mentee, 0) + weight
    return list(sums.values())


def _load_total(instance: Instance, load: ConvexLoad, chosen: Bools) -> int:
    """The rewards of all sets of a load."""
    label = load_labels(instance, load)
    loads = np.bincount(label[chosen & (label != NONE)])
    used = np.flatnonzero(loads)
    sums = np.cumsum(load.rewards(int(loads.max(initial=0))))
    worth = sums[loads[used] - 1]
    return exact_sum(worth if load.factor is None else worth * load.factor[used])


def load_labels(instance: Instance, load: ConvexLoad) -> Ints:
    """The set of each edge under a load; `NONE` where it is in none."""
    return instance.labels.label(load.key) if load.label is None else load.label
