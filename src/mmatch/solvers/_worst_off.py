"""The worst-off of several seats: how high a floor under all totals can be, by a linear relaxation, and the evidence.

The relaxation lets edges be taken in part. Its value bounds every floor; its reduced costs say which edges a better
choice can use at all, so that a search looks at a *core* of them. It is solved in floats: the multipliers in the
evidence are rounded to whole numbers and make a flow, whose exact prices bound the stage whatever the rounding did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Bools, Floats, Ints
from mmatch.instance import Instance
from mmatch.matching import Prices
from mmatch.network.circulation import CrossingSets, Network, build_network
from mmatch.network.folding import fold, runs
from mmatch.network.prices import NegativeCycle, potentials, reduced_costs, residual_arcs
from mmatch.solvers._min_cost_flow import Optimum, Order, cheapest, feasible
from mmatch.stages import Stage

BITS = 20  # of a multiplier, at most
ROOM = 58  # bits of multiplier times weight


@dataclass(frozen=True, eq=False)
class RelaxedOptimum:
    """The optimum of a relaxation.

    Args:
        value: no choice reaches more than this, in the unit of the stage, but for the errors of floats.
        floors: a multiplier for each mentee, relative to one for the stage itself.
        sums: one for each plain sum between the worst-off and the stage.
        reduced: what one more unit of each edge takes from the value at least; below 0 where the edge is taken.
    """

    value: float
    floors: Floats
    sums: list[float]
    reduced: Floats

    def core(self, instance: Instance, share: int) -> Bools:
        """The edges of least reduced cost: so many times the seats of each mentee and of each mentor."""
        labels = instance.labels
        kept = np.zeros(len(self.reduced), dtype=bool)
        order = np.argsort(self.reduced, kind="stable")
        for key in ("mentee", "mentor"):
            label = labels.label(key)
            family = next((f for f in instance.bounds if f.key == key), None)
            seats = np.ones(labels.count(key), dtype=np.int64) if family is None else family.upper
            if key == "mentee":
                seats = np.bincount(labels.mentee_of_request, weights=labels.wanted).astype(np.int64)
            by_set = order[np.argsort(label[order], kind="stable")]
            start = np.searchsorted(label[by_set], np.arange(labels.count(key)))
            place = np.arange(len(by_set)) - start[label[by_set]]
            kept[by_set[place < np.minimum(seats, len(by_set))[label[by_set]] * share]] = True
        return kept

    def useful(self, least: int) -> Bools:
        """The edges that some choice with this value or more can use."""
        gap = max(self.value - least, 0)
        useful: Bools = self.reduced <= gap + 1e-6 * max(abs(self.value), 1)
        return useful


class Relaxation:
    """Edges between 0 and 1, all bounds, all plain sums of earlier stages as reached, and floors under all totals."""

    def __init__(self, instance: Instance, first: int, chosen: Bools) -> None:
        self.instance, self.first = instance, first
        self.worst: Any = instance.stages[first]
        self.mentee, self.mentees = instance.labels.label("mentee"), instance.labels.count("mentee")
        self.reached = [stage.total(instance.labels, chosen) for stage in instance.stages]

    def solved(self, number: int, level: int | None = None) -> RelaxedOptimum | None:
        """The optimum of a stage, above floors at a level; None where HiGHS finds none.

        Args:
            number: the worst-off stage itself, or a plain sum behind it.
            level: of the floors, by default what is reached; the worst-off stage itself looks for the highest.
        """
        from scipy.optimize import linprog
        from scipy.sparse import coo_array, vstack

        n, top = len(self.mentee), number == self.first
        unit = _largest(self.instance.stages[number])
        weights: Any = self.instance.stages[number].weights
        cost = np.append(np.zeros(n) if top else -weights / unit, -1.0 if top else 0.0)
        floors, floor = self._floors(None if top else self.reached[self.first] if level is None else level)
        sums, least = self._sums(number)
        groups, most = self._bounds()
        parts = ((floors, floor), (sums, least), (groups, most))
        matrix: Any = vstack([coo_array((v, (r, c)), shape=(len(limit), n + 1)) for (r, c, v), limit in parts]).tocsr()
        bounds: Any = np.tile([0.0, 1.0], (n + 1, 1))
        bounds[n] = (-np.inf, np.inf) if top else (0, 0)
        limits: Any = np.concatenate([floor, least, most])
        found: Any = linprog(cost, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
        if found.status != 0:
            return None
        dual = np.maximum(-found.ineqlin.marginals, 0)
        before = sum(stage.plain for stage in self.instance.stages[: self.first])
        sums_between = (stage for stage in self.instance.stages[self.first + 1 : number] if stage.plain)
        factors = dual[self.mentees : self.mentees + len(least)][before:]
        own = [f * unit / _largest(stage) for f, stage in zip(factors, sums_between, strict=True)]
        reduced = unit * (found.lower.marginals + found.upper.marginals)[:n]
        ratio = 1.0 if top else unit / _largest(self.worst)
        return RelaxedOptimum(-found.fun * unit, dual[: self.mentees] * ratio, own, reduced)

    def _floors(self, level: int | None) -> tuple[Any, Floats]:
        """T - total of i <= 0 for the highest T, or -(total of i) <= -level."""
        labels, n = self.instance.labels, len(self.mentee)
        asks = np.bincount(labels.mentee_of_request, weights=labels.wanted, minlength=self.mentees) > 0
        scale = _largest(self.worst)
        rows = np.concatenate([self.mentee, np.arange(self.mentees)])
        columns = np.concatenate([np.arange(n), np.full(self.mentees, n)])
        values = np.concatenate([-self.worst.weights / scale * asks[self.mentee], asks * float(level is None)])
        return (rows, columns, values), np.where(asks, 0.0 if level is None else -level / scale, 0.0)

    def _sums(self, number: int) -> tuple[Any, Floats]:
        """-(sum) <= -(what it reached), for the plain sums before a stage: those before the worst-off first."""
        parts: Any = [(np.zeros(0, dtype=np.int64),) * 3]
        least = []
        for place, k in enumerate(k for k in range(number) if self.instance.stages[k].plain):
            weights: Any = self.instance.stages[k].weights
            unit, used = _largest(self.instance.stages[k]), np.flatnonzero(weights)
            parts.append((np.full(len(used), place), used, -weights[used] / unit))
            least.append(-self.reached[k] / unit)
        return tuple(map(np.concatenate, zip(*parts, strict=True))), np.array(least)

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
                    most.append(np.minimum(limit, len(self.mentee)).astype(np.float64))
                    start += len(limit)
        return tuple(map(np.concatenate, (rows, columns, values))), np.concatenate(most)

    def priced(self, number: int, relaxed: RelaxedOptimum | None, face: EarlierOptima) -> tuple[Ints, tuple[int, ...]]:
        """(prices, multipliers) that bound a stage: the multipliers in whole numbers, and the flow that they make.

        Without a relaxation no floor counts, and a sum is bounded by itself.
        """
        sums = [] if number == self.first else [number, *range(self.first + 1, number)]
        floors = np.zeros(self.mentees) if relaxed is None else relaxed.floors
        own = [1.0, *([0.0] * len(sums) if relaxed is None else relaxed.sums)][: len(sums)]
        largest = max(int(_largest(stage)) for stage in self.instance.stages[self.first : number + 1])
        most = max([1.0, *own, *floors.tolist()])
        one = 1 << max(min(BITS, ROOM - largest.bit_length() - math.ceil(math.log2(most))), 1)
        row = tuple(round(share * one) for share in [*own, *floors.tolist()])
        weights = np.array(row[len(sums) :], dtype=object)[self.mentee] * self.worst.weights
        for factor, k in zip(row, sums, strict=False):
            stage: Any = self.instance.stages[k]
            weights = weights + factor * stage.weights
        return face.cheapest(weights.astype(np.int64)).price, row


@dataclass(frozen=True, eq=False)
class EarlierOptima:
    """The circulations that are as good as a choice in the first stages: arcs that are not free keep their flow."""

    network: Network
    flow: Ints
    free: Bools
    prices: tuple[Ints, ...]

    @classmethod
    def of(cls, instance: Instance, chosen: Bools, first: int) -> EarlierOptima | None:
        """The face behind the stages before one; None where these are no flow, or groups are formed."""
        if instance.groups is not None:
            return None
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
        return cls(network, flow, free, tuple(prices))

    def cheapest(self, weights: Ints) -> Optimum:
        """The circulation on the face that is best for weights of edges."""
        order = Order(np.arange(self.network.n_arcs), np.arange(self.network.n_nodes))
        return cheapest(self.network, self.network.row(-weights), self.flow, self.free, order)


def filled_seats(instance: Instance, first: int, chosen: Bools) -> int:
    """How many seats every choice as good in the first stages fills; 1 where no stage counts them."""
    counted = any(stage.counts_seats for stage in instance.stages[:first])
    return int(chosen.sum()) if counted else min(int(chosen.sum()), 1)


def best_sum(instance: Instance, number: int, before: int, chosen: Bools) -> Bools | None:
    """The best choice for one sum, as good in the first stages: what no floor between can raise. None: no flow."""
    stage: Any = instance.stages[number]
    face = EarlierOptima.of(instance, chosen, before) if stage.plain else None
    if face is None:
        return None
    used: Bools = face.cheapest(stage.weights).flow[face.network.first_edge :] > 0
    return used


def evidence(instance: Instance, chosen: Bools) -> Prices | None:
    """Prices and multipliers for the stages up to a worst-off of several seats, for it, and for the sums behind it."""
    hard = (k for k, stage in enumerate(instance.stages) if stage.of_sums)
    first = next(hard, None)
    face = None if first is None else EarlierOptima.of(instance, chosen, first)
    if face is None or first is None:
        return None
    relaxation = Relaxation(instance, first, chosen)
    floored = filled_seats(instance, first, chosen) == int(instance.labels.wanted.sum())
    pairs: list[tuple[Ints, tuple[int, ...]]] = []
    for number in range(first, len(instance.stages)):
        if number > first and not instance.stages[number].plain:
            break
        relaxed = relaxation.solved(number) if floored else None
        if number == first and (relaxed is None or not relaxed.floors.any()):
            pairs.append((np.zeros(0, dtype=np.int64), ()))  # what counting seats says is all that is known
        else:
            pairs.append(relaxation.priced(number, relaxed, face))
    prices = (*face.prices, *(price for price, _ in pairs))
    return Prices(tuple(tuple(price.tolist()) for price in prices), tuple(row for _, row in pairs))


def shortage_cut(instance: Instance) -> tuple[int, ...]:
    """Nodes that show that no matching keeps the bounds, where these are a flow; empty where they do not show it."""
    try:
        return feasible(build_network(instance))[1]
    except CrossingSets:
        return ()


def _largest(stage: Stage) -> float:
    return float(max(np.abs(stage.weights).max(initial=1), 1))
