"""Every segment of the mentees gets its share of seats."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.arrays import NONE
from mmatch.candidates import pairs_of
from mmatch.errors import InputError, Problem
from mmatch.registry.part import known_attribute
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching

GRID = 2**40


@dataclass(frozen=True, repr=False)
class Parity(Aim):
    """The share of wanted seats that are filled is as equal as possible between segments of the mentees.

    total = -sum over segments of filled^2 / wanted: behind a Coverage tier, which it needs, this is greatest exactly
    where the shares spread least about their mean. People without the attribute are in no segment. Exact where the
    least common multiple of all wanted seats is below 2^40; else each 1 / wanted is rounded to 2^-40.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone", with one value a person: overlapping segments are
            NP-hard and refused.
    """

    after_coverage: ClassVar[bool] = True
    attribute: str
    _: KW_ONLY
    weight: float = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.text("attribute")

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist, with one value a person."""
        known_attribute(self, cohort, self.attribute)
        several = [k for k, v in enumerate(cohort.attributes_of(self.attribute) or ()) if _parts(v) > 1]
        if several:
            who = cohort.people.ids[several[0]]
            text = f"{len(several)} people have several values ({who} is one): segments that overlap are not supported"
            raise InputError(Problem("overlap", self.title, text, "make it an attribute with one value a person"))

    def segments(self, cohort: Cohort) -> tuple[Ints, Ints, Fraction]:
        """(segment of each participant or `NONE`, 1 / wanted seats of each segment in units, unit)."""
        values = [v[0] if isinstance(v, tuple) and v else v for v in cohort.attributes_of(self.attribute) or ()]
        seats = np.bincount(cohort.requests.owner, weights=cohort.requests.mentors, minlength=len(cohort)).tolist()
        keys = [None if v in {None, ()} or not n else (type(v) is bool, v) for v, n in zip(values, seats, strict=True)]
        number = {key: k for k, key in enumerate(sorted({key for key in keys if key is not None}, key=repr))}
        wanted = [0] * len(number)
        for key, n in zip(keys, seats, strict=True):
            if key is not None:
                wanted[number[key]] += int(n)
        finest = min(math.lcm(*wanted), GRID)
        shares = np.array([round(Fraction(finest, n)) for n in wanted], dtype=np.int64)
        segment = [NONE if key is None else number[key] for key in keys]
        return np.array(segment, dtype=np.int64), shares, Fraction(1, finest)

    def term(self, edges: Edges) -> ConvexLoad:
        """The k-th seat of a segment costs (2 k - 1) / wanted."""
        segment, shares, unit = self.segments(edges.cohort)
        return ConvexLoad(f"segment {self.attribute}", (-1,), -2, unit, shares, segment[edges.pairs.mentee])

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Minus the sum of filled^2 / wanted."""
        segment, shares, unit = self.segments(cohort)
        filled = np.bincount(segment[pairs_of(cohort, matching).mentee] + 1, minlength=len(shares) + 1)[1:]
        return Fraction(-sum(n * n * s for n, s in zip(filled.tolist(), shares.tolist(), strict=True))) * unit


def _parts(value: object) -> int:
    return len(value) if isinstance(value, tuple) else 1
