"""Programs as JSON files."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, get_origin

from pydantic import PlainValidator

from mmatch.cohort import Participant
from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats import FORMATS, Format
from mmatch.formats._json import format_from_json
from mmatch.io.documents import Document
from mmatch.io.files import file_name, read_text
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


def read_format(path: str | os.PathLike[str]) -> Format:
    """Read a session format of a program's own from a file, TOML or JSON, with the fields of `mm.formats.Format`.

    A field ``like`` names a format that ships; what the file does not state is as there.

    Raises:
        InputError: not readable, neither TOML nor JSON, fields that are missing, unknown or of another form.
    """
    name = file_name(path)
    if not name.lower().endswith(".toml"):
        return format_from_json(load_json(path), name)
    try:
        return format_from_json(tomllib.loads(read_text(path)), name)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        text = f"not TOML: {excerpt(str(error))}"
        raise InputError(Problem("format", name, text, "the formats that ship are such files")) from None


def write_program(program: Program, path: str | os.PathLike[str]) -> None:
    """Write a program to a JSON file; reading it gives an equal program.

    Raises:
        UnsupportedError: a rule or an aim is a plain function.
        ExportError: the place cannot be written.

    Example:
        >>> mm.write_program(mm.Program(rules=[mm.rules.Differs("site")]), "program.json")
        >>> mm.read_program("program.json").rules
        (Differs('site'),)
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
    form = whole["properties"]["format"]
    form["properties"]["like"] = {"type": "string", "description": f"a format that has what is not stated: {FORMATS}"}
    form["anyOf"] = [{"required": form.pop("required")}, {"required": ["like"]}]
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
            "formats": {"type": "array", "items": whole["properties"]["format"]},
            "group": {"anyOf": [size, groups]},
            "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}},
            "aims": {"anyOf": [{"type": "array", "items": tier, "minItems": 1}, {"type": "null"}]},
        },
        "required": ["schema", "version"],
        "additionalProperties": False,
        "$defs": {
            **whole.get("$defs", {}),
            "aim": _parts_schema("mmatch.aims"),
            "rule": _parts_schema("mmatch.rules"),
        },
    }


def _parts_schema(package: str) -> dict[str, Any]:
    """All rules or all aims that a file can hold: each an object, or its bare name where it needs no argument."""
    shapes: list[dict[str, Any]] = []
    bare = []
    for kind in (find(package, name) for name in own_names(package)):
        given = PARTS.fields_of(kind)
        if not any(get_origin(annotation) is FUNCTION for annotation, _ in given.values()):
            made = Document("mmatch/part", VERSION, given, PARTS).json_schema()["properties"]
            shape = {
                "type": "object",
                "properties": {"name": {"const": kind.__name__}, **{name: made[name] for name in given}},
                "required": ["name", *(name for name, (_, needed) in given.items() if needed)],
                "additionalProperties": False,
            }
            shapes.append(shape)
        with suppress(TypeError, InputError):
            kind()
            bare.append(kind.__name__)
    return {"anyOf": [*shapes, {"enum": bare}]}
