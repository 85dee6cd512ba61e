"""Weekly windows in local wall time, as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mmatch.availability.zones import DAY, clock_text
from mmatch.errors import Problems, excerpt

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_TEXT = 10_000
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NAMES = {name[:k]: day for day, name in enumerate(_LONG) for k in (2, 3, 4, 5, len(name))}
_GROUPS = {"weekdays": range(5), "weekday": range(5), "weekends": range(5, 7), "weekend": range(5, 7)}
_GROUPS |= dict.fromkeys(("daily", "every day", "everyday"), range(7))
_CLOCK = r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?"
_TIMES = re.compile(rf"{_CLOCK}\s*(?:-|to)\s*{_CLOCK}")
_ENTRY = re.compile(r"(?P<days>[a-z][a-z ,&/-]*?)[\s:,]*(?P<times>\d.*)")
_GRIDS = {7 * 24: 60, 7 * 48: 30, 7 * 96: 15}
_DASH = re.compile("[\u2010-\u2015\u2212~]")
_NEXT = re.compile(r"[;\n|]|(?<=[0-9mM]),(?=\s*[A-Za-z])")  # "Mon 9-12, Wed 14-16" are two entries, too
_HINT = 'write weekly windows such as "Mon 9-12; Wed 14:30-16", days as Mon to Sun, times from 0 to 24'


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


def parse_week(text: str | Sequence[str], where: str = "availability") -> tuple[Window, ...]:
    """Weekly windows from what a person wrote, such as "Mon 9-12; Wed-Fri 14:30-16, 18-20"; the day runs to 24.

    Days may be lists and ranges, "weekdays", "weekends" or "daily"; times may have am and pm. A text of 168, 336 or 672
    digits 0 and 1 is a week of hours, half-hours or quarters from Monday midnight. Several texts add up.

    Args:
        text: one text or several; "" is no time at all.
        where: what the text is, for the error.

    Returns:
        The windows in order; those that touch or overlap are joined.

    Raises:
        InputError: every entry that is no window, with what was expected.
    """
    problems = Problems()
    texts = list(text) if isinstance(text, list | tuple) else [text]
    found: list[Window] = []
    for item in texts:
        if not isinstance(item, str):
            problems.add("window", where, f"found {type(item).__name__} {excerpt(item)}, expected a text", _HINT)
        elif len(item) > LONGEST_TEXT:
            problems.add("window", where, f"{len(item):,} characters, at most {LONGEST_TEXT:,}")
        elif len(item.strip()) in _GRIDS and set(item.strip()) <= {"0", "1"}:
            found += _grid(item.strip())
        else:
            for entry in _NEXT.split(item):
                found += _entry(entry, where, problems)
    problems.raise_any()
    return joined(found)


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


def _grid(text: str) -> list[Window]:
    length = _GRIDS[len(text)]
    free = [k * length for k, digit in enumerate(text) if digit == "1"]
    return [Window(start // DAY, start % DAY, start % DAY + length) for start in free]


def _entry(text: str, where: str, problems: Problems) -> tuple[Window, ...]:
    """The windows of one entry; what is wrong with it is noted."""
    found, wrong = _understood(text)
    for message, hint in wrong:
        problems.add("window", where, message, hint)
    return found


@lru_cache(maxsize=4096)
def _understood(text: str) -> tuple[tuple[Window, ...], tuple[tuple[str, str], ...]]:
    """(windows of one entry, what is wrong with it as (message, hint)): many people write the same."""
    plain = " ".join(_DASH.sub("-", text).casefold().replace(" and ", ", ").split()).strip(" ,.")
    if not plain:
        return (), ()
    match = _ENTRY.fullmatch(plain)
    days = _days(match["days"].strip(" ,:-")) if match else None
    if match is None or days is None:
        return (), ((f"found {excerpt(text.strip())}, expected days and times", _HINT),)
    found: list[Window] = []
    wrong = []
    for part in re.split(r"[,&/]", match["times"]):
        times = _times(part.strip())
        if times is None:
            wrong.append((f"found {excerpt(part.strip())}, expected a start and an end", _HINT))
        elif not times[0] < times[1]:
            hint = "write a window over midnight as two: Mon 22-24; Tue 0-2"
            wrong.append((f"found {excerpt(part.strip())}, which ends before it has begun", hint))
        else:
            found += [Window(day, *times) for day in days]
    return tuple(found), tuple(wrong)


def _days(text: str) -> list[int] | None:
    """Day numbers of "Mon", "Mon, Wed", "Mon-Fri", "weekdays"; None where a word is no day."""
    if text in _GROUPS:
        return list(_GROUPS[text])
    found: list[int] = []
    for part in re.split(r"[ ,&/]+", re.sub(r"\s*-\s*|\s+to\s+", "-", text)):
        ends = [_NAMES.get(name, -1) for name in part.split("-")]
        if -1 in ends or len(ends) > 2:
            return None
        found += [day % 7 for day in range(ends[0], ends[0] + (ends[-1] - ends[0]) % 7 + 1)]
    return found


def _times(text: str) -> tuple[int, int] | None:
    """Start and end in minutes of the day; an end of 0 is midnight, and "1-3 pm" begins in the afternoon."""
    match = _TIMES.fullmatch(text)
    if match is None:
        return None
    hour, minute, half, *late = match.groups()
    end = _minutes(*late)
    start = _minutes(hour, minute, half or late[2])
    if start is None and not half:
        start = _minutes(hour, minute, None)
    if start is None or end is None:
        return None
    end = end or DAY
    if not half and late[2] and start >= end:
        start -= DAY // 2  # "9-12 pm" begins in the morning
    return start, end


def _minutes(hour: str, minute: str | None, half: str | None) -> int | None:
    """Minutes of the day; None where no clock shows this."""
    number, rest = int(hour), int(minute or 0)
    if half and not 1 <= number <= 12:
        return None
    if half:
        number = number % 12 + (12 if half == "pm" else 0)
    total = number * 60 + rest
    return total if rest < 60 and total <= DAY else None
