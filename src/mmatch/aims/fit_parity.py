"""No segment of the mentees is served worse than another."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import AttributeAim
from mmatch.aims.parity import segments
from mmatch.aims.worst_off import fits
from mmatch.candidates import facts_of, pairs_of
from mmatch.terms import Spread

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching

FINEST = 2**20  # up to which the shares of segments are exact
BITS = 30  # of what one seat counts


@dataclass(frozen=True, repr=False)
class FitParity(AttributeAim):
    """The mean fit is as equal as possible between segments of the mentees: departments, sites, any attribute.

    total = -(greatest - least mean over the segments); the mean of a segment is the fit of its filled seats / the seats
    that it asks for. Fit is the given score, else the topic fit. Somebody with a list counts in each item, people
    without the attribute in no segment. Needs a Coverage tier before it; "milp" and "cpsat" take it. What a seat counts
    is exact where it needs at most 30 bits, else rounded to so many once.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone".
    """

    after_coverage: ClassVar[bool] = True

    def term(self, edges: Edges) -> Spread:
        """What each edge adds to the mean of each of its segments."""
        entry, segment, worth, unit, n = self._entries(edges.pairs)
        return Spread(entry, segment, worth, n, unit=unit)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Minus the difference between the best-served and the worst-served segment."""
        _, segment, worth, unit, n = self._entries(pairs_of(cohort, matching))
        means = [0] * n
        for number, amount in zip(segment.tolist(), worth.tolist(), strict=True):
            means[number] += amount
        return -(max(means) - min(means)) * unit if means else Fraction(0)

    def _entries(self, pairs: Pairs) -> tuple[Ints, Ints, Ints, Fraction, int]:
        """(pair, segment, what it adds to the mean) of each segment of each pair's mentee, the unit, how many segments.

        The unit depends on the cohort only.
        """
        own, shares, finest = segments(pairs.cohort, self.attribute, FINEST)
        sizes = np.array([len(items) for items in own], dtype=np.int64)
        first, members = np.cumsum(sizes) - sizes, np.array([k for items in own for k in items], dtype=np.int64)
        worth, unit = fits(pairs)
        largest = _largest(pairs.cohort)
        shift = max(largest.bit_length() + int(shares.max(initial=1)).bit_length() - BITS, 0)
        size = sizes[pairs.mentee]
        entry = np.repeat(np.arange(len(size)), size)
        within = np.arange(len(entry)) - np.repeat(np.cumsum(size) - size, size)
        segment = members[first[pairs.mentee[entry]] + within]
        coarse = max(largest.bit_length() - 40, 0)  # so that the product stays within 62 bits
        product = _rounded(worth[entry], coarse) * shares[segment]
        counted = _rounded(product, shift - coarse) if shift > coarse else product
        return entry, segment, counted, unit * 2 ** max(shift, coarse) / finest, len(shares)


def _largest(cohort: Cohort) -> int:
    """The greatest amount of a fit in the cohort, in its unit."""
    if cohort.score_table is None:
        return 1 << int(cohort.topic_tree.depth.max(initial=0))
    return int(np.abs(facts_of(cohort).score_grid[0]).max(initial=0))


def _rounded(values: Ints, bits: int) -> Ints:
    """Whole numbers without their last bits, to the nearest."""
    return values if bits <= 0 else (values + (1 << (bits - 1))) >> bits
