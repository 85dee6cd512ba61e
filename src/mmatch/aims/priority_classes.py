"""The most urgent class first, then the next."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.candidates import pairs_of
from mmatch.stages import Profile

if TYPE_CHECKING:
    from mmatch.arrays import Floats
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class PriorityClasses(Aim):
    """As many seats as possible for the most urgent class of requests; then for the next class, and so on.

    The total is a vector: the filled seats of each priority that somebody states, the greatest priority first. Only the
    order of priorities counts, not how far they are apart; `Priority` adds them up instead.
    """

    vector: ClassVar[bool] = True

    def term(self, edges: Edges) -> Profile:
        """The class of each edge's request."""
        classes = _classes(edges.cohort)
        level = np.searchsorted(classes, edges.pairs.request.priority)
        return Profile(level.astype(np.int64), tuple((k, 1) for k in reversed(range(len(classes)))))

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """Filled seats of each class, the most urgent first."""
        classes = _classes(cohort)
        level = np.searchsorted(classes, pairs_of(cohort, matching).request.priority)
        counts = np.bincount(level, minlength=len(classes)).tolist()
        return tuple(Fraction(n) for n in reversed(counts))


def _classes(cohort: Cohort) -> Floats:
    """All priorities of requests, the least first; one class where nobody asks."""
    stated = np.unique(cohort.requests.priority)
    return stated if len(stated) else np.ones(1)
