"""The mentee who fares worst fares as well as possible."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.candidates import facts_of, pairs_of
from mmatch.stages import Worst

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class WorstOff(Aim):
    """The mentee who fares worst, of those who are matched, fares as well as possible (max-min fairness).

    total = the least total fit of any matched mentee, 0 when nobody is matched; fit is the given score, and the topic
    fit where the cohort has no scores. Needs a Coverage tier before it: else it would be best to match nobody. Exact
    and proved where every mentee has one seat; several seats for one mentee make it NP-hard (Garg, Kavitha, Kumar,
    Mehlhorn, Mestre: Assigning papers to referees, 2010).
    """

    alone: ClassVar[bool] = True
    after_coverage: ClassVar[bool] = True
    full: ClassVar[bool] = False

    def term(self, edges: Edges) -> Worst:
        """The fit of each edge."""
        weights, unit = fits(edges.pairs)
        return Worst(np.ascontiguousarray(weights), one_seat_each(edges), unit, self.full)

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """The least fit of a matched mentee."""
        return min(mentee_fits(cohort, matching), default=Fraction(0))

    def resolution(self, cohort: Cohort) -> float:
        """What the scores were rounded to."""
        return 1.0 if cohort.score_table is None else facts_of(cohort).score_grid[2]


def fits(pairs: Pairs) -> tuple[Ints, Fraction]:
    """(the fit of each pair as a whole number, unit): the given score, else the topic fit."""
    from mmatch.aims.fit import Fit
    from mmatch.aims.topic_fit import TopicFit

    weights, unit = (TopicFit() if pairs.cohort.score_table is None else Fit()).scores(pairs)
    return np.broadcast_to(weights, pairs.shape).astype(np.int64), unit


def mentee_fits(cohort: Cohort, matching: Matching) -> list[Fraction]:
    """The total fit of each matched mentee, in no order."""
    pairs = pairs_of(cohort, matching)
    weights, unit = fits(pairs)
    total: dict[int, int] = defaultdict(int)
    for mentee, weight in zip(pairs.mentee.tolist(), weights.tolist(), strict=True):
        total[mentee] += weight
    return [fit * unit for fit in total.values()]


def one_seat_each(edges: Edges) -> bool:
    """Whether no mentee can have more than one seat."""
    wanted = np.minimum(edges.wanted, np.bincount(edges.request, minlength=edges.count("request")))
    return bool((np.bincount(edges.mentee_of_request, weights=wanted) <= 1).all())
