"""Who is introduced to whom in one pool, and the judge of it, which runs no solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mmatch.display import Table
from mmatch.events.pool import pool_of
from mmatch.matching import Framed, Status, Violation

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.odd_sets import PoolPrices
    from mmatch.program import Program

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
    trios = [sum(len(circle) == 3 for circle in one) for one in found.rounds]
    if found.size == (2, 2) and max(trios, default=0) > len(cohort) % 2:
        wrong.append(Violation("seats", "more than one trio in a round, or one where nobody is left"))
    if found.size == (2, 2) and not wrong and found.value != _reached(cohort, program, found):
        wrong.append(Violation("value", f"claims {found.value}, found {_reached(cohort, program, found)}"))
    sizes = [len(circle) for one in found.rounds for circle in one]
    fewest = max(sum(k * (k - 1) // 2 for k in sizes) - len(cohort) * (len(cohort) - 1) // 2, 0)
    if found.size != (2, 2) and (found.fewest, found.value) != (fewest, (len(sizes),)):
        wrong.append(Violation("value", f"claims at least {found.fewest} repeats, found {fewest}"))
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


def _reached(cohort: Cohort, program: Program, found: Introductions) -> tuple[int, ...]:
    """How many pairs there are, and what each aim reaches in them; of a trio its best pair counts."""
    met: list[tuple[str, str]] = []
    totals = [0]
    for one in found.rounds:
        pool = pool_of(cohort, program, met)
        totals += [0] * (len(pool.worth) + 1 - len(totals))
        rows = zip(pool.one.tolist(), pool.other.tolist(), strict=True)
        index = {frozenset((pool.ids[a], pool.ids[b])): k for k, (a, b) in enumerate(rows)}
        for circle in one:
            pairs = [index[frozenset(pair)] for pair in combinations(circle, 2) if frozenset(pair) in index]
            best = max(pairs, key=lambda k: tuple(pool.worth[:, k].tolist()), default=None)
            if best is not None:
                totals = [total + int(more) for total, more in zip(totals, [1, *pool.worth[:, best]], strict=True)]
        met += [pair for circle in one for pair in combinations(circle, 2)]
    return tuple(totals)
