"""Groups of about the right size."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from mmatch.aims._base import Aim
from mmatch.terms import Sizes

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class SizeNear(Aim):
    """Groups near a size: each mentee more or fewer than that counts -1.

    -sum over matches of |mentees - target|.

    Args:
        target: the size wanted, from 1; five is often best for a discussion.
    """

    grouped: ClassVar[bool] = True
    target: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.count("target", least=1)

    def term(self, edges: Edges) -> Sizes:  # noqa: ARG002 - one signature for all aims
        """How far open groups are from the target."""
        return Sizes(self.target)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """The same, match by match."""
        sizes = Counter(matching.seats.match).values()
        return Fraction(-sum(abs(size - self.target) for size in sizes))
