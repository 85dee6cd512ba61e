"""Time zones and dates, and the instants that a clock on the wall means, in whole minutes of UTC from 1970-01-01."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from functools import lru_cache

import numpy as np

from mmatch.availability.intervals import Intervals
from mmatch.errors import InputError, Problem, excerpt

DAY = 1440
YEARS = range(1973, 2200)  # before, some clocks were off by seconds
LONGEST_NAME = 255
EPOCH = dt.date(1970, 1, 1)
_PROBE = 360  # minutes between two looks at a zone: no zone changes twice within so few
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::00(?:\.0+)?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9][A-Za-z0-9_+-]*)*")
_NO_PLACES = re.compile(r"localtime|Factory|posixrules|(posix|right)/.*")  # of this machine, of nowhere, or doubles


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


@lru_cache(maxsize=1024)
def zone_exists(name: str) -> bool:
    """Whether a time zone has this name."""
    try:
        zone_of(name)
    except InputError:
        return False
    return True


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
        for start, end, offset in zip(*pieces(zone, wall // DAY - 1, wall // DAY + 2), strict=True)
        if start <= wall - offset < end
    ]
    if len(found) == 1:
        return found[0]
    shown = f"{date_of(wall // DAY)} {clock_text(wall % DAY):0>2} in {zone}"
    if not found:
        raise InputError(Problem("time", where, f"{shown} does not exist: clocks go forward"))
    hint = "write it with an offset: " + " or ".join(local_time(minute, zone).isoformat() for minute in found)
    raise InputError(Problem("time", where, f"{shown} comes twice: clocks go back", hint))


def local_time(minute: int, zone: str) -> dt.datetime:
    """What the clocks of a zone show at an instant, as an aware datetime."""
    return (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)).astimezone(zone_of(zone))


def time_text(minute: int) -> str:
    """A UTC minute as text, such as "2027-01-11T09:30Z"."""
    return f"{local_time(minute, 'UTC'):%Y-%m-%dT%H:%M}Z"


def clock_text(minutes: int) -> str:
    """A time of day such as 9 or 14:30, from minutes."""
    return f"{minutes // 60}" + (f":{minutes % 60:02}" if minutes % 60 else "")


def date_of(day: int) -> dt.date:
    """The date of a day number."""
    return EPOCH + dt.timedelta(days=day)


@lru_cache(maxsize=1024)
def pieces(zone: str, first: int, last: int) -> tuple[list[int], list[int], list[int]]:
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


def offsets_at(times: Intervals, zone: str) -> Intervals:
    """Minutes by which the wall of a zone is ahead of UTC at each of some instants."""
    if not len(times):
        return times
    first, last = int(times.min()) // DAY, int(times.max()) // DAY + 1
    begins, _, offsets = pieces(zone, first, last)
    if len(offsets) == 1:
        return np.full(len(times), offsets[0], dtype=np.int64)
    found: Intervals = np.array(offsets, dtype=np.int64)[np.searchsorted(begins, times, "right") - 1]
    return found


def day_text(day: int) -> str:
    """The date of a day number, such as "2027-01-11"."""
    return date_of(day).isoformat()
