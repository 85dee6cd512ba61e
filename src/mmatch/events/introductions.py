"""Who is introduced to whom in one pool, and the judge of it, which runs no solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from mmatch.display import Table
from mmatch.events.pool import pool_of
from mmatch.exact import Value
from mmatch.matching import Framed, Status, Violation

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.odd_sets import PoolPrices
    from mmatch.program import Program

Round = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Introductions(Framed):
    """Who is introduced to whom: circles (mostly pairs) round by round, how good that is, and why it is not better.

    Of pairs ``value`` is (pairs, what each tier reaches), without the third of a trio, and ``prices`` bound what any
    pairs could reach; ``gap`` is how far the value may be from the best, as one number of all tiers: 0
    where it is proved, None where nothing bounds it. Of circles ``repeats`` counts who meets again, and ``fewest`` is
    what no plan stays below.
    """

    rounds: tuple[Round, ...]
    size: tuple[int, int]
    value: tuple[Value, ...]
    names: dict[str, str] = field(repr=False)
    prices: PoolPrices | None = field(default=None, repr=False)
    gap: float | None = None
    repeats: int = 0
    fewest: int = 0

    @property
    def status(self) -> Status:
        """Optimal where no pairing is better, or no circle plan has fewer repeats."""
        return (
            Status.OPTIMAL if self.gap == 0 or (self.size[1] > 2 and self.repeats == self.fewest) else Status.FEASIBLE
        )

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
    wrong = list(_misplaced(cohort, found))
    met = Counter(frozenset(pair) for one in found.rounds for circle in one for pair in combinations(circle, 2))
    refused = met.keys() - pool_of(cohort, program, past=False).place.keys()
    wrong += [
        Violation("impossible-pair", f"a rule keeps {' and '.join(sorted(pair))} apart", tuple(sorted(pair)))
        for pair in refused
    ]
    pool = pool_of(cohort, program)
    again = sum(n - 1 for n in met.values()) + len(met.keys() - pool.place.keys())
    if wrong:
        return wrong
    if found.size != (2, 2):
        sizes = [len(circle) for one in found.rounds for circle in one]
        fewest = max(sum(k * (k - 1) // 2 for k in sizes) - len(cohort) * (len(cohort) - 1) // 2, 0)
        claims, truth = (found.value, found.repeats, found.fewest), ((len(sizes),), again, fewest)
        return [] if claims == truth else [Violation("value", f"claims {claims}, found {truth}")]
    if again:
        return [Violation("repeat", "two meet who have met")]
    rounds = len(found.rounds)
    weights = pool.folded(rounds)
    circles = [[pool.place[frozenset(pair)] for pair in combinations(c, 2)] for one in found.rounds for c in one]
    chosen = [max(pairs, key=weights.__getitem__) for pairs in circles]  # of a trio its best pair
    if found.value != pool.value(chosen):
        return [Violation("value", f"claims {found.value}, found {pool.value(chosen)}")]
    if found.gap is None:
        return []
    bound = None if found.prices is None else found.prices.bound(pool.one, pool.other, weights, rounds)
    proved = bound is not None and bound // 1 - sum(weights[k] for k in chosen) <= found.gap
    return [] if proved else [Violation("bound", "the prices do not prove what is claimed")]


def _misplaced(cohort: Cohort, found: Introductions) -> Iterator[Violation]:
    """People in two circles of a round, people who are nobody, circles of a wrong size."""
    for number, one in enumerate(found.rounds, 1):
        for who, n in Counter(who for circle in one for who in circle).items():
            if n > 1:
                yield Violation("place", f"{who} is in {n} circles of round {number}", (who,))
            if who not in cohort.people.index:
                yield Violation("unknown-id", f"nobody is called {who}", (who,))
        trios = len(cohort) % 2 if found.size == (2, 2) else 0  # one at most, where the number is odd
        for circle in sorted(one, key=len):
            is_trio = trios > 0 and len(circle) == 3
            trios -= is_trio
            if not is_trio and not found.size[0] <= len(circle) <= found.size[1]:
                yield Violation("seats", f"a circle of {len(circle)} in round {number}", circle)
