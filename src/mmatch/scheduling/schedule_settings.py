"""What is requested of the calendar (`Dates`, `Wishes`), and what it means for a cohort (`Settings`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from mmatch.arrays import NONE
from mmatch.availability import DAY, Window, day_of, day_text, local_time, parse_week, week_text, zone_of
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.formats import Format, format_of
from mmatch.formats._base import place_fault
from mmatch.matching import Match
from mmatch.program import Program
from mmatch.scheduling.diaries import FREE, Diary, blackout_of, busy_of, moment
from mmatch.text import suggestion

MOST_DAYS = 3 * 366
MOST_HOURS = 24 * 366
MOST_WORTH = 60 * 24 * 366  # minutes of delay that one wish can be worth
MOST_ROOMS = 100_000
Pin = tuple[str, str, int, Any]
Key = tuple[str, str, tuple[str, ...]]  # mentor, offer, mentees


def key_of(match: Match) -> Key:
    """The key of a match, which does not depend on its dates."""
    return match.mentor, match.offer, match.mentees


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


def _frozen(value: Any) -> Any:
    """The value with read-only mappings instead of dicts, at every depth."""
    return MappingProxyType({key: _frozen(item) for key, item in value.items()}) if isinstance(value, dict) else value


def thawed(value: Any) -> Any:
    """The value with plain dicts, which can go to another process."""
    return {key: thawed(item) for key, item in value.items()} if isinstance(value, Mapping) else value


@dataclass(frozen=True, slots=True)
class Wishes:
    """How much each wish about dates counts, measured in minutes of delay; 0 means no such wish.

    A schedule has the least sum of everything that its dates miss.

    Args:
        earliest: for each minute until the first session.
        gap: for each day by which a gap misses its target.
        same_time: for each session at another weekday or time of day than the one before, in the mentor's time zone.
        preferred: for each person and session outside the windows that this person prefers.
        evening: for each person and session that begins before ``early`` or ends after ``late``, in local time.
        adjacent: for each session of a mentor that does not follow directly on another one of theirs.
        early: the hour before which it is too early.
        late: the hour after which it is late.

    Raises:
        InputError: no whole numbers, or out of range.
    """

    earliest: int = 1
    gap: int = 1440
    same_time: int = 0
    preferred: int = 0
    evening: int = 1440
    adjacent: int = 0
    early: int = 7
    late: int = 21

    def __post_init__(self) -> None:
        problems = Problems()
        for item in fields(self):
            value = getattr(self, item.name)
            most = 24 if item.name in {"early", "late"} else MOST_WORTH
            if type(value) is not int or not 0 <= value <= most:
                text = f"found {excerpt(value)}, expected a whole number from 0 to {most}"
                problems.add("argument", f"Wishes.{item.name}", text)
        problems.raise_any()


@dataclass(frozen=True, kw_only=True)
class Dates:
    """What is requested of the calendar: when people can meet, what is known of their time, places, wishes.

    Args:
        start: first date on which people can meet, local to each of them.
        end: last date.
        zone: time zone of people who state none.
        hours: weekly windows of people who state none.
        grain: sessions start at multiples of so many minutes (UTC), or so many minutes after a window begins.
        blackout: dates on which nobody meets, local to each person, such as `public_holidays` gives.
        now: the present time, from which the notice counts; None is no notice. Sessions that began earlier were held.
        notice: hours that must lie between now and the first session.
        buffer: minutes that people need between two sessions, and around what makes them busy.
        busy: {id: [(from, to), …]}, as times with an offset, such as "2027-01-11T09:00+01:00"; `busy_people`
            reads them from calendar files.
        diaries: {id: `Diary`}: what is taken, single dates, preferred hours, and limits of single people.
        rooms: {site: how many rooms, or their names} for in-person sessions; a site that is not named has enough.
        travel: {(site, site): minutes}. People at sites with a known way between them can meet in person at one of
            them; between two sessions at different sites a person has at least this time.
        pins: (mentor, mentee, number of the session from 1, time) of sessions whose time is given.
        places: {site: address} of sessions in person.
        links: {mentor: link} of virtual sessions; that of "" is everybody's who has none.
        wishes: how much each wish about dates counts.

    Raises:
        InputError: dates that cannot be read, numbers out of range. Unknown people and sites are found by `schedule`.
    """

    start: dt.date | str
    end: dt.date | str
    zone: str = "UTC"
    hours: str = "Mon-Fri 9-17"
    grain: int = 30
    blackout: Iterable[Any] = ()
    now: dt.datetime | str | None = None
    notice: float = 24
    buffer: int = 0
    busy: Mapping[str, Any] = field(default_factory=_empty)
    diaries: Mapping[str, Diary] = field(default_factory=_empty)
    rooms: Mapping[str, Any] = field(default_factory=_empty)
    travel: Mapping[tuple[str, str], int] = field(default_factory=_empty)
    pins: Sequence[Pin] = ()
    wishes: Wishes = field(default_factory=Wishes)
    places: Mapping[str, str] = field(default_factory=_empty)
    links: Mapping[str, str] = field(default_factory=_empty)

    def __post_init__(self) -> None:
        def put(name: str, value: Any) -> None:
            object.__setattr__(self, name, value)

        for name in ("busy", "diaries", "rooms", "travel", "places", "links"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, Mapping):
                raise InputError(Problem("type", name, f"found {type(value).__name__}, expected a dict"))
            put(name, MappingProxyType(dict(value or {})))
        rooms = {site: tuple(names) if isinstance(names, list) else names for site, names in self.rooms.items()}
        put("rooms", MappingProxyType(rooms))
        for name in ("blackout", "pins"):
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Iterable):
                raise InputError(Problem("argument", name, f"found {excerpt(value)}, expected a list"))
            put(name, tuple(value))
        first, last = day_of(self.start, "start"), day_of(self.end, "end")
        put("start", day_text(first))
        put("end", day_text(last))
        problems = Problems()
        if not first <= last < first + MOST_DAYS:
            text = f"found {self.end}, expected a date from {self.start}, at most {MOST_DAYS} days later"
            problems.add("date", "end", text)
        for name, number, least in (("grain", self.grain, 1), ("buffer", self.buffer, 0)):
            if type(number) is not int or not least <= number <= DAY:
                problems.add("argument", name, f"found {excerpt(number)}, expected whole minutes from {least} to {DAY}")
        if not isinstance(self.wishes, Wishes):
            problems.add("argument", "wishes", f"found {type(self.wishes).__name__}, expected mm.scheduling.Wishes(…)")
        problems.raise_any()
        zone_of(self.zone, "zone")
        put("hours", week_text(parse_week(self.hours, "hours")))
        put("blackout", tuple(map(day_text, blackout_of(self.blackout))))
        first_minute(self)

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return partial(Dates, **thawed(plain)), ()

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.zone, self.hours, self.grain))


def first_minute(dates: Dates) -> int | None:
    """The first minute that is not too soon; None where the time of the request is not given."""
    hours = dates.notice
    if type(hours) not in {int, float} or not 0 <= hours <= MOST_HOURS:
        text = f"found {excerpt(hours)}, expected hours from 0 to {MOST_HOURS}"
        raise InputError(Problem("argument", "notice", text))
    return None if dates.now is None else moment(dates.now, "now") + int(-(-hours * 60 // 1))


@dataclass(frozen=True, slots=True)
class Settings:
    """The conditions under which a schedule was made: dates, default hours, closed dates, busy times, rooms, wishes.

    ``pins`` are sessions that must start at a time, ``kept`` those that have taken place
    and stay as they are, ``agreed`` those that were planned before: {match: {session from 0: start}}.
    ``since`` is the first minute that is not too soon for what was not agreed.
    """

    start: int
    end: int
    zone: str
    hours: tuple[Window, ...]
    grain: int = 30
    buffer: int = 0
    blackout: frozenset[int] = frozenset()
    formats: Mapping[str, Format] = field(default_factory=_empty)
    diaries: Mapping[str, Diary] = field(default_factory=_empty)
    since: int | None = None
    rooms: Mapping[str, tuple[str, ...]] = field(default_factory=_empty)
    travel: Mapping[tuple[str, str], int] = field(default_factory=_empty)
    pins: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    kept: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    agreed: Mapping[Key, Mapping[int, int]] = field(default_factory=_empty)
    wishes: Wishes = field(default_factory=Wishes)
    places: Mapping[str, str] = field(default_factory=_empty)
    links: Mapping[str, str] = field(default_factory=_empty)

    def __post_init__(self) -> None:
        for item in fields(self):
            object.__setattr__(self, item.name, _frozen(getattr(self, item.name)))

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Settings, **{item.name: thawed(getattr(self, item.name)) for item in fields(self)}), ()

    @property
    def dates(self) -> Dates:
        """What was requested of the calendar, but for the present time of then."""
        pins = [
            (mentor, mentees[0], k + 1, local_time(at, "UTC"))
            for (mentor, _, mentees), starts in self.pins.items()
            for k, at in starts.items()
        ]
        same = ("zone", "grain", "buffer", "diaries", "rooms", "travel", "wishes", "places", "links")
        return Dates(
            start=day_text(self.start),
            end=day_text(self.end),
            hours=week_text(self.hours),
            blackout=[day_text(day) for day in sorted(self.blackout)],
            pins=pins,
            **{name: getattr(self, name) for name in same},
        )


# -- what it means for a cohort ---------------------------------------------------------------------------------------


def settings_of(cohort: Cohort, matches: Iterable[Match], dates: Dates, program: Program) -> Settings:
    """The settings that dates mean for a cohort.

    Raises:
        InputError: unknown people, sites or matches.
    """
    return Settings(
        start=day_of(dates.start, "start"),
        end=day_of(dates.end, "end"),
        zone=zone_of(dates.zone, "zone").key,
        hours=parse_week(dates.hours, "hours"),
        grain=dates.grain,
        buffer=dates.buffer,
        blackout=frozenset(blackout_of(dates.blackout)),
        formats=program.own_formats,
        diaries=_diaries(cohort, dates),
        since=first_minute(dates),
        rooms=_rooms(cohort, dates.rooms),
        travel=_travel(cohort, dates.travel),
        pins=_pins(cohort, program, list(matches), dates.pins),
        wishes=dates.wishes,
        places=_whereabouts(dates.places, "places", partial(_site, cohort)),
        links=_whereabouts(dates.links, "links", lambda who, where: who and known(cohort, who, where)),
    )


def _diaries(cohort: Cohort, dates: Dates) -> dict[str, Diary]:
    """Diaries and busy times by id, as one."""
    found: dict[str, Diary] = {}
    for person, diary in dates.diaries.items():
        if not isinstance(diary, Diary):
            text = f"found {type(diary).__name__}, expected mm.scheduling.Diary(…)"
            raise InputError(Problem("type", f"diaries[{excerpt(person)}]", text))
        found[known(cohort, person, "diaries")] = diary
    for person, times in dates.busy.items():
        diary = found.get(known(cohort, person, "busy"), FREE)
        found[person] = replace(diary, busy=(*diary.busy, *busy_of(times, f"busy[{excerpt(person)}]")))
    return dict(sorted(found.items()))


def known(cohort: Cohort, person: Any, where: str) -> str:
    """The id, or an InputError where nobody has it."""
    if person not in cohort:
        text = f"nobody has the id {excerpt(person)}"
        raise InputError(Problem("unknown-id", where, text, suggestion(person, cohort.people.index)))
    return str(person)


def _site(cohort: Cohort, site: Any, where: str) -> str:
    sites = set(cohort.people.sites or ())
    if type(site) is not str or site not in sites or not site:
        text = f"nobody is at {excerpt(site)}"
        raise InputError(Problem("unknown-site", where, text, suggestion(site, sorted(sites))))
    return site


def _rooms(cohort: Cohort, given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The names of the rooms of each site; a number means rooms "1", "2" and so on."""
    found = {}
    for site, rooms in given.items():
        where = f"rooms[{excerpt(site)}]"
        names = [str(k + 1) for k in range(rooms)] if type(rooms) is int and 0 <= rooms <= MOST_ROOMS else rooms
        is_list = isinstance(names, list | tuple) and all(type(name) is str and name.strip() for name in names)
        if not is_list or len(set(names)) < len(names):
            text = f"found {excerpt(rooms)}, expected how many, or a list of different names"
            raise InputError(Problem("count", where, text))
        found[_site(cohort, site, where)] = tuple(names)
    return dict(sorted(found.items()))


