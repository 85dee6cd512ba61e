"""When somebody is busy, from their calendar file (.ics, RFC 5545); free and cancelled entries do not count."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from mmatch.availability import DAY, day_of, day_text, intervals_of, local_time, zone_of
from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.io.files import decoded, file_name, read_text
from mmatch.io.recurrence import Series, Span, instant_of, listed, whole_minutes

MOST_BYTES = 32 * 2**20
FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


def busy_times(
    source: str | os.PathLike[str] | bytes, *, start: dt.date | str, end: dt.date | str, zone: str = "UTC"
) -> tuple[tuple[str, str], ...]:
    """When somebody is busy between two dates, from the calendar file that their calendar program exports.

    Cancelled entries and those marked as free are left out; entries that repeat are followed up to the end, with their
    exceptions and the occurrences that were moved or called off, alone or with all later ones.

    Args:
        source: the path of an .ics file, or its bytes.
        start: first date.
        end: last date.
        zone: of times and whole days in the file that name no zone.

    Returns:
        (from, to) in UTC, in order, apart from each other, for ``Dates(…, busy={id: …})``.

    Raises:
        InputError: no calendar file, or entries that are broken.
        LimitError: a file that is too large, or an entry that repeats too often.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    home = zone_of(zone, "zone")
    if last < first:
        raise InputError(Problem("date", "end", f"found {day_text(last)}, expected a date from {day_text(first)}"))
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
    import icalendar

    text = read_text(source, MOST_BYTES) if not isinstance(source, bytes) else _text(source, name)
    try:
        found = list(icalendar.Calendar.from_ical(text, multiple=True))
    except FAULTS as error:
        raise InputError(Problem("calendar", name, f"no calendar file: {excerpt(str(error))}")) from None
    begun = sum(line.strip().upper() == "BEGIN:VCALENDAR" for line in text.splitlines())
    if not found or len(found) < begun:
        what = "no calendar file" if not begun else "a calendar file that breaks off"
        raise InputError(Problem("calendar", name, f"{what}: expected BEGIN:VCALENDAR up to END:VCALENDAR"))
    return found


def _text(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise LimitError(Problem("too-large", name, f"more than {MOST_BYTES:,} bytes, limit {MOST_BYTES:,}"))
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
        for item in listed(self.part.get("freebusy")):
            if str(item.params.get("FBTYPE", "BUSY")).upper() == "FREE":
                continue
            for period in getattr(item, "dts", [item]):
                low = instant_of(period.start, home)
                high = instant_of(period.end, home)
                if high > horizon[0] and low < horizon[1]:
                    yield whole_minutes(low, high)


class _Event(_Entry):
    """A VEVENT with all that was said about its occurrences."""

    def _spans(self, home: ZoneInfo, horizon: Span) -> Iterator[Span]:
        for low, high in Series(self.part, home).busy(horizon):
            yield whole_minutes(low, high)
