"""Every segment of the mentees gets its share of seats."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import AttributeAim
from mmatch.arrays import NONE
from mmatch.candidates import pairs_of
from mmatch.errors import InputError, Problem
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching

GRID = 2**40


@dataclass(frozen=True, repr=False)
class Parity(AttributeAim):
    """The share of wanted seats that are filled is as equal as possible between segments of the mentees.

    total = -sum over segments of filled^2 / wanted: behind a Coverage tier, which it needs, this is greatest exactly
    where the shares spread least about their mean. People without the attribute are in no segment. Exact where the
    least common multiple of all wanted seats is below 2^40; else each 1 / wanted is rounded to 2^-40.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone", with one value a person: overlapping segments are
            NP-hard and refused.
    """

    after_coverage: ClassVar[bool] = True

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist, with one value a person."""
        super().check(cohort)
        several = [
            k for k, v in enumerate(cohort.attributes_of(self.attribute) or ()) if isinstance(v, tuple) and len(v) > 1
        ]
        if several:
            who = cohort.people.ids[several[0]]
            text = f"{len(several)} people have several values ({who} is one): segments that overlap are not supported"
            raise InputError(Problem("overlap", self.title, text, "make it an attribute with one value a person"))

    def _segments(self, cohort: Cohort) -> tuple[Ints, Ints, Fraction]:
        """(segment of each participant or `NONE`, 1 / wanted seats of each segment in units, unit)."""
        own, shares, finest = segments(cohort, self.attribute, GRID)
        return np.array([items[0] if items else NONE for items in own], dtype=np.int64), shares, Fraction(1, finest)

    def term(self, edges: Edges) -> ConvexLoad:
        """The k-th seat of a segment costs (2 k - 1) / wanted."""
        segment, shares, unit = self._segments(edges.cohort)
        return ConvexLoad(f"segment {self.attribute}", (-1,), -2, unit, shares, segment[edges.pairs.mentee])

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Minus the sum of filled^2 / wanted."""
        segment, shares, unit = self._segments(cohort)
        filled = np.bincount(segment[pairs_of(cohort, matching).mentee] + 1, minlength=len(shares) + 1)[1:]
        return Fraction(-sum(n * n * s for n, s in zip(filled.tolist(), shares.tolist(), strict=True))) * unit


def segments(cohort: Cohort, attribute: str, most: int) -> tuple[list[list[int]], Ints, int]:
    """(the segments of each participant who asks for seats, ``finest`` / wanted seats of each segment, finest).

    ``finest`` is the least common multiple of all wanted seats, and at most ``most``.
    """
    seats = np.bincount(cohort.requests.owner, weights=cohort.requests.mentors, minlength=len(cohort)).tolist()
    values = [value if isinstance(value, tuple) else (value,) for value in cohort.attributes_of(attribute) or ()]
    keys = [
        [(type(v) is bool, v) for v in dict.fromkeys(items) if v is not None] if n else []
        for items, n in zip(values, seats, strict=True)
    ]
    number = {key: k for k, key in enumerate(sorted({key for own in keys for key in own}, key=repr))}
    found = [[number[key] for key in own] for own in keys]
    wanted = Counter(dict.fromkeys(number.values(), 0))
    for own, n in zip(found, seats, strict=True):
        wanted.update(dict.fromkeys(own, int(n)))
    finest = min(math.lcm(*wanted.values()), most)
    return found, np.array([round(Fraction(finest, n)) for n in wanted.values()], dtype=np.int64), finest
