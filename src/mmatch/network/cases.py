"""Cases: what is left to choose when some edges are settled, and what a floor under all totals settles by itself.

Where every mentee has all seats that they ask for, a floor leaves no room for an edge whose weight, with the best
others of the same mentee, stays below it; and it forces an edge without which the best others stay below it. An edge
taken or not taken makes two cases that together are all there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Bools, Ints, Objects
    from mmatch.candidates.edges import Edges
    from mmatch.instance.model import Instance
    from mmatch.network.circulation import Network
    from mmatch.terms import Worst

FITS = 2**62


@dataclass(frozen=True, eq=False)
class Case:
    """What is still possible: least and most on every arc of a network."""

    lower: Ints
    upper: Ints

    @classmethod
    def behind(cls, network: Network, flow: Ints, free: Bools) -> Case:
        """All circulations that agree with a flow where it is not free."""
        return cls(*(np.where(free, limit, flow) for limit in (network.lower, network.upper)))

    def split(self, arc: int) -> tuple[Case, Case]:
        """(without an edge, with it)."""
        upper, lower = self.upper.copy(), self.lower.copy()
        upper[arc], lower[arc] = 0, 1
        return Case(self.lower, upper), Case(lower, self.upper)


@dataclass(frozen=True, eq=False)
class Floors:
    """The totals of mentees, each of whom has all the seats that they ask for."""

    network: Network
    edges: Edges
    stage: Worst

    @cached_property
    def mentee(self) -> Ints:
        """The mentee of each edge."""
        return self.edges.label("mentee")

    @cached_property
    def wanted(self) -> Ints:
        """The seats of each mentee."""
        wanted: Ints = np.zeros(self.edges.count("mentee"), dtype=np.int64)
        np.add.at(wanted, self.edges.mentee_of_request, self.edges.wanted)
        return wanted

    @cached_property
    def weights(self) -> Any:
        """The weight of each edge, of a type in which the sums of a mentee are exact."""
        most = int(np.abs(self.stage.weights).max(initial=0)) * (int(self.wanted.max(initial=0)) + 1)
        return self.stage.weights if most < FITS else self.stage.weights.astype(object)

    @cached_property
    def _best_first(self) -> Ints:
        """Edges mentee by mentee, each one's best first."""
        return np.lexsort((-self.stage.weights, self.mentee))

    def kept(self, case: Case, level: int) -> Case | None:
        """The case in which every total is at least the level; None where there is none."""
        edges = slice(self.network.first_edge, None)
        lower, upper = case.lower[edges], case.upper[edges]
        open_ = self._best_first[(lower < upper)[self._best_first]]
        used = np.flatnonzero(lower > 0)
        need = self.wanted.copy()
        np.subtract.at(need, self.mentee[used], 1)
        base = self._sums(used)
        who = self.mentee[open_]
        count = np.bincount(who, minlength=len(need))
        place = np.arange(len(open_)) - (np.cumsum(count) - count)[who]
        top, weight = place < need[who], self.weights[open_]
        best = base + self._sums(open_[top])
        asks = self.wanted > 0
        if (asks & ((need < 0) | (count < need) | (best < level))).any():
            return None
        last, following = self._at(open_, place == need[who] - 1), self._at(open_, place == need[who])
        gone = ~top & ((need[who] == 0) | (best[who] - last[who] + weight < level))
        forced = top & ((count == need)[who] | (best[who] - weight + following[who] < level))
        return self._settled(case, open_[gone & asks[who]], open_[forced & asks[who]])

    def _settled(self, case: Case, gone: Ints, forced: Ints) -> Case:
        upper, lower = case.upper.copy(), case.lower.copy()
        upper[self.network.first_edge + gone], lower[self.network.first_edge + forced] = 0, 1
        return Case(lower, upper)

    def _sums(self, edges: Ints) -> Any:
        """The sum of weights of some edges by mentee."""
        total = np.zeros(len(self.wanted), dtype=self.weights.dtype)
        np.add.at(total, self.mentee[edges], self.weights[edges])
        return total

    def _at(self, edges: Ints, marked: Bools) -> Any:
        """The weight of the one marked edge of each mentee; 0 without one."""
        found = np.zeros(len(self.wanted), dtype=self.weights.dtype)
        found[self.mentee[edges[marked]]] = self.weights[edges[marked]]
        return found


def relaxed_limit(
    instance: Instance,
    network: Network,
    place: tuple[int, int],
    pair: tuple[Sequence[int], Sequence[int]],
    known: tuple[Case, Sequence[int]],
) -> int | None:
    """What no matching of a case exceeds in a stage, by prices and multipliers; None where these are none.

    Args:
        instance: the problem.
        network: its circulation.
        place: (the worst-off stage, the stage).
        pair: (prices, multipliers).
        known: (the case, what is reached in every stage).
    """
    (price, row), (case, reached) = pair, known
    relaxed = _relaxed(instance, network, place, row)
    if relaxed is None or len(price) != network.n_nodes:
        return None
    cost, credit, share = relaxed
    owed = sum(factor * reached[number] for number, factor in credit.items())
    return (-least_between(network, cost, price, case) - owed) // share


def least_between(network: Network, cost: Ints | Objects, price: Sequence[int], case: Case) -> int:
    """A lower bound, from any prices, of the cost of all circulations of a case.

    Sum over arcs of the least that lower * rc and upper * rc allow, rc being the reduced cost (weak duality).
    """
    at = np.array(price, dtype=object)
    rest = np.asarray(cost, dtype=object) + at[network.tail] - at[network.head]
    return int(np.minimum(rest * case.lower, rest * case.upper).sum())


def _relaxed(
    instance: Instance, network: Network, place: tuple[int, int], row: Sequence[int]
) -> tuple[Objects, dict[int, int], int] | None:
    """(costs of all arcs, multiplier of what each earlier stage reached, what to divide by); None for no multipliers.

    Multipliers of the worst-off stage: one for each mentee. Of a later stage: one for itself (above 0), one for each
    sum in between, one for each mentee; all whole numbers from 0.
    """
    first, k = place
    between = range(first + 1, k)
    sums = () if k == first else (k, *between)
    own = len(sums)
    if len(row) != own + instance.labels.count("mentee") or min(row, default=0) < 0:
        return None
    share = row[0] if own else sum(row)
    if share <= 0:
        return None
    worst: Any = instance.stages[first]
    cost = np.zeros(network.n_arcs, dtype=object)
    cost[network.first_edge :] = -np.array(row[own:], dtype=object)[instance.labels.label("mentee")] * worst.weights
    for factor, stage in zip(row[:own], sums, strict=True):
        cost += factor * network.cost(stage).astype(object)
    credit = {first: sum(row[own:]), **dict(zip(between, row[1:own], strict=True))} if own else {}
    return cost, credit, share
