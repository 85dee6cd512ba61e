"""The independent judge of schedules: every minute of every session against the clock on each person's wall.

Nothing here is shared with what finds dates but the facts: windows are read again, zones are asked minute by minute.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mmatch.availability import Window, parse_week
from mmatch.errors import InputError, Problem
from mmatch.formats import format_of
from mmatch.matching import Violation
from mmatch.planning.plans import Appointment, Plan, Schedule, Settings

if TYPE_CHECKING:
    from mmatch.matching import Matching
    from mmatch.people import Cohort, Participant

START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def validate(cohort: Cohort, matching: Matching, schedule: Schedule) -> list[Violation]:
    """Everything that is wrong with a schedule; an empty list: all sessions can be held.

    Each match has one plan or one reason; as many sessions as its format, of the right length and mode, with the right
    gaps; everybody is free in their own zone during every minute; nobody is in two places.

    Raises:
        InputError: what is given is no schedule.
    """
    if not isinstance(schedule, Schedule):
        raise InputError(Problem("type", "schedule", f"found {type(schedule).__name__}, expected a Schedule"))
    found = list(_wrong_matches(matching, schedule))
    known = frozenset(cohort.people.ids)
    for plan in schedule.plans:
        if known.issuperset((plan.match.mentor, *plan.match.mentees)):
            found += _wrong_plan(cohort, schedule.settings, plan)
    return [*found, *_overlaps(schedule)]


def _wrong_matches(matching: Matching, schedule: Schedule) -> Iterator[Violation]:
    dated, left = [plan.match for plan in schedule.plans], [item.match for item in schedule.unplaced]
    given, told = (Counter((m.mentor, m.mentees, m.offer, m.topic) for m in some) for some in (matching, dated + left))
    for key in (given - told) + (told - given):
        side = "has no plan and no reason" if given[key] > told[key] else "is planned too often, or not in the matching"
        who = (key[0], *key[1])
        yield Violation("plan-match", f"the match of {' and '.join(who)} {side}", who)


def _wrong_plan(cohort: Cohort, settings: Settings, plan: Plan) -> Iterator[Violation]:
    form = format_of(plan.format, settings.formats)
    people = [cohort[who] for who in (plan.match.mentor, *plan.match.mentees)]
    names = tuple(person.id for person in people)
    if [meeting.minutes for meeting in plan.appointments] != [session.minutes for session in form.sessions]:
        yield Violation("plan-sessions", f"{plan.match.mentor}: not the sessions of {form.name}", names)
        return
    for meeting, session in zip(plan.appointments, form.sessions, strict=True):
        if session.mode not in {"either", meeting.mode} or not _can_meet(people, meeting):
            yield Violation("plan-mode", f"{plan.match.mentor}: a session is {meeting.mode or 'nowhere'}", names)
        for person in people:
            if not _free(person, settings, meeting):
                yield Violation("plan-time", f"{person.id} is not free from {_shown(meeting)}", (person.id,))
    zone = ZoneInfo(people[0].timezone or settings.zone)
    for gap, (earlier, later) in zip(form.gaps, pairwise(plan.appointments), strict=True):
        days = (_wall(later.start, zone).date() - _wall(earlier.start, zone).date()).days
        if not gap.least <= days <= gap.most or later.start < earlier.end:
            text = f"{plan.match.mentor}: {days} days between two sessions, expected {gap.least} to {gap.most}"
            yield Violation("plan-gap", text, names)


def _can_meet(people: list[Participant], meeting: Appointment) -> bool:
    if meeting.mode not in {"virtual", "in_person"} or not all(meeting.mode in person.modes for person in people):
        return False
    return meeting.mode == "virtual" or (meeting.site != "" and all(person.site == meeting.site for person in people))


def _free(person: Participant, settings: Settings, meeting: Appointment) -> bool:
    """Whether every minute is in a window, on a date that is open, and not taken."""
    zone = ZoneInfo(person.timezone or settings.zone)
    windows = settings.hours if person.availability is None else _week(person.availability)
    first, last = START.date() + dt.timedelta(days=settings.start), START.date() + dt.timedelta(days=settings.end)
    closed = {START.date() + dt.timedelta(days=day) for day in settings.blackout}
    for low, high in settings.busy.get(person.id, ()):
        if low - settings.buffer < meeting.end and meeting.start < high + settings.buffer:
            return False
    for minute in range(meeting.start, meeting.end):
        wall = _wall(minute, zone)
        clock = wall.hour * 60 + wall.minute
        if not first <= wall.date() <= last or wall.date() in closed:
            return False
        if not any(w.day == wall.weekday() and w.start <= clock < w.end for w in windows):
            return False
    return True


@lru_cache(maxsize=4096)
def _week(text: Any) -> tuple[Window, ...]:
    return parse_week(text)


def _wall(minute: int, zone: ZoneInfo) -> dt.datetime:
    return (START + dt.timedelta(minutes=minute)).astimezone(zone)


def _shown(meeting: Appointment) -> str:
    return f"{meeting.begins():%Y-%m-%d %H:%M} UTC, {meeting.minutes} minutes"


def _overlaps(schedule: Schedule) -> Iterator[Violation]:
    held: dict[str, list[tuple[int, int]]] = {}
    for plan in schedule.plans:
        for meeting in plan.appointments:
            for who in (plan.match.mentor, *plan.match.mentees):
                held.setdefault(who, []).append((meeting.start, meeting.end + schedule.settings.buffer))
    for who, times in held.items():
        if any(later[0] < earlier[1] for earlier, later in pairwise(sorted(times))):
            yield Violation("plan-overlap", f"{who} has two sessions at once", (who,))
