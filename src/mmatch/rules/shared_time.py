"""The two people have enough time in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAY, EPOCH, Grid, day_of, expand, parse_week
from mmatch.errors import InputError, Problems, excerpt
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort

MOST_WEEKS = 52
GRAIN = 15  # minutes between two starts that are looked at


@dataclass(frozen=True, repr=False)
class SharedTime(Rule):
    """Mentor and mentee are both free for a session, each on the clock of their own zone, clock changes included.

    allowed(mentor, mentee) = there are at least ``starts`` starts, on every quarter of an hour, from which both are
    free for ``minutes``.

    Args:
        minutes: how long a session is.
        start: the first date that counts, such as "2027-01-11", local to each person.
        weeks: for how many weeks from there.
        starts: how many starts there must be at least.
        zone: of people who state none.
        missing: "forbid" or "allow" a pair in which somebody states no availability.
    """

    minutes: int = 60
    _: KW_ONLY
    start: str
    weeks: int = 4
    starts: int = 1
    zone: str = "UTC"
    missing: str = "forbid"

    def __post_init__(self) -> None:
        for name, most in (("minutes", DAY), ("weeks", MOST_WEEKS), ("starts", MOST_WEEKS * 7 * DAY // GRAIN)):
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= most:
                raise self.refuse(name, f"found {excerpt(value)}, expected a whole number from 1 to {most}")
        if isinstance(self.start, dt.date):
            self.put("start", self.start.isoformat())
        try:
            day_of(self.start, "start")
            expand((), self.zone, "2000-01-01", "2000-01-01")
        except InputError as error:
            raise self.refuse(error.problems[0].where, error.problems[0].message) from None
        self.choice("missing", ("forbid", "allow"))

    def check(self, cohort: Cohort) -> None:
        """All availability can be read.

        Raises:
            InputError: one problem for each text that cannot.
        """
        unreadable_weeks(cohort).raise_any()

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that share enough starts."""
        grid, row, stated = pairs.facts.kept(("SharedTime", self._key), lambda: self._grid(pairs.cohort))
        mentor, mentee = np.broadcast_arrays(pairs.mentor, pairs.mentee)
        one, other = row[mentor].ravel(), row[mentee].ravel()
        width = int(row.max(initial=0)) + 1
        kinds, back = np.unique(one * width + other, return_inverse=True)
        enough = (grid.shared(kinds // width, kinds % width) >= self.starts)[back].reshape(mentor.shape)
        known = stated[mentor] & stated[mentee]
        found: Bools = np.where(known, enough, self.missing == "allow")
        return found

    @property
    def _key(self) -> Hashable:
        return self.minutes, self.start, self.weeks, self.zone

    def _grid(self, cohort: Cohort) -> tuple[Grid, Ints, Bools]:
        """(the starts of each different week and zone, which of them each person has, who states any)."""
        texts = cohort.people.availability or (None,) * len(cohort)
        zones = cohort.people.timezones or (None,) * len(cohort)
        keys: dict[Any, int] = {}
        weeks = zip(texts, zones, strict=True)
        row = [keys.setdefault((text or "", zone or self.zone), len(keys)) for text, zone in weeks]
        first = day_of(self.start)
        last = EPOCH + dt.timedelta(days=first + 7 * self.weeks - 1)
        free = [expand(parse_week(text), zone, self.start, last) for text, zone in keys]
        stated = np.array([text is not None for text in texts], dtype=bool)
        return Grid.of(free, self.minutes, GRAIN), np.array(row, dtype=np.int64), stated


def unreadable_weeks(cohort: Cohort) -> Problems:
    """The problems of all availability that cannot be read."""
    problems = Problems()
    for row, text in enumerate(cohort.people.availability or ()):
        try:
            parse_week(text or "")
        except InputError as error:
            where = f"participant {excerpt(cohort.people.ids[row])}.availability"
            problems.found.extend(replace(problem, where=where) for problem in error.problems)
    return problems
