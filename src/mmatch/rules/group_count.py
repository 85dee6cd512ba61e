"""So many mentees of every match have a property."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.constraints import FREE
from mmatch.errors import excerpt
from mmatch.registry.part import known_attribute
from mmatch.rules._together import GroupRule, mentees, sums

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import GroupRows, Groups
    from mmatch.matching import Match


@dataclass(frozen=True, repr=False)
class GroupCount(GroupRule):
    """In every match at least and at most so many mentees have a value of an attribute.

    least <= |{mentees of the match with the value}| <= most.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; somebody with a list has each value in it.
        value: the value that counts.
        least: at least so many, from 0.
        most: at most so many; None is no limit.
    """

    attribute: str
    value: Any
    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        self.text("attribute")
        if not isinstance(self.value, str | bool | Real):
            raise self.refuse("value", f"found {excerpt(self.value)}, expected a text, a number, True or False")
        self.count("least")
        self.count("most", optional=True)
        if self.most is not None and self.least > self.most:
            raise self.refuse("least", f"least {self.least} is above most {self.most}")

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist somewhere in the cohort."""
        known_attribute(self, cohort, self.attribute)

    def _has(self, cohort: Cohort) -> list[bool]:
        """Whether each person has the value."""
        values = cohort.attributes_of(self.attribute) or ()
        wanted = (type(self.value) is bool, self.value)
        lists = (value if isinstance(value, tuple) else (value,) for value in values)
        return [wanted in {(type(v) is bool, v) for v in items} for items in lists]

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:
        """Two rows a group: enough, and not too many."""
        has = np.array(self._has(edges.cohort), dtype=np.int64)[mentees(edges, groups)]
        if self.least:
            yield sums(groups, self.title, has, -self.least, (0, FREE))
        if self.most is not None:
            yield sums(groups, self.title, has, -self.most, (-FREE, 0))

    def broken(self, cohort: Cohort, match: Match) -> str:
        """How many have the value, where these are too few or too many."""
        has = self._has(cohort)
        found = sum(has[cohort.people.index[name]] for name in match.mentees)
        most = len(match.mentees) if self.most is None else self.most
        expected = f"at least {self.least}" if found < self.least else f"at most {self.most}"
        text = f"{found} mentees of {match.mentor} have {self.attribute} {self.value!r}, {expected} must"
        return "" if self.least <= found <= most else text
