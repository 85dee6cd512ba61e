"""Why a match has no dates: the times that are left step by step, the first step that leaves none, and a way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from mmatch.availability import common, local_time, starts
from mmatch.errors import excerpt
from mmatch.scheduling.free_time import FreeTime, shared_time
from mmatch.scheduling.insertion import Surroundings, inserted
from mmatch.scheduling.plans import Unplaced
from mmatch.scheduling.relaxations import first_relaxation, with_format
from mmatch.scheduling.settings import key_of
from mmatch.scheduling.single_match import cheapest_dates
from mmatch.scheduling.tasks import Task

Step = tuple[str, int]


def unplaced(task: Task, free_time: FreeTime, others: Surroundings, stopped: str | None = None) -> Unplaced:
    """A match without dates, with the first step that leaves no time, and the first change that would help."""
    others = others.near([task])
    steps = tuple(_elimination_steps(task, free_time, others))
    if stopped is not None and inserted(task, others) is not None:
        reason = f"not reached: {stopped.replace('_', ' ')}"
    else:
        reason = _reason(task, free_time, others, steps)
    return Unplaced(task.match, reason, first_relaxation(task, free_time, others), steps)


def _elimination_steps(task: Task, free_time: FreeTime, others: Surroundings) -> Iterator[Step]:
    """How many starts are left for the longest session, step by step."""
    length, grain = _longest(task), free_time.settings.grain
    for person in task.people:
        for step, left in free_time.steps(person):
            yield f"{person}: {step}", len(starts(left, length, grain))
    yield "everybody together", len(starts(shared_time(task.people, free_time), length, grain))
    if key_of(task.match) in free_time.settings.pins:
        yield "pins", min(map(len, task.starts))
    yield "beside other matches", min(map(len, others.without_rooms().left_for(task).starts))
    if others.rooms:
        yield "with a room", min(map(len, others.left_for(task).starts))


def _longest(task: Task) -> int:
    return max(session.minutes for session in task.format.sessions)


def _reason(task: Task, free_time: FreeTime, others: Surroundings, steps: Sequence[Step]) -> str:
    """The first step that leaves nothing, in a sentence."""
    for number, (session, mode) in enumerate(zip(task.format.sessions, task.modes, strict=True), 1):
        if not mode:
            wanted = session.mode.replace("_", " ")
            return f"session {number} is to be {wanted}: {_no_way_to_meet(task, free_time, session.mode)}"
    length, grain = _longest(task), free_time.settings.grain
    own = {person: len(starts(free_time.of(person), length, grain)) for person in task.people}
    empty = [person for person, count in own.items() if not count]
    if empty:
        return f"{' and '.join(empty)}: no free {length} minutes between the dates{_last_step(empty, steps)}"
    if not len(starts(shared_time(task.people, free_time), length, grain)):
        counted = ", ".join(f"{person} could start {length} minutes at {count} times" for person, count in own.items())
        return f"{counted}; none in common{_apart_from_mentor(task, free_time, length)}"
    if not all(map(len, task.starts)):
        pins, zone = free_time.settings.pins.get(key_of(task.match), {}), free_time.zone(task.people[0])
        texts = [
            f"session {k + 1} is pinned to {local_time(at, zone):%Y-%m-%d %H:%M}" for k, at in sorted(pins.items())
        ]
        return f"{' and '.join(texts)}, when not everybody is free"
    if cheapest_dates(task) is None:
        return f"{len(task.starts[0])} times in common, but {_gaps_too_narrow(task, free_time)}"
    return f"{len(task.starts[0])} times in common, {_taken_by_others(task, others)}"


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
    text = f"no {len(task.starts)} of them are {gaps} apart"
    plain = tuple(replace(gap, touchpoints=()) for gap in task.format.gaps)
    if cheapest_dates(with_format(task, free_time, replace(task.format, gaps=plain))) is not None:
        return f"{text} and leave the time that touchpoints need"
    return text


def _taken_by_others(task: Task, others: Surroundings) -> str:
    """What other matches take of a match that could have dates on its own."""
    if others.rooms and inserted(task, others.without_rooms()) is not None:
        sites = " and ".join(sorted({site for site in task.sites if site}))
        return f"but no room at {sites} is left"
    unlimited = replace(task, limits=())
    if task.limits and cheapest_dates(others.without_rooms().left_for(unlimited)) is not None:
        people = " and ".join(dict.fromkeys(limit.person for limit in task.limits))
        return f"but {people} would have more sessions than the limit"
    return "all needed by other matches of the same people"


def _no_way_to_meet(task: Task, free_time: FreeTime, mode: str) -> str:
    people = [free_time.person(person) for person in task.people]
    unwilling = [person.id for person in people if mode in {"virtual", "in_person"} and mode not in person.modes]
    if unwilling:
        return f"{' and '.join(unwilling)} cannot meet so"
    where = ", ".join(f"{person.id} at {excerpt(person.site) if person.site else 'no site'}" for person in people)
    return f"no common site ({where})"


def _apart_from_mentor(task: Task, free_time: FreeTime, length: int) -> str:
    """In a group, the mentees who share no time with the mentor."""
    mentor, grain = free_time.of(task.people[0]), free_time.settings.grain
    apart = [
        person for person in task.people[1:] if not len(starts(common(mentor, free_time.of(person)), length, grain))
    ]
    return f" ({' and '.join(apart)} with {task.people[0]})" if apart and len(task.people) > 2 else ""
