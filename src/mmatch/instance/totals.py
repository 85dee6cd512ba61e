"""What a choice of edges is worth, stage by stage and tier by tier, in exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.exact import readable

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.exact import Exact, Value
    from mmatch.instance.model import Instance


def tier_totals(instance: Instance, chosen: Bools, tiers: int | None = None, match: Ints | None = None) -> list[Exact]:
    """The exact totals of the leading tiers: all of them by default.

    ``match`` numbers the match of each chosen edge; aims about who sits together need it.
    """
    totals: list[Exact] = []
    for tier in instance.tiers[:tiers]:
        found = [total for stage in tier.stages for total in stage.totals(instance.labels, chosen, match)]
        totals.append(tuple(found) if tier.vector else found[0])
    return totals


def tier_values(instance: Instance, chosen: Bools, tiers: int) -> tuple[Value, ...]:
    """The same as users read them."""
    return tuple(readable(total) for total in tier_totals(instance, chosen, tiers))
