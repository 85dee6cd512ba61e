"""The dates of a repeating calendar entry: its rule, its exceptions, and occurrences that were moved or called off.

RFC 5545, 3.8.4.4 and 3.8.5: rules and additional dates, less exceptions. An occurrence is named by the start that it
has by the rule (RECURRENCE-ID), or by its date on the wall of the series, and what is said of it holds for it alone, or
from it on (RANGE=THISANDFUTURE): then all later ones are moved by the same difference on the wall, and are as long, as
free and as cancelled as it is.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from mmatch.availability import DAY, local_time
from mmatch.errors import LimitError, Problem
from mmatch.io.ics import Broken, CalendarComponent, Follows, When, Zones, length_of, time_of, times_of, when

MOST_TIMES = 100_000  # one entry repeats at most so often up to the end
QUICK = frozenset({"SECONDLY", "MINUTELY"})
CYCLE = 400  # years, after which dates fall on the same days of the week again
LAST = 8000 * 366 * DAY  # no calendar goes on for longer
EPOCH_UTC = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
Span = tuple[int, int]
Name = float | dt.date  # of an occurrence: its start in UTC minutes, or its date on the wall of the series


@dataclass(frozen=True)
class CalendarEvent:
    """One version of an entry, or of one of its occurrences.

    ``named`` is the occurrence that it speaks of, ``onwards`` says that it speaks of all later ones, too. ``wall`` is
    the zone in which it begins.
    """

    start: When
    end: When | None
    length: dt.timedelta | None
    counts: bool
    whole: bool  # whatever the times say, it is whole days for the program that wrote it
    wall: dt.tzinfo
    rules: tuple[Mapping[str, str], ...] = ()
    extra: tuple[tuple[When, When | None], ...] = ()
    left_out: tuple[When, ...] = ()
    named: When | None = None
    onwards: bool = False

    @classmethod
    def of(
        cls, part: CalendarComponent, zones: Zones, owners: frozenset[str], named: When | None = None
    ) -> CalendarEvent | None:
        """The entry of a component; None where it says of an occurrence that it takes no time, and not when that was.

        Raises:
            Broken: what cannot be understood.
        """
        counts = _counts(part, owners)
        begun, ended, long = part.only("DTSTART"), part.only("DTEND"), part.only("DURATION")
        if begun is None:
            if counts or named is None:
                raise Broken("it has no DTSTART")
            return None
        start = time_of(begun, zones)
        wall = (start.tzinfo if isinstance(start, dt.datetime) else None) or zones.home
        extra = [pair for item in part.every("RDATE") for pair in times_of(item, zones, wall)]
        return cls(
            start,
            None if ended is None else time_of(ended, zones, wall),
            None if long is None else length_of(long.value),
            counts,
            part.text("X-MICROSOFT-CDO-ALLDAYEVENT") == "TRUE",
            wall,
            tuple(_rule(item.value) for item in part.every("RRULE")),
            tuple(_additional(start, at, end, wall) for at, end in extra),
            tuple(at for item in part.every("EXDATE") for at, _ in times_of(item, zones, wall)),
            named,
            named is not None and _onwards(part),
        )

    @property
    def dated(self) -> bool:
        """Whether it begins with a date, not at a time of day."""
        return not isinstance(self.start, dt.datetime)

    def name_of(self, value: When) -> Name:
        """What names one of its occurrences: the start in UTC minutes, or the date on its wall."""
        if self.dated:
            value = _date_of(value, self.wall)
        elif not isinstance(value, dt.datetime):
            return value
        return instant_of(value, self.wall)

    def names(self, begin: When) -> set[Name]:
        """All names of the occurrence that begins then."""
        day = begin.astimezone(self.wall).date() if isinstance(begin, dt.datetime) else begin
        return {instant_of(begin, self.wall), day}

    def until(self, begin: When) -> float:
        """When an occurrence that begins then is over: as long as the first one, or so many days or hours later.

        A day that ends as it begins is a whole one: calendars show it so.
        """
        length = dt.timedelta()
        if self.end is not None:
            minutes = instant_of(self.end, self.wall) - instant_of(self.start, self.wall)
            days = self.end - self.start if self.dated and not isinstance(self.end, dt.datetime) else None
            length = days if days is not None else dt.timedelta(minutes=minutes)
            if length and days is None:
                _forwards(length)
                return instant_of(begin, self.wall) + minutes
        elif self.length is not None:
            length = self.length
        _forwards(length)
        if not length and (self.dated or self.whole):
            length = dt.timedelta(days=1)
        rest = length - dt.timedelta(days=length.days)
        return instant_of(begin + dt.timedelta(days=length.days), self.wall) + rest / dt.timedelta(minutes=1)


def _date_of(value: When, wall: dt.tzinfo) -> dt.date:
    """The date of a whole day that was written as a time: where that is no midnight on the wall, as it was written."""
    if not isinstance(value, dt.datetime):
        return value
    local = value.astimezone(wall)
    return value.date() if local.time() != dt.time() else local.date()


def _additional(start: When, begin: When, end: Follows, wall: dt.tzinfo) -> tuple[When, When | None]:
    """An additional date as (start, its own end), a date or a time as the first start is."""
    if not isinstance(start, dt.datetime):
        begin = begin if end is not None else _date_of(begin, wall)
    elif not isinstance(begin, dt.datetime):
        begin = dt.datetime.combine(begin, start.timetz())
    return begin, begin + end if isinstance(end, dt.timedelta) else end


def _forwards(length: dt.timedelta) -> None:
    if length < dt.timedelta():
        raise Broken("it ends before it has begun")


def _rule(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.strip(" ;").split(";")]
    if not all(sign for _, sign, _ in parts):
        raise Broken("its rule (RRULE) cannot be followed")
    return {name.strip().upper(): value.strip() for name, _, value in parts}


def _onwards(part: CalendarComponent) -> bool:
    """Whether what is said of an occurrence holds for all later ones, too.

    Raises:
        Broken: another range than RFC 5545 knows.
    """
    found = part.every("RECURRENCE-ID")[0].params.get("RANGE", "").upper()
    if found not in {"", "THISANDFUTURE"}:
        raise Broken(f"RANGE={found} is none of RFC 5545")
    return bool(found)


def _counts(part: CalendarComponent, owners: frozenset[str]) -> bool:
    """Whether an event makes busy: it is not called off, not marked as free, and no invitation that was declined."""
    if part.text("STATUS") == "CANCELLED" or part.text("TRANSP") == "TRANSPARENT":
        return False
    return not any(
        item.params.get("PARTSTAT", "").upper() == "DECLINED"
        and item.value.strip().casefold().removeprefix("mailto:") in owners
        for item in part.every("ATTENDEE")
    )


class RepeatedEvents:
    """One entry, once or again and again, with every version of it and of its occurrences.

    Of versions of one thing the one with the highest SEQUENCE counts, of several with the same the last.

    Raises:
        Broken: an entry that cannot be understood.
    """

    def __init__(self, versions: Sequence[tuple[CalendarComponent, Zones]], owners: frozenset[str]) -> None:
        mains = [version for version in versions if not version[0].every("RECURRENCE-ID")]
        self.main = CalendarEvent.of(*_newest(mains), owners) if mains else None
        main, latest = self.main, dict[Name, list[tuple[CalendarComponent, Zones, When]]]()
        for part, zones in versions:
            item = part.only("RECURRENCE-ID")
            if item is not None:
                named = time_of(item, zones, main.wall if main else None)
                zone = named.tzinfo if isinstance(named, dt.datetime) else None
                key = main.name_of(named) if main else instant_of(named, zone or zones.home)
                latest.setdefault(key, []).append((part, zones, named))
        self.changed: dict[Name, CalendarEvent | None] = {}
        for key, rows in latest.items():
            part, zones = _newest([row[:2] for row in rows])
            self.changed[key] = CalendarEvent.of(part, zones, owners, rows[-1][2])
        later = [event for event in self.changed.values() if event is not None and event.onwards]
        found = [_Onwards.of(event, main) for event in later] if main is not None else []
        self.onwards = sorted(found, key=lambda onwards: onwards.since)

    def busy(self, horizon: Span) -> Iterator[tuple[float, float]]:
        """(from, to) in UTC minutes of what makes busy; of what repeats within the horizon."""
        for version in self.changed.values():
            if version is not None and version.counts:
                yield instant_of(version.start, version.wall), version.until(version.start)
        main = self.main
        if main is None or not any(event.counts for event in (main, *(later.version for later in self.onwards))):
            return
        for low, high in self._untouched(main, horizon[1]):
            if low < horizon[1] and high > horizon[0]:
                yield low, high

    def _untouched(self, main: CalendarEvent, end: int) -> Iterator[tuple[float, float]]:
        """(from, to) of the occurrences of which nothing of their own was said."""
        since = [later.since for later in self.onwards]
        earlier = max([later.earlier for later in self.onwards], default=0)
        for begin, until in _occurrences(main, min(end + earlier, LAST)):
            low = instant_of(begin, main.wall)
            place = bisect_right(since, low)
            version = self.onwards[place - 1].version if place else main
            if not version.counts or not main.names(begin).isdisjoint(self.changed):
                continue
            if place:
                yield self.onwards[place - 1].span(begin, until)
            else:
                yield low, main.until(begin) if until is None else instant_of(until, main.wall)


def _newest(versions: Sequence[tuple[CalendarComponent, Zones]]) -> tuple[CalendarComponent, Zones]:
    """The version that counts: the last one with the highest SEQUENCE."""

    def sequence(version: tuple[CalendarComponent, Zones]) -> int:
        text = version[0].text("SEQUENCE")
        return int(text) if text.isdecimal() and len(text) < 16 else 0

    return max(reversed(versions), key=sequence)


@dataclass(frozen=True)
class _Onwards:
    """What was said of an occurrence of a series and of all later ones.

    ``wall`` is the zone on whose wall times are moved, ``shift`` by how much; ``resized`` says that the length changed,
    also that of additional dates with ends of their own.
    """

    since: float
    version: CalendarEvent
    main: CalendarEvent
    wall: dt.tzinfo
    shift: dt.timedelta
    resized: bool

    @classmethod
    def of(cls, version: CalendarEvent, main: CalendarEvent) -> _Onwards:
        """The change from one start by the rule to another one, on the wall of the series."""
        first, new, named = main.start, version.start, version.named or main.start
        if main.dated and isinstance(named, dt.datetime):
            named = _date_of(named, main.wall)
        since = instant_of(named, main.wall)
        if isinstance(first, dt.datetime) and not isinstance(named, dt.datetime):
            named = dt.datetime.combine(named, first.timetz())  # the occurrence of that date
        wall = version.wall if main.dated and not version.dated else main.wall
        ends = {instant_of(begin, main.wall): end for begin, end in main.extra if end is not None}
        begin = instant_of(named, main.wall)
        before = (instant_of(ends[begin], main.wall) if begin in ends else main.until(named)) - begin
        resized = version.until(new) - instant_of(new, version.wall) != before
        return cls(since, version, main, wall, _wall(new, wall) - _wall(named, wall), resized)

    @property
    def earlier(self) -> int:
        """Minutes by which occurrences may come earlier than by the rule, with a day for changing clocks."""
        return 0 if self.shift >= dt.timedelta() else int(-self.shift / dt.timedelta(minutes=1)) + DAY

    def span(self, begin: When, end: When | None) -> tuple[float, float]:
        """(from, to) in UTC minutes of an occurrence that would begin then by the rule."""
        wall = _wall(begin, self.wall) + self.shift
        moved = wall.date() if self.version.dated else wall.replace(tzinfo=self.wall)
        low = instant_of(moved, self.version.wall)
        if end is None or self.resized:
            return low, self.version.until(moved)
        return low, low + instant_of(end, self.main.wall) - instant_of(begin, self.main.wall)


def _wall(value: When, zone: dt.tzinfo) -> dt.datetime:
    """What the clock of a zone shows; a date begins at midnight everywhere."""
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time())
    return value.astimezone(zone).replace(tzinfo=None)


def instant_of(value: When, home: dt.tzinfo) -> float:
    """UTC minutes of a time; a time that clocks skip is taken as before they went forward (RFC 5545, 3.3.5)."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time(), tzinfo=home)
    minutes: float = (value - EPOCH_UTC).total_seconds() / 60
    return minutes


