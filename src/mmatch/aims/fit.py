"""The scores that the cohort was given for its pairs, added up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import facts_of

if TYPE_CHECKING:
    from fractions import Fraction

    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class Fit(PairAim):
    """The greatest total of the given scores.

    total = sum of score(mentor, mentee) over filled seats; scores are rounded once (`Result.resolution`).
    """

    def check(self, cohort: Cohort) -> None:
        """There must be scores."""
        _ = facts_of(cohort).score_grid

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The score of each pair, 0 where none was given."""
        grid, unit, _ = pairs.facts.score_grid
        row = pairs.score_row
        if len(grid) == 0:
            return np.zeros(row.shape, dtype=np.int64), unit
        if row.size == len(grid) and np.array_equal(row, np.arange(len(grid))):
            return grid, unit
        return np.where(row >= 0, grid[row], 0), unit

    def resolution(self, cohort: Cohort) -> float:
        """What the scores were rounded to."""
        return facts_of(cohort).score_grid[2]
