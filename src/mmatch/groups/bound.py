"""A bound on what any matching in groups is worth: from prices alone, in exact whole numbers, without any solver.

For any prices on sets, on rows and on what earlier stages reached, a stage is worth at most what is paid for all of
these, plus for each mentor the best groups that they could lead, each worth the ``least`` greatest of (weight - price),
then the positive ones up to ``most`` (Lagrangian relaxation: Geoffrion 1974; the groups of one mentor are the columns
of Dantzig and Wolfe 1960). Prices may come from anywhere. O(seats log seats).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import FREE
from mmatch.groups.priced_rows import CountingCut, PricedRow, Side, split_rows

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Objects
    from mmatch.constraints import Groups
    from mmatch.instance.model import Instance
    from mmatch.terms import ConvexLoad


class GroupBound:
    """The bound of one stage of an instance with groups, as a function of prices.

    Prices come as one vector: what one unit of the stage counts (above 0), a multiplier from 0 for each earlier stage,
    a price for each set of each family of bounds, for each row of `Groups.rows`, for each set of each load of this
    stage and the earlier ones, for each counting cut, for each side of a branch.
    """

    def __init__(self, instance: Instance, groups: Groups, number: int, reached: Sequence[int]) -> None:
        self.instance, self.groups, self.number = instance, groups, number
        self.reached = list(reached[:number])
        self.stages: list[Any] = [instance.stages[number], *instance.stages[:number]]
        self.loads: list[tuple[int, ConvexLoad]] = [
            (place, load) for place, stage in enumerate(self.stages) for load in stage.loads
        ]

    @staticmethod
    def fits(instance: Instance, number: int) -> bool:
        """Whether a stage and all before it are sums over edges and loads."""
        return all(stage.summed and not stage.grouped for stage in instance.stages[: number + 1])

    @cached_property
    def sizes(self) -> list[int]:
        """How many prices each block has: one and multipliers, families, rows, loads."""
        families = [len(family.upper) for family in self.instance.bounds]
        return [len(self.stages), sum(families), len(self._rows), sum(n for _, n in self._load_sets)]

    @cached_property
    def _load_sets(self) -> list[tuple[Ints, int]]:
        labels = [load.label(self.instance.labels) for _, load in self.loads]
        return [(label, int(label.max(initial=NONE)) + 1) for label in labels]

    @cached_property
    def _rows(self) -> list[PricedRow]:
        return [row for rows in self.groups.rows for row in split_rows(rows)]

    def value(self, prices: Sequence[int], cuts: Sequence[CountingCut] = (), sides: Sequence[Side] = ()) -> int:
        """What the stage cannot exceed where all sides hold.

        Raises:
            ValueError: a vector of another length, a unit below 1, a negative multiplier.
        """
        ends = np.cumsum([0, *self.sizes, len(cuts) + len(sides)]).tolist()
        if len(prices) != ends[-1] or prices[0] < 1 or min(prices[: ends[1]]) < 0:
            raise ValueError("these are no prices for this stage")
        factors, sets, rows, loads, extra = (list(prices[a:b]) for a, b in pairwise(ends))
        place = self._edge_weights(factors, sets, loads)[self.groups.edge]
        group = np.zeros(len(self.groups), dtype=object)
        owed = self._paid_for_sets(sets) + self._paid_for_loads(factors, loads)
        owed -= sum(factor * total for factor, total in zip(factors[1:], self.reached, strict=True))
        added = [*(cut.row(self.instance, self.groups) for cut in cuts), *(side.row() for side in sides)]
        for row, price in zip([*self._rows, *added], [*rows, *extra], strict=True):
            if price:
                np.subtract.at(place, row.places, row.place_weights.astype(object) * price)
                np.subtract.at(group, row.groups, row.group_weights.astype(object) * price)
                owed += price * (row.upper if price > 0 else row.lower)
        values = self._group_values(place, group)
        return (owed + sum(_best_groups(members, led, values) for members, led in self._mentors)) // factors[0]

    def _edge_weights(self, factors: list[int], sets: list[int], loads: list[int]) -> Objects:
        """Weights of edges under all prices, in whole numbers of any size."""
        edge = np.zeros(len(self.instance.request), dtype=object)
        for factor, stage in zip(factors, self.stages, strict=True):
            edge += stage.weights.astype(object) * factor
        start = 0
        for family in self.instance.bounds:
            price = np.array([*sets[start : start + len(family.upper)], 0], dtype=object)  # no set: no price
            edge -= price[family.label]
            start += len(family.upper)
        start = 0
        for label, n in self._load_sets:
            edge += np.array([*loads[start : start + n], 0], dtype=object)[label]
            start += n
        return edge

    def _paid_for_sets(self, prices: list[int]) -> int:
        """The price of what each set may have at most, or must have: no more than it can hold."""
        paid, rest = 0, iter(prices)
        for family in self.instance.bounds:
            size = np.bincount(family.label[family.label != NONE], minlength=len(family.upper))
            upper = np.minimum(family.upper, size).tolist()
            for low, high in zip(family.lower.tolist(), upper, strict=True):
                price = next(rest)
                paid += price * (high if price > 0 else low)
        return paid

    def _paid_for_loads(self, factors: list[int], prices: list[int]) -> int:
        """A load pays a price per unit; what its rewards bring beyond the price is a constant."""
        paid, rest = 0, iter(prices)
        for (place, load), (label, n) in zip(self.loads, self._load_sets, strict=True):
            for number, degree in enumerate(np.bincount(label[label != NONE], minlength=n).tolist()):
                price = next(rest)
                rewards = (factors[place] * load.reward(number, k) - price for k in range(degree))
                paid += sum(reward for reward in rewards if reward > 0)
        return paid

    def _group_values(self, place: Objects, group: Objects) -> list[list[int]]:
        """For each group what it is worth when it opens once, twice, …: as far as it can be filled."""
        order = _descending(place)
        order = order[np.argsort(self.groups.group[order], kind="stable")]  # group by group, the greatest first
        ranked, member = place[order], self.groups.group[order]
        size = np.bincount(member, minlength=len(self.groups))
        number = np.arange(len(ranked)) - (np.cumsum(size) - size)[member]
        values: list[list[int]] = [[] for _ in range(len(self.groups))]
        for n in range(1, int(self.groups.copies.max(initial=0)) + 1):
            least, most = self.groups.least * n, self.groups.most * n
            must = number < least[member]
            taken = must | ((number < most[member]) & (ranked > 0))
            worth = group * n
            np.add.at(worth, member[taken], ranked[taken])
            for k in np.flatnonzero((self.groups.copies >= n) & (size >= least)).tolist():
                values[k].append(worth[k])
        return values

    @cached_property
    def _mentors(self) -> list[tuple[list[tuple[int, int]], int]]:
        """For each mentor (the groups by their ends, each with how many end before it begins; how many to lead)."""
        found = []
        slots, by_mentor = self.groups.slots, np.argsort(self.groups.leader, kind="stable")
        edges = np.searchsorted(self.groups.leader[by_mentor], np.arange(len(self.groups.led) + 1)).tolist()
        for (first, last), led in zip(pairwise(edges), self.groups.led.tolist(), strict=True):
            own, before = by_mentor[first:last], np.arange(last - first)
            if slots is not None:
                ends = slots.end[self.groups.slot[own]]
                own = own[np.argsort(ends, kind="stable")]
                before = np.searchsorted(np.sort(ends), slots.start[self.groups.slot[own]], side="right")
            if len(own):
                found.append((list(zip(own.tolist(), before.tolist(), strict=True)), min(led, FREE)))
        return found


def _descending(values: Objects) -> Ints:
    """The order of whole numbers, the greatest first: sorted as machine integers where all of them are."""
    try:
        order = np.argsort(values.astype(np.int64), kind="stable")
    except OverflowError:
        order = np.argsort(values, kind="stable")
    return order[::-1]


def _best_groups(members: list[tuple[int, int]], led: int, values: list[list[int]]) -> int:
    """The most that the groups of one mentor can add.

    Weighted interval scheduling with a count (Kleinberg and Tardos 2005, 6.1); ``best[i][c]``: the most from the first
    i groups with at most c of them open.
    """
    most = min(led, sum(len(values[group]) for group, _ in members))
    best = [[0] * (most + 1)]
    for group, before in members:
        row = list(best[-1])
        for n, worth in enumerate(values[group], 1):
            for count in range(n, most + 1):
                row[count] = max(row[count], best[before][count - n] + worth)
        best.append(row)
    return best[-1][most]
