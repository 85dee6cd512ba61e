"""What a command was given: files, a program with changes, a question with its answer."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching, Result
    from mmatch.program import Program
    from mmatch.signup.reading import Reading


def read(files: list[str], mapping: str | None, *, collect: bool, quiet: bool = False) -> Reading:
    """The sign-up files; what is worth knowing about them goes to the error stream."""
    from mmatch.signup.reading import read_files

    reading = read_files(*files, mapping=mapping, errors="collect" if collect else "raise")
    if not quiet:
        _print_notes(reading)
        if len(reading.rejected):
            sys.stderr.write(f"{len(reading.rejected)} rows were left out\n")
    return reading


def _print_notes(reading: Reading) -> None:
    """Warnings on the error stream; trimmed cells in one line, `check` lists them by column."""
    trimmed = [warning for warning in reading.warnings if warning.code == "trimmed"]
    for warning in reading.warnings:
        if warning.code != "trimmed":
            sys.stderr.write(f"note: {warning}\n")
    if trimmed:
        sys.stderr.write(
            f"note: spaces around cells were trimmed in {len(trimmed)} columns (mmatch check lists them)\n"
        )


def _program(path: str | None) -> Program:
    from mmatch.io.programs import read_program
    from mmatch.program import Program

    return Program() if path is None else read_program(path)


def policy_of(path: str | None, settings: list[str] | None, sizes: list[str] | None) -> Program:
    """The program of a file, or the usual one, with the changes of ``--set`` and ``--group``."""
    from mmatch.io.settings import group_settings, with_settings

    return with_settings(_program(path), [*(settings or []), *group_settings(sizes or [])])


def question_of(cohort: str, program: str, answer: str) -> tuple[Cohort, Program, Result | Matching]:
    """A cohort, its program, and a result or a list of matches."""
    from mmatch.io.programs import read_program
    from mmatch.io.results import read_result
    from mmatch.signup.hand_made import read_matches
    from mmatch.signup.reading import read_cohort

    facts, policy = read_cohort(cohort), read_program(program)
    if answer.lower().endswith(".json"):
        return facts, policy, read_result(answer)
    return facts, policy, read_matches(facts, policy, answer)


def matching_of(found: Result | Matching) -> Matching:
    """The matching of an answer of either kind."""
    from mmatch.matching import Matching

    return found if isinstance(found, Matching) else found.matching
