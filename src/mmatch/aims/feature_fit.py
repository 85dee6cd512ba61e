"""Fit as a product of features: what mentors are strong in, times what mentees need."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import facts_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.registry.part import known_attribute

if TYPE_CHECKING:
    from mmatch.arrays import Floats, Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort

ROWS = 100_000  # pairs of a list that are multiplied together


@dataclass(frozen=True, repr=False)
class FeatureFit(PairAim):
    """The greatest total fit, where each pair fits as well as what the mentor is strong in meets what the mentee needs.

    total = sum over filled seats of the sum over k of strengths[k] * needs[k]: the product of two attributes, each a
    list of whole numbers, all of one length. Who states none counts 0. Scores of all pairs need not be listed: products
    are made block by block, so that 100,000 people fit a laptop.

    Args:
        mentor: the attribute of mentors.
        mentee: the attribute of mentees; by default the same one.
    """

    mentor: str = "features"
    mentee: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.text("mentor")
        if self.mentee != "":
            self.text("mentee")

    def check(self, cohort: Cohort) -> None:
        """Both attributes must be lists of whole numbers, all of one length, with products that are exact."""
        for name in {self.mentor, self.mentee or self.mentor}:
            known_attribute(self, cohort, name)
        self.features(cohort)

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The product of each pair."""
        needs, strengths = self.features(pairs.cohort)
        mentors, mentees = pairs.mentor, pairs.mentee
        if len(pairs.shape) == 2:
            return (needs[mentees[:, 0]] @ strengths[mentors[0]].T).astype(np.int64), Fraction(1)
        products = np.empty(pairs.shape, dtype=np.int64)
        for start in range(0, len(products), ROWS):
            some = slice(start, start + ROWS)
            products[some] = np.einsum("ik,ik->i", needs[mentees[some]], strengths[mentors[some]])
        return products, Fraction(1)

    def features(self, cohort: Cohort) -> tuple[Floats, Floats]:
        """(needs, strengths) of everybody.

        Raises:
            InputError: where an attribute is no list of whole numbers, or lengths differ, or products outgrow 2^53.
        """
        names = (self.mentee or self.mentor, self.mentor)
        found: tuple[Floats, Floats] = facts_of(cohort).kept(("features", *names), lambda: self._read(cohort, *names))
        return found

    def _read(self, cohort: Cohort, *names: str) -> tuple[Floats, Floats]:
        columns = [[() if v is None else v for v in cohort.attributes_of(name) or ()] for name in names]
        length = max((len(v) for column in columns for v in column if isinstance(v, tuple)), default=0)
        for name, column in zip(names, columns, strict=True):
            for who, value in zip(cohort.people.ids, column, strict=True):
                whole = isinstance(value, tuple) and set(map(type, value)) <= {int}
                if not whole or len(value) not in {0, length}:
                    text = f"attribute {excerpt(name)} of {excerpt(who)}: found {excerpt(value)}"
                    hint = "multiply other numbers and round them"
                    raise InputError(Problem("attribute", self.title, f"{text}, expected {length} whole numbers", hint))
        blank = (0,) * length
        tables = [np.array([v or blank for v in column], dtype=np.int64).reshape(-1, length) for column in columns]
        largest = sum(int(np.abs(a).max()) * int(np.abs(b).max()) for a, b in zip(*(t.T for t in tables), strict=True))
        if largest >= 2**53:
            raise InputError(
                Problem("attribute", self.title, "products above 2^53 are not exact", "use smaller numbers")
            )
        kind = np.float32 if largest <= 2**24 else np.float64
        return tables[0].astype(kind), tables[1].astype(kind)
