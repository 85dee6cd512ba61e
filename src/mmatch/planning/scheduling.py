"""schedule(): a matching into dates, component by component; every match without dates gets a reason."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import DAY, common, day_of, day_text, instant, parse_week, starts, zone_of
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.formats import Format, Gap
from mmatch.matching import Match, Matching, Status
from mmatch.planning.calendars import Calendars, Task, task_of
from mmatch.planning.placing import Dates, alone, components, cost, place
from mmatch.planning.plans import Appointment, Due, Plan, Schedule, Settings, Unplaced
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from mmatch.people import Cohort

Busy = Mapping[str, Iterable[tuple[str, str]]]
LONGER = (7, 14, 28, 56)  # days by which a later end is tried
MOST_DAYS = 3 * 366


def schedule(  # noqa: PLR0913 - one keyword for each kind of wish, as a coordinator names them
    cohort: Cohort,
    program: Program,
    matching: Matching,
    *,
    start: dt.date | str,
    end: dt.date | str,
    zone: str = "UTC",
    hours: str = "Mon-Fri 9-17",
    grain: int = 30,
    buffer: int = 0,
    blackout: Iterable[dt.date | str] = (),
    busy: Busy | None = None,
    formats: Iterable[Format] = (),
    time_limit: float | None = None,
) -> Schedule:
    """Give every match the dates of its sessions: everybody free, nobody in two places, gaps kept, as early as can be.

    As many matches as possible get dates. Then the sum over matches is least of the minutes until their first session
    and a day for each day by which a gap misses its target. Matches that share no people, directly or through others,
    are independent; each such component is solved to the end, so the whole is the best there is, unless a time limit
    stops it.

    Args:
        cohort: people with ``availability`` (weekly windows in local wall time), ``timezone``, ``modes`` and ``site``.
        program: its format holds where the mentees of a match do not all ask for another one.
        matching: who meets whom.
        start: first date on which people can meet, local to each of them.
        end: last date.
        zone: of people who state none.
        hours: weekly windows of people who state none.
        grain: sessions start at multiples of so many minutes (UTC).
        buffer: minutes that people need between two sessions, and around what makes them busy.
        blackout: dates on which nobody meets, local to each person.
        busy: {id: [(from, to), …]}, as times with an offset, such as "2027-01-11T09:00+01:00".
        formats: a program's own formats, beside those that ship.
        time_limit: seconds; None is no limit.

    Returns:
        A `Schedule`: plans, and each match without dates with the reason and the smallest change tried that helps.

    Raises:
        InputError: arguments of another form, people or formats that nobody knows, windows that are none.
    """
    check_question(cohort, program)
    settings = _settings(cohort, (start, end), (zone, hours, grain, buffer), (blackout, busy or {}, formats))
    matches = _matches(cohort, matching)
    deadline = None if time_limit is None else time.monotonic() + _seconds(time_limit)
    calendars = Calendars(cohort, settings)
    tasks = [task_of(match, _format_name(cohort, program, match), calendars) for match in matches]
    origin = settings.start * DAY
    dates: list[Dates | None] = [None] * len(tasks)
    most, least, exact = 0, 0, True
    for numbers in components(tasks):
        left = None if deadline is None else deadline - time.monotonic()
        found = place([tasks[k] for k in numbers], origin, left)
        most, least, exact = most + found.bound[0], least + found.bound[1], exact and found.exact
        for k, chosen in zip(numbers, found.dates, strict=True):
            dates[k] = chosen
    placed = [(task, chosen) for task, chosen in zip(tasks, dates, strict=True) if chosen is not None]
    value = len(placed), -sum(cost(task, chosen, origin) for task, chosen in placed)
    return Schedule(
        tuple(_plan(task, chosen) for task, chosen in placed),
        tuple(_unplaced(task, calendars) for task, chosen in zip(tasks, dates, strict=True) if chosen is None),
        Status.OPTIMAL if exact else Status.FEASIBLE,
        value,
        value if exact else (most, -least),
        settings,
    )


# -- arguments --------------------------------------------------------------------------------------------------------


def _settings(
    cohort: Cohort, span: tuple[Any, Any], plain: tuple[Any, Any, Any, Any], more: tuple[Any, Any, Any]
) -> Settings:
    first, last = day_of(span[0], "start"), day_of(span[1], "end")
    zone, hours, grain, buffer = plain
    blackout, busy, formats = more
    problems = Problems()
    if not first <= last < first + MOST_DAYS:
        text = f"found {day_text(last)}, expected a date from {day_text(first)}, at most {MOST_DAYS} days later"
        problems.add("date", "end", text)
    for name, value, least in (("grain", grain, 1), ("buffer", buffer, 0)):
        if type(value) is not int or not least <= value <= DAY:
            problems.add("argument", name, f"found {excerpt(value)}, expected whole minutes from {least} to {DAY}")
    own = {form.name: form for form in formats if isinstance(form, Format)}
    problems.raise_any()
    return Settings(
        start=first,
        end=last,
        zone=zone_of(zone, "zone").key,
        hours=parse_week(hours, "hours"),
        grain=grain,
        buffer=buffer,
        blackout=frozenset(day_of(day, "blackout") for day in blackout),
        busy=MappingProxyType({_known(cohort, who, "busy"): _busy(times, who) for who, times in dict(busy).items()}),
        formats=MappingProxyType(own),
    )


def _busy(times: Iterable[tuple[str, str]], who: str) -> tuple[tuple[int, int], ...]:
    found = []
    for pair in times:
        low, high = (instant(text, None, f"busy of {who}") for text in pair)
        if not low < high:
            text = f"found {excerpt(pair)}, which ends before it has begun"
            raise InputError(Problem("time", f"busy of {who}", text))
        found.append((low, high))
    return tuple(found)


def _known(cohort: Cohort, who: Any, where: str) -> str:
    if who not in cohort:
        raise InputError(Problem("unknown-id", where, f"nobody has the id {excerpt(who)}"))
    return str(who)


def _seconds(time_limit: Any) -> float:
    if type(time_limit) not in {int, float} or not 0 <= time_limit < 10**9:
        raise InputError(Problem("argument", "time_limit", f"found {excerpt(time_limit)}, expected seconds, or None"))
    return float(time_limit)


def _matches(cohort: Cohort, matching: Any) -> list[Match]:
    """The matches in an order that does not depend on how they were given."""
    if not isinstance(matching, Matching):
        text = f"found {type(matching).__name__}, expected a Matching"
        raise InputError(Problem("type", "matching", text, "write result.matching"))
    for match in matching:
        for who in (match.mentor, *match.mentees):
            _known(cohort, who, "matching")
    return sorted(matching, key=lambda match: (match.mentor, match.offer, match.mentees))


def _format_name(cohort: Cohort, program: Program, match: Match) -> str:
    """The format that all mentees of a match ask for, else the program's."""
    asked = {
        next((r.format for r in cohort[who].requests if r.topic == topic), None)
        for who, topic in zip(match.mentees, match.requested or (match.topic,) * len(match.mentees), strict=True)
    }
    return (asked.pop() if len(asked) == 1 else None) or program.format


