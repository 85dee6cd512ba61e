"""Programs as JSON files."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, get_origin

from pydantic import PlainValidator

from mmatch.cohort import Participant
from mmatch.errors import InputError, Problem
from mmatch.formats import Format
from mmatch.io.documents import Document
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json, write_json
from mmatch.io.typed import Types, guarded
from mmatch.matching import HasMatching, Matching
from mmatch.program import SCHEMA, VERSION, Program
from mmatch.registry import find, own_names


def read_program(path: str | os.PathLike[str]) -> Program:
    """Read a program from a JSON file, as `write_program` writes it or by hand.

    Raises:
        InputError: not JSON, or unknown fields, rules or aims, each named with its place.
    """
    data, name = load_json(path), file_name(path)
    try:
        return Program.from_json(data)
    except InputError as error:
        raise InputError([Problem(p.code, f"{name} {p.where}", p.message, p.hint) for p in error.problems]) from None


def write_program(program: Program, path: str | os.PathLike[str]) -> None:
    """Write a program to a JSON file; reading it gives an equal program.

    Raises:
        UnsupportedError: a rule or an aim is a plain function.
        ExportError: the place cannot be written.
    """
    write_json(program.to_json(), path)


FUNCTION: Any = Callable
PARTS = Types(  # in a file Keep has pairs; the other two are only in memory
    forms={Sequence[tuple[str, ...]] | Matching | HasMatching: Sequence[tuple[str, ...]]},
    names={"Participant": Participant},
)
PROGRAM = Annotated[Any, PlainValidator(guarded(Program.from_json))]  # a program inside another file


def program_schema() -> dict[str, Any]:
    """The JSON Schema of a program: every rule and aim of mmatch with its arguments."""
    whole = Document("mmatch/format", VERSION, {"format": (Format, True)}).json_schema()
    size = {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2}
    groups = {
        "type": "object",
        "properties": {"default": size, "topics": {"type": "object", "additionalProperties": size}},
        "additionalProperties": False,
    }
    tier = {"anyOf": [{"$ref": "#/$defs/aim"}, {"type": "array", "items": {"$ref": "#/$defs/aim"}, "minItems": 1}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mmatch program, version 1",
        "type": "object",
        "properties": {
            "schema": {"const": SCHEMA},
            "version": {"const": VERSION},
            "format": {"type": "string"},
            "formats": {"type": "array", "items": _inlined(whole["properties"]["format"], whole.get("$defs", {}))},
            "group": {"anyOf": [size, groups]},
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
            "aims": {"anyOf": [{"type": "array", "items": tier, "minItems": 1}, {"type": "null"}]},
        },
        "required": ["schema", "version"],
        "additionalProperties": False,
        "$defs": {"aim": _parts_schema("mmatch.aims"), "rule": _parts_schema("mmatch.rules")},
    }


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with what it refers to in place."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _inlined(item, definitions) for key, item in schema.items()}


def _parts_schema(package: str) -> dict[str, Any]:
    """All rules or all aims that a file can hold: each an object, or its bare name where it needs no argument."""
    kinds = [find(package, name) for name in own_names(package)]
    shapes = [schema for kind in kinds if (schema := _part_schema(kind)) is not None]
    bare = []
    for kind in kinds:
        with suppress(TypeError, InputError):
            kind()
            bare.append(kind.__name__)
    return {"anyOf": [*shapes, {"enum": bare}]}


def _part_schema(kind: Any) -> dict[str, Any] | None:
    """One rule or aim: its name, and its arguments; None where one of them is a plain function."""
    given = PARTS.fields_of(kind)
    if any(get_origin(annotation) is FUNCTION for annotation, _ in given.values()):
        return None
    made = Document("mmatch/part", VERSION, given, PARTS).json_schema()["properties"]
    required = [name for name, (_, needed) in given.items() if needed]
    return {
        "type": "object",
        "properties": {"name": {"const": kind.__name__}, **{name: made[name] for name in given}},
        "required": ["name", *required],
        "additionalProperties": False,
    }