def _whereabouts(given: Mapping[str, str], where: str, check: Callable[[Any, str], str]) -> dict[str, str]:
    """Addresses of sites, or links of mentors."""
    problems, found = Problems(), {}
    for name, place in given.items():
        place_fault(place, f"{where}[{excerpt(name)}]", problems)
        found[check(name, f"{where}[{excerpt(name)}]")] = place
    problems.raise_any()
    return dict(sorted(found.items()))


def _travel(cohort: Cohort, given: Mapping[Any, Any]) -> dict[tuple[str, str], int]:
    """Minutes between sites, both ways where one is given."""
    found: dict[tuple[str, str], int] = {}
    for pair, minutes in given.items():
        where = f"travel[{excerpt(pair)}]"
        if not isinstance(pair, tuple) or len(pair) != 2 or type(minutes) is not int or not 0 <= minutes <= DAY:
            text = f"found {excerpt(minutes)}, expected {{(site, site): whole minutes from 0 to {DAY}}}"
            raise InputError(Problem("argument", where, text))
        one, other = (_site(cohort, site, where) for site in pair)
        found[one, other] = minutes
        found.setdefault((other, one), minutes)
    return dict(sorted(found.items()))


def _pins(cohort: Cohort, program: Program, matches: list[Match], pins: Iterable[Any]) -> dict[Key, dict[int, int]]:
    """Sessions with a start that is given: (mentor, mentee, number of the session from 1, time)."""
    found: dict[Key, dict[int, int]] = {}
    for number, pin in enumerate(pins):
        where = f"pins[{number}]"
        if not isinstance(pin, tuple | list) or len(pin) != 4:
            raise InputError(Problem("pin", where, f"found {excerpt(pin)}, expected (mentor, mentee, session, time)"))
        mentor, mentee, session, at = pin
        meant = [match for match in matches if match.mentor == mentor and mentee in match.mentees]
        if len(meant) != 1:
            text = f"{len(meant)} matches of {excerpt(mentor)} with {excerpt(mentee)}, expected one"
            raise InputError(Problem("pin", where, text))
        sessions = len(format_of(format_name(cohort, program, meant[0]), program.own_formats).sessions)
        if type(session) is not int or not 1 <= session <= sessions:
            text = f"found session {excerpt(session)}, expected a number from 1 to {sessions}"
            raise InputError(Problem("pin", where, text))
        start = moment(at, where)
        if found.setdefault(key_of(meant[0]), {}).setdefault(session - 1, start) != start:
            raise InputError(Problem("contradiction", where, f"session {session} is pinned to two times"))
    return found


def format_name(cohort: Cohort, program: Program, match: Match) -> str:
    """The format that the mentees of a match request, else the program's; of several the one with most sessions."""
    formats = cohort.requests.formats
    if formats is None:
        return program.format_name
    topics = match.requested or (match.topic,) * len(match.mentees)
    rows = map(cohort.request_row, match.mentees, topics)
    names = {(formats[row] if row != NONE else None) or program.format_name for row in rows}
    return max(names, key=lambda name: (len(format_of(name, program.own_formats).sessions), name))
