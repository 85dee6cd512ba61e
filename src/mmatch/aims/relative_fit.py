"""Scores measured against what each mentee could have."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import facts_of

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort

GRID = 2**40


@dataclass(frozen=True, repr=False)
class RelativeFit(PairAim):
    """The greatest total of scores, each measured against the mentee's own: nobody counts more by scoring higher.

    scale "range": (score - least) / (greatest - least) of the mentee's scores, 0 where all are equal; "best": score /
    greatest, 0 where the greatest is not above 0. Rounded once to 2^-40.

    Args:
        scale: "range" or "best".
    """

    scale: str = "range"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("scale", ("range", "best"))

    def check(self, cohort: Cohort) -> None:
        """There must be scores."""
        _ = facts_of(cohort).score_grid

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The relative score of each pair."""
        grid = pairs.facts.relative_scores(self.scale, GRID)
        row = pairs.score_row
        return (np.where(row >= 0, grid[row], 0) if len(grid) else np.zeros_like(row)), Fraction(1, GRID)

    def resolution(self, cohort: Cohort) -> float:
        """What scores and relative scores were rounded to."""
        return min(facts_of(cohort).score_grid[2], 1 / GRID)
