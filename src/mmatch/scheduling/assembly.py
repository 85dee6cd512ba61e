"""A schedule put together: dates for all components, rooms, what is due, and a reason for each match without dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from mmatch.availability import DAY
from mmatch.matching import Status
from mmatch.scheduling.dates_by_component import Placed, place_all
from mmatch.scheduling.feasibility import Chosen, PlacedSession, Rooms, placed_sessions, total
from mmatch.scheduling.insertion import Surroundings
from mmatch.scheduling.plans import Due, Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import Key, Settings, key_of
from mmatch.scheduling.undated import unplaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.formats import Format, Touchpoint
    from mmatch.scheduling.free_time import FreeTime
    from mmatch.scheduling.run_limits import RunLimits
    from mmatch.scheduling.single_match import Dates
    from mmatch.scheduling.tasks import Task

Vector = tuple[int, ...]
RoomNames = Mapping[tuple[Key, int], str]  # the room of session k of a match


def _minutes(price: int) -> Vector:
    """The price of dates, as more is better."""
    return (-price,)


class Search:
    """What a run may take, and its outcome so far: dates, value and bound, summed over components.

    ``vector_of`` gives the meaning of a price: numbers of which more is better, the earlier ones first.
    """

    def __init__(self, limits: RunLimits, vector_of: Callable[[int], Vector] = _minutes) -> None:
        self.limits, self.vector_of = limits, vector_of
        self.stopped: str | None = None
        self.dates: list[Chosen] = []
        self.value: Vector = (0, *vector_of(0))
        self.bound: Vector = (0, *vector_of(0))
        self.exact = True

    def place(self, tasks: Sequence[Task], rooms: Mapping[str, int]) -> None:
        """Dates for all tasks, component by component; what Ctrl-C leaves undone stays without."""
        self.dates = [None] * len(tasks)
        left = set(range(len(tasks)))
        try:
            for numbers, found in place_all(tasks, rooms, self.limits):
                self._add(numbers, found, total([tasks[k] for k in numbers], found.dates))
                left.difference_update(numbers)
        except KeyboardInterrupt:
            if not self.limits.returns:
                raise
            self.stopped = "interrupted"
            self.exact = False
            self.bound = self._sum(self.bound, (len(left), 0))
        if not self.exact and self.stopped is None:
            self.stopped = self.limits.stopped()

    def _sum(self, known: Vector, more: tuple[int, int]) -> Vector:
        """A value or bound with that of one more component: (matches with dates, what they cost)."""
        return tuple(one + other for one, other in zip(known, (more[0], *self.vector_of(more[1])), strict=True))

    def _add(self, numbers: list[int], found: Placed, reached: tuple[int, int]) -> None:
        self.value, self.bound = self._sum(self.value, reached), self._sum(self.bound, found.bound)
        self.exact = self.exact and found.exact
        for k, chosen in zip(numbers, found.dates, strict=True):
            self.dates[k] = chosen


def assembled(
    tasks: Sequence[Task], free_time: FreeTime, run: Search, previous_rooms: RoomNames | None = None
) -> Schedule:
    """The schedule of some tasks."""
    settings = free_time.settings
    numbers = {site: len(names) for site, names in settings.rooms.items()}
    run.place(tasks, numbers)
    rows = list(zip(tasks, run.dates, strict=True))
    rooms = _room_names(list(placed_sessions(tasks, run.dates)), settings, previous_rooms or {})
    everybody = Surroundings(tasks, run.dates, [Rooms(site, number) for site, number in numbers.items()])
    return Schedule(
        tuple(plan_of(task, chosen, free_time, rooms) for task, chosen in rows if chosen is not None),
        tuple(unplaced(task, free_time, everybody, run.stopped) for task, chosen in rows if chosen is None),
        Status.OPTIMAL if run.exact else Status.FEASIBLE,
        run.value,
        run.value if run.exact else run.bound,
        settings,
        run.stopped,
    )


def _room_names(sessions: Sequence[PlacedSession], settings: Settings, previous: RoomNames) -> RoomNames:
    """A room for each session in person, where a site has rooms: the one it had, else the first that is free.

    In the order of their starts as many rooms suffice as sessions overlap, so one is always free.
    """
    found: dict[tuple[Key, int], str] = {}
    until: dict[tuple[str, str], int] = defaultdict(lambda: -(2**62))
    for session in sorted(sessions, key=lambda s: (s.start, key_of(s.task.match), s.k)):
        site, key = session.site, (key_of(session.task.match), session.k)
        free = [name for name in settings.rooms.get(site, ()) if until[site, name] <= session.start]
        if free:
            before = previous.get(key, "")
            found[key] = before if before in free else free[0]
            until[site, found[key]] = session.end
    return found


def plan_of(task: Task, dates: Dates, free_time: FreeTime, rooms: RoomNames = MappingProxyType({})) -> Plan:
    """The dates of one match, and what is due before, between and after."""
    key = key_of(task.match)
    sessions = tuple(
        Session(at, spec.minutes, task.modes[k], task.sites[k], rooms.get((key, k), ""))
        for k, (at, spec) in enumerate(zip(dates, task.format.sessions, strict=True))
    )
    return Plan(task.match, task.format.name, sessions, tuple(_dues(task.format, sessions, free_time)))


def _dues(form: Format, sessions: tuple[Session, ...], free_time: FreeTime) -> Iterator[Due]:
    if form.before:
        yield Due("reflect", "mentee", sessions[0].start - form.before.days * DAY, "; ".join(form.before.questions))
    for gap, earlier, later in zip(form.gaps, sessions, sessions[1:], strict=False):
        for touch in gap.touchpoints:
            yield from _touchpoint(touch, earlier, later, free_time)
    if form.after:
        yield Due("reflect", "mentee", sessions[-1].end + form.after.days * DAY, "; ".join(form.after.questions))


def _touchpoint(touch: Touchpoint, earlier: Session, later: Session, free_time: FreeTime) -> Iterator[Due]:
    """The mentee sends by half the time, or earlier where the mentor needs the rest."""

    def answered(minute: int) -> int:
        """When the mentor's working days (UTC) are over, at the same time of day."""
        day = free_time.later(np.array([minute // DAY]), touch.answer_days)[0]
        return int(day) * DAY + minute % DAY

    last = later.start - touch.lead_days * DAY
    send = earlier.end + (later.start - earlier.end) // 2
    while send > earlier.end and answered(send) > last:
        send = max(send - DAY, earlier.end)
    yield Due("send", "mentee", send, touch.mentee_sends)
    yield Due("answer", "mentor", max(min(answered(send), last), send), touch.mentor_sends)
