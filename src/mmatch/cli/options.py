"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any, get_type_hints

import typer

Files = Annotated[list[str], typer.Argument(metavar="FILES...", help="Sign-up files: CSV or JSON.", show_default=False)]
ProgramFile = Annotated[str | None, typer.Option("--program", help="A program as JSON.", show_default=False)]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change the program: group=3-6, rule=Differs(department), aims=Coverage,EvenLoad."),
]
GroupSizes = Annotated[
    list[str] | None,
    typer.Option("--group", help="Mentees in one match: 3-6; for one topic data=2-4.", show_default=False),
]
MappingFile = Annotated[str | None, typer.Option("--mapping", help="A saved mapping of columns.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Out = Annotated[str | None, typer.Option("--out", help="The folder to write to.", show_default=False)]
Collect = Annotated[bool, typer.Option("--skip-bad-rows", help="Load the good rows, write the others to rejected.csv.")]
AnswerWords = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWER",
        help="The folder that match wrote, a result.json or a matches.csv in it; or cohort, program and answer.",
        show_default=False,
    ),
]
Limit = Annotated[float | None, typer.Option("--time-limit", help="Seconds.", show_default=False)]


def with_fields(verb: Callable[..., None]) -> Callable[..., None]:
    """A command whose last parameter is a dataclass, with an option for each of its fields instead."""
    *own, last = signature(verb, eval_str=True).parameters.values()
    kind, hints = last.annotation, get_type_hints(last.annotation, include_extras=True)
    shared = [
        Parameter(item.name, Parameter.KEYWORD_ONLY, default=item.default, annotation=hints[item.name])
        for item in fields(kind)
    ]

    @wraps(verb)
    def command(**given: Any) -> None:
        values = {item.name: given.pop(item.name) for item in shared}
        verb(**given, **{last.name: kind(**values)})

    every = [*own, *shared]
    command.__signature__ = signature(verb).replace(parameters=every)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in every}
    return command
