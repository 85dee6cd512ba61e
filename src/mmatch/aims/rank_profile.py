"""How many get their first choice, how many their second."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.aims._base import Aim
from mmatch.aims.preference import need_ranks
from mmatch.candidates import pairs_of
from mmatch.stages import EVERY, Profile

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.exact import Exact
    from mmatch.matching import Matching

KINDS = ("greedy", "generous", "rank-maximal")
SIDES = ("mentees", "mentors", "both")


@dataclass(frozen=True, repr=False)
class RankProfile(Aim):
    """How many get their first choice, their second, …: as a whole, not as a sum of ranks.

    The total is a vector, compared in order. "rank-maximal": the counts from rank 1. "greedy": filled seats first, then
    the counts from rank 1. "generous": filled seats first, then minus the counts from the worst rank, so that nobody
    gets a bad rank who need not. Its length is that of the longest list. A person without a list gives rank 1 to all.
    Kwanashie, Irving, Manlove, Sng: Profile-based optimal matchings in the student/project allocation problem (2014).

    Args:
        kind: "greedy", "generous" or "rank-maximal".
        of: whose ranks count: "mentees", "mentors", or "both": of each pair the worse of its two ranks. Over stable
            matchings, "generous" of "both" is the one of minimum regret (Gusfield 1987).
    """

    vector: ClassVar[bool] = True
    kind: str = "greedy"
    of: str = "mentees"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("kind", KINDS)
        self.choice("of", SIDES)

    def check(self, cohort: Cohort) -> None:
        """Somebody must have stated ranks."""
        need_ranks(self, cohort)

    def steps(self, cohort: Cohort) -> tuple[tuple[int, int], ...]:
        """(level, sign) of each component."""
        people = cohort.people
        sides = {"mentees": (people.ranks,), "mentors": (people.mentee_ranks,)}
        lists = sides.get(self.of, (people.ranks, people.mentee_ranks))
        worst = max((len(entries) for side in lists for entries in side or () if entries), default=1)
        ranks = [(rank, 1) for rank in range(1, worst + 1)]
        if self.kind == "generous":
            ranks = [(rank, -1) for rank in range(worst, 0, -1)]
        return tuple(ranks if self.kind == "rank-maximal" else [(EVERY, 1), *ranks])

    def _ranks(self, pairs: Pairs) -> Ints:
        if self.of == "both":
            return np.maximum(pairs.mentee_rank, pairs.mentor_rank)
        return pairs.mentee_rank if self.of == "mentees" else pairs.mentor_rank

    def term(self, edges: Edges) -> Profile:
        """The rank of each edge, and the order in which counts are compared."""
        return Profile(self._ranks(edges.pairs), self.steps(edges.cohort))

    def measure(self, cohort: Cohort, matching: Matching) -> Exact:
        """The vector of a matching."""
        ranks = self._ranks(pairs_of(cohort, matching))
        steps = self.steps(cohort)
        counts = np.bincount(ranks, minlength=max(level for level, _ in steps) + 1).tolist()
        return tuple(Fraction(sign * (len(ranks) if level == EVERY else counts[level])) for level, sign in steps)
