"""The fair middle between the greatest total and the best worst case."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.aims.worst_off import fits, mentee_fits, one_seat_each
from mmatch.errors import UnsupportedError
from mmatch.people.numbers import LOG_BITS, whole_log2
from mmatch.terms import Linear, Vector

if TYPE_CHECKING:
    from mmatch.instance.edges import Edges
    from mmatch.matching import Exact, Matching
    from mmatch.people import Cohort
    from mmatch.people.columns import Ints


@dataclass(frozen=True, repr=False)
class Nash(Aim):
    """The greatest product of the mentees' fits (Nash welfare): doubling a poor fit counts as much as a good one.

    The total is a vector: the number of mentees with a fit above 0, then the sum of log2(fit) over them, each rounded
    down to 2^-40, so that the product is the greatest but for a factor of 2^(mentees / 2^40). Fit is the given score,
    else the topic fit. Caragiannis, Kurokawa, Moulin, Procaccia, Shah, Wang: The unreasonable fairness of maximum Nash
    welfare (2019).
    """

    vector: ClassVar[bool] = True

    def term(self, edges: Edges) -> Vector:
        """(1 where the fit is above 0, its logarithm).

        Raises:
            UnsupportedError: where a mentee may have several seats: then the product is no sum over pairs.
        """
        if not one_seat_each(edges):
            text = "no solver here can keep a product of fits where a mentee may have several seats"
            raise UnsupportedError(f"{self.title}: {text}; use WorstOff() or Fit()")
        weights, unit = fits(edges.pairs)
        good = weights > 0
        return Vector((Linear(good.astype(np.int64)), Linear(_logs(weights, unit), Fraction(1, 2**LOG_BITS))))

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """(mentees with a fit above 0, sum of the logarithms of their fits)."""
        good = [fit for fit in mentee_fits(cohort, matching) if fit > 0]
        unit = Fraction(1, math.lcm(*(fit.denominator for fit in good)))
        logs = _logs(np.array([int(fit / unit) for fit in good], dtype=np.int64), unit)
        return Fraction(len(good)), Fraction(int(logs.sum()), 2**LOG_BITS)

    def resolution(self, cohort: Cohort) -> float:  # noqa: ARG002 - the grid is the same for all
        """What the logarithms are rounded to."""
        return 2.0**-LOG_BITS


def _logs(weights: Ints, unit: Fraction) -> Ints:
    """log2(weight * unit) in units of 2^-40; 0 where the weight is not above 0. The unit is a power of two."""
    power = unit.numerator.bit_length() - unit.denominator.bit_length()
    return np.where(weights > 0, whole_log2(np.maximum(weights, 1)) + (power << LOG_BITS), 0)
