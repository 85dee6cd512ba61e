"""Weekly windows in local wall time, and the instants that they mean between two dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from mmatch.availability.intervals import Intervals, union
from mmatch.availability.words import DAYS
from mmatch.availability.zones import DAY, clock_text, date_of, day_of, pieces
from mmatch.errors import InputError, Problem


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """A time of the week on the wall clock: the day from Monday = 0, start and end in minutes of the day.

    The end is excluded; 1440 is midnight. `str` gives the text that `parse_week` reads.
    """

    day: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {clock_text(self.start)}-{clock_text(self.end)}"


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Windows in order, those that touch or overlap as one."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and found[-1].day == window.day and window.start <= found[-1].end:
            found[-1] = Window(window.day, found[-1].start, max(found[-1].end, window.end))
        else:
            found.append(window)
    return tuple(found)


def week_text(windows: Iterable[Window]) -> str:
    """Windows as text that `parse_week` reads: "Mon 9-12; Wed 14:30-16"."""
    return "; ".join(map(str, joined(windows)))


def expand(windows: Sequence[Window], zone: str, start: dt.date | str, end: dt.date | str) -> Intervals:
    """The instants that weekly windows mean from one local date to another, both included: intervals of UTC minutes.

    Args:
        windows: in local wall time, such as `parse_week` gives.
        zone: whose wall: an IANA name.
        start: first date, local.
        end: last date, local.

    Raises:
        InputError: an unknown zone, no dates, or an end before the start.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    if last < first:
        raise InputError(Problem("date", "end", f"found {date_of(last)}, which is before the start {date_of(first)}"))
    rows = sorted(((w.day - first - 3) % 7, w.start, w.end) for w in windows)  # 1970-01-01: a Thursday
    later, opens, closes = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    weeks = np.arange(first, last + 1, 7)
    day = (weeks[:, None] + later).ravel()
    inside = day <= last
    low, high = (day[inside] * DAY + np.tile(clock, len(weeks))[inside] for clock in (opens, closes))
    intervals = []
    for piece_start, piece_end, offset in zip(*pieces(zone, first - 2, last + 3), strict=True):
        begun, over = np.maximum(low - offset, piece_start), np.minimum(high - offset, piece_end)
        intervals.append(np.column_stack([begun, over])[begun < over])
    return union(np.concatenate(intervals))
