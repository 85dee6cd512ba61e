"""The oracle: tries every matching of a few people, in plain Python: slow and obvious on purpose, and no solver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mmatch.aims import Aim
from mmatch.candidates import pairs_of
from mmatch.cohort import Cohort, Offer, Request
from mmatch.errors import LimitError, Problem, UnsupportedError
from mmatch.exact import Exact
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Match, Matching
from mmatch.program import Program, check_question
from mmatch.proof import judge_matching
from mmatch.rules import Rule

MOST_PAIRS = 16  # 65,536 choices to look at
Seats = tuple[tuple[int, int], ...]  # (number of the request, number of the offer) of each filled seat


def best(cohort: Cohort, program: Program | None = None) -> tuple[Exact, ...] | None:
    """The greatest value that any matching of a few people has, tier by tier; None where no matching keeps all rules.

    Where more than 16 pairs may meet it raises a LimitError, where the program forms groups an UnsupportedError.

    Example:
        >>> cohort = mm.Cohort(
        ...     [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request("data")])]
        ... )
        >>> mm.testing.best(cohort)
        (Fraction(1, 1), Fraction(1, 1), Fraction(0, 1))
    """
    return _oracle(cohort, program).best()


def all_matchings(cohort: Cohort, program: Program | None = None) -> list[Matching]:
    """Every matching of a few people that keeps all limits and rules, found by trying; errors are those of `best`."""
    oracle = _oracle(cohort, program)
    return [oracle.matching(seats) for seats in oracle.matchings()]


def _oracle(cohort: Cohort, program: Program | None) -> Oracle:
    check_question(cohort, program or Program())
    oracle = Oracle(cohort, program or Program())
    if any((offer.group or oracle.program.group_of(offer.topic)) != (1, 1) for _, offer in oracle.offers):
        raise UnsupportedError("the oracle tries pairs, and this program forms groups")
    if (n := len(oracle.edges)) > MOST_PAIRS:
        raise LimitError(Problem("too-large", "cohort", f"{n} pairs may meet, the oracle tries at most {MOST_PAIRS}"))
    return oracle


def nearest(cohort: Cohort, request: Request, offer: Offer) -> int | None:
    """Distance from an offer's topic to the nearest one that a request takes; None where none of them meets it."""
    found = (steps(cohort, topic, offer.topic) for topic in request.topics)
    return min((distance for distance in found if distance is not None), default=None)


def steps(cohort: Cohort, asked: str, offered: str) -> int | None:
    """Distance between topics along one branch of the tree; None where they do not meet."""
    if "" in {asked, offered}:
        return 0
    for low, high in ((asked, offered), (offered, asked)):
        topic, distance = low, 0
        while topic != high and topic in cohort.topics:
            topic, distance = cohort.topics[topic], distance + 1
        if topic == high:
            return distance
    return None


def rank(entries: Any, *names: str | None) -> int | None:
    """The rank from 1 by the first of the names that is listed; 1 without a list, None where left out."""
    if entries is None:
        return 1
    tied = [entry if isinstance(entry, tuple) else (entry,) for entry in entries]
    return next((k for name in names for k, entry in enumerate(tied, 1) if name in entry), None)


class Oracle:
    """Every valid matching of (cohort, program) as tuples of edges, and the best value."""

    def __init__(self, cohort: Cohort, program: Program) -> None:
        self.cohort, self.program = cohort, program.resolve(cohort, "flow")
        self.requests = [(p, r) for p in cohort for r in p.requests]
        self.offers = [(p, o) for p in cohort for o in p.offers]
        self.edges = [
            (i, k)
            for i in range(len(self.requests))
            for k in range(len(self.offers))
            if self.possible(i, k) and all(self.rule_allows(rule, i, k) for rule in self.program.rules)
        ]

    def possible(self, i: int, k: int) -> bool:
        """Whether the facts let a request and an offer meet."""
        (mentee, request), (mentor, offer) = self.requests[i], self.offers[k]
        avoided = mentee.id in mentor.avoids or mentor.id in mentee.avoids
        ranks = rank(mentee.ranks, offer.id, mentor.id), rank(mentor.mentee_ranks, mentee.id)
        if mentee.id == mentor.id or avoided or None in {nearest(self.cohort, request, offer), *ranks}:
            return False
        return self.cohort.scores is None or (mentor.id, mentee.id) in self.cohort.scores

    def rule_allows(self, rule: Rule, i: int, k: int) -> bool:
        """Whether a rule allows a pair by itself."""
        allowed = rule.mask(pairs_of(self.cohort, self.matching(((i, k),))))
        return allowed is None or bool(allowed.all())

    def within_limits(self, chosen: Seats) -> bool:
        """No upper limit is passed (so far)."""
        load = Counter(self.offers[k][0].id for _, k in chosen)
        most = {p.id: min((n for n in (p.capacity, p.groups) if n is not None), default=1) for p in self.cohort}
        filled = Counter(i for i, _ in chosen)
        taken = Counter(k for _, k in chosen)
        met = Counter((i, self.offers[k][0].id) for i, k in chosen)
        return (
            all(n <= most[mentor] for mentor, n in load.items())
            and all((seats := self.offers[k][1].seats) is None or n <= seats for k, n in taken.items())
            and all(n <= self.requests[i][1].mentors for i, n in filled.items())
            and all(n <= 1 for n in met.values())
        )

    def complete(self, chosen: Seats) -> bool:
        """All that must happen happens, and every rule is kept: the judge has nothing against it."""
        return not judge_matching(self.cohort, self.program, self.matching(chosen))

    def matchings(self, chosen: Seats = (), first: int = 0) -> Iterator[Seats]:
        """Every valid matching."""
        if first == len(self.edges):
            if self.complete(chosen):
                yield chosen
            return
        yield from self.matchings(chosen, first + 1)
        more = (*chosen, self.edges[first])
        if self.within_limits(more):
            yield from self.matchings(more, first + 1)

    def matching(self, chosen: Seats) -> Matching:
        """Seats as a matching of pairs."""
        rows = [(*self.requests[i], *self.offers[k]) for i, k in chosen]
        matches = [Match(mentor.id, (e.id,), o.topic, o.id or "", (r.label,)) for e, r, mentor, o in rows]
        return matching_from_pairs(self.cohort, matches)

    def measure(self, aim: Aim, chosen: Seats) -> Any:
        """An aim's total, without its weight."""
        return aim.measure(self.cohort, self.matching(chosen))

    def value(self, chosen: Seats) -> tuple[Exact, ...]:
        """The total of each tier."""
        return tuple(self.tier_value(tier, chosen) for tier in self.program.tiers)

    def tier_value(self, tier: tuple[Aim, ...], chosen: Seats) -> Any:
        """The weighted total of one tier."""
        found = [(Fraction(str(aim.weight)), self.measure(aim, chosen)) for aim in tier]
        if isinstance(found[0][1], tuple):
            return tuple(found[0][0] * item for item in found[0][1])
        return sum((weight * total for weight, total in found), Fraction(0))

    def best(self) -> tuple[Exact, ...] | None:
        """The value of the lexicographically greatest matching; None where nothing is valid."""
        return max(map(self.value, self.matchings()), default=None)
