"""When somebody is busy, from a calendar file (.ics, RFC 5545), and when nobody meets: public holidays.

Entries that are free, declined or cancelled do not count.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mmatch.availability import DAY, date_of, day_of, day_text, intervals_of, time_text, zone_of
from mmatch.cohort import Cohort
from mmatch.errors import ExtraError, InputError, LimitError, Problem, Problems, excerpt
from mmatch.io.files import decoded, file_name, read_bytes
from mmatch.io.ics import (
    Broken,
    CalendarComponent,
    UnknownZone,
    Zones,
    calendars_of,
    definitions_of,
    length_of,
    times_of,
    walk,
)
from mmatch.io.recurrence import RepeatedEvents, Span, instant_of
from mmatch.scheduling.schedule_settings import known

MOST_BYTES = 32 * 2**20
FAULTS = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
SLACK = 3 * DAY  # minutes by which an entry that cannot be read may be off: its zone, its last day
_DATE = re.compile(r"(?<!\d)\d{8}(?!\d)", re.ASCII)
_UNTIL = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE | re.ASCII)
_NONE: Mapping[str, str] = MappingProxyType({})
Part = tuple[CalendarComponent, Zones]


def busy_times(
    source: str | os.PathLike[str] | bytes,
    *,
    start: dt.date | str,
    end: dt.date | str,
    zone: str = "UTC",
    zones: Mapping[str, str] = _NONE,
    owner: str | Iterable[str] = (),
) -> tuple[tuple[str, str], ...]:
    """When somebody is busy between two dates, from the calendar file that their calendar program exports.

    Cancelled entries, those marked as free, and invitations that the owner declined are left out; entries that repeat
    are followed up to the end, with their exceptions and the occurrences that were moved or called off, alone or with
    all later ones. Of several versions of an entry the newest counts. What cannot be understood is an error, unless it
    cannot touch the dates; it is named by its start, never by its title.

    Args:
        source: the path of an .ics file, or its bytes.
        start: first date.
        end: last date.
        zone: where the person lives: the zone of whole days and of times that name no zone, unless the calendar says
            its own (X-WR-TIMEZONE).
        zones: what names of zones mean that neither the file defines nor anybody knows, such as
            ``{"Customized Time Zone": "Europe/Berlin"}``; "*" stands for any other name, "" for the person's zone.
        owner: e-mail addresses of the person, by which declined invitations are known; one in the name of the calendar
            is known, too.

    Returns:
        (from, to) in UTC, in order, apart from each other, for ``Dates(…, busy={id: …})``.

    Raises:
        InputError: no calendar file, or entries that are broken.
        LimitError: a file that is too large, or an entry that repeats too often.
    """
    first, last = day_of(start, "start"), day_of(end, "end")
    person = zone_of(zone, "zone")
    if last < first:
        raise InputError(Problem("date", "end", f"found {day_text(last)}, expected a date from {day_text(first)}"))
    meanings = _meanings(zones)
    name = "calendar" if isinstance(source, bytes) else file_name(source)
    data = source if isinstance(source, bytes) else read_bytes(source, MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise LimitError(Problem("too-large", name, f"more than {MOST_BYTES:,} bytes, limit {MOST_BYTES:,}"))
    calendars = calendars_of(decoded(data, name), name)
    definitions = definitions_of(calendars)
    parts = [
        (part, own)
        for calendar in calendars
        for own in [Zones.of(calendar, definitions, person, meanings)]
        for part in walk(calendar)
    ]
    horizon = (first - 1) * DAY, (last + 2) * DAY
    spans: list[Span] = []
    problems = Problems()
    for where, group, read in _entries(parts, name, _addresses(calendars, owner)):
        spans += _understood(where, group, read, horizon, problems)
    problems.raise_any()
    found = intervals_of((max(low, horizon[0]), min(high, horizon[1])) for low, high in spans).tolist()
    return tuple((time_text(low), time_text(high)) for low, high in found)


def busy_people(
    cohort: Cohort,
    files: Mapping[str, Any],
    *,
    start: dt.date | str,
    end: dt.date | str,
    zone: str = "UTC",
    zones: Mapping[str, str] = _NONE,
) -> dict[str, tuple[tuple[str, str], ...]]:
    """When people are busy, from their calendar files, each read in the time zone of the person whose it is.

    Args:
        cohort: whose ``timezone`` and ``email`` count.
        files: {id: the path of an .ics file, its bytes, or a list of several}.
        start: first date.
        end: last date.
        zone: of people who state none.
        zones: as in `busy_times`.

    Returns:
        {id: times} for ``Dates(…, busy=…)``.

    Raises:
        InputError: unknown people, no calendar file, or entries that are broken: those of all files together.
        LimitError: a file that is too large, or an entry that repeats too often.
    """
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    problems = Problems()
    for who, given in files.items():
        person = cohort[known(cohort, who, "busy")]
        home = person.timezone or zone
        for source in given if isinstance(given, list | tuple) else [given]:
            try:
                times = busy_times(source, start=start, end=end, zone=home, zones=zones, owner=person.email)
            except LimitError:
                raise
            except InputError as error:
                problems.found.extend(error.problems)
            else:
                found[who] = (*found.get(who, ()), *times)
    problems.raise_any()
    return found


def _meanings(zones: Any) -> Mapping[str, str]:
    """What the caller says of names of zones.

    Raises:
        InputError: no mapping of names to zones.
    """
    if not isinstance(zones, Mapping) or any(type(text) is not str for row in zones.items() for text in row):
        raise InputError(Problem("type", "zones", f"found {excerpt(zones)}, expected {{name: zone}}"))
    for label, zone in zones.items():
        if zone:
            zone_of(zone, f"zones[{excerpt(label)}]")
    return zones


def _addresses(calendars: Sequence[CalendarComponent], owner: str | Iterable[str]) -> frozenset[str]:
    """The addresses of whose calendar it is; some programs call a calendar by the address of its owner."""
    given = [owner] if isinstance(owner, str) else list(owner)
    given += [item.value for calendar in calendars for item in calendar.every("X-WR-CALNAME") if "@" in item.value]
    return frozenset(address.strip().casefold() for address in given if address.strip())


def _entries(parts: Sequence[Part], name: str, owners: frozenset[str]) -> Iterator[tuple[str, list[Part], Any]]:
    """(where it stands, its versions, how it is read) of each entry that may make somebody busy."""
    groups: dict[str, list[Part]] = {}
    for number, (part, zones) in enumerate(parts):
        if part.name == "VFREEBUSY":
            yield f"{name} entry {number}", [(part, zones)], _periods
        elif part.name == "VEVENT":
            uid = part.every("UID")
            groups.setdefault(uid[0].value if uid else f"\0{number}", []).append((part, zones))
    for number, versions in enumerate(groups.values(), 1):
        begun = next((item.value for part, _ in versions for item in part.every("DTSTART")), "")
        of = f" of {begun[:4]}-{begun[4:6]}-{begun[6:8]}" if _DATE.match(begun[:8]) else ""
        yield f"{name} event {number}{of}", versions, lambda group: RepeatedEvents(group, owners).busy


def _understood(where: str, group: list[Part], read: Any, horizon: Span, problems: Problems) -> list[Span]:
    """(from, to) in UTC minutes that an entry takes; where it is broken and may matter, that is noted."""
    try:
        return _spans(group, read, horizon)
    except LimitError as error:
        raise LimitError(Problem("too-large", where, error.problems[0].message)) from None
    except UnknownZone as error:
        if not _touches(group, read, (horizon[0] - DAY, horizon[1] + DAY)):
            return []  # wherever it is, it is not between the dates
        fault, hint = str(error), f'say which it is: zones={{{excerpt(error.label)}: "Europe/Berlin"}}'
    except Broken as error:
        fault, hint = str(error), ""
    except FAULTS:
        fault, hint = "a rule or a time in it cannot be followed", ""
    if _may_matter([part for part, _ in group], horizon):
        problems.add("calendar", where, f"cannot be understood: {fault}", hint or "correct or delete it there")
    return []


def _touches(group: list[Part], read: Any, horizon: Span) -> bool:
    """Whether anything in an entry could be within the horizon, were unknown zones UTC and nothing called off."""
    for part, zones in group:
        if any("RANGE" in item.params for item in part.every("RECURRENCE-ID")):
            return True
        kept = {name: items for name, items in part.properties.items() if name not in {"EXDATE", "RECURRENCE-ID"}}
        try:
            spans = _spans([(replace(part, properties=kept), replace(zones, guess=True, known={}))], read, horizon)
        except FAULTS:
            return True
        if any(high > horizon[0] and low < horizon[1] for low, high in spans):
            return True
    return False


def _spans(group: list[Part], read: Callable[[list[Part]], Any], horizon: Span) -> list[Span]:
    """Whole minutes that cover what an entry takes."""
    return [(int(low // 1), int(-(-high // 1))) for low, high in read(group)(horizon)]


def _periods(group: list[Part]) -> Callable[[Span], Iterator[tuple[float, float]]]:
    """How the busy times of a VFREEBUSY are read."""
    (part, zones) = group[0]

    def found(horizon: Span) -> Iterator[tuple[float, float]]:
        for item in part.every("FREEBUSY"):
            if item.params.get("FBTYPE", "BUSY").upper() == "FREE":
                continue
            for begin, until in times_of(item, zones):
                if until is None:
                    raise Broken("a busy time has no end")
                end = begin + until if isinstance(until, dt.timedelta) else until
                low, high = instant_of(begin, zones.person), instant_of(end, zones.person)
                if high > horizon[0] and low < horizon[1]:
                    yield low, high

    return found


def _may_matter(versions: Sequence[CalendarComponent], horizon: Span) -> bool:
    """Whether an entry that cannot be understood may still take time within the horizon, as far as its dates say."""
    first, last = float("inf"), float("-inf")
    for part in versions:
        items = [item for name in ("DTSTART", "DTEND", "RDATE", "RECURRENCE-ID") for item in part.every(name)]
        days = [_DATE.findall(re.sub("[TZ]", " ", item.value)) for item in items]
        ends = [_UNTIL.search(item.value) for item in part.every("RRULE")]
        try:
            found = [day_of(f"{day[:4]}-{day[4:6]}-{day[6:]}") * DAY for row in days for day in row]
            until = [day_of(f"{end[1][:4]}-{end[1][4:6]}-{end[1][6:]}") * DAY for end in ends if end]
        except InputError:
            return True
        try:
            lengths = [length_of(item.value) / dt.timedelta(minutes=1) for item in part.every("DURATION")]
        except Broken:
            lengths = [float("inf")]
        if not found or not all(days) or not part.every("DTSTART"):
            return True
        first = min(first, *found)
        last = max(last, float("inf") if None in ends else max(found + until) + max(lengths, default=0))
    return first - SLACK < horizon[1] and last + SLACK > horizon[0]


def public_holidays(
    country: str, start: dt.date | str, end: dt.date | str, *, region: str | None = None
) -> tuple[str, ...]:
    """The public holidays of a country between two dates, for ``Dates(…, blackout=…)`` or a `Diary`.

    Args:
        country: a code of two letters (ISO 3166-1), such as "DE".
        start: first date.
        end: last date.
        region: a part of the country (ISO 3166-2 without the country), such as "BY".

    Returns:
        Dates such as "2027-05-01", in order.

    Raises:
        InputError: an unknown country or region, or no dates.
        ExtraError: the package holidays is not installed.
    """
    try:
        import holidays
    except ModuleNotFoundError:
        raise ExtraError("public holidays need the package holidays: pip install 'mmatch[holidays]'") from None
    first, last = (date_of(day_of(day, "dates")) for day in (start, end))
    try:
        found = holidays.country_holidays(country, subdiv=region, years=range(first.year, last.year + 1))
    except (NotImplementedError, AttributeError, TypeError):
        text = f"found {excerpt(country)}" + (f" with the region {excerpt(region)}" if region is not None else "")
        raise InputError(Problem("country", "country", f"{text}, expected codes such as DE and BY")) from None
    return tuple(sorted(day.isoformat() for day in found if first <= day <= last))
