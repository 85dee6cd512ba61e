"""The conditions of a schedule, and how `Dates` become them for a cohort: its span, hours, rooms, travel, and pins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import DAY, day_of, day_text, local_time, parse_week, week_text, zone_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats import Format, format_of
from mmatch.matching import Match, Matching
from mmatch.scheduling.diaries import FREE, Diary, blackout_of, moment, with_busy
from mmatch.scheduling.requested_dates import Dates, Wishes, first_minute, mapping_of
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.availability import Window
    from mmatch.cohort import Cohort
    from mmatch.formats import Format
    from mmatch.matching import Match
    from mmatch.program import Program

Key = tuple[str, str, tuple[str, ...]]  # mentor, offer, mentees


def key_of(match: Match) -> Key:
    """The key of a match, which does not depend on its dates."""
    return match.mentor, match.offer, match.mentees


def _empty() -> Mapping[Any, Any]:
    return MappingProxyType({})


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

    @property
    def dates(self) -> Dates:
        """What was requested of the calendar, but for the present time of then."""
        pins = [
            (mentor, mentees[0], k + 1, local_time(at, "UTC"))
            for (mentor, _, mentees), starts in self.pins.items()
            for k, at in starts.items()
        ]
        return Dates(
            start=day_text(self.start),
            end=day_text(self.end),
            zone=self.zone,
            hours=week_text(self.hours),
            grain=self.grain,
            blackout=[day_text(day) for day in sorted(self.blackout)],
            buffer=self.buffer,
            diaries=self.diaries,
            rooms=self.rooms,
            travel=self.travel,
            pins=pins,
            wishes=self.wishes,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _settings, ({item.name: _thawed(getattr(self, item.name)) for item in fields(self)},)


def _settings(values: dict[str, Any]) -> Settings:
    return Settings(**{name: frozen(value) for name, value in values.items()})


def _thawed(value: Any) -> Any:
    """The value with plain dicts, which can go to another process."""
    return {key: _thawed(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def frozen(value: Any) -> Any:
    """The value with read-only mappings instead of dicts, at every depth."""
    return MappingProxyType({key: frozen(item) for key, item in value.items()}) if isinstance(value, dict) else value


MOST_ROOMS = 100_000


def settings_of(cohort: Cohort, matches: Iterable[Match], dates: Dates, program: Program) -> Settings:
    """The settings that dates mean for a cohort.

    Raises:
        InputError: unknown people, sites or matches.
    """
    own = {form.name: form for form in program.formats}
    return Settings(
        start=day_of(dates.start, "start"),
        end=day_of(dates.end, "end"),
        zone=zone_of(dates.zone, "zone").key,
        hours=parse_week(dates.hours, "hours"),
        grain=dates.grain,
        buffer=dates.buffer,
        blackout=frozenset(blackout_of(dates.blackout)),
        formats=MappingProxyType(own),
        diaries=_diaries(cohort, dates),
        since=first_minute(dates),
        rooms=_rooms(cohort, dates.rooms),
        travel=_travel(cohort, dates.travel),
        pins=_pins(cohort, program, (list(matches), dates.pins), own),
        wishes=dates.wishes,
    )


def _diaries(cohort: Cohort, dates: Dates) -> Mapping[str, Diary]:
    """Diaries and busy times by id, as one."""
    found: dict[str, Diary] = {}
    for person, diary in mapping_of(dates.diaries, "diaries").items():
        if not isinstance(diary, Diary):
            text = f"found {type(diary).__name__}, expected mm.scheduling.Diary(…)"
            raise InputError(Problem("type", f"diaries[{excerpt(person)}]", text))
        found[known(cohort, person, "diaries")] = diary
    for person, times in mapping_of(dates.busy, "busy").items():
        found[known(cohort, person, "busy")] = _with_busy(found.get(person, FREE), person, times)
    return MappingProxyType(dict(sorted(found.items())))


def _with_busy(diary: Diary, person: str, times: Any) -> Diary:
    """A diary with more that is taken; an error names the person."""
    try:
        return with_busy(diary, times)
    except InputError as error:
        raise InputError(replace(problem, where=f"busy[{excerpt(person)}]") for problem in error.problems) from None


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


def _rooms(cohort: Cohort, given: Mapping[str, Any] | None) -> Mapping[str, tuple[str, ...]]:
    """The names of the rooms of each site; a number means rooms "1", "2" and so on."""
    found = {}
    for site, rooms in mapping_of(given, "rooms").items():
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
    for pair, minutes in mapping_of(given, "travel").items():
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


def matches_of(matching: Matching) -> list[Match]:
    """The matches in an order that does not depend on how they were given."""
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
