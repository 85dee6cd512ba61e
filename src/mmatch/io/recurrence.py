"""The dates of a repeating calendar entry: its rule, its exceptions, and occurrences that were moved or called off.

RFC 5545, 3.8.4.4 and 3.8.5: rules and additional dates, less exceptions. An occurrence is named by the start that it
has by the rule (RECURRENCE-ID), and what is said of it holds for it alone, or from it on (RANGE=THISANDFUTURE): then
all later ones are moved by the same difference on the wall, and are as long, as free and as cancelled as it is.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from mmatch.availability import DAY, local_time
from mmatch.errors import LimitError, Problem

MOST_TIMES = 100_000  # one entry repeats at most so often up to the end
QUICK = frozenset({"SECONDLY", "MINUTELY"})
CYCLE = 400  # years, after which dates fall on the same days of the week again
LAST = 8000 * 366 * DAY  # no calendar goes on for longer
TIMES = ("dtstart", "dtend", "recurrence-id", "exdate", "rdate")
Span = tuple[int, int]
When = dt.date | dt.datetime
EPOCH_UTC = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Series:
    """One entry, once or again and again, with every version of it and of its occurrences.

    Raises:
        ValueError: an entry that is broken.
    """

    def __init__(self, versions: Sequence[Any], home: ZoneInfo) -> None:
        self.home = home
        latest: dict[float | None, Any] = {}
        for version in versions:
            _begun(version)
            _zoned(version)
            said = version.get("recurrence-id")
            key = None if said is None else instant_of(said.dt, home)
            if key not in latest or _sequence(version) >= _sequence(latest[key]):
                latest[key] = version
        self.main = latest.pop(None, None)
        self.changed = {since: latest[since] for since in sorted(key for key in latest if key is not None)}
        later = [since for since, version in self.changed.items() if _range(version)]
        main = self.main
        self.onwards = [_Onwards.of(since, self.changed[since], main, home) for since in later if main is not None]

    def busy(self, horizon: Span) -> Iterator[tuple[float, float]]:
        """(from, to) in UTC minutes of what makes busy; of what repeats within the horizon."""
        for version in self.changed.values():
            if _counts(version):
                begin = version["dtstart"].dt
                yield instant_of(begin, self.home), _end(version, begin, self.home)
        if self.main is None or not any(map(_counts, (self.main, *(later.version for later in self.onwards)))):
            return
        for low, high in self._untouched(horizon[1]):
            if low < horizon[1] and high > horizon[0]:
                yield low, high

    def _untouched(self, end: int) -> Iterator[tuple[float, float]]:
        """(from, to) of the occurrences of which nothing of their own was said."""
        since = [later.since for later in self.onwards]
        earlier = max([later.earlier for later in self.onwards], default=0)
        for begin, until in _occurrences(self.main, self.home, min(end + earlier, LAST)):
            low = instant_of(begin, self.home)
            place = bisect_right(since, low)
            version = self.onwards[place - 1].version if place else self.main
            if low in self.changed or not _counts(version):
                continue
            if place:
                yield self.onwards[place - 1].span(begin, until)
            else:
                yield low, _end(version, begin, self.home) if until is None else instant_of(until, self.home)


@dataclass(frozen=True)
class _Onwards:
    """What was said of an occurrence and of all later ones.

    ``wall`` is the zone on whose wall times are moved, ``shift`` by how much; ``resized`` says that the length changed,
    also that of additional dates with ends of their own.
    """

    since: float
    version: Any
    wall: dt.tzinfo
    shift: dt.timedelta
    resized: bool
    home: ZoneInfo

    @classmethod
    def of(cls, since: float, version: Any, main: Any, home: ZoneInfo) -> _Onwards:
        """The change from one start by the rule to another one, on the wall of the series.

        Raises:
            ValueError: a series of times of which a date is named, or the other way round.
        """
        first, new, named = main["dtstart"].dt, version["dtstart"].dt, version["recurrence-id"].dt
        if isinstance(named, dt.datetime) != isinstance(first, dt.datetime):
            raise ValueError("RECURRENCE-ID and DTSTART are not both dates, or both times")
        wall = next((v.tzinfo for v in (first, new) if isinstance(v, dt.datetime) and v.tzinfo is not None), home)
        ends = {instant_of(begin, home): end for begin, end in _dates(main) if end is not None}
        before = (instant_of(ends[since], home) if since in ends else _end(main, named, home)) - since
        resized = _end(version, new, home) - instant_of(new, home) != before
        return cls(since, version, wall, _wall(new, wall, home) - _wall(named, wall, home), resized, home)

    @property
    def earlier(self) -> int:
        """Minutes by which occurrences may come earlier than by the rule, with a day for changing clocks."""
        return 0 if self.shift >= dt.timedelta() else int(-self.shift / dt.timedelta(minutes=1)) + DAY

    def span(self, begin: When, end: When | None) -> tuple[float, float]:
        """(from, to) in UTC minutes of an occurrence that would begin then by the rule."""
        wall = _wall(begin, self.wall, self.home) + self.shift
        timed = isinstance(self.version["dtstart"].dt, dt.datetime)
        moved = wall.replace(tzinfo=self.wall) if timed else wall.date()
        low = instant_of(moved, self.home)
        if end is None or self.resized:
            return low, _end(self.version, moved, self.home)
        return low, low + instant_of(end, self.home) - instant_of(begin, self.home)


def _wall(value: When, zone: dt.tzinfo, home: ZoneInfo) -> dt.datetime:
    """What the clock of a zone shows; a date begins at midnight everywhere."""
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return (value if value.tzinfo is not None else value.replace(tzinfo=home)).astimezone(zone).replace(tzinfo=None)


def _range(version: Any) -> bool:
    """Whether what is said of an occurrence holds for all later ones, too.

    Raises:
        ValueError: another range than RFC 5545 knows.
    """
    found = str(version["recurrence-id"].params.get("RANGE", "")).upper()
    if found not in {"", "THISANDFUTURE"}:
        raise ValueError(f"RANGE={found} is none of RFC 5545")
    return bool(found)


def _begun(component: Any) -> None:
    """Everything that takes time has a start; what is called off needs none."""
    if "dtstart" not in component and (_counts(component) or "recurrence-id" not in component):
        raise ValueError("it has no DTSTART")


def _zoned(component: Any) -> None:
    """Every time that names a zone has one that is known: another one would be taken as local time."""
    for name in TIMES:
        for value in listed(component.get(name)):
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


def listed(value: Any) -> list[Any]:
    """One value or several, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def instant_of(value: dt.date | dt.datetime, home: ZoneInfo) -> float:
    """UTC minutes of a time; a time that clocks skip is taken as before they went forward (RFC 5545, 3.3.5)."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=home)
    minutes: float = (value - EPOCH_UTC).total_seconds() / 60
    return minutes


def whole_minutes(low: float, high: float) -> Span:
    """Whole minutes that cover a span."""
    return int(low // 1), int(-(-high // 1))


def _end(component: Any, begin: dt.date | dt.datetime, home: ZoneInfo) -> float:
    """When an occurrence that begins then is over: as long as the first one, or so many days or hours later."""
    first = component["dtstart"].dt
    if "dtend" in component:
        last = component["dtend"].dt
        if instant_of(last, home) < instant_of(first, home):
            raise ValueError("it ends before it has begun")
        if not isinstance(first, dt.datetime):
            return instant_of(begin + (last - first), home)
        return instant_of(begin, home) + instant_of(last, home) - instant_of(first, home)
    if "duration" in component:
        length = component["duration"].dt
        if length < dt.timedelta():
            raise ValueError("it ends before it has begun")
        days = begin + dt.timedelta(days=length.days)
        rest: float = (length - dt.timedelta(days=length.days)).total_seconds() / 60
        return instant_of(days, home) + rest
    return instant_of(begin + dt.timedelta(days=not isinstance(first, dt.datetime)), home)


def _occurrences(component: Any, home: ZoneInfo, until: int) -> Iterator[tuple[When, When | None]]:
    """(start, the end where it has one of its own) of each occurrence up to a minute."""
    first = component["dtstart"].dt
    left_out = {instant_of(day.dt, home) for row in listed(component.get("exdate")) for day in row.dts}
    for begin, end in _begins(component, first, home, until):
        low = instant_of(begin, home)
        if end is not None and instant_of(end, home) < low:
            raise ValueError("an additional date ends before it has begun")
        if low not in left_out:
            left_out.add(low)
            yield begin, end


def _dates(component: Any) -> Iterator[tuple[When, When | None]]:
    """Additional dates: (start, the end where it has one of its own)."""
    for row in listed(component.get("rdate")):
        for item in row.dts:
            begin, end = item.dt if isinstance(item.dt, tuple) else (item.dt, None)
            yield begin, begin + end if isinstance(end, dt.timedelta) else end


def _begins(component: Any, first: When, home: ZoneInfo, until: int) -> Iterator[tuple[When, When | None]]:
    """What dates, start and rules give, some perhaps more than once, on the wall of the event."""
    yield from _dates(component)
    yield first, None
    for rule in listed(component.get("rrule")):
        for begin in _by_rule(rule, first, home, until):
            yield begin, None


def _by_rule(rule: Any, first: Any, home: ZoneInfo, end: int) -> Iterator[Any]:
    """The starts that a rule gives.

    They are looked for at the end of time, so many whole cycles of the calendar later: a rule that never gives another
    date (the 30th of February) ends there soon.
    """
    from dateutil.rrule import rrulestr

    parts = {str(name).upper(): value for name, value in rule.items()}
    _check(parts)
    until = max((_last(value, home) for value in parts.pop("UNTIL", [])), default=float(end))
    dated = not isinstance(first, dt.datetime)
    wall = dt.datetime.combine(first, dt.time()) if dated else first.replace(tzinfo=None)
    text = ";".join(f"{name}={_said(value)}" for name, value in parts.items())
    stop = min(until, end)
    later = max(dt.MAXYEAR - max(wall.year, local_time(end, "UTC").year), 0) // CYCLE * CYCLE
    for number, moved in enumerate(rrulestr(text, dtstart=wall.replace(year=wall.year + later))):
        if number >= MOST_TIMES:
            raise _too_often(f"more than {MOST_TIMES:,} times before the end of the dates")
        begin = moved.replace(year=moved.year - later)
        found = begin.date() if dated else begin.replace(tzinfo=first.tzinfo)
        if instant_of(found, home) > stop:
            return
        yield found


def _check(parts: dict[str, Any]) -> None:
    """A rule that can be followed.

    Raises:
        LimitError: one that repeats by the minute or second.
        ValueError: one that never comes to another time.
    """
    if {str(value).upper() for value in parts.get("FREQ", [])} & QUICK:
        raise _too_often("by the minute or second (FREQ), expected hours or longer")
    if any(int(value) < 1 for value in listed(parts.get("INTERVAL"))):
        raise ValueError("INTERVAL is below 1")


def _too_often(message: str) -> LimitError:
    return LimitError(Problem("too-large", "calendar", f"an event repeats {message}"))


def _said(values: Any) -> str:
    """The values of one part of a rule as text."""
    return ",".join(str(value) for value in listed(values))


def _last(value: Any, home: ZoneInfo) -> float:
    """The last instant that UNTIL includes."""
    if isinstance(value, dt.datetime):
        return instant_of(value, home)
    return instant_of(value + dt.timedelta(days=1), home) - 1 / 60
