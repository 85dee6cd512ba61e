"""Mentors whom the history does not name get their turn."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import LoadAim
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class NewMentors(LoadAim):
    """As many mentors as possible who have never mentored before get a mentee.

    total = number of mentors with a filled seat whom the history does not name as a mentor. Without any history this
    counts all mentors in use.
    """

    def term(self, edges: Edges) -> ConvexLoad:
        """One for the first seat of each new mentor."""
        used = set(edges.cohort.meetings.mentor)
        ids = edges.cohort.people.ids
        fresh = [ids[row] not in used for row in edges.mentor_rows.tolist()]
        return ConvexLoad("mentor", head=(1, 0), factor=np.array(fresh, dtype=np.int64))

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """New mentors in use."""
        return Fraction(len(set(matching.seats.mentor) - set(cohort.meetings.mentor)))
