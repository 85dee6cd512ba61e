"""The best-looking pair first: the baseline that every comparison needs."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.instance import Answer, Instance, Watch
from mmatch.matching import Status
from mmatch.people.columns import NONE
from mmatch.terms import Worst

if TYPE_CHECKING:
    from mmatch.terms import ConvexLoad

Gain = tuple[int, ...]


class Greedy:
    """Takes the best pair that still fits, again and again; never optimal on purpose, always quick to explain.

    Pairs are compared tier by tier, ties by the lottery. A pair is taken only while it adds something. Least loads and
    locks are served first; where they cannot be met this way the answer is "unknown", never "infeasible".
    """

    name: ClassVar[str] = "greedy"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "convex_load", "bounds", "profile"})
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """A choice of edges that keeps all bounds, or UNKNOWN."""
        state = _State(instance)
        watch.tell("greedy", 0, len(instance.request))
        needed = [e for e in range(len(instance.request)) if state.needed(e)]
        state.take_all(needed, while_needed=True)
        state.take_all(range(len(instance.request)), while_needed=False)
        if not state.complete():
            return Answer(Status.UNKNOWN)
        return Answer(Status.FEASIBLE, state.chosen)


class _State:
    """Loads of all sets while edges are taken one by one."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.chosen = np.zeros(len(instance.request), dtype=bool)
        self.bounds = [(b.label.tolist(), b.lower.tolist(), b.upper.tolist()) for b in instance.bounds]
        self.loads = [[0] * len(b.upper) for b in instance.bounds]
        self.stages = [stage for stage in instance.stages if not isinstance(stage, Worst)]
        loads = [load for stage in self.stages for load in stage.loads]
        self.labels = {load.key: _labels(instance, load) for load in loads}
        self.filled = {key: [0] * (max(label, default=NONE) + 1) for key, label in self.labels.items()}
        self.weights = list(zip(*(stage.weights.tolist() for stage in self.stages), strict=True))
        self.drawn = self._drawn()

    def _drawn(self) -> list[tuple[int, int]]:
        lottery, i = self.instance.lottery, self.instance
        if lottery is None:
            return list(zip(i.request.tolist(), i.offer.tolist(), strict=True))
        return list(zip(lottery.request[i.request].tolist(), lottery.offer[i.offer].tolist(), strict=True))

    def fits(self, edge: int) -> bool:
        """Whether all sets of the edge have room."""
        return all(
            label[edge] == NONE or load[label[edge]] < upper[label[edge]]
            for (label, _, upper), load in zip(self.bounds, self.loads, strict=True)
        )

    def needed(self, edge: int) -> bool:
        """Whether a set of the edge is still below its least load."""
        return any(
            label[edge] != NONE and load[label[edge]] < lower[label[edge]]
            for (label, lower, _), load in zip(self.bounds, self.loads, strict=True)
        )

    def gain(self, edge: int) -> Gain:
        """What the edge adds now, tier by tier."""
        return tuple(
            weight + sum(self._reward(load, edge) for load in stage.loads)
            for weight, stage in zip(self.weights[edge], self.stages, strict=True)
        )

    def _reward(self, load: ConvexLoad, edge: int) -> int:
        number = self.labels[load.key][edge]
        return 0 if number == NONE else load.reward(number, self.filled[load.key][number])

    def take(self, edge: int) -> None:
        """Choose an edge."""
        self.chosen[edge] = True
        for (label, _, _), load in zip(self.bounds, self.loads, strict=True):
            if label[edge] != NONE:
                load[label[edge]] += 1
        for key, label in self.labels.items():
            if label[edge] != NONE:
                self.filled[key][label[edge]] += 1

    def take_all(self, edges: range | list[int], *, while_needed: bool) -> None:
        """Take edges, best first; gains only fall, so an entry is looked at again when it comes up."""
        zero = (0,) * len(self.stages)
        heap = [(_minus(self.gain(e)), self.drawn[e], e) for e in edges if not self.chosen[e]]
        heapq.heapify(heap)
        while heap:
            promised, drawn, edge = heapq.heappop(heap)
            if not self.fits(edge) or (while_needed and not self.needed(edge)):
                continue
            now = self.gain(edge)
            if _minus(now) != promised:
                heapq.heappush(heap, (_minus(now), drawn, edge))
            elif while_needed or now > zero:
                self.take(edge)

    def complete(self) -> bool:
        """Whether all least loads are met."""
        return all(
            n >= least
            for (_, lower, _), load in zip(self.bounds, self.loads, strict=True)
            for n, least in zip(load, lower, strict=True)
        )


def _labels(instance: Instance, load: ConvexLoad) -> list[int]:
    """The set of each edge."""
    label: list[int] = (instance.labels.label(load.key) if load.label is None else load.label).tolist()
    return label


def _minus(gain: Gain) -> Gain:
    return tuple(-g for g in gain)
