"""Programs as JSON files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.io.files import atomic_write
from mmatch.io.json_text import dump_json, load_json, told_of
from mmatch.program import Program

if TYPE_CHECKING:
    import os


def read_program(path: str | os.PathLike[str]) -> Program:
    """Read a program from a JSON file, as `write_program` writes it or by hand.

    Raises:
        InputError: not JSON, or unknown fields, rules or aims, each named with its place.
    """
    data = load_json(path)
    with told_of(path):
        return Program.from_json(data)


def write_program(program: Program, path: str | os.PathLike[str]) -> None:
    """Write a program to a JSON file; reading it gives an equal program.

    Raises:
        UnsupportedError: a rule or an aim is a plain function.
        ExportError: the place cannot be written.
    """
    atomic_write(path, dump_json(program.to_json()))
