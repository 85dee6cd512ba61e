"""What is to be dated: for each session of a match the possible starts, what each costs, and how and where to meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import numpy as np

from mmatch.arrays import Bools
from mmatch.availability import DAY, Intervals, offsets_at, starts
from mmatch.cohort import Participant
from mmatch.formats import Format, Gap, SessionSpec, format_of
from mmatch.matching import Match
from mmatch.scheduling.free_time import MONDAY, FreeTime, Limit, session_starts, shared_time
from mmatch.scheduling.schedule_settings import Key, Settings, Wishes, key_of

WEEK = 7 * DAY


@dataclass(frozen=True, eq=False)
class Task:
    """One match to be dated: for each session its starts, what each would cost, and how and where to meet.

    ``days`` are the local dates of the starts in the mentor's time zone, ``marks`` what gaps are counted in (these
    dates, or working days) at their first and second session, ``soonest`` the first date that touchpoints leave for the
    second one, ``week_times`` weekday and time of day. ``buffers`` is what each person needs between two sessions,
    ``homes`` where each person is otherwise. ``fixed`` are sessions that have taken place.
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
    week_times: tuple[Intervals, ...]
    buffers: Mapping[str, int]
    homes: Mapping[str, str]
    limits: tuple[Limit, ...]
    fixed: tuple[bool, ...]
    settings: Settings
    radix: int = 1  # the weight of a minute of wishes beside the prices

    @cached_property
    def memo(self) -> dict[Any, Any]:
        """What was computed about this task once."""
        return {}

    @property
    def is_open(self) -> bool:
        """Whether every session has a way to meet and a time."""
        return "" not in self.modes and all(len(times) for times in self.starts)

    @property
    def wishes(self) -> Wishes:
        """What makes dates good."""
        return self.settings.wishes

    @property
    def longest(self) -> int:
        """The minutes of the longest session."""
        return max(session.minutes for session in self.format.sessions)

    def pause(self, k: int, other: Task, j: int) -> int:
        """Minutes that those who attend both need between session k and session j of another match, or of this one."""
        travel = self.settings.travel
        pauses = [
            max(self.buffers[person], travel.get((self._site(person, k), other._site(person, j)), 0) if travel else 0)
            for person in self.people
            if person in other.buffers
        ]
        return max(pauses, default=0)

    def _site(self, person: str, k: int) -> str:
        """Where somebody is during session k."""
        return self.sites[k] if self.modes[k] == "in_person" else self.homes[person]

    def kept(self, keep: Sequence[Any]) -> Task:
        """The task with only some of its starts: a mask or indices for each session."""

        def some(columns: Sequence[Intervals]) -> tuple[Intervals, ...]:
            return tuple(column[mask] for column, mask in zip(columns, keep, strict=False))

        return replace(
            self,
            starts=some(self.starts),
            days=some(self.days),
            prices=some(self.prices),
            marks=tuple((one[keep[k]], other[keep[k + 1]]) for k, (one, other) in enumerate(self.marks)),
            soonest=some(self.soonest),
            week_times=some(self.week_times),
        )


def task_of(match: Match, name: str, free_time: FreeTime) -> Task:
    """What one match needs, and when it could meet."""
    settings = free_time.settings
    form = format_of(name, settings.formats)
    people = (match.mentor, *match.mentees)
    attending = [free_time.person(person) for person in people]
    site = common_site(attending, settings.travel)
    modes = tuple(_mode(session, attending, site) for session in form.sessions)
    columns = _columns(key_of(match), form, people, free_time)
    days = tuple(column.days for column in columns)
    kept = settings.kept.get(key_of(match), {})
    return Task(
        match,
        form,
        people,
        modes,
        sites=tuple(site if mode == "in_person" else "" for mode in modes),
        starts=tuple(column.starts for column in columns),
        days=days,
        prices=_prices(form, columns, people, free_time),
        marks=tuple(
            (free_time.working(days[k]), free_time.working(days[k + 1])) if gap.working else (days[k], days[k + 1])
            for k, gap in enumerate(form.gaps)
        ),
        soonest=tuple(columns[k].soonest(gap, free_time) for k, gap in enumerate(form.gaps)),
        week_times=tuple(column.week_times for column in columns),
        buffers={person: free_time.buffer(person) for person in people},
        homes={person.id: person.site for person in attending},
        limits=tuple(limit for person in people for limit in free_time.limits(person)),
        fixed=tuple(k in kept for k in range(len(form.sessions))),
        settings=settings,
    )


# -- starts -----------------------------------------------------------------------------------------------------------


