"""`mmatch schedule` and `reschedule`: dates for matches, and new ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.cli.inputs import matching_of, question_of
from mmatch.cli.options import AnswerFile, AsJson, CohortFile, Limit, Out, ProgramPath, with_fields

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.scheduling import Schedule


@dataclass(frozen=True)
class Dates:
    """What both verbs are asked for: dates, what is taken, and what to write."""

    dates: Annotated[
        str | None, typer.Option("--dates", help="What is asked for, as dates.json.", show_default=False)
    ] = None
    start: Annotated[
        str | None, typer.Option("--start", help="First date, such as 2027-01-11.", show_default=False)
    ] = None
    end: Annotated[str | None, typer.Option("--end", help="Last date.", show_default=False)] = None
    zone: Annotated[str | None, typer.Option("--zone", help="Of people who state none.", show_default=False)] = None
    holidays: Annotated[
        list[str] | None,
        typer.Option("--holidays", help="Nobody meets on public holidays: DE or DE-BY.", show_default=False),
    ] = None
    busy: Annotated[
        list[str] | None, typer.Option("--busy", help="What is taken: eva=eva.ics.", show_default=False)
    ] = None
    now: Annotated[
        str | None, typer.Option("--now", help="What time it is, such as 2027-01-04T12:00Z.", show_default=False)
    ] = None
    time_limit: Limit = None
    out: Out = None
    calendars: Annotated[bool, typer.Option("--calendars", help="Write calendar files (.ics), too.")] = False
    key: Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")] = ""
    as_json: AsJson = False

    def options(self) -> dict[str, Any]:
        """The arguments of `mm.schedule` that they mean: the file, then single options."""
        from mmatch.io.dates import read_dates

        found: dict[str, Any] = {} if self.dates is None else read_dates(self.dates)
        plain = {"start": self.start, "end": self.end, "zone": self.zone, "now": self.now}
        found |= {name: value for name, value in plain.items() if value is not None}
        if (self.holidays or self.busy) and not {"start", "end"} <= found.keys():
            raise typer.BadParameter("say when: --start and --end, or --dates dates.json")
        if self.holidays:
            found["blackout"] = _closed(found, self.holidays)
        if self.busy:
            found["busy"] = _taken(found, self.busy)
        return {**found, "time_limit": self.time_limit, "on_interrupt": "return"}


@with_fields
def schedule(cohort: CohortFile, program: ProgramPath, answer: AnswerFile, *, asked: Dates) -> None:
    """Give every match its dates, and write tables and calendar files.

    Matches without dates have a reason, and the smallest change tried that helps.
    """
    from mmatch.scheduling import schedule as planned

    facts, policy, found = question_of(cohort, program, answer)
    options = asked.options()
    for name in ("start", "end"):
        if name not in options:
            raise typer.BadParameter(f"say when: --{name} 2027-01-11, or --dates dates.json")
    _dated(facts, planned(facts, policy, matching_of(found), **options), asked)


@with_fields
def reschedule(
    cohort: CohortFile,
    program: ProgramPath,
    answer: AnswerFile,
    previous: Annotated[str, typer.Argument(help="schedule.json, as it is so far.")],
    *,
    published: Annotated[
        str | None, typer.Option(help="The last date up to which sessions were announced.", show_default=False)
    ] = None,
    asked: Dates,
) -> None:
    """Find new dates after changes, with as little moved as can be.

    Sessions that began before --now have been held and stay. Options that are not given are as before.
    """
    from mmatch.io.schedules import read_schedule
    from mmatch.scheduling import reschedule as replanned

    facts, policy, found = question_of(cohort, program, answer)
    before = read_schedule(previous)
    made = replanned(facts, policy, matching_of(found), before, published=published, **asked.options())
    _dated(facts, made, asked)


def _closed(found: dict[str, Any], countries: list[str]) -> list[Any]:
    """The dates on which nobody meets, with public holidays."""
    from mmatch.io.holidays import public_holidays

    closed = list(found.get("blackout", ()))
    for code in countries:
        country, _, region = code.partition("-")
        closed += public_holidays(country, start=found["start"], end=found["end"], region=region or None)
    return closed


def _taken(found: dict[str, Any], files: list[str]) -> dict[str, list[Any]]:
    """What is taken, by id, from calendar files."""
    from mmatch.io.busy import busy_times

    span = {"start": found["start"], "end": found["end"], "zone": found.get("zone") or "UTC"}
    taken: dict[str, list[Any]] = {}
    for item in files:
        who, is_given, file = item.partition("=")
        if not is_given:
            raise typer.BadParameter(f"write --busy id=file.ics, not {item!r}")
        taken.setdefault(who, []).extend(busy_times(file, **span))
    return taken


def _dated(facts: Cohort, made: Schedule, asked: Dates) -> None:
    """Print a schedule and write its files; the exit status says whether any match has dates."""
    from mmatch.io.json_text import dump_json
    from mmatch.io.schedules import schedule_to_json
    from mmatch.reporting.console import console
    from mmatch.reporting.schedules import print_schedule, write_schedule_folder

    if asked.out is not None:
        write_schedule_folder(Path(asked.out), facts, made, calendars=asked.calendars, key=asked.key, now=asked.now)
    if asked.as_json:
        typer.echo(dump_json(schedule_to_json(made)), nl=False)
    else:
        print_schedule(console(), facts, made)
        if asked.out is not None:
            more = ", calendars." if asked.calendars else "."
            typer.echo(f"Written to {asked.out}: schedule.json, tables, hand-outs{more}")
    if made.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if made.plans or not made.unplaced else 1)
