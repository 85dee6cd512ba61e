"""How tiers become costs of a flow: sums folded into one integer where that is exact, rows that hold a worst-off.

With a radix above twice what a later stage can cost on a simple cycle, the folded cost has the sign of the vector of
costs. A worst-off stage is no sum: once its best level is known, "no edge below that level" is one, and so are the
counts on each level of a leximin order. The argument stands in docs/explanation/proofs.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.network.circulation import Network
    from mmatch.stages import Stage


@dataclass(frozen=True, eq=False)
class Group:
    """Consecutive stages that share one integer cost per arc: the sum of their costs, each times its factor."""

    stages: range
    cost: Ints
    factors: tuple[int, ...] = (1,)


def largest_cost(n_nodes: int) -> int:
    """The largest unit cost that OR-Tools' min-cost flow takes without fail.

    It accepts 2^63 / (2.4 (n + 3)), but near that its own prices may overflow while it works (BAD_COST_RANGE).
    """
    return int(2**63 / (20 * (n_nodes + 8)))


def greatest(values: Ints) -> int:
    """The greatest absolute value."""
    return max(int(values.max(initial=0)), -int(values.min(initial=0)))


def runs(stages: tuple[Stage, ...]) -> list[range]:
    """Stages that are sums, as long as they follow each other; each worst-off stage by itself."""
    found = []
    for alone, numbers in groupby(range(len(stages)), key=lambda k: not stages[k].summed):
        run = list(numbers)
        found += [range(k, k + 1) for k in run] if alone else [range(run[0], run[-1] + 1)]
    return found


def fold(network: Network, run: range) -> Iterator[Group]:
    """Sums in groups, as few as fit: a pure function of the network, so that a judge repeats it."""
    n = network.n_nodes
    limit = largest_cost(n)
    before: Group | None = None
    for stage in run:
        cost = network.cost(stage)
        if before is not None:
            largest = greatest(cost)
            radix = 2 * n * largest + 1
            if greatest(before.cost) * radix + largest <= limit:
                factors = (*(factor * radix for factor in before.factors), 1)
                before = Group(range(before.stages.start, stage + 1), before.cost * radix + cost, factors)
                continue
            yield before
        before = Group(range(stage, stage + 1), cost)
    if before is not None:
        yield before


def groups(network: Network, flow: Ints) -> Iterator[Group]:
    """Costs of all stages in order; those of worst-off stages hold to what the flow reaches."""
    for run in runs(network.stages):
        if network.stages[run.start].summed:
            yield from fold(network, run)
        else:
            yield from (Group(run, cost) for cost in stage_costs(network, flow, run.start))


def stage_costs(network: Network, flow: Ints, number: int) -> Iterator[Ints]:
    """The costs of one stage by itself: one row, or for a leximin order one per level that the flow reaches."""
    stage = network.stages[number]
    used = stage.weights[flow[network.first_edge :] > 0]
    yield from (network.row(edges, network.inner[number]) for edges in stage.held(used))
