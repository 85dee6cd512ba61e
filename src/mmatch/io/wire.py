"""Cohorts, programs, results and schedules as JSON text in memory, for web services, and their JSON Schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.cohorts import COHORT, cohort_from_json, cohort_to_json
from mmatch.io.json_text import dump_json, parse_json
from mmatch.io.programs import program_schema
from mmatch.io.results import RESULT, result_from_json, result_to_json
from mmatch.io.schedules import SCHEDULE, schedule_from_json, schedule_to_json
from mmatch.program import Program
from mmatch.result import Result
from mmatch.scheduling.plans import Schedule

Value = Cohort | Program | Result | Schedule
_KINDS: dict[str, tuple[type, Callable[[Any], Any], Callable[[Any], Value]]] = {
    "mmatch/cohort": (Cohort, cohort_to_json, cohort_from_json),
    "mmatch/program": (Program, Program.to_json, Program.from_json),
    "mmatch/result": (Result, result_to_json, result_from_json),
    "mmatch/schedule": (Schedule, schedule_to_json, schedule_from_json),
}
_SCHEMAS = {
    "cohort": COHORT.json_schema,
    "program": program_schema,
    "result": RESULT.json_schema,
    "schedule": SCHEDULE.json_schema,
}


def to_json(value: Value) -> str:
    """Write a cohort, a program, a result or a schedule as JSON text; `from_json` reads it back.

    Raises:
        InputError: anything else.
        UnsupportedError: a program with a plain function.

    Example:
        >>> cohort = mm.datasets.load("shortage").cohort
        >>> mm.io.from_json(mm.io.to_json(cohort)) == cohort
        True
    """
    for kind, plain, _ in _KINDS.values():
        if isinstance(value, kind):
            return dump_json(plain(value))
    text = f"found {type(value).__name__}, expected a Cohort, a Program, a Result or a Schedule"
    raise InputError(Problem("type", "value", text))


def from_json(text: str) -> Value:
    """Read what `to_json` or the ``write_`` functions wrote; the ``schema`` in the text says what it is.

    Raises:
        InputError: not JSON, or of none of these schemas; unknown or wrong fields, with JSON pointers.
    """
    data = parse_json(text)
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(schema, str) or schema not in _KINDS:
        raise InputError(Problem("schema", "schema", f"found {excerpt(schema)}, expected one of {', '.join(_KINDS)}"))
    return _KINDS[schema][2](data)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a "cohort", "program", "result" or "schedule", made from the types themselves.

    Raises:
        InputError: another name.

    Example:
        >>> mm.io.json_schema("program")["title"]
        'mmatch program, version 1'
    """
    if name not in _SCHEMAS:
        known = '"cohort", "program", "result" or "schedule"'
        raise InputError(Problem("argument", "name", f"found {excerpt(name)}, expected {known}"))
    return _SCHEMAS[name]()
