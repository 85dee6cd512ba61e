"""A matching turned into dates: `schedule`."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from mmatch.result import Result, check_answer
from mmatch.scheduling.assembly import Search, assembled
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.plans import Schedule
from mmatch.scheduling.requested_dates import Dates, dates_of
from mmatch.scheduling.run_limits import RunLimits
from mmatch.scheduling.schedule_settings import format_name, matches_of, settings_of
from mmatch.scheduling.tasks import task_of

if TYPE_CHECKING:
    from mmatch.cohort import Cohort


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
    matches = matches_of(result.matching)
    settings = settings_of(cohort, matches, dates_of(dates, start, end), result.program)
    limits = RunLimits.of(time_limit, cancel, on_interrupt)
    free_time = FreeTime(cohort, settings)
    tasks = [task_of(match, format_name(cohort, result.program, match), free_time) for match in matches]
    return replace(assembled(tasks, free_time, Search(limits)), question=result.proof.digest)
