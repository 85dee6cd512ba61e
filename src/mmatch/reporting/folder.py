"""The folders of a match and of a schedule: everything that a coordinator needs, and that a judge reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from mmatch.cohort import Cohort
from mmatch.formats import format_of, handout
from mmatch.io.calendars import Invitation, slug, write_calendars
from mmatch.io.cohorts import write_cohort
from mmatch.io.contacts import check_contact
from mmatch.io.files import atomic_write, made_folder
from mmatch.io.matches import write_mail_merge, write_matches, write_unmatched
from mmatch.io.programs import write_program
from mmatch.io.results import write_result
from mmatch.io.schedules import write_schedule
from mmatch.io.sessions import write_dues, write_session_merge, write_sessions, write_unplaced
from mmatch.matching import Reason
from mmatch.program import Program
from mmatch.reporting.personal import person_handout
from mmatch.reporting.workbook import write_workbook
from mmatch.result import Result
from mmatch.scheduling import Schedule
from mmatch.texts import translator

MOST_PEOPLE = 20_000  # in a workbook


def write_folder(
    folder: Path,
    question: tuple[Cohort, Program],
    result: Result,
    reasons: Sequence[Reason],
    *,
    contact: str = "partner",
) -> None:
    """Write matches.csv, unmatched.csv, mail_merge.csv, result.xlsx, result.json, cohort.json and program.json.

    Without a matching only the last three are written, and tables of an earlier run are left alone. Of more than
    20,000 people no workbook is written: nobody edits one.

    Raises:
        ExportError: the folder cannot be made or written.
    """
    cohort, program = question
    made_folder(folder)
    write_cohort(cohort, folder / "cohort.json")
    write_program(program, folder / "program.json")
    write_result(result, folder / "result.json")
    if result.found is not None:
        write_matches(cohort, result.matching, folder / "matches.csv")
        write_unmatched(cohort, result.matching, reasons, folder / "unmatched.csv")
        write_mail_merge(cohort, result.matching, folder / "mail_merge.csv", contact=contact)
        if len(cohort) <= MOST_PEOPLE:
            write_workbook(cohort, result, folder / "result.xlsx", contact=contact, reasons=reasons)


def write_schedule_folder(  # noqa: PLR0913 - one keyword for each kind of file
    folder: Path,
    cohort: Cohort,
    schedule: Schedule,
    *,
    calendars: bool = False,
    key: str = "",
    now: str | None = None,
    tasks: str = "todo",
    language: str = "en",
    contact: str = "partner",
    organizer: str | None = None,
) -> None:
    """Write schedule.json, tables (sessions, mail_merge, dues, unplaced), hand-outs, and calendar files where wanted.

    There is a hand-out for each format and role, and one in the folder ``handouts`` for each person.

    Args:
        folder: made where it does not exist.
        cohort: names the people.
        schedule: the plans.
        calendars: whether to write the folder ``calendars``.
        key: of the names of calendar entries.
        now: the time stamp of calendar entries; None takes the clock of this machine.
        tasks: how calendars hold tasks: "todo" or "event".
        language: of hand-outs and calendars, but of people who state another one that is translated.
        contact: whose addresses stand in the rows of others: "partner", "all" or "none".
        organizer: the address of whoever invites everybody whose address is known; None writes no invitations.

    Raises:
        InputError: a language that is not translated; nothing is written then.
        ExportError: the folder cannot be made or written.
    """
    translator(language)
    check_contact(contact)
    made_folder(folder)
    write_schedule(schedule, folder / "schedule.json")
    write_sessions(cohort, schedule, folder / "sessions.csv")
    write_session_merge(cohort, schedule, folder / "mail_merge.csv", contact=contact)
    write_dues(cohort, schedule, folder / "dues.csv")
    write_unplaced(cohort, schedule, folder / "unplaced.csv")
    for name in sorted({plan.format for plan in schedule.plans}):
        form = format_of(name, schedule.settings.formats)
        for who in ("mentor", "mentee"):
            atomic_write(
                folder / f"handout-{'-'.join(map(slug, name.split('_')))}-{who}.md",
                handout(form, who, language).encode(),
            )
    people = made_folder(folder / "handouts")
    for number, who in enumerate(sorted({who for plan in schedule.plans for who in plan.people}), 1):
        text = person_handout(cohort, schedule, who, language=language)
        atomic_write(people / f"{number:04}-{slug(who)}.md", text.encode())
    if calendars:
        clock = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
        stamp = clock if now is None else now
        options = {"key": key, "tasks": tasks, "language": language}
        invitation = None if organizer is None else Invitation(organizer)
        write_calendars(cohort, schedule, folder / "calendars", now=stamp, invitation=invitation, **options)
