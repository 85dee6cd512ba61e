"""Calendar files (RFC 5545) as components and properties, the times that they state, and the zones that they define.

Nothing of one file is known when the next one is read: two people's calendars may call different zones by one name.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from mmatch.availability import zone_from_label, zone_of
from mmatch.errors import InputError, Problem, excerpt

DAY = dt.timedelta(days=1)
When = dt.date | dt.datetime
Follows = dt.date | dt.datetime | dt.timedelta | None
TIMED = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE", "FREEBUSY"})
KNOWN = TIMED | {"UID", "SEQUENCE", "STATUS", "TRANSP", "DURATION", "RRULE", "ATTENDEE", "TZID", "X-WR-TIMEZONE"}
KNOWN |= {"X-WR-CALNAME", "X-MICROSOFT-CDO-ALLDAYEVENT"}
_FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
_NAME = re.compile(r"[A-Za-z0-9-]+(?=[;:])")
_PARAM = re.compile(r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:])*)')
_TIMED_PARAM = re.compile(r";([A-Za-z0-9-]+)=(.*?)(?=;[A-Za-z0-9-]+=|$)")  # TZID=tzone://Microsoft/Utc has a colon
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?)?(Z)?", re.ASCII)
_LENGTH = re.compile(
    r"([+-]?)P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?", re.ASCII
)
_IN_ZONE = re.compile(
    r"(BEGIN|END|TZID|TZNAME|TZOFFSETFROM|TZOFFSETTO|DTSTART|RRULE|RDATE)(?:;[^:]*)?:(.*)", re.IGNORECASE
)
_SLOW = re.compile(r"FREQ=(?!YEARLY|MONTHLY)", re.IGNORECASE)


class Broken(ValueError):  # noqa: N818 - never leaves the room
    """What is wrong with an entry of a calendar, in our words."""


class UnknownZone(Broken):
    """An entry names a time zone that neither its file nor anybody else knows."""

    def __init__(self, label: str) -> None:
        super().__init__(f"unknown time zone {label[:80]}")
        self.label = label


class Property(NamedTuple):
    """One line of a calendar: its parameters by name, and its value as text."""

    params: Mapping[str, str]
    value: str


@dataclass(frozen=True)
class CalendarComponent:
    """What stands between BEGIN and END: properties by name, and the components inside."""

    name: str
    properties: dict[str, list[Property]] = field(default_factory=dict)
    parts: list[CalendarComponent] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # of the definition of a zone, as they stand

    def every(self, name: str) -> list[Property]:
        """The properties of a name."""
        return self.properties.get(name, [])

    def text(self, name: str) -> str:
        """The value of a property in capitals; "" where there is none."""
        found = self.every(name)
        return found[0].value.strip().upper() if found else ""

    def only(self, name: str) -> Property | None:
        """The property of a name that stands once.

        Raises:
            Broken: it stands there again, and says something else.
        """
        found = self.every(name)
        if any(other != found[0] for other in found):
            raise Broken(f"it has several {name}")
        return found[0] if found else None


def calendars_of(text: str, name: str) -> list[CalendarComponent]:
    """The calendars of a file.

    Raises:
        InputError: it has none, or breaks off.
    """
    found: list[CalendarComponent] = []
    stack: list[CalendarComponent] = []
    for line in _FOLD.sub("", text.lstrip("\ufeff")).splitlines():
        head = _NAME.match(line)
        key = head[0].upper() if head else ""
        zone = next((part for part in stack if part.name == "VTIMEZONE"), None)
        if zone is not None:
            zone.lines.append(line)
        if key == "BEGIN":
            part = CalendarComponent(line[6:].strip().upper(), lines=[line])
            (stack[-1].parts if stack else found).append(part)
            stack.append(part)
        elif key == "END" and stack and stack[-1].name == line[4:].strip().upper():
            stack.pop()
        elif key in KNOWN and stack:
            stack[-1].properties.setdefault(key, []).append(_property(key, line))
    calendars = [part for part in found if part.name == "VCALENDAR"]
    if not calendars or stack:
        what = "a calendar file that breaks off" if calendars else "no calendar file"
        raise InputError(Problem("calendar", name, f"{what}: expected BEGIN:VCALENDAR up to END:VCALENDAR"))
    return calendars


def _property(key: str, line: str) -> Property:
    if key in TIMED:
        stated, _, value = line.rpartition(":")
        return Property({k.upper(): v.strip('"') for k, v in _TIMED_PARAM.findall(stated[len(key) :])}, value.strip())
    place, params = len(key), {}
    while match := _PARAM.match(line, place):
        params[match[1].upper()] = match[2].strip('"')
        place = match.end()
    return Property(params, line[place:].removeprefix(":").strip())


def walk(component: CalendarComponent) -> Iterator[CalendarComponent]:
    """A component and all inside it, in order."""
    stack = [component]
    while stack:
        part = stack.pop()
        yield part
        stack += reversed(part.parts)


# -- zones ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Zones:
    """What the names of zones in one calendar mean, and the zone of its whole days and of times that name none.

    ``meanings`` are the caller's, with "*" for any other name; an empty meaning is the zone of the person. A guess
    takes unknown zones as UTC.
    """

    definitions: Mapping[str, CalendarComponent]
    person: dt.tzinfo
    meanings: Mapping[str, str]
    said: str = ""
    guess: bool = False
    known: dict[str, dt.tzinfo] = field(default_factory=dict)

    @classmethod
    def of(
        cls, calendar: CalendarComponent, definitions: Mapping[str, CalendarComponent], person: dt.tzinfo, meanings: Any
    ) -> Zones:
        """Those of one calendar of a file, given the definitions of all of them."""
        own = definitions_of([calendar])
        said = next((item.value for item in calendar.every("X-WR-TIMEZONE")), "")
        return cls({**definitions, **own}, person, meanings, said)

    @cached_property
    def home(self) -> dt.tzinfo:
        """The zone of the calendar, else of the person.

        Raises:
            UnknownZone: the calendar names one that is unknown.
        """
        return self.named(self.said) if self.said else self.person

    def named(self, label: str) -> dt.tzinfo:
        """The zone of a name: a place of the database, as the file defines it, as the caller says, as labels go.

        Raises:
            UnknownZone: nobody knows it.
        """
        label = _plain(label)
        if label not in self.known:
            self.known[label] = self._found(label)
        return self.known[label]

    def _found(self, label: str) -> dt.tzinfo:
        if "/" in label or label.upper() in {"UTC", "GMT"}:
            try:
                return zone_of(label)
            except InputError:
                pass
        defined = _defined(self.definitions[label]) if label in self.definitions else None
        if defined is not None:
            return defined
        meant = self.meanings.get(label, self.meanings.get("*"))
        if meant is not None:
            return zone_of(meant) if meant else self.person
        try:
            return zone_of(zone_from_label(label)[0])
        except InputError:
            if not self.guess:
                raise UnknownZone(label) from None
            return dt.UTC


def _plain(label: str) -> str:
    """The name of a zone without quotation marks, and without the backslashes that stand before commas in a text."""
    return label.strip('" ').replace("\\", "")


def definitions_of(calendars: Sequence[CalendarComponent]) -> Mapping[str, CalendarComponent]:
    """The definitions of zones in calendars, by name; the first one of a name counts, and it may stand after events."""
    found: dict[str, CalendarComponent] = {}
    for part in (part for calendar in calendars for part in walk(calendar)):
        for item in part.every("TZID") if part.name == "VTIMEZONE" else ():
            found.setdefault(_plain(item.value), part)
    return found


def _defined(definition: CalendarComponent) -> dt.tzinfo | None:
    """The zone of a definition; None where it cannot be followed."""
    from dateutil.tz import tzical

    lines = [match for match in map(_IN_ZONE.fullmatch, definition.lines) if match]
    if any(match[1].upper() == "RRULE" and _SLOW.search(match[2]) for match in lines):
        return None
    dated = [match[1].upper() == "DTSTART" and len(match[2]) == 8 for match in lines]
    text = "\n".join(f"{match[1]}:{match[2]}{'T000000' * is_date}" for match, is_date in zip(lines, dated, strict=True))
    try:
        found: dt.tzinfo | None = tzical(io.StringIO(f"{text}\n")).get()
        if found is not None:
            dt.datetime(2027, 1, 1, tzinfo=found).utcoffset()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return None
    return found


# -- times ------------------------------------------------------------------------------------------------------------


def when(text: str, zone: dt.tzinfo | None) -> When:
    """A date, or a time with its zone; Z is UTC. A Z after a date means nothing: some write birthdays so.

    Raises:
        Broken: neither.
    """
    match = _TIME.fullmatch(text.strip())
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6]) if match else (0,) * 6
    try:
        if match and match[4] is None:
            return dt.date(year, month, day)
        return dt.datetime(
            year, month, day, hour, minute, min(second, 59), tzinfo=dt.UTC if match and match[7] else zone
        )
    except ValueError:
        raise Broken(f"found {excerpt(text)}, expected a date or a time") from None


def times_of(item: Property, zones: Zones, wall: dt.tzinfo | None = None) -> Iterator[tuple[When, Follows]]:
    """(time, what follows it after a slash) of each time of a property; without a zone they are on the given wall.

    Raises:
        Broken: what is no time; a zone that nobody knows.
    """
    label = item.params.get("TZID", "")
    zone = wall or zones.home if not label or "T" not in item.value else zones.named(label)
    for text in item.value.split(","):
        begin, is_period, end = text.strip().partition("/")
        follows = None if not is_period else length_of(end) if "P" in end.upper() else when(end, zone)
        yield when(begin, zone), follows


def time_of(item: Property, zones: Zones, wall: dt.tzinfo | None = None) -> When:
    """The one time of a property."""
    return next(times_of(item, zones, wall))[0]


def length_of(text: str) -> dt.timedelta:
    """A length such as P1D or PT1H30M.

    Raises:
        Broken: no length.
    """
    match = _LENGTH.fullmatch(text.strip().upper())
    if match is None or not any(match.groups()[1:]):
        raise Broken(f"found {excerpt(text)}, expected a length such as PT1H")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    found = dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -found if match[1] == "-" else found
