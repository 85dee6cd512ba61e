"""A matching turned into dates: `schedule`."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mmatch.matching import Matching
from mmatch.program import Program, check_question
from mmatch.scheduling.assembly import Run, assembled
from mmatch.scheduling.dates import Arguments, Busy, Pin, format_name, matches_of, settings_of
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.plans import Schedule
from mmatch.scheduling.run_limits import RunLimits
from mmatch.scheduling.settings import Wishes
from mmatch.scheduling.tasks import task_of

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.formats import Format
    from mmatch.scheduling.diaries import Diary


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
    """Give every match dates for its sessions: everybody is free, nobody is in two places, gaps are kept.

    As many matches as possible get dates. Among those schedules the one that misses the wishes least is chosen: by
    default the minutes until the first session, a day for each day by which a gap misses its target, and a day for each
    late evening. Matches that share neither people nor rooms, directly or through others, are independent. Each such
    component is solved to the end, so that no schedule is better, unless a time limit stops the run, or a component is
    too large (more than 120 matches, or 12 that share rooms): then the status may be FEASIBLE, and ``bound`` is what no
    schedule can exceed.

    Args:
        cohort: people with ``availability`` (weekly windows in local time), ``timezone``, ``modes`` and ``site``.
        program: its format is used unless all mentees of a match request another one.
        matching: who meets whom.
        start: first date on which people can meet, local to each of them.
        end: last date.
        zone: time zone of people who state none.
        hours: weekly windows of people who state none.
        grain: sessions start at multiples of so many minutes (UTC).
        buffer: minutes that people need between two sessions, and around what makes them busy.
        blackout: dates on which nobody meets, local to each person, such as `public_holidays` gives.
        busy: {id: [(from, to), …]}, as times with an offset, such as "2027-01-11T09:00+01:00"; `busy_times` reads
            them from a calendar.
        diaries: {id: `Diary`}: what is taken, single dates, preferred hours, and limits of single people.
        formats: a program's own formats, in addition to those that ship.
        rooms: {site: how many rooms, or their names} for in-person sessions; a site that is not named has enough.
        travel: {(site, site): minutes}. People at sites with a known way between them can meet in person at one of
            them; between two sessions at different sites a person has at least this time.
        pins: (mentor, mentee, number of the session from 1, time) of sessions whose time is given.
        wishes: how much each wish about dates counts.
        now: the present time, from which the notice counts; None is no notice.
        notice: hours that must lie between now and the first session.
        time_limit: seconds; None is no limit.
        cancel: an event that stops the run when it is set.
        on_interrupt: at Ctrl-C "raise" KeyboardInterrupt, or "return" the best dates so far.

    Returns:
        A `Schedule`: plans, and each match without dates with the reason and the smallest change tried that helps.

    Raises:
        InputError: arguments of another form, unknown people or formats, windows that cannot be read.
    """
    check_question(cohort, program)
    matches = matches_of(cohort, matching)
    arguments = Arguments(
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
    settings = settings_of(cohort, matches, arguments, program)
    limits = RunLimits.of(time_limit, cancel, on_interrupt)
    free_time = FreeTime(cohort, settings)
    tasks = [task_of(match, format_name(cohort, program, match), free_time) for match in matches]
    return assembled(tasks, free_time, Run(limits))
