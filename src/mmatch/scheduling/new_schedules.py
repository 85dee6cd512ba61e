"""A matching turned into dates: `schedule`, and how a schedule is put together."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import add
from types import MappingProxyType

import numpy as np

from mmatch.availability import DAY
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem
from mmatch.formats import Format, Reflection
from mmatch.matching import Status
from mmatch.result import Result, check_answer
from mmatch.scheduling.dates_by_component import RunLimits, place_all
from mmatch.scheduling.feasibility import Chosen, Rooms, placed_sessions, total
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.insertion import Surroundings
from mmatch.scheduling.plans import Due, Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import Dates, Key, format_name, key_of, settings_of
from mmatch.scheduling.single_match import Starts
from mmatch.scheduling.tasks import Task, task_of
from mmatch.scheduling.undated import unplaced

Vector = tuple[int, ...]
RoomNames = Mapping[tuple[Key, int], str]  # the room of session k of a match
NO_ROOMS: RoomNames = MappingProxyType({})


def schedule(  # noqa: PLR0913 - the front door: the contract names these
    cohort: Cohort,
    result: Result,
    dates: Dates | None = None,
    *,
    start: dt.date | str | None = None,
    end: dt.date | str | None = None,
    time_limit: float | None = None,
    cancel: threading.Event | None = None,
    on_interrupt: str = "raise",
) -> Schedule:
    """Give every match dates for its sessions: everybody is free, nobody is in two places, gaps are kept.

    As many matches as possible get dates. Among those schedules the one that misses the wishes least is chosen: by
    default the minutes until the first session, a day for each day by which a gap misses its target, and a day for each
    late evening. Matches that share neither people nor rooms, directly or through others, are independent. Each such
    component is solved to the end, so that no schedule is better, unless a time limit stops the run, or a component is
    too large (more than 120 matches, or 12 that share rooms): then the status may be FEASIBLE, and ``bound`` is what no
    schedule can exceed.

    Args:
        cohort: people with ``availability`` (weekly windows in local time), ``timezone``, ``modes`` and ``site``.
        result: who meets whom; the format of its program is used unless all mentees of a match request another one.
        dates: what is requested of the calendar.
        start: first date on which people can meet, where nothing else is requested.
        end: last date, likewise.
        time_limit: seconds; None is no limit.
        cancel: an event that stops the run when it is set.
        on_interrupt: at Ctrl-C "raise" KeyboardInterrupt, or "return" the best dates so far.

    Returns:
        A `Schedule`: plans, and each match without dates with the reason and the smallest change tried that helps.

    Raises:
        InputError: arguments of another form, unknown people, sites or formats.
        NoMatchingError: where the result has no matching.
    """
    check_answer(cohort, result)
    matches = sorted(result.matching, key=key_of)
    if dates is None and start is not None and end is not None:
        dates, start, end = Dates(start=start, end=end), None, None
    if not isinstance(dates, Dates) or start is not None or end is not None:
        text = f"found {type(dates).__name__}, expected mm.Dates(start=…, end=…), or start= and end= alone"
        raise InputError(Problem("argument", "dates", text))
    settings = settings_of(cohort, matches, dates, result.program)
    limits = RunLimits.of(time_limit, cancel, on_interrupt)
    free_time = FreeTime(cohort, settings)
    tasks = [task_of(match, format_name(cohort, result.program, match), free_time) for match in matches]
    return replace(assembled(tasks, free_time, limits), question=result.proof.digest)


# -- how it is put together -------------------------------------------------------------------------------------------


def assembled(
    tasks: Sequence[Task],
    free_time: FreeTime,
    limits: RunLimits,
    vector_of: Callable[[int], Vector] = lambda price: (-price,),
    previous_rooms: RoomNames = NO_ROOMS,
) -> Schedule:
    """The schedule of some tasks; ``vector_of`` gives a price as numbers of which more is better, the first ones first.

    Value and bound are summed over components; what Ctrl-C leaves undone stays without dates.
    """

    def added(known: Vector, placed: int, price: int) -> Vector:
        return tuple(map(add, known, (placed, *vector_of(price))))

    settings = free_time.settings
    rooms = [Rooms(site, len(names)) for site, names in settings.rooms.items()]
    dates: list[Chosen] = [None] * len(tasks)
    value = bound = (0, *vector_of(0))
    exact, left = True, len(tasks)
    try:
        for numbers, found in place_all(tasks, rooms, limits):
            for k, chosen in zip(numbers, found.dates, strict=True):
                dates[k] = chosen
            value = added(value, *total([tasks[k] for k in numbers], found.dates))
            bound = added(bound, *found.bound)
            exact, left = exact and found.exact, left - len(numbers)
    except KeyboardInterrupt:
        if not limits.returns:
            raise
        limits.interrupted = True
        exact, bound = False, added(bound, left, 0)
    stopped = None if exact else limits.stopped()
    names = _room_names(tasks, dates, settings.rooms, previous_rooms)
    others = Surroundings(tasks, dates, rooms)
    rows = list(zip(tasks, dates, strict=True))
    return Schedule(
        tuple(plan_of(task, chosen, free_time, names) for task, chosen in rows if chosen is not None),
        tuple(unplaced(task, free_time, others, stopped) for task, chosen in rows if chosen is None),
        Status.OPTIMAL if exact else Status.FEASIBLE,
        value,
        value if exact else bound,
        settings,
        stopped,
    )


def _room_names(
    tasks: Sequence[Task], dates: Sequence[Chosen], rooms: Mapping[str, tuple[str, ...]], previous: RoomNames
) -> RoomNames:
    """A room for each session in person, where a site has rooms: the one it had, else the first that is free.

    In the order of their starts as many rooms suffice as sessions overlap, so one is always free.
    """
    found: dict[tuple[Key, int], str] = {}
    until: dict[tuple[str, str], int] = defaultdict(lambda: -(2**62))
    for session in sorted(placed_sessions(tasks, dates), key=lambda s: (s.start, key_of(s.task.match), s.k)):
        site, key = session.site, (key_of(session.task.match), session.k)
        free = [name for name in rooms.get(site, ()) if until[site, name] <= session.start]
        if free:
            found[key] = previous[key] if previous.get(key) in free else free[0]
            until[site, found[key]] = session.end
    return found


def plan_of(task: Task, dates: Starts, free_time: FreeTime, rooms: RoomNames = NO_ROOMS) -> Plan:
    """The dates of one match, and what is due before, between and after."""
    key = key_of(task.match)
    sessions = tuple(
        Session(at, spec.minutes, mode, site, rooms.get((key, k), ""), place=spec.place or _place(task, mode, site))
        for k, (at, spec, mode, site) in enumerate(
            zip(dates, task.format.sessions, task.modes, task.sites, strict=True)
        )
    )
    return Plan(task.match, task.format.name, sessions, tuple(_dues(task.format, sessions, free_time)))


def _place(task: Task, mode: str, site: str) -> str:
    """The address of a site, or the mentor's link, or the one for everybody."""
    links = task.settings.links
    return (
        task.settings.places.get(site, "") if mode == "in_person" else links.get(task.match.mentor, links.get("", ""))
    )


