"""Sums over stable matchings of strict lists: a heaviest set of rotations, stage by stage, and flows that prove it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmatch.errors import SolverError, UnsupportedError
from mmatch.instance import Instance, Watch
from mmatch.mechanisms.market import Market, stage_weights
from mmatch.mechanisms.mentee_proposing import mentee_side
from mmatch.mechanisms.rotation_order import RotationFace, followed
from mmatch.mechanisms.rotations import rotations

Rows = tuple[tuple[int, ...], ...]
MOST = 2**61  # what all gains of one stage may sum up to


@dataclass(frozen=True, eq=False)
class BestStable:
    """The pair of each mentee or `NONE` in a stable matching, and why none is better in the stages that were solved.

    ``steps`` strike out what no stable matching has, up to the mentees' best.
    """

    current: list[int]
    steps: list[int]
    rotations: list[list[int]]
    flows: Rows


def best_stable(instance: Instance, market: Market, watch: Watch) -> BestStable:
    """A stable matching that is best in all stages, or in as many as time allows.

    Raises:
        UnsupportedError: weights whose sums exceed 61 bits.
    """
    best, steps = mentee_side(market)
    circles = rotations(market, best)
    descent = followed(market, best, circles)
    if descent is None:
        raise SolverError("the rotations found do not follow each other")
    face, flows = RotationFace(descent), []
    for weights in stage_weights(instance):
        if watch.reason():
            break
        gains = descent.gains(weights[market.edge].tolist())
        flow = _flow(face, gains)
        rest = face.rest(gains, flow)
        if rest is None:
            raise SolverError("the flow goes against an arc")
        face.narrow(rest, flow)
        flows.append(flow)
    current, number_of = list(best), {pair: who for who, pair in enumerate(best)}
    for left, taken, inside in zip(descent.left, descent.taken, face.some(), strict=True):
        for old, new in zip(left, taken, strict=True) if inside else ():
            who = number_of.pop(old)
            current[who], number_of[new] = new, who
    return BestStable(current, steps, circles, tuple(flows))


def _flow(face: RotationFace, gains: list[int]) -> tuple[int, ...]:
    """The greatest flow from rotations that gain to rotations that lose, along the arcs of a face."""
    most = sum(map(abs, gains)) + 1
    if most > MOST:
        raise UnsupportedError("stable cannot keep aims whose sums exceed 61 bits: round the scores")
    given = [most * sure or gain for gain, sure in zip(gains, face.sure, strict=True)]
    sinks = [k for k, gain in enumerate(given) if gain < 0]
    sources = [k for k, gain in enumerate(given) if gain > 0]
    if not sinks or not sources or not face.arcs:
        return (0,) * len(face.arcs)
    return _pushed(face, given, most)


def _pushed(face: RotationFace, given: list[int], most: int) -> tuple[int, ...]:
    from ortools.graph.python.max_flow import SimpleMaxFlow

    n, pushing = len(given), SimpleMaxFlow()
    one, other = np.array(face.arcs).T
    both = np.flatnonzero(face.both)
    amount = np.array(given)
    gain, lose = np.flatnonzero(amount > 0), np.flatnonzero(amount < 0)
    source, sink = np.full(len(gain), n), np.full(len(lose), n + 1)
    tail = np.concatenate([one, other[both], source, lose])
    head = np.concatenate([other, one[both], gain, sink])
    room = np.concatenate([np.full(len(one) + len(both), most), amount[gain], -amount[lose]])
    arcs = pushing.add_arcs_with_capacity(tail, head, room)
    status = pushing.solve(n, n + 1)
    if status != pushing.OPTIMAL:
        raise SolverError(f"the greatest flow ended with {status}")
    flow = pushing.flows(arcs).astype(np.int64)
    net = flow[: len(one)].copy()
    net[both] -= flow[len(one) : len(one) + len(both)]
    return tuple(net.tolist())
