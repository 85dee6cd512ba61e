"""The best-looking pair first: the baseline that every comparison needs."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.instance import Answer, Instance, Watch
from mmatch.matching import Status

Gain = tuple[int, ...]


class Greedy:
    """Takes the best pair that still fits, again and again; never optimal on purpose, always quick to explain.

    Pairs are compared tier by tier, ties by the lottery. A pair is taken only while it adds something. Least loads and
    locks are served first; where they cannot be met this way the answer is "unknown", never "infeasible".
    """

    name: ClassVar[str] = "greedy"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "convex_load", "bounds", "profile", "product", "slots"})
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A choice of edges that keeps all bounds, or UNKNOWN."""
        watch.report("greedy", 0, len(instance.request))
        state = _State(instance)
        for block in state.blocks(np.flatnonzero(state.needed())):
            state.take_block(block, while_needed=True)
        for block in state.blocks(np.flatnonzero(~state.chosen)):
            state.take_block(block, while_needed=False)
        if not state.complete():
            return Answer(Status.UNKNOWN)
        return Answer(Status.FEASIBLE, state.chosen)


class _State:
    """Loads of all sets while edges are taken one by one."""

    def __init__(self, instance: Instance) -> None:
        self.chosen = np.zeros(len(instance.request), dtype=bool)
        self.bounds = instance.bounds
        self.loads = [np.zeros(len(family.upper), dtype=np.int64) for family in instance.bounds]
        self.stages = [stage for stage in instance.stages if stage.summed]
        self.weights = [stage.weights for stage in self.stages]
        loads = [load for stage in self.stages for load in stage.loads]
        self.labels = {load.key: load.label(instance.labels) for load in loads}
        self.filled = {key: [0] * (int(label.max(initial=NONE)) + 1) for key, label in self.labels.items()}
        self.lottery_order = _lottery_order(instance)
        self.fixed = next((k for k, stage in enumerate(self.stages) if stage.loads), len(self.stages))

    def blocks(self, edges: Ints) -> Iterator[Ints]:
        """Edges that count the same in all stages before the first one about loads, the best first."""
        keys = [-weights[edges] for weights in self.weights[: self.fixed]]
        order = np.lexsort((self.lottery_order[edges], *reversed(keys)))
        edges = edges[order]
        step = np.zeros(len(edges), dtype=bool)
        for key in keys:
            step[1:] |= np.diff(key[order]) != 0
        yield from np.split(edges, np.flatnonzero(step))

    def fitting(self, edges: Ints) -> Ints:
        """The edges all of whose sets have room."""
        room = np.ones(len(edges), dtype=bool)
        for family, load in zip(self.bounds, self.loads, strict=True):
            if len(load):
                label = family.label[edges]
                room &= (label == NONE) | (load[label] < family.upper[label])
        return edges[room]

    def needed(self, edges: Ints | slice = slice(None)) -> Bools:
        """Whether a set of each edge is still below its least load."""
        wanted = np.zeros(len(self.chosen), dtype=bool)[edges]
        for family, load in zip(self.bounds, self.loads, strict=True):
            if len(load):
                label = family.label[edges]
                wanted |= (label != NONE) & (load[label] < family.lower[label])
        return wanted

    def take_block(self, block: Ints, *, while_needed: bool) -> None:
        """Take edges of a block, best first; gains only fall, so an entry is looked at again when it comes up."""
        fitting = self.fitting(block)
        if not len(fitting):
            return
        fixed = tuple(int(weights[fitting[0]]) for weights in self.weights[: self.fixed])
        nothing = (0,) * len(fixed)
        if not while_needed and (fixed < nothing or (fixed == nothing and self.fixed == len(self.stages))):
            return
        heap = [(_minus(self.gain(edge)), place, edge) for place, edge in enumerate(fitting.tolist())]
        heapq.heapify(heap)
        while heap:
            promised, place, edge = heapq.heappop(heap)
            one = np.array([edge])
            if not len(self.fitting(one)) or (while_needed and not self.needed(one)[0]):
                continue
            now = self.gain(edge)
            if _minus(now) != promised:
                heapq.heappush(heap, (_minus(now), place, edge))
            elif while_needed or (*fixed, *now) > (*nothing, *(0,) * len(now)):
                self.take(edge)

    def gain(self, edge: int) -> Gain:
        """What the edge adds now in the stages from the first one about loads on."""
        total = []
        for weights, stage in zip(self.weights[self.fixed :], self.stages[self.fixed :], strict=True):
            reward = int(weights[edge])
            for load in stage.loads:
                number = int(self.labels[load.key][edge])
                reward += 0 if number == NONE else load.reward(number, self.filled[load.key][number])
            total.append(reward)
        return tuple(total)

    def take(self, edge: int) -> None:
        """Choose an edge."""
        self.chosen[edge] = True
        for family, load in zip(self.bounds, self.loads, strict=True):
            if family.label[edge] != NONE:
                load[family.label[edge]] += 1
        for key, label in self.labels.items():
            if label[edge] != NONE:
                self.filled[key][label[edge]] += 1

    def complete(self) -> bool:
        """Whether all least loads are met."""
        return all(bool((load >= family.lower).all()) for family, load in zip(self.bounds, self.loads, strict=True))


def _lottery_order(instance: Instance) -> Ints:
    """The place of each edge in the lottery."""
    lottery = instance.lottery
    if lottery is None:
        return np.arange(len(instance.request))
    return lottery.request[instance.request] * instance.n_offers + lottery.offer[instance.offer]


def _minus(gain: Gain) -> Gain:
    return tuple(-g for g in gain)
