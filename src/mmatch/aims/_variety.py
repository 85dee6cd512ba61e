"""What diversity and cohesion have in common: how many values of an attribute meet in each match."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mmatch.aims._base import AttributeAim
from mmatch.terms import Variety

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class VarietyAim(AttributeAim):
    """Counts the values beyond the first in each match; ``sign`` says whether they are wanted."""

    grouped: ClassVar[bool] = True
    composes: ClassVar[bool] = True
    sign: ClassVar[int] = 1

    def _values(self, cohort: Cohort) -> list[tuple[Any, ...]]:
        """The values of each person; "not stated" is one of its own."""
        values = cohort.attributes_of(self.attribute) or ()
        lists = (value if isinstance(value, tuple) else (value,) for value in values)
        return [tuple((type(v) is bool, v) for v in items) or ((False, None),) for items in lists]

    def term(self, edges: Edges) -> Variety:
        """An entry for each edge and value of its mentee."""
        codes: dict[Any, int] = {}
        coded = [[codes.setdefault(value, len(codes)) for value in items] for items in self._values(edges.cohort)]
        own = [coded[row] for row in edges.pairs.mentee.tolist()]
        edge = np.repeat(np.arange(len(own)), [len(items) for items in own])
        value = np.array([code for items in own for code in items], dtype=np.int64)
        return Variety(edge.astype(np.int64), value, factor=self.sign)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """The values beyond the first, match by match."""
        values, index = self._values(cohort), cohort.people.index
        found: defaultdict[int, set[Any]] = defaultdict(set)
        for number, mentee in zip(matching.seats.match, matching.seats.mentee, strict=True):
            found[number].update(values[index[mentee]])
        return Fraction(self.sign * sum(len(items) - 1 for items in found.values()))
