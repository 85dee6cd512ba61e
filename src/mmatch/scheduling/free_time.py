"""When people are free: weekly windows and single dates, without closed dates, the notice and busy times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

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
    union,
    widened,
    without,
)
from mmatch.cohort.participants import MODES
from mmatch.scheduling.diaries import FREE

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.cohort import Cohort
    from mmatch.scheduling.diaries import Diary
    from mmatch.scheduling.schedule_settings import Settings

YEAR = 400  # days, rounded up
ALWAYS = tuple(Window(day, 0, DAY) for day in range(7))
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


class PersonTime(NamedTuple):
    """The facts about a participant that matter for dates."""

    id: str
    availability: str | tuple[str, ...] | None
    timezone: str
    site: str
    modes: frozenset[str]


@dataclass(frozen=True, eq=False)
class FreeTime:
    """The free times of the people of a cohort under some settings."""

    cohort: Cohort
    settings: Settings
    wider: Mapping[str, int] | None = None  # minutes by which windows are longer at both ends
    base: FreeTime | None = None  # the same without wider windows
    weeks: dict[tuple[tuple[Window, ...], str, int, int], Intervals] = field(default_factory=dict)  # computed once
    people: dict[tuple[str, str], PersonTime] = field(default_factory=dict)

    def under(self, settings: Settings, wider: Mapping[str, int] | None = None, *, same: bool = False) -> FreeTime:
        """The free time of the same people under other settings; ``same`` where these change nobody's time."""
        return FreeTime(self.cohort, settings, wider, self if same else None, self.weeks, self.people)

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

    def person(self, name: str) -> PersonTime:
        """A person, with the default time zone where none is stated."""
        key = name, self.settings.zone
        if key not in self.people:
            people = self.cohort.people
            row = people.index[name]
            self.people[key] = PersonTime(
                name,
                people.availability[row] if people.availability else None,
                (people.timezones[row] if people.timezones else None) or self.settings.zone,
                people.sites[row] if people.sites else "",
                people.modes[row] if people.modes else MODES,
            )
        return self.people[key]

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
        """The free time of a person that is left step by step: windows, closed dates, the notice, busy times."""
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

    def windows(self, person: PersonTime) -> tuple[Window, ...]:
        """The weekly windows of a person."""
        found = self.settings.hours
        if person.availability is not None:
            found = _week(person.availability, f"participant {person.id}")
        more = (self.wider or {}).get(person.id, 0)
        return joined(Window(w.day, max(w.start - more, 0), min(w.end + more, DAY)) for w in found) if more else found

    def in_week(
        self, windows: tuple[Window, ...], zone: str, first: int | None = None, last: int | None = None
    ) -> Intervals:
        """Weekly windows as intervals, from one date to another or between the dates of the schedule."""
        first, last = self.settings.start if first is None else first, self.settings.end if last is None else last
        key = windows, zone, first, last
        if key not in self.weeks:
            self.weeks[key] = expand(windows, zone, day_text(first), day_text(last)).intervals
        return self.weeks[key]

    def _overridden(self, free: Intervals, diary: Diary, zone: str) -> Intervals:
        """The free times, with the hours of single dates from the diary."""
        days = {day: spans for day, spans in diary.dates.items() if self.settings.start <= day <= self.settings.end}
        if not days:
            return free
        found = [without(free, self._dates(days, zone))]
        for day, spans in days.items():
            hours = [Window((day + MONDAY) % 7, *span) for span in spans]
            found.append(self.in_week(tuple(hours), zone, day, day))
        return union(np.concatenate(found))

    def _dates(self, days: Sequence[int] | frozenset[int] | Mapping[int, object], zone: str) -> Intervals:
        """All minutes of some local dates of a time zone."""
        days_open = [self.in_week(ALWAYS, zone, day, day) for day in sorted(days)]
        return union(np.concatenate(days_open)) if days_open else np.zeros((0, 2), dtype=np.int64)

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


def shared_time(people: Sequence[str], free_time: FreeTime) -> Intervals:
    """When all of some people are free."""
    found = free_time.of(people[0])
    for other in people[1:]:
        found = common(found, free_time.of(other))
    return found
