"""schedule(): a matching into dates, component by component; every match without dates gets a reason."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.availability import DAY
from mmatch.matching import Matching, Status
from mmatch.program import Program, check_question
from mmatch.scheduling.dates import Asked, Busy, Patience, Pin, format_name, matches_of, settings_of, watch_of
from mmatch.scheduling.feasibility import Chosen, Held, Room, held, total
from mmatch.scheduling.free_time import Calendars, Task, task_of
from mmatch.scheduling.neighbourhoods import place_all
from mmatch.scheduling.plans import Due, Key, Plan, Schedule, Session, Settings, Wishes, key_of
from mmatch.scheduling.undated import Others, unplaced

if TYPE_CHECKING:
    from mmatch.formats import Format, Touchpoint
    from mmatch.people import Cohort
    from mmatch.scheduling.components import Placed
    from mmatch.scheduling.diaries import Diary
    from mmatch.scheduling.single_match import Dates


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
    blackout: Iterable[Any] = (),
    busy: Busy | None = None,
    diaries: Mapping[str, Diary] | None = None,
    formats: Iterable[Format] = (),
    rooms: Mapping[str, Any] | None = None,
    travel: Mapping[tuple[str, str], int] | None = None,
    pins: Iterable[Pin] = (),
    wishes: Wishes | None = None,
    now: dt.datetime | str | None = None,
    notice: float = 24,
    time_limit: float | None = None,
    cancel: threading.Event | None = None,
    on_interrupt: str = "raise",
) -> Schedule:
    """Give every match the dates of its sessions: everybody free, nobody in two places, gaps kept, as early as can be.

    As many matches as possible get dates. Then what misses the wishes is least: by default the minutes until the first
    session, a day for each day by which a gap misses its target, and a day for each late evening. Matches that share
    neither people nor rooms, directly or through others, are independent; each such component is solved to the end, so
    the whole is the best there is, unless a time limit stops it, or many matches share the rooms of a site: then the
    status is FEASIBLE and ``bound`` says what no schedule exceeds.

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
        blackout: dates on which nobody meets, local to each person, such as `public_holidays` gives.
        busy: {id: [(from, to), …]}, as times with an offset, such as "2027-01-11T09:00+01:00"; `busy_times` reads
            them from a calendar.
        diaries: {id: `Diary`}: what is taken, single dates, preferred hours, and limits of single people.
        formats: a program's own formats, beside those that ship.
        rooms: {site: how many rooms, or their names} for in-person sessions; a site that is not named has enough.
        travel: {(site, site): minutes}. People at sites with a known way between them can meet in person at one of
            them; and the way lies between two sessions of a person at different places.
        pins: (mentor, mentee, number of the session from 1, time) of sessions whose time is given.
        wishes: what makes dates good, and how much.
        now: what time it is, for the notice; None asks for none.
        notice: hours between now and the first session at least.
        time_limit: seconds; None is no limit.
        cancel: an event that stops the run when it is set.
        on_interrupt: at Ctrl-C "raise" KeyboardInterrupt, or "return" the best dates so far.

    Returns:
        A `Schedule`: plans, and each match without dates with the reason and the smallest change tried that helps.

    Raises:
        InputError: arguments of another form, people or formats that nobody knows, windows that are none.
    """
    check_question(cohort, program)
    matches = matches_of(cohort, matching)
    asked = Asked(
        start=start,
        end=end,
        zone=zone,
        hours=hours,
        grain=grain,
        buffer=buffer,
        blackout=blackout,
        busy=busy,
        diaries=diaries,
        formats=formats,
        rooms=rooms,
        travel=travel,
        pins=pins,
        wishes=wishes,
        now=now,
        notice=notice,
    )
    settings = settings_of(cohort, matches, asked, program)
    watch = watch_of(time_limit, cancel, on_interrupt)
    calendars = Calendars(cohort, settings)
    tasks = [task_of(match, format_name(cohort, program, match), calendars) for match in matches]
    return planned(tasks, calendars, Run(watch))


Vector = tuple[int, ...]


def _minutes(price: int) -> Vector:
    """What dates cost, as more is better."""
    return (-price,)


class Run:
    """How long a run may take, what Ctrl-C does, and what comes out, part by part.

    ``told`` says what a price means: numbers of which more is better, the earlier ones first.
    """

    def __init__(self, watch: Patience, told: Callable[[int], Vector] = _minutes) -> None:
        self.watch, self.told = watch, told
        self.stopped: str | None = None
        self.dates: list[Chosen] = []
        self.value: Vector = (0, *told(0))
        self.bound: Vector = (0, *told(0))
        self.exact = True

    def place(self, tasks: Sequence[Task], rooms: dict[str, int]) -> None:
        """Dates for all tasks, part by part; what Ctrl-C leaves undone stays without."""
        self.dates = [None] * len(tasks)
        left = set(range(len(tasks)))
        try:
            for numbers, found in place_all(tasks, rooms, self.watch):
                self._take(numbers, found, total([tasks[k] for k in numbers], found.dates))
                left.difference_update(numbers)
        except KeyboardInterrupt:
            if not self.watch.returns:
                raise
            self.stopped = "interrupted"
            self.exact = False
            self.bound = self._more(self.bound, (len(left), 0))
        if not self.exact and self.stopped is None:
            self.stopped = self.watch.stopped()

    def _more(self, known: Vector, more: tuple[int, int]) -> Vector:
        """A value or bound with that of one part more: (matches with dates, what they cost)."""
        return tuple(one + other for one, other in zip(known, (more[0], *self.told(more[1])), strict=True))

    def _take(self, numbers: list[int], found: Placed, reached: tuple[int, int]) -> None:
        self.value, self.bound = self._more(self.value, reached), self._more(self.bound, found.bound)
        self.exact = self.exact and found.exact
        for k, chosen in zip(numbers, found.dates, strict=True):
            self.dates[k] = chosen


Rooms = Mapping[tuple[Key, int], str]


def planned(tasks: Sequence[Task], calendars: Calendars, run: Run, rooms_had: Rooms | None = None) -> Schedule:
    """The schedule of some tasks: dates, rooms, what is due, and reasons."""
    settings = calendars.settings
    run.place(tasks, {site: len(names) for site, names in settings.rooms.items()})
    placed = [(task, chosen) for task, chosen in zip(tasks, run.dates, strict=True) if chosen is not None]
    rooms = _rooms(list(held(tasks, run.dates)), settings, rooms_had or {})
    everybody = Others(tasks, run.dates, [Room(site, len(names)) for site, names in settings.rooms.items()])
    plans = tuple(_plan(task, chosen, calendars, rooms) for task, chosen in placed)
    return Schedule(
        plans,
        tuple(
            unplaced(task, calendars, everybody, run.stopped)
            for task, chosen in zip(tasks, run.dates, strict=True)
            if chosen is None
        ),
        Status.OPTIMAL if run.exact else Status.FEASIBLE,
        run.value,
        run.value if run.exact else run.bound,
        settings,
        run.stopped,
    )


def _rooms(sessions: Sequence[Held], settings: Settings, had: Rooms) -> Rooms:
    """A room for each session in person, where a site has rooms: the one it had, else the first that is free.

    In the order of their starts as many rooms suffice as sessions hold at a time, so one is always free.
    """
    found: dict[tuple[Key, int], str] = {}
    until: dict[tuple[str, str], int] = defaultdict(lambda: -(2**62))
    for session in sorted(sessions, key=lambda s: (s.start, key_of(s.task.match), s.k)):
        site, key = session.task.sites[session.k], (key_of(session.task.match), session.k)
        free = [name for name in settings.rooms.get(site, ()) if until[site, name] <= session.start]
        if free:
            before = had.get(key, "")
            found[key] = before if before in free else free[0]
            until[site, found[key]] = session.end
    return found


# -- plans ------------------------------------------------------------------------------------------------------------


def _plan(task: Task, dates: Dates, calendars: Calendars, rooms: Rooms) -> Plan:
    """The dates of one match, and what is due before, between and after."""
    key = key_of(task.match)
    meetings = tuple(
        Session(at, session.minutes, task.modes[k], task.sites[k], rooms.get((key, k), ""))
        for k, (at, session) in enumerate(zip(dates, task.format.sessions, strict=True))
    )
    return with_dues(Plan(task.match, task.format.name, meetings), task.format, calendars)


def with_dues(plan: Plan, form: Format, calendars: Calendars) -> Plan:
    """The plan with what is due on its dates."""
    return replace(plan, dues=tuple(_dues(form, plan.sessions, calendars)))


def _dues(form: Format, meetings: tuple[Session, ...], calendars: Calendars) -> Iterator[Due]:
    if form.before:
        yield Due("reflect", "mentee", meetings[0].start - form.before.days * DAY, "; ".join(form.before.questions))
    for gap, earlier, later in zip(form.gaps, meetings, meetings[1:], strict=False):
        for touch in gap.touchpoints:
            yield from _touchpoint(touch, earlier, later, calendars)
    if form.after:
        yield Due("reflect", "mentee", meetings[-1].end + form.after.days * DAY, "; ".join(form.after.questions))


def _touchpoint(touch: Touchpoint, earlier: Session, later: Session, calendars: Calendars) -> Iterator[Due]:
    """The mentee sends by half the time, or earlier where the mentor needs the rest."""
    last = later.start - touch.lead_days * DAY
    send = earlier.end + (later.start - earlier.end) // 2
    while send > earlier.end and _working(send, touch.answer_days, calendars) > last:
        send = max(send - DAY, earlier.end)
    yield Due("send", "mentee", send, touch.mentee_sends)
    answer = max(min(_working(send, touch.answer_days, calendars), last), send)
    yield Due("answer", "mentor", answer, touch.mentor_sends)


def _working(minute: int, days: int, calendars: Calendars) -> int:
    """So many working days (UTC) later, at the same time of day."""
    day = calendars.later(np.array([minute // DAY]), days)[0]
    return int(day) * DAY + minute % DAY


__all__ = ["schedule"]
