"""As many seats, or people, as possible."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import Aim
from mmatch.terms import ConvexLoad, Linear

if TYPE_CHECKING:
    from mmatch.arrays import Floats, Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class Coverage(Aim):
    """As many filled seats as possible ("requests"), or as many people with at least one match ("mentees").

    Args:
        of: "requests" counts filled seats; "mentees" counts people.
    """

    of: str = "requests"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("of", ("requests", "mentees"))

    def term(self, edges: Edges) -> Linear | ConvexLoad:
        """One per edge, or one for each mentee's first."""
        if self.of == "mentees":
            return ConvexLoad("mentee", head=(1, 0))
        return Linear(np.broadcast_to(np.int64(1), len(edges)))

    def worth(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """One for each pair, or nothing where people are counted."""
        return np.full((1,) * len(pairs.shape), int(self.of == "requests")), Fraction(1)

    def features(self, cohort: Cohort) -> tuple[Floats, Floats]:
        """One times one, or nothing where people are counted."""
        return np.full((len(cohort), 1), float(self.of == "requests")), np.ones((len(cohort), 1))

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """Filled seats, or people with at least one."""
        return Fraction(len(matching.seats) if self.of == "requests" else len(set(matching.seats.mentee)))
