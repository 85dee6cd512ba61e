"""Other dates for one plan while all others stay: what people choose from when a first date does not suit them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, excerpt, expect
from mmatch.scheduling.feasibility import Rooms, fits
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.insertion import Surroundings
from mmatch.scheduling.new_schedules import plan_of
from mmatch.scheduling.plans import Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import Settings, key_of
from mmatch.scheduling.single_match import IMPOSSIBLE, dates_from, onward_costs
from mmatch.scheduling.tasks import Task, task_of

MOST = 1000


def suggest(cohort: Cohort, schedule: Schedule, plan: Plan, k: int = 3) -> tuple[Plan, ...]:
    """Suggest up to k other dates for one plan, the best first, while all other plans stay as they are.

    Each begins at another time. Every suggestion is valid: everybody is free, and all rules of the
    schedule are kept. Use it for one match at a time: two suggestions for two matches may need the same hour.

    Args:
        cohort: the same people as for the schedule.
        schedule: all plans.
        plan: one of them; or a match without dates as ``mm.scheduling.Plan(match, format, ())``, to see whether a
            change of others has made dates possible.
        k: how many.

    Returns:
        Plans with dates and what is due, fewer than k where there are no more.

    Raises:
        InputError: a plan that is not in the schedule, or no number from 1 to 1000.
    """
    if type(k) is not int or not 1 <= k <= MOST:
        raise InputError(Problem("argument", "k", f"found {excerpt(k)}, expected a whole number from 1 to {MOST}"))
    expect(schedule, Schedule, "schedule")
    matches = [item.match for item in schedule.plans] + [item.match for item in schedule.unplaced]
    if getattr(plan, "match", None) not in matches:
        raise InputError(Problem("type", "plan", "expected one of schedule.plans"))
    free_time, settings = FreeTime(cohort, schedule.settings), schedule.settings
    others = [
        other
        for other in schedule.plans
        if other.match != plan.match
        and (not set(plan.people).isdisjoint(other.people) or any(m.site in settings.rooms for m in other.sessions))
    ]
    around = Surroundings(
        [_as_task(other, free_time) for other in others],
        [tuple(session.start for session in other.sessions) for other in others],
        [Rooms(site, len(names)) for site, names in settings.rooms.items()],
    )
    task = task_of(plan.match, plan.format, free_time)
    now = plan.sessions[0].start if plan.sessions else None
    found: list[Plan] = []
    left = around.left_for(task)
    costs = onward_costs(left) if left.is_open else [np.zeros(0, dtype=np.int64)]
    for place in np.lexsort((left.starts[0], costs[0])).tolist() if left.is_open else ():
        if len(found) == k or costs[0][place] >= IMPOSSIBLE:
            break
        dates = dates_from(left, place, costs)
        if dates[0] != now and fits([*around.tasks, task], [*around.dates, dates], around.rooms):
            other = plan_of(task, dates, free_time)
            sessions = tuple(replace(m, room=_free_room(m, others, settings)) for m in other.sessions)
            found.append(replace(other, sessions=sessions))
    return tuple(found)


def _as_task(plan: Plan, free_time: FreeTime) -> Task:
    """A plan as a task that has its dates and no others."""
    settings, key, sessions = free_time.settings, key_of(plan.match), plan.sessions
    kept = {key: {k: session.start for k, session in enumerate(sessions)}}
    task = task_of(plan.match, plan.format, free_time.under(replace(settings, kept=kept), same=True))
    return replace(
        task,
        modes=tuple(session.mode for session in sessions),
        sites=tuple(session.site for session in sessions),
        fixed=tuple(k in settings.kept.get(key, {}) for k in range(len(sessions))),
    )


def _free_room(session: Session, others: list[Plan], settings: Settings) -> str:
    """The first room that no other plan takes meanwhile; the empty text where the site has no list of rooms."""
    taken = {
        other.room
        for plan in others
        for other in plan.sessions
        if other.site == session.site and other.start < session.end and session.start < other.end
    }
    return next((name for name in settings.rooms.get(session.site, ()) if name not in taken), "")
