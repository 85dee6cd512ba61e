"""What commands are given: their common options, files, a program with changes, a question with its answer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.events import Event
    from mmatch.matching import Matching
    from mmatch.program import Program
    from mmatch.result import Result
    from mmatch.signup.reading import Reading

MOST_NOTES = 5
Files = Annotated[list[str], typer.Argument(metavar="FILES...", help="Sign-up files: CSV, workbooks or JSON.")]
ProgramFile = Annotated[str | None, typer.Option(help="A program as JSON.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change the program: group=3-6, rule=Differs(department), aims=Coverage,EvenLoad."),
]
GroupSizes = Annotated[
    list[str] | None,
    typer.Option(help="Mentees in one match: 3-6; for one topic data=2-4."),
]
MappingFile = Annotated[str | None, typer.Option(help="A saved mapping of columns.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
Out = Annotated[str | None, typer.Option(help="The folder to write to.")]
Collect = Annotated[bool, typer.Option("--skip-bad-rows", help="Load the good rows, write the others to rejected.csv.")]
AnswerWords = Annotated[
    list[str],
    typer.Argument(
        metavar="ANSWER",
        help="The folder that match wrote, or its result.json, matches.csv or result.xlsx; or three files.",
    ),
]
ContactOption = Annotated[
    str, typer.Option("--contact", help="Whose addresses people see: partner, all (of a group, too) or none.")
]
Language = Annotated[str, typer.Option(help="Of people who state none: en, de, es, fr.")]
Limit = Annotated[float | None, typer.Option(help="Seconds.")]


def with_fields(verb: Callable[..., None]) -> Callable[..., None]:
    """A command some of whose parameters are dataclasses, with an option for each of their fields instead."""
    own = signature(verb, eval_str=True).parameters.values()
    kinds: dict[str, Any] = {item.name: item.annotation for item in own if is_dataclass(item.annotation)}
    shared = []
    for kind in kinds.values():
        hints = get_type_hints(kind, include_extras=True)
        shared += [
            Parameter(item.name, Parameter.KEYWORD_ONLY, default=item.default, annotation=hints[item.name])
            for item in fields(kind)
        ]

    @wraps(verb)
    def command(**given: Any) -> None:
        made = {name: kind(**{f.name: given.pop(f.name) for f in fields(kind)}) for name, kind in kinds.items()}
        verb(**given, **made)

    every = [item for item in own if item.name not in kinds] + shared
    command.__signature__ = signature(verb).replace(parameters=every)  # type: ignore[attr-defined]
    command.__annotations__ = {item.name: item.annotation for item in every}
    return command


@dataclass(frozen=True)
class SignUps:
    """How sign-up files are read: what their columns mean, and the answers to the reader's questions."""

    mapping: MappingFile = None
    answer: Annotated[
        list[str] | None,
        typer.Option(help='Answer a question of the reader: "Column=meaning".'),
    ] = None
    history: Annotated[
        list[str] | None,
        typer.Option(help="A file of pairs who have met before."),
    ] = None
    words: Annotated[str | None, typer.Option(help="A file with more words for heads and cells.")] = None

    def read(self, files: list[str], *, collect: bool = False) -> Reading:
        """The reading of some files; those of ``--history`` are pairs who have met."""
        from mmatch.io.files import file_name
        from mmatch.signup.reading import read_files

        met = [f"{file_name(path)}=history" for path in self.history or ()]
        return read_files(
            *files,
            *(self.history or ()),
            mapping=self.mapping,
            answers=[*(self.answer or ()), *met],
            on_bad_row="collect" if collect else "raise",
            words=self.words,
        )


