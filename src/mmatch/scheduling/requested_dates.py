"""What is requested of the calendar: `Dates`, and how much each of the `Wishes` about them counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from mmatch.availability import DAY, day_of, day_text, parse_week, week_text, zone_of
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.scheduling.diaries import Diary, blackout_of, moment

MOST_DAYS = 3 * 366
MOST_HOURS = 24 * 366
MOST_WORTH = 60 * 24 * 366  # minutes of delay that one wish can be worth
Pin = tuple[str, str, int, Any]


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


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
        grain: sessions start at multiples of so many minutes (UTC).
        blackout: dates on which nobody meets, local to each person, such as `public_holidays` gives.
        now: the present time, from which the notice counts; None is no notice. Sessions that began earlier were held.
        notice: hours that must lie between now and the first session.
        buffer: minutes that people need between two sessions, and around what makes them busy.
        busy: {id: [(from, to), …]}, as times with an offset, such as "2027-01-11T09:00+01:00"; `busy_times` reads
            them from a calendar.
        diaries: {id: `Diary`}: what is taken, single dates, preferred hours, and limits of single people.
        rooms: {site: how many rooms, or their names} for in-person sessions; a site that is not named has enough.
        travel: {(site, site): minutes}. People at sites with a known way between them can meet in person at one of
            them; between two sessions at different sites a person has at least this time.
        pins: (mentor, mentee, number of the session from 1, time) of sessions whose time is given.
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
    busy: Mapping[str, Any] = field(default_factory=_nothing)
    diaries: Mapping[str, Diary] = field(default_factory=_nothing)
    rooms: Mapping[str, Any] = field(default_factory=_nothing)
    travel: Mapping[tuple[str, str], int] = field(default_factory=_nothing)
    pins: Sequence[Pin] = ()
    wishes: Wishes = field(default_factory=Wishes)

    def __post_init__(self) -> None:
        for name in ("busy", "diaries", "rooms", "travel"):
            object.__setattr__(self, name, MappingProxyType(dict(mapping_of(getattr(self, name), name))))
        rooms = {site: tuple(names) if isinstance(names, list) else names for site, names in self.rooms.items()}
        object.__setattr__(self, "rooms", MappingProxyType(rooms))
        for name in ("blackout", "pins"):
            value = getattr(self, name)
            if isinstance(value, str) or not isinstance(value, Iterable):
                raise InputError(Problem("argument", name, f"found {excerpt(value)}, expected a list"))
            object.__setattr__(self, name, tuple(value))
        first, last = day_of(self.start, "start"), day_of(self.end, "end")
        object.__setattr__(self, "start", day_text(first))
        object.__setattr__(self, "end", day_text(last))
        problems = Problems()
        if not first <= last < first + MOST_DAYS:
            text = f"found {day_text(last)}, expected a date from {day_text(first)}, at most {MOST_DAYS} days later"
            problems.add("date", "end", text)
        for name, number, least in (("grain", self.grain, 1), ("buffer", self.buffer, 0)):
            if type(number) is not int or not least <= number <= DAY:
                problems.add("argument", name, f"found {excerpt(number)}, expected whole minutes from {least} to {DAY}")
        if not isinstance(self.wishes, Wishes):
            problems.add("argument", "wishes", f"found {type(self.wishes).__name__}, expected mm.scheduling.Wishes(…)")
        problems.raise_any()
        zone_of(self.zone, "zone")
        object.__setattr__(self, "hours", week_text(parse_week(self.hours, "hours")))
        object.__setattr__(self, "blackout", tuple(map(day_text, blackout_of(self.blackout))))
        first_minute(self)

    def __reduce__(self) -> tuple[Any, ...]:
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        return _dates, ({k: dict(v) if isinstance(v, Mapping) else v for k, v in plain.items()},)

    def __hash__(self) -> int:
        return hash((self.start, self.end, self.zone, self.hours, self.grain))


def _dates(values: dict[str, Any]) -> Dates:
    return Dates(**values)


def dates_of(dates: Dates | None, start: Any, end: Any) -> Dates:
    """What is requested, where the window alone may be given.

    Raises:
        InputError: both, or neither, are given.
    """
    if dates is None and start is not None and end is not None:
        return Dates(start=start, end=end)
    if not isinstance(dates, Dates) or start is not None or end is not None:
        text = f"found {type(dates).__name__}, expected mm.Dates(start=…, end=…), or start= and end= alone"
        raise InputError(Problem("argument", "dates", text))
    return dates


def mapping_of(value: Any, where: str) -> Mapping[Any, Any]:
    """The mapping, empty for None.

    Raises:
        InputError: it is none.
    """
    if value is not None and not isinstance(value, Mapping):
        raise InputError(Problem("type", where, f"found {type(value).__name__}, expected a dict"))
    return value or {}


def first_minute(dates: Dates) -> int | None:
    """The first minute that is not too soon; None where the time of the request is not given."""
    hours = dates.notice
    if type(hours) not in {int, float} or not 0 <= hours <= MOST_HOURS:
        text = f"found {excerpt(hours)}, expected hours from 0 to {MOST_HOURS}"
        raise InputError(Problem("argument", "notice", text))
    return None if dates.now is None else moment(dates.now, "now") + int(-(-hours * 60 // 1))
