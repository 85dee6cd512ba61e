"""Before matching: supply and demand per topic, and what each rule removes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np

from mmatch.aims import Coverage
from mmatch.aims._base import Aim, PairAim
from mmatch.arrays import NONE, Bools, Ints
from mmatch.candidates import Pairs, facts_of
from mmatch.candidates.edges import Edges, candidates
from mmatch.candidates.joining import BLOCK, MOST_PAIRS
from mmatch.cohort import Cohort, Supply
from mmatch.cohort.views import supply_table
from mmatch.display import Table
from mmatch.errors import LimitError, Problem
from mmatch.explanations.hall_sets import Bottleneck, HallSets
from mmatch.explanations.swap_chains import Moves
from mmatch.instance import Watch
from mmatch.instance.capacities import capacities
from mmatch.instance.compiled import Compiled
from mmatch.matching import Framed
from mmatch.network.circulation import CrossingSets, build_network
from mmatch.program import Program, check_question
from mmatch.rules._base import Rule
from mmatch.solvers.flow import Flow


@dataclass(frozen=True, slots=True)
class Removal:
    """How many of the pairs on shared topics one fact or rule removes, how many only that one, and whom it strands.

    ``stranded`` are mentees who have no pair left, and would have one without this fact or rule.
    """

    cause: str
    removed: int
    alone: int
    stranded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedSeats:
    """Topics that the same mentors offer, with fewer seats than the topics show together."""

    topics: tuple[str, ...]
    mentors: tuple[str, ...]
    seats: int


@dataclass(frozen=True, slots=True)
class Readiness(Framed):
    """What a cohort can bear: supply per topic, pairs on shared topics, pairs left, and what removes the others.

    ``supply`` counts the seats that the program gives: who states no capacity has one match. A mentor's seats count on
    each topic offered there, and once in ``seats``; ``wanted`` are the seats asked for. ``alone`` names the mentees for
    whom no pair is left, ``single`` those who have only one mentor left. ``bottlenecks`` are people who ask for more
    seats than the mentors in their reach have together, ``shared`` topics that share the seats of their mentors,
    ``idle_aims`` aims of its own that count the same for every pair.
    """

    supply: tuple[Supply, ...]
    pairs: int
    left: int
    removals: tuple[Removal, ...]
    seats: int = 0
    wanted: int = 0
    alone: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    bottlenecks: tuple[Bottleneck, ...] = ()
    shared: tuple[SharedSeats, ...] = ()
    idle_aims: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Readiness: {self.left:,} of {self.pairs:,} pairs possible, {len(self.supply)} topics>"

    def columns(self) -> dict[str, list[Any]]:
        """Supply and demand, one row a topic."""
        return {item.name: [getattr(row, item.name) for row in self.supply] for item in fields(Supply)}

    def tables(self) -> Iterator[Table]:
        """Supply and demand on each topic, and what removes pairs."""
        yield supply_table(self.supply, "Supply and demand")
        causes = [(r.cause, r.removed, r.alone, len(r.stranded)) for r in self.removals]
        heads = ("rule or fact", "pairs removed", "by it alone", "people with nobody left for it")
        yield Table(heads, causes, "What removes pairs")
        shared = [(", ".join(row.topics), len(row.mentors), row.seats) for row in self.shared]
        yield Table(("topics", "mentors", "seats"), shared, "Topics that share seats", len(shared))
        yield Table(
            ("too few seats",), [(found.text,) for found in self.bottlenecks], "Bottlenecks", len(self.bottlenecks)
        )


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
    found, served, total, left = _removed(cohort, removers(cohort, resolved))
    removals = tuple(sorted(found, key=lambda r: -r.removed))
    supply, seats = supply_of(cohort, resolved)
    wanted = int(cohort.requests.mentors.sum())
    asking = np.bincount(cohort.requests.owner, minlength=len(cohort)) > 0
    edges = candidates(cohort, resolved.rules)
    of_two = np.unique((edges.pairs.mentee * len(cohort) + edges.pairs.mentor)[edges.usable])
    single = np.bincount(of_two // len(cohort), minlength=len(cohort)) == 1
    return Readiness(
        supply,
        total,
        left,
        removals,
        seats,
        wanted,
        _named(cohort, asking & ~served),
        _named(cohort, single),
        bottlenecks(cohort, resolved),
        _shared(cohort, resolved),
        tuple(aim.in_words for _, aim in resolved.named_aims() if program.aims and _idle(aim, edges)),
    )


def _named(cohort: Cohort, rows: Bools) -> tuple[str, ...]:
    return tuple(cohort.people.ids[row] for row in np.flatnonzero(rows).tolist())


def _removed(
    cohort: Cohort, causes: list[tuple[str, Callable[[Pairs], Bools]]]
) -> tuple[list[Removal], Bools, int, int]:
    """(what each cause removes, which people have a pair left, pairs on shared topics, pairs left)."""
    total = left = 0
    removed, alone = np.zeros(len(causes), np.int64), np.zeros(len(causes), np.int64)
    served: Bools = np.zeros(len(cohort), dtype=bool)
    without: Bools = np.zeros((len(causes), len(cohort)), dtype=bool)
    for pairs, meets in _blocks(cohort):
        masks = np.array([np.broadcast_to(gone(pairs), pairs.shape)[meets] for _, gone in causes], dtype=bool)
        masks = masks.reshape(len(causes), int(meets.sum()))
        counts = masks.sum(axis=0)
        total, left = total + masks.shape[1], left + int((counts == 0).sum())
        removed += masks.sum(axis=1)
        by_one = masks & (counts == 1)
        alone += by_one.sum(axis=1)
        mentee = np.broadcast_to(pairs.mentee, pairs.shape)[meets]
        served[mentee[counts == 0]] = True
        for k in range(len(causes)):
            without[k, mentee[by_one[k]]] = True
    found = [
        Removal(name, int(a), int(b), _named(cohort, row & ~served))
        for (name, _), a, b, row in zip(causes, removed, alone, without, strict=True)
    ]
    return found, served, total, left


def bottlenecks(cohort: Cohort, program: Program) -> tuple[Bottleneck, ...]:
    """People who ask for more seats than the mentors in their reach have; none where seats are not a flow.

    Args:
        cohort: the facts.
        program: the policy, resolved; its aims do not count.
    """
    instance, edges = Compiled(cohort, replace(program, aims=(Coverage(),))).compiled
    if instance.groups is not None or instance.unmet:
        return ()
    try:
        network = build_network(instance)
    except CrossingSets:
        return ()
    chosen = Flow().solve(instance, Watch()).chosen
    if chosen is None:
        return ()
    flow = network.flow_of(chosen)
    return tuple(HallSets((instance, edges), network, flow, Moves.of(network, flow)).all())


def _shared(cohort: Cohort, program: Program) -> tuple[SharedSeats, ...]:
    """Topics that mentors offer together: their seats count on each, and are there once; most seats first."""
    most, names, owner = capacities(cohort, program).mentor, cohort.topic_tree.names, cohort.offers.owner
    by_topics: dict[tuple[str, ...], list[int]] = {}
    starts = np.flatnonzero(np.diff(owner, prepend=NONE))
    rows = np.split(cohort.offers.topic, starts[1:]) if len(owner) else []
    for row, codes in zip(owner[starts].tolist(), rows, strict=True):
        topics = tuple(sorted({names[code] for code in codes.tolist()}))
        if len(topics) > 1 and most[row] > 0:
            by_topics.setdefault(topics, []).append(row)
    found = [
        SharedSeats(topics, tuple(cohort.people.ids[row] for row in rows), int(most[rows].sum()))
        for topics, rows in by_topics.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.seats, one.topics)))


def _idle(aim: Aim, edges: Edges) -> bool:
    """Whether an aim counts the same for every pair that may meet, beyond how many meet."""
    if not isinstance(aim, PairAim) or not len(edges):
        return False
    return len(np.unique(aim.scores(edges.pairs)[0])) == 1


def supply_of(cohort: Cohort, program: Program) -> tuple[tuple[Supply, ...], int]:
    """(supply with the seats that the program gives on each topic, all seats with each mentor's counted once)."""
    offers, most = cohort.offers, capacities(cohort, program).mentor
    own = np.minimum(np.where(offers.seats == NONE, most[offers.owner], offers.seats), most[offers.owner])
    on_topic = np.bincount(offers.topic, weights=own, minlength=len(cohort.topic_tree.names))
    index = cohort.topic_tree.index
    supply = tuple(replace(row, seats=int(on_topic[index[row.topic]])) for row in cohort.summary())
    each = np.bincount(offers.owner, weights=own, minlength=len(cohort))
    return supply, int(np.minimum(each, np.maximum(most, 0)).sum())


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
