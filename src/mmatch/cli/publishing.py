"""`mmatch report`: one page for the coordinator, and a page for each person."""

from __future__ import annotations

from typing import Annotated

import typer

from mmatch.cli.inputs import question_of
from mmatch.cli.options import CohortFile, ProgramPath


def report(  # noqa: PLR0913 - the options of the verb
    cohort: CohortFile,
    program: ProgramPath,
    answer: Annotated[str, typer.Argument(help="result.json.")],
    dates: Annotated[str | None, typer.Argument(help="schedule.json, where there are dates.")] = None,
    *,
    out: Annotated[str, typer.Option(help="The page to write.")] = "report.html",
    people: Annotated[str | None, typer.Option(help="A folder for a page for each person.", show_default=False)] = None,
    by: Annotated[str | None, typer.Option(help="Compare shares matched by this.", show_default=False)] = None,
    title: Annotated[str, typer.Option(help="Of the pages.")] = "Mentoring program",
    policy: Annotated[bool, typer.Option("--policy", help="Also what each rule costs: solves again.")] = False,
) -> None:
    """Write everything on one HTML page, and a page for each person.

    The page needs no network and no script. Pages of people show only what that person may see.
    """
    from mmatch.explanations import explain as explained
    from mmatch.io.schedules import read_schedule
    from mmatch.matching import Matching
    from mmatch.reporting.pages import report as reported

    facts, given, found = question_of(cohort, program, answer)
    if isinstance(found, Matching):
        raise typer.BadParameter("report needs a result.json, because it says what was proved")
    schedule = None if dates is None else read_schedule(dates)
    explanation = explained(facts, given, found) if policy else None
    made = reported(facts, given, found, schedule=schedule, explanation=explanation, by=by, title=title)
    typer.echo(f"Written: {made.write(out)}")
    if people is not None:
        typer.echo(f"Written to {people}: {len(made.write_people(people))} pages, one a person.")
