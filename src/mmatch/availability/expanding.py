"""The instants that weekly windows mean between two dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.availability.intervals import union
from mmatch.availability.weeks import Window
from mmatch.availability.zones import DAY, date_of, day_of, day_text, pieces
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from mmatch.availability.intervals import Intervals


@dataclass(frozen=True, eq=False)
class Free:
    """When somebody can meet: intervals of UTC minutes, shape (n, 2), in order, apart from each other.

    ``missing`` and ``doubled`` name windows that lose minutes on a date because clocks go forward, or have them twice.
    """

    intervals: Intervals
    missing: tuple[tuple[str, Window], ...] = ()
    doubled: tuple[tuple[str, Window], ...] = ()

    @property
    def minutes(self) -> int:
        """How long in all."""
        return int((self.intervals[:, 1] - self.intervals[:, 0]).sum())


def expand(windows: Sequence[Window], zone: str, start: dt.date | str, end: dt.date | str) -> Free:
    """The instants that weekly windows mean from one local date to another, both included.

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
    low, high, day, number = _on_the_wall(windows, first, last)
    intervals, length = [], np.zeros(len(low), dtype=np.int64)
    parts = list(zip(*pieces(zone, first - 2, last + 3), strict=True))
    if len(parts) == 1:
        return Free(union(np.column_stack([low, high]) - parts[0][2]))
    for piece_start, piece_end, offset in parts:
        begun, over = np.maximum(low - offset, piece_start), np.minimum(high - offset, piece_end)
        length += np.maximum(over - begun, 0)
        intervals.append(np.column_stack([begun, over])[begun < over])
    short, long = (
        tuple((day_text(int(day[k])), windows[int(number[k])]) for k in odd.nonzero()[0])
        for odd in (length < high - low, length > high - low)
    )
    return Free(union(np.concatenate(intervals)), short, long)


def _on_the_wall(windows: Sequence[Window], first: int, last: int) -> tuple[Intervals, Intervals, Intervals, Intervals]:
    """(start, end, day, number of the window) of weekly windows on each date, in order, in minutes on the wall."""
    rows = sorted(((w.day - first - 3) % 7, w.start, w.end, k) for k, w in enumerate(windows))  # 1970-01-01: a Thursday
    later, start, end, number = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    weeks = np.arange(first, last + 1, 7)
    day = (weeks[:, None] + later).ravel()
    inside = day <= last
    day, begin = day[inside], day[inside] * DAY
    start, end, number = (np.tile(column, len(weeks))[inside] for column in (start, end, number))
    return begin + start, begin + end, day, number
