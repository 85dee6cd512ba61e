"""Weekly windows in local wall time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mmatch.availability.words import DAYS
from mmatch.availability.zones import clock_text


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
