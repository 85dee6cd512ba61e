"""Mentors and mentees get equally good ranks: the difference of the two sums is kept small."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import Aim
from mmatch.aims.preference import need_ranks
from mmatch.candidates import pairs_of
from mmatch.exact import exact_sum
from mmatch.terms import Balance

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class EqualSides(Aim):
    """Neither side pays for the other: mentors get as good ranks as mentees do, all in all.

    total = -|sum of the mentees' ranks - sum of the mentors' ranks| over filled seats; whoever states no list gives
    rank 1. Over stable matchings (`rules.Stable`) this is the sex-equal stable matching, NP-hard to find (Kato,
    Complexity of the sex-equal stable marriage problem, 1993), so only "milp" and "cpsat" take it. By itself it says
    nothing about how good ranks are: put `Preference("both")` before or behind it.
    """

    def check(self, cohort: Cohort) -> None:
        """Somebody must have stated ranks."""
        need_ranks(self, cohort)

    def term(self, edges: Edges) -> Balance:
        """The difference of the two ranks of each edge."""
        return Balance(_differences(edges.pairs))

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Minus the difference of the two sums."""
        return -Fraction(abs(exact_sum(_differences(pairs_of(cohort, matching)))))


def _differences(pairs: Pairs) -> Ints:
    return np.ascontiguousarray(pairs.mentee_rank - pairs.mentor_rank)
