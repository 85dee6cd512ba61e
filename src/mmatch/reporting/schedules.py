"""A schedule on a screen, and its folder of tables and calendar files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from rich.text import Text

from mmatch.formats import format_of, handout
from mmatch.io.calendars import slug, write_calendars
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.schedules import write_schedule
from mmatch.io.sessions import write_dues, write_session_merge, write_sessions, write_unplaced
from mmatch.matching import Status
from mmatch.reporting.console import MOST_ROWS, safe, table

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from mmatch.cohort import Cohort
    from mmatch.scheduling import Plan, Schedule


def write_schedule_folder(
    folder: Path, cohort: Cohort, schedule: Schedule, *, calendars: bool = False, key: str = "", now: str | None = None
) -> None:
    """Write schedule.json, tables (sessions, mail_merge, dues, unplaced), hand-outs, and calendar files where wanted.

    Args:
        folder: made where it does not exist.
        cohort: names the people.
        schedule: the plans.
        calendars: whether to write the folder ``calendars``.
        key: of the names of calendar entries.
        now: the time stamp of calendar entries; None takes the clock of this machine.

    Raises:
        ExportError: the folder cannot be made or written.
        ExtraError: calendar files are wanted, and icalendar is not installed.
    """
    made_folder(folder)
    write_schedule(schedule, folder / "schedule.json")
    write_sessions(cohort, schedule, folder / "sessions.csv")
    write_session_merge(cohort, schedule, folder / "mail_merge.csv")
    write_dues(cohort, schedule, folder / "dues.csv")
    write_unplaced(cohort, schedule, folder / "unplaced.csv")
    _write_handouts(schedule, folder)
    if calendars:
        clock = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
        write_calendars(cohort, schedule, folder / "calendars", now=clock if now is None else now, key=key)


def _write_handouts(schedule: Schedule, folder: Path) -> None:
    """What the mentor and the mentee should know about each format, as Markdown."""
    for name in sorted({plan.format for plan in schedule.plans}):
        form = format_of(name, schedule.settings.formats)
        for who in ("mentor", "mentee"):
            atomic_write(folder / f"handout-{slug(name)}-{who}.md", handout(form, who).encode())


def print_schedule(out: Console, cohort: Cohort, schedule: Schedule) -> None:
    """Sessions in the mentor's local time, matches without dates with their reasons, and how good it all is."""
    heads = ("", "mentor", "mentees", "session", "date", "time", "zone", "where")
    rows = [row for number, plan in enumerate(schedule.plans, 1) for row in _rows(number, plan, cohort, schedule)]
    out.print(table(heads, rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        out.print(safe(f"  … and {len(rows) - MOST_ROWS:,} more sessions"))
    for item in schedule.unplaced[:MOST_ROWS]:
        led, mentees = " and ".join(item.match.mentors), " and ".join(item.match.mentees)
        out.print(safe(f"No dates for {led} with {mentees}: {item.reason}"))
        if item.relaxation:
            out.print(safe(f"  try: {item.relaxation}"))
    out.print(Text(_headline(schedule), style="bold"))


def _rows(number: int, plan: Plan, cohort: Cohort, schedule: Schedule) -> list[tuple[object, ...]]:
    """The sessions of one plan; who attends stands in the first row."""
    zone = cohort[plan.match.mentor].timezone or schedule.settings.zone
    found: list[tuple[object, ...]] = []
    for k, meeting in enumerate(plan.sessions):
        wall = meeting.begins(zone)
        where = ", ".join(filter(None, (meeting.room, meeting.site))) or meeting.mode
        who = (" & ".join(plan.match.mentors), ", ".join(plan.match.mentees)) if k == 0 else ("", "")
        found.append(("" if k else number, *who, k + 1, f"{wall:%a %Y-%m-%d}", f"{wall:%H:%M}", zone, where))
    return found


def _headline(schedule: Schedule) -> str:
    placed, every = len(schedule.plans), len(schedule.plans) + len(schedule.unplaced)
    if schedule.status == Status.OPTIMAL:
        return f"{placed} of {every} matches have dates, and no other dates are better."
    stopped = f" ({schedule.stopped.replace('_', ' ')})" if schedule.stopped else ""
    most = "" if schedule.bound is None else f"; at most {schedule.bound[0]} can"
    return f"{placed} of {every} matches have dates{most}; better dates may exist{stopped}."
