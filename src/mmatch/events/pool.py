"""One pool of people who are all alike: which two may meet, and what each pair counts, in both directions together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims import Coverage, NewConnections
from mmatch.aims._base import PairAim
from mmatch.arrays import Ints
from mmatch.candidates.edges import candidates
from mmatch.cohort import Cohort
from mmatch.cohort.participants import Meeting, Offer, Request
from mmatch.program import Program
from mmatch.rules import NoRepeat

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, eq=False)
class Pool:
    """People by number, the pairs who may meet (one < other), and what each counts, tier by tier, as whole numbers."""

    ids: tuple[str, ...]
    one: Ints
    other: Ints
    worth: Ints
    words: tuple[str, ...]

    def folded(self) -> tuple[list[int], int]:
        """(one number a pair whose sums have the order of the tiers after how many meet, what one meeting counts)."""
        n = len(self.ids)
        total = np.zeros(len(self.one), dtype=object)
        radix = 1
        for tier in self.worth:
            span = int(np.abs(tier).max(initial=0)) * n + 1
            total = total * span + tier
            radix = radix * span
        most = int(max((abs(value) for value in total.tolist()), default=0))
        meeting = most * n + 1
        return [meeting + int(value) for value in total.tolist()], meeting


def pool_of(cohort: Cohort, program: Program, met: Iterable[tuple[str, str]] = ()) -> Pool:
    """The pool of a cohort: whoever states no offer and no request offers and asks for anything.

    Two may meet where facts and rules let one of them mentor the other; pairs in ``met`` do not meet again.
    """
    people = [
        replace(person, offers=person.offers or (Offer(),), requests=person.requests or (Request(),), capacity=None)
        for person in cohort.stated.participants
    ]
    stated = cohort.stated
    history = [*stated.history, *(Meeting(*pair) for pair in met)]
    whole = Cohort(people, topics=stated.topics, history=history, scores=stated.scores)
    own = program.resolve(whole).aims if program.aims else ()
    aims = [aim for tier in own or () for aim in (tier if isinstance(tier, tuple) else (tier,))]
    aims = [aim for aim in aims if isinstance(aim, PairAim) and not isinstance(aim, Coverage)]
    if whole.score_table is not None and not aims:
        aims = [aim for _, aim in Program().resolve(whole).named_aims() if aim.name == "Fit"]
    rules = [rule for rule in program.rules if not isinstance(rule, NoRepeat)]
    if not any(isinstance(aim, NewConnections) for aim in aims):
        rules.append(NoRepeat())
    edges = candidates(whole, rules)
    a, b = edges.pairs.mentor, edges.pairs.mentee
    n = len(whole)
    key, place = np.unique(np.minimum(a, b) * n + np.maximum(a, b), return_inverse=True)
    worth = []
    for aim in aims:
        scores = np.broadcast_to(aim.scores(edges.pairs)[0], a.shape)
        total = np.zeros(len(key), dtype=np.int64)
        np.add.at(total, place, scores)
        worth.append(total)
    table = np.array(worth, dtype=np.int64).reshape(len(worth), len(key))
    return Pool(whole.people.ids, key // n, key % n, table, tuple(aim.in_words for aim in aims))
