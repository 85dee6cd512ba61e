"""Mentees who belong together are placed together, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import GroupRows
from mmatch.errors import Problems, excerpt
from mmatch.rules._sets import sets_of_ids
from mmatch.rules._together import GroupRule, mentees
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Groups
    from mmatch.matching import Match


@dataclass(frozen=True, repr=False)
class Together(GroupRule):
    """Linked mentees sit in the same matches: each match has all of a set or none of them.

    Args:
        sets: lists of ids of mentees who belong together; nobody is in two of them.
    """

    sets: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        self.put("sets", sets_of_ids(self, self.sets))

    def check(self, cohort: Cohort) -> None:
        """Everybody named must exist and ask for something."""
        problems = Problems()
        owners = set(cohort.requests.owner.tolist())
        for name in (name for names in self.sets for name in names):
            row = cohort.people.index.get(name)
            if row is None:
                note_unknown(problems, self.title, name, cohort.people.index)
            elif row not in owners:
                problems.add("no-request", self.title, f"{excerpt(name)} has no request")
        problems.raise_any()

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:
        """In each group one is there exactly where the next one is."""
        who, index = mentees(edges, groups), edges.cohort.people.index
        for names in self.sets:
            for one, other in pairwise(names):
                yield from self._alike(groups, np.flatnonzero(who == index[one]), np.flatnonzero(who == index[other]))

    def _alike(self, groups: Groups, one: Ints, other: Ints) -> Iterator[GroupRows]:
        places = np.concatenate([one, other])
        found, row = np.unique(groups.group[places], return_inverse=True)
        zeros, none = np.zeros(len(found), dtype=np.int64), np.zeros(0, dtype=np.int64)
        weights = np.repeat([1, -1], [len(one), len(other)])
        yield GroupRows("together", (row, places, weights), (none, none, none), zeros, zeros, self.title)

    def broken(self, cohort: Cohort, match: Match) -> str:  # noqa: ARG002 - one signature for all rules
        """Who is missing from a match."""
        seated = set(match.mentees)
        for names in self.sets:
            missing = [name for name in names if name not in seated]
            if missing and len(missing) < len(names):
                present = next(name for name in names if name in seated)
                return f"{present} is in a match of {match.mentor} without {', '.join(missing)}"
        return ""
