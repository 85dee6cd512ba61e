"""Other dates for one plan while all others stay: what people choose from when the first proposal does not suit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import InputError, Problem, excerpt, expect
from mmatch.formats import format_of
from mmatch.scheduling.components import without
from mmatch.scheduling.feasibility import Chosen, Room, fits, held
from mmatch.scheduling.free_time import Calendars, Task, task_of
from mmatch.scheduling.new_schedules import with_dues
from mmatch.scheduling.plans import Plan, Schedule, Session, key_of
from mmatch.scheduling.single_match import FAR, along, onwards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.people import Cohort
    from mmatch.scheduling.plans import Settings
    from mmatch.scheduling.single_match import Dates

MOST = 1000


def suggest(cohort: Cohort, schedule: Schedule, plan: Plan, k: int = 3) -> tuple[Plan, ...]:
    """Up to k other dates for one plan, the best first, while all other plans stay as they are.

    Each begins at another time. All of them can be held: everybody is free, and nothing that the schedule keeps is
    broken. Ask one match at a time: two suggestions for two matches may need the same hour.

    Args:
        cohort: the same people as for the schedule.
        schedule: all plans.
        plan: one of them; or a match without dates as ``mm.Plan(match, format, ())``, for what a change of others
            has made possible.
        k: how many.

    Returns:
        Plans with dates and what is due, fewer than k where there are no more.

    Raises:
        InputError: no plan of the schedule's, or no number from 1 to 1000.
    """
    if type(k) is not int or not 1 <= k <= MOST:
        raise InputError(Problem("argument", "k", f"found {excerpt(k)}, expected a whole number from 1 to {MOST}"))
    expect(schedule, Schedule, "schedule")
    matches = [item.match for item in schedule.plans] + [item.match for item in schedule.unplaced]
    if getattr(plan, "match", None) not in matches:
        raise InputError(Problem("type", "plan", "expected one of schedule.plans"))
    calendars = Calendars(cohort, schedule.settings)
    others = [other for other in schedule.plans if other.match != plan.match]
    tasks, dates = placed_tasks(list(_near(plan, others, schedule.settings)), calendars)
    rooms = [Room(site, len(names)) for site, names in schedule.settings.rooms.items()]
    task = task_of(plan.match, plan.format, calendars)
    now = plan.sessions[0].start if plan.sessions else None
    found = _ranked(task, (tasks, dates, rooms), now, k)
    return tuple(_plan(task, chosen, others, calendars) for chosen in found)


def _near(plan: Plan, others: list[Plan], settings: Settings) -> Iterator[Plan]:
    """The other plans that can be in the way: of the same people, or in rooms that others want, too."""
    people = set(plan.people)
    for other in others:
        if not people.isdisjoint(other.people) or any(m.site in settings.rooms for m in other.sessions):
            yield other


def placed_tasks(plans: list[Plan], calendars: Calendars) -> tuple[list[Task], list[Chosen]]:
    """The tasks of plans, each with the starts that it has."""
    tasks = [as_task(plan, calendars) for plan in plans]
    return tasks, [tuple(meeting.start for meeting in plan.sessions) for plan in plans]


def as_task(plan: Plan, calendars: Calendars) -> Task:
    """A plan as a task that holds its dates and nothing else."""
    settings = calendars.settings
    kept = {key_of(plan.match): {k: meeting.start for k, meeting in enumerate(plan.sessions)}}
    fixed = calendars.under(replace(settings, kept=kept), same=True)
    task = task_of(plan.match, plan.format, fixed)
    modes = tuple(meeting.mode for meeting in plan.sessions)
    sites = tuple(meeting.site for meeting in plan.sessions)
    before = settings.kept.get(key_of(plan.match), {})
    return replace(task, modes=modes, sites=sites, fixed=tuple(k in before for k in range(len(modes))))


def _ranked(
    task: Task, company: tuple[list[Task], list[Chosen], list[Room]], now: int | None, most: int
) -> list[Dates]:
    """The cheapest dates from each start of the first session, cheapest first, the present start left out."""
    tasks, dates, rooms = company
    left = without(task, list(held(tasks, dates)), rooms)
    if not left.open:
        return []
    least = onwards(left)
    found: list[Dates] = []
    for place in np.lexsort((left.starts[0], least[0])).tolist():
        if least[0][place] >= FAR or len(found) == most:
            break
        chosen = along(left, place, least)
        if chosen[0] != now and fits([*tasks, task], [*dates, chosen], rooms):
            found.append(chosen)
    return found


def _plan(task: Task, dates: Dates, others: list[Plan], calendars: Calendars) -> Plan:
    """A plan with these dates, in rooms that others leave."""
    meetings = tuple(
        Session(at, session.minutes, task.modes[k], task.sites[k])
        for k, (at, session) in enumerate(zip(dates, task.format.sessions, strict=True))
    )
    settings = calendars.settings
    housed = tuple(replace(meeting, room=free_room(meeting, others, settings)) for meeting in meetings)
    form = format_of(task.format.name, settings.formats)
    return with_dues(Plan(task.match, task.format.name, housed), form, calendars)


def free_room(meeting: Session, others: list[Plan], settings: Settings) -> str:
    """The first room that no other plan takes meanwhile; the empty text where the site has no list of rooms."""
    taken = {
        other.room
        for plan in others
        for other in plan.sessions
        if other.site == meeting.site and other.start < meeting.end and meeting.start < other.end
    }
    return next((name for name in settings.rooms.get(meeting.site, ()) if name not in taken), "")
