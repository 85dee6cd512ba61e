"""What a user hands in: paths, data frames, in two roles or none, as tables with distinct names."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.files import file_name, read_bytes
from mmatch.io.tables import InputTable, western
from mmatch.signup.tables import side_by_side, table_from_text
from mmatch.signup.vocabulary import spoken
from mmatch.signup.workbooks import is_workbook, tables_from_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmatch.signup.mapping import FileMapping
    from mmatch.signup.questions import Notes
    from mmatch.signup.vocabulary import Words


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
    found: list[Source] = []
    for given, role in ((paths, ""), (_several(mentors), "mentor"), (_several(mentees), "mentee")):
        for value in given:
            name = file_name(value) if isinstance(value, str | os.PathLike) else f"table {len(found) + 1}"
            found.append(Source(value, f"{role}s" if role and name.startswith("table ") else name, role))
    if not found:
        raise InputError(Problem("no-file", "paths", "no file was given, expected at least one"))
    return list(_distinct(_once(found, notes)))


def _several(given: Any) -> Sequence[Any]:
    if given is None:
        return ()
    return given if isinstance(given, list | tuple) else (given,)


def _once(found: list[Source], notes: Notes) -> Iterator[Source]:
    seen: set[tuple[str, str]] = set()
    for source in found:
        key = (os.path.abspath(source.value) if source.is_path else "", source.role)  # noqa: PTH100 - any text, even no path
        if key[0] and key in seen:
            notes.warn("same-file", source.name, "the same file was given twice: it is read once")
            continue
        seen.add(key)
        yield source


def _distinct(found: Iterator[Source]) -> Iterator[Source]:
    """Two files of one name are told apart by their folders, else by number."""
    taken: set[str] = set()
    for source in found:
        name = source.name
        if name in taken and source.is_path:
            name = f"{file_name(Path(source.value).parent)}/{name}"
        number = 2
        while name in taken:
            name, number = f"{source.name} ({number})", number + 1
        taken.add(name)
        yield replace(source, name=name)


def is_json(source: Source) -> bool:
    """Whether a source is a JSON file, told by its name."""
    return source.is_path and source.name.casefold().endswith(".json")


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
        told = f"the text is no Unicode and was read as Windows-1252 (such as {excerpt(foreign)})"
        notes.warn("encoding", source.name, told, "save it as CSV UTF-8 if names look wrong")
    if text.lstrip()[:1] in {"{", "["}:
        hint = "name it .json to read it as a cohort"
        raise InputError(Problem("shape", source.name, "found JSON, expected a table with a header line", hint))
    return side_by_side(table_from_text(text, source.name, mapping.file(source.name).delimiter, words), words)
