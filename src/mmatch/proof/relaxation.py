"""Bounds for what is NP-hard: the worst-off mentee of several seats, and the tiers behind it.

The argument and its sources stand in docs/explanation/proofs.md, under "The worst-off of several seats".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.instance.totals import stage_total
from mmatch.network.cases import Case, Floors, relaxed_limit
from mmatch.terms import Total, Worst

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.instance import Instance
    from mmatch.network.circulation import Network
    from mmatch.terms import Stage

Vectors = Sequence[Sequence[int]]


def relaxed_bounds(
    instance: Instance,
    network: Network,
    proved: tuple[Ints, Bools, int],
    evidence: tuple[Vectors, Vectors, Vectors],
) -> list[Fraction]:
    """Upper bounds of a worst-off stage of several seats and of the sums behind it, as far as the evidence goes.

    Args:
        instance: compiled afresh.
        network: its circulation.
        proved: the circulation of the matching, the arcs still free, and how many stages are proved so far.
        evidence: (prices, multipliers, cases): one of the first two for every bound, then for every case of it.
    """
    flow, free, first = proved
    stages = instance.stages
    if first == len(stages) or not _is_hard(stages[first]) or not _all_filled(instance, network, flow, first):
        return []
    if any(tier.vector for tier in instance.tiers[first:]):
        return []
    face = Case.behind(network, flow, free)
    relaxation = Relaxation(instance, network, first, flow, deque(zip(*evidence[:2], strict=False)))
    cases = iter(evidence[2])
    bounds = []
    for k in range(first, len(stages)):
        stage: Any = stages[k]
        limit = None if k > first and not isinstance(stage, Total) else relaxation.limit(k, face)
        if limit is None:
            break
        if relaxation.closed(k, face, deque(next(cases, ()))):
            limit = min(limit, relaxation.reached[k])
        bounds.append(limit * stage.unit + (stage.constant if isinstance(stage, Total) else Fraction(0)))
    return bounds


@dataclass(frozen=True, eq=False)
class Relaxation:
    """Bounds from pairs of prices and multipliers, taken in order."""

    instance: Instance
    network: Network
    first: int
    flow: Ints
    pairs: deque[tuple[Sequence[int], Sequence[int]]]

    @cached_property
    def reached(self) -> list[int]:
        """What the matching reaches in every stage."""
        chosen = self.flow[self.network.first_edge :] > 0
        return [stage_total(self.instance, stage, chosen) for stage in self.instance.stages]

    @cached_property
    def seated(self) -> list[bool]:
        """Which mentees have a seat: the total of somebody without one is no floor for anybody."""
        labels, chosen = self.instance.labels, self.flow[self.network.first_edge :] > 0
        found = np.bincount(labels.label("mentee")[chosen], minlength=labels.count("mentee"))
        return found.astype(bool).tolist()  # type: ignore[no-any-return]

    def limit(self, k: int, case: Case) -> int | None:
        """What no matching of a case exceeds in a stage, by the next pair; None where there is none."""
        if not self.pairs:
            return None
        price, row = self.pairs.popleft()
        if any(factor > 0 and not has for factor, has in zip(row[-len(self.seated) :], self.seated, strict=False)):
            return None
        return relaxed_limit(self.instance, self.network, (self.first, k), (price, row), (case, self.reached))

    def closed(self, k: int, face: Case, entries: deque[int]) -> bool:
        """Whether no case has anything better: entry e splits by edge e - 1, 0 is a bound by the next pair.

        A case in which the floor cannot be kept needs no entry.
        """
        stage: Any = self.instance.stages[self.first]
        floors = Floors(self.network, self.instance.labels, stage)
        level = self.reached[self.first] + (k == self.first)
        left = [face]
        while left:
            case = floors.kept(left.pop(), level)
            if case is None:
                continue
            entry = entries.popleft() if entries else -1
            if not 0 <= entry <= len(self.instance.request):
                return False
            if entry:
                left += reversed(case.split(self.network.first_edge + entry - 1))
                continue
            limit = self.limit(k, case)
            if limit is None or limit > self.reached[k]:
                return False
        return True


def _is_hard(stage: Stage) -> bool:
    return isinstance(stage, Worst) and not stage.single and not stage.full


def _all_filled(instance: Instance, network: Network, flow: Ints, first: int) -> bool:
    """Whether an earlier, proved stage fills every seat asked for: then every mentee is served in all of the face."""
    counted = any(
        isinstance(stage, Total) and not stage.loads and (stage.weights == 1).all() for stage in instance.stages[:first]
    )
    return counted and int(flow[network.first_edge :].sum()) == int(instance.labels.wanted.sum())
