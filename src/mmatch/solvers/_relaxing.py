"""Linear relaxations behind a worst-off of several seats: how high it can be, and the evidence for that.

The relaxation is solved in floats. Its dual values only suggest multipliers: rounded to whole numbers they make a flow,
whose exact prices bound the stage whatever the rounding did.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.instance.folding import fold, runs
from mmatch.instance.network import CrossingSets, build_network
from mmatch.instance.prices import NegativeCycle, potentials, reduced_costs, residual_arcs
from mmatch.instance.totals import stage_total
from mmatch.people.columns import NONE
from mmatch.solvers._mincost import Order, cheapest, feasible
from mmatch.terms import Total, Worst

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.people.columns import Bools, Floats, Ints
    from mmatch.terms import Stage

BITS = 20  # of a multiplier, at most
ROOM = 58  # bits of multiplier times weight

Evidence = tuple[tuple["Ints", ...], tuple[tuple[int, ...], ...]]


def hard_stage(instance: Instance) -> int | None:
    """The first worst-off stage of several seats."""
    hard = (k for k, s in enumerate(instance.stages) if isinstance(s, Worst) and not s.single and not s.full)
    return next(hard, None)


def floor_bound(instance: Instance, number: int, chosen: Bools) -> float:
    """How high the least total of a mentee can be, in the stage's unit, where edges may be taken in part."""
    relaxation = _Relaxation(instance, number, chosen)
    return relaxation.solved(number)[0]


def evidence(instance: Instance, chosen: Bools) -> Evidence | None:
    """(prices, multipliers) for the stages up to the hard one, for it, and for sums behind it; None without a flow."""
    first = hard_stage(instance)
    if first is None or int(chosen.sum()) != int(instance.labels.wanted.sum()):
        return None  # where somebody may go without, no floor holds for all
    try:
        network = build_network(instance)
        flow, free = network.flow_of(chosen), np.ones(network.n_arcs, dtype=bool)
        prices = []
        for run in runs(network.stages[:first]):
            for group in fold(network, run):
                prices.append(potentials(residual_arcs(network, flow, group.cost, free), network.n_nodes))
                free &= reduced_costs(network, group.cost, prices[-1]) == 0
    except (CrossingSets, NegativeCycle):
        return None
    order = Order(np.arange(network.n_arcs), np.arange(network.n_nodes))
    multipliers = []
    for row, weights in _Relaxation(instance, first, chosen).multipliers():
        prices.append(cheapest(network, network.row(-weights), flow, free, order).price)
        multipliers.append(tuple(row))
    return tuple(prices), tuple(multipliers)


def shortage_cut(instance: Instance) -> tuple[int, ...]:
    """Nodes that show that no matching keeps the bounds, where these are a flow; empty where they do not show it."""
    try:
        return feasible(build_network(instance))[1]
    except CrossingSets:
        return ()


