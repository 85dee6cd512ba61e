"""The smallest change, of those that are tried, under which a match would have dates while all others keep theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from mmatch.availability import day_text, starts
from mmatch.formats import Format, Gap
from mmatch.scheduling.diaries import CAPS, FREE
from mmatch.scheduling.feasibility import Rooms
from mmatch.scheduling.free_time import FreeTime, shared_time
from mmatch.scheduling.insertion import Surroundings, inserted
from mmatch.scheduling.settings import key_of
from mmatch.scheduling.single_match import cheapest_dates
from mmatch.scheduling.tasks import Task, task_of

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
