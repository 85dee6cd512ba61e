"""When each person, and each match, can start a session: windows less what is closed and what is taken."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from mmatch.availability import (
    DAY,
    Window,
    common,
    day_text,
    expand,
    intervals_of,
    parse_week,
    starts,
    widened,
    without,
)
from mmatch.formats import format_of

if TYPE_CHECKING:
    from mmatch.availability import Intervals
    from mmatch.formats import Format, Session
    from mmatch.matching import Match
    from mmatch.people import Cohort, Participant
    from mmatch.planning.plans import Settings

ALWAYS = tuple(Window(day, 0, DAY) for day in range(7))


@dataclass(frozen=True, eq=False)
class Calendars:
    """The free times of the people of a cohort under some settings."""

    cohort: Cohort
    settings: Settings

    @cached_property
    def _known(self) -> dict[str, Intervals]:
        return {}

    def of(self, name: str) -> Intervals:
        """When a person is free, in UTC minutes."""
        if name not in self._known:
            self._known[name] = self._free(self.cohort[name])
        return self._known[name]

    def _free(self, person: Participant) -> Intervals:
        settings, zone = self.settings, person.timezone or self.settings.zone
        windows = settings.hours
        if person.availability is not None:
            windows = _week(person.availability, f"participant {person.id}")
        free = expand(windows, zone, day_text(settings.start), day_text(settings.end)).intervals
        closed = [expand(ALWAYS, zone, day_text(day), day_text(day)).intervals for day in sorted(settings.blackout)]
        taken = widened(intervals_of(settings.busy.get(person.id, ())), settings.buffer, settings.buffer)
        return without(free, np.concatenate([taken, *closed]) if not closed else _joined([taken, *closed]))


def _joined(parts: list[Intervals]) -> Intervals:
    return intervals_of([(int(a), int(b)) for part in parts for a, b in part])


@lru_cache(maxsize=4096)
def _week(text: str | tuple[str, ...], where: str) -> tuple[Window, ...]:
    return parse_week(text, where)


@dataclass(frozen=True, eq=False)
class Task:
    """One match to be dated: for each session its starts, the days of these on the mentor's wall, and how to meet.

    ``buffer`` is what everybody needs between two sessions, in minutes.
    """

    match: Match
    format: Format
    people: tuple[str, ...]
    modes: tuple[str, ...]
    site: str
    starts: tuple[Intervals, ...]
    days: tuple[Intervals, ...]
    buffer: int = 0

    @property
    def open(self) -> bool:
        """Whether every session has a way to meet and a time."""
        return "" not in self.modes and all(len(times) for times in self.starts)


def task_of(match: Match, name: str, calendars: Calendars) -> Task:
    """What one match needs, and when it could be."""
    form = format_of(name, calendars.settings.formats)
    people = (match.mentor, *match.mentees)
    shared = calendars.of(people[0])
    for other in people[1:]:
        shared = common(shared, calendars.of(other))
    attending = [calendars.cohort[who] for who in people]
    sites = {person.site for person in attending}
    site = sites.pop() if len(sites) == 1 else ""
    modes = tuple(_mode(session, attending, site) for session in form.sessions)
    times = tuple(starts(shared, session.minutes, calendars.settings.grain) for session in form.sessions)
    zone = attending[0].timezone or calendars.settings.zone
    days = tuple(local_days(found, zone) for found in times)
    return Task(match, form, people, modes, site, times, days, calendars.settings.buffer)


def _mode(session: Session, people: list[Participant], site: str) -> str:
    """How a session is held: as the format says, and where it leaves that open virtual if all can; "" if it cannot."""
    possible = [mode for mode in ("virtual", "in_person") if all(mode in person.modes for person in people)]
    if not site:
        possible = [mode for mode in possible if mode != "in_person"]
    wanted = [mode for mode in possible if session.mode in {mode, "either"}]
    return wanted[0] if wanted else ""


def local_days(times: Intervals, zone: str) -> Intervals:
    """The number of the date that the wall of a zone shows at each time."""
    from mmatch.availability import offsets_at

    found: Intervals = (times + offsets_at(times, zone)) // DAY
    return found
