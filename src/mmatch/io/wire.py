"""Values as JSON text in memory, for web services and queues, and the JSON Schemas of what comes in."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any

from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats import FORMATS
from mmatch.io.cohorts import cohort_from_json, cohort_schema, cohort_to_json
from mmatch.io.json_text import dump_json, parse_json
from mmatch.io.results import result_from_json, result_to_json
from mmatch.io.schedules import schedule_from_json, schedule_to_json
from mmatch.program import Program
from mmatch.registry import find, own_names
from mmatch.result import Result
from mmatch.scheduling.plans import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

Value = Cohort | Program | Result | Schedule
_READ: dict[str, Callable[[Any], Value]] = {
    "mmatch/program": Program.from_json,
    "mmatch/result": result_from_json,
    "mmatch/schedule": schedule_from_json,
}
_TYPES = {"str": "string", "int": "integer", "bool": "boolean", "float": "number"}


def to_json(value: Value) -> str:
    """Write a cohort, a program, a result or a schedule as JSON text; `from_json` reads it back.

    Raises:
        InputError: anything else.
        UnsupportedError: a program with a plain function.
    """
    if isinstance(value, Cohort):
        return cohort_to_json(value)
    if isinstance(value, Program):
        return dump_json(value.to_json())
    if isinstance(value, Result):
        return dump_json(result_to_json(value))
    given: object = value
    if isinstance(given, Schedule):
        return dump_json(schedule_to_json(given))
    text = f"found {type(given).__name__}, expected a Cohort, a Program, a Result or a Schedule"
    raise InputError(Problem("type", "value", text))


def from_json(text: str) -> Value:
    """Read what `to_json` or the ``write_`` functions wrote; the ``schema`` in the text says what it is.

    Raises:
        InputError: not JSON, or of none of these schemas; unknown or wrong fields, with JSON pointers.
    """
    data = parse_json(text)
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema == "mmatch/cohort":
        return cohort_from_json(text)
    if not isinstance(schema, str) or schema not in _READ:
        known = ", ".join(["mmatch/cohort", *_READ])
        raise InputError(Problem("schema", "schema", f"found {excerpt(schema)}, expected one of {known}"))
    return _READ[schema](data)


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a "cohort" or a "program", made from the types themselves.

    Raises:
        InputError: another name.
    """
    if name == "cohort":
        return cohort_schema()
    if name == "program":
        return _program_schema()
    raise InputError(Problem("argument", "name", f'found {excerpt(name)}, expected "cohort" or "program"'))


def _program_schema() -> dict[str, Any]:
    size = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2}
    groups = {
        "type": "object",
        "properties": {"default": size, "topics": {"type": "object", "additionalProperties": size}},
        "additionalProperties": False,
    }
    aim: dict[str, Any] = {"anyOf": [_part_schema("mmatch.aims", kind) for kind in own_names("mmatch.aims")]}
    rule = {"anyOf": [_part_schema("mmatch.rules", kind) for kind in own_names("mmatch.rules")]}
    tier = {"anyOf": [{"$ref": "#/$defs/aim"}, {"type": "array", "items": {"$ref": "#/$defs/aim"}, "minItems": 1}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mmatch program, version 1",
        "type": "object",
        "properties": {
            "schema": {"const": "mmatch/program"},
            "version": {"const": 1},
            "format": {"enum": list(FORMATS)},
            "group": {"anyOf": [size, groups]},
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
            "aims": {"anyOf": [{"type": "array", "items": tier, "minItems": 1}, {"type": "null"}]},
        },
        "required": ["schema", "version"],
        "additionalProperties": False,
        "$defs": {"aim": aim, "rule": rule},
    }


def _part_schema(package: str, name: str) -> dict[str, Any]:
    """One rule or aim: its name, and a property for each field; those without a default are required."""
    properties: dict[str, Any] = {"name": {"const": name}}
    required = ["name"]
    for item in fields(find(package, name)):
        properties[item.name] = _field_schema(str(item.type))
        if item.default is MISSING and item.default_factory is MISSING:
            required.append(item.name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field_schema(annotation: str) -> dict[str, Any]:
    """A plain annotation as a type; of others the library's own messages say what is wrong."""
    parts = [part.strip() for part in annotation.split("|")]
    if not all(part in _TYPES or part == "None" for part in parts):
        return {}
    return {"type": [_TYPES.get(part, "null") for part in parts]}
