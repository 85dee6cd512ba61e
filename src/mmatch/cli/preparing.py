"""`mmatch check` looks at sign-up files before matching; `mmatch example` writes example ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mmatch.cli.inputs import (
    AsJson,
    Files,
    Out,
    Policy,
    SignUps,
    print_json,
    understood,
    with_fields,
)


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

    Shows how columns are read, supply and demand per topic, and what each rule removes. For example:
    mmatch check mentors.csv mentees.csv
    """
    from dataclasses import asdict

    from mmatch.explanations import readiness
    from mmatch.io.files import atomic_write
    from mmatch.reporting.console import console, print_readiness, safe

    program = policy.read()
    reading = signups.read(files)
    if save_mapping is not None:
        atomic_write(save_mapping, reading.mapping.to_json())
    out = console()
    if not as_json:
        out.print(safe(str(reading.mapping)))
    cohort = understood(reading)
    found = readiness(cohort, program)
    if as_json:
        print_json(asdict(found))
        return
    out.print(safe(repr(cohort)))
    print_readiness(out, found)


def example(
    name: Annotated[str, typer.Argument(help="The example; leave it out to list all.", show_default=False)] = "",
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
        question = " ".join(str(folder / "result" / name) for name in ("cohort.json", "program.json", "result.json"))
        typer.echo(f"Then: mmatch schedule {question} --dates {folder / 'dates.json'} --out {folder / 'dates'}")
