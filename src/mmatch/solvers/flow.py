"""Exact min-cost flow over two laminar trees: the usual solver for pairs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from mmatch.instance import Answer, Instance, Watch
from mmatch.matching import Cut, Prices, Status
from mmatch.network.circulation import Network, build_network
from mmatch.network.folding import Group, fold, runs
from mmatch.solvers._min_cost_flow import Order, feasible
from mmatch.solvers._optimal_face import Face, lift
from mmatch.stages import Stage


class Flow:
    """The best matching by min-cost flow (OR-Tools), tier by tier, with prices as the proof.

    Takes every program whose sums fall into two laminar families of sets (capacities, seats, demands, least loads, even
    loads); refuses others by naming two sets that cross.
    """

    name: ClassVar[str] = "flow"
    takes: ClassVar[frozenset[str]] = frozenset(
        {"linear", "convex_load", "bounds", "profile", "worst", "leximin", "slots"}
    )
    rank: ClassVar[int | None] = 1

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A best choice of edges with prices, or a set of nodes that shows that there is none."""
        watch.report("network")
        network = build_network(instance)
        flow, cut = feasible(network)
        if flow is None:
            return Answer(Status.INFEASIBLE, evidence=Cut(cut))
        free, order = np.ones(network.n_arcs, dtype=bool), _lottery_order(instance, network)
        face = Face(network, flow, free, order, instance.earlier)
        for done, step in _steps(network):
            stopped = watch.reason()
            if stopped:
                return _answer(instance, face, done, stopped)
            if watch.progress is not None:
                tiers = instance.tiers_within(done)
                watch.report("tiers", tiers, len(instance.tiers), instance.values(face.chosen(), tiers))
            if isinstance(step, Group):
                face.descend(step.cost)
            else:
                lift(face, step)
            watch.best = _answer(instance, face, done + 1, "interrupted")
        return _answer(instance, face, len(instance.stages), None)


def _steps(network: Network) -> Iterator[tuple[int, Group | Stage]]:
    """(stages done before, what comes next): groups of sums, worst-off stages."""
    for run in runs(network.stages):
        stage = network.stages[run.start]
        if stage.summed:
            yield from ((group.stages.start, group) for group in fold(network, run))
        else:
            yield run.start, stage


def _answer(instance: Instance, face: Face, done: int, stopped: str | None) -> Answer:
    """What is known when so many stages are done."""
    complete = done == len(instance.stages)
    if not complete and not face.prices:
        return Answer(Status.UNKNOWN, stopped=stopped)
    chosen = face.chosen()
    status = Status.OPTIMAL if complete else Status.FEASIBLE
    tiers = instance.tiers_within(done)
    evidence = Prices(tuple(face.prices))
    return Answer(status, chosen, tiers, evidence, stopped=None if complete else stopped)


def _lottery_order(instance: Instance, network: Network) -> Order:
    """Nodes and arcs in the order of the lottery: it decides which of several optima is found."""
    node = np.arange(network.n_nodes)
    if instance.lottery is None:
        return Order(np.arange(network.n_arcs), node)
    key = instance.lottery.request[instance.request] * instance.n_offers + instance.lottery.offer[instance.offer]
    bits = len(key).bit_length()
    if int(key.max(initial=0)).bit_length() + bits > 62:
        edges = np.argsort(key)
    else:  # key and place sort as one number, twice as fast
        edges = np.sort((key << bits) | np.arange(len(key))) & ((1 << bits) - 1)
    start = 1
    for family in network.families:
        n = len(family.upper)
        first = np.full(n + 1, np.iinfo(np.int64).max)  # of each set; edges in no set write to the last cell
        np.minimum.at(first, family.label, key)
        node[start + np.argsort(first[:n], kind="stable")] = np.arange(start, start + n)
        start += n
    inner = np.lexsort((node[network.head[: network.first_edge]], node[network.tail[: network.first_edge]]))
    return Order(np.concatenate([inner, network.first_edge + edges]), node)
