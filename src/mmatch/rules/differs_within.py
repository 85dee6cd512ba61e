"""The mentees of one match all come from different places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from mmatch.arrays import WORD
from mmatch.candidates import facts_of
from mmatch.constraints import FREE
from mmatch.registry.part import known_attribute
from mmatch.rules._together import GroupRule, lonely, mentees, sums

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import GroupRows, Groups
    from mmatch.matching import Match


@dataclass(frozen=True, repr=False)
class DiffersWithin(GroupRule):
    """The mentees of a match come from different departments, sites, …: no two of them share a value.

    values(one) and values(other) are disjoint for each two mentees of a match.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone".
        missing: "forbid": who states nothing sits with nobody else; "allow": with anybody.
    """

    attribute: str
    _: KW_ONLY
    missing: str = "forbid"

    def __post_init__(self) -> None:
        self.text("attribute")
        self.choice("missing", ("forbid", "allow"))

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist somewhere in the cohort."""
        known_attribute(self, cohort, self.attribute)

    def together(self, edges: Edges, groups: Groups) -> Iterable[GroupRows]:
        """At most one place of each value in each group."""
        who, coded = mentees(edges, groups), facts_of(edges.cohort).attribute(self.attribute)
        for word in coded.words:
            for bit in range(WORD):
                has = (word[who] >> bit) & 1
                if has.sum() > 1:
                    yield sums(groups, self.title, has, -1, (-FREE, 0))
        if self.missing == "forbid":
            yield from lonely(groups, self.title, ~coded.stated[who])

    def broken(self, cohort: Cohort, match: Match) -> str:
        """Two mentees who share a value, or one who states none."""
        coded, index = facts_of(cohort).attribute(self.attribute), cohort.people.index
        for one, other in combinations(match.mentees, 2):
            a, b = index[one], index[other]
            if any(int(word[a] & word[b]) for word in coded.words):
                return f"{one} and {other} share a match and a value of {self.attribute}"
            unknown = [name for name in (one, other) if not coded.stated[index[name]]]
            if unknown and self.missing == "forbid":
                return f"{unknown[0]} states no {self.attribute} and shares a match"
        return ""
