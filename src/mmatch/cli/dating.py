"""`mmatch schedule` and `reschedule`: dates for matches, and new ones."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mmatch.cli.inputs import matching_of, question_of
from mmatch.cli.options import AnswerFile, AsJson, CohortFile, Limit, Out, ProgramPath

if TYPE_CHECKING:
    from mmatch.people import Cohort
    from mmatch.planning import Schedule


DatesFile = Annotated[str | None, typer.Option("--dates", help="What is asked for, as dates.json.", show_default=False)]
Busy = Annotated[list[str] | None, typer.Option("--busy", help="What is taken: eva=eva.ics.", show_default=False)]
Holidays = Annotated[
    list[str] | None,
    typer.Option("--holidays", help="Nobody meets on public holidays: DE or DE-BY.", show_default=False),
]
Key = Annotated[str, typer.Option(help="A secret from which the names of calendar entries are made.")]
Calendars = Annotated[bool, typer.Option("--calendars", help="Write calendar files (.ics), too.")]
Start = Annotated[str | None, typer.Option("--start", help="First date, such as 2027-01-11.", show_default=False)]
End = Annotated[str | None, typer.Option("--end", help="Last date.", show_default=False)]
Zone = Annotated[str | None, typer.Option("--zone", help="Of people who state none.", show_default=False)]
Now = Annotated[
    str | None, typer.Option("--now", help="What time it is, such as 2027-01-04T12:00Z.", show_default=False)
]


def schedule(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: AnswerFile,
    *,
    dates: DatesFile = None,
    start: Start = None,
    end: End = None,
    zone: Zone = None,
    holidays: Holidays = None,
    busy: Busy = None,
    now: Now = None,
    time_limit: Limit = None,
    out: Out = None,
    calendars: Calendars = False,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Give every match its dates, and write tables and calendar files.

    Matches without dates have a reason, and the smallest change tried that helps.
    """
    from mmatch.planning import schedule as planned

    facts, policy, found = question_of(cohort, program, answer)
    options = _dates(dates, {"start": start, "end": end, "zone": zone, "now": now}, holidays, busy)
    for name in ("start", "end"):
        if name not in options:
            raise typer.BadParameter(f"say when: --{name} 2027-01-11, or --dates dates.json")
    made = planned(facts, policy, matching_of(found), **options, time_limit=time_limit, on_interrupt="return")
    _dated(facts, made, out, (calendars, key, now), as_json=as_json)


def reschedule(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: AnswerFile,
    previous: Annotated[str, typer.Argument(help="schedule.json, as it is so far.")],
    *,
    dates: DatesFile = None,
    start: Start = None,
    end: End = None,
    zone: Zone = None,
    holidays: Holidays = None,
    busy: Busy = None,
    now: Now = None,
    published: Annotated[
        str | None, typer.Option(help="The last date up to which sessions were announced.", show_default=False)
    ] = None,
    time_limit: Limit = None,
    out: Out = None,
    calendars: Calendars = False,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Find new dates after changes, with as little moved as can be.

    Sessions that began before --now have been held and stay. Options that are not given are as before.
    """
    from mmatch.io.schedules import read_schedule
    from mmatch.planning import reschedule as replanned

    facts, policy, found = question_of(cohort, program, answer)
    before = read_schedule(previous)
    changes = _dates(dates, {"start": start, "end": end, "zone": zone, "now": now}, holidays, busy)
    made = replanned(
        facts,
        policy,
        matching_of(found),
        before,
        published=published,
        time_limit=time_limit,
        on_interrupt="return",
        **changes,
    )
    _dated(facts, made, out, (calendars, key, now), as_json=as_json)


def _dates(
    path: str | None, plain: dict[str, str | None], holidays: list[str] | None, busy: list[str] | None
) -> dict[str, Any]:
    """What a schedule is asked for: the file, then single options."""
    from mmatch.io.busy import busy_times
    from mmatch.io.dates import read_dates
    from mmatch.io.holidays import public_holidays

    found = {} if path is None else read_dates(path)
    found |= {name: value for name, value in plain.items() if value is not None}
    span: dict[str, Any] = {"start": found.get("start"), "end": found.get("end")}
    if (holidays or busy) and None in span.values():
        raise typer.BadParameter("say when: --start and --end, or --dates dates.json")
    closed = list(found.get("blackout", ()))
    for code in holidays or ():
        country, _, region = code.partition("-")
        closed += public_holidays(country, **span, region=region or None)
    if holidays:
        found["blackout"] = closed
    taken: dict[str, list[Any]] = {}
    for item in busy or ():
        who, is_given, file = item.partition("=")
        if not is_given:
            raise typer.BadParameter(f"write --busy id=file.ics, not {item!r}")
        taken.setdefault(who, []).extend(busy_times(file, **span, zone=found.get("zone") or "UTC"))
    return found | ({"busy": taken} if taken else {})


def _dated(
    facts: Cohort, made: Schedule, out: str | None, files: tuple[bool, str, str | None], *, as_json: bool
) -> None:
    """Print a schedule and write its files; the exit status says whether any match has dates."""
    from mmatch.io.json_text import dump_json
    from mmatch.io.schedules import schedule_to_json
    from mmatch.reporting.console import console
    from mmatch.reporting.schedules import print_schedule, write_schedule_folder

    calendars, key, now = files
    if out is not None:
        write_schedule_folder(Path(out), facts, made, calendars=calendars, key=key, now=now)
    if as_json:
        typer.echo(dump_json(schedule_to_json(made)), nl=False)
    else:
        print_schedule(console(), facts, made)
        if out is not None:
            typer.echo(f"Written to {out}: schedule.json, tables, hand-outs" + (", calendars." if calendars else "."))
    if made.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if made.plans or not made.unplaced else 1)
