"""Seats are spread over the mentees, so that nobody has several while somebody else has few."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.aims._base import Aim
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class EvenSeats(Aim):
    """Those who ask for several mentors, as at an event of several rounds, get as equal numbers of them as possible.

    total = -sum over mentees of seats (seats - 1) / 2: after a tier that fixes the number of seats, one solve gives at
    once the least maximum, the greatest minimum and the least range.
    """

    def term(self, edges: Edges) -> ConvexLoad:  # noqa: ARG002 - one signature for all aims
        """The k-th seat of a mentee costs k - 1."""
        return ConvexLoad("mentee", head=(0,), slope=-1)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """Minus the pairs of seats that share a mentee."""
        return Fraction(-sum(seats * (seats - 1) // 2 for seats in Counter(matching.seats.mentee).values()))
