"""Windows that mean another length on some date, because clocks go forward or back within them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.availability import day_text, expand
from mmatch.errors import expect
from mmatch.planning.calendars import Calendars
from mmatch.planning.plans import Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.cohort import Cohort


@dataclass(frozen=True, slots=True)
class ClockChange:
    """A window of a person on a date on which it loses minutes ("missing"), or has some twice ("doubled")."""

    who: str
    date: str
    window: str
    kind: str


def clock_changes(cohort: Cohort, schedule: Schedule) -> tuple[ClockChange, ...]:
    """Whose hours are shorter or longer on which dates of a schedule, because clocks change within them.

    Sessions are placed right all the same: a skipped hour is in no window, an hour that comes twice is in it twice.
    This is for telling people.

    Args:
        cohort: the people of the schedule.
        schedule: its dates and its people, with or without sessions.

    Returns:
        In the order of ids and dates.

    Raises:
        InputError: no schedule.
    """
    expect(schedule, Schedule, "schedule")
    calendars = Calendars(cohort, schedule.settings)
    matches = [plan.match for plan in schedule.plans] + [item.match for item in schedule.unplaced]
    people = {who for match in matches for who in (*match.mentors, *match.mentees)}
    return tuple(item for who in sorted(people & set(cohort.people.ids)) for item in _of(who, calendars))


def _of(who: str, calendars: Calendars) -> Iterator[ClockChange]:
    """The changes within the weekly windows of one person; a date with hours of its own, or closed, has none."""
    settings, diary = calendars.settings, calendars.diary(who)
    first, last = day_text(settings.start), day_text(settings.end)
    free = expand(calendars.windows(calendars.person(who)), calendars.zone(who), first, last)
    other = {day_text(day) for day in settings.blackout.union(diary.blackout, diary.dates)}
    found = [(date, str(window), "missing") for date, window in free.missing]
    found += [(date, str(window), "doubled") for date, window in free.doubled]
    yield from (ClockChange(who, *item) for item in sorted(found) if item[0] not in other)
