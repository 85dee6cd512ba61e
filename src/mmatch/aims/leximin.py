"""The worst-off first, then the next, to the last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from mmatch.aims.worst_off import WorstOff, mentee_fits

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class Leximin(WorstOff):
    """The mentee who fares worst fares as well as possible; then the next, and so on to the best-off.

    The total is the vector of the fits of all matched mentees, least first. Needs a Coverage tier before it, and one
    seat a mentee. Each different fit in the answer costs a few solves: round scores where ten levels would do.
    """

    vector: ClassVar[bool] = True
    full: ClassVar[bool] = True

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """All fits, least first."""
        return tuple(sorted(mentee_fits(cohort, matching)))
