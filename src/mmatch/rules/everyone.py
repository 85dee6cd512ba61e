"""Nobody who asks goes away empty-handed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import FREE, Bounds
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Violation


@dataclass(frozen=True, repr=False)
class Everyone(Rule):
    """Each mentee with a request gets at least one match; with ``of="requests"`` every seat asked for is filled.

    Args:
        of: "mentees" (default) or "requests".
    """

    of: str = "mentees"

    def __post_init__(self) -> None:
        self.choice("of", ("mentees", "requests"))

    def constraints(self, edges: Edges) -> Iterable[Bounds]:
        """A least number of edges on each mentee, or on each request."""
        key = "mentee" if self.of == "mentees" else "request"
        wanted = edges.wanted
        if self.of == "mentees":
            wants = np.bincount(edges.mentee_of_request, weights=wanted, minlength=edges.count("mentee")) > 0
            lower = wants.astype(np.int64)
        else:
            lower = wanted
        yield Bounds(key, edges.label(key), lower, np.full(len(lower), FREE, dtype=np.int64), self.title)

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Mentees, or seats, left out."""
        if self.of == "requests":
            return [self.violation(f"{m} has an unfilled seat on {t!r}", (m,)) for m, t in matching.unmatched]
        wanted = cohort.requests.mentors > 0
        mentees = dict.fromkeys(cohort.people.ids[row] for row in cohort.requests.owner[wanted].tolist())
        served = set(matching.seats.mentee)
        return [self.violation(f"{m} has no match", (m,)) for m in mentees if m not in served]
