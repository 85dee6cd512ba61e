"""The product of everybody's fit (Nash welfare): between the greatest total and the best worst case."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.aims.worst_off import fits, mentee_fits, one_seat_each
from mmatch.candidates import facts_of
from mmatch.errors import UnsupportedError
from mmatch.exact import LOG_BITS, exact_sum, whole_log2
from mmatch.stages import Vector
from mmatch.terms import Linear

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class Nash(Aim):
    """The greatest product of the mentees' fits (Nash welfare): doubling a poor fit counts as much as a good one.

    The total is a vector: the number of mentees with a fit above 0, then the sum of log2 of their fits, each rounded
    down once to 2^-40. What is kept and proved is the sum of these logarithms. Fit is the given score, else the topic
    fit. Caragiannis, Kurokawa, Moulin, Procaccia, Shah, Wang: The unreasonable fairness of maximum Nash welfare (2019).
    """

    vector: ClassVar[bool] = True

    def term(self, edges: Edges) -> Vector:
        """(1 where the fit is above 0, the logarithm of the fit).

        Raises:
            UnsupportedError: where a mentee may have several seats: then the product is no sum over pairs.
        """
        if not one_seat_each(edges):
            text = "no solver here can keep a product of fits where a mentee may have several seats"
            raise UnsupportedError(f"{self.title}: {text}; use WorstOff() or Fit()")
        weights, unit = fits(edges.pairs)
        good = weights > 0
        power = unit.numerator.bit_length() - unit.denominator.bit_length()  # the unit is a power of two
        logs = np.where(good, whole_log2(np.maximum(weights, 1)) + (power << LOG_BITS), 0)
        return Vector((Linear(good.astype(np.int64)), Linear(logs, Fraction(1, 2**LOG_BITS))))

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """(mentees with a fit above 0, the sum of log2 of their fits)."""
        good = [fit for fit in mentee_fits(cohort, matching) if fit > 0]
        power = sum(1 - fit.denominator.bit_length() for fit in good)  # fits are whole multiples of powers of two
        logs = exact_sum(whole_log2(np.array([fit.numerator for fit in good])) if good else ())
        return Fraction(len(good)), Fraction(logs, 2**LOG_BITS) + power

    def resolution(self, cohort: Cohort) -> float:
        """What the scores were rounded to."""
        return 1.0 if cohort.score_table is None else facts_of(cohort).score_grid[2]
