"""No mentor meets a mentee again whom they have met; on request not twice in one matching either."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import Bounds
from mmatch.registry.part import IF_GIVEN
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Violation


@dataclass(frozen=True, repr=False)
class NoRepeat(Rule):
    """Nobody meets somebody from the history again, whoever of the two was the mentor then.

    Args:
        within: whether a mentee's requests must also go to different mentors in this matching.
        before: whether the history counts; without it people may meet again, with ``within`` once.
    """

    _: KW_ONLY
    within: bool = False
    before: bool = field(default=True, metadata=IF_GIVEN)

    def __post_init__(self) -> None:
        for name in ("within", "before"):
            if type(getattr(self, name)) is not bool:
                raise self.refuse(name, f"found {getattr(self, name)!r}, expected True or False")

    @property
    def bounds_matching(self) -> bool:
        """Only with ``within`` does a pair depend on another one."""
        return self.within

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that have not met."""
        return ~pairs.among_people(pairs.facts.met) if self.before else np.ones(pairs.shape, dtype=bool)

    def constraints(self, edges: Edges) -> Iterable[Bounds]:
        """At most one edge between the same two people."""
        if self.within:
            label = edges.label("mentee-mentor")
            n = edges.count("mentee-mentor")
            zeros = np.zeros(n, dtype=np.int64)
            yield Bounds("mentee-mentor", label, zeros, zeros + 1, self.title)

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:
        """Pairs that have met before, and with ``within`` pairs that meet twice."""
        found = super().violations(cohort, matching)
        if self.within:
            counts = Counter(zip(matching.seats.mentor, matching.seats.mentee, strict=True))
            twice = [pair for pair, n in counts.items() if n > 1]
            found += [self.violation(f"{a} and {b} meet more than once", (a, b)) for a, b in twice]
        return found
