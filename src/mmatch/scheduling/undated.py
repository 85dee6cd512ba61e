"""Why a match has no dates, step by step, and the smallest change, of those that are tried, that would give it some."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from mmatch.availability import Intervals, common, day_text, local_time, starts
from mmatch.errors import excerpt
from mmatch.formats import Format, Gap
from mmatch.scheduling.diaries import CAPS, FREE
from mmatch.scheduling.free_time import FreeTime, session_starts, shared_time
from mmatch.scheduling.insertion import Surroundings, inserted
from mmatch.scheduling.plans import Unplaced
from mmatch.scheduling.schedule_settings import key_of
from mmatch.scheduling.single_match import cheapest_dates
from mmatch.scheduling.tasks import Task, task_of

WIDER = (30, 60, 120)  # minutes by which windows are widened
GAPS = (1, 2, 4, 7)  # days by which gaps are loosened
GRAINS = (15, 10, 5, 1)  # minutes that are tried where sessions could begin, but for the grain
LONGER = (7, 14, 28, 56)  # days by which a later end is tried
Step = tuple[str, int]
Change = tuple[str, dict[str, Any]]  # in words, and as arguments of `_helps`


def unplaced(task: Task, free_time: FreeTime, others: Surroundings, stopped: str | None = None) -> Unplaced:
    """A match without dates, with the first step that leaves no time, and the first change that would help."""
    faults = [(person, fault) for person in task.people if (fault := free_time.fault(person)) is not None]
    if faults:
        called = free_time.cohort.people.called
        reasons = [f"{called[person]}: availability cannot be understood: {fault.message}" for person, fault in faults]
        return Unplaced(task.match, "; ".join(reasons), faults[0][1].hint)
    others = others.near([task])
    steps = tuple(_elimination_steps(task, free_time, others))
    if stopped is not None and inserted(task, others) is not None:
        reason = f"not reached: {stopped.replace('_', ' ')}"
    else:
        reason = _reason(task, free_time, others, steps)
    changes = (text for text, change in _changes(task, free_time, others) if _helps(task, free_time, others, **change))
    several = "let a mentor or mentee with several matches be free at more times"
    relaxation = next(changes, several if cheapest_dates(task) is not None else "")
    return Unplaced(task.match, reason, relaxation, steps)


def _number_of_starts(task: Task, free: Intervals, free_time: FreeTime) -> int:
    """How many starts some free time has for the longest session."""
    return len(session_starts(task.people, task.longest, free, free_time))


# -- the reason -------------------------------------------------------------------------------------------------------


def _elimination_steps(task: Task, free_time: FreeTime, others: Surroundings) -> Iterator[Step]:
    """How many starts are left for the longest session, step by step."""
    for person in task.people:
        for step, left in free_time.steps(person):
            yield f"{free_time.cohort.people.called[person]}: {step}", _number_of_starts(task, left, free_time)
    shared = shared_time(task.people, free_time)
    yield "everybody together", _number_of_starts(task, shared, free_time)
    if key_of(task.match) in free_time.settings.pins:
        yield "pins", min(map(len, task.starts))
    yield "beside other matches", min(map(len, others.without_rooms().left_for(task).starts))
    if others.rooms:
        yield "with a room", min(map(len, others.left_for(task).starts))


def _reason(task: Task, free_time: FreeTime, others: Surroundings, steps: Sequence[Step]) -> str:
    """The first step that leaves nothing, in a sentence."""
    called = free_time.cohort.people.called
    for number, (session, mode) in enumerate(zip(task.format.sessions, task.modes, strict=True), 1):
        if not mode:
            wanted = session.mode.replace("_", " ")
            return f"session {number} is to be {wanted}: {_no_way_to_meet(task, free_time, session.mode)}"
    shared = shared_time(task.people, free_time)
    own = {called[who]: _number_of_starts(task, free_time.of(who), free_time) for who in task.people}
    empty = [who for who, count in own.items() if not count]
    if _only_off_the_grain(task, free_time):
        grain = free_time.settings.grain
        text = f"free for {task.longest} minutes together, but not from a multiple of {grain} minutes on"
        return f"{' and '.join(map(called.__getitem__, task.people))}: {text} (grain={grain})"
    if empty:
        return f"{' and '.join(empty)}: no free {task.longest} minutes between the dates{_last_step(empty, steps)}"
    if not _number_of_starts(task, shared, free_time):
        counted = ", ".join(f"{who} could start {task.longest} minutes at {count} times" for who, count in own.items())
        mentor, *mentees = task.people
        time = free_time.of(mentor)
        apart = [
            called[who] for who in mentees if not _number_of_starts(task, common(time, free_time.of(who)), free_time)
        ]
        detail = f" ({' and '.join(apart)} with {called[mentor]})" if apart and len(mentees) > 1 else ""
        return f"{counted}; none in common{detail}"
    if not all(map(len, task.starts)):
        pins, zone = free_time.settings.pins.get(key_of(task.match), {}), free_time.zone(task.people[0])
        texts = [
            f"session {k + 1} is pinned to {local_time(at, zone):%Y-%m-%d %H:%M}" for k, at in sorted(pins.items())
        ]
        return f"{' and '.join(texts)}, when not everybody is free"
    what = _gaps_too_narrow(task, free_time) if cheapest_dates(task) is None else _taken_by_others(task, others, called)
    return f"{len(task.starts[0])} times in common, {what}"


def _only_off_the_grain(task: Task, free_time: FreeTime) -> bool:
    """Whether everybody has time together, but sessions may not begin then."""
    shared = shared_time(task.people, free_time)
    return bool(len(starts(shared, task.longest))) and not _number_of_starts(task, shared, free_time)


def _last_step(empty: Sequence[str], steps: Sequence[Step]) -> str:
    """The step that took the last time of somebody who had some."""
    for person in empty:
        own = [(name.removeprefix(f"{person}: "), count) for name, count in steps if name.startswith(f"{person}: ")]
        for (_, before), (name, count) in pairwise(own):
            if before and not count:
                return f": {name} of {person} leave{'s' if name.startswith('a ') else ''} none of {before} times"
    return ""


def _gaps_too_narrow(task: Task, free_time: FreeTime) -> str:
    gaps = " and ".join(
        f"{gap.least} to {gap.most} {'working ' if gap.working else ''}days" for gap in task.format.gaps
    )
    text = f"but no {len(task.starts)} of them are {gaps} apart"
    plain = tuple(replace(gap, touchpoints=()) for gap in task.format.gaps)
    again = free_time.under(replace(free_time.settings, formats=_formats(task, gaps=plain)), same=True)
    if cheapest_dates(task_of(task.match, task.format.name, again)) is not None:
        return f"{text} and leave the time that touchpoints need"
    return text


def _taken_by_others(task: Task, others: Surroundings, called: Mapping[str, str]) -> str:
    """What other matches take of a match that could have dates on its own."""
    if others.rooms and inserted(task, others.without_rooms()) is not None:
        sites = " and ".join(sorted({site for site in task.sites if site}))
        return f"but no room at {sites} is left"
    unlimited = replace(task, limits=())
    if task.limits and cheapest_dates(others.without_rooms().left_for(unlimited)) is not None:
        people = " and ".join(dict.fromkeys(called[limit.person] for limit in task.limits))
        return f"but {people} would have more sessions than the limit"
    return "all needed by other matches of the same people"


def _no_way_to_meet(task: Task, free_time: FreeTime, mode: str) -> str:
    people, called = [free_time.person(person) for person in task.people], free_time.cohort.people.called
    unwilling = [
        called[person.id] for person in people if mode in {"virtual", "in_person"} and mode not in person.modes
    ]
    if unwilling:
        return f"{' and '.join(unwilling)} cannot meet so"
    ways = set.intersection(*(set(person.modes) for person in people))
    if not ways:
        restrictions = (f"{called[p.id]} meets only {' or '.join(sorted(p.modes)).replace('_', ' ')}" for p in people)
        return ", ".join(restrictions)
    where = ", ".join(
        f"{called[person.id]} at {excerpt(person.site) if person.site else 'no site'}" for person in people
    )
    return f"no common site ({where})"


# -- what would help ---------------------------------------------------------------------------------------------------


def _helps(
    task: Task,
    free_time: FreeTime,
    others: Surroundings,
    *,
    wider: Mapping[str, int] | None = None,
    rooms_at: str = "",
    **settings: Any,
) -> bool:
    """Whether there are dates with longer windows, with one room more, or under other settings."""
    if rooms_at:
        rooms = [replace(site, number=site.number + (site.site == rooms_at)) for site in others.rooms]
        return inserted(task, replace(others, rooms=rooms)) is not None
    again = free_time.under(replace(free_time.settings, **settings), wider, same=settings.keys() <= {"formats"})
    least = min(session.minutes for session in task.format.sessions)
    if not len(starts(shared_time(task.people, again), least)):
        return False  # quick to know, and often so
    return inserted(task_of(task.match, task.format.name, again), others) is not None


def _changes(task: Task, free_time: FreeTime, others: Surroundings) -> Iterator[Change]:
    """Changes from small to large."""
    settings, people, called = task.settings, task.people, free_time.cohort.people.called
    own = key_of(task.match)
    if own in settings.pins:
        pins = {key: at for key, at in settings.pins.items() if key != own}
        yield "leave the time open instead of pinning it", {"pins": pins}
    if _only_off_the_grain(task, free_time):
        for grain in (grain for grain in GRAINS if grain < settings.grain):
            yield f"let sessions begin every {grain} minutes (grain={grain})", {"grain": grain}
    if "" in task.modes:
        either = tuple(replace(session, mode="either") for session in task.format.sessions)
        yield "let every session be virtual or in person", {"formats": _formats(task, sessions=either)}
    for site in others.rooms:
        if site.site in task.sites:
            yield f"one room more at {site.site}", {"rooms_at": site.site}
    for minutes in WIDER:
        for person in people:
            yield f"let {called[person]} be free {minutes} minutes earlier and later", {"wider": {person: minutes}}
    yield from _looser_gaps(task)
    yield from _fewer_limits(task, called)
    for end in (settings.end + days for days in LONGER):
        yield f"end {end - settings.end} days later, on {day_text(end)}", {"end": end}
    for day in sorted(settings.blackout):
        yield f"open {day_text(day)}", {"blackout": settings.blackout - {day}}
    for person in people:
        if settings.diaries.get(person, FREE).busy:
            yield f"let {called[person]} move what is taken", {"diaries": _diaries(task, [person], busy=())}


def _looser_gaps(task: Task) -> Iterator[Change]:
    gaps, length = task.format.gaps, task.settings.end - task.settings.start
    for days in GAPS if gaps else ():
        loose = tuple(
            replace(gap, least=max(gap.least - days, 0), most=gap.most + days, touchpoints=()) for gap in gaps
        )
        text = f"allow gaps that are {days} day{'s' if days > 1 else ''} shorter or longer"
        yield text, {"formats": _formats(task, gaps=loose)}
    if gaps:
        wide = tuple(Gap(0, gap.target, max(gap.most, length)) for gap in gaps)
        yield "allow shorter and longer gaps", {"formats": _formats(task, gaps=wide)}


def _fewer_limits(task: Task, called: Mapping[str, str]) -> Iterator[Change]:
    settings, people = task.settings, task.people
    if settings.since is not None:
        yield "shorten the notice", {"since": None}
    if settings.buffer or any(settings.diaries.get(person, FREE).buffer for person in people):
        yield "drop the buffers", {"buffer": 0, "diaries": _diaries(task, people, buffer=0)}
    for person in people:
        if settings.diaries.get(person, FREE).capped:
            diaries = _diaries(task, [person], **dict.fromkeys(CAPS))
            yield f"let {called[person]} have more sessions than the limit", {"diaries": diaries}


def _diaries(task: Task, people: Sequence[str], **changes: Any) -> Mapping[str, Any]:
    """The diaries with a change for some people."""
    diaries = task.settings.diaries
    return {**diaries, **{person: replace(diaries.get(person, FREE), **changes) for person in people}}


def _formats(task: Task, **changes: Any) -> Mapping[str, Format]:
    """The formats with a change of that of a match."""
    return {**task.settings.formats, task.format.name: replace(task.format, **changes)}
