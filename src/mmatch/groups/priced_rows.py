"""Rows over the seats and openings of candidate groups: rules of the instance, counting cuts, sides of branches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import FREE

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.constraints import GroupRows, Groups
    from mmatch.instance.model import Instance


@dataclass(frozen=True, eq=False)
class PricedRow:
    """A row lower <= sum of weights x seats + sum of weights x openings <= upper, which may have a price."""

    places: Ints
    place_weights: Ints
    groups: Ints
    group_weights: Ints
    lower: int
    upper: int


@dataclass(frozen=True)
class CountingCut:
    """A cut about people of some sets (of one family of bounds) in some groups of one greatest size.

    So many seats W are wanted at most, a group holds m: X seats in Y groups keep X <= W and X <= mY, hence, Y being
    whole, X <= W - r (ceil(W / m) - Y) with r = W - m (ceil(W / m) - 1) (mixed-integer rounding: Nemhauser and
    Wolsey 1990).
    """

    family: int
    sets: tuple[int, ...]
    groups: tuple[int, ...]

    def row(self, instance: Instance, groups: Groups) -> PricedRow:
        """The inequality.

        Raises:
            ValueError: groups of several greatest sizes, sets or groups that do not exist or are named twice.
        """
        if not (0 <= self.family < len(instance.bounds) and _distinct(self.groups, len(groups)) and self.groups):
            raise ValueError("this is no counting cut")
        family = instance.bounds[self.family]
        if not _distinct(self.sets, len(family.upper)) or len(set(groups.most[list(self.groups)].tolist())) > 1:
            raise ValueError("this is no counting cut")
        most = int(groups.most[self.groups[0]])
        wanted = int(family.upper[list(self.sets)].sum())
        whole = -(-wanted // most)
        rest = wanted - most * (whole - 1)
        inside = np.isin(family.label[groups.edge], self.sets) & np.isin(groups.group, self.groups)
        places = np.flatnonzero(inside)
        weights = np.full(len(self.groups), -rest, dtype=np.int64)
        return PricedRow(places, np.ones_like(places), np.array(self.groups), weights, -FREE, wanted - rest * whole)


@dataclass(frozen=True)
class Side:
    """One side of a branch: the number of these groups that open is at most, or at least, ``k``."""

    groups: tuple[int, ...]
    k: int
    at_most: bool

    def row(self) -> PricedRow:
        """The inequality."""
        none, groups = np.zeros(0, dtype=np.int64), np.array(self.groups)
        lower, upper = (-FREE, self.k) if self.at_most else (self.k, FREE)
        return PricedRow(none, none, groups, np.ones_like(groups), lower, upper)


def split_rows(rows: GroupRows) -> list[PricedRow]:
    """Each row by itself."""
    n = len(rows.lower)
    places, groups = (_by_row(entries, n) for entries in (rows.places, rows.groups))
    limits = zip(rows.lower.tolist(), rows.upper.tolist(), strict=True)
    return [PricedRow(*p, *g, low, high) for p, g, (low, high) in zip(places, groups, limits, strict=True)]


def _by_row(entries: tuple[Ints, Ints, Ints], n: int) -> list[tuple[Ints, Ints]]:
    """(columns, weights) of each row."""
    row, column, weight = entries
    order = np.argsort(row, kind="stable")
    edges = np.searchsorted(row[order], np.arange(n + 1)).tolist()
    column, weight = column[order], weight[order]
    return [(column[a:b], weight[a:b]) for a, b in pairwise(edges)]


def _distinct(numbers: Sequence[int], n: int) -> bool:
    return len(set(numbers)) == len(numbers) and all(0 <= number < n for number in numbers)
