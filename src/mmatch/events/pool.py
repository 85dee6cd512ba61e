"""One pool of people who are all alike: which two may meet, and what each pair counts, in both directions together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims import Coverage, NewConnections
from mmatch.aims._base import PairAim
from mmatch.arrays import Ints
from mmatch.candidates.edges import candidates
from mmatch.cohort import Cohort
from mmatch.cohort.participants import Offer, Request
from mmatch.errors import InputError, Problem
from mmatch.exact import Value, readable
from mmatch.program import Program
from mmatch.rules import NoRepeat
from mmatch.stages import Total, tier_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, eq=False)
class Pool:
    """People by number, the pairs who may meet (one < other), and what each counts, tier by tier.

    ``worth`` holds whole numbers, a row for each tier, which count ``units``.
    """

    ids: tuple[str, ...]
    one: Ints
    other: Ints
    worth: Ints
    units: tuple[Fraction, ...]

    @cached_property
    def place(self) -> dict[frozenset[str], int]:
        """The number of each pair."""
        return {frozenset(self.pair(k)): k for k in range(len(self.one))}

    def pair(self, number: int) -> tuple[str, str]:
        """The two people of a pair."""
        return self.ids[self.one[number]], self.ids[self.other[number]]

    def folded(self, rounds: int = 1) -> list[int]:
        """One number a pair: the order of sums over so many rounds is that of how many meet, then of the tiers."""
        n = rounds * len(self.ids)
        values = folded(self.worth, n)
        meeting = max(map(abs, values), default=0) * n + 1
        return [meeting + value for value in values]

    def value(self, chosen: Sequence[int]) -> tuple[Value, ...]:
        """How many pairs these are, and what each tier reaches in them, in the user's unit."""
        totals = self.worth[:, list(chosen)].sum(axis=1).tolist()
        return (len(chosen), *(readable(total * unit) for total, unit in zip(totals, self.units, strict=True)))


def folded(worth: Ints, n: int) -> list[int]:
    """One number a column: the order of sums of up to n of them is that of the rows, one after the other."""
    total = np.zeros(worth.shape[1], dtype=object)
    for tier in worth:
        total = total * (int(np.abs(tier).max(initial=0)) * n + 1) + tier
    return [int(value) for value in total.tolist()]


def best_pairs(n: int, one: Sequence[int], other: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The pairs of a matching with as many of them as possible and the greatest weight, by number (Edmonds 1965)."""
    import rustworkx

    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(range(n))
    graph.add_edges_from(list(zip(one, other, range(len(weights)), strict=True)))
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=lambda k: weights[k])
    return sorted(graph.get_edge_data(a, b) for a, b in found)


def pool_of(cohort: Cohort, program: Program, *, past: bool = True) -> Pool:
    """The pool of a cohort: whoever states no offer and no request offers and asks for anything.

    Two may meet where facts and rules let one of them mentor the other; with ``past`` those of the history do not meet
    again. Of the aims those that add up over pairs count.

    Raises:
        InputError: a rule that is about more than single pairs.
    """
    for rule in program.rules:
        if not isinstance(rule, NoRepeat) and (rule.composes or rule.bounds_matching):
            text = f"{rule.title} is about more than single pairs, and one pool cannot keep it"
            raise InputError(Problem("argument", "program", text, "leave the rule out"))
    people = [
        replace(person, offers=person.offers or (Offer(),), requests=person.requests or (Request(),), capacity=None)
        for person in cohort.stated.participants
    ]
    stated = cohort.stated
    whole = Cohort(people, topics=stated.topics, history=stated.history, scores=stated.scores)
    tiers = [[aim for aim in tier if isinstance(aim, PairAim)] for tier in program.resolve(whole).tiers]
    tiers = [tier for tier in tiers if tier and not isinstance(tier[0], Coverage)]
    rules = [rule for rule in program.rules if not isinstance(rule, NoRepeat)]
    if past and not any(isinstance(aim, NewConnections) for tier in tiers for aim in tier):
        rules.append(NoRepeat())
    edges = candidates(whole, rules)
    n = len(whole)
    low, high = (f(edges.pairs.mentor, edges.pairs.mentee) for f in (np.minimum, np.maximum))
    key, place = np.unique(low * n + high, return_inverse=True)
    worth, units = np.zeros((len(tiers), len(key)), dtype=np.int64), list[Fraction]()
    for row, tier in zip(worth, tiers, strict=True):
        stage = tier_of([(aim.term(edges), aim.exact_weight) for aim in tier], edges).stages[0]
        if isinstance(stage, Total):  # a sum over pairs
            np.add.at(row, place, stage.weights)
        units.append(stage.unit)
    return Pool(whole.people.ids, key // n, key % n, worth, tuple(units))
