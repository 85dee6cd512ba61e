"""What comes before a match: `mmatch example` writes sign-up files, `check` looks at some, `setup` asks about them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mmatch.cli.inputs import AsJson, Files, Out, Policy, SignUps, print_json, understood, with_fields
from mmatch.errors import excerpt

if TYPE_CHECKING:
    from mmatch.program import Program
    from mmatch.signup.mapping import ColumnMeaning
    from mmatch.signup.questions import Question
    from mmatch.signup.reading import Reading

_ASKED = {  # what a column decides, in words that can stand behind "Is this …?"
    "offers": "what mentors offer",
    "requests": "what mentees ask for",
    "topic": "the topics, offered by mentors and asked for by mentees",
    "capacity": "how many mentees a mentor takes",
    "mentors": "how many mentors a mentee wants",
    "role": "who is a mentor and who is a mentee",
    "ranks": "whom somebody wishes for",
    "mentee_ranks": "which mentees a mentor wishes for",
    "avoids": "who must not be matched",
    "availability": "when somebody is free",
}


@with_fields
def check(
    files: Files,
    *,
    save_mapping: Annotated[str | None, typer.Option(help="Write the mapping here, to edit it.")] = None,
    as_json: AsJson = False,
    policy: Policy,
    signups: SignUps,
) -> None:
    """Look before matching: columns, supply, rules.

    Shows how columns are read, supply and demand per topic, what each rule removes, and which format of sessions each
    topic calls for. For example:
    mmatch check mentors.csv mentees.csv
    """
    from dataclasses import asdict

    from mmatch.explanations import readiness
    from mmatch.formats.recommending import format_needs
    from mmatch.io.files import atomic_write
    from mmatch.reporting.console import console, print_needs, print_readiness, safe

    program = policy.read()
    reading = signups.read(files)
    if save_mapping is not None:
        atomic_write(save_mapping, reading.mapping.to_json())
    out = console()
    if not as_json:
        out.print(safe(str(reading.mapping)))
    cohort = policy.suited(understood(reading), program)
    found, needs = readiness(cohort, program), format_needs(cohort, program.formats)
    if as_json:
        print_json({**asdict(found), "formats": [asdict(need) for need in needs]})
        return
    out.print(safe(repr(cohort)))
    print_readiness(out, cohort, found)
    print_needs(out, needs, program.format_name)


def example(
    name: Annotated[str, typer.Argument(help="The example; leave it out to list all.")] = "",
    out: Out = None,
) -> None:
    """Write an example cohort as sign-up files.

    For example: mmatch example informational --out example
    """
    from mmatch import datasets

    if not name:
        for known in datasets.names():
            typer.echo(f"{known:16}{datasets.load(known).title}")
        return
    found = datasets.load(name)
    folder = Path(out or name)
    paths = datasets.write_example(found, folder)
    typer.echo(f"{found.title}\n\n{found.story}\n")
    for path in paths:
        typer.echo(f"wrote {path}")
    if found.dates:
        typer.echo(f"wrote {folder / 'dates.json'}")
    *sheets, program = map(str, paths)
    typer.echo(f"\nNow: mmatch match {' '.join(sheets)} --program {program} --out {folder / 'result'}")
    if found.dates:
        answer, dates, plan = (folder / name for name in ("result", "dates.json", "schedule"))
        typer.echo(f"Then: mmatch schedule {answer} --dates {dates} --out {plan}")


@with_fields
def setup(files: Files, *, out: Out = None, signups: SignUps) -> None:
    """Say how your sign-up files are meant, one question after another.

    Writes mapping.json and program.json, for the other commands. For example: mmatch setup mentors.csv mentees.csv
    """
    from mmatch.io.files import made_folder
    from mmatch.io.programs import write_program

    given = list(signups.answer or ())
    reading = _settled(files, signups, given)
    for column in reading.mapping.columns:
        if column.meaning in _ASKED and not any(answer.startswith(f"{column.column}=") for answer in given):
            given += _confirmed(column, reading)
    reading = _settled(files, signups, given)
    cohort = reading.cohort
    typer.echo(f"\n{cohort!r}")
    folder = made_folder(Path(out or "."))
    reading.mapping.save(folder / "mapping.json")
    write_program(_program(), folder / "program.json")
    names = " ".join(f'"{name}"' if " " in name else name for name in files)
    where = f"--mapping {folder / 'mapping.json'} --program {folder / 'program.json'}"
    typer.echo(f"wrote {folder / 'mapping.json'} and {folder / 'program.json'}\n\nNow: mmatch match {names} {where}")


def _settled(files: list[str], signups: SignUps, given: list[str]) -> Reading:
    """A reading in which every question that decides is answered; ``given`` grows by the answers."""
    while True:
        reading = SignUps(signups.mapping, given, signups.history, signups.words).read(files)
        asked = next((question for question in reading.questions if question.decides), None)
        if asked is None:
            return reading
        given.append(f"{asked.key}={_answer(asked)}")


def _answer(question: Question) -> str:
    """What somebody at the terminal answers to a question of the reader."""
    from mmatch.signup.mapping import MEANINGS

    typer.echo(f"\n{question.file}" + (f", column {question.column}" if question.column else ""))
    typer.echo(f"  {question.evidence}")
    choices = list(dict.fromkeys(filter(None, (question.meaning, *question.alternatives))))
    meanings = MEANINGS if question.key == question.column else {}
    for number, choice in enumerate(choices, 1):
        typer.echo(f"  {number}  {choice}" + (f": {meanings[choice]}" if choice in meanings else ""))
    while True:
        found: str = typer.prompt("  Number, or another answer", default="1" if question.meaning else None)
        if not found.isdigit() or not choices:
            return found.strip()
        if 1 <= int(found) <= len(choices):
            return choices[int(found) - 1]
        typer.echo(f"  expected a number from 1 to {len(choices)}")


def _confirmed(column: ColumnMeaning, reading: Reading) -> list[str]:
    """The answer about a column that was understood, where somebody says that it means something else."""
    from mmatch.signup.mapping import MEANINGS

    cells = ", ".join(map(excerpt, reading.samples.get((column.file, column.column), ())))
    typer.echo(f"\n{column.file}, column {column.column}\n  cells: {cells}")
    if typer.confirm(f"  Is this {_ASKED[column.meaning]}?", default=True):
        return []
    for meaning, words in MEANINGS.items():
        typer.echo(f"  {meaning:22}{words}")
    found: str = typer.prompt("  What is it?", default="attribute")
    return [f"{column.column}={found.strip()}"]


def _program() -> Program:
    """A program by what every program decides: pairs or groups, and how many sessions."""
    from mmatch.errors import InputError
    from mmatch.io.settings import with_settings
    from mmatch.program import Program

    typer.echo("")
    while True:
        size = typer.prompt("Mentees that meet one mentor together (1 for pairs, 3-6 for groups)", default="1")
        sessions = typer.prompt("Sessions of each match (1, 2 or 3)", default="1")
        form = {"1": "single", "2": "two_session", "3": "three_session"}.get(sessions, sessions)
        try:
            return with_settings(Program(), [f"group={size}", f"format={form}"])
        except InputError as error:
            typer.echo(str(error))
