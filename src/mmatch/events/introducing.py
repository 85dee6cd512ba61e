"""`plan_introductions`: coffee pairs, or circles, among people who are all alike."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.display import Table
from mmatch.errors import InputError, Problem, excerpt
from mmatch.events.companions import circles
from mmatch.events.odd_sets import PoolPrices, pool_prices
from mmatch.events.pool import Pool, pool_of
from mmatch.matching import Framed, Status, Violation
from mmatch.program import Program, check_question
from mmatch.progress import Watch

if TYPE_CHECKING:
    from mmatch.cohort import Cohort

Round = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Introductions(Framed):
    """Who is introduced to whom: circles (mostly pairs) round by round, how good that is, and why it is not better.

    Of one round of pairs ``value`` is (pairs, what each aim reaches), and ``prices`` prove that no pairing is better;
    ``gap`` is how far the value may be from the best, as one number of all tiers: 0 where it is proved, None where
    nothing bounds it. Of circles ``repeats`` counts who meets again, and ``fewest`` is what no plan stays below.
    """

    rounds: tuple[Round, ...]
    size: tuple[int, int]
    value: tuple[int, ...]
    names: dict[str, str] = field(repr=False)
    prices: PoolPrices | None = field(default=None, repr=False)
    gap: float | None = None
    repeats: int = 0
    fewest: int = 0

    @property
    def status(self) -> Status:
        """Optimal where no pairing is better, or no circle plan has fewer repeats."""
        pairs = self.gap == 0 and len(self.rounds) == 1
        return Status.OPTIMAL if pairs or (self.size[1] > 2 and self.repeats == self.fewest) else Status.FEASIBLE

    @property
    def alone(self) -> tuple[str, ...]:
        """Whom nobody could be introduced to in some round."""
        seated = Counter(who for one in self.rounds for circle in one for who in circle)
        return tuple(who for who in self.names if seated[who] < len(self.rounds))

    def __repr__(self) -> str:
        return f"<Introductions: {self.status}, {len(self.rounds)} rounds, {sum(map(len, self.rounds))} circles>"

    def columns(self) -> dict[str, list[Any]]:
        """One row a circle: round, people (ids joined by "; ")."""
        rows = [(n, "; ".join(circle)) for n, one in enumerate(self.rounds, 1) for circle in one]
        return {"round": [n for n, _ in rows], "people": [people for _, people in rows]}

    def tables(self) -> Iterator[Table]:
        """One row a circle."""
        rows = [(n, ", ".join(self.names[who] for who in c)) for n, one in enumerate(self.rounds, 1) for c in one]
        yield Table(("round", "people"), rows, "Introductions", len(rows))


def plan_introductions(
    cohort: Cohort,
    program: Program | None = None,
    size: tuple[int, int] = (2, 2),
    rounds: int = 1,
    *,
    time_limit: float | None = None,
) -> Introductions:
    """Introduce people who are all alike to each other: coffee pairs, with a trio where one is left; or circles.

    Nobody meets somebody of the history again, unless the program has the aim `NewConnections`; all rules about pairs
    hold. People need no offers and no requests. A pair counts what the aims give it in both directions. One round of
    pairs is a matching in a general graph: exact (Edmonds 1965, by rustworkx), and proved by prices of people and odd
    sets where a linear program with cuts finds them. Rounds of pairs are planned one after the other. Circles of three
    or more are exchanged until as few as possible meet again.

    Args:
        cohort: the people.
        program: rules and aims; those that speak about capacities or groups do not count.
        size: least and most people in a circle.
        rounds: how many rounds.
        time_limit: seconds for circles; by default a fixed amount of work.

    Raises:
        InputError: sizes and rounds that cannot be meant, fewer people than a circle has.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    sizes: Any = size
    sound = isinstance(sizes, tuple | list) and len(sizes) == 2 and all(type(n) is int for n in sizes)
    if not sound or not 2 <= sizes[0] <= sizes[1]:
        raise InputError(Problem("argument", "size", f"found {excerpt(size)}, expected (least, most) from 2 on"))
    if type(rounds) is not int or rounds < 1:
        raise InputError(Problem("argument", "rounds", f"found {excerpt(rounds)}, expected a whole number from 1"))
    if len(cohort) < size[0]:
        text = f"{len(cohort)} people do not fill a circle of {size[0]}"
        raise InputError(Problem("argument", "size", text, f"let circles begin at {max(len(cohort), 2)}"))
    if size[1] == 2:
        return _pairs(cohort, program, rounds)
    return _circles(cohort, program, (size[0], size[1]), rounds, time_limit)


