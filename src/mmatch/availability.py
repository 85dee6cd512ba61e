"""When people can meet: weekly windows in local wall time and a time zone, and the instants that they mean.

A window such as "Mon 9-12" is a promise about the clock on the wall. Which instants it means depends on the date:
clocks go forward and back, each zone on days of its own. So windows stay as wall time until dates are known; then they
become intervals of whole minutes in UTC (counted from 1970-01-01, half open), and all further arithmetic is on these.

An instant belongs to a window when the clock shows a time within it. So an hour that is skipped is in no window, and an
hour that comes twice is in a window twice.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import InputError, Problem, Problems, excerpt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Intervals = NDArray[np.int64]

DAY = 1440
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
YEARS = range(1973, 2200)  # before, some clocks were off by seconds
LONGEST_TEXT = 10_000
LONGEST_NAME = 255
EPOCH = dt.date(1970, 1, 1)
_WORDS = 1 << 20  # of bits that are looked at together
_PAIRS = 1 << 14  # of intervals that are compared each with each
_PROBE = 360  # minutes between two looks at a zone: no zone changes twice within so few
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
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::00(?:\.0+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*)*")
_NO_PLACES = re.compile(r"localtime|Factory|posixrules|(posix|right)/.*")  # of this machine, of nowhere, or doubles
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
        return f"{DAYS[self.day]} {_clock(self.start)}-{_clock(self.end)}"


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


def _clock(minutes: int) -> str:
    return f"{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def _grid(text: str) -> list[Window]:
    length = _GRIDS[len(text)]
    free = [k * length for k, digit in enumerate(text) if digit == "1"]
    return [Window(start // DAY, start % DAY, start % DAY + length) for start in free]


def _entry(text: str, where: str, problems: Problems) -> tuple[Window, ...]:
    """The windows of one entry; what is wrong with it is noted."""
    found, wrong = _understood(text)
    for told, hint in wrong:
        problems.add("window", where, told, hint)
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


# -- zones and instants ---------------------------------------------------------------------------------------------


def zone_of(name: str, where: str = "timezone") -> zoneinfo.ZoneInfo:
    """The time zone of an IANA name such as "Europe/Berlin".

    Raises:
        InputError: no such name, or one that could lead out of the database.
    """
    hint = ""
    if is_zone_name(name):
        try:
            return zoneinfo.ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            hint = "" if _any_zones() else "this machine has no time-zone data: pip install tzdata"
    text = f"unknown time zone {excerpt(name)}, expected a name such as Europe/Berlin"
    raise InputError(Problem("timezone", where, text, hint))


def is_zone_name(name: object) -> bool:
    """Whether a time zone can have this name: letters and digits, not of this machine or of nowhere."""
    sound = type(name) is str and len(name) <= LONGEST_NAME and _ZONE.fullmatch(name)
    return bool(sound) and not _NO_PLACES.fullmatch(str(name))


def _any_zones() -> bool:
    try:
        zoneinfo.ZoneInfo("Etc/UTC")
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        return False
    return True


def day_of(date: dt.date | str, where: str = "date") -> int:
    """The number of a date, counted from 1970-01-01; a date or a text such as "2027-01-11".

    Raises:
        InputError: no date, or one outside the years in which clocks were and will be known well enough.
    """
    found = date
    if type(date) is str and re.fullmatch(r"\d{4}-\d{2}-\d{2}", date, re.ASCII):
        try:
            found = dt.date.fromisoformat(date)
        except ValueError:
            found = date
    if type(found) is not dt.date or found.year not in YEARS:
        text = f"found {excerpt(date)}, expected a date such as 2027-01-11, from {YEARS[0]} to {YEARS[-1]}"
        raise InputError(Problem("date", where, text))
    return (found - EPOCH).days


def instant(text: str, zone: str | None = None, where: str = "time") -> int:
    """A point in time in UTC minutes, from "2027-01-11T09:30+01:00", or from wall time and the zone of the wall.

    Raises:
        InputError: another form, seconds, no zone, or a wall time that the clock skips or shows twice.
    """
    match = _INSTANT.fullmatch(text) if type(text) is str else None
    if match is None or int(match[2]) > 23 or int(match[3]) > 59:
        expected = "expected a time such as 2027-01-11T09:30+01:00, to the minute"
        raise InputError(Problem("time", where, f"found {excerpt(text)}, {expected}"))
    wall = day_of(match[1], where) * DAY + int(match[2]) * 60 + int(match[3])
    if match[4]:
        return wall - _offset(match[4], where)
    if zone is None:
        raise InputError(Problem("time", where, f"found {excerpt(text)} without a time zone", "add Z or +01:00"))
    return wall_instant(wall, zone, where)


def _offset(text: str, where: str) -> int:
    """Minutes east of Greenwich."""
    if text == "Z":
        return 0
    hours, minutes = int(text[1:3]), int(text[4:])
    if hours > 14 or minutes > 59:
        raise InputError(Problem("time", where, f"found the offset {text}, expected at most 14:00"))
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def wall_instant(wall: int, zone: str, where: str = "time") -> int:
    """The instant at which the clocks of a zone show a time, given in minutes from 1970-01-01 on the wall.

    Raises:
        InputError: the clocks skip this time, or show it twice; both instants are named.
    """
    found = [
        wall - offset
        for start, end, offset in zip(*_pieces(zone, wall // DAY - 1, wall // DAY + 2), strict=True)
        if start <= wall - offset < end
    ]
    if len(found) == 1:
        return found[0]
    shown = f"{_date(wall // DAY)} {_clock(wall % DAY):0>2} in {zone}"
    if not found:
        raise InputError(Problem("time", where, f"{shown} does not exist: clocks go forward"))
    hint = "write it with an offset: " + " or ".join(local_time(minute, zone).isoformat() for minute in found)
    raise InputError(Problem("time", where, f"{shown} comes twice: clocks go back", hint))


def local_time(minute: int, zone: str) -> dt.datetime:
    """What the clocks of a zone show at an instant, as an aware datetime."""
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)).astimezone(zone_of(zone))


def _date(day: int) -> dt.date:
    return EPOCH + dt.timedelta(days=day)


@lru_cache(maxsize=1024)
def _pieces(zone: str, first: int, last: int) -> tuple[list[int], list[int], list[int]]:
    """(starts, ends, offsets) in minutes: the pieces between two days (UTC) in which a zone keeps one offset."""
    info = zone_of(zone)

    def offset(minute: int) -> int:
        at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
        return int((at.astimezone(info).utcoffset() or dt.timedelta()).total_seconds()) // 60

    start, stop = first * DAY, last * DAY
    starts, offsets = [start], [offset(start)]
    for low in range(start, stop, _PROBE):
        high = min(low + _PROBE, stop)
        after = offset(high)
        if after == offsets[-1]:
            continue
        early = low
        while high - early > 1:  # the first minute of the new offset
            middle = (early + high) // 2
            early, high = (middle, high) if offset(middle) == offsets[-1] else (early, middle)
        starts.append(high)
        offsets.append(after)
    return starts, [*starts[1:], stop], offsets


# -- intervals ------------------------------------------------------------------------------------------------------


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
        raise InputError(Problem("date", "end", f"found {_date(last)}, which is before the start {_date(first)}"))
    low, high, day, number = _on_the_wall(windows, first, last)
    intervals, length = [], np.zeros(len(low), dtype=np.int64)
    pieces = list(zip(*_pieces(zone, first - 2, last + 3), strict=True))
    if len(pieces) == 1:
        return Free(union(np.column_stack([low, high]) - pieces[0][2]))
    for piece_start, piece_end, offset in pieces:
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


def intervals_of(pairs: Iterable[tuple[int, int]]) -> Intervals:
    """Intervals from (start, end) in any order; empty ones are left out."""
    found = np.array([pair for pair in pairs if pair[0] < pair[1]], dtype=np.int64).reshape(-1, 2)
    return union(found)


def union(intervals: Intervals) -> Intervals:
    """Intervals in order, those that touch or overlap as one."""
    if not len(intervals):
        return intervals.reshape(-1, 2)
    if (intervals[1:, 0] > intervals[:-1, 1]).all():
        return intervals
    ordered = intervals[np.argsort(intervals[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.concatenate([[True], ordered[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.column_stack([ordered[first, 0], reach[last]])


def common(one: Intervals, other: Intervals) -> Intervals:
    """What is in both, where each is in order and apart."""
    if len(one) * len(other) > _PAIRS:
        return _where(one, other, lambda a, b: a & b)
    low, high = np.maximum(one[:, :1], other[:, 0]), np.minimum(one[:, 1:], other[:, 1])
    held = low < high
    return np.column_stack([low[held], high[held]])


def without(one: Intervals, other: Intervals) -> Intervals:
    """What is in the first only."""
    return _where(one, other, lambda a, b: a & ~b)


def _where(one: Intervals, other: Intervals, wanted: Any) -> Intervals:
    """Where a condition on (in the first, in the second) holds."""
    points = np.unique(np.concatenate([one.reshape(-1), other.reshape(-1)]))
    inside = [
        np.searchsorted(x[:, 0], points, "right") > np.searchsorted(x[:, 1], points, "right") for x in (one, other)
    ]
    held = wanted(*inside)
    if not len(points):
        return points.reshape(-1, 2)
    return union(np.column_stack([points[:-1], points[1:]])[held[:-1]])


def _inside(intervals: Intervals, points: Intervals) -> Any:
    """Whether each point is in one of the intervals."""
    begun, over = (np.searchsorted(intervals[:, k], points, "right") for k in (0, 1))
    return begun > over


def widened(intervals: Intervals, before: int, after: int) -> Intervals:
    """Every interval longer at both ends, such as a busy time with its buffers."""
    return union(intervals + np.array([-before, after]))


def starts(intervals: Intervals, length: int, grain: int = 1) -> Intervals:
    """Every multiple of ``grain`` minutes at which a session of some length can start, as a flat array."""
    low = -(-intervals[:, 0] // grain)
    high = (intervals[:, 1] - length) // grain
    count = np.maximum(high - low + 1, 0)
    shift = np.repeat(low - (np.cumsum(count) - count), count)
    found: Intervals = (np.arange(int(count.sum())) + shift) * grain
    return found


@dataclass(frozen=True, eq=False)
class Grid:
    """The times of many people as bits, one for each possible start of a session, for comparing millions of pairs.

    ``bits`` has one row a person; bit k stands for the start ``first + k * grain``.
    """

    bits: NDArray[np.uint64]
    first: int
    grain: int

    @classmethod
    def of(cls, calendars: Sequence[Intervals], length: int, grain: int = 15) -> Grid:
        """The starts, on multiples of ``grain`` minutes, at which each person is free for ``length`` minutes."""
        found = [starts(intervals, length, grain) for intervals in calendars]
        sizes = np.array([len(row) for row in found], dtype=np.int64)
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        first, last = (int(flat.min()), int(flat.max())) if len(flat) else (0, 0)
        place, owner = (flat - first) // grain, np.repeat(np.arange(len(found)), sizes)
        words = (last - first) // grain // 64 + 1
        bits = np.zeros(len(found) * words, dtype=np.uint64)
        np.bitwise_or.at(bits, owner * words + place // 64, np.uint64(1) << (place % 64).astype(np.uint64))
        return cls(bits.reshape(-1, words), first, grain)

    def shared(self, left: Intervals, right: Intervals) -> Intervals:
        """How many starts two people have in common, for every pair of rows ``(left[k], right[k])``."""
        found = np.zeros(len(left), dtype=np.int64)
        step = max(_WORDS // max(self.bits.shape[1], 1), 1)
        for k in range(0, len(left), step):
            both = self.bits[left[k : k + step]] & self.bits[right[k : k + step]]
            found[k : k + step] = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        return found


def offsets_at(times: Intervals, zone: str) -> Intervals:
    """Minutes by which the wall of a zone is ahead of UTC at each of some instants."""
    if not len(times):
        return times
    first, last = int(times.min()) // DAY, int(times.max()) // DAY + 1
    begins, _, offsets = _pieces(zone, first, last)
    if len(offsets) == 1:
        return np.full(len(times), offsets[0], dtype=np.int64)
    found: Intervals = np.array(offsets, dtype=np.int64)[np.searchsorted(begins, times, "right") - 1]
    return found


def offset_changes(zone: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """(UTC minute, minutes ahead of UTC from then on) of a zone, from one day (UTC) up to another."""
    begins, _, offsets = _pieces(zone, first, last)
    return tuple(zip(begins, offsets, strict=True))


def day_text(day: int) -> str:
    """The date of a day number, such as "2027-01-11"."""
    return _date(day).isoformat()
