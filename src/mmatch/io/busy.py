"""When somebody is busy, from their calendar file (.ics, RFC 5545): what is opaque, not cancelled, repeated or not."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from mmatch.availability import DAY, day_of, intervals_of, local_time, zone_of
from mmatch.errors import ExtraError, InputError, LimitError, Problem, excerpt
from mmatch.io.files import file_name, read_text

MOST_BYTES = 32 * 2**20
MOST_TIMES = 100_000  # one entry repeats at most so often up to the end
QUICK = frozenset({"SECONDLY", "MINUTELY"})
CYCLE = 400  # years, after which dates fall on the same days of the week again
TIMES = ("dtstart", "dtend", "recurrence-id", "exdate", "rdate")
FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
Span = tuple[int, int]
EPOCH_UTC = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def busy_times(
    source: str | os.PathLike[str] | bytes, *, start: dt.date | str, end: dt.date | str, zone: str = "UTC"
) -> tuple[tuple[str, str], ...]:
    """When somebody is busy between two dates, from the calendar file that their calendar program exports.

    Cancelled entries and those marked as free are left out; entries that repeat are followed up to the end, with their
    exceptions and the occurrences that were moved.

    Args:
        source: the path of an .ics file, or its bytes.
        start: first date.
        end: last date.
        zone: of times and whole days in the file that name no zone.

    Returns:
        (from, to) in UTC, in order, apart from each other, for ``schedule(…, busy={id: …})``.

    Raises:
        InputError: no calendar file, or entries that are broken.
        LimitError: a file that is too large, or an entry that repeats too often.
        ExtraError: icalendar is not installed.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    home = zone_of(zone, "zone")
    name = "calendar" if isinstance(source, bytes) else file_name(source)
    horizon = (first - 1) * DAY, (last + 2) * DAY
    spans: list[Span] = []
    for entry in _entries(_parsed(source, name), name):
        for low, high in entry.spans(home, horizon):
            spans.append((max(low, horizon[0]), min(high, horizon[1])))
    found = intervals_of(spans).tolist()
    return tuple((_shown(low), _shown(high)) for low, high in found)


def _shown(minute: int) -> str:
    return f"{local_time(minute, 'UTC'):%Y-%m-%dT%H:%M}Z"


def _parsed(source: Any, name: str) -> list[Any]:
    try:
        import dateutil.rrule
        import icalendar
    except ModuleNotFoundError:
        raise ExtraError("reading calendars needs icalendar: pip install 'mmatch[calendar]'") from None
    del dateutil
    text = read_text(source, MOST_BYTES) if not isinstance(source, bytes) else _text(source, name)
    try:
        found = list(icalendar.Calendar.from_ical(text, multiple=True))
    except FAULTS as error:
        raise InputError(Problem("calendar", name, f"no calendar file: {excerpt(str(error))}")) from None
    begun = sum(line.strip().upper() == "BEGIN:VCALENDAR" for line in text.splitlines())
    if not found or len(found) < begun:
        told = "no calendar file" if not begun else "a calendar file that breaks off"
        raise InputError(Problem("calendar", name, f"{told}: expected BEGIN:VCALENDAR up to END:VCALENDAR"))
    return found


