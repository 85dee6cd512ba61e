"""`mmatch schedule` gives matches their dates; `mmatch reschedule` finds new dates after changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.cli.inputs import (
    AnswerWords,
    AsJson,
    ContactOption,
    Inputs,
    Language,
    Limit,
    Out,
    only,
    print_json,
    question_of,
    schedule_file,
    with_fields,
)
from mmatch.errors import InputError

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.scheduling import Dates, Schedule


@dataclass(frozen=True)
class DateOptions:
    """What both verbs are asked for: dates, what is taken, and what to write."""

    dates: Annotated[str | None, typer.Option(help="What is asked for, as dates.json.")] = None
    start: Annotated[str | None, typer.Option(help="First date, such as 2027-01-11.")] = None
    end: Annotated[str | None, typer.Option(help="Last date.")] = None
    zone: Annotated[str | None, typer.Option(help="Of people who state none.")] = None
    holidays: Annotated[
        list[str] | None,
        typer.Option(help="Nobody meets on public holidays: DE or DE-BY."),
    ] = None
    busy: Annotated[list[str] | None, typer.Option(help="What is taken: eva=eva.ics.")] = None
    calendar_zones: Annotated[
        list[str] | None,
        typer.Option(
            "--calendar-zone",
            help='What a zone in calendars means: "My Zone=Europe/Berlin"; "*=" is the zone of each person.',
        ),
    ] = None
    grain: Annotated[int | None, typer.Option(help="Sessions start at multiples of so many minutes.")] = None
    now: Annotated[str | None, typer.Option(help="What time it is, such as 2027-01-04T12:00Z.")] = None
    time_limit: Limit = None
    out: Out = None
    calendars: Annotated[bool, typer.Option("--calendars", help="Write calendar files (.ics), too.")] = False
    key: Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")] = ""
    tasks: Annotated[str, typer.Option(help="How calendars hold tasks: todo, or event where todos are not shown.")] = (
        "todo"
    )
    language: Language = "en"
    invite: Annotated[
        str | None, typer.Option(help="Who invites everybody whose address is known: mia@example.org (--calendars).")
    ] = None
    contact: ContactOption = "partner"
    as_json: AsJson = False

    def options(self, cohort: Cohort, before: Dates | None = None) -> Dates:
        """What they ask of the calendar: as before, then the file, then single options."""
        from mmatch.io.schedules import DATES
        from mmatch.scheduling import Dates

        found: dict[str, Any] = {} if self.dates is None else DATES.load(self.dates)
        plain = {"start": self.start, "end": self.end, "zone": self.zone, "now": self.now, "grain": self.grain}
        found |= {name: value for name, value in plain.items() if value is not None}
        if before is None:
            for name in ("start", "end"):
                if name not in found:
                    raise typer.BadParameter(f"say when: --{name} 2027-01-11, or --dates dates.json")
        try:
            dates = Dates(**found) if before is None else replace(before, **found)
        except InputError as error:
            raise InputError(
                problem
                if self.dates is None or plain.get(problem.where)
                else replace(problem, where=f"{Path(self.dates).name} {problem.where}")
                for problem in error.problems
            ) from None
        closed = list(dates.blackout)
        for code in self.holidays or ():
            from mmatch.io.busy import public_holidays

            country, _, region = code.partition("-")
            closed += public_holidays(country, start=dates.start, end=dates.end, region=region or None)
        dates = replace(dates, blackout=closed)
        return replace(dates, busy=_taken(dates, self.busy, self._meanings(), cohort)) if self.busy else dates

    def _meanings(self) -> dict[str, str]:
        """What names of zones in calendars mean."""
        found = {}
        for item in self.calendar_zones or ():
            label, is_given, zone = item.rpartition("=")
            if not is_given or not label:
                raise typer.BadParameter(f'write --calendar-zone "name=Europe/Berlin", not {item!r}')
            found[label] = zone
        return found


@with_fields
def schedule(answer: AnswerWords, *, dates: DateOptions) -> None:
    """Give every match its dates, and write tables and calendar files.

    Matches without dates have a reason, and the smallest change tried that helps. For example:
    mmatch schedule result --start 2027-01-11 --end 2027-02-12 --out schedule
    """
    from mmatch.scheduling import schedule as planned

    question = only(answer)
    cohort = question.cohort
    asked = dates.options(cohort)
    _dated(question, planned(cohort, question.result, asked, time_limit=dates.time_limit, on_interrupt="return"), dates)


@with_fields
def reschedule(
    answer: AnswerWords,
    *,
    published: Annotated[str | None, typer.Option(help="The last date up to which sessions were announced.")] = None,
    dates: DateOptions,
) -> None:
    """Find new dates after changes, with as little moved as can be.

    The schedule so far, a folder or its schedule.json, is named after the answer. Sessions that began before --now have
    been held and stay. Options that are not given are as before. For example:
    mmatch reschedule result schedule --now 2027-01-20T12:00Z
    """
    from mmatch.io.schedules import read_schedule
    from mmatch.scheduling import reschedule as replanned

    question, rest = question_of(answer)
    if len(rest) != 1:
        raise typer.BadParameter("name the answer and the schedule so far: mmatch reschedule result schedule")
    before = read_schedule(schedule_file(rest[0]))
    made = replanned(
        question.cohort,
        question.result,
        before,
        dates.options(question.cohort, before.dates),
        published=published,
        time_limit=dates.time_limit,
        on_interrupt="return",
    )
    _dated(question, made, dates)


def _taken(dates: Dates, files: list[str], zones: dict[str, str], cohort: Cohort) -> dict[str, list[Any]]:
    """What is taken, by id, from calendar files, each read in the time zone of the person whose it is."""
    from mmatch.io.busy import busy_people

    calendars: dict[str, list[str]] = {}
    for item in files:
        who, is_given, file = item.partition("=")
        if not is_given:
            raise typer.BadParameter(f"write --busy id=file.ics, not {item!r}")
        calendars.setdefault(who, []).append(file)
    found = busy_people(cohort, calendars, start=dates.start, end=dates.end, zone=dates.zone, zones=zones)
    return {who: [*dates.busy.get(who, ()), *found.get(who, ())] for who in {**dates.busy, **found}}


def _dated(question: Inputs, made: Schedule, dates: DateOptions) -> None:
    """Print a schedule and write its files; the exit status says whether any match has dates."""
    from mmatch.io.schedules import schedule_to_json
    from mmatch.reporting.console import console, print_schedule
    from mmatch.reporting.folder import write_schedule_folder
    from mmatch.reporting.workbook import write_workbook

    facts = question.cohort
    if dates.out is not None:
        write_schedule_folder(
            Path(dates.out),
            facts,
            made,
            calendars=dates.calendars,
            key=dates.key,
            now=dates.now,
            tasks=dates.tasks,
            language=dates.language,
            contact=dates.contact,
            organizer=dates.invite,
        )
        write_workbook(facts, question.result, Path(dates.out) / "result.xlsx", made, contact=dates.contact)
    if dates.as_json:
        print_json(schedule_to_json(made))
    else:
        print_schedule(console(), facts, made)
        if dates.out is not None:
            more = ", calendars." if dates.calendars else "."
            typer.echo(f"Written to {dates.out}: schedule.json, result.xlsx, tables, hand-outs{more}")
    if made.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if made.plans or not made.unplaced else 1)
