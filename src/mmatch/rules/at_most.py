"""Nobody gets more than so many matches, whatever they ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import Bounds
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Violation


@dataclass(frozen=True, repr=False)
class AtMost(Rule):
    """A mentee gets at most so many seats over all requests: they name several topics and are content with one.

    seats of each mentee <= n.

    Args:
        n: how many seats at most, from 0.
    """

    n: int = 1

    def __post_init__(self) -> None:
        self.count("n")

    def constraints(self, edges: Edges) -> Iterable[Bounds]:
        """At most so many edges on each mentee."""
        zeros = np.zeros(edges.count("mentee"), dtype=np.int64)
        yield Bounds("mentee", edges.label("mentee"), zeros, zeros + self.n, self.title)

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:  # noqa: ARG002 - one signature for all
        """Mentees with more."""
        seats = Counter(matching.seats.mentee)
        return [
            self.violation(f"{who} has {count} seats, at most {self.n}", (who,))
            for who, count in sorted(seats.items())
            if count > self.n
        ]
