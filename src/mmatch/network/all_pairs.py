"""All pairs that may meet, block by block: what prices say of those that a network does not list.

Where there are too many pairs to list, a network lists some. Its nodes and the arcs between sets are those of the whole
network, so its prices are prices of every pair. A pair that is not listed has no flow: it can only improve the
circulation where its reduced cost is negative (docs/explanation/proofs.md, "All pairs without listing them").
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mmatch.arrays import NONE, Bools, Floats, Ints, merged
from mmatch.candidates import Pairs, facts_of
from mmatch.candidates.edges import allowed, edges_of
from mmatch.candidates.joining import by_topic
from mmatch.errors import PluginError
from mmatch.instance.compilation import compile_instance
from mmatch.instance.model import Listed
from mmatch.network.circulation import CrossingSets, build_network
from mmatch.network.folding import fold, runs
from mmatch.rules import AtMost, Check, Everyone
from mmatch.rules._base import Rule
from mmatch.stages import Total

if TYPE_CHECKING:
    from mmatch.aims._base import Aim
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.instance.model import Instance, Watch
    from mmatch.program import Program
    from mmatch.stages import Stage

T = TypeVar("T")
MOST_LISTED = 2_000_000  # pairs up to which all are listed
SOME = 50  # requests, and offers, of which aims are asked twice
BLOCK = 500_000  # pairs looked at together
FAR = 2**62  # reduced cost of a pair that may not meet
LARGEST = 2**60  # price that can be compared
EXACT = 2.0**53  # up to which floats hold every whole number
MIX = 2**31
CHUNKS = 8  # times so many parts of a row are looked at as there are pairs wanted of it
NODES = frozenset({"request", "offer", "mentee", "mentor"})


class Stopped(Exception):  # noqa: N818 - no error: a limit of time, or somebody who cancels
    """The look at all pairs was broken off; the argument says why."""


@dataclass(frozen=True, eq=False)
class AllPairs:
    """The pairs of a cohort that its facts and a program's rules allow, in blocks of requests and offers."""

    cohort: Cohort
    program: Program
    watch: Watch | None = None

    @cached_property
    def plan(self) -> list[tuple[Ints, Ints]]:
        """(rows of requests, rows of offers) that meet, topic by topic."""
        return by_topic(facts_of(self.cohort))

    @property
    def priceable(self) -> bool:
        """Whether each pair has a node of its own request and offer, and aims tell what it is worth by itself.

        Functions of a program's own are called once for each pair, and lists of people are short: both are listed.
        """
        cohort, program = self.cohort, self.program
        pair_rules = all(
            type(rule).constraints is Rule.constraints or isinstance(rule, AtMost | Everyone) for rule in program.rules
        )
        listed = facts_of(cohort).ranks is not None or any(isinstance(rule, Check) for rule in program.rules)
        several = (cohort.requests.mentors > 1).any() and len(np.unique(cohort.offers.owner)) < len(cohort.offers.owner)
        grouped = any(rule.composes or rule.times(cohort) is not None for rule in program.rules)
        grouped = grouped or program.group != (1, 1) or (cohort.offers.most != NONE).any()
        if listed or several or grouped or not pair_rules or not self.plan:
            return False
        rows, offers = self.plan[0]
        view = Pairs(facts_of(cohort), rows[:1, None], offers[None, :1])
        single = all(len(tier) == 1 or not any(aim.alone for aim in tier) for tier in program.tiers)
        return single and all(not aim.vector and aim.worth(view) is not None for _, aim in program.named_aims())

    def check_blocks(self) -> None:
        """Ask each aim about some pairs as a block and as a list.

        Raises:
            PluginError: where one answers differently.
        """
        facts, (requests, offers) = facts_of(self.cohort), self.plan[0]
        rows, columns = np.meshgrid(requests[:SOME], offers[:SOME], indexing="ij")
        block, listed = Pairs(facts, rows[:, :1], columns[:1]), Pairs(facts, rows.ravel(), columns.ravel())
        for _, aim in self.program.named_aims():
            one, other = (aim.worth(view) for view in (block, listed))
            if one is None or other is None or (np.broadcast_to(one[0], rows.shape).ravel() != other[0]).any():
                raise PluginError(f"{aim.title} counts pairs of a block otherwise than the same pairs in a list")

    def __len__(self) -> int:
        return sum(len(requests) * len(offers) for requests, offers in self.plan)

    def each(self, look: Callable[[Pairs], T], among: Bools | None = None) -> Iterator[tuple[Pairs, T]]:
        """What is seen in every block, in order, a block a processor at a time; of some rows of requests only.

        Raises:
            Stopped: between two blocks.
        """
        facts = facts_of(self.cohort)

        def views() -> Iterator[Pairs]:
            for requests, offers in self.plan:
                rows = requests if among is None else requests[among[requests]]
                step = max(BLOCK // len(offers), 1)
                for start in range(0, len(rows), step):
                    yield Pairs(facts, rows[start : start + step, None], offers[None, :])

        from threadpoolctl import threadpool_limits

        workers = min(os.cpu_count() or 1, 8)
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
            waiting = []
            for view in views():
                stopped = None if self.watch is None else self.watch.reason()
                if stopped:
                    pool.shutdown(cancel_futures=True)
                    raise Stopped(stopped)
                waiting.append((view, pool.submit(look, view)))
                if len(waiting) > 2 * workers:
                    first, found = waiting.pop(0)
                    yield first, found.result()
            for last, found in waiting:
                yield last, found.result()

    def some(self, each: int) -> Ints:
        """So many pairs of each request by chance, of which those that may not meet are left out, as keys."""
        found = [np.zeros(0, dtype=np.int64)]
        for requests, offers in self.plan:
            row, nth = np.repeat(requests, each), np.tile(np.arange(each), len(requests))
            found.append(row * len(self.cohort.offers.owner) + offers[_mixed(row, nth) % len(offers)])
        keys = merged(*found)
        return keys[allowed(self.listed(keys), self.program.rules)]

    def may_meet(self, view: Pairs) -> Bools | None:
        """Which pairs of a block are allowed; None for all of them."""
        mask = allowed(view, self.program.rules)
        everything = not any(mask.strides) and bool(mask[0, 0])
        return None if everything else mask

    def listed(self, keys: Ints) -> Pairs:
        """Pairs by their keys (row of the request x number of offers + row of the offer), as a list."""
        n = len(self.cohort.offers.owner)
        return Pairs(facts_of(self.cohort), keys // n, keys % n)

    def keys(self, pairs: Pairs) -> Ints:
        """The keys of a list of pairs."""
        found: Ints = pairs.request.row * len(self.cohort.offers.owner) + pairs.offer.row
        return found

    def weights(self, view: Pairs, stages: Sequence[Stage]) -> list[Ints]:
        """What each pair of a block counts in every stage; broadcastable."""
        return [
            sum((self._counted(view, aim, stage) for aim in aims), np.zeros((1, 1), dtype=np.int64))
            if len(aims) > 1
            else self._counted(view, aims[0], stage)
            for aims, stage in zip(self.program.tiers, stages, strict=True)
        ]

    def _counted(self, view: Pairs, aim: Aim, stage: Stage) -> Ints:
        """What one aim gives each pair, in the unit of a stage."""
        found = aim.worth(view)
        if found is None:
            raise AssertionError("unreachable")
        factor = int(found[1] * aim.exact_weight / stage.unit)
        weights = found[0].astype(np.int64, copy=False)  # 32 bits are too few for what tiers are multiplied with
        return weights if factor == 1 else weights * factor


@dataclass(frozen=True, eq=False)
class Survey:
    """What is kept of a look at all pairs: how many everybody has, and a few of them.

    ``few`` holds one pair at least of each request and offer that has any, and of each stage one of the pairs that
    count most and least: with these listed, a network has all its nodes, and the costs that decide how tiers are
    folded into one number.
    """

    few: Pairs
    degrees: dict[str, Ints]


def surveyed(pairs: AllPairs, stages: Sequence[Stage]) -> Survey:
    """Look at all pairs once."""
    requests, offers = pairs.cohort.requests, pairs.cohort.offers
    of_request, of_offer = np.zeros(len(requests.owner), np.int64), np.zeros(len(offers.owner), np.int64)
    keys: list[Ints] = []
    extremes = [(0, NONE)] * len(stages)

    def look(view: Pairs) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints], list[tuple[int, int]]]:
        """How many each row and each column has and where the first one is; the greatest weights and where they are."""
        mask, shape, most = pairs.may_meet(view), view.shape, []
        for weights in pairs.weights(view, stages):
            counted = weights if mask is None else np.where(mask, weights, 0)
            ends = [np.unravel_index(place, counted.shape) for place in (counted.argmax(), counted.argmin())]
            most.append(max((abs(int(counted[end])), int(end[0]) * shape[1] + int(end[1])) for end in ends))
        if mask is None:
            zeros = [np.zeros(size, dtype=np.int64) for size in shape]
            return (zeros[0] + shape[1], zeros[0]), (zeros[1] + shape[0], zeros[1]), most
        return (mask.sum(axis=1), mask.argmax(axis=1)), (mask.sum(axis=0), mask.argmax(axis=0)), most

    for view, ((by_row, first), (by_column, top), most) in pairs.each(look):
        rows, columns = view.request.row[:, 0], view.offer.row[0]
        fresh = (of_offer[columns] == 0) & (by_column > 0)
        keys.append(rows[by_row > 0] * len(of_offer) + columns[first[by_row > 0]])
        keys.append(rows[top[fresh]] * len(of_offer) + columns[fresh])
        of_request[rows] += by_row
        of_offer[columns] += by_column
        for stage, (size, place) in enumerate(most):
            if size > extremes[stage][0]:
                row, column = divmod(place, len(columns))
                extremes[stage] = (size, int(rows[row] * len(of_offer) + columns[column]))
    keys.append(np.array([key for _, key in extremes if key != NONE], dtype=np.int64))
    few = pairs.listed(merged(*keys))
    edges = edges_of(few)
    numbered = {"request": of_request[edges.request_rows], "offer": of_offer[edges.offer_rows]}
    owners = {"mentee": (edges.mentee_of_request, "request"), "mentor": (edges.mentor_of_offer, "offer")}
    for side, (owner, one) in owners.items():
        sums = np.bincount(owner, weights=numbered[one], minlength=edges.count(side))
        numbered[side] = sums.astype(np.int64)
    return Survey(few, numbered)


