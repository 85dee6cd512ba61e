"""Why a match has no dates: the funnel of its times, step by step, and the smallest change that would give it some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from mmatch.availability import common, day_text, local_time, starts
from mmatch.errors import excerpt
from mmatch.formats import Format, Gap
from mmatch.scheduling.components import beside, without
from mmatch.scheduling.diaries import CAPS, FREE
from mmatch.scheduling.feasibility import Chosen, Room, held
from mmatch.scheduling.free_time import Calendars, Task, shared_by, task_of
from mmatch.scheduling.plans import Unplaced, key_of
from mmatch.scheduling.single_match import alone

WIDER = (30, 60, 120)  # minutes by which windows are widened
GAPS = (1, 2, 4, 7)  # days by which gaps are loosened
LONGER = (7, 14, 28, 56)  # days by which a later end is tried
Step = tuple[str, int]


@dataclass(frozen=True, eq=False)
class Others:
    """What all other matches have: their dates, and the rooms."""

    tasks: Sequence[Task]
    dates: Sequence[Chosen]
    rooms: Sequence[Room] = ()

    def near(self, task: Task) -> Others:
        """Only those who share people or rooms with a match."""
        sites = {room.site for room in self.rooms}.intersection(task.sites)
        things = [*task.people, *(("site", site) for site in sites)]
        near = sorted({k for thing in things for k in self._index.get(thing, ()) if self.dates[k] is not None})
        return Others([self.tasks[k] for k in near], [self.dates[k] for k in near], self.rooms)

    @cached_property
    def _index(self) -> dict[object, list[int]]:
        """The numbers of the tasks of each person and each site."""
        found: dict[object, list[int]] = {}
        for k, task in enumerate(self.tasks):
            for thing in (*task.people, *(("site", site) for site in set(task.sites))):
                found.setdefault(thing, []).append(k)
        return found

    def allow(self, task: Task) -> bool:
        """Whether a match finds dates while all others keep theirs."""
        return beside([*self.tasks, task], [*self.dates, None], len(self.tasks), self.rooms) is not None

    def without_rooms(self) -> Others:
        """The same with rooms for all."""
        return Others(self.tasks, self.dates)


def unplaced(task: Task, calendars: Calendars, others: Others, stopped: str | None = None) -> Unplaced:
    """A match without dates, with the first step of its funnel that leaves nothing, and a way out."""
    others = others.near(task)
    steps = tuple(_funnel(task, calendars, others))
    reason = _reason(task, calendars, others, steps)
    if stopped is not None and others.allow(task):
        reason = f"not reached: {stopped.replace('_', ' ')}"
    return Unplaced(task.match, reason, _relaxation(task, calendars, others), steps)


# -- the funnel -------------------------------------------------------------------------------------------------------


def _funnel(task: Task, calendars: Calendars, others: Others) -> Iterator[Step]:
    """How many starts are left for the longest session, step by step."""
    length, grain = _length(task), calendars.settings.grain
    for who in task.people:
        for step, left in calendars.steps(who):
            yield f"{who}: {step}", len(starts(left, length, grain))
    yield "everybody together", len(starts(shared_by(task.people, calendars), length, grain))
    if task.match in _pinned(calendars, task):
        yield "pins", min(map(len, task.starts))
    yield "beside other matches", min(map(len, without(task, list(held(others.tasks, others.dates))).starts))
    if others.rooms:
        housed = without(task, list(held(others.tasks, others.dates)), others.rooms)
        yield "with a room", min(map(len, housed.starts))


def _pinned(calendars: Calendars, task: Task) -> tuple[Any, ...]:
    return (task.match,) if key_of(task.match) in calendars.settings.pins else ()


def _length(task: Task) -> int:
    return max(session.minutes for session in task.format.sessions)


def _reason(task: Task, calendars: Calendars, others: Others, steps: Sequence[Step]) -> str:
    """The first step that leaves nothing, in a sentence."""
    for number, (session, mode) in enumerate(zip(task.format.sessions, task.modes, strict=True), 1):
        if not mode:
            told = session.mode.replace("_", " ")
            return f"session {number} is to be {told}: {_no_way(task, calendars, session.mode)}"
    length, grain = _length(task), calendars.settings.grain
    own = {who: len(starts(calendars.of(who), length, grain)) for who in task.people}
    empty = [who for who, count in own.items() if not count]
    if empty:
        return f"{' and '.join(empty)}: no free {length} minutes between the dates{_emptied(empty, steps)}"
    counted = ", ".join(f"{who} could start {length} minutes at {count} times" for who, count in own.items())
    if not len(starts(shared_by(task.people, calendars), length, grain)):
        return f"{counted}; none in common{_who_apart(task, calendars, length)}"
    if not all(map(len, task.starts)):
        return f"{_pins_told(task, calendars)}, when not everybody is free"
    if alone(task) is None:
        return f"{len(task.starts[0])} times in common, but {_gaps_told(task, calendars)}"
    return _crowded(task, others)


def _emptied(empty: Sequence[str], steps: Sequence[Step]) -> str:
    """Which step took the last time of somebody who had some."""
    for who in empty:
        mine = [(name.removeprefix(f"{who}: "), count) for name, count in steps if name.startswith(f"{who}: ")]
        for (_, before), (name, count) in pairwise(mine):
            if before and not count:
                return f": {name} of {who} leave{'s' if name.startswith('a ') else ''} none of {before} times"
    return ""


def _pins_told(task: Task, calendars: Calendars) -> str:
    pins = calendars.settings.pins.get(key_of(task.match), {})
    zone = calendars.zone(task.people[0])
    told = [f"session {k + 1} is pinned to {local_time(at, zone):%Y-%m-%d %H:%M}" for k, at in sorted(pins.items())]
    return " and ".join(told)


def _gaps_told(task: Task, calendars: Calendars) -> str:
    gaps = " and ".join(
        f"{gap.least} to {gap.most} {'working ' if gap.working else ''}days" for gap in task.format.gaps
    )
    told = f"no {len(task.starts)} of them are {gaps} apart"
    plain = tuple(replace(gap, touchpoints=()) for gap in task.format.gaps)
    if alone(_with_format(task, calendars, replace(task.format, gaps=plain))) is not None:
        return f"{told} and leave the time that touchpoints need"
    return told


def _crowded(task: Task, others: Others) -> str:
    """Alone it could have dates: who or what is taken by other matches."""
    count = len(task.starts[0])
    if others.rooms and others.without_rooms().allow(task):
        sites = " and ".join(sorted({site for site in task.sites if site}))
        return f"{count} times in common, but no room at {sites} is left"
    left = without(task, list(held(others.tasks, others.dates)))
    if alone(left) is not None and task.limits:
        who = " and ".join(dict.fromkeys(limit.who for limit in task.limits))
        return f"{count} times in common, but {who} would have more sessions than the limit"
    return f"{count} times in common, all needed by other matches of the same people"


def _no_way(task: Task, calendars: Calendars, mode: str) -> str:
    people = [calendars.person(who) for who in task.people]
    unwilling = [person.id for person in people if mode in {"virtual", "in_person"} and mode not in person.modes]
    if unwilling:
        return f"{' and '.join(unwilling)} cannot meet so"
    where = ", ".join(f"{person.id} at {excerpt(person.site) if person.site else 'no site'}" for person in people)
    return f"no common site ({where})"


def _who_apart(task: Task, calendars: Calendars, length: int) -> str:
    """In a group, the mentees who share no time with the mentor."""
    if len(task.people) == 2:
        return ""
    mentor = calendars.of(task.people[0])
    apart = [
        who
        for who in task.people[1:]
        if not len(starts(common(mentor, calendars.of(who)), length, calendars.settings.grain))
    ]
    return f" ({' and '.join(apart)} with {task.people[0]})" if apart else ""


# -- ways out ---------------------------------------------------------------------------------------------------------


def _relaxation(task: Task, calendars: Calendars, others: Others) -> str:
    """The first change, from small to large, under which the match has dates while all others keep theirs."""
    for told, changed in _Ladder(task, calendars, others):
        if changed():
            return told
    return ""


class _Ladder:
    """Changes from small to large: (what to change, a function that says whether it helps)."""

    def __init__(self, task: Task, calendars: Calendars, others: Others) -> None:
        self.task, self.calendars, self.others, self.settings = task, calendars, others, calendars.settings

    def __iter__(self) -> Iterator[tuple[str, Callable[[], bool]]]:
        for rung in (self._pins, self._modes, self._rooms, self._windows, self._gaps, self._rules, self._dates):
            yield from rung()
        told = "let a mentor or mentee with several matches be free at more times"
        yield told, lambda: alone(self.task) is not None

    def _helps(self, others: Others | None = None, wider: Mapping[str, int] | None = None, **changes: Any) -> Any:
        again = self.calendars.under(replace(self.settings, **changes), wider, same=not changes)
        company = self.others if others is None else others
        return lambda: self._possible(again) and company.allow(task_of(self.task.match, self.task.format.name, again))

    def _possible(self, calendars: Calendars) -> bool:
        """Whether all are free together long enough at all: cheap to say, and often no."""
        least = min(session.minutes for session in self.task.format.sessions)
        return len(starts(shared_by(self.task.people, calendars), least, 1)) > 0

    def _formed(self, **changes: Any) -> Callable[[], bool]:
        form = replace(self.task.format, **changes)
        possible = self._possible(self.calendars)
        return lambda: possible and self.others.allow(_with_format(self.task, self.calendars, form))

    def _pins(self) -> Iterator[tuple[str, Any]]:
        mine = key_of(self.task.match)
        if mine in self.settings.pins:
            pins = {key: at for key, at in self.settings.pins.items() if key != mine}
            yield "leave the time open instead of pinning it", self._helps(pins=MappingProxyType(pins))

    def _modes(self) -> Iterator[tuple[str, Any]]:
        if "" in self.task.modes:
            anyhow = tuple(replace(session, mode="either") for session in self.task.format.sessions)
            yield "let every session be virtual or in person", self._formed(sessions=anyhow)

    def _rooms(self) -> Iterator[tuple[str, Any]]:
        for room in self.others.rooms:
            if room.site in self.task.sites:
                more = [Room(r.site, r.number + (r is room), r.taken) for r in self.others.rooms]
                yield f"one room more at {room.site}", self._helps(Others(self.others.tasks, self.others.dates, more))

    def _windows(self) -> Iterator[tuple[str, Any]]:
        for minutes in WIDER:
            for who in self.task.people:
                yield f"let {who} be free {minutes} minutes earlier and later", self._helps(wider={who: minutes})

    def _gaps(self) -> Iterator[tuple[str, Any]]:
        gaps = self.task.format.gaps
        for days in GAPS if gaps else ():
            loose = tuple(_looser(gap, days) for gap in gaps)
            told = f"allow gaps that are {days} day{'s' if days > 1 else ''} shorter or longer"
            yield told, self._formed(gaps=loose)
        if gaps:
            length = self.settings.end - self.settings.start
            wide = tuple(Gap(0, gap.target, max(gap.most, length)) for gap in gaps)
            yield "allow shorter and longer gaps", self._formed(gaps=wide)

    def _rules(self) -> Iterator[tuple[str, Any]]:
        settings, people = self.settings, self.task.people
        if settings.since is not None:
            yield "shorten the notice", self._helps(since=None)
        if settings.buffer or any(settings.diaries.get(who, FREE).buffer for who in people):
            yield "drop the buffers", self._helps(buffer=0, diaries=_each(settings.diaries, people, buffer=0))
        for who in people:
            if settings.diaries.get(who, FREE).capped:
                freed = _each(settings.diaries, (who,), **dict.fromkeys(CAPS))
                yield f"let {who} have more sessions than the limit", self._helps(diaries=freed)

    def _dates(self) -> Iterator[tuple[str, Any]]:
        settings = self.settings
        for days in LONGER:
            end = settings.end + days
            yield f"end {days} days later, on {day_text(end)}", self._helps(end=end)
        for day in sorted(settings.blackout):
            yield f"open {day_text(day)}", self._helps(blackout=settings.blackout - {day})
        for who in self.task.people:
            if settings.diaries.get(who, FREE).busy:
                moved = _each(settings.diaries, (who,), busy=())
                yield f"let {who} move what is taken", self._helps(diaries=moved)


def _looser(gap: Gap, days: int) -> Gap:
    return replace(gap, least=max(gap.least - days, 0), most=gap.most + days, touchpoints=())


def _each(diaries: Mapping[str, Any], people: Sequence[str], **changes: Any) -> Mapping[str, Any]:
    """Diaries with a change for some people."""
    return MappingProxyType({**diaries, **{who: replace(diaries.get(who, FREE), **changes) for who in people}})


def _with_format(task: Task, calendars: Calendars, form: Format) -> Task:
    own = MappingProxyType({**calendars.settings.formats, form.name: form})
    again = calendars.under(replace(calendars.settings, formats=own), same=True)
    return task_of(task.match, form.name, again)


__all__ = ["Others", "unplaced"]
