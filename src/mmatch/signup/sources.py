"""What a user hands in: paths, data frames, in two roles or none, as tables with distinct names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.files import file_name, read_text
from mmatch.signup.tables import InputTable, table_from_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmatch.signup.mapping import FileMapping
    from mmatch.signup.notes import Notes


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
    def role_by_name(self) -> str:
        """The role that the caller or the file's name tells."""
        if self.role or not self.is_path:
            return self.role
        found = set(re.findall(r"mentor|mentee", self.name.casefold()))
        return found.pop() if len(found) == 1 else ""


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


def table_of(source: Source, mapping: FileMapping) -> InputTable:
    """A source as a table.

    Raises:
        InputError: not readable; the text says where and what to change.
    """
    if not source.is_path:
        from mmatch.signup.frames import table_from_frame

        return table_from_frame(source.value, source.name)
    if source.name.casefold().endswith(".parquet"):
        from mmatch.signup.parquet import table_from_parquet

        return table_from_parquet(source.value, source.name)
    text = read_text(source.value)
    if text.lstrip()[:1] in {"{", "["}:
        hint = "name it .json to read it as a cohort"
        raise InputError(Problem("shape", source.name, "found JSON, expected a table with a header line", hint))
    if source.name.casefold().endswith((".xlsx", ".xls", ".ods")):
        raise InputError(
            Problem("compressed", source.name, f"found {excerpt(source.name)}, expected CSV", "save it as CSV")
        )
    return table_from_text(text, source.name, mapping.file(source.name).delimiter)
