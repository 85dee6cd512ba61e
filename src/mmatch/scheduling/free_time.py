"""When each person, and each match, can start a session: windows less what is closed and what is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from mmatch.availability import (
    DAY,
    Window,
    common,
    day_text,
    expand,
    intervals_of,
    joined,
    offsets_at,
    parse_week,
    starts,
    union,
    widened,
    without,
)
from mmatch.formats import format_of
from mmatch.people.facts import MODES
from mmatch.scheduling.diaries import FREE
from mmatch.scheduling.plans import key_of

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.formats import Format, Gap, SessionSpec
    from mmatch.matching import Match
    from mmatch.people import Cohort
    from mmatch.people.columns import Bools
    from mmatch.scheduling.diaries import Diary
    from mmatch.scheduling.plans import Key, Settings, Wishes

WEEK = 7 * DAY
YEAR = 400  # days, rounded up
ALWAYS = tuple(Window(day, 0, DAY) for day in range(7))
MONDAY = 3  # added to a day number: 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True)
class Limit:
    """How much is enough for one person: at most so many sessions, or minutes, in one kind of period."""

    who: str
    kind: str
    most: int
    minutes: bool
    zone: str

    def periods(self, times: Intervals) -> Intervals:
        """The number of the period (day, week or month on this person's wall) in which each time lies."""
        days = local_days(times, self.zone)
        if self.kind == "day":
            return days
        if self.kind == "week":
            found: Intervals = (days + MONDAY) // 7
            return found
        months: Intervals = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months


class Person(NamedTuple):
    """What dates have to know of a participant."""

    id: str
    availability: str | tuple[str, ...] | None
    timezone: str
    site: str
    modes: frozenset[str]


class Facts:
    """What does not depend on the settings: people, and the instants that weekly windows mean, each looked at once."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._people: dict[tuple[str, str], Person] = {}
        self._weeks: dict[tuple[tuple[Window, ...], str, int, int], Intervals] = {}

    def person(self, name: str, zone: str) -> Person:
        """A person; the zone is of those who state none."""
        if (name, zone) not in self._people:
            people = self.cohort.people
            row = people.index[name]
            self._people[name, zone] = Person(
                name,
                people.availability[row] if people.availability else None,
                (people.timezones[row] if people.timezones else None) or zone,
                people.sites[row] if people.sites else "",
                people.modes[row] if people.modes else MODES,
            )
        return self._people[name, zone]

    def in_week(self, windows: tuple[Window, ...], zone: str, first: int, last: int) -> Intervals:
        """The instants that weekly windows mean from one date to another."""
        key = windows, zone, first, last
        if key not in self._weeks:
            self._weeks[key] = expand(windows, zone, day_text(first), day_text(last)).intervals
        return self._weeks[key]


@dataclass(frozen=True, eq=False)
class Calendars:
    """The free times of the people of a cohort under some settings."""

    cohort: Cohort
    settings: Settings
    wider: Mapping[str, int] | None = None  # minutes by which windows are longer at both ends, to ask what if
    base: Calendars | None = None  # the same but for what is wider
    known: Facts | None = None

    @cached_property
    def facts(self) -> Facts:
        """What other calendars of these people know, too."""
        return self.known or Facts(self.cohort)

    def under(self, settings: Settings, wider: Mapping[str, int] | None = None, *, same: bool = False) -> Calendars:
        """The calendars of the same people under other settings; ``same`` says that nobody's time changes by them."""
        return Calendars(self.cohort, settings, wider, self if same else None, self.facts)

    @cached_property
    def _known(self) -> dict[str, Intervals]:
        return {}

    def of(self, name: str) -> Intervals:
        """When a person is free, in UTC minutes."""
        if self.base is not None and name not in (self.wider or {}):
            return self.base.of(name)
        if name not in self._known:
            *_, (_, self._known[name]) = self.steps(name)
        return self._known[name]

    def person(self, name: str) -> Person:
        """A person."""
        return self.facts.person(name, self.settings.zone)

    def zone(self, name: str) -> str:
        """The time zone of a person."""
        return self.person(name).timezone

    def diary(self, name: str) -> Diary:
        """What a person's calendar adds to the weekly windows."""
        return self.settings.diaries.get(name, FREE)

    def buffer(self, name: str) -> int:
        """Minutes that a person needs between two sessions."""
        own = self.diary(name).buffer
        return self.settings.buffer if own is None else own

    def steps(self, name: str) -> Iterator[tuple[str, Intervals]]:
        """What is left of a person's time, step by step: windows, what is closed, too soon, and taken."""
        settings, diary, zone = self.settings, self.diary(name), self.zone(name)
        free = self.in_week(self.windows(self.person(name)), zone)
        free = self._overridden(free, diary, zone)
        yield "the windows", free
        closed = settings.blackout.union(diary.blackout) - diary.dates.keys()
        if closed:
            free = without(free, self._dates(closed, zone))
            yield "the dates on which nobody meets", free
        if settings.since is not None:
            free = without(free, np.array([[0, max(settings.since, 1)]]))
            yield "the notice", free
        if diary.busy:
            buffer = self.buffer(name)
            free = without(free, widened(intervals_of(diary.busy), buffer, buffer))
            yield "what is taken", free
        if any(limit.most == 0 for limit in self.limits(name)):
            free = free[:0]
            yield "a limit of 0", free

    def windows(self, person: Person) -> tuple[Window, ...]:
        """The weekly windows of a person."""
        found = self.settings.hours
        if person.availability is not None:
            found = _week(person.availability, f"participant {person.id}")
        more = (self.wider or {}).get(person.id, 0)
        return joined(Window(w.day, max(w.start - more, 0), min(w.end + more, DAY)) for w in found) if more else found

    def in_week(self, windows: tuple[Window, ...], zone: str) -> Intervals:
        """The instants that weekly windows mean between the dates of the schedule."""
        return self.facts.in_week(windows, zone, self.settings.start, self.settings.end)

    def _overridden(self, free: Intervals, diary: Diary, zone: str) -> Intervals:
        """The free times with single dates as the diary says."""
        days = {day: spans for day, spans in diary.dates.items() if self.settings.start <= day <= self.settings.end}
        if not days:
            return free
        parts = [without(free, self._dates(days, zone))]
        for day, spans in days.items():
            hours = [Window((day + MONDAY) % 7, *span) for span in spans]
            parts.append(self.facts.in_week(tuple(hours), zone, day, day))
        return union(np.concatenate(parts))

    def _dates(self, days: Sequence[int] | frozenset[int] | Mapping[int, object], zone: str) -> Intervals:
        """All minutes of some dates on the wall of a zone."""
        parts = [self.facts.in_week(ALWAYS, zone, day, day) for day in sorted(days)]
        return union(np.concatenate(parts)) if parts else np.zeros((0, 2), dtype=np.int64)

    def limits(self, name: str) -> list[Limit]:
        """What limits how much is enough for a person."""
        diary, zone = self.diary(name), self.zone(name)
        counts = [("day", diary.per_day), ("week", diary.per_week), ("month", diary.per_month)]
        found = [Limit(name, kind, most, minutes=False, zone=zone) for kind, most in counts if most is not None]
        if diary.hours_per_month is not None:
            found.append(Limit(name, "month", int(diary.hours_per_month * 60), minutes=True, zone=zone))
        return found

    @cached_property
    def at_any_time(self) -> Calendars:
        """The same without a notice."""
        return self.under(replace(self.settings, since=None), self.wider)

    @cached_property
    def work(self) -> Intervals:
        """For every date from a year before the start on, how many working days there have been up to it."""
        days = np.arange(self.settings.start - YEAR, self.settings.end + 2 * YEAR)
        open_days = ((days + MONDAY) % 7 < 5) & ~np.isin(days, list(self.settings.blackout))
        return np.cumsum(open_days)

    def working(self, days: Intervals) -> Intervals:
        """The number of working days up to each date."""
        found: Intervals = self.work[np.maximum(days - (self.settings.start - YEAR), 0)]
        return found

    def later(self, days: Intervals, number: int) -> Intervals:
        """The date so many working days after each date."""
        if not number:
            return days
        if number not in self._later:
            self._later[number] = np.searchsorted(self.work, self.work + number, "left") + self.settings.start - YEAR
        found: Intervals = self._later[number][np.maximum(days - (self.settings.start - YEAR), 0)]
        return found

    @cached_property
    def _later(self) -> dict[int, Intervals]:
        return {}


@lru_cache(maxsize=4096)
def _week(text: str | tuple[str, ...], where: str) -> tuple[Window, ...]:
    return parse_week(text, where)


@dataclass(frozen=True, eq=False)
class Task:
    """One match to be dated: for each session its starts, what each would cost, and how and where to meet.

    ``days`` are the dates of the starts on the mentor's wall, ``marks`` what gaps are counted in (these dates, or
    working days) at their first and second session, ``soonest`` the first date that touchpoints leave for the second
    one. ``buffers`` is what each person needs between two sessions, ``homes`` where each person is otherwise.
    ``fixed`` are sessions that have taken place.
    """

    match: Match
    format: Format
    people: tuple[str, ...]
    modes: tuple[str, ...]
    sites: tuple[str, ...]
    starts: tuple[Intervals, ...]
    days: tuple[Intervals, ...]
    prices: tuple[Intervals, ...]
    marks: tuple[tuple[Intervals, Intervals], ...]
    soonest: tuple[Intervals, ...]
    clocks: tuple[Intervals, ...]
    buffers: Mapping[str, int]
    homes: Mapping[str, str]
    limits: tuple[Limit, ...]
    fixed: tuple[bool, ...]
    settings: Settings
    radix: int = 1  # what a minute of wishes is worth beside the prices

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What was worked out about it once."""
        return {}

    @property
    def open(self) -> bool:
        """Whether every session has a way to meet and a time."""
        return "" not in self.modes and all(len(times) for times in self.starts)

    @property
    def wishes(self) -> Wishes:
        """What makes dates good."""
        return self.settings.wishes

    def place(self, who: str, k: int) -> str:
        """Where somebody is during session k."""
        return self.sites[k] if self.modes[k] == "in_person" else self.homes[who]

    def pause(self, k: int, other: Task, j: int) -> int:
        """Minutes that those who attend both need between session k and session j of another match, or of this one."""
        travel = self.settings.travel
        pauses = [
            max(self.buffers[who], travel.get((self.place(who, k), other.place(who, j)), 0) if travel else 0)
            for who in self.people
            if who in other.buffers
        ]
        return max(pauses, default=0)

    def priced(self, prices: Sequence[Intervals]) -> Task:
        """The task with other prices of its starts; what does not depend on them is not worked out again."""
        found = replace(self, prices=tuple(prices))
        found.memo.update((key, value) for key, value in self.memo.items() if key[0] in {"link", "days"})
        return found

    def kept(self, keep: Sequence[Any]) -> Task:
        """The task with only some of its starts: a mask or indices for each session."""
        return _kept(self, keep)


def _kept(task: Task, keep: Sequence[Any]) -> Task:
    def some(columns: Sequence[Intervals]) -> tuple[Intervals, ...]:
        return tuple(column[mask] for column, mask in zip(columns, keep, strict=True))

    marks = tuple((one[keep[k]], other[keep[k + 1]]) for k, (one, other) in enumerate(task.marks))
    return replace(
        task,
        starts=some(task.starts),
        days=some(task.days),
        prices=some(task.prices),
        marks=marks,
        soonest=tuple(column[mask] for column, mask in zip(task.soonest, keep, strict=False)),
        clocks=some(task.clocks),
    )


def shared_by(people: Sequence[str], calendars: Calendars) -> Intervals:
    """When all of some people are free."""
    found = calendars.of(people[0])
    for other in people[1:]:
        found = common(found, calendars.of(other))
    return found


def task_of(match: Match, name: str, calendars: Calendars) -> Task:
    """What one match needs, and when it could be."""
    settings = calendars.settings
    form = format_of(name, settings.formats)
    people = (*match.mentors, *match.mentees)
    attending = [calendars.person(who) for who in people]
    site = common_site(attending, settings.travel)
    modes = tuple(_mode(session, attending, site) for session in form.sessions)
    columns = _columns(key_of(match), form, people, calendars)
    days = tuple(column.days for column in columns)
    return Task(
        match,
        form,
        people,
        modes,
        sites=tuple(site if mode == "in_person" else "" for mode in modes),
        starts=tuple(column.starts for column in columns),
        days=days,
        prices=_prices(form, columns, people, calendars),
        marks=tuple(_marks(gap.working, days[k], days[k + 1], calendars) for k, gap in enumerate(form.gaps)),
        soonest=tuple(columns[k].soonest(gap, calendars) for k, gap in enumerate(form.gaps)),
        clocks=tuple(column.clocks for column in columns),
        buffers=MappingProxyType({who: calendars.buffer(who) for who in people}),
        homes=MappingProxyType({person.id: person.site for person in attending}),
        limits=tuple(limit for who in people for limit in calendars.limits(who)),
        fixed=tuple(k in settings.kept.get(key_of(match), {}) for k in range(len(form.sessions))),
        settings=settings,
    )


class _Column:
    """The starts of a session, and what belongs to each; sessions that can be at the same times share one."""

    def __init__(self, times: Intervals, zone: str) -> None:
        wall = times + offsets_at(times, zone)
        self.starts, self.days, self.clocks = times, wall // DAY, (wall + MONDAY * DAY) % WEEK
        self._soonest: dict[Gap, Intervals] = {}

    def soonest(self, gap: Gap, calendars: Calendars) -> Intervals:
        """The first date for the session after the gap: the mentor has time to answer, and the mentee to read it."""
        if gap not in self._soonest:
            found = self.days
            for touch in gap.touchpoints:
                found = np.maximum(found, calendars.later(self.days, touch.answer_days) + touch.lead_days)
            self._soonest[gap] = found
        return self._soonest[gap]


def _columns(key: Key, form: Format, people: Sequence[str], calendars: Calendars) -> list[_Column]:
    """When each session could be."""
    settings, zone = calendars.settings, calendars.zone(people[0])
    shared = shared_by(people, calendars)
    pins, kept = settings.pins.get(key, {}), settings.kept.get(key, {})
    agreed = _still_possible(settings.agreed.get(key, {}), form, people, calendars)
    usual: dict[int, _Column] = {}
    found = []
    for k, session in enumerate(form.sessions):
        if k in kept:
            found.append(_Column(np.array([kept[k]]), zone))
        elif k in pins or k in agreed:
            times = starts(shared, session.minutes, settings.grain if k not in pins else 1)
            times = np.union1d(times, [agreed[k]]) if k in agreed else times
            found.append(_Column(times[times == pins[k]] if k in pins else times, zone))
        else:
            if session.minutes not in usual:
                usual[session.minutes] = _Column(starts(shared, session.minutes, settings.grain), zone)
            found.append(usual[session.minutes])
    return found


def _still_possible(
    agreed: Mapping[int, int], form: Format, people: Sequence[str], calendars: Calendars
) -> dict[int, int]:
    """The sessions that were planned before, for which it is not too soon, and at which everybody is still free."""
    if not agreed:
        return {}
    free = shared_by(people, calendars.at_any_time)
    ends = {k: at + form.sessions[k].minutes for k, at in agreed.items() if k < len(form.sessions)}
    inside = {k: free[np.searchsorted(free[:, 0], agreed[k], "right") - 1] for k in ends} if len(free) else {}
    return {k: agreed[k] for k, (low, high) in inside.items() if low <= agreed[k] and ends[k] <= high}


def _marks(working: bool, one: Intervals, other: Intervals, calendars: Calendars) -> tuple[Intervals, Intervals]:
    return (calendars.working(one), calendars.working(other)) if working else (one, other)


def _prices(
    form: Format, columns: Sequence[_Column], people: tuple[str, ...], calendars: Calendars
) -> tuple[Intervals, ...]:
    """What each start costs by itself: lateness, evenings, hours that people would rather not take."""
    settings = calendars.settings
    found: dict[tuple[int, int], Intervals] = {}
    prices = []
    for column, session in zip(columns, form.sessions, strict=True):
        key = id(column), session.minutes
        if key not in found:
            found[key] = _hours(column.starts, session, people, calendars)
        prices.append(found[key])
    prices[0] = prices[0] + settings.wishes.earliest * (columns[0].starts - settings.start * DAY)
    return tuple(prices)


def _hours(times: Intervals, session: SessionSpec, people: tuple[str, ...], calendars: Calendars) -> Intervals:
    """What evenings, and hours that people would rather not take, cost at each start."""
    wishes, found = calendars.settings.wishes, np.zeros(len(times), dtype=np.int64)
    zones = Counter(map(calendars.zone, people))
    for zone, count in zones.items() if wishes.evening and len(times) else ():
        found += wishes.evening * count * _odd_hours(times, session, zone, wishes.early, wishes.late)
    for who in people if wishes.preferred and len(times) else ():
        preferred = calendars.diary(who).preferred
        if preferred:
            inside = calendars.in_week(preferred, calendars.zone(who))
            found += wishes.preferred * ~np.isin(times, starts(inside, session.minutes, 1))
    return found


def _odd_hours(times: Intervals, session: SessionSpec, zone: str, early: int, late: int) -> Bools:
    """Whether each start is before the early hour, or its end after the late one or on another date."""
    wall = (times + offsets_at(times, zone)) % DAY
    odd: Bools = (wall < early * 60) | (wall + session.minutes > late * 60)
    return odd


def common_site(people: Sequence[Person], travel: Mapping[tuple[str, str], int]) -> str:
    """Where these people can meet in person: their site, or the one of theirs that is the shortest way for all.

    The empty text where they are at different sites and no way between them is known.
    """
    sites = [person.site for person in people]
    if "" in sites:
        return ""
    ways = [
        (sum(travel[one, site] for one in sites if one != site), sites.index(site), site)
        for site in dict.fromkeys(sites)
        if all(one == site or (one, site) in travel for one in sites)
    ]
    return min(ways)[2] if ways else ""


def _mode(session: SessionSpec, people: Sequence[Person], site: str) -> str:
    """How a session is held: as the format says, and where it leaves that open virtual if all can; "" if it cannot."""
    possible = [mode for mode in ("virtual", "in_person") if all(mode in person.modes for person in people)]
    if not site:
        possible = [mode for mode in possible if mode != "in_person"]
    wanted = [mode for mode in possible if session.mode in {mode, "either"}]
    return wanted[0] if wanted else ""


def local_days(times: Intervals, zone: str) -> Intervals:
    """The number of the date that the wall of a zone shows at each time."""
    found: Intervals = (times + offsets_at(times, zone)) // DAY
    return found
