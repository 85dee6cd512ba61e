"""The optimal face: all circulations that are as good in every stage so far, made smaller stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.instance.model import Earlier
from mmatch.network.circulation import Network
from mmatch.solvers._min_cost_flow import Order, cheapest, circulation
from mmatch.stages import Stage


@dataclass(eq=False)
class Face:
    """A circulation, the arcs that may still change, and the prices found on the way, in the order of the judge."""

    network: Network
    flow: Ints
    free: Bools
    order: Order
    earlier: Earlier | None = None
    prices: list[tuple[int, ...]] = field(default_factory=list)

    def descend(self, cost: Ints) -> None:
        """Go to the circulations of least cost."""
        best = cheapest(self.network, cost, self.flow, self.free, self.order, self.earlier)
        self.flow, self.free = best.flow, best.free
        self.prices.append(tuple(best.price.tolist()))

    def chosen(self) -> Bools:
        """The edges in use."""
        used: Bools = self.flow[self.network.first_edge :] > 0
        return used


def lift(face: Face, stage: Stage) -> None:
    """Raise the least weight in use as far as it goes; for a leximin order then the next one, and so on.

    A level is reached when some circulation of the face uses no edge below it: found by bisection over the levels that
    the face can still use, a max flow each.
    """
    if not face.chosen().any():
        return
    if stage.full:
        _leximin(face, stage)
        return
    least = _highest(face, stage.weights, np.ones(len(stage.weights), dtype=bool))
    if (stage.weights > least).any():
        cost = face.network.row((stage.weights <= least).astype(np.int64))  # shows how many such edges all must use
        best = cheapest(face.network, cost, face.flow, face.free, face.order)
        face.prices.append(tuple(best.price.tolist()))
    for edges in stage.held(stage.weights[face.chosen()]):
        face.descend(face.network.row(edges))


def _leximin(face: Face, stage: Stage) -> None:
    """Level after level: the highest that can be the next one, then as few edges on it as possible."""
    above = np.ones(len(stage.weights), dtype=bool)
    seats = int(face.chosen().sum())
    while (face.chosen() & above).any():
        level = _highest(face, stage.weights, above)
        between = above & (stage.weights < level)
        face.descend(face.network.row(np.where(between, seats + 1, 0) + (stage.weights == level)))
        above = stage.weights > level


def _highest(face: Face, weights: Ints, among: Bools) -> int:
    """The highest level such that the face has a circulation without edges of some set below it; goes there."""
    network = face.network
    usable = among & (face.free[network.first_edge :] | face.chosen())
    levels = np.unique(weights[usable])
    low, high = _place(levels, weights[face.chosen() & among]), len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        lower, upper = np.where(face.free, network.lower, face.flow), np.where(face.free, network.upper, face.flow)
        upper[network.first_edge :][among & (weights < levels[middle])] = 0
        flow = circulation(network, lower, upper)
        if flow is None:
            high = middle - 1
        else:
            face.flow = flow
            low = _place(levels, weights[face.chosen() & among])
    return int(levels[low])


def _place(levels: Ints, used: Ints) -> int:
    """The place of the least used level."""
    return int(np.searchsorted(levels, used.min())) if len(used) else len(levels) - 1
