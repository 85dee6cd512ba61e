"""Tiers folded into one integer cost where a radix provably suffices.

A circulation is optimal tier by tier exactly when no residual cycle has a lexicographically negative cost vector. A
simple cycle has at most one arc per node, so a later tier's cost on it is at most n * max|cost|: with a radix above
twice that, the folded cost has the sign of the vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.instance.network import Network
    from mmatch.people.columns import Ints


@dataclass(frozen=True, eq=False)
class Group:
    """Consecutive tiers that share one integer cost per arc."""

    tiers: range
    cost: Ints


def largest_cost(n_nodes: int) -> int:
    """The largest unit cost that OR-Tools' min-cost flow takes without fail.

    It accepts 2^63 / (2.4 (n + 3)), but near that its own prices may overflow while it works (BAD_COST_RANGE).
    """
    return int(2**63 / (20 * (n_nodes + 8)))


def greatest(values: Ints) -> int:
    """The greatest absolute value."""
    return max(int(values.max(initial=0)), -int(values.min(initial=0)))


def fold(network: Network) -> list[Group]:
    """The tiers in groups, as few as fit: a pure function of the network, so that a judge repeats it."""
    n = network.n_nodes
    limit = largest_cost(n)
    groups: list[Group] = []
    for tier, cost in enumerate(network.costs):
        largest = greatest(cost)
        if groups:
            before = groups[-1]
            radix = 2 * n * largest + 1
            if greatest(before.cost) * radix + largest <= limit:
                groups[-1] = Group(range(before.tiers.start, tier + 1), before.cost * radix + cost)
                continue
        groups.append(Group(range(tier, tier + 1), cost))
    return groups
