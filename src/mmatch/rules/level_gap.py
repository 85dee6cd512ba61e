"""The mentor stands so many levels above the mentee."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mmatch.candidates import facts_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.exact import exact, number_fault, plain
from mmatch.registry.part import IF_GIVEN, known_attribute, two_names
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class LevelGap(Rule):
    """The mentor's level is at least ``least`` and at most ``most`` above the mentee's.

    allowed = least <= offer.level - request.level <= most; or mentor's number - mentee's number, of named attributes.

    Args:
        least: the smallest gap allowed; negative lets mentees stand above.
        most: the greatest gap allowed; None is no limit.
        mentor: a numeric attribute that counts instead of the level of the offer, such as "years";
        mentee: and one instead of the level of the request, such as "years wanted".
        missing: "forbid" (default) or "allow" a pair in which a level or number is not stated.
    """

    least: float
    most: float | None = None
    _: KW_ONLY
    mentor: str = field(default="", metadata=IF_GIVEN)
    mentee: str = field(default="", metadata=IF_GIVEN)
    missing: str = "forbid"

    def __post_init__(self) -> None:
        for name in ("least", "most"):
            value = getattr(self, name)
            fault = "" if value is None and name == "most" else number_fault(value, name)
            if fault:
                raise self.refuse(name, fault)
            if value is not None:
                self.put(name, plain(exact(value)))
        if self.most is not None and self.least > self.most:
            raise self.refuse("least", f"least {self.least} is above most {self.most}")
        two_names(self)
        self.choice("missing", ("forbid", "allow"))

    def check(self, cohort: Cohort) -> None:
        """Named attributes must exist, and be numbers of somebody."""
        for name in filter(None, (self.mentor, self.mentee)):
            known_attribute(self, cohort, name)
            if np.isnan(facts_of(cohort).numbers(name)).all():
                raise InputError(Problem("unknown-attribute", self.title, f"nobody states {excerpt(name)} as a number"))

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs whose gap is within the bounds."""
        if self.mentor:
            of_mentor, of_mentee = pairs.numbers(self.mentor, self.mentee)
        else:
            of_mentor, of_mentee = pairs.offer.level, pairs.request.level
        gap = of_mentor - of_mentee
        most = np.inf if self.most is None else self.most
        return ((self.least <= gap) & (gap <= most)) | (np.isnan(gap) & (self.missing == "allow"))
