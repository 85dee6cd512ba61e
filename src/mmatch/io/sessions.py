"""Sessions as tables: for the coordinator, and for a mail merge with each person's own local time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from typing import Any

from mmatch.availability import local_time, time_text
from mmatch.cohort import Cohort
from mmatch.io.contacts import addresses, check_contact
from mmatch.io.csvs import write_rows
from mmatch.matching import Match
from mmatch.scheduling.plans import Plan, Schedule
from mmatch.texts import translator

SESSION_HEADS = (
    *("plan", "mentor", "mentor_name", "mentees", "mentee_names", "topic", "format", "session", "of"),
    *("start_utc", "end_utc", "minutes", "mode", "site", "room", "mentor_zone", "mentor_date", "mentor_time", "place"),
)
MERGE_HEADS = (
    *("person", "name", "role", "topic", "partners", "partner_names", "session", "of", "date", "weekday", "time"),
    *("ends", "zone", "utc_offset", "minutes", "mode", "site", "room", "place"),
    *("email", "partner_emails"),
)
DUE_HEADS = ("person", "name", "role", "topic", "partners", "kind", "what", "date", "time", "zone", "email")
UNPLACED_HEADS = ("mentor", "mentor_name", "mentees", "mentee_names", "topic", "reason", "try")


def write_sessions(cohort: Cohort, schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write all sessions as CSV, one row each, in UTC and in the mentor's time zone.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    write_rows(path, SESSION_HEADS, session_rows(cohort, schedule), numeric={"plan", "session", "of", "minutes"})


def session_rows(cohort: Cohort, schedule: Schedule) -> Iterator[tuple[Any, ...]]:
    """All sessions, one row each, under `SESSION_HEADS`."""
    table = _Table(cohort, schedule)
    for number, plan in enumerate(schedule.plans, 1):
        zone = table.zones[plan.match.mentor]
        for k, session in enumerate(plan.sessions, 1):
            wall = session.begins(zone)
            yield (
                *(number, *table.pair(plan.match), plan.match.topic, plan.format, k, len(plan.sessions)),
                *(time_text(session.start), time_text(session.end), session.minutes),
                *(session.mode, session.site, session.room, zone, f"{wall:%Y-%m-%d}", f"{wall:%H:%M}", session.place),
            )


def write_session_merge(
    cohort: Cohort, schedule: Schedule, path: str | os.PathLike[str], *, contact: str = "partner"
) -> None:
    """Write one row for each person and session, for a mail merge: the partners, and the time in their own time zone.

    ``contact`` says whose addresses stand in the rows of others: "partner", "all" or "none".

    Raises:
        InputError: another ``contact``.
        ExportError: the place cannot be written; an old file is intact.
    """
    check_contact(contact)
    table = _Table(cohort, schedule)
    rows = []
    for plan in schedule.plans:
        for (k, session), who in product(enumerate(plan.sessions, 1), plan.people):
            zone = table.zones[who]
            wall, ends = session.begins(zone), local_time(session.end, zone)
            row = (
                *(who, table.names[who], *table.met(who, plan), k, len(plan.sessions)),
                *(f"{wall:%Y-%m-%d}", f"{wall:%A}", f"{wall:%H:%M}", f"{ends:%H:%M}", zone, f"UTC{wall:%z}"),
                *(session.minutes, session.mode, session.site, session.room, session.place),
                *(table.emails[who], ", ".join(addresses(cohort, plan.match, who, contact).values())),
            )
            rows.append(row)
    rows.sort(key=lambda row: (row[0], row[8], row[10]))
    write_rows(path, MERGE_HEADS, rows, numeric={"session", "of", "minutes"})


def write_dues(cohort: Cohort, schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write what each person does alone, and by when in their time zone: touchpoints and reflections.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    table = _Table(cohort, schedule)
    rows = []
    every = [(plan, due) for plan in schedule.plans for due in plan.dues]
    for plan, due in every:
        for who in plan.doers(due):
            zone, (role, topic, partners, names) = table.zones[who], table.met(who, plan)
            wall, task = local_time(due.by, zone), due.text(names, translator())
            when = f"{wall:%Y-%m-%d}", f"{wall:%H:%M}", zone
            rows.append((who, table.names[who], role, topic, partners, due.kind, task, *when, table.emails[who]))
    write_rows(path, DUE_HEADS, sorted(rows))


def write_unplaced(cohort: Cohort, schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write the matches without dates, each with the reason and what to try.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    table = _Table(cohort, schedule)
    rows = [(*table.pair(item.match), item.match.topic, item.reason, item.relaxation) for item in schedule.unplaced]
    write_rows(path, UNPLACED_HEADS, rows)


class _Table:
    """Names and zones of the people of a schedule."""

    def __init__(self, cohort: Cohort, schedule: Schedule) -> None:
        matches = [plan.match for plan in schedule.plans] + [item.match for item in schedule.unplaced]
        found = {who for match in matches for who in (match.mentor, *match.mentees)}
        people = [cohort[who] for who in sorted(found)]
        self.names = {person.id: person.name for person in people}
        self.emails = {person.id: person.email for person in people}
        self.zones = {person.id: person.timezone or schedule.settings.zone for person in people}

    def named(self, people: tuple[str, ...]) -> tuple[str, str]:
        """Ids and names of some people, each in one cell."""
        return ", ".join(people), ", ".join(self.names[who] or who for who in people)

    def pair(self, match: Match) -> tuple[str, str, str, str]:
        """Who leads and the mentees, with their names."""
        led = match.mentor, self.names[match.mentor]
        return (*led, *self.named(match.mentees))

    def met(self, who: str, plan: Plan) -> tuple[str, str, str, str]:
        """The role, the topic, and the partners of a person."""
        role = "mentor" if who == plan.match.mentor else "mentee"
        return (role, plan.match.topic, *self.named(plan.partners(who)))