@dataclass(frozen=True)
class EarlierRound:
    """What an earlier round left: who has met, who does not fit, who waited."""

    before: Annotated[
        str | None,
        typer.Option(help="The folder of an earlier round: who was matched has met, unless --feedback says."),
    ] = None
    feedback: Annotated[
        str | None, typer.Option(help="Who met and how it was, as a form gives it (with --before).")
    ] = None
    waiting_first: Annotated[
        bool, typer.Option("--waiting-first", help="Those who had no mentor in that round go first (with --before).")
    ] = False

    def taken_over(self, cohort: Cohort, program: Program) -> tuple[Cohort, Program]:
        """The cohort and the program with what the earlier round left."""
        from mmatch.repairs.feedback import next_round, read_feedback

        if self.before is None:
            if self.feedback is not None or self.waiting_first:
                raise typer.BadParameter("name the earlier round, too: --before result")
            return cohort, program
        question = only([self.before])
        said = None if self.feedback is None else read_feedback(question.cohort, self.feedback)
        for head in said.ignored if said else ():
            sys.stderr.write(f"note: {self.feedback}: the column {head!r} is not used\n")
        earlier = (question.cohort, question.result)
        return next_round(cohort, program, earlier, said, waiting_first=self.waiting_first)


def understood(reading: Reading, *, capacity: bool = True) -> Cohort:
    """The cohort of a reading, with what is worth knowing on the error stream; not always that capacities are missing.

    Raises:
        InputError: open questions that decide who meets whom, or nobody to match.
    """
    from mmatch.errors import InputError, Problem

    trimmed = sum(warning.code == "trimmed" for warning in reading.warnings)
    for note in (*reading.warnings, *(q for q in reading.questions if not q.decides)):
        code = getattr(note, "code", "")
        if code != "trimmed" and (capacity or code != "no-capacity"):
            sys.stderr.write(f"note: {note}\n")
    if trimmed:
        sys.stderr.write(f"note: spaces around cells were trimmed in {trimmed} columns (mmatch check lists them)\n")
    if len(reading.rejected):
        sys.stderr.write(f"{len(reading.rejected)} rows were left out\n")
    cohort = reading.cohort
    for role, people in (("mentor", any(p.offers for p in cohort)), ("mentee", any(p.requests for p in cohort))):
        if not people:
            hint = f"give the file that holds the {role}s too, or say what its columns mean: mmatch setup FILES"
            text = f"nobody in these files is a {role}: there is nothing to match"
            raise InputError(Problem("nobody", "", text, hint))
    return cohort


@dataclass(frozen=True)
class Policy:
    """The program of a file, or the usual one, with the changes of ``--set`` and ``--group``."""

    program: ProgramFile = None
    settings: Settings = None
    group: GroupSizes = None
    format: Annotated[
        str | None,
        typer.Option(help="A session format: its name, a file of your own (.toml, .json), or auto: by each topic."),
    ] = None

    def read(self) -> Program:
        """The program."""
        from mmatch.formats import format_of
        from mmatch.io.programs import read_format, read_program
        from mmatch.io.settings import with_settings
        from mmatch.program import Program as Rules

        stated = Rules() if self.program is None else read_program(self.program)
        groups = sorted(self.group or [], key=lambda text: "=" in text)  # sizes for all topics first
        if self.format is not None and self.format.lower().endswith((".toml", ".json")):
            form = read_format(self.format)
            others = [other for other in stated.formats if other.name != form.name]
            stated = replace(stated, format=form, formats=others)
        elif self.format not in {None, "auto"}:
            stated = replace(stated, format=self.format)
        made = with_settings(stated, [*(self.settings or []), *(f"group={text}" for text in groups)])
        form = format_of(made.format_name, made.own_formats)
        if form.regular:
            sys.stderr.write(f"note: {form.name} has {len(form.sessions)} sessions: this is regular mentoring\n")
        return made

    def suited(self, cohort: Cohort, program: Program) -> Cohort:
        """The cohort in which every request has the format that its topic calls for, where that is asked for."""
        if self.format != "auto":
            return cohort
        from mmatch.formats.recommending import format_needs, with_recommended_formats

        needs = [need for need in format_needs(cohort, program.formats) if need.stated is None]
        for need in needs[:MOST_NOTES]:
            chosen = need.advice.format or program.format_name
            sys.stderr.write(f"note: {chosen} for {need.topic or 'any topic'}: {need.advice.reason}\n")
        if len(needs) > MOST_NOTES:
            sys.stderr.write(f"note: and formats for {len(needs) - MOST_NOTES} more topics (mmatch check lists them)\n")
        return with_recommended_formats(cohort, program.formats)


