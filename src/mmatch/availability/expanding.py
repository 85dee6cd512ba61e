"""The instants that weekly windows mean between two dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmatch.availability.intervals import union
from mmatch.availability.weeks import Window
from mmatch.availability.zones import DAY, date_of, day_of, pieces
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from mmatch.availability.intervals import Intervals


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
    low, high = _on_the_wall(windows, first, last)
    intervals = []
    for piece_start, piece_end, offset in zip(*pieces(zone, first - 2, last + 3), strict=True):
        begun, over = np.maximum(low - offset, piece_start), np.minimum(high - offset, piece_end)
        intervals.append(np.column_stack([begun, over])[begun < over])
    return union(np.concatenate(intervals))


def _on_the_wall(windows: Sequence[Window], first: int, last: int) -> tuple[Intervals, Intervals]:
    """(start, end) of weekly windows on each date, in order, in minutes on the wall."""
    rows = sorted(((w.day - first - 3) % 7, w.start, w.end) for w in windows)  # 1970-01-01: a Thursday
    later, start, end = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    weeks = np.arange(first, last + 1, 7)
    day = (weeks[:, None] + later).ravel()
    inside = day <= last
    begin = day[inside] * DAY
    return begin + np.tile(start, len(weeks))[inside], begin + np.tile(end, len(weeks))[inside]