def _text(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise LimitError(Problem("too-large", name, f"more than {MOST_BYTES:,} bytes, limit {MOST_BYTES:,}"))
    from mmatch.io.files import decoded

    return decoded(data, name)


def _entries(calendars: Sequence[Any], name: str) -> Iterator[_Entry]:
    """The entries that make somebody busy, each with the occurrences of it that were moved."""
    groups: dict[str, list[Any]] = {}
    for number, component in enumerate(part for calendar in calendars for part in calendar.walk()):
        if component.name == "VFREEBUSY":
            yield _Periods(component, f"{name} entry {number}")
        elif component.name == "VEVENT":
            groups.setdefault(str(component.get("uid", f"\0{number}")), []).append(component)
    for number, (_, versions) in enumerate(groups.items(), 1):
        yield _Event(versions, f"{name} event {number}")


@dataclass(frozen=True)
class _Entry:
    """Something that takes time."""

    part: Any
    where: str

    def spans(self, home: ZoneInfo, horizon: Span) -> list[Span]:
        """(from, to) in UTC minutes that it takes within the horizon.

        Raises:
            InputError: where it is broken.
        """
        try:
            return list(self._spans(home, horizon))
        except FAULTS as error:
            text = f"cannot be understood: {excerpt(str(error))}"
            raise InputError(Problem("calendar", self.where, text)) from None

    def _spans(self, home: ZoneInfo, horizon: Span) -> Iterator[Span]:
        raise NotImplementedError


class _Periods(_Entry):
    """The busy times of a VFREEBUSY."""

    def _spans(self, home: ZoneInfo, horizon: Span) -> Iterator[Span]:
        for item in _listed(self.part.get("freebusy")):
            if str(item.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            for period in getattr(item, "dts", [item]):
                low = _instant(period.start, home)
                high = _instant(period.end, home)
                if high > horizon[0] and low < horizon[1]:
                    yield _minutes(low, high)


class _Event(_Entry):
    """A VEVENT with all that was said about its occurrences."""

    def _spans(self, home: ZoneInfo, horizon: Span) -> Iterator[Span]:
        latest: dict[Any, Any] = {}
        for version in self.part:
            _zoned(version)
            said = version.get("recurrence-id")
            if said is not None and str(said.params.get("RANGE", "")).upper() == "THISANDFUTURE":
                raise ValueError("RANGE=THISANDFUTURE is not supported")
            key = None if said is None else _instant(said.dt, home)
            if key not in latest or _sequence(version) >= _sequence(latest[key]):
                latest[key] = version
        main = latest.pop(None, None)
        if main is not None and _counts(main):
            for low, high in _occurrences(main, home, horizon):
                if low not in latest:
                    yield _minutes(low, high)
        for version in latest.values():
            if _counts(version):
                begin = version["dtstart"].dt
                yield _minutes(_instant(begin, home), _end(version, begin, home))


def _zoned(component: Any) -> None:
    """Every time that names a zone has one that is known: another one would be taken as local time."""
    for name in TIMES:
        for value in _listed(component.get(name)):
            days = [item.dt for item in value.dts] if hasattr(value, "dts") else [value.dt]
            zone = value.params.get("TZID")
            if zone and any(isinstance(day, dt.datetime) and day.tzinfo is None for day in days):
                raise ValueError(f"unknown time zone {zone}")


def _sequence(component: Any) -> int:
    return int(component.get("sequence", 0))


def _counts(component: Any) -> bool:
    """Whether an event makes busy."""
    cancelled = str(component.get("status", "")).upper() == "CANCELLED"
    return not cancelled and str(component.get("transp", "OPAQUE")).upper() != "TRANSPARENT"


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _instant(value: dt.date | dt.datetime, home: ZoneInfo) -> float:
    """UTC minutes of a time; a time that clocks skip is taken as before they went forward (RFC 5545, 3.3.5)."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=home)
    minutes: float = (value - EPOCH_UTC).total_seconds() / 60
    return minutes


def _minutes(low: float, high: float) -> Span:
    """Whole minutes that cover a span."""
    return int(low // 1), int(-(-high // 1))


def _end(component: Any, begin: dt.date | dt.datetime, home: ZoneInfo) -> float:
    """When an occurrence that begins then is over: as long as the first one, or so many days or hours later."""
    first = component["dtstart"].dt
    if "dtend" in component:
        last = component["dtend"].dt
        if _instant(last, home) < _instant(first, home):
            raise ValueError("it ends before it has begun")
        if not isinstance(first, dt.datetime):
            return _instant(begin + (last - first), home)
        return _instant(begin, home) + _instant(last, home) - _instant(first, home)
    if "duration" in component:
        length = component["duration"].dt
        if length < dt.timedelta():
            raise ValueError("it ends before it has begun")
        days = begin + dt.timedelta(days=length.days)
        rest: float = (length - dt.timedelta(days=length.days)).total_seconds() / 60
        return _instant(days, home) + rest
    return _instant(begin + dt.timedelta(days=not isinstance(first, dt.datetime)), home)


def _occurrences(component: Any, home: ZoneInfo, horizon: Span) -> Iterator[tuple[float, float]]:
    """(from, to) of each occurrence within the horizon."""
    first = component["dtstart"].dt
    left_out = {_instant(day.dt, home) for row in _listed(component.get("exdate")) for day in row.dts}
    seen = set()
    for begin, end in _begins(component, first, home, horizon):
        low = _instant(begin, home)
        if low in left_out or low in seen:
            continue
        seen.add(low)
        high = _end(component, begin, home) if end is None else _instant(end, home)
        if low < horizon[1] and high > horizon[0]:
            yield low, high


def _begins(component: Any, first: Any, home: ZoneInfo, horizon: Span) -> Iterator[tuple[Any, Any]]:
    """(start, the end where it has one of its own) of all occurrences up to the horizon, on the wall of the event."""
    for row in _listed(component.get("rdate")):
        for item in row.dts:
            begin, end = item.dt if isinstance(item.dt, tuple) else (item.dt, None)
            yield begin, begin + end if isinstance(end, dt.timedelta) else end
    yield first, None
    for rule in _listed(component.get("rrule")):
        for begin in _repeated(rule, first, home, horizon):
            yield begin, None


def _repeated(rule: Any, first: Any, home: ZoneInfo, horizon: Span) -> Iterator[Any]:
    """The starts that a rule gives.

    They are looked for at the end of time, so many whole cycles of the calendar later: a rule that never gives another
    date (the 30th of February) ends there soon.
    """
    from dateutil.rrule import rrulestr

    parts = {str(name).upper(): value for name, value in rule.items()}
    _check(parts)
    until = max((_last(value, home) for value in parts.pop("UNTIL", [])), default=float(horizon[1]))
    dated = not isinstance(first, dt.datetime)
    wall = dt.datetime.combine(first, dt.time()) if dated else first.replace(tzinfo=None)
    text = ";".join(f"{name}={_said(value)}" for name, value in parts.items())
    stop = min(until, horizon[1])
    later = max(dt.MAXYEAR - max(wall.year, local_time(horizon[1], "UTC").year), 0) // CYCLE * CYCLE
    for number, moved in enumerate(rrulestr(text, dtstart=wall.replace(year=wall.year + later))):
        if number >= MOST_TIMES:
            raise _too_often(f"more than {MOST_TIMES:,} times")
        begin = moved.replace(year=moved.year - later)
        found = begin.date() if dated else begin.replace(tzinfo=first.tzinfo)
        if _instant(found, home) > stop:
            return
        yield found


def _check(parts: dict[str, Any]) -> None:
    """A rule that can be followed.

    Raises:
        LimitError: one that repeats every minute or second.
        ValueError: one that never comes to another time.
    """
    if {str(value).upper() for value in parts.get("FREQ", [])} & QUICK:
        raise _too_often("every minute or second")
    if any(int(value) < 1 for value in _listed(parts.get("INTERVAL"))):
        raise ValueError("INTERVAL is below 1")


def _too_often(told: str) -> LimitError:
    return LimitError(Problem("too-large", "calendar", f"an event repeats {told} before the end of the dates"))


def _said(values: Any) -> str:
    """The values of one part of a rule as text."""
    return ",".join(str(value) for value in _listed(values))


def _last(value: Any, home: ZoneInfo) -> float:
    """The last instant that UNTIL includes."""
    if isinstance(value, dt.datetime):
        return _instant(value, home)
    return _instant(value + dt.timedelta(days=1), home) - 1 / 60