class _Column:
    """The starts of a session, and what belongs to each; sessions that can be at the same times share one."""

    def __init__(self, times: Intervals, zone: str) -> None:
        local = times + offsets_at(times, zone)
        self.starts, self.days, self.week_times = times, local // DAY, (local + MONDAY * DAY) % WEEK
        self._soonest: dict[Gap, Intervals] = {}

    def soonest(self, gap: Gap, free_time: FreeTime) -> Intervals:
        """The first date for the session after the gap: the mentor has time to answer, and the mentee to read it."""
        if gap not in self._soonest:
            found = self.days
            for touch in gap.touchpoints:
                found = np.maximum(found, free_time.later(self.days, touch.answer_days) + touch.lead_days)
            self._soonest[gap] = found
        return self._soonest[gap]


def _columns(key: Key, form: Format, people: Sequence[str], free_time: FreeTime) -> list[_Column]:
    """When each session could be."""
    settings, zone = free_time.settings, free_time.zone(people[0])
    shared = shared_time(people, free_time)

    def begins(minutes: int) -> Intervals:
        return session_starts(people, minutes, shared, free_time)

    pins, kept = settings.pins.get(key, {}), settings.kept.get(key, {})
    agreed = _still_possible(settings.agreed.get(key, {}), form, people, free_time)
    usual: dict[int, _Column] = {}
    found = []
    for k, session in enumerate(form.sessions):
        if k in kept:
            found.append(_Column(np.array([kept[k]]), zone))
        elif k in pins or k in agreed:
            times = starts(shared, session.minutes) if k in pins else begins(session.minutes)
            times = np.union1d(times, [agreed[k]]) if k in agreed else times
            found.append(_Column(times[times == pins[k]] if k in pins else times, zone))
        else:
            if session.minutes not in usual:
                usual[session.minutes] = _Column(begins(session.minutes), zone)
            found.append(usual[session.minutes])
    return found


def _still_possible(
    agreed: Mapping[int, int], form: Format, people: Sequence[str], free_time: FreeTime
) -> dict[int, int]:
    """The sessions planned before, for which it is not too soon and at which everybody is still free."""
    if not agreed:
        return {}
    free = shared_time(people, free_time.without_notice)
    ends = {k: at + form.sessions[k].minutes for k, at in agreed.items() if k < len(form.sessions)}
    inside = {k: free[np.searchsorted(free[:, 0], agreed[k], "right") - 1] for k in ends} if len(free) else {}
    return {k: agreed[k] for k, (low, high) in inside.items() if low <= agreed[k] and ends[k] <= high}


# -- prices -----------------------------------------------------------------------------------------------------------


def _prices(
    form: Format, columns: Sequence[_Column], people: tuple[str, ...], free_time: FreeTime
) -> tuple[Intervals, ...]:
    """What each start costs by itself: lateness, evenings, hours that people do not prefer."""
    settings, wishes = free_time.settings, free_time.settings.wishes
    zones = Counter(map(free_time.zone, people)) if wishes.evening else {}
    weeks = [(free_time.diary(person).preferred, free_time.zone(person)) for person in people if wishes.preferred]

    @cache
    def of_hours(column: _Column, minutes: int) -> Intervals:
        times, found = column.starts, np.zeros(len(column.starts), dtype=np.int64)
        for zone, count in zones.items():
            local = (times + offsets_at(times, zone)) % DAY
            odd: Bools = (local < wishes.early * 60) | (local + minutes > wishes.late * 60)
            found += wishes.evening * count * odd
        for preferred, zone in weeks:
            if preferred:
                inside = starts(free_time.in_week(preferred, zone), minutes, 1)
                found += wishes.preferred * ~np.isin(times, inside)
        return found

    prices = [of_hours(column, session.minutes) for column, session in zip(columns, form.sessions, strict=True)]
    prices[0] = prices[0] + wishes.earliest * (columns[0].starts - settings.start * DAY)
    return tuple(prices)


# -- how and where ----------------------------------------------------------------------------------------------------


def common_site(people: Sequence[Participant], travel: Mapping[tuple[str, str], int]) -> str:
    """Where these people can meet in person: their site, or the one of theirs with the shortest way for all.

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


def _mode(session: SessionSpec, people: Sequence[Participant], site: str) -> str:
    """How a session is held: as the format says; where it says "either", virtual if all can; "" if there is no way."""
    possible = [mode for mode in ("virtual", "in_person") if all(mode in person.modes for person in people)]
    wanted = [m for m in possible if session.mode in {m, "either"} and (site or m != "in_person")]
    return wanted[0] if wanted else ""