# -- plans ------------------------------------------------------------------------------------------------------------


def _plan(task: Task, dates: Dates) -> Plan:
    """The dates of one match, and what is due before, between and after."""
    meetings = tuple(
        Appointment(at, session.minutes, mode, task.site if mode == "in_person" else "")
        for at, session, mode in zip(dates, task.format.sessions, task.modes, strict=True)
    )
    return Plan(task.match, task.format.name, meetings, tuple(_dues(task.format, meetings)))


def _dues(form: Format, meetings: tuple[Appointment, ...]) -> Iterator[Due]:
    if form.before:
        yield Due("reflect", "mentee", meetings[0].start - form.before.days * DAY, "; ".join(form.before.questions))
    for gap, earlier, later in zip(form.gaps, meetings, meetings[1:], strict=False):
        for touch in gap.touchpoints:
            send = earlier.end + (later.start - earlier.end) // 2
            answer = min(_working(send, touch.answer_days), later.start - touch.lead_days * DAY)
            yield Due("send", "mentee", min(send, answer), touch.mentee_sends)
            yield Due("answer", "mentor", answer, touch.mentor_sends)
    if form.after:
        yield Due("reflect", "mentee", meetings[-1].end + form.after.days * DAY, "; ".join(form.after.questions))


def _working(minute: int, days: int) -> int:
    """So many days from Monday to Friday (UTC) later, at the same time of day."""
    while days:
        minute += DAY
        days -= (minute // DAY + 3) % 7 < 5
    return minute


# -- reasons ----------------------------------------------------------------------------------------------------------


def _unplaced(task: Task, calendars: Calendars) -> Unplaced:
    """Why a match has no dates: the first step of the funnel that leaves nothing."""
    reason = _reason(task, calendars)
    return Unplaced(task.match, reason, _relaxation(task, calendars))


def _reason(task: Task, calendars: Calendars) -> str:
    for number, (session, mode) in enumerate(zip(task.format.sessions, task.modes, strict=True), 1):
        if not mode:
            return (
                f"session {number} is to be {session.mode.replace('_', ' ')}: {_no_way(task, calendars, session.mode)}"
            )
    length, grain = max(session.minutes for session in task.format.sessions), calendars.settings.grain
    own = {who: len(starts(calendars.of(who), length, grain)) for who in task.people}
    empty = [who for who, count in own.items() if not count]
    if empty:
        return f"{' and '.join(empty)}: no free {length} minutes between the dates"
    if not all(map(len, task.starts)):
        counted = ", ".join(f"{who} could start {length} minutes at {count} times" for who, count in own.items())
        return f"{counted}; none in common{_who_apart(task, calendars, length)}"
    if alone(task, calendars.settings.start * DAY) is None:
        gaps = " and ".join(f"{gap.least} to {gap.most} days" for gap in task.format.gaps)
        return f"{len(task.starts[0])} times in common, but no {len(task.starts)} of them are {gaps} apart"
    return f"{len(task.starts[0])} times in common, all needed by other matches of the same people"


def _no_way(task: Task, calendars: Calendars, mode: str) -> str:
    people = [calendars.cohort[who] for who in task.people]
    unwilling = [person.id for person in people if mode in {"virtual", "in_person"} and mode not in person.modes]
    if unwilling:
        return f"{' and '.join(unwilling)} cannot meet so"
    where = ", ".join(f"{person.id} at {excerpt(person.site) if person.site else 'no site'}" for person in people)
    return f"no common site ({where})"


def _who_apart(task: Task, calendars: Calendars, length: int) -> str:
    """In a group, the first mentee who shares no time with the mentor."""
    if len(task.people) == 2:
        return ""
    mentor = calendars.of(task.people[0])
    apart = [
        who
        for who in task.people[1:]
        if not len(starts(common(mentor, calendars.of(who)), length, calendars.settings.grain))
    ]
    return f" ({' and '.join(apart)} with {task.people[0]})" if apart else ""


def _relaxation(task: Task, calendars: Calendars) -> str:
    """The first of a few changes under which the match alone could be dated."""
    settings = calendars.settings
    origin = settings.start * DAY
    if "" in task.modes:
        virtual = [replace(session, mode="either") for session in task.format.sessions]
        again = _with_format(task, calendars, replace(task.format, sessions=tuple(virtual)))
        return "let every session be virtual or in person" if alone(again, origin) else ""
    if alone(task, origin) is not None:
        return "let a mentor or mentee with several matches be free at more times"
    if task.format.gaps and task.open:
        wide = tuple(Gap(0, gap.target, max(gap.most, settings.end - settings.start)) for gap in task.format.gaps)
        if alone(_with_format(task, calendars, replace(task.format, gaps=wide)), origin):
            return "allow shorter and longer gaps"
    for days in LONGER:
        later = Calendars(calendars.cohort, replace(settings, end=settings.end + days))
        if alone(task_of(task.match, task.format.name, later), origin):
            return f"end {days} days later, on {day_text(settings.end + days)}"
    return ""


def _with_format(task: Task, calendars: Calendars, form: Format) -> Task:
    own = {**calendars.settings.formats, form.name: form}
    settings = replace(calendars.settings, formats=MappingProxyType(own))
    return task_of(task.match, form.name, Calendars(calendars.cohort, settings))


__all__ = ["schedule"]