def _occurrences(main: CalendarEvent, until: int) -> Iterator[tuple[When, When | None]]:
    """(start, the end where it has one of its own) of each occurrence up to a minute."""
    left_out = {main.name_of(day) for day in main.left_out}
    by_rules = ((begin, None) for rule in main.rules for begin in _by_rule(rule, main, until))
    for begin, end in chain(main.extra, [(main.start, None)], by_rules):  # some perhaps more than once
        low = instant_of(begin, main.wall)
        if end is not None and instant_of(end, main.wall) < low:
            raise Broken("an additional date ends before it has begun")
        if main.names(begin).isdisjoint(left_out):
            left_out.add(low)
            yield begin, end


def _by_rule(rule: Mapping[str, str], main: CalendarEvent, end: int) -> Iterator[When]:
    """The starts that a rule gives.

    They are looked for at the end of time, so many whole cycles of the calendar later: a rule that never gives another
    date (the 30th of February) ends there soon.

    Raises:
        LimitError: a rule that repeats by the minute or second, or too often.
        Broken: one that never comes to another time.
    """
    from dateutil.rrule import rrulestr

    if rule.get("FREQ", "").upper() in QUICK:
        raise _too_often("by the minute or second (FREQ), expected hours or longer")
    every = rule.get("INTERVAL", "1")
    if not every.isdecimal() or int(every) < 1:
        raise Broken("INTERVAL is below 1")
    first: Any = main.start
    until = float(end)
    if "UNTIL" in rule:
        last = when(rule["UNTIL"], main.wall)  # without a zone it is on the wall of the event, and a date is included
        is_date = not isinstance(last, dt.datetime)
        until = instant_of(last + dt.timedelta(days=is_date), main.wall) - is_date / 60
    dated = main.dated
    wall = dt.datetime.combine(first, dt.time()) if dated else first.replace(tzinfo=None)
    text = ";".join(f"{name}={value}" for name, value in rule.items() if name != "UNTIL")
    stop = min(until, end)
    later = max(dt.MAXYEAR - max(wall.year, local_time(end, "UTC").year), 0) // CYCLE * CYCLE
    for number, moved in enumerate(rrulestr(text, dtstart=wall.replace(year=wall.year + later))):
        if number >= MOST_TIMES:
            raise _too_often(f"more than {MOST_TIMES:,} times before the end of the dates")
        begin = moved.replace(year=moved.year - later)
        found = begin.date() if dated else begin.replace(tzinfo=first.tzinfo)
        if instant_of(found, main.wall) > stop:
            return
        yield found


def _too_often(message: str) -> LimitError:
    return LimitError(Problem("too-large", "calendar", f"an event repeats {message}"))
