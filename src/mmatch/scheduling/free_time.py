"""When people are free: weekly windows and single dates, without closed dates, the notice and busy times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, reduce

import numpy as np

from mmatch.availability import (
    DAY,
    Intervals,
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
from mmatch.cohort import Cohort, Participant
from mmatch.errors import InputError, Problem, excerpt
from mmatch.scheduling.diaries import FREE, Diary
from mmatch.scheduling.schedule_settings import Settings

YEAR = 400  # days, rounded up
ALWAYS = tuple(Window(day, 0, DAY) for day in range(7))
_week = lru_cache(maxsize=4096)(parse_week)
MONDAY = 3  # added to a day number: 1970-01-01 was a Thursday


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of one person: at most so many sessions, or minutes, in each day, week or month."""

    person: str
    kind: str
    most: int
    minutes: bool
    zone: str

    def amount(self, minutes: int) -> int:
        """How much of the limit a session of so many minutes uses."""
        return minutes if self.minutes else 1

    def periods(self, times: Intervals) -> Intervals:
        """The number of the day, week or month, in this person's time zone, in which each time lies."""
        days: Intervals = (times + offsets_at(times, self.zone)) // DAY
        if self.kind == "day":
            return days
        if self.kind == "week":
            found: Intervals = (days + MONDAY) // 7
            return found
        months: Intervals = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return months


@dataclass(frozen=True, eq=False)
class FreeTime:
    """The free times of the people of a cohort under some settings."""

    cohort: Cohort
    settings: Settings
    wider: Mapping[str, int] | None = None  # minutes by which windows are longer at both ends
    base: FreeTime | None = None  # the same without wider windows
    weeks: dict[tuple[tuple[Window, ...], str, int, int], Intervals] = field(default_factory=dict)  # computed once
    people: dict[str, Participant] = field(default_factory=dict)
    known: dict[str, Intervals] = field(default_factory=dict, init=False)
    opened: dict[str, Intervals] = field(default_factory=dict, init=False)

    def under(self, settings: Settings, wider: Mapping[str, int] | None = None, *, same: bool = False) -> FreeTime:
        """The free time of the same people under other settings; ``same`` where these change nobody's time."""
        return FreeTime(self.cohort, settings, wider, self if same else None, self.weeks, self.people)

    def of(self, name: str) -> Intervals:
        """When a person is free, in UTC minutes."""
        if self.base is not None and name not in (self.wider or {}):
            return self.base.of(name)
        if name not in self.known:
            *_, (_, self.known[name]) = self.steps(name)
        return self.known[name]

    def person(self, name: str) -> Participant:
        """A person."""
        if name not in self.people:
            self.people[name] = self.cohort[name]
        return self.people[name]

    def zone(self, name: str) -> str:
        """The time zone of a person, by default that of the settings."""
        return self.person(name).timezone or self.settings.zone

    def diary(self, name: str) -> Diary:
        """What a person's calendar adds to the weekly windows."""
        return self.settings.diaries.get(name, FREE)

    def buffer(self, name: str) -> int:
        """Minutes that a person needs between two sessions."""
        own = self.diary(name).buffer
        return self.settings.buffer if own is None else own

    def steps(self, name: str) -> Iterator[tuple[str, Intervals]]:
        """The free time of a person that is left step by step: windows, closed dates, the notice, busy times."""
        settings, diary, zone = self.settings, self.diary(name), self.zone(name)
        free = self.in_week(self.windows(name), zone)
        own = {day: spans for day, spans in diary.dates.items() if settings.start <= day <= settings.end}
        if own:
            hours = [
                self.in_week(tuple(Window((day + MONDAY) % 7, *span) for span in spans), zone, day, day)
                for day, spans in own.items()
            ]
            free = union(np.concatenate([without(free, self._dates(own, zone)), *hours]))
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
            free = without(free, widened(intervals_of(diary.busy), buffer))
            yield "what is taken", free
        if any(limit.most == 0 for limit in self.limits(name)):
            free = free[:0]
            yield "a limit of 0", free

    def hours(self, name: str) -> Intervals:
        """The windows and single dates of a person, whatever else takes of them."""
        if name not in self.opened:
            _, self.opened[name] = next(self.steps(name))
        return self.opened[name]

    def windows(self, name: str) -> tuple[Window, ...]:
        """The weekly windows of a person; none where what they wrote is not understood (`fault` says so)."""
        availability = self.person(name).availability
        try:
            found = self.settings.hours if availability is None else _week(availability)
        except InputError:
            return ()
        more = (self.wider or {}).get(name, 0)
        return joined(Window(w.day, max(w.start - more, 0), min(w.end + more, DAY)) for w in found) if more else found

    def fault(self, name: str) -> Problem | None:
        """Why the availability of a person is not understood; None where it is."""
        return _fault(name, self.person(name).availability)

    def in_week(
        self, windows: tuple[Window, ...], zone: str, first: int | None = None, last: int | None = None
    ) -> Intervals:
        """Weekly windows as intervals, from one date to another or between the dates of the schedule."""
        first, last = self.settings.start if first is None else first, self.settings.end if last is None else last
        key = windows, zone, first, last
        if key not in self.weeks:
            self.weeks[key] = expand(windows, zone, day_text(first), day_text(last))
        return self.weeks[key]

    def _dates(self, days: Iterable[int], zone: str) -> Intervals:
        """All minutes of some local dates of a time zone."""
        return union(np.concatenate([self.in_week(ALWAYS, zone, day, day) for day in sorted(days)]))

    def limits(self, name: str) -> list[Limit]:
        """The limits of a person."""
        diary, zone = self.diary(name), self.zone(name)
        counts = [("day", diary.per_day), ("week", diary.per_week), ("month", diary.per_month)]
        found = [Limit(name, kind, most, minutes=False, zone=zone) for kind, most in counts if most is not None]
        if diary.hours_per_month is not None:
            found.append(Limit(name, "month", int(diary.hours_per_month * 60), minutes=True, zone=zone))
        return found

    @cached_property
    def without_notice(self) -> FreeTime:
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
        first = self.settings.start - YEAR
        wanted = self.work[np.maximum(days - first, 0)] + number
        found: Intervals = np.searchsorted(self.work, wanted, "left") + first
        return found


def _fault(name: str, availability: str | Sequence[str] | None) -> Problem | None:
    try:
        _week(availability or "", f"participant {excerpt(name)}.availability")
    except InputError as error:
        return error.problems[0]
    return None


def check_hours(cohort: Cohort) -> None:
    """Everybody's availability can be understood.

    Raises:
        InputError: where not, of all people together.
    """
    people = cohort.people
    faults = [_fault(*row) for row in zip(people.ids, people.availability or (), strict=False)]
    if any(faults):
        raise InputError(filter(None, faults))


def shared_time(people: Sequence[str], free_time: FreeTime) -> Intervals:
    """When all of some people are free."""
    return reduce(common, map(free_time.of, people))


def session_starts(people: Sequence[str], minutes: int, free: Intervals, free_time: FreeTime) -> Intervals:
    """When a session of some people can begin within some free time: on the grain of UTC, or on that of their windows.

    Where windows begin off the grain, on the wall in Kathmandu, say, or at ten past, it is counted from there, too.
    """
    grain = free_time.settings.grain
    found = [starts(free, minutes, grain)]
    for person in dict.fromkeys(people):
        hours = free_time.hours(person)
        off = hours[:, 0] % grain
        late = np.unique(off[off > 0]).tolist()
        found += [starts(common(hours[off == begun], free) - begun, minutes, grain) + begun for begun in late]
    return found[0] if len(found) == 1 else np.unique(np.concatenate(found))
