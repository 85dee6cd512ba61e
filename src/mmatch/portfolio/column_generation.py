"""Matching among more pairs than can be listed: list a few, solve, add those that prices show to improve, repeat.

Column generation (Ford and Fulkerson 1958, A suggested computation for maximal multi-commodity network flows) for a
min-cost flow. The argument stands in docs/explanation/proofs.md, "All pairs without listing them".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import merged, missing
from mmatch.candidates import Pairs, facts_of
from mmatch.constraints import LEFT
from mmatch.instance.compilation import compile_instance
from mmatch.instance.model import Answer, Earlier, Listed, Watch
from mmatch.matching import Cut, Prices, Status
from mmatch.network.all_pairs import LARGEST, AllPairs, Stopped, priced
from mmatch.solvers.flow import Flow
from mmatch.solvers.greedy import Greedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.instance.model import Instance
    from mmatch.network.all_pairs import Priced
    from mmatch.program import Program

EACH = 20  # pairs of each request that are listed first, and at most added in a round
ROWS, SAMPLE = 1_000, 20_000_000  # requests of a topic, and pairs, from which the first prices are made
SOFTNESS, SWEEPS = (0.5, 0.2, 0.1, 0.05), 6  # of the spread of what pairs are worth; rounds at each
Found = tuple["Instance", "Edges", Answer]
FEW = 4  # one request in so many
LEAST = 2_000  # requests of which some are solved first
SHARE = 10  # one in so many of them at least, where mentors have so many places


def solve_priced(
    question: tuple[Cohort, Program], seed: int | str, watch: Watch, *, raises: bool = True
) -> Found | None:
    """The best matching, and the pairs that were listed for it; None where there are few, and all are to be listed.

    Stopped early it is the best matching among the pairs listed so far, or a greedy one.

    Args:
        question: cohort and program.
        seed: of the lottery that breaks ties.
        watch: says when to stop.
        raises: whether Ctrl-C is an error; else it is another reason to stop.

    """
    found: list[Found] = []
    try:
        many = priced(*question, watch)
        return None if many is None else _Listing(many, question, seed).solved(watch, found)
    except (Stopped, KeyboardInterrupt) as stop:
        if raises and isinstance(stop, KeyboardInterrupt):
            raise
        reason = str(stop) if isinstance(stop, Stopped) else "interrupted"
        return _unproved(found[-1] if found else _greedy(question, seed), reason)


def _greedy(question: tuple[Cohort, Program], seed: int | str) -> Found:
    """A matching among some pairs of each request, by chance: what there is at once."""
    pairs = AllPairs(*question)
    instance, edges = compile_instance(*question, seed, listed=Listed(pairs.listed(pairs.some(EACH)), {}))
    return instance, edges, Greedy().solve(instance, Watch())


def _unproved(found: Found, stopped: str) -> Found:
    """A matching of which nothing is proved."""
    instance, edges, answer = found
    status = Status.UNKNOWN if answer.chosen is None else Status.FEASIBLE
    return instance, edges, Answer(status, answer.chosen, stopped=stopped)


class _Listing:
    """The pairs listed so far."""

    def __init__(self, many: Priced, question: tuple[Cohort, Program], seed: int | str) -> None:
        self.many, self.question, self.seed = many, question, seed
        self.prices, self.cohort = many.prices, question[0]
        self.most = max(EACH, int(self.cohort.requests.mentors.max(initial=0)) + 1)
        self.keys = many.few
        self.late = 0
        self.before: tuple[Ints, Ints]

    def solved(self, watch: Watch, found: list[Found]) -> Found | None:
        """The best matching of all pairs; None where prices outgrow what can be compared.

        Those that are found on the way are kept, each better than the one before.
        """
        start = _likely_prices(self.many)
        for share, among in _samples(self.cohort):
            self.keys, self.late = self.prices.best((start,), self.most, among), 0
            while True:
                instance, edges = self.compiled()
                asked = instance if among is None else _smaller(instance, edges, share, among)
                asked = replace(asked, earlier=self.earlier(edges)) if self.late else asked
                answer = Flow().solve(asked, watch)
                if answer.stopped:
                    raise Stopped(answer.stopped)
                if among is None and answer.chosen is not None:
                    found[:] = [(instance, edges, answer)]
                if isinstance(answer.evidence, Cut):
                    more = missing(self.prices.crossing(answer.evidence.nodes, self.most), self.keys)
                else:
                    at = _prices(answer)
                    if at is None:
                        return None
                    start, more = at[0], self.improving(at, among)
                watch.report("pairs listed", len(self.keys), len(self.prices.pairs))
                if not len(more):
                    break
                if self.late and answer.chosen is not None:
                    self.before = self.prices.pairs.keys(edges.pairs)[answer.chosen], more // len(self.prices.head)
                self.keys = merged(self.keys, more)
        return instance, edges, answer

    def earlier(self, edges: Edges) -> Earlier:
        """The matching of the round before: few pairs are new, and the best one is near."""
        chosen, touched = self.before
        keys = self.prices.pairs.keys(edges.pairs)
        asked = np.zeros(len(self.cohort.requests.owner), dtype=bool)
        asked[touched] = True
        return Earlier(np.isin(keys, chosen), asked[edges.pairs.request.row])

    def compiled(self) -> tuple[Instance, Edges]:
        """The question with the pairs listed so far."""
        return compile_instance(*self.question, self.seed, listed=self.many.listed(self.keys))

    def improving(self, prices: tuple[Ints, ...], among: Bools | None) -> Ints:
        """Pairs that would improve the matching; of few requests also those that are next best, and soon may.

        Each time that only few requests have some, twice as many of theirs are listed as the time before.
        """
        more = missing(self.prices.improving(prices, self.most, among), self.keys)
        n_requests, n_offers = len(self.cohort.requests.owner), len(self.cohort.offers.owner)
        if 0 < len(more) * FEW < n_requests:
            rows = np.zeros(n_requests, dtype=bool)
            rows[more // n_offers] = True
            more = missing(merged(more, self.prices.best(prices, self.most << self.late, rows)), self.keys)
            self.late += 1
        return more


def _samples(cohort: Cohort) -> Iterator[tuple[int, Bools | None]]:
    """Requests that are solved first, for their prices: one in so many, by chance; then all of them."""
    people, owner = cohort.people, cohort.offers.owner
    n = len(cohort.requests.owner)
    room = people.capacity[owner]
    share = min(SHARE, int(room[room > 0].min(initial=SHARE)))
    if n >= LEAST and share > 1:
        among = np.zeros(n, dtype=bool)
        among[np.random.default_rng(0).permutation(n)[::share]] = True
        yield share, among
    yield 1, None


def _smaller(instance: Instance, edges: Edges, share: int, among: Bools) -> Instance:
    """The instance of some requests, in which mentors and offers have their share of places."""
    asking = among[edges.request_rows]
    bounds = []
    for family in instance.bounds:
        upper = family.upper if family.key in LEFT else -(-family.upper // share)
        upper = np.where(asking, upper, 0) if family.key == "request" else upper
        bounds.append(replace(family, lower=np.zeros_like(upper), upper=upper))
    return replace(instance, bounds=tuple(bounds))


def _prices(answer: Answer) -> tuple[Ints, ...] | None:
    """The prices of an answer as arrays; None where they outgrow them."""
    if not isinstance(answer.evidence, Prices):
        return None
    if any(abs(price) > LARGEST for part in answer.evidence.prices for price in part):
        return None
    return tuple(np.array(part, dtype=np.int64) for part in answer.evidence.prices)


def _likely_prices(many: Priced) -> Ints:
    """Prices of nodes to begin with: those at which the requests of a sample would fill the places, roughly.

    Entropic transport (Cuturi 2013, Sinkhorn distances) between some requests and all offers of each topic.
    """
    prices, cohort = many.prices, many.prices.pairs.cohort
    start = np.zeros(prices.n_nodes, dtype=np.int64)
    costs = prices.costs(0, start)
    room = np.minimum(cohort.people.capacity, 2**31)[cohort.offers.owner].astype(np.float64)
    draw = np.random.default_rng(0)
    for requests, offers in prices.pairs.plan:
        n = min(len(requests), max(SAMPLE // len(offers), 1), ROWS)
        view = Pairs(facts_of(cohort), np.sort(draw.permutation(requests)[:n])[:, None], offers[None, :])
        worth, mask = -costs(view).astype(np.float64), prices.pairs.may_meet(view)
        if mask is not None:
            worth[~mask] = -np.inf
            worth = worth[mask.any(axis=1)]
        worth = (worth - worth.max(axis=1, keepdims=True)).astype(np.float32)
        places = np.maximum(room[offers], 1e-9) * (n / len(requests))
        start[prices.head[offers]] = -np.rint(_clearing(worth, places)).astype(np.int64)
    return start


def _clearing(worth: Any, places: Any) -> Any:
    """A price for each column at which rows, each content with the best, would ask for as many as there are places."""
    price = np.zeros(worth.shape[1], dtype=np.float32)
    finite = worth[np.isfinite(worth)]
    scale = float(finite.std()) if len(finite) else 0.0
    if not scale:
        return price
    logs = np.log(places).astype(np.float32)
    for part in SOFTNESS:
        soft = np.float32(scale * part)
        for _ in range(SWEEPS):
            level = (worth - price) / soft
            top = level.max(axis=1, keepdims=True)
            np.exp(level - top, out=level)
            level /= level.sum(axis=1, keepdims=True)
            taken = level.sum(axis=0)
            price = np.maximum(price + soft * (np.log(np.maximum(taken, 1e-30)) - logs), 0)
    return price
