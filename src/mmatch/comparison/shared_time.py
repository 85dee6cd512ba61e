"""How much of their free time matched people share."""

from __future__ import annotations

from contextlib import suppress

import numpy as np

from mmatch.arrays import Ints
from mmatch.availability import common, expand, parse_week
from mmatch.candidates import Pairs
from mmatch.cohort import Cohort
from mmatch.errors import InputError

WEEK, BEFORE, AFTER = ("2027-01-11", "2027-01-17"), "2027-01-10", "2027-01-18"  # no clock changes anywhere
ZONE = "UTC"  # of people who state none

Text = str | tuple[str, ...]


def shared_time(seats: Pairs) -> float | None:
    """The share of the mentees' free minutes in a week in which their mentors are free as well, over filled seats.

    Of seats whose two people both state availability that can be read as weekly windows; None where there are none, or
    no such mentee has a free minute.
    """
    if seats.cohort.people.availability is None:
        return None
    kinds, row = seats.facts.kept(("shared_time",), lambda: _calendars(seats.cohort))
    mentor, mentee = row[seats.mentor], row[seats.mentee]
    known = (mentor >= 0) & (mentee >= 0)
    both, counts = np.unique(np.column_stack([mentor, mentee])[known], axis=0, return_counts=True)
    shared = free = 0
    for (one, other), count in zip(both.tolist(), counts.tolist(), strict=True):
        own = kinds[other][0]
        shared += count * _minutes(common(kinds[one][1], own))
        free += count * _minutes(own)
    return shared / free if free else None


def _calendars(cohort: Cohort) -> tuple[list[tuple[Ints, Ints]], Ints]:
    """(free times in the week, and in it with a day on each side, of each different calendar; which each person has).

    A day on each side, since the week of somebody in another zone begins at another time; -1 where none can be read.
    """
    zones = cohort.people.timezones or (None,) * len(cohort)
    numbers: dict[tuple[Text, str], int] = {}
    kinds: list[tuple[Ints, Ints]] = []
    rows = np.full(len(cohort), -1, dtype=np.int64)
    for row, (text, zone) in enumerate(zip(cohort.people.availability or (), zones, strict=True)):
        if text is None:
            continue
        key = text, zone or ZONE
        if key not in numbers:
            numbers[key] = -1
            with suppress(InputError):  # words that are for people to read
                windows = parse_week(text)
                free = [expand(windows, key[1], *days) for days in (WEEK, (BEFORE, AFTER))]
                numbers[key] = len(kinds)
                kinds.append((free[0], free[1]))
        rows[row] = numbers[key]
    return kinds, rows


def _minutes(intervals: Ints) -> int:
    return int((intervals[:, 1] - intervals[:, 0]).sum())
