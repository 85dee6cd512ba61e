"""One week of sessions as a table of text, with a column for each day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import chain, zip_longest

from mmatch.availability import DAYS, date_of, day_of, local_time, zone_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.calendars import plain_text
from mmatch.scheduling.plans import Plan, Schedule, Session
from mmatch.text import suggestion

MOST_WIDTH = 24


def week_view(schedule: Schedule, week: dt.date | str, *, zone: str = "UTC", person: str | None = None) -> str:
    """The sessions of one week as a table of text: a column for each day, as the clocks of a zone show it.

    Args:
        schedule: the plans.
        week: any date in the week, which runs from Monday to Sunday.
        zone: whose clocks.
        person: only the sessions of this person; None is all.

    Raises:
        InputError: no date, an unknown zone, somebody without any plan.
    """
    zone_of(zone, "zone")
    date = date_of(day_of(week, "week"))
    monday = date - dt.timedelta(days=date.weekday())
    plans = [plan for plan in schedule.plans if person is None or person in plan.people]
    if person is not None and not plans:
        known = sorted({who for plan in schedule.plans for who in plan.people})
        text = f"no plan has the id {excerpt(person)}"
        raise InputError(Problem("unknown-id", "person", text, suggestion(person, known)))
    columns: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
    sessions = [(plan, k, meeting) for plan in plans for k, meeting in enumerate(plan.sessions)]
    for plan, k, meeting in sorted(sessions, key=lambda row: (row[2].start, row[0].people, row[1])):
        wall = meeting.begins(zone)
        day = (wall.date() - monday).days
        if 0 <= day < 7:
            columns[day].append(_entry(plan, k, meeting, zone))
    return _table(monday, columns, zone)


def _entry(plan: Plan, k: int, meeting: Session, zone: str) -> tuple[str, ...]:
    """The lines of one session: when, who, which of how many, and where."""
    where = ", ".join(filter(None, (meeting.room, meeting.site))) or meeting.mode
    lines = (
        f"{meeting.begins(zone):%H:%M}-{local_time(meeting.end, zone):%H:%M}",
        f"{plan.match.mentor} + {', '.join(plan.match.mentees)}",
        f"{k + 1}/{len(plan.sessions)} {where}",
        "",
    )
    plain = [plain_text(line).replace("\n", " ") for line in lines]
    return tuple(line if len(line) <= MOST_WIDTH else line[: MOST_WIDTH - 1] + "…" for line in plain)


def _table(monday: dt.date, columns: dict[int, list[tuple[str, ...]]], zone: str) -> str:
    """Days beside each other; days of the weekend only where something is on."""
    days = [day for day in range(7) if day < 5 or columns.get(day)]
    heads = [f"{DAYS[day]} {(monday + dt.timedelta(days=day)).day}" for day in days]
    stacks = [[head, "", *chain(*columns.get(day, []))] for head, day in zip(heads, days, strict=True)]
    widths = [max(map(len, stack)) for stack in stacks]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in zip_longest(*stacks, fillvalue="")
    ]
    return f"Week of {monday.isoformat()} ({zone})\n\n" + "\n".join(lines).rstrip() + "\n"
