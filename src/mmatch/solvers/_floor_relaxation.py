"""Linear relaxations behind a worst-off of several seats: how high it can be, and the evidence for that.

The relaxation is solved in floats. Its dual values only suggest multipliers: rounded to whole numbers they make a flow,
whose exact prices bound the stage whatever the rounding did.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.instance.totals import stage_total
from mmatch.network.cases import Case, Floors, relaxed_limit
from mmatch.network.circulation import CrossingSets, build_network
from mmatch.network.folding import fold, runs
from mmatch.network.prices import NegativeCycle, potentials, reduced_costs, residual_arcs
from mmatch.solvers._min_cost_flow import Order, cheapest, feasible
from mmatch.terms import Total, Worst

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Floats, Ints, Objects
    from mmatch.instance import Instance, Watch
    from mmatch.network.circulation import Network
    from mmatch.terms import Stage

FAR = 2**62
BITS = 20  # of a multiplier, at most
ROOM = 58  # bits of multiplier times weight
MOST_CASES = 60  # that are looked at for one stage
HOPE = 2**-12  # a bound further above what is reached, as a share of it, is not worth looking at cases,
SMALL = 500  # but with so few edges it is
FLOWS, FINE = 30, 30  # tried for a first floor, three times over; bits of their weights
STEEP = 16  # what a floor may cost, per unit by which a total is below it

Pair = tuple["Ints", tuple[int, ...]]
Rows = tuple[tuple[int, ...], ...]
Evidence = tuple[tuple["Ints", ...], Rows, Rows]


def hard_stage(instance: Instance) -> int | None:
    """The first worst-off stage of several seats."""
    hard = (k for k, s in enumerate(instance.stages) if isinstance(s, Worst) and not s.single and not s.full)
    return next(hard, None)


def floor_bound(instance: Instance, number: int, chosen: Bools, low: int) -> tuple[int, Floats]:
    """(how high the least total of a mentee can be, in the stage's unit, above a floor that is kept; shares of edges).

    Edges may be taken in part; where the bounds are a flow, what a floor leaves must also hold a matching.
    """
    most, _, _, taken = _Relaxation(instance, number, chosen).solved(number)
    high = max(FAR if most > FAR else math.floor(most * (1 + 1e-9)) + 1, low)
    try:
        network = build_network(instance)
    except CrossingSets:
        return high, taken
    worst: Any = instance.stages[number]
    floors, whole = Floors(network, instance.labels, worst), Case(network.lower, network.upper)
    while low < high:
        level = (low + high + 1) // 2
        case = floors.kept(whole, level)
        if case is None or feasible(_limited(network, case))[0] is None:
            high = level - 1
        else:
            low = level
    return high, taken


def fair_start(instance: Instance, number: int, known: tuple[Bools, int, Floats], watch: Watch) -> Bools:
    """A choice as good in the stages before a worst-off one, with a high least total: the best of a few flows.

    Whoever is below the bound counts more from flow to flow (multiplicative weights: Arora, Hazan, Kale 2012): over all
    edges alike, then rather over those that the relaxation takes. The choice that is known where no flow is better.

    Args:
        instance: the problem.
        number: the stage.
        known: a choice, what no least total exceeds, shares of edges in the relaxation.
        watch: tells when to stop.
    """
    chosen, high, taken = known
    stage: Any = instance.stages[number]
    found = None if high <= 0 or instance.groups is not None else _face_of(instance, chosen, number)
    if found is None:
        return chosen
    largest = float(max(np.abs(stage.weights).max(initial=1), 1))
    worth, reached = stage.weights / largest, partial(stage_total, instance, stage)
    best = chosen
    for factor, step in ((1.0, 4), (0.5 + taken, 1), (np.where(taken > 0, 1.0, 0.3), 1)):
        for now in _fairer(found, (instance.labels.label("mentee"), worth * factor, worth), (step, high / largest)):
            best = max(best, now, key=reached)
            if reached(best) >= high or watch.reason():
                return best
    return best


def _fairer(
    face: tuple[Network, Ints, Bools], edges: tuple[Ints, Floats, Floats], aim: tuple[int, float]
) -> Iterator[Bools]:
    """The best choice for weights of edges, again and again, while whoever is below a bound counts more and more."""
    (mentee, weights, worth), (step, bound) = edges, aim
    n = int(mentee.max(initial=NONE)) + 1
    urgent = np.ones(n)
    for _ in range(FLOWS):
        now = _seated(face, urgent[mentee] * weights)
        yield now
        total = np.bincount(mentee[now], weights=worth[now], minlength=n)
        urgent *= 1 + step * np.maximum(1 - total / bound, 0)
        urgent /= urgent.max(initial=1)


def best_sum(instance: Instance, number: int, before: int, chosen: Bools) -> Bools | None:
    """The best choice for one sum, as good in the first stages: what no floor between can raise. None: no flow."""
    stage = instance.stages[number]
    found = None if not _plain(stage) or instance.groups is not None else _face_of(instance, chosen, before)
    if found is None:
        return None
    network, flow, free = found
    order = Order(np.arange(network.n_arcs), np.arange(network.n_nodes))
    plain: Any = stage
    used: Bools = cheapest(network, network.row(-plain.weights), flow, free, order).flow[network.first_edge :] > 0
    return used


def _seated(face: tuple[Network, Ints, Bools], weights: Floats) -> Bools:
    """The best choice for some weights that is as good in all stages before."""
    network, flow, free = face
    order = Order(np.arange(network.n_arcs), np.arange(network.n_nodes))
    cost = network.row(-np.rint(weights * 2**FINE).astype(np.int64))
    used: Bools = cheapest(network, cost, flow, free, order).flow[network.first_edge :] > 0
    return used


def _face_of(instance: Instance, chosen: Bools, first: int) -> tuple[Network, Ints, Bools] | None:
    """(the network, the flow of a choice, arcs that may change while the first stages stay as good); None: no flow."""
    try:
        network = build_network(instance)
        flow, free = network.flow_of(chosen), np.ones(network.n_arcs, dtype=bool)
        for run in runs(network.stages[:first]):
            for group in fold(network, run):
                price = potentials(residual_arcs(network, flow, group.cost, free), network.n_nodes)
                free &= reduced_costs(network, group.cost, price) == 0
    except (CrossingSets, NegativeCycle):
        return None
    return network, flow, free


def evidence(instance: Instance, chosen: Bools) -> Evidence | None:
    """(prices, multipliers, cases) for the stages up to the hard one, for it, and for sums behind it.

    None without a flow, or where somebody may go without a seat: then no floor holds for all.
    """
    first = hard_stage(instance)
    if first is None or int(chosen.sum()) != int(instance.labels.wanted.sum()):
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
    face = Case.behind(network, flow, free)
    search = _Cases(_Relaxation(instance, first, chosen), network)
    pairs: list[Pair] = []
    cases = []
    for number in range(first, len(instance.stages)):
        pair = search.root(number, face)
        if pair is None:
            break
        more, entries = search.tree(number, face, pair)
        pairs += [pair, *more]
        cases.append(entries)
    return (*prices, *(price for price, _ in pairs)), tuple(row for _, row in pairs), tuple(cases)


def _limited(network: Network, case: Case) -> Network:
    """The network with the bounds of a case."""
    return replace(network, lower=case.lower, upper=case.upper)


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

    def row(self, number: int, shares: Floats, factors: list[float]) -> tuple[tuple[int, ...], Objects]:
        """(multipliers as whole numbers, weights of edges under them)."""
        sums = [] if number == self.first else [number, *range(self.first + 1, number)]
        own = [1.0, *factors][: len(sums)]
        one = 1 << self._bits(number, max([1.0, *own, *shares.tolist()]))
        row = [round(share * one) for share in [*own, *shares.tolist()]]
        weights: Objects = np.array(row[len(sums) :], dtype=object)[self.mentee] * self.worst.weights
        for factor, k in zip(row, sums, strict=False):
            stage: Any = self.instance.stages[k]
            weights = weights + factor * stage.weights
        return tuple(row), weights

    def _bits(self, number: int, most: float) -> int:
        largest = max(int(np.abs(s.weights).max(initial=0)) for s in self.instance.stages[self.first : number + 1])
        return max(min(BITS, ROOM - largest.bit_length() - math.ceil(math.log2(most))), 1)

    def solved(self, number: int, case: tuple[Ints, Ints] | None = None) -> tuple[float, Floats, list[float], Floats]:
        """(the relaxed optimum of a stage, multipliers of the mentees, of the sums in between, shares of edges).

        In a case, (least, most) of every edge, floors may be missed at a price, so that there is always an optimum.
        """
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
        floors, floor = self._floors(top=top, missed=case is not None)
        sums, least = self._sums(number)
        groups, most = self._bounds()
        matrix = _stacked([(floors, len(floor)), (sums, len(least)), (groups, len(most))], n + 1)
        limits: Any = np.concatenate([floor, least, most])
        bounds: Any = np.zeros((n + 1, 2))
        bounds[:n, 1] = 1
        bounds[n] = (-np.inf, np.inf) if top else (0, 0)
        if case is not None:
            bounds[:n, 0], bounds[:n, 1] = case
            bounds[n, 1] = np.inf
            cost[n] += 0 if top else STEEP
        found: Any = linprog(cost, A_ub=matrix, b_ub=limits, bounds=bounds, method="highs")
        if found.status != 0:
            return float("inf"), np.zeros(self.mentees), [], np.zeros(n)
        dual = -found.ineqlin.marginals
        shares, factors = dual[: self.mentees], dual[self.mentees : self.mentees + len(least)][self._before :]
        if top:
            return -found.fun * self.scale, np.maximum(shares, 0), [], found.x[:n]
        ratio = unit / self.scale
        between = [
            max(f, 0) * unit / float(max(np.abs(s.weights).max(initial=1), 1))
            for f, s in zip(factors, self.instance.stages[self.first + 1 : number], strict=True)
        ]
        return -found.fun * unit, np.maximum(shares, 0) * ratio, between, found.x[:n]

    def _floors(self, *, top: bool, missed: bool) -> tuple[Any, Floats]:
        """T - total of i <= 0, or -(total of i) <= -(what the least is), less what may be missed."""
        n = len(self.instance.request)
        rows = [self.mentee, np.arange(self.mentees)]
        columns = [np.arange(n), np.full(self.mentees, n)]
        asks = np.bincount(self.instance.labels.mentee_of_request, weights=self.instance.labels.wanted) > 0
        values = [
            -self.worst.weights / self.scale * asks[self.mentee],
            np.where(asks, float(top) - float(missed and not top), 0.0),
        ]
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


@dataclass(frozen=True, eq=False)
class _Cases:
    """Evidence case by case: split on an edge of a mentee whose floor costs something, until bounds meet the value."""

    relaxation: _Relaxation
    network: Network

    def root(self, number: int, face: Case) -> Pair | None:
        """A pair for everything at once; None where the stage is no plain sum."""
        relaxation = self.relaxation
        stage = relaxation.instance.stages[number]
        if number > relaxation.first and not _plain(stage):
            return None
        relaxed, shares, factors, _ = relaxation.solved(number)
        if relaxed == float("inf") or (number == relaxation.first and not shares.any()):
            return None
        return self._priced(number, face, shares, factors)

    def tree(self, number: int, face: Case, root: Pair) -> tuple[list[Pair], tuple[int, ...]]:
        """(pairs, entries) that show that no case has anything better; nothing where they do not."""
        relaxation = self.relaxation
        if self._above(number, face, root) <= 0:
            return [], ()
        floors = Floors(self.network, relaxation.instance.labels, relaxation.worst)
        level = relaxation.reached[relaxation.first] + (number == relaxation.first)
        pairs: list[Pair] = []
        entries: list[int] = []
        left = [face]
        while left:
            case = floors.kept(left.pop(), level)
            if case is None:
                continue
            pair, edge = self._bounded(number, case)
            above = self._above(number, case, pair)
            if above <= 0:
                pairs.append(pair)
                entries.append(0)
            elif edge is None or len(entries) >= MOST_CASES or self._hopeless(number, above):
                return [], ()
            else:
                left += reversed(case.split(self.network.first_edge + edge))
                entries.append(edge + 1)
        return pairs, tuple(entries)

    def _hopeless(self, number: int, above: int) -> bool:
        """Whether a bound is so far above what is reached that cases would be many."""
        relaxation = self.relaxation
        return len(relaxation.mentee) > SMALL and above > HOPE * abs(relaxation.reached[number])

    def _bounded(self, number: int, case: Case) -> tuple[Pair, int | None]:
        """(a pair that bounds a case, the edge to split on if that is not enough)."""
        relaxation, edges = self.relaxation, slice(self.network.first_edge, None)
        _, cut = feasible(_limited(self.network, case))
        if cut:
            return self._impossible(number, cut), None
        lower, upper = case.lower[edges], case.upper[edges]
        _, shares, factors, taken = relaxation.solved(number, (lower, upper))
        worth = np.where(lower < upper, shares[relaxation.mentee], 0)
        undecided = worth * (0.01 + taken * (1 - taken))
        edge = int(undecided.argmax()) if undecided.any() else None
        return self._priced(number, case, shares, factors), edge

    def _priced(self, number: int, case: Case, shares: Floats, factors: list[float]) -> Pair:
        """The multipliers in whole numbers, and the prices of the flow that they make."""
        row, weights = self.relaxation.row(number, shares, factors)
        network = _limited(self.network, case)
        flow: Any = feasible(network)[0]
        order = Order(np.arange(network.n_arcs), np.arange(network.n_nodes))
        cost = network.row(-weights.astype(np.int64))
        return cheapest(network, cost, flow, case.lower < case.upper, order).price, row

    def _impossible(self, number: int, cut: tuple[int, ...]) -> Pair:
        """A bound far below anything: nodes that must take in more than they let out have a very low price."""
        row, weights = self.relaxation.row(number, np.ones(self.relaxation.mentees), [0.0] * number)
        far = 4 * int(np.abs(weights).sum()) + 4 * sum(row) * (self._owed_at_most(number) + 1)
        price = np.zeros(self.network.n_nodes, dtype=object)
        price[list(cut)] = -far
        return price, row

    def _owed_at_most(self, number: int) -> int:
        return max(map(abs, self.relaxation.reached[: number + 1]))

    def _above(self, number: int, case: Case, pair: Pair) -> int:
        """How far a pair's bound is above what is reached, as the judge reckons it."""
        relaxation = self.relaxation
        evidence = pair[0].tolist(), pair[1]
        place, known = (relaxation.first, number), (case, relaxation.reached)
        limit: Any = relaxed_limit(relaxation.instance, self.network, place, evidence, known)
        above: int = limit - relaxation.reached[number]
        return above


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
