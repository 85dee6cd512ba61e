"""Meetings and their rounds chosen together, by CP-SAT: where absences, breaks or few tables tie them (NP-hard)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.constraints import FAR
from mmatch.instance import Answer
from mmatch.instance.compiled import Compiled
from mmatch.matching import Status
from mmatch.progress import Watch
from mmatch.solvers._integer_program import Found, Goal, Model
from mmatch.solvers._lexicographic import in_order
from mmatch.solvers.cpsat import CpSat

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events.values import Rounds
    from mmatch.program import Program

WORK, LARGER = 1.0, 8_000  # of each search in units of CP-SAT, and variables for a unit more; with no time limit

Meeting = tuple[str, str]


def placed_together(
    question: tuple[Cohort, Program],
    rounds: Rounds,
    watch: Watch[Any],
    start: Mapping[Meeting, int],
    among: frozenset[Meeting] | None = None,
) -> dict[Meeting, tuple[str, int]]:
    """{(mentor, mentee): (topic, round)}: the best meetings that can be held, tier after tier, as far as was searched.

    Args:
        question: the people and the policy of an event.
        rounds: what is asked of it.
        watch: when to stop.
        start: the round of meetings that can be held, with which the search begins.
        among: the only pairs to look at; None are all.
    """
    instance, edges = Compiled(*question).compiled
    ids, tree = edges.cohort.people.ids, edges.cohort.topic_tree
    pairs = [(ids[a], ids[b]) for a, b in zip(edges.pairs.mentor.tolist(), edges.pairs.mentee.tolist(), strict=True)]
    begun = np.zeros(len(pairs), dtype=bool)
    for edge in {pair: k for k, pair in enumerate(pairs) if start.get(pair)}.values():
        begun[edge] = True
    watch.best = Answer(Status.FEASIBLE, begun)
    model_of: dict[str, _Rounds] = {}
    seen: dict[bytes, Ints] = {}

    def extended(model: Model) -> None:
        model_of["rounds"] = _Rounds(model, pairs, rounds, among)

    def search(model: Model, goal: Goal, best: Ints | None) -> Found:
        work = None if watch.deadline is not None else WORK + model.size / LARGER
        found = CpSat(work=work).searched(watch, model, goal, best)
        if found.chosen is not None and found.values is not None:
            seen[found.chosen.tobytes()] = found.values
        return found

    answer = in_order(instance, watch, search, extended)
    chosen: Bools = begun if answer.chosen is None else answer.chosen
    if chosen.tobytes() in seen:
        held = model_of["rounds"].held(seen[chosen.tobytes()])
    else:
        chosen, held = begun, {pair: number for pair, number in start.items() if number}
    topics = edges.cohort.offers.topic[edges.offer_rows[edges.offer]]
    return {pairs[k]: (tree.names[topics[k]], held[pairs[k]]) for k in np.flatnonzero(chosen).tolist()}


class _Rounds:
    """A variable for each pair in each round that both are there, and rows: nobody in two places, tables, breaks."""

    def __init__(self, model: Model, pairs: list[Meeting], rounds: Rounds, among: frozenset[Meeting] | None) -> None:
        self.model = model
        edges_of: defaultdict[Meeting, list[int]] = defaultdict(list)
        for edge, pair in enumerate(pairs):
            edges_of[pair].append(edge)
        self.variables: dict[tuple[Meeting, int], int] = {}
        guests: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        seated: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for pair, edges in edges_of.items():
            common = sorted(set(rounds.present(pair[0])) & set(rounds.present(pair[1])))
            own = self._new(len(common) if among is None or pair in among else 0)
            for number, variable in zip(common, own, strict=False):
                self.variables[pair, number] = variable
                guests[pair[0], number].append(variable)
                seated[pair[1], number].append(variable)
            self._sum(own, edges, 0, 0)
            self._sum([*edges, *edges_of.get(pair[::-1], [])], [], 0, 1)  # whoever of the two is the mentor
        hosts = dict(zip(guests, self._new(len(guests)), strict=True))
        for place, host in hosts.items():
            least, most = rounds.seats
            self._row([*guests[place], host], [1] * len(guests[place]) + [-most], -FAR, 0)
            self._row([*guests[place], host], [1] * len(guests[place]) + [-least], 0, FAR)
        for place, own in seated.items():
            self._sum([*own, *([hosts[place]] if place in hosts else [])], [], 0, 1)
        if rounds.tables is not None:
            for number in range(1, rounds.count + 1):
                self._sum([host for (_, n), host in hosts.items() if n == number], [], 0, rounds.tables)
        if rounds.breaks is not None:
            for mentor in {mentor for mentor, _ in hosts}:
                for first in range(1, rounds.count - rounds.breaks + 1):
                    window = [(mentor, n) for n in range(first, first + rounds.breaks + 1)]
                    self._sum([hosts[place] for place in window if place in hosts], [], 0, rounds.breaks)

    def held(self, values: Ints) -> dict[Meeting, int]:
        """The round of each meeting that is held."""
        return {pair: number for (pair, number), variable in self.variables.items() if values[variable]}

    def _new(self, n: int) -> list[int]:
        return self.model.add(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64)).tolist()  # type: ignore[no-any-return]

    def _sum(self, plus: list[int], minus: list[int], lower: int, upper: int) -> None:
        self._row([*plus, *minus], [1] * len(plus) + [-1] * len(minus), lower, upper)

    def _row(self, variables: list[int], coefficients: list[int], lower: int, upper: int) -> None:
        self.model.row(np.array(variables, np.int64), np.array(coefficients, np.int64), lower, upper)
