"""What no matching in groups can exceed: a bound from prices alone, in exact whole numbers, without any solver.

For any prices on seats, on rows and on what earlier stages reached, a stage is worth at most what is paid for all of
these, plus for each leader the best groups that they could lead, each worth the ``least`` greatest of (weight - price),
then the positive ones up to ``most`` (Lagrangian relaxation: Geoffrion 1974; the groups of one leader are the columns
of Dantzig and Wolfe 1960). Prices may come from anywhere. O(places log places).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.instance.totals import load_labels
from mmatch.terms import FREE, Total
from mmatch.terms import Count as Counted

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Objects
    from mmatch.instance.model import Instance
    from mmatch.terms import Bounds, ConvexLoad, GroupRows, Groups

SAFE = 2**61


@dataclass(frozen=True)
class Count:
    """A counting cut: people of some sets (of one family of bounds) in some groups of one greatest size.

    So many seats W are wanted at most, a group holds m: X seats in Y groups keep X <= W and X <= mY, hence, Y being
    whole, X <= W - r (ceil(W / m) - Y) with r = W - m (ceil(W / m) - 1) (mixed-integer rounding: Nemhauser and
    Wolsey 1990).
    """

    family: int
    sets: tuple[int, ...]
    groups: tuple[int, ...]


@dataclass(frozen=True)
class Side:
    """One side of a branch: the number of these groups that open is at most, or at least, ``k``."""

    groups: tuple[int, ...]
    k: int
    at_most: bool


@dataclass(frozen=True, eq=False)
class Priced:
    """A row over places and groups with its limits, as prices see it."""

    places: Ints
    place_weights: Ints
    groups: Ints
    group_weights: Ints
    lower: int
    upper: int


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
        return all(isinstance(stage, Total | Counted) and not stage.grouped for stage in instance.stages[: number + 1])

    @cached_property
    def sizes(self) -> list[int]:
        """How many prices each block has: one and multipliers, families, rows, loads."""
        families = [len(family.upper) for family in self.instance.bounds]
        rows = [len(rows.lower) for rows in self.groups.rows]
        return [len(self.stages), sum(families), sum(rows), sum(n for _, n in self._load_sets)]

    @cached_property
    def _load_sets(self) -> list[tuple[Ints, int]]:
        labels = [load_labels(self.instance, load) for _, load in self.loads]
        return [(label, int(label.max(initial=NONE)) + 1) for label in labels]

    @cached_property
    def _order(self) -> tuple[Ints, Ints]:
        """(first place of each group, size of each group); places stand group by group."""
        size = np.bincount(self.groups.group, minlength=len(self.groups))
        return np.cumsum(size) - size, size

    def value(self, prices: Sequence[int], cuts: Sequence[Count] = (), sides: Sequence[Side] = ()) -> int | None:
        """What the stage cannot exceed where all sides hold; None where no groups can open as the sides ask.

        Raises:
            ValueError: a vector of another length, a unit below 1, a negative multiplier.
        """
        one, blocks = self._blocks(prices, len(cuts) + len(sides))
        extra = [*self._rows, *(counted(self.instance, self.groups, cut) for cut in cuts), *map(_side, sides)]
        kind: Any = np.int64 if self._small(blocks, extra) else object
        edge = self._edge_weights(blocks, kind)
        place, group = edge[self.groups.edge], np.zeros(len(self.groups), dtype=kind)
        owed = self._paid_for_sets(blocks[1]) + self._paid_for_loads(blocks)
        owed -= sum(factor * total for factor, total in zip(blocks[0][1:], self.reached, strict=True))
        for row, price in zip(extra, [*blocks[2], *blocks[4]], strict=True):
            if price:
                np.subtract.at(place, row.places, row.place_weights.astype(kind) * price)
                np.subtract.at(group, row.groups, row.group_weights.astype(kind) * price)
                owed += price * (row.upper if price > 0 else row.lower)
        best = self._best_groups(place, group, sides)
        return None if best is None else (owed + best) // one

    def _blocks(self, prices: Sequence[int], extra: int) -> tuple[int, list[list[int]]]:
        ends = np.cumsum([0, *self.sizes, extra]).tolist()
        if len(prices) != ends[-1] or prices[0] < 1 or min(prices[: ends[1]]) < 0:
            raise ValueError("these are no prices for this stage")
        return prices[0], [list(prices[a:b]) for a, b in pairwise(ends)]

    def _small(self, blocks: list[list[int]], extra: Sequence[Priced]) -> bool:
        """Whether no number can leave 61 bits."""
        priced = [(row, abs(price)) for row, price in zip(extra, [*blocks[2], *blocks[4]], strict=True) if price]
        largest = sum(
            abs(factor) * int(np.abs(stage.weights).max(initial=0))
            for factor, stage in zip(blocks[0], self.stages, strict=True)
        )
        largest += max(map(abs, blocks[1]), default=0) * len(self.instance.bounds)
        largest += max(map(abs, blocks[3]), default=0) * len(self.loads)
        rows = sum(price * int(np.abs(row.place_weights).max(initial=0)) * len(row.places) for row, price in priced)
        opened = sum(price * int(np.abs(row.group_weights).max(initial=0)) * len(row.groups) for row, price in priced)
        often = int(self.groups.copies.max(initial=1))
        return largest * max(len(self.groups.edge), 1) + rows + opened * often < SAFE

    def _edge_weights(self, blocks: list[list[int]], kind: Any) -> Objects | Ints:
        """Weights of edges under all prices."""
        edge = np.zeros(len(self.instance.request), dtype=kind)
        for factor, stage in zip(blocks[0], self.stages, strict=True):
            edge += stage.weights.astype(kind) * factor
        start = 0
        for family in self.instance.bounds:
            price = np.array([*blocks[1][start : start + len(family.upper)], 0], dtype=kind)  # no set: no price
            edge -= price[family.label]
            start += len(family.upper)
        start = 0
        for label, n in self._load_sets:
            edge += np.array([*blocks[3][start : start + n], 0], dtype=kind)[label]
            start += n
        return edge

    def _paid_for_sets(self, prices: list[int]) -> int:
        lower = [low for family in self.instance.bounds for low in family.lower.tolist()]
        upper = [high for family in self._uppers for high in family.tolist()]
        return sum(p * (high if p > 0 else low) for p, low, high in zip(prices, lower, upper, strict=True))

    @cached_property
    def _uppers(self) -> list[Ints]:
        """Upper bounds, no greater than what a set can hold."""
        found = []
        for family in self.instance.bounds:
            member = family.label[family.label != NONE]
            found.append(np.minimum(family.upper, np.bincount(member, minlength=len(family.upper))))
        return found

    def _paid_for_loads(self, blocks: list[list[int]]) -> int:
        """A load pays a price per unit; what its rewards bring beyond the price is a constant."""
        paid, start = 0, 0
        for (place, load), (label, n) in zip(self.loads, self._load_sets, strict=True):
            factor, prices = blocks[0][place], blocks[3][start : start + n]
            degree = np.bincount(label[label != NONE], minlength=n).tolist()
            for number in range(n):
                rewards = (factor * load.reward(number, k) - prices[number] for k in range(degree[number]))
                paid += sum(reward for reward in rewards if reward > 0)
            start += n
        return paid

    @cached_property
    def _rows(self) -> list[Priced]:
        return [row for rows in self.groups.rows for row in split_rows(rows)]

    # -- the best groups of each leader -------------------------------------------------------------------------------

    def _best_groups(self, place: Any, group: Any, sides: Sequence[Side]) -> int | None:
        """The most that all leaders can add; None where what the sides fix for one group cannot be."""
        values = self._group_values(place, group)
        low, high = [0] * len(self.groups), self.groups.copies.tolist()
        for side in sides:
            if len(side.groups) == 1 and side.at_most:
                high[side.groups[0]] = min(high[side.groups[0]], side.k)
            elif len(side.groups) == 1:
                low[side.groups[0]] = max(low[side.groups[0]], side.k)
        total = 0
        for members, led in self._leaders:
            best = self._best_of_leader(members, led, (values, low, high))
            if best is None:
                return None
            total += best
        return total

    def _group_values(self, place: Any, group: Any) -> list[list[int]]:
        """For each group what it is worth when it opens once, twice, …: as far as it can be filled."""
        order = _descending(self.groups.group, place)
        ranked = place[order]
        first, size = self._order
        number = np.arange(len(ranked)) - first[self.groups.group]
        values: list[list[int]] = [[] for _ in range(len(self.groups))]
        for n in range(1, int(self.groups.copies.max(initial=0)) + 1):
            least, most = self.groups.least * n, self.groups.most * n
            must = number < least[self.groups.group]
            may = ~must & (number < most[self.groups.group]) & (ranked > 0)
            taken = np.where(must | may, ranked, 0)
            total = np.zeros(len(self.groups), dtype=taken.dtype)
            np.add.at(total, self.groups.group, taken)
            opens = (self.groups.copies >= n) & (size >= least)
            worth = (total + group * n).tolist()
            for k in np.flatnonzero(opens).tolist():
                values[k].append(worth[k])
        return values

    @cached_property
    def _leaders(self) -> list[tuple[list[tuple[int, int]], int]]:
        """For each leader the groups in order of their ends, with how many of them end before each begins."""
        found = []
        slots, by_leader = self.groups.slots, np.argsort(self.groups.leader, kind="stable")
        edges = np.searchsorted(self.groups.leader[by_leader], np.arange(len(self.groups.led) + 1)).tolist()
        for leader, led in enumerate(self.groups.led.tolist()):
            own = by_leader[edges[leader] : edges[leader + 1]]
            if slots is None:
                found.append(([(group, place) for place, group in enumerate(own.tolist())], min(led, FREE)))
                continue
            ends = slots.end[self.groups.slot[own]]
            own = own[np.argsort(ends, kind="stable")]
            before = np.searchsorted(np.sort(ends), slots.start[self.groups.slot[own]], side="right")
            found.append((list(zip(own.tolist(), before.tolist(), strict=True)), min(led, FREE)))
        return [(members, led) for members, led in found if members]

    def _best_of_leader(
        self, members: list[tuple[int, int]], led: int, fixed: tuple[list[list[int]], list[int], list[int]]
    ) -> int | None:
        """Weighted interval scheduling with a count (Kleinberg and Tardos 2005, 6.1); fixed openings cannot be missed.

        ``best[i][c]``: the most from the first i groups with at most c of them open.
        """
        values, low, high = fixed
        forced = [group for group, _ in members if low[group] > 0]
        bonus = 2 * sum(max(map(abs, values[group]), default=0) for group, _ in members) + 1
        most = min(led, sum(min(high[group], len(values[group])) for group, _ in members))
        best = [[0] * (most + 1)]
        for place, (group, before) in enumerate(members):
            row = list(best[place])
            extra = bonus if low[group] > 0 else 0
            for n in range(max(low[group], 1), min(high[group], len(values[group])) + 1):
                worth = values[group][n - 1] + extra
                for count in range(n, most + 1):
                    row[count] = max(row[count], best[before][count - n] + worth)
            best.append(row)
        top = best[-1][most] - bonus * len(forced)
        return None if forced and top <= -bonus else top


def _descending(group: Ints, place: Any) -> Ints:
    """Places group by group, the greatest first."""
    if place.dtype == object:
        return np.array(sorted(range(len(place)), key=lambda k: (group[k], -place[k])), dtype=np.int64)
    order: Ints = np.lexsort((-place, group))
    return order


def split_rows(rows: GroupRows) -> list[Priced]:
    """Each row by itself."""
    n = len(rows.lower)
    places, groups = (_by_row(entries, n) for entries in (rows.places, rows.groups))
    limits = zip(rows.lower.tolist(), rows.upper.tolist(), strict=True)
    return [Priced(*p, *g, low, high) for p, g, (low, high) in zip(places, groups, limits, strict=True)]


def _by_row(entries: tuple[Ints, Ints, Ints], n: int) -> list[tuple[Ints, Ints]]:
    """(columns, weights) of each row."""
    row, column, weight = entries
    order = np.argsort(row, kind="stable")
    edges = np.searchsorted(row[order], np.arange(n + 1)).tolist()
    column, weight = column[order], weight[order]
    return [(column[a:b], weight[a:b]) for a, b in pairwise(edges)]


def counted(instance: Instance, groups: Groups, cut: Count) -> Priced:
    """A counting cut as a row.

    Raises:
        ValueError: groups of several greatest sizes, sets or groups that are not there or named twice.
    """
    if not (0 <= cut.family < len(instance.bounds) and _distinct(cut.groups, len(groups)) and cut.groups):
        raise ValueError("this is no counting cut")
    family: Bounds = instance.bounds[cut.family]
    if not _distinct(cut.sets, len(family.upper)) or len(set(groups.most[list(cut.groups)].tolist())) > 1:
        raise ValueError("this is no counting cut")
    most = int(groups.most[cut.groups[0]])
    wanted = int(family.upper[list(cut.sets)].sum())
    whole = -(-wanted // most)
    rest = wanted - most * (whole - 1)
    inside = np.isin(family.label[groups.edge], cut.sets) & np.isin(groups.group, cut.groups)
    places = np.flatnonzero(inside)
    ones = np.ones(len(places), dtype=np.int64)
    weights = np.full(len(cut.groups), -rest, dtype=np.int64)
    return Priced(places, ones, np.array(cut.groups), weights, -FREE, wanted - rest * whole)


def _distinct(numbers: Sequence[int], n: int) -> bool:
    return len(set(numbers)) == len(numbers) and all(0 <= number < n for number in numbers)


def _side(side: Side) -> Priced:
    none = np.zeros(0, dtype=np.int64)
    limits = (-FREE, side.k) if side.at_most else (side.k, FREE)
    return Priced(none, none, np.array(side.groups), np.ones(len(side.groups), dtype=np.int64), *limits)