@dataclass(frozen=True, eq=False)
class PairPrices:
    """What prices say of a pair: the nodes of its request and its offer, and how stages are folded into costs.

    ``folds`` holds for each group of stages (stage, factor) pairs: the cost of a pair is minus the sum of what it
    counts in them, each times its factor.
    """

    pairs: AllPairs
    stages: tuple[Stage, ...]
    n_nodes: int
    tail: Ints
    head: Ints
    folds: tuple[tuple[tuple[int, int], ...], ...]

    def costs(self, group: int, prices: Ints) -> Callable[[Pairs], Ints | Floats]:
        """What tells the reduced cost of every pair of a block in one group of stages.

        Where aims are products of features it is one, too: of rows [features, price of the request's node, 1] and
        [features, 1, - price of the offer's node].
        """
        product = self._product(group, prices)
        if product is not None:
            left, right = product
            return lambda view: left[view.request.row[:, 0]] @ right[view.offer.row[0]].T

        def summed(view: Pairs) -> Ints:
            rest = prices[self.tail[view.request.row]] - prices[self.head[view.offer.row]]
            weights = self.pairs.weights(view, self.stages)
            for stage, factor in self.folds[group]:
                rest -= weights[stage] if factor == 1 else weights[stage] * factor
            return rest

        return summed

    def _product(self, group: int, prices: Ints) -> tuple[Floats, Floats] | None:
        """(rows of requests, rows of offers) whose products are reduced costs; None where they might not be exact."""
        cohort, program = self.pairs.cohort, self.pairs.program
        left: list[Floats] = [prices[self.tail][:, None].astype(np.float64), np.ones((len(self.tail), 1))]
        right: list[Floats] = [np.ones((len(self.head), 1)), -prices[self.head][:, None].astype(np.float64)]
        for stage, factor in self.folds[group]:
            for aim in program.tiers[stage]:
                features = aim.features(cohort)
                if features is None:
                    return None
                weight = int(factor * aim.exact_weight / self.stages[stage].unit)
                left.append(features[0][cohort.requests.owner].astype(np.float64) * -weight)
                right.append(features[1][cohort.offers.owner])
        most = [
            sum(
                float(np.abs(part).max(initial=0, axis=0) @ np.abs(other).max(initial=0, axis=0))
                for part, other in zip(left, right, strict=True)
            )
        ]
        return None if most[0] >= 2**53 else (np.hstack(left), np.hstack(right))

    def improving(self, prices: Sequence[Ints], most: int, among: Bools | None = None) -> Ints:
        """Pairs of negative reduced cost in the first group of stages that tells them from 0: at most so many a row.

        Args:
            prices: of every node, in each group of stages.
            most: pairs of each request, those that improve most.
            among: rows of requests that are looked at; None is all.

        Returns:
            keys (row of the request x number of offers + row of the offer), sorted.
        """
        costs = [self.costs(group, price) for group, price in enumerate(prices)]

        def look(view: Pairs) -> Ints:
            alive = self.pairs.may_meet(view)
            found = []
            for group in range(len(prices)):
                rest = costs[group](view)
                if alive is not None:
                    np.copyto(rest, FAR, where=~alive)
                found.append(_least(view, rest, np.flatnonzero(rest.min(axis=1) < 0), most, 0))
                if group + 1 < len(prices):
                    alive = rest == 0
                    if not alive.any():
                        break
            return np.concatenate(found)

        return self._all(look, among)

    def improved(self, prices: Sequence[Ints], chosen: Ints) -> bool:
        """Whether some pair that is not chosen has a negative reduced cost, in the first group that tells it from 0."""
        costs = [self.costs(group, price) for group, price in enumerate(prices)]
        n_offers = len(self.head)

        def look(view: Pairs) -> bool:
            rows, columns = view.request.row[:, 0], view.offer.row[0]
            alive = np.ones(view.shape, dtype=bool) if (mask := self.pairs.may_meet(view)) is None else mask.copy()
            place = np.full(n_offers, NONE)
            place[columns] = np.arange(len(columns))
            first, last = (np.searchsorted(chosen, (rows + k) * n_offers) for k in (0, 1))
            for row, (start, end) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
                own = place[chosen[start:end] % n_offers]
                alive[row, own[own != NONE]] = False
            for group, cost in enumerate(costs):
                rest = cost(view)
                if ((rest < 0) & alive).any():
                    return True
                if group + 1 < len(costs):
                    alive &= rest == 0
            return False

        return any(found for _, found in self.pairs.each(look))

    def best(self, prices: Sequence[Ints], most: int, among: Bools | None = None) -> Ints:
        """So many pairs of each request that are worth most beside the prices of their offers, as keys.

        With prices of several groups of stages: in the last one, of those that cost nothing in the groups before it.
        """
        costs = [self.costs(group, price) for group, price in enumerate(prices)]

        def look(view: Pairs) -> Ints:
            alive = self.pairs.may_meet(view)
            for cost in costs[:-1]:
                even = cost(view) == 0
                alive = even if alive is None else even & alive
            rest = costs[-1](view)
            if alive is not None:
                np.copyto(rest, FAR, where=~alive)
            return _least(view, rest, np.arange(len(rest)), most, FAR // 2)

        return self._all(look, among)

    def inside(self, cut: Sequence[int]) -> Bools:
        """Which nodes are in a set."""
        inside = np.zeros(self.n_nodes, dtype=bool)
        inside[[node for node in cut if 0 <= node < self.n_nodes]] = True
        return inside

    def count_crossing(self, cut: Sequence[int]) -> int:
        """How many pairs lead out of a set of nodes."""
        inside = self.inside(cut)

        def look(view: Pairs) -> int:
            mask = self.pairs.may_meet(view)
            out = ~inside[self.head[view.offer.row[0]]]
            return int(np.count_nonzero(out) * view.shape[0] if mask is None else np.count_nonzero(mask[:, out]))

        return sum(found for _, found in self.pairs.each(look, inside[self.tail]))

    def crossing(self, cut: Sequence[int], most: int) -> Ints:
        """Pairs that lead out of a set of nodes, as keys: so many at most of each request."""
        inside = self.inside(cut)

        def look(view: Pairs) -> Ints:
            mask = self.pairs.may_meet(view)
            rest = np.broadcast_to(inside[self.head[view.offer.row]].astype(np.int64), view.shape)
            rest = rest if mask is None else np.where(mask, rest, 1)
            return _least(view, rest, np.arange(len(rest)), most, 1)

        return self._all(look, inside[self.tail])

    def _all(self, look: Callable[[Pairs], Ints], among: Bools | None) -> Ints:
        """What is seen in all blocks, sorted, each once."""
        seen = [found for _, found in self.pairs.each(look, among)]
        return merged(np.zeros(0, dtype=np.int64), *seen)


def _least(view: Pairs, rest: Ints | Floats, rows: Ints, most: int, below: int) -> Ints:
    """The keys of the least reduced costs below a number, so many at most of each of some rows of a block."""
    part = rest if len(rows) == len(rest) else rest[rows]
    n_rows, n = part.shape
    chunks = most * CHUNKS
    limit = np.full((n_rows, 1), below - 1, dtype=part.dtype)
    if 2 * chunks <= n and n_rows:  # each part of a row has one place at least up to its own least number
        width = n // chunks
        least = part[:, : width * chunks].reshape(n_rows, width, chunks).min(axis=1)
        limit = np.minimum(limit, np.partition(least, most - 1, axis=1)[:, most - 1, None])
    place = np.flatnonzero((part <= limit).ravel())
    numbers = view.request.row[rows, 0]
    if len(place) > 2 * most * n_rows:  # of many that count the same some by chance: not the same ones for everybody
        strict = part.ravel()[place] < limit[place // n, 0]
        tied = place[~strict]
        first = np.searchsorted(tied, np.arange(n_rows + 1) * n)
        size = np.diff(first)
        chance = _mixed(numbers[size > 0, None], np.arange(2 * most)[None, :]) % size[size > 0, None]
        place = merged(place[strict], tied[(first[:-1][size > 0, None] + chance).ravel()])
    row, column = np.divmod(place, n)
    if len(row) > most:
        order = np.lexsort((_mixed(numbers[row], column), part[row, column], row))
        nth = np.arange(len(row)) - np.searchsorted(row, row)  # rows stand in order
        row, column = row[order][nth < most], column[order][nth < most]
    keys: Ints = numbers[row] * len(view.cohort.offers.owner) + view.offer.row[0, column]
    return keys


def _mixed(row: Ints, column: Ints) -> Ints:
    """A number below `MIX` for each pair, as if by chance."""
    return ((row * 2_654_435_761 + column * 40_503 * 65_537) >> 7) % MIX


def pair_prices(pairs: AllPairs, listed: tuple[Instance, Edges]) -> PairPrices | None:
    """How prices are read of all pairs, from a network that lists a survey's few; None where they cannot be.

    Raises:
        CrossingSets: where the sets do not fall into two laminar families.
    """
    instance, few = listed[0], listed[1].pairs
    stages, families = instance.stages, {family.key for family in instance.bounds}
    loads = {load.key for stage in stages for load in stage.loads if load.sets is None}
    own = {load.key for stage in stages for load in stage.loads if load.sets is not None}
    plain = instance.groups is None and not instance.unmet and all(type(stage) is Total for stage in stages)
    if not plain or own or not (families | loads) <= NODES or any(stage.grouped for stage in stages):
        return None
    network = build_network(instance)
    first, cohort = network.first_edge, pairs.cohort
    tail = np.zeros(len(cohort.requests.owner), dtype=np.int64)
    head = np.zeros(len(cohort.offers.owner), dtype=np.int64)
    tail[few.request.row], head[few.offer.row] = network.tail[first:], network.head[first:]
    folds = [
        tuple(zip(group.stages, group.factors, strict=True)) for run in runs(stages) for group in fold(network, run)
    ]
    ends = np.stack([tail[few.request.row], head[few.offer.row]])
    same = np.array_equal(ends, np.stack([network.tail[first:], network.head[first:]]))
    return PairPrices(pairs, stages, network.n_nodes, tail, head, tuple(folds)) if same else None


@dataclass(frozen=True, eq=False)
class Priced:
    """A question with more pairs than are listed: all of them, a survey, and how prices are read."""

    survey: Survey
    prices: PairPrices

    @property
    def few(self) -> Ints:
        """The keys of the pairs that every list holds."""
        return self.prices.pairs.keys(self.survey.few)

    def listed(self, keys: Ints) -> Listed:
        """Some pairs by their keys, as a list for a network."""
        return Listed(self.prices.pairs.listed(merged(keys, self.few)), self.survey.degrees)


def priced(cohort: Cohort, program: Program, watch: Watch | None = None) -> Priced | None:
    """A question with so many pairs that they are not listed; None where they are few, or cannot be priced.

    Raises:
        Stopped: where the watch says so.
    """
    pairs = AllPairs(cohort, program, watch)
    if cohort.score_table is not None or len(pairs) <= MOST_LISTED:
        return None
    program.check(cohort)
    if not pairs.priceable:
        return None
    pairs.check_blocks()
    requests, offers = pairs.plan[0]
    some = pairs.listed(requests[:1] * len(cohort.offers.owner) + offers[:1])
    units, _ = compile_instance(cohort, program, listed=Listed(some, {}))
    survey = surveyed(pairs, units.stages)
    try:
        prices = pair_prices(pairs, compile_instance(cohort, program, listed=Listed(survey.few, survey.degrees)))
    except CrossingSets:
        return None
    return None if prices is None else Priced(survey, prices)
