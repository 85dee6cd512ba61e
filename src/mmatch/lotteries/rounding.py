"""From chances to matchings: a distribution with exactly these chances, and a draw without the whole distribution.

The argument and its sources stand in docs/explanation/proofs.md, under "From chances to matchings".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Bools

if TYPE_CHECKING:
    from mmatch.lotteries.chances import Chances

Choice = Callable[[int, int], bool]


@dataclass(frozen=True, eq=False)
class ChanceShares:
    """The unsettled arcs of a circulation: arc k runs from ``tail[k]`` to ``head[k]`` with ``share[k]`` of ``whole``.

    The first ``len(edges)`` of them are candidate edges, the others sets. ``sure`` marks the edges of chance 1.
    """

    tail: tuple[int, ...]
    head: tuple[int, ...]
    share: tuple[int, ...]
    whole: int
    edges: tuple[int, ...]
    sure: Bools

    def __len__(self) -> int:
        return len(self.share)

    def chosen(self, up: list[bool]) -> Bools:
        """The edges of a matching, from which of the unsettled arcs are rounded up."""
        chosen = self.sure.copy()
        chosen[[edge for edge, yes in zip(self.edges, up, strict=False) if yes]] = True
        return chosen

    def sampled(self, choose: Choice) -> list[bool]:
        """All unsettled arcs rounded up or down.

        Args:
            choose: takes how far an unsettled cycle can be moved forward and backward; says whether to go forward.
        """
        left = _Unsettled(self)
        while left.share:
            cycle = left.cycle()
            forward = min(self.whole - left.share[k] if way > 0 else left.share[k] for k, way in cycle)
            back = min(left.share[k] if way > 0 else self.whole - left.share[k] for k, way in cycle)
            left.move(cycle, forward if choose(forward, back) else -back)
        return left.up

    def parts(self) -> Iterator[tuple[Fraction, Bools]]:
        """(chance, chosen edges) of each matching of one distribution with these chances."""
        weight, left = self.whole, np.array(self.share, dtype=object)
        pick = _Pick(self)
        while weight:
            up = np.array(pick.up, dtype=bool)
            step = min(np.where(up, left, weight - left).tolist(), default=weight)
            yield Fraction(step, self.whole), self.chosen(pick.up)
            left, weight = left - np.where(up, step, 0), weight - step
            if weight:
                pick.settle(np.flatnonzero(left == 0).tolist(), np.flatnonzero(left == weight).tolist())


def shares_of(chances: Chances) -> ChanceShares:
    """The unsettled edges and sets behind chances, over one common denominator."""
    network = chances.network
    whole = math.lcm(*{chance.denominator for chance in chances.edges})
    units = np.array([int(chance * whole) for chance in chances.edges], dtype=object)
    open_ = np.flatnonzero([0 < unit < whole for unit in units.tolist()])
    tail, head = [network.tail[network.first_edge + open_]], [network.head[network.first_edge + open_]]
    share: list[int] = units[open_].tolist()
    for number, family in enumerate(network.families):
        load, member = np.zeros(len(family.upper), dtype=object), family.label != NONE
        np.add.at(load, family.label[member], units[member])
        load %= whole
        sets = np.flatnonzero(load)
        share += load[sets].tolist()
        own = np.flatnonzero(network.set_of[:, 0] == number)
        arc = own[np.searchsorted(network.set_of[own, 1], sets)]
        tail.append(network.tail[arc])
        head.append(network.head[arc])
    tails, heads = (tuple(np.concatenate(side).tolist()) for side in (tail, head))
    sure = np.array(units == whole, dtype=bool)
    return ChanceShares(tails, heads, tuple(share), whole, tuple(open_.tolist()), sure)


class _Unsettled:
    """The arcs that are not rounded yet, while cycles are moved."""

    def __init__(self, shares: ChanceShares) -> None:
        self.tail, self.head, self.whole = shares.tail, shares.head, shares.whole
        self.share = dict(enumerate(shares.share))
        self.up = [False] * len(shares)
        self.around: dict[int, dict[int, None]] = {}
        for k in self.share:
            self.around.setdefault(self.tail[k], {})[k] = None
            self.around.setdefault(self.head[k], {})[k] = None

    def cycle(self) -> list[tuple[int, int]]:
        """A cycle as (arc, +1 along it or -1 against it); there is one, as no node has a single unsettled arc."""
        node = self.tail[next(iter(self.share))]
        place = {node: 0}
        path: list[tuple[int, int]] = []
        while True:
            last = path[-1][0] if path else None
            arc = next(k for k in self.around[node] if k != last)
            way = 1 if self.tail[arc] == node else -1
            node = self.head[arc] if way > 0 else self.tail[arc]
            path.append((arc, way))
            if node in place:
                return path[place[node] :]
            place[node] = len(path)

    def move(self, cycle: list[tuple[int, int]], step: int) -> None:
        """Move so many units along a cycle; arcs that are empty or full are settled."""
        for arc, way in cycle:
            self.share[arc] += way * step
            if self.share[arc] in {0, self.whole}:
                self.up[arc] = self.share.pop(arc) == self.whole
                del self.around[self.tail[arc]][arc]
                del self.around[self.head[arc]][arc]


class _Pick:
    """One rounding that is repaired, step by step, as arcs become settled."""

    def __init__(self, shares: ChanceShares) -> None:
        self.tail, self.head = shares.tail, shares.head
        self.up = shares.sampled(lambda forward, back: forward <= back)
        self.settled = [False] * len(shares)
        self.around: dict[int, list[int]] = {}
        for k in range(len(shares)):
            self.around.setdefault(self.tail[k], []).append(k)
            self.around.setdefault(self.head[k], []).append(k)

    def settle(self, empty: list[int], full: list[int]) -> None:
        """From now on these arcs are rounded down, and those up; the others are changed as little as that asks for."""
        wrong = [(arc, False) for arc in empty if not self.settled[arc]]
        wrong += [(arc, True) for arc in full if not self.settled[arc]]
        for arc, value in wrong:
            self.settled[arc] = self.up[arc] == value
        for arc, value in wrong:
            if not self.settled[arc]:
                self._turn(arc, value=value)
                self.settled[arc] = True

    def _turn(self, arc: int, *, value: bool) -> None:
        """Round an arc the other way, and a path of others with it."""
        if self.up[arc] == value:
            return
        start, goal = (self.head[arc], self.tail[arc]) if value else (self.tail[arc], self.head[arc])
        came: dict[int, int] = {start: -1}
        queue = [start]
        for node in queue:
            if node == goal:
                break
            for k in self.around[node]:
                other = self._leads(k, node)
                if k != arc and other is not None and other not in came:
                    came[other] = k
                    queue.append(other)
        node = goal
        while node != start:
            k = came[node]
            self.up[k] = not self.up[k]
            node = self.tail[k] if self.head[k] == node else self.head[k]
        self.up[arc] = value

    def _leads(self, arc: int, node: int) -> int | None:
        """Where an arc leads from a node if it is rounded the other way; None where it may not be."""
        if self.settled[arc]:
            return None
        if self.up[arc]:
            return self.tail[arc] if self.head[arc] == node else None
        return self.head[arc] if self.tail[arc] == node else None