def _dues(form: Format, sessions: tuple[Session, ...], free_time: FreeTime) -> Iterator[Due]:
    yield from _thoughts(form.before, sessions[0].start - form.before.days * DAY if form.before else 0)
    for gap, earlier, later in zip(form.gaps, sessions, sessions[1:], strict=False):
        for touch in gap.touchpoints:  # the mentee sends by half the time, or earlier where the mentor needs the rest
            answered = partial(_answered, touch.answer_days, free_time)
            last = later.start - touch.lead_days * DAY
            send = earlier.end + (later.start - earlier.end) // 2
            while send > earlier.end and answered(send) > last:
                send = max(send - DAY, earlier.end)
            yield Due("send", "mentee", send, touch.mentee_sends)
            yield Due("answer", "mentor", max(min(answered(send), last), send), touch.mentor_sends)
            if touch.mentee_then:
                yield Due("do", "mentee", later.start, touch.mentee_then)
        if gap.reflection:
            yield from _thoughts(gap.reflection, min(earlier.end + gap.reflection.days * DAY, later.start))
    yield from _thoughts(form.after, sessions[-1].end + form.after.days * DAY if form.after else 0)
    if form.follow_up:
        send = sessions[-1].end + form.follow_up.days * DAY
        yield Due("send", "mentee", send, form.follow_up.mentee_sends)
        answer = _answered(form.follow_up.answer_days, free_time, send)
        yield Due("answer", "mentor", answer, form.follow_up.mentor_sends)


def _thoughts(reflection: Reflection | None, by: int) -> Iterator[Due]:
    """The questions of a reflection, for each role that has some."""
    if reflection:
        for who, questions in (("mentee", reflection.questions), ("mentor", reflection.mentor_questions)):
            if questions:
                yield Due("reflect", who, by, "; ".join(questions))


def _answered(days: int, free_time: FreeTime, minute: int) -> int:
    """When so many working days (UTC) of the mentor are over, at the same time of day."""
    return int(free_time.later(np.array([minute // DAY]), days)[0]) * DAY + minute % DAY
