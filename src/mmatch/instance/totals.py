"""What a circulation is worth, stage by stage and tier by tier, in exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.people.numbers import exact_sum, readable
from mmatch.terms import Worst

if TYPE_CHECKING:
    from mmatch.instance.model import Instance
    from mmatch.instance.network import Network
    from mmatch.matching import Exact, Value
    from mmatch.people.columns import Ints
    from mmatch.terms import Stage


def tier_totals(instance: Instance, network: Network, flow: Ints, tiers: int | None = None) -> list[Exact]:
    """The exact totals of the leading tiers of a circulation: all of them by default."""
    totals: list[Exact] = []
    first = 0
    for tier in instance.tiers[:tiers]:
        numbers = range(first, first + len(tier.stages))
        found = [total for k in numbers for total in _totals(network, flow, k)]
        totals.append(tuple(found) if tier.vector else found[0])
        first += len(tier.stages)
    return totals


def tier_values(instance: Instance, network: Network, flow: Ints, tiers: int) -> tuple[Value, ...]:
    """The same as users read them."""
    return tuple(readable(total) for total in tier_totals(instance, network, flow, tiers))


def _totals(network: Network, flow: Ints, number: int) -> list[Fraction]:
    stage: Stage = network.stages[number]
    edges = np.flatnonzero(flow[network.first_edge :])
    if isinstance(stage, Worst):
        reached = sorted(stage.weights[edges].tolist())
        return [stage.unit * w for w in (reached if stage.full else reached[:1] or [0])]
    inner = network.inner[number]
    paid = np.flatnonzero((flow[: network.first_edge] != 0) & (inner != 0))
    loads = sum(c * f for c, f in zip(inner[paid].tolist(), flow[paid].tolist(), strict=True))
    return [(exact_sum(stage.weights[edges]) - loads) * stage.unit + stage.constant]
