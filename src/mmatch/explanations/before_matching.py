"""Before matching: supply and demand per topic, and what each rule removes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates import Pairs, facts_of
from mmatch.candidates.joining import BLOCK, MOST_PAIRS
from mmatch.cohort import Cohort, Supply
from mmatch.cohort.views import supply_table
from mmatch.display import Table
from mmatch.errors import LimitError, Problem
from mmatch.instance.capacities import capacities
from mmatch.matching import Framed
from mmatch.program import Program, check_question
from mmatch.rules._base import Rule


@dataclass(frozen=True, slots=True)
class Removal:
    """How many of the pairs on shared topics one fact or rule removes, and how many only that one removes."""

    cause: str
    removed: int
    alone: int


@dataclass(frozen=True, slots=True)
class Readiness(Framed):
    """What a cohort can bear: supply per topic, pairs on shared topics, pairs left, and what removes the others.

    ``supply`` counts the seats that the program gives: who states no capacity has one match. A mentor's seats count on
    each topic offered there, and once in ``seats``; ``wanted`` are the seats asked for. ``alone`` names the mentees for
    whom no pair is left.
    """

    supply: tuple[Supply, ...]
    pairs: int
    left: int
    removals: tuple[Removal, ...]
    seats: int = 0
    wanted: int = 0
    alone: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Readiness: {self.left:,} of {self.pairs:,} pairs possible, {len(self.supply)} topics>"

    def columns(self) -> dict[str, list[Any]]:
        """Supply and demand, one row a topic."""
        return {item.name: [getattr(row, item.name) for row in self.supply] for item in fields(Supply)}

    def tables(self) -> Iterator[Table]:
        """Supply and demand on each topic, and what removes pairs."""
        yield supply_table(self.supply, "Supply and demand")
        causes = [(r.cause, r.removed, r.alone) for r in self.removals]
        yield Table(("rule or fact", "pairs removed", "by it alone"), causes, "What removes pairs")


def readiness(cohort: Cohort, program: Program | None = None) -> Readiness:
    """Look at a cohort before matching: supply and demand per topic, and which rule removes how many pairs.

    Raises:
        InputError: where the program cannot be meant for the cohort.
        LimitError: more than 400 million pairs on shared topics.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    resolved = program.resolve(cohort)
    resolved.check(cohort)
    causes = removers(cohort, resolved)
    total = left = 0
    removed, alone = np.zeros(len(causes), np.int64), np.zeros(len(causes), np.int64)
    open_requests: list[Bools] = []
    for pairs, meets in _blocks(cohort):
        masks = np.array([np.broadcast_to(gone(pairs), pairs.shape)[meets] for _, gone in causes], dtype=bool)
        masks = masks.reshape(len(causes), int(meets.sum()))
        counts = masks.sum(axis=0)
        total, left = total + masks.shape[1], left + int((counts == 0).sum())
        removed += masks.sum(axis=1)
        alone += (masks & (counts == 1)).sum(axis=1)
        allowed: Bools = np.array(meets)
        allowed[meets] = counts == 0
        reached: Bools = np.any(allowed, axis=1)
        open_requests.append(reached)
    found = [Removal(name, int(a), int(b)) for (name, _), a, b in zip(causes, removed, alone, strict=True)]
    removals = tuple(sorted(found, key=lambda r: -r.removed))
    supply, seats = supply_of(cohort, resolved)
    wanted = int(cohort.requests.mentors.sum())
    return Readiness(supply, total, left, removals, seats, wanted, _alone(cohort, open_requests))


def supply_of(cohort: Cohort, program: Program) -> tuple[tuple[Supply, ...], int]:
    """(supply with the seats that the program gives on each topic, all seats with each mentor's counted once)."""
    offers, most = cohort.offers, capacities(cohort, program).mentor
    own = np.minimum(np.where(offers.seats == NONE, most[offers.owner], offers.seats), most[offers.owner])
    on_topic = np.bincount(offers.topic, weights=own, minlength=len(cohort.topic_tree.names))
    index = cohort.topic_tree.index
    supply = tuple(replace(row, seats=int(on_topic[index[row.topic]])) for row in cohort.summary())
    each = np.bincount(offers.owner, weights=own, minlength=len(cohort))
    return supply, int(np.minimum(each, np.maximum(most, 0)).sum())


def _alone(cohort: Cohort, open_requests: Sequence[Bools]) -> tuple[str, ...]:
    """The ids of mentees none of whose requests has a pair left."""
    owner = cohort.requests.owner
    served = np.bincount(owner, weights=np.concatenate([[], *open_requests]), minlength=len(cohort))
    asking = np.bincount(owner, minlength=len(cohort))
    return tuple(cohort.people.ids[row] for row in np.flatnonzero((asking > 0) & (served == 0)))


def removers(cohort: Cohort, program: Program) -> list[tuple[str, Callable[[Pairs], Bools]]]:
    """(cause in words, pairs that it removes) of every fact and pair rule that can remove pairs."""
    facts, people = facts_of(cohort), cohort.people
    found: list[tuple[str, Callable[[Pairs], Bools]]] = []
    if len(facts.avoided):
        found.append(("a wish to avoid each other", lambda p: p.among_people(facts.avoided)))
    if people.ranks is not None:
        found.append(("the mentee's own list", lambda p: p.mentee_rank == 0))
    if people.mentee_ranks is not None:
        found.append(("the mentor's own list", lambda p: p.mentor_rank == 0))
    if cohort.score_table is not None:
        found.append(("a missing score", lambda p: p.score_row == NONE))
    rules = [rule for rule in program.rules if type(rule).allows is not Rule.allows]
    return [*found, *((f"the rule that {rule.in_words}", partial(_refused, rule)) for rule in rules)]


def _refused(rule: Rule, pairs: Pairs) -> Bools:
    allows = rule.mask(pairs)
    return np.zeros(pairs.shape, dtype=bool) if allows is None else ~allows


def _blocks(cohort: Cohort) -> Iterator[tuple[Pairs, Bools]]:
    """All requests with all offers, block by block, and which of them share a topic."""
    facts = facts_of(cohort)
    n, m = len(cohort.requests.owner), len(cohort.offers.owner)
    if n * m > MOST_PAIRS:
        raise LimitError(Problem("too-large", "cohort", f"{n * m:,} pairs to look at, limit {MOST_PAIRS:,}"))
    offers: Ints = np.arange(m)[None, :]
    step = max(BLOCK // max(m, 1), 1)
    for start in range(0, n, step):
        pairs = Pairs(facts, np.arange(start, min(start + step, n))[:, None], offers)
        yield pairs, (pairs.distance != NONE) & (pairs.mentor != pairs.mentee)
