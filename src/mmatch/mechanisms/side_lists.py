"""The lists of one side of a market: its pairs by owner, best first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, WORD

if TYPE_CHECKING:
    from mmatch.arrays import Ints, Rows


@dataclass(frozen=True, eq=False)
class Lists:
    """Pairs by owner, then by ranks.

    Args:
        owner: whose list each pair stands on.
        n: how many owners there are.
        ranks: of each pair, one array or more: ties in the first are ordered by the second, and so on.
    """

    owner: Ints
    n: int
    ranks: tuple[Ints, ...]

    @cached_property
    def start(self) -> Ints:
        """Where each owner's pairs begin, one more at the end."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.owner, minlength=self.n))])

    @cached_property
    def counted(self) -> bool:
        """Whether the first ranks of each owner are 1, 2, …: then lists are strict, and nothing needs sorting.

        Ranks from 1 that fill all places have none of another's: the last owner has only their own, and so on down.
        """
        ranks = self.ranks[0]
        if ranks.min(initial=1) < 1 or ranks.max(initial=0) > len(ranks):
            return False
        place = self._counted_places()
        if place.max(initial=NONE) >= len(place):
            return False
        seen = np.zeros(len(place), dtype=bool)
        seen[place] = True
        return bool(seen.all())

    @cached_property
    def by(self) -> Rows:
        """The pairs in order."""
        return inverse(self._counted_places()) if self.counted else in_order(self.owner, *self.ranks).astype(np.int32)

    @cached_property
    def place(self) -> Rows:
        """Where each pair stands in this order."""
        return self._counted_places().astype(np.int32) if self.counted else inverse(self.by)

    def repeats(self, person: Ints | None = None) -> bool:
        """Whether two pairs of one owner have one rank, and other people where that is asked for."""
        if self.counted:
            return False
        by = self.by
        same = (np.diff(self.owner[by]) == 0) & (np.diff(self.ranks[0][by]) == 0)
        return bool((same if person is None else same & (np.diff(person[by]) != 0)).any())

    def _counted_places(self) -> Ints:
        place: Ints = self.start[self.owner]
        place += self.ranks[0]
        place -= 1
        return place


def inverse(places: Ints | Rows) -> Rows:
    """Which entry stands at each place."""
    found = np.empty(len(places), dtype=np.int32)
    found[places] = np.arange(len(places), dtype=np.int32)
    return found


def in_order(*columns: Ints) -> Ints:
    """Places sorted by columns of numbers from 0: as one number each where these fit, which is far quicker."""
    columns = (*columns, np.arange(len(columns[0])))
    bits = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(bits) > WORD or min(int(column.min(initial=0)) for column in columns) < 0:
        return np.lexsort(columns[-2::-1])
    packed = np.zeros(len(columns[0]), dtype=np.int64)
    for column, width in zip(columns, bits, strict=True):
        packed <<= width
        packed |= column
    packed.sort()
    packed &= (1 << bits[-1]) - 1
    return packed
