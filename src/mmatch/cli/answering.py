"""`mmatch match` makes an answer; `verify` judges it, `explain` gives its reasons, `report` writes its pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmatch.cli.inputs import (
    AnswerWords,
    AsJson,
    Collect,
    ContactOption,
    EarlierRound,
    Files,
    Language,
    Limit,
    Out,
    Policy,
    SignUps,
    event_of,
    only,
    print_json,
    question_of,
    schedule_file,
    understood,
    with_fields,
)

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events import Event
    from mmatch.matching import Matching
    from mmatch.program import Program
    from mmatch.result import Result
    from mmatch.scheduling import Dated


@with_fields
def match(  # noqa: PLR0913 - the options of the verb
    files: Files,
    *,
    out: Out = None,
    solver: Annotated[str, typer.Option(help="auto, flow, greedy, …")] = "auto",
    seed: Annotated[str, typer.Option(help="Of the lottery that breaks ties.")] = "0",
    time_limit: Limit = None,
    keep: Annotated[
        str | None, typer.Option(help="A matches.csv or result.xlsx: keep its pairs where possible.")
    ] = None,
    dates: Annotated[
        str | None,
        typer.Option(help="A dates.json: match so that as many as possible have dates; OUT gets a folder schedule."),
    ] = None,
    contact: ContactOption = "partner",
    as_json: AsJson = False,
    collect: Collect = False,
    policy: Policy,
    signups: SignUps,
    earlier: EarlierRound,
) -> None:
    """Decide who meets whom, prove it, and write the files.

    For example: mmatch match mentors.csv mentees.csv --out result
    """
    from mmatch.engine import solve
    from mmatch.errors import LimitError
    from mmatch.explanations import Reasons, reasons
    from mmatch.io.results import result_to_json
    from mmatch.reporting.console import console, print_result
    from mmatch.reporting.folder import write_folder, write_schedule_folder
    from mmatch.reporting.progress_bar import ProgressBar

    wanted = policy.read()
    reading = signups.read(files, collect=collect)
    cohort, wanted = earlier.taken_over(policy.suited(understood(reading), wanted), wanted)
    if keep is not None:
        wanted = _keeping(wanted, cohort, keep)
    number = int(seed) if seed.removeprefix("-").isascii() and seed.removeprefix("-").isdigit() else seed
    dated = None
    if dates is not None:
        dated = _with_dates(cohort, wanted, dates, (solver, number, time_limit))
        wanted, result = dated.program, dated.result
    else:
        with ProgressBar() as progress:
            result = solve(
                cohort,
                wanted,
                solver=solver,
                seed=number,
                time_limit=time_limit,
                progress=progress,
                on_interrupt="return",
            )
    try:
        found = reasons(cohort, result)
    except LimitError as error:
        typer.echo(f"note: why somebody has no match is not worked out: {error}", err=True)
        found = Reasons()
    if out is not None:
        write_folder(Path(out), (cohort, wanted), result, found, contact=contact)
        if dated is not None:
            write_schedule_folder(Path(out) / "schedule", cohort, dated.schedule, contact=contact)
        if len(reading.rejected):
            reading.rejected.write(Path(out) / "rejected.csv")
    if as_json:
        print_json(result_to_json(result))
    else:
        print_result(console(), cohort, result, found)
        if dated is not None:
            typer.echo(dated.in_words)
        if out is not None:
            tables = "" if result.found is None else "result.xlsx, matches.csv, unmatched.csv, mail_merge.csv, "
            typer.echo(f"Written to {out}: {tables}cohort.json, program.json, result.json.")
    if result.stopped == "interrupted":
        raise typer.Exit(130)
    raise typer.Exit(0 if result.found is not None else 1)


def _with_dates(cohort: Cohort, program: Program, path: str, run: tuple[str, int | str, float | None]) -> Dated:
    """Matching and dates together, as a file of dates asks for them."""
    from mmatch.io.schedules import read_dates
    from mmatch.scheduling import solve_and_schedule

    solver, seed, time_limit = run
    return solve_and_schedule(cohort, program, read_dates(path), time_limit=time_limit, solver=solver, seed=seed)


def _keeping(program: Program, cohort: Cohort, path: str) -> Program:
    """A program that keeps as many pairs of a list as possible, before everything else; who has left is noted."""
    import sys
    from dataclasses import replace

    from mmatch.aims import Keep
    from mmatch.io.hand_made import earlier_pairs

    pairs, gone = earlier_pairs(cohort, path)
    if gone:
        sys.stderr.write(f"note: {path}: {gone} pairs name somebody who has not signed up now, and are not kept\n")
    return replace(program, aims=(Keep(pairs), *(program.resolve(cohort).aims or ())))


def verify(
    answer: AnswerWords,
    *,
    again: Annotated[bool, typer.Option("--again", help="Repeat the runs of a corroborated result.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge an answer without any solver.

    The answer is a result with its proof, or a list of matches made by hand. A schedule that is named after it is
    judged instead. For example: mmatch verify result, mmatch verify result schedule, mmatch verify event
    """
    from dataclasses import asdict

    from mmatch.io.schedules import read_schedule
    from mmatch.reporting.console import console, print_violations
    from mmatch.verifying import verify as judged

    event = event_of(answer)
    if event is not None:
        _verify_event(*event, as_json=as_json)
    question, rest = question_of(answer)
    if len(rest) > 1:
        raise typer.BadParameter(f"{rest[1]} is one word too many: give an answer, or an answer and its schedule")
    dates = read_schedule(schedule_file(rest[0])) if rest else None
    if dates is None:
        violations = judged(question.cohort, question.program, question.answer, again=again)
    else:
        violations = judged(question.cohort, question.program, dates, of=question.answer)
    if as_json:
        print_json({"violations": [asdict(v) for v in violations]})
    elif violations:
        print_violations(console(), violations)
    elif dates is not None:
        typer.echo(f"Valid: all plans can be held: {len(dates.plans)}; matches without dates: {len(dates.unplaced)}.")
    else:
        typer.echo(_verdict(question.answer, again=again))
    raise typer.Exit(1 if violations else 0)