@dataclass(frozen=True)
class Inputs:
    """A cohort, its program, and an answer to them: a result, or a matching made by hand."""

    cohort: Cohort
    program: Program
    answer: Result | Matching

    @property
    def result(self) -> Result:
        """The answer as a result; one that was made by hand is measured.

        Raises:
            BrokenRulesError: where it breaks rules.
        """
        from mmatch.matching import Matching
        from mmatch.verifying import evaluate

        return evaluate(self.cohort, self.program, self.answer) if isinstance(self.answer, Matching) else self.answer

    def person(self, text: str) -> str:
        """The id of a person who is named by id, e-mail address or full name.

        Raises:
            InputError: nobody, or several, are called so.
        """
        from mmatch.io.hand_made import Names

        return Names(self.cohort).id_of(text, "person")


def question_of(words: list[str]) -> tuple[Inputs, list[str]]:
    """The question that words of a command name, and the words after it.

    The first word is the folder that `mmatch match` wrote, a result.json, or a matches.csv made by hand, with
    cohort.json and program.json beside it; or three words name cohort, program and answer.
    """
    from mmatch.io.hand_made import read_matches
    from mmatch.io.programs import read_program
    from mmatch.io.results import read_result
    from mmatch.io.steps import followed
    from mmatch.signup.reading import read_cohort

    if not Path(words[0]).exists():
        raise typer.BadParameter(f"there is no {words[0]!r}: give the folder that mmatch match wrote, or a file in it")
    if len(words) > 2 and words[1].lower().endswith(".json") and not Path(words[0]).is_dir():
        files, rest = words[:3], words[3:]
    else:
        first, rest = followed(words[0]), words[1:]
        folder = first if first.is_dir() else first.parent
        answer = folder / "result.json" if first.is_dir() else first
        files = [str(folder / "cohort.json"), str(folder / "program.json"), str(answer)]
    cohort, program = read_cohort(files[0]), read_program(files[1])
    if files[2].lower().endswith(".json"):
        return Inputs(cohort, program, read_result(files[2], program)), rest
    return Inputs(cohort, program, read_matches(cohort, program, files[2])), rest


def only(words: list[str]) -> Inputs:
    """The question that all words of a command name."""
    question, rest = question_of(words)
    if rest:
        raise typer.BadParameter(
            f"{rest[0]} is one word too many: give a folder, a result.json, a matches.csv or a result.xlsx"
        )
    return question


def event_of(words: list[str]) -> tuple[Cohort, Program, Event] | None:
    """The event in the folder that a command names; None where it holds none."""
    from mmatch.io.events import read_event
    from mmatch.io.programs import read_program
    from mmatch.io.steps import followed
    from mmatch.signup.reading import read_cohort

    folder = followed(words[0])
    if not (folder / "event.json").exists():
        return None
    if len(words) > 1:
        raise typer.BadParameter(f"{words[1]} is one word too many: give the folder of an event")
    cohort = read_cohort(str(folder / "cohort.json"))
    return cohort, read_program(folder / "program.json"), read_event(cohort, folder / "event.json")


def schedule_file(path: str) -> str:
    """The schedule.json that is named, or that stands in a folder that is named."""
    from mmatch.io.steps import POINTER, followed

    if not Path(path).is_dir():
        return path
    return str(followed(path) / ("schedule/schedule.json" if (Path(path) / POINTER).exists() else "schedule.json"))


def print_json(value: object) -> None:
    """A value as JSON, for machines."""
    from mmatch.io.json_text import dump_json

    typer.echo(dump_json(value), nl=False)
