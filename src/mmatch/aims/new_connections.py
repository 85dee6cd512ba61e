"""People who do not know each other yet."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.arrays import looked_up
from mmatch.errors import excerpt
from mmatch.registry.part import known_attribute

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort

GRID = 2**40


@dataclass(frozen=True, repr=False)
class NewConnections(PairAim):
    """People meet whom they have not met yet: wider networks instead of the usual circles.

    score = 1 where the two have never met, in either role; else 1 - 2^-(days since / half_life), rounded to 2^-40, and
    0 where no ``half_life`` is given or the meeting has no date. Each attribute in ``across`` adds 1 where both people
    state it and share no value: another site, another department.

    Args:
        across: attributes in which the two should differ.
        half_life: days after which a past meeting counts half.
        today: the date from which days are counted, "2027-01-11"; by default that of the latest meeting.
    """

    across: Sequence[str] = ()
    _: KW_ONLY
    half_life: float | None = None
    today: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        given = (self.across,) if isinstance(self.across, str) else self.across
        names = tuple(given) if isinstance(given, list | tuple) else (given,)
        if not all(type(name) is str and name for name in names):
            raise self.refuse("across", f"found {excerpt(self.across)}, expected names of attributes")
        self.put("across", names)
        if self.half_life is not None:
            self.number("half_life", lambda days: days > 0, "days above 0")
        if self.today is not None:
            self._date("today", self.today)

    def _date(self, field: str, text: str) -> int:
        try:
            return dt.date.fromisoformat(text).toordinal()
        except (TypeError, ValueError):
            raise self.refuse(field, f"found {excerpt(text)}, expected a date such as 2027-01-11") from None

    def check(self, cohort: Cohort) -> None:
        """The attributes must exist somewhere in the cohort."""
        for name in self.across:
            known_attribute(self, cohort, name)

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """How new each connection is."""
        n = len(pairs.cohort)
        keys, worth = self._met(pairs.cohort)
        total = looked_up(keys, worth, pairs.mentor * n + pairs.mentee, GRID)
        for name in self.across:
            shared, stated = pairs.share(name)
            total = total + GRID * (stated & ~shared)
        return total, Fraction(1, GRID)

    def met(self, pairs: Pairs) -> Bools:
        """Whether the two have not met, and have another of each attribute."""
        return np.equal(self.scores(pairs)[0], GRID * (1 + len(self.across)))

    def resolution(self, cohort: Cohort) -> float:  # noqa: ARG002 - the grid is the same for all
        """What the worth of meeting again is rounded to."""
        return 1.0 if self.half_life is None else 1 / GRID

    def _met(self, cohort: Cohort) -> tuple[Ints, Ints]:
        """Sorted keys (one x n + other) of people who met, both ways, and what meeting again is worth."""
        m, people, n = cohort.meetings, cohort.people.index, len(cohort)
        days = [None if date is None else dt.date.fromisoformat(date).toordinal() for date in m.date]
        latest = max((day for day in days if day is not None), default=0)
        now = latest if self.today is None else self._date("today", self.today)
        worth: dict[int, int] = {}
        for one, other, day in zip(m.mentor, m.mentee, days, strict=True):
            if one in people and other in people:
                a, b = people[one], people[other]
                for key in (a * n + b, b * n + a):
                    worth[key] = min(worth.get(key, GRID), self._newness(day, now))
        keys = np.array(sorted(worth), dtype=np.int64)
        return keys, np.array([worth[key] for key in keys.tolist()], dtype=np.int64)

    def _newness(self, day: int | None, now: int) -> int:
        if self.half_life is None or day is None or day >= now:
            return 0
        return round(GRID * -math.expm1(-math.log(2) * (now - day) / self.half_life))
