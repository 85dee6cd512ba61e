"""Shortlists for self-matching: a few good mentors each, and no mentor on everybody's list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from mmatch.arrays import Ints
from mmatch.candidates.edges import Edges
from mmatch.cohort import Cohort
from mmatch.constraints import Bounds
from mmatch.display import Shown, Table
from mmatch.engine import check_seed
from mmatch.errors import InputError, Problem, SolverError
from mmatch.exact import count_fault
from mmatch.instance import Answer, Instance, Watch
from mmatch.instance.compiled import Compiled
from mmatch.matching import Prices, Status
from mmatch.network.circulation import build_network
from mmatch.program import Program, check_question
from mmatch.proof.optimality import balanced, stages_proved
from mmatch.registry import find

Entry = tuple[str, str]
FEW = 2  # times the average number of lists, the most that a mentor is on by default


@dataclass(frozen=True, slots=True)
class Shortlists(Shown):
    """A list for every request: ``lists[mentee, topic]`` holds (mentor, topic) entries, the best first.

    ``most`` is the greatest number of lists that a mentor may be on. The lists are the best of all that keep it: proved
    by prices, as matchings are.
    """

    lists: Mapping[Entry, tuple[Entry, ...]]
    most: int

    def __repr__(self) -> str:
        return f"<Shortlists: {len(self.lists)} lists, no mentor on more than {self.most}>"

    def tables(self) -> Iterator[Table]:
        """The lists, and the mentors who are on most of them."""
        rows = [(who, topic, ", ".join(name for name, _ in own)) for (who, topic), own in self.lists.items()]
        yield Table(("mentee", "topic", "mentors, the best first"), rows)
        yield Table(("mentor", "lists"), list(self.appearances.items()), "On how many lists")

    @property
    def appearances(self) -> Mapping[str, int]:
        """On how many lists each mentor is, the most frequent first."""
        counts = Counter(mentor for entries in self.lists.values() for mentor, _ in entries)
        return MappingProxyType(dict(counts.most_common()))


def shortlists(
    cohort: Cohort, program: Program, size: int = 5, *, most: int | None = None, seed: int | str = 0
) -> Shortlists:
    """Give every mentee a few mentors to choose from, the best by the program, with no mentor on everybody's list.

    A matching with other numbers: every request gets up to ``size`` mentors, every mentor is on at most ``most`` lists.
    Rules that remove pairs hold; capacities, locks and least loads are for the matching that follows. The aims are the
    program's; a worst-off aim is left out.

    Args:
        cohort: the facts.
        program: the policy.
        size: entries on each list, from 1.
        most: lists that a mentor may be on; by default twice the average.
        seed: of the lottery that breaks ties.

    Raises:
        InputError: arguments of another form.
        SolverError: where the lists are not proved to be the best.
    """
    check_question(cohort, program)
    for name, value in (("size", size), ("most", size if most is None else most)):
        fault = count_fault(value, name, least=1, optional=False)
        if fault:
            raise InputError(Problem("count", name, fault))
    check_seed(seed)
    instance, edges = Compiled(cohort, program.resolve(cohort, "flow"), seed).untimed
    requests, mentors = len(instance.labels.wanted), len(np.unique(instance.labels.label("mentor")))
    limit = max(-(-FEW * size * requests // max(mentors, 1)), 1) if most is None else most
    listed = _with_lists(instance, size, limit)
    answer = find("mmatch.solvers", "Flow")().solve(listed, Watch())
    _check(listed, answer)
    return Shortlists(MappingProxyType(_named(edges, listed, np.flatnonzero(answer.chosen))), limit)


def _with_lists(instance: Instance, size: int, most: int) -> Instance:
    """The same candidates and aims, with lists in place of seats."""
    edges = instance.labels
    limits = {"request": size, "mentor": most, "request-mentor": 1}
    bounds = []
    for key, upper in limits.items():
        n = edges.count(key)
        bounds.append(Bounds(key, edges.label(key), np.zeros(n, np.int64), np.full(n, upper, np.int64)))
    tiers = [tier for tier in instance.tiers if all(stage.summed for stage in tier.stages)]
    return replace(instance, bounds=tuple(bounds), unmet=(), groups=None, tiers=tuple(tiers))


def _check(instance: Instance, answer: Answer) -> None:
    """The judge's arithmetic on a network of its own."""
    network = build_network(instance)
    flow = None if answer.chosen is None else network.flow_of(answer.chosen)
    prices = answer.evidence.prices if isinstance(answer.evidence, Prices) else ()
    sound = flow is not None and answer.status == Status.OPTIMAL and balanced(network, flow)
    if flow is None or not sound or stages_proved(network, flow, prices) < len(instance.stages):
        raise SolverError("the shortlists are not proved to be the best")


def _named(edges: Edges, instance: Instance, used: Ints) -> dict[Entry, tuple[Entry, ...]]:
    """Entries by request, the best first; of equal ones in the order of the lottery."""
    cohort, lottery = edges.cohort, instance.lottery
    lottery_order = np.zeros(instance.n_offers, dtype=np.int64) if lottery is None else lottery.offer
    keys = [lottery_order[instance.offer[used]], *(-stage.weights[used] for stage in reversed(instance.stages))]
    used = used[np.lexsort((*keys, instance.request[used]))]

    def entry(table: Any, row: int) -> Entry:
        return cohort.people.ids[table.owner[row]], cohort.topic_tree.labels[table.topic[row]]

    wanted = [entry(cohort.requests, row) for row in edges.request_rows.tolist()]
    lists: dict[Entry, tuple[Entry, ...]] = dict.fromkeys(wanted, ())
    for request, offer in zip(instance.request[used].tolist(), instance.offer[used].tolist(), strict=True):
        lists[wanted[request]] += (entry(cohort.offers, edges.offer_rows[offer]),)
    return lists
