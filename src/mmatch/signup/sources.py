"""What a user hands in: paths, data frames, in two roles or none, as tables with distinct names."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.files import file_name, read_bytes
from mmatch.io.tables import InputTable, western
from mmatch.io.workbooks import is_workbook
from mmatch.signup.mapping import FileMapping
from mmatch.signup.questions import Notes
from mmatch.signup.tables import side_by_side, table_from_text
from mmatch.signup.vocabulary import Words, spoken
from mmatch.signup.workbooks import tables_from_workbook


@dataclass(frozen=True, slots=True)
class Source:
    """One input: a path or a data frame, its name in messages, and the role that the caller gave it."""

    value: Any
    name: str
    role: str = ""

    @property
    def is_path(self) -> bool:
        """Whether it is a path rather than a data frame."""
        return isinstance(self.value, str | os.PathLike)

    @property
    def is_json(self) -> bool:
        """Whether it is a JSON file, told by its name."""
        return self.is_path and self.name.casefold().endswith(".json")

    def role_of(self, words: Words, table: str) -> str:
        """The role that the caller, the sheet's name or the file's name tells."""
        if self.role or not self.is_path:
            return self.role
        sheet = table.removeprefix(self.name)
        return words.side_of(spoken(sheet)) or words.side_of(spoken(self.name))


def sources(paths: Sequence[Any], mentors: Any, mentees: Any, notes: Notes) -> list[Source]:
    """All inputs in order; a file given twice is read once, with a warning.

    Raises:
        InputError: nothing was given.
    """
    roles = ((paths, ""), (_several(mentors), "mentor"), (_several(mentees), "mentee"))
    found: dict[str, Source] = {}
    seen: set[tuple[str, str]] = set()
    for number, (value, role) in enumerate([(value, role) for given, role in roles for value in given], 1):
        is_path = isinstance(value, str | os.PathLike)
        name = first = file_name(value) if is_path else f"{role}s" if role else f"table {number}"
        if is_path:
            key = (os.path.abspath(value), role)  # noqa: PTH100 - any text, even no path
            if key in seen:
                notes.warn("same-file", name, "the same file was given twice: it is read once")
                continue
            seen.add(key)
            if name in found:  # told apart by their folders, else by number
                name = f"{file_name(Path(value).parent)}/{name}"
        again = 2
        while name in found:
            name, again = f"{first} ({again})", again + 1
        found[name] = Source(value, name, role)
    if not found:
        raise InputError(Problem("no-file", "paths", "no file was given, expected at least one"))
    return list(found.values())


def _several(given: Any) -> Sequence[Any]:
    return () if given is None else given if isinstance(given, list | tuple) else (given,)


def tables_of(source: Source, mapping: FileMapping, words: Words, notes: Notes) -> list[InputTable]:
    """A source as tables: one for a file, one for each sheet of a workbook.

    Raises:
        InputError: not readable; the text says where and what to change.
    """
    if not source.is_path:
        from mmatch.io.frames import table_from_frame

        return [table_from_frame(source.value, source.name)]
    if source.name.casefold().endswith(".parquet"):
        from mmatch.io.parquet import table_from_parquet

        return [table_from_parquet(source.value, source.name)]
    data = read_bytes(source.value)
    if is_workbook(data):
        tables, remarks = tables_from_workbook(data, source.name, words)
        for remark in remarks:
            notes.warn("sheet", source.name, remark)
        return [part for table in tables for part in side_by_side(table, words)]
    text, foreign = western(data, source.name)
    if foreign:
        message = f"the text is no Unicode and was read as Windows-1252 (such as {excerpt(foreign)})"
        notes.warn("encoding", source.name, message, "save it as CSV UTF-8 if names look wrong")
    if text.lstrip()[:1] in {"{", "["}:
        hint = "name it .json to read it as a cohort"
        raise InputError(Problem("shape", source.name, "found JSON, expected a table with a header line", hint))
    return side_by_side(table_from_text(text, source.name, mapping.file(source.name).delimiter, words), words)
