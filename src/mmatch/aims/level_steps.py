"""Points for a gap between levels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.errors import excerpt
from mmatch.exact import number_fault, short

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class LevelSteps(PairAim):
    """Points for how far the mentor stands above the mentee, such as 9 for one grade and 12 for two.

    score = points[offer.level - request.level], 0 for every other gap and where a level is not stated.

    Args:
        points: {gap: points}.
    """

    points: Mapping[float, float] | Sequence[tuple[float, float]]

    def __post_init__(self) -> None:
        super().__post_init__()
        rows: Any = self.points.items() if isinstance(self.points, Mapping) else self.points
        if isinstance(rows, str) or not hasattr(rows, "__iter__"):
            raise self.refuse("points", f"found {excerpt(self.points)}, expected {{gap: points}}")
        pairs = [tuple(row) if isinstance(row, list | tuple) else (row,) for row in rows]
        for pair in pairs:
            fault = "" if len(pair) == 2 else f"found {excerpt(pair)}, expected (gap, points)"
            fault = fault or next(filter(None, (number_fault(v, "gap and points") for v in pair)), "")
            if fault:
                raise self.refuse("points", fault)
        self.put("points", tuple(sorted(pairs)))

    @property
    def table(self) -> list[tuple[float, Fraction]]:
        """(gap, exact points), smallest gap first."""
        rows: Any = self.points
        return [(gap, short(worth)) for gap, worth in rows]

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The points of each pair's gap."""
        gap = pairs.offer.level - pairs.request.level
        unit = Fraction(1, math.lcm(*(worth.denominator for _, worth in self.table)))
        total = np.zeros(gap.shape, dtype=np.int64)
        for wanted, worth in self.table:
            total[gap == wanted] = int(worth / unit)
        return total, unit

    def met(self, pairs: Pairs) -> Bools:
        """Whether the gap is one of those with most points."""
        points, unit = self.scores(pairs)
        return np.equal(points, int(max(worth for _, worth in self.table) / unit))