class _Relaxation:
    """Edges between 0 and 1, all bounds, all sums of earlier stages, and the least totals."""

    def __init__(self, instance: Instance, first: int, chosen: Bools) -> None:
        self.instance, self.first, self.chosen = instance, first, chosen
        self.worst: Any = instance.stages[first]
        self.mentee = instance.labels.label("mentee")
        self.mentees = instance.labels.count("mentee")
        self.scale = float(max(np.abs(self.worst.weights).max(initial=1), 1))
        self.reached = [stage_total(instance, stage, chosen) for stage in instance.stages]

    def multipliers(self) -> Iterator[tuple[list[int], Ints]]:
        """(multipliers, weights of edges under them), as long as stages are plain sums."""
        for number in range(self.first, len(self.instance.stages)):
            stage = self.instance.stages[number]
            if number > self.first and not (isinstance(stage, Total) and not stage.loads):
                return
            relaxed, shares, factors = self.solved(number)
            if relaxed == float("inf"):
                return
            one = 1 << self._bits(number)
            row = [round(share * one) for share in shares.tolist()]
            if number == self.first and not any(row):
                return
            weights = np.array(row, dtype=np.int64)[self.mentee] * self.worst.weights
            sums = [] if number == self.first else [number, *range(self.first + 1, number)]
            own = [round(factor * one) for factor in [1.0, *factors][: len(sums)]]
            for factor, k in zip(own, sums, strict=True):
                stage = self.instance.stages[k]
                weights += factor * stage.weights
            yield own + row, weights

    def _bits(self, number: int) -> int:
        largest = max(int(np.abs(s.weights).max(initial=0)) for s in self.instance.stages[self.first : number + 1])
        return max(min(BITS, ROOM - largest.bit_length()), 1)

    def solved(self, number: int) -> tuple[float, Floats, list[float]]:
        """(the relaxed optimum of a stage, multipliers of the mentees, of the sums in between)."""
        from scipy.optimize import linprog

        n = len(self.instance.request)
        top = number == self.first
        stage: Any = self.instance.stages[number]
        cost = np.zeros(n + 1)
        if top:
            cost[n] = -1.0
        else:
            unit = float(max(np.abs(stage.weights).max(initial=1), 1))
            cost[:n] = -stage.weights / unit
        floors, floor = self._floors(top=top)
        sums, least = self._sums(number)
        groups, most = self._bounds()
        matrix = _stacked([(floors, len(floor)), (sums, len(least)), (groups, len(most))], n + 1)
        limits: Any = np.concatenate([floor, least, most])
        bounds: Any = np.zeros((n + 1, 2))
        bounds[:n, 1] = 1
        bounds[n] = (-np.inf, np.inf) if top else (0, 0)
        found: Any = linprog(cost, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
        if found.status != 0:
            return float("inf"), np.zeros(self.mentees), []
        dual = -found.ineqlin.marginals
        shares, factors = dual[: self.mentees], dual[self.mentees : self.mentees + len(least)][self._before :]
        if top:
            return -found.fun * self.scale, np.maximum(shares, 0), []
        ratio = unit / self.scale
        between = [
            max(f, 0) * unit / float(max(np.abs(s.weights).max(initial=1), 1))
            for f, s in zip(factors, self.instance.stages[self.first + 1 : number], strict=True)
        ]
        return -found.fun * unit, np.maximum(shares, 0) * ratio, between

    def _floors(self, *, top: bool) -> tuple[Any, Floats]:
        """T - total of i <= 0, or -(total of i) <= -(what the least is)."""
        n = len(self.instance.request)
        rows = [self.mentee, np.arange(self.mentees)]
        columns = [np.arange(n), np.full(self.mentees, n)]
        asks = np.bincount(self.instance.labels.mentee_of_request, weights=self.instance.labels.wanted) > 0
        values = [-self.worst.weights / self.scale * asks[self.mentee], np.where(asks, float(top), 0.0)]
        least = 0.0 if top else -self.reached[self.first] / self.scale
        return tuple(map(np.concatenate, (rows, columns, values))), np.where(asks, least, 0.0)

    @property
    def _before(self) -> int:
        """How many sums stand before the hard stage."""
        return sum(_plain(stage) for stage in self.instance.stages[: self.first])

    def _sums(self, number: int) -> tuple[Any, Floats]:
        """-(sum) <= -(what it reached), for the plain sums before a stage: those before the hard one first."""
        held = [k for k in range(number) if _plain(self.instance.stages[k])]
        rows, columns, values, least = [], [], [], []
        for place, k in enumerate(held):
            weights: Any = self.instance.stages[k].weights
            unit = float(max(np.abs(weights).max(initial=1), 1))
            used = np.flatnonzero(weights)
            rows.append(np.full(len(used), place))
            columns.append(used)
            values.append(-weights[used] / unit)
            least.append(-self.reached[k] / unit)
        none = np.zeros(0, dtype=np.int64)
        return tuple(np.concatenate([none, *part]) for part in (rows, columns, values)), np.array(least)

    def _bounds(self) -> tuple[Any, Floats]:
        """Upper and lower bounds on sets."""
        rows, columns, values, most, start = [], [], [], [], 0
        for family in self.instance.bounds:
            member = np.flatnonzero(family.label != NONE)
            for sign, limit in ((1.0, family.upper), (-1.0, -family.lower)):
                if sign > 0 or limit.any():
                    rows.append(family.label[member] + start)
                    columns.append(member)
                    values.append(np.full(len(member), sign))
                    most.append(np.minimum(limit, len(self.instance.request)).astype(np.float64))
                    start += len(limit)
        return tuple(map(np.concatenate, (rows, columns, values))), np.concatenate(most)


def _plain(stage: Stage) -> bool:
    """Whether a stage is a sum over edges alone."""
    return isinstance(stage, Total) and not stage.loads


def _stacked(parts: list[tuple[Any, int]], width: int) -> Any:
    """((rows, columns, values), number of rows), one below the other, as a sparse array."""
    from scipy.sparse import coo_array

    rows, start = [], 0
    for (row, _, _), n in parts:
        rows.append(row + start)
        start += n
    columns, values = (np.concatenate([part[k] for part, _ in parts]) for k in (1, 2))
    return coo_array((values, (np.concatenate(rows), columns)), shape=(start, width)).tocsr()
