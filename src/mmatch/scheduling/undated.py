"""Why a match has no dates, step by step, and the smallest change, of those that are tried, that would give it some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from mmatch.availability import common, day_text, local_time, starts
from mmatch.errors import excerpt
from mmatch.formats import Format, Gap
from mmatch.scheduling.diaries import CAPS, FREE
from mmatch.scheduling.feasibility import Rooms
from mmatch.scheduling.free_time import FreeTime, shared_time
from mmatch.scheduling.insertion import Surroundings, inserted
from mmatch.scheduling.plans import Unplaced
from mmatch.scheduling.schedule_settings import key_of
from mmatch.scheduling.single_match import cheapest_dates
from mmatch.scheduling.tasks import Task, task_of

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


WIDER = (30, 60, 120)  # minutes by which windows are widened
GAPS = (1, 2, 4, 7)  # days by which gaps are loosened
LONGER = (7, 14, 28, 56)  # days by which a later end is tried
Change = tuple[str, Callable[[], bool]]  # what to change, and whether it helps


def first_relaxation(task: Task, free_time: FreeTime, others: Surroundings) -> str:
    """The first change, from small to large, that helps; the empty text where none does."""
    for text, helps in _Relaxations(task, free_time, others):
        if helps():
            return text
    return ""


def with_format(task: Task, free_time: FreeTime, form: Format) -> Task:
    """The task of the same match in another format."""
    formats = MappingProxyType({**free_time.settings.formats, form.name: form})
    again = free_time.under(replace(free_time.settings, formats=formats), same=True)
    return task_of(task.match, form.name, again)


class _Relaxations:
    """Changes from small to large."""

    def __init__(self, task: Task, free_time: FreeTime, others: Surroundings) -> None:
        self.task, self.free_time, self.others, self.settings = task, free_time, others, free_time.settings

    def __iter__(self) -> Iterator[Change]:
        kinds = (self._pins, self._modes, self._rooms, self._windows, self._gaps, self._rules, self._dates)
        for kind in kinds:
            yield from kind()
        text = "let a mentor or mentee with several matches be free at more times"
        yield text, lambda: cheapest_dates(self.task) is not None

    def _under(self, wider: Mapping[str, int] | None = None, **changes: Any) -> Callable[[], bool]:
        """Whether there are dates under other settings, or with longer windows."""
        again = self.free_time.under(replace(self.settings, **changes), wider, same=not changes)

        def helps() -> bool:
            form = self.task.format.name
            return self._can_meet(again) and inserted(task_of(self.task.match, form, again), self.others) is not None

        return helps

    def _in_format(self, **changes: Any) -> Callable[[], bool]:
        """Whether there are dates in a changed format."""
        form = replace(self.task.format, **changes)

        def helps() -> bool:
            again = with_format(self.task, self.free_time, form)
            return self._can_meet(self.free_time) and inserted(again, self.others) is not None

        return helps

    def _can_meet(self, free_time: FreeTime) -> bool:
        """Whether all are free together long enough at all: quick to know, and often not so."""
        least = min(session.minutes for session in self.task.format.sessions)
        return len(starts(shared_time(self.task.people, free_time), least, 1)) > 0

    def _pins(self) -> Iterator[Change]:
        own = key_of(self.task.match)
        if own in self.settings.pins:
            pins = {key: at for key, at in self.settings.pins.items() if key != own}
            yield "leave the time open instead of pinning it", self._under(pins=MappingProxyType(pins))

    def _modes(self) -> Iterator[Change]:
        if "" in self.task.modes:
            either = tuple(replace(session, mode="either") for session in self.task.format.sessions)
            yield "let every session be virtual or in person", self._in_format(sessions=either)

    def _rooms(self) -> Iterator[Change]:
        for site in self.others.rooms:
            if site.site in self.task.sites:
                rooms = [Rooms(r.site, r.number + (r is site), r.taken) for r in self.others.rooms]
                more = Surroundings(self.others.tasks, self.others.dates, rooms)
                yield f"one room more at {site.site}", lambda more=more: inserted(self.task, more) is not None  # type: ignore[misc]

    def _windows(self) -> Iterator[Change]:
        for minutes in WIDER:
            for person in self.task.people:
                yield f"let {person} be free {minutes} minutes earlier and later", self._under({person: minutes})

    def _gaps(self) -> Iterator[Change]:
        gaps = self.task.format.gaps
        for days in GAPS if gaps else ():
            loose = tuple(
                replace(gap, least=max(gap.least - days, 0), most=gap.most + days, touchpoints=()) for gap in gaps
            )
            text = f"allow gaps that are {days} day{'s' if days > 1 else ''} shorter or longer"
            yield text, self._in_format(gaps=loose)
        if gaps:
            length = self.settings.end - self.settings.start
            wide = tuple(Gap(0, gap.target, max(gap.most, length)) for gap in gaps)
            yield "allow shorter and longer gaps", self._in_format(gaps=wide)

    def _rules(self) -> Iterator[Change]:
        settings, people = self.settings, self.task.people
        if settings.since is not None:
            yield "shorten the notice", self._under(since=None)
        if settings.buffer or any(settings.diaries.get(person, FREE).buffer for person in people):
            yield "drop the buffers", self._under(buffer=0, diaries=self._diaries(people, buffer=0))
        for person in people:
            if settings.diaries.get(person, FREE).capped:
                freed = self._diaries((person,), **dict.fromkeys(CAPS))
                yield f"let {person} have more sessions than the limit", self._under(diaries=freed)

    def _dates(self) -> Iterator[Change]:
        settings = self.settings
        for days in LONGER:
            end = settings.end + days
            yield f"end {days} days later, on {day_text(end)}", self._under(end=end)
        for day in sorted(settings.blackout):
            yield f"open {day_text(day)}", self._under(blackout=settings.blackout - {day})
        for person in self.task.people:
            if settings.diaries.get(person, FREE).busy:
                yield f"let {person} move what is taken", self._under(diaries=self._diaries((person,), busy=()))

    def _diaries(self, people: Sequence[str], **changes: Any) -> Mapping[str, Any]:
        """The diaries with a change for some people."""
        diaries = self.settings.diaries
        changed = {person: replace(diaries.get(person, FREE), **changes) for person in people}
        return MappingProxyType({**diaries, **changed})