def _verify_event(cohort: Cohort, program: Program, event: Event, *, as_json: bool) -> None:
    """Judge an event, and end."""
    from dataclasses import asdict

    from mmatch.reporting.console import console, print_violations
    from mmatch.reporting.event_folder import in_words
    from mmatch.verifying import verify as judged

    violations = judged(cohort, program, event)
    if as_json:
        print_json({"violations": [asdict(v) for v in violations]})
    elif violations:
        print_violations(console(), violations)
    else:
        typer.echo(f"Valid: {in_words(event)}")
    raise typer.Exit(1 if violations else 0)


def _verdict(found: Result | Matching, *, again: bool) -> str:
    from mmatch.matching import Matching, Trust
    from mmatch.reporting.words import sureness

    if isinstance(found, Matching):
        return f"Valid: {len(found)} matches keep all rules. Whether they are the best is not claimed."
    if found.trust == Trust.CORROBORATED and not again:
        text = "that two solvers agreed is what the file says: --again repeats the runs"
        return f"True as far as it can be judged: {found.status}, value {found.value}; {text}."
    if found.found is None:
        return f"True: {found.status}, {found.trust or 'nothing is claimed'}."
    return f"True: {found.status}, value {found.value}, {sureness(found)}."


def explain(
    answer: AnswerWords,
    *,
    policy: Annotated[bool, typer.Option("--policy", help="What each tier and each rule costs instead.")] = False,
    other: Annotated[
        str | None,
        typer.Option("--not", help="Somebody whom they do not meet: why not, and at what cost?"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why each match, and each unfilled seat, is so.

    People may be named after the answer, by id, e-mail or full name. For example: mmatch explain result "Mia Schulz",
    or mmatch explain result "Mia Schulz" --not "Ann Lee"
    """
    from dataclasses import asdict

    from mmatch.explanations import policy as effects_of
    from mmatch.explanations import reasons
    from mmatch.repairs import explain as explained
    from mmatch.reporting.console import console, print_policy, safe, table

    question, names = question_of(answer)
    if policy:
        effects = effects_of(question.cohort, question.result)
        if as_json:
            print_json(effects.to_json())
        else:
            print_policy(console(), effects)
        return
    people = [question.person(name) for name in names]
    if other is not None:
        if len(people) != 1:
            raise typer.BadParameter('name one person: mmatch explain result "Mia Schulz" --not "Ann Lee"')
        pair = question.person(other), people[0]
        found = explained(question.cohort, question.result, pair)
        print_json([asdict(r) for r in found.reasons]) if as_json else typer.echo(str(found))
        return
    lines = list(reasons(question.cohort, question.result)) if not people else []
    lines += [r for who in people for r in explained(question.cohort, question.result, who).reasons]
    if as_json:
        print_json([asdict(r) for r in lines])
        return
    out = console()
    out.print(table(("kind", "topic", "why"), [(r.kind, r.topic, r.message) for r in lines]))
    if not lines:
        out.print(safe("Nothing to explain: no match and no unfilled seat concerns them."))


def report(  # noqa: PLR0913 - the options of the verb
    answer: AnswerWords,
    *,
    schedule: Annotated[str | None, typer.Option(help="The folder of a schedule, or its schedule.json.")] = None,
    out: Annotated[str, typer.Option(help="The page to write.")] = "report.html",
    people: Annotated[str | None, typer.Option(help="A folder for a page for each person.")] = None,
    by: Annotated[str | None, typer.Option(help="Compare shares matched by this.")] = None,
    title: Annotated[str, typer.Option(help="Of the pages.")] = "Mentoring program",
    contact: ContactOption = "partner",
    policy: Annotated[bool, typer.Option("--policy", help="Also what each rule costs: solves again.")] = False,
    language: Language = "en",
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
    made = reported(cohort, result, dates, effects=effects, by=by, title=title, contact=contact, language=language)
    typer.echo(f"Written: {made.write(out)}")
    if people is not None:
        typer.echo(f"Written to {people}: {len(made.write_people(people))} pages, one a person.")


def letters(  # noqa: PLR0913 - the options of the verb
    answer: AnswerWords,
    *,
    schedule: Annotated[str | None, typer.Option(help="The folder of a schedule, or its schedule.json.")] = None,
    out: Annotated[str, typer.Option(help="The folder to write to.")] = "letters",
    templates: Annotated[
        str | None,
        typer.Option(help="A folder with texts of your own: mentor.txt, mentee.txt, left_over.txt, event.txt."),
    ] = None,
    begin: Annotated[
        str | None, typer.Option(help="Write templates to begin with to this folder, and no letters.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="An earlier folder: write only to those whose matches are others now.")
    ] = None,
    language: Language = "en",
    title: Annotated[str, typer.Option(help="What the program is called.")] = "Mentoring program",
    sender: Annotated[str, typer.Option(help='Who writes, such as "Mia Schulz <mia@example.org>".')] = "",
    contact: ContactOption = "partner",
) -> None:
    """Write a letter to everybody: mentors, mentees, those who are left over; or all at an event. Nothing is sent.

    Each is a text and an e-mail that mail programs open as a draft, in the language that the person states and on
    their clock; mail_merge.csv has all of them in one table. For example:
    mmatch letters result --schedule schedule --sender "Mia Schulz <mia@example.org>"
    """
    from mmatch.io.files import atomic_write, made_folder
    from mmatch.io.schedules import read_schedule
    from mmatch.reporting.letter_writing import letter_templates
    from mmatch.reporting.letter_writing import letters as written

    if begin is not None:
        made_folder(Path(begin))
        for name, text in letter_templates(language).items():
            atomic_write(Path(begin) / f"{name}.txt", text)
        names = ", ".join(f"{name}.txt" for name in letter_templates(language))
        typer.echo(f"Written to {begin}: {names}. Change them, then give --templates.")
        return
    dates = None if schedule is None else read_schedule(schedule_file(schedule))
    event, question = event_of(answer), None
    if event is None:
        question = only(answer)
        cohort, found = question.cohort, question.result
    else:
        cohort, _, found = event
    made = written(
        *(cohort, found, dates),
        templates=templates,
        language=language,
        title=title,
        sender=sender,
        contact=contact,
    )
    if since is not None:
        if question is None:
            raise typer.BadParameter("--since compares two matches, and this is an event")
        made = made.since(only([since]).result.matching, question.result.matching)
    made.write(out)
    typer.echo(f"Written to {out}: {len(made)} letters (.txt, .eml), mail_merge.csv.")
    lost = [letter for letter in made if not letter.email]
    if lost:
        some = ", ".join(dict.fromkeys(letter.name for letter in lost[:5]))
        more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
        typer.echo(f"No address is known of {some}{more}: their letters have no recipient.")
