"""What is requested of the calendar: the arguments of `schedule`, checked and read once into `Settings`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import DAY, day_of, day_text, parse_week, zone_of
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.formats import Format, format_of
from mmatch.matching import Match, Matching
from mmatch.scheduling.diaries import FREE, Diary, blackout_of, moment, with_busy
from mmatch.scheduling.settings import Key, Settings, Wishes, frozen, key_of

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.program import Program

MOST_DAYS = 3 * 366
MOST_ROOMS = 100_000
MOST_HOURS = 24 * 366
Busy = Mapping[str, Iterable[tuple[Any, Any]]]
Pin = tuple[str, str, int, Any]


@dataclass(frozen=True)
class Arguments:
    """The arguments of `schedule` beside cohort, program and matching."""

    start: dt.date | str
    end: dt.date | str
    zone: str
    hours: str
    grain: int
    buffer: int
    blackout: Iterable[Any]
    busy: Busy | None
    diaries: Mapping[str, Diary] | None
    formats: Iterable[Format]
    rooms: Mapping[str, Any] | None
    travel: Mapping[tuple[str, str], int] | None
    pins: Iterable[Pin]
    wishes: Wishes | None
    now: Any
    notice: float


def settings_of(cohort: Cohort, matches: Iterable[Match], arguments: Arguments, program: Program) -> Settings:
    """The settings that the arguments mean.

    Raises:
        InputError: arguments of another form, unknown people, sites or matches.
    """
    first, last = day_of(arguments.start, "start"), day_of(arguments.end, "end")
    problems = Problems()
    if not first <= last < first + MOST_DAYS:
        text = f"found {day_text(last)}, expected a date from {day_text(first)}, at most {MOST_DAYS} days later"
        problems.add("date", "end", text)
    for name, value, least in (("grain", arguments.grain, 1), ("buffer", arguments.buffer, 0)):
        if type(value) is not int or not least <= value <= DAY:
            problems.add("argument", name, f"found {excerpt(value)}, expected whole minutes from {least} to {DAY}")
    wishes = Wishes() if arguments.wishes is None else arguments.wishes
    if not isinstance(wishes, Wishes):
        problems.add("argument", "wishes", f"found {type(wishes).__name__}, expected mm.Wishes(…)")
    own = _formats(arguments.formats, problems)
    problems.raise_any()
    return Settings(
        start=first,
        end=last,
        zone=zone_of(arguments.zone, "zone").key,
        hours=parse_week(arguments.hours, "hours"),
        grain=arguments.grain,
        buffer=arguments.buffer,
        blackout=frozenset(blackout_of(arguments.blackout)),
        formats=own,
        diaries=_diaries(cohort, arguments),
        since=_since(arguments),
        rooms=_rooms(cohort, arguments.rooms),
        travel=_travel(cohort, arguments.travel),
        pins=_pins(cohort, program, (list(matches), arguments.pins), own),
        wishes=wishes,
    )


def _formats(formats: Iterable[Format], problems: Problems) -> Mapping[str, Format]:
    given = list(formats) if hasattr(formats, "__iter__") else [formats]
    for form in given:
        if not isinstance(form, Format):
            problems.add("format", "formats", f"found {type(form).__name__}, expected mm.Format(…)")
    return MappingProxyType({form.name: form for form in given if isinstance(form, Format)})


def _diaries(cohort: Cohort, arguments: Arguments) -> Mapping[str, Diary]:
    """Diaries and busy times by id, as one."""
    found: dict[str, Diary] = {}
    for person, diary in _mapping(arguments.diaries, "diaries").items():
        if not isinstance(diary, Diary):
            text = f"found {type(diary).__name__}, expected mm.Diary(…)"
            raise InputError(Problem("type", f"diaries[{excerpt(person)}]", text))
        found[known(cohort, person, "diaries")] = diary
    for person, times in _mapping(arguments.busy, "busy").items():
        found[known(cohort, person, "busy")] = _with_busy(found.get(person, FREE), person, times)
    return MappingProxyType(dict(sorted(found.items())))


def _with_busy(diary: Diary, person: str, times: Any) -> Diary:
    """A diary with more that is taken; an error names the person."""
    try:
        return with_busy(diary, times)
    except InputError as error:
        raise InputError(replace(problem, where=f"busy[{excerpt(person)}]") for problem in error.problems) from None


def _mapping(value: Any, where: str) -> Mapping[Any, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise InputError(Problem("type", where, f"found {type(value).__name__}, expected a dict"))
    return value or {}


def known(cohort: Cohort, person: Any, where: str) -> str:
    """The id, or an InputError where nobody has it."""
    if person not in cohort:
        raise InputError(Problem("unknown-id", where, f"nobody has the id {excerpt(person)}"))
    return str(person)


def _since(arguments: Arguments) -> int | None:
    """The first minute that is not too soon; None where the time of the request is not given."""
    hours = arguments.notice
    if type(hours) not in {int, float} or not 0 <= hours <= MOST_HOURS:
        text = f"found {excerpt(hours)}, expected hours from 0 to {MOST_HOURS}"
        raise InputError(Problem("argument", "notice", text))
    return None if arguments.now is None else moment(arguments.now, "now") + int(-(-hours * 60 // 1))


def _site(cohort: Cohort, site: Any, where: str) -> str:
    sites = set(cohort.people.sites or ())
    if type(site) is not str or site not in sites or not site:
        close = get_close_matches(site, sorted(sites), n=1) if type(site) is str else []
        hint = f"did you mean {close[0]}?" if close else ""
        raise InputError(Problem("unknown-site", where, f"nobody is at {excerpt(site)}", hint))
    return site


def _rooms(cohort: Cohort, given: Mapping[str, Any] | None) -> Mapping[str, tuple[str, ...]]:
    """The names of the rooms of each site; a number means rooms "1", "2" and so on."""
    found = {}
    for site, rooms in _mapping(given, "rooms").items():
        where = f"rooms[{excerpt(site)}]"
        names = _room_names(rooms)
        if names is None:
            text = f"found {excerpt(rooms)}, expected how many, or a list of different names"
            raise InputError(Problem("count", where, text))
        found[_site(cohort, site, where)] = names
    return MappingProxyType(dict(sorted(found.items())))


def _room_names(rooms: Any) -> tuple[str, ...] | None:
    if type(rooms) is int and 0 <= rooms <= MOST_ROOMS:
        return tuple(str(k) for k in range(1, rooms + 1))
    if isinstance(rooms, list | tuple) and all(type(name) is str and name.strip() for name in rooms):
        return tuple(rooms) if len(set(rooms)) == len(rooms) else None
    return None


def _travel(cohort: Cohort, given: Mapping[tuple[str, str], int] | None) -> Mapping[tuple[str, str], int]:
    """Minutes between sites, both ways where one is given."""
    found: dict[tuple[str, str], int] = {}
    for pair, minutes in _mapping(given, "travel").items():
        where = f"travel[{excerpt(pair)}]"
        if not isinstance(pair, tuple) or len(pair) != 2 or type(minutes) is not int or not 0 <= minutes <= DAY:
            text = f"found {excerpt(minutes)}, expected {{(site, site): whole minutes from 0 to {DAY}}}"
            raise InputError(Problem("argument", where, text))
        one, other = (_site(cohort, site, where) for site in pair)
        found[one, other] = minutes
        found.setdefault((other, one), minutes)
    return MappingProxyType(dict(sorted(found.items())))


def _pins(
    cohort: Cohort, program: Program, given: tuple[list[Match], Iterable[Any]], own: Mapping[str, Format]
) -> Mapping[Key, Mapping[int, int]]:
    """Sessions with a start that is given: (mentor, mentee, number of the session from 1, time)."""
    matches, pins = given
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
        sessions = len(format_of(format_name(cohort, program, meant[0]), own).sessions)
        if type(session) is not int or not 1 <= session <= sessions:
            text = f"found session {excerpt(session)}, expected a number from 1 to {sessions}"
            raise InputError(Problem("pin", where, text))
        starts = found.setdefault(key_of(meant[0]), {})
        start = moment(at, where)
        if starts.setdefault(session - 1, start) != start:
            raise InputError(Problem("contradiction", where, f"session {session} is pinned to two times"))
    return frozen(found)  # type: ignore[no-any-return]


def matches_of(cohort: Cohort, matching: Any) -> list[Match]:
    """The matches in an order that does not depend on how they were given.

    Raises:
        InputError: no matching, or one with people who are not in the cohort.
    """
    if not isinstance(matching, Matching):
        text = f"found {type(matching).__name__}, expected a Matching"
        raise InputError(Problem("type", "matching", text, "write result.matching"))
    for match in matching:
        for person in (*match.mentors, *match.mentees):
            known(cohort, person, "matching")
    return sorted(matching, key=lambda match: (match.mentor, match.offer, match.mentees))


def format_name(cohort: Cohort, program: Program, match: Match) -> str:
    """The format that all mentees of a match request, else the program's."""
    if cohort.requests.formats is None:
        return program.format
    topics = match.requested or (match.topic,) * len(match.mentees)
    names = {_requested_format(cohort, person, topic) for person, topic in zip(match.mentees, topics, strict=True)}
    return (names.pop() if len(names) == 1 else None) or program.format


def _requested_format(cohort: Cohort, person: str, topic: str) -> str | None:
    """The format of somebody's request on a topic."""
    requests, row = cohort.requests, cohort.people.index[person]
    first, last = (int(requests.owner.searchsorted(row, side)) for side in ("left", "right"))
    names, formats = cohort.topic_tree.names, requests.formats or ()
    return next((formats[k] for k in range(first, last) if names[requests.topic[k]] == topic), None)
