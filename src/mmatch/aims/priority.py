"""Urgent requests first."""

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


@dataclass(frozen=True, repr=False)
class Priority(PairAim):
    """The greatest total priority of the requests that are met: who is more urgent, or favoured, goes first.

    total = sum over filled seats of the request's priority.
    """

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The priority of each pair's request."""
        grid, unit = facts_of(pairs.cohort).priority_grid
        return np.broadcast_to(grid[pairs.request.row], pairs.shape), unit