def _pairs(cohort: Cohort, program: Program, rounds: int) -> Introductions:
    met: list[tuple[str, str]] = []
    found: list[Round] = []
    value: Counter[int] = Counter()
    prices, gap = None, None
    for _ in range(rounds):
        pool = pool_of(cohort, program, met)
        weights, _meeting = pool.folded()
        chosen = _best_pairs(pool, weights)
        if rounds == 1:
            prices = pool_prices(len(pool.ids), pool.one, pool.other, weights, chosen)
            bound = None if prices is None else prices.bound(pool.one, pool.other, weights)
            reached = sum(weights[k] for k in chosen)
            gap = None if bound is None else float(bound // 1 - reached)
        value[0] += len(chosen)
        for tier, column in enumerate(pool.worth, 1):
            value[tier] += int(column[chosen].sum())
        one = [(pool.ids[int(pool.one[k])], pool.ids[int(pool.other[k])]) for k in chosen]
        seated = _with_trio(pool, one, weights)
        found.append(tuple(sorted(seated)))
        met += [pair for circle in seated for pair in combinations(circle, 2)]
    totals = tuple(value[k] for k in range(len(value)))
    return Introductions(tuple(found), (2, 2), totals, dict(cohort.people.called), prices, gap)


def _best_pairs(pool: Pool, weights: list[int]) -> list[int]:
    """The pairs of a best matching, by number."""
    import rustworkx

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(pool.ids)))
    rows = zip(pool.one.tolist(), pool.other.tolist(), range(len(weights)), strict=True)
    graph.add_edges_from(list(rows))
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=lambda k: weights[k])
    return sorted(graph.get_edge_data(a, b) for a, b in found)


def _with_trio(pool: Pool, pairs: list[tuple[str, str]], weights: list[int]) -> list[tuple[str, ...]]:
    """The pairs; where one person is left whom both of a pair may meet, they join the pair that fits best."""
    seated = {who for pair in pairs for who in pair}
    left = [who for who in pool.ids if who not in seated]
    if len(left) != 1:
        return [*pairs]
    own = {
        pool.ids[b if pool.ids[a] == left[0] else a]: weight
        for a, b, weight in zip(pool.one.tolist(), pool.other.tolist(), weights, strict=True)
        if left[0] in {pool.ids[a], pool.ids[b]}
    }
    fitting = [pair for pair in pairs if pair[0] in own and pair[1] in own]
    if not fitting:
        return [*pairs]
    best = max(fitting, key=lambda pair: own[pair[0]] + own[pair[1]])
    return [*(pair for pair in pairs if pair is not best), tuple(sorted((*best, left[0])))]


def _circles(
    cohort: Cohort, program: Program, size: tuple[int, int], rounds: int, time_limit: float | None
) -> Introductions:
    pool = pool_of(cohort, program)
    n = len(pool.ids)
    number = -(-n // size[1])
    if n // number < size[0]:
        text = f"{n} people make no circles of {size[0]} to {size[1]}"
        raise InputError(Problem("argument", "size", text, f"allow {n // number} to {-(-n // number)}"))
    apart = np.ones((n, n), dtype=bool)
    apart[pool.one, pool.other] = apart[pool.other, pool.one] = False
    np.fill_diagonal(apart, 0)
    watch: Watch[Any] = Watch(None if time_limit is None else time.monotonic() + time_limit)
    tables, repeats = circles(apart, number, rounds, watch)
    found = tuple(
        tuple(sorted(tuple(pool.ids[k] for k in np.flatnonzero(row == table).tolist()) for table in range(number)))
        for row in tables
    )
    sizes = [len(circle) for one in found for circle in one]
    fewest = max(sum(k * (k - 1) // 2 for k in sizes) - n * (n - 1) // 2, 0)
    return Introductions(found, size, (len(sizes),), dict(cohort.people.called), repeats=repeats, fewest=fewest)


def judge_introductions(cohort: Cohort, program: Program, found: Introductions) -> list[Violation]:
    """What is wrong with introductions: places, sizes, rules, repeats, and of pairs the value and the proof."""
    wrong: list[Violation] = []
    met: Counter[frozenset[str]] = Counter()
    pool = pool_of(cohort, program)
    may = {frozenset((pool.ids[a], pool.ids[b])) for a, b in zip(pool.one.tolist(), pool.other.tolist(), strict=True)}
    for number, one in enumerate(found.rounds, 1):
        places = Counter(who for circle in one for who in circle)
        wrong += [
            Violation("place", f"{who} is in {n} circles of round {number}", (who,))
            for who, n in places.items()
            if n > 1
        ]
        wrong += [
            Violation("unknown-id", f"nobody is called {who}", (who,))
            for who in places
            if who not in cohort.people.index
        ]
        for circle in one:
            trio = found.size == (2, 2) and len(circle) == 3
            if not trio and not found.size[0] <= len(circle) <= found.size[1]:
                wrong.append(Violation("seats", f"a circle of {len(circle)} in round {number}", circle))
            met.update(map(frozenset, combinations(circle, 2)))
    again = sum(n - 1 for n in met.values())
    refused = sum(pair not in may for pair in met)
    if found.size == (2, 2) and (again or refused):
        wrong.append(Violation("repeat", "two meet who have met, or whom a rule keeps apart"))
    if found.size != (2, 2) and again + refused != found.repeats:
        wrong.append(Violation("value", f"claims {found.repeats} repeats, found {again + refused}"))
    if found.gap is not None and not wrong:
        weights, _ = pool.folded()
        bound = None if found.prices is None else found.prices.bound(pool.one, pool.other, weights)
        index = {
            frozenset((pool.ids[a], pool.ids[b])): k for k, (a, b) in enumerate(zip(pool.one, pool.other, strict=True))
        }
        chosen = [index[frozenset(circle)] for circle in found.rounds[0] if len(circle) == 2]
        reached = sum(weights[k] for k in chosen)
        for circle in [circle for circle in found.rounds[0] if len(circle) == 3]:
            reached += max(weights[index[frozenset(pair)]] for pair in combinations(circle, 2))
        if bound is None or Fraction(bound // 1) - reached > found.gap:
            wrong.append(Violation("bound", "the prices do not prove what is claimed"))
    return wrong
