"""The same super mentors are not always tapped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.aims._base import Aim
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.instance.edges import Edges
    from mmatch.matching import Matching
    from mmatch.people import Cohort


@dataclass(frozen=True, repr=False)
class EvenLoad(Aim):
    """The load is spread over the mentors as evenly as possible.

    total = -sum over mentors of load (load - 1) / 2: after a tier that fixes the number of seats, one solve gives at
    once the least maximum, the greatest minimum and the least range of loads.
    """

    def term(self, edges: Edges) -> ConvexLoad:  # noqa: ARG002 - one signature for all aims
        """The k-th seat of a mentor costs k - 1."""
        return ConvexLoad("mentor", head=(0,), slope=-1)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """Minus the number of pairs of seats that share a mentor."""
        return Fraction(-sum(load * (load - 1) // 2 for load in Counter(matching.seats.mentor).values()))
