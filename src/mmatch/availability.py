"""When people are free in a week: windows of local wall time, read from text such as "Mon 9-12; Wed 14:30-16"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mmatch.errors import InputError, Problem, Problems, excerpt

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WEEK = 7 * 1440
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*"
_DAYS = re.compile(rf"\s*{_DAY}\.?(?:\s*[-\u2013]\s*{_DAY}\.?)?\s*([,+&/]|and\b)?", re.IGNORECASE)
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*(?:[-\u2013]|to)\s*{_CLOCK}\s*(,|and\b)?", re.IGNORECASE)
EXPECTED = "expected weekly windows such as Mon 9-12; Wed 14:30-16"


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A stretch of one weekday in local wall time: day from Monday = 0, minutes from midnight, the end left out."""

    day: int
    start: int
    end: int

    @property
    def minutes(self) -> tuple[int, int]:
        """(first, last) minute of the week from Monday midnight, the last left out."""
        return self.day * 1440 + self.start, self.day * 1440 + self.end

    def __str__(self) -> str:
        return f"{DAYS[self.day]} {_clock(self.start)}-{_clock(self.end)}"


def parse_week(text: str | Sequence[str]) -> tuple[Window, ...]:
    """The weekly windows that a text states, in order, those that touch joined.

    Entries are separated by ``;`` or line breaks; each is one or more days ("Mon", "Mon, Wed", "Mon-Fri") and one or
    more times ("9-12", "14:30-16", "9am-5pm").

    Raises:
        InputError: an entry that is no such thing, naming it.
    """
    entries = [part for item in ([text] if isinstance(text, str) else text) for part in re.split(r"[;\n]", item)]
    problems, found = Problems(), []
    for entry in entries:
        if entry.strip():
            windows = _entry(entry)
            if windows is None:
                problems.add("availability", "availability", f"found {excerpt(entry.strip())}, {EXPECTED}")
            found += windows or []
    problems.raise_any()
    return joined(found)


def parse_window(text: object) -> Window:
    """The one window that a text states, such as "Mon 9-10".

    Raises:
        InputError: where it states none, or several.
    """
    windows = _entry(text) if isinstance(text, str) else None
    if windows is None or len(windows) != 1:
        raise InputError(
            Problem("availability", "slot", f"found {excerpt(text)}, expected one window such as Mon 9-10")
        )
    return windows[0]


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """Windows in order, those that overlap or touch made one."""
    kept: list[Window] = []
    for window in sorted(windows):
        if kept and kept[-1].day == window.day and window.start <= kept[-1].end:
            kept[-1] = Window(window.day, kept[-1].start, max(kept[-1].end, window.end))
        else:
            kept.append(window)
    return tuple(kept)


def _entry(text: str) -> list[Window] | None:
    """The windows of one entry; None where it is none."""
    days, place = _days(text)
    times: list[tuple[int, int]] = []
    while days and place < len(text.rstrip()):
        found = _TIMES.match(text, place)
        span = None if found is None else _span(found.groups())
        if found is None or span is None:
            return None
        times.append(span)
        place = found.end()
    return [Window(day, *span) for day in days for span in times] if times else None


def _days(text: str) -> tuple[list[int], int]:
    """(days, where the times begin)."""
    days: list[int] = []
    place = 0
    while found := _DAYS.match(text, place):
        first, last = (None if name is None else DAYS.index(name.capitalize()) for name in found.groups()[:2])
        if first is None:
            break
        length = 0 if last is None else (last - first) % 7
        days += [(first + k) % 7 for k in range(length + 1)]
        place = found.end()
    return list(dict.fromkeys(days)), place


def _span(groups: tuple[str | None, ...]) -> tuple[int, int] | None:
    """(start, end) in minutes; None where it is no stretch of one day."""
    half = groups[5]
    start = _minutes(groups[0], groups[1], groups[2] or _half_before(groups[0], groups[3], half))
    end = _minutes(groups[3], groups[4], half)
    return (start, end) if start is not None and end is not None and start < end <= 1440 else None


def _half_before(start: str | None, end: str | None, half: str | None) -> str | None:
    """The half of the day of a start that names none: "1-3pm" begins in the afternoon, "9-5pm" in the morning."""
    if half is None or start is None or end is None:
        return None
    return half if int(start) % 12 < int(end) % 12 or half.casefold() == "am" else "am"


def _minutes(hour: str | None, minute: str | None, half: str | None) -> int | None:
    hours, minutes = int(hour or 0), int(minute or 0)
    if half is not None:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.casefold() == "pm" else 0)
    return hours * 60 + minutes if minutes < 60 else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def covered(windows: Iterable[Window], start: int, end: int) -> bool:
    """Whether weekly windows cover the minutes of the week from ``start`` to ``end``, over midnight and Sunday too."""
    spans = sorted(span for w in windows for a, b in [w.minutes] for span in ((a, b), (a + WEEK, b + WEEK)))
    reach = start
    for first, last in spans:
        if first <= reach < last:
            reach = last
    return reach >= end
