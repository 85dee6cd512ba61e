"""Mentees who belong together get the same mentor, or none of them has one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import Links
from mmatch.errors import Problems, excerpt
from mmatch.rules._base import Rule
from mmatch.rules._sets import sets_of_ids
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Violation


@dataclass(frozen=True, repr=False)
class Linked(Rule):
    """Couples, friends, a team: linked mentees get the same mentor, each a match of their own, or nobody gets one.

    For pairs, and one request for one mentor each; who sits in the same *group* is `Together`. Beside `Stable()` a
    linked set moves as one: it blocks with a mentor where each of them would gain and the mentor has so many seats
    that are free or held by somebody liked less than all of them. Such a stable matching need not exist, and to find
    one is NP-hard (Ronn, NP-complete stable matching problems, 1990), so "cpsat" and "milp" take it.

    Args:
        sets: lists of ids of mentees who belong together; nobody is in two of them.
    """

    sets: Sequence[Sequence[str]] = ()

    def __post_init__(self) -> None:
        self.put("sets", tuple(names for names in sets_of_ids(self, self.sets) if len(names) > 1))

    def check(self, cohort: Cohort) -> None:
        """Everybody named must exist and ask for one mentor, once."""
        problems = Problems()
        wanted = np.bincount(cohort.requests.owner, weights=cohort.requests.mentors, minlength=len(cohort))
        for name in (name for names in self.sets for name in names):
            row = cohort.people.index.get(name)
            if row is None:
                note_unknown(problems, self.title, name, cohort.people.index)
            elif wanted[row] != 1:
                text = f"{excerpt(name)} asks for {int(wanted[row])} mentors, linked mentees ask for one each"
                problems.add("no-request" if not wanted[row] else "several-requests", self.title, text)
        problems.raise_any()

    def rows(self, cohort: Cohort) -> list[list[int]]:
        """The rows of the people of each set."""
        return [[cohort.people.index[name] for name in names] for names in self.sets]

    def constraints(self, edges: Edges) -> Iterable[Links]:
        """With each mentor all of a set, or none."""
        if not self.sets:
            return
        number = {row: k for k, row in enumerate(edges.mentee_rows.tolist())}
        sets = tuple(tuple(number[row] for row in rows) for rows in self.rows(edges.cohort))
        yield Links("links", f"{self.title}, mentees with the same mentor", sets)

    def violations(self, cohort: Cohort, matching: Matching) -> list[Violation]:  # noqa: ARG002 - one signature for all
        """Sets whose mentees do not all have the same mentor."""
        mentor = dict(zip(matching.seats.mentee, matching.seats.mentor, strict=True))
        return [
            self.violation(f"{', '.join(names)} are linked and do not have the same mentor", tuple(names))
            for names in self.sets
            if len({mentor.get(name) for name in names}) > 1
        ]
