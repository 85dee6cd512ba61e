"""Results as JSON files: what was found, what is claimed, and the proof, so that anybody can judge it later."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import fields
from fractions import Fraction
from typing import Annotated, Any

from pydantic import AfterValidator

from mmatch.errors import InputError, Problem, UnsupportedError
from mmatch.io.documents import Document
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json, write_json
from mmatch.io.programs import PROGRAM
from mmatch.io.typed import FRACTION, Types, guarded
from mmatch.matching import Match, Matching
from mmatch.program import Program
from mmatch.result import Result

NOT_WRITTEN = ("found", "phases", "program")  # the matching stands as matches and unmatched


def _whole_match(match: Match) -> Match:
    if match.requested and len(match.requested) != len(match.mentees):
        text = f"{len(match.requested)} requested topics for {len(match.mentees)} mentees"
        raise InputError(Problem("length", ".requested", text))
    return match


MATCH: Any = Annotated[Types().record(Match), AfterValidator(guarded(_whole_match))]
TYPES = Types(forms={Match: MATCH, Fraction: FRACTION})
RESULT = Document(
    "mmatch/result",
    2,
    {
        **TYPES.fields_of(Result, leave_out=NOT_WRITTEN),
        "matches": (tuple[Match, ...] | None, True),
        "unmatched": (tuple[tuple[str, str], ...] | None, True),
        "program": (PROGRAM | None, True),
    },
    TYPES,
    root="result",
)


def write_result(result: Result, path: str | os.PathLike[str]) -> None:
    """Write a result with its proof to a JSON file; `read_result` gives it back and `verify` judges it.

    Raises:
        ExportError: the place cannot be written.

    Example:
        >>> result = mm.solve(mm.datasets.load("shortage").cohort)
        >>> mm.write_result(result, "result.json")
        >>> mm.read_result("result.json") == result
        True
    """
    write_json(result_to_json(result), path)


def result_to_json(result: Result) -> dict[str, Any]:
    """A result as plain data.

    Raises:
        ExportError: a value that no file can hold.
    """
    values = {item.name: getattr(result, item.name) for item in fields(Result) if item.name not in NOT_WRITTEN}
    proof, matching = values.pop("proof"), result.found
    values["runtime"] = round(result.runtime, 6)
    values["program"] = None
    with suppress(UnsupportedError):  # plain functions, which no file can hold
        values["program"] = result.program.to_json()
    values["matches"] = None if matching is None else tuple(matching)
    values["unmatched"] = None if matching is None else tuple(matching.unmatched)
    return RESULT.plain({**values, "proof": proof})


def read_result(path: str | os.PathLike[str], program: Program | None = None) -> Result:
    """Read a result that `write_result` wrote; nothing in it is believed before `verify` has judged it.

    Args:
        path: the file.
        program: for files that hold none, because it has plain functions: `Result.program` as it was, with its aims.

    Raises:
        InputError: not JSON, or not a result, with each wrong field named.
    """
    return result_from_json(load_json(path), file_name(path), program)


def result_from_json(data: object, name: str = "", program: Program | None = None) -> Result:
    """A result from plain data; ``name`` stands in messages, ``program`` for one that the data do not hold.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    found = RESULT.read(data, name)
    if found["program"] is None and program is None:
        text = "the program is missing, which holds plain functions"
        hint = "give the program that was solved"
        raise InputError(Problem("program", f"{name} result.program".strip(), text, hint))
    found["program"] = found["program"] or program
    matches, unmatched = found.pop("matches"), found.pop("unmatched")
    return Result(found=None if matches is None else Matching(matches, unmatched or ()), **found)
