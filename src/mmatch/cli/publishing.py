"""`mmatch report`: one page for the coordinator, and a page for each person."""

from __future__ import annotations

from typing import Annotated

import typer

from mmatch.cli.inputs import only, schedule_file
from mmatch.cli.options import AnswerWords


def report(
    answer: AnswerWords,
    *,
    schedule: Annotated[
        str | None, typer.Option(help="The folder of a schedule, or its schedule.json.", show_default=False)
    ] = None,
    out: Annotated[str, typer.Option(help="The page to write.")] = "report.html",
    people: Annotated[str | None, typer.Option(help="A folder for a page for each person.", show_default=False)] = None,
    by: Annotated[str | None, typer.Option(help="Compare shares matched by this.", show_default=False)] = None,
    title: Annotated[str, typer.Option(help="Of the pages.")] = "Mentoring program",
    policy: Annotated[bool, typer.Option("--policy", help="Also what each rule costs: solves again.")] = False,
) -> None:
    """Write everything on one HTML page, and a page for each person.

    The page needs no network and no script. Pages of people show only what that person may see. For example:
    mmatch report result --schedule schedule
    """
    from mmatch.explanations import policy as effects_of
    from mmatch.io.schedules import read_schedule
    from mmatch.reporting.pages import report as reported

    question = only(answer)
    cohort, result = question.cohort, question.result
    dates = None if schedule is None else read_schedule(schedule_file(schedule))
    effects = effects_of(cohort, result) if policy else None
    made = reported(cohort, result, dates, effects=effects, by=by, title=title)
    typer.echo(f"Written: {made.write(out)}")
    if people is not None:
        typer.echo(f"Written to {people}: {len(made.write_people(people))} pages, one a person.")
