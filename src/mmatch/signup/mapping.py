"""What columns mean: the mapping that a reading chose, which prints, is saved, edited and given back."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.signup.lists import SEPARATORS
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.io.documents import Document

SCHEMA = "mmatch/mapping"
VERSION = 1
HOWS = frozenset({"", "text", "number", "true/false", "bans", "tick", *SEPARATORS})
OTHERS = "*"
MEANINGS: dict[str, str] = tomllib.loads((resources.files("mmatch.signup") / "meanings.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What one column means. The column "*" stands for all columns of a file that have no line of their own.

    Attributes:
        file: the file's name as messages show it; "" for every file.
        column: the head.
        meaning: one of `MEANINGS`, or ``attribute:NAME``.
        how: how cells are read: a way of writing lists, "text", "number", "true/false"; "" where the meaning says it.
        values: texts to be replaced before reading, such as {"Definitely Yes": "yes"}.
    """

    file: str = ""
    column: str = ""
    meaning: str = ""
    how: str = ""
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True)
class FileMeaning:
    """What one file is: its shape, whom its rows are about, and its delimiter; "" leaves it to the reader."""

    file: str
    shape: str = ""
    role: str = ""
    delimiter: str = ""


@dataclass(frozen=True, slots=True)
class FileMapping(Shown):
    """How sign-up files were understood, one line a column. Print it, save it, edit it, and give it back.

    It holds heads and meanings, never a cell.
    """

    files: tuple[FileMeaning, ...] = ()
    columns: tuple[ColumnMeaning, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()

    def __repr__(self) -> str:
        return f"<FileMapping: {len(self.columns)} columns of {len(self.files)} files>"

    def tables(self) -> Iterator[Table]:
        """What each column was taken to mean."""
        rows = [(c.file, c.column, c.meaning, c.how) for c in self.columns]
        yield Table(("file", "column", "meaning", "how"), rows, "Columns", len(rows))

    def __str__(self) -> str:
        files = [(f.file, f.shape, f.role, repr(f.delimiter) if f.delimiter else "") for f in self.files]
        columns = [(c.file, c.column, c.meaning, c.how) for c in self.columns]
        tables = (("file", "shape", "role", "delimiter"), files), (("file", "column", "meaning", "how"), columns)
        return "\n\n".join(_aligned(heads, rows) for heads, rows in tables if rows)

    def to_json(self) -> str:
        """The mapping as JSON text, made to be edited by hand."""
        from mmatch.io.json_text import dump_json

        parts = {"files": self.files, "columns": self.columns}
        answers = {"answers": dict(self.answers)} if self.answers else {}
        return dump_json(_document().plain(parts | answers))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mapping as a JSON file.

        Raises:
            ExportError: the place cannot be written.
        """
        from mmatch.io.files import atomic_write

        atomic_write(path, self.to_json())

    @classmethod
    def from_json(cls, text: str) -> FileMapping:
        """The mapping of a JSON text that `to_json` wrote.

        Raises:
            InputError: no mapping, or meanings that do not exist.
        """
        from mmatch.io.json_text import parse_json

        return _from_plain(parse_json(text, "mapping"), "mapping")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> FileMapping:
        """The mapping of a JSON file that `save` wrote.

        Raises:
            InputError: no mapping, or meanings that do not exist.
        """
        from mmatch.io.files import file_name
        from mmatch.io.json_text import load_json

        return _from_plain(load_json(path), file_name(path))

    def file(self, name: str) -> FileMeaning:
        """What is said about a file."""
        return next((f for f in self.files if f.file == name), FileMeaning(name))

    def answer(self, key: str) -> str:
        """What was answered to a question about a person, a topic or a file; "" where nothing was."""
        return next((value for name, value in reversed(self.answers) if name == key), "")

    def column(self, file: str, head: str) -> ColumnMeaning | None:
        """What is said about a column; an entry without a file counts for every file."""
        found = [c for c in self.columns if c.column == head and c.file in {file, ""}]
        if not found:
            return None
        chosen = max((c for c in found if c.meaning), key=lambda c: c.file != "", default=found[0])
        return replace(chosen, values={text: value for c in found for text, value in c.values.items()})


def as_mapping(given: Any) -> FileMapping:
    """A mapping from whatever a user may give: the object, its file, or {column: meaning}, also by file.

    Raises:
        InputError: another type, or meanings that do not exist.
    """
    if isinstance(given, str | os.PathLike):
        return FileMapping.load(given)
    if given is None or isinstance(given, FileMapping):
        return _checked(given or FileMapping(), "mapping", Problems())
    if isinstance(given, Mapping):
        return _from_plain(dict(given), "mapping")
    text = f"found {type(given).__name__}, expected a FileMapping, the path of one, or {{column: meaning}}"
    raise InputError(Problem("type", "mapping", text))


def with_answers(mapping: FileMapping, given: Iterable[str], heads: Iterable[str], files: Iterable[str]) -> FileMapping:
    """A mapping with answers such as ``Column=meaning``, ``mentors.csv=mentor``, ``Places: 1-2=1``.

    Raises:
        InputError: no "=", or a column is said to mean what no column can.
    """
    known, names, problems = set(heads), set(files), Problems()
    columns, described, others = list(mapping.columns), list(mapping.files), list(mapping.answers)
    for text in given:
        cuts = [k for k, letter in enumerate(text) if letter == "="]
        if not cuts:
            problems.add("answer", "answer", f"found {excerpt(text)}, expected Column=meaning")
            continue
        cut = next((k for k in cuts if text[:k] in known | names), cuts[-1])
        key, value = text[:cut].strip(), text[cut + 1 :].strip()
        head = next((h for h in known if key.startswith(f"{h}: ")), "")
        if key in names:
            kind = "role" if value in {"mentor", "mentee", "both"} else "shape"
            described = [f for f in described if f.file != key] + [replace(mapping.file(key), **{kind: value})]
        elif key in known:
            columns.append(ColumnMeaning("", key, value))
        elif head:
            columns.append(ColumnMeaning("", head, values={key[len(head) + 2 :]: value}))
        others.append((key, value))
    return _checked(FileMapping(tuple(described), tuple(columns), tuple(others)), "answer", problems)


@cache
def _document() -> Document:
    """What a saved mapping holds."""
    from mmatch.io.documents import Document

    lists = {"files": (Sequence[FileMeaning], False), "columns": (Sequence[ColumnMeaning], False)}
    return Document(SCHEMA, VERSION, {**lists, "answers": (Mapping[str, str], False)}, root="/")


def _from_plain(value: Any, where: str) -> FileMapping:
    """A mapping as it was saved, or {column: meaning}."""
    if not isinstance(value, dict):
        raise InputError(Problem("type", where, f"found {type(value).__name__}, expected an object"))
    problems = Problems()
    if value.get("schema") == SCHEMA:
        found = _document().read(value, where)
        answers = tuple(found.get("answers", {}).items())
        return _checked(FileMapping(found.get("files", ()), found.get("columns", ()), answers), where, problems)
    columns = [entry for key, item in value.items() for entry in _entries(key, item, where, problems)]
    return _checked(FileMapping(columns=tuple(columns)), where, problems)


def _entries(key: Any, item: Any, where: str, problems: Problems, file: str = "") -> list[ColumnMeaning]:
    """{column: meaning}, {column: {meaning, how, values}} or {file: {column: ...}} as entries."""
    if isinstance(key, str) and isinstance(item, str):
        return [ColumnMeaning(file, key, item)]
    if isinstance(key, str) and isinstance(item, Mapping):
        values = item.get("values", {})
        texts = [*(text for name, text in item.items() if name != "values")]
        texts += [text for pair in values.items() for text in pair] if isinstance(values, Mapping) else [None]
        if "meaning" in item and item.keys() <= {"meaning", "how", "values"} and all(isinstance(t, str) for t in texts):
            return [ColumnMeaning(file, key, **item)]
        if not file:
            return [entry for head, inner in item.items() for entry in _entries(head, inner, where, problems, key)]
    text = f"found {excerpt(item)}, expected a meaning such as topic or attribute"
    problems.add("type", f"{where}[{excerpt(key)}]", text)
    return []


def _checked(mapping: FileMapping, where: str, problems: Problems) -> FileMapping:
    """The mapping, where all that it says is known."""
    for entry in mapping.columns:
        place = f"{where}[{excerpt(entry.column)}]"
        if entry.meaning and entry.meaning not in MEANINGS and not entry.meaning.startswith("attribute:"):
            hint = suggestion(entry.meaning, MEANINGS) or f"one of {', '.join(MEANINGS)}"
            problems.add("unknown-meaning", place, f"unknown meaning {excerpt(entry.meaning)}", hint)
        if entry.how not in HOWS:
            hint = suggestion(entry.how, HOWS) or f"one of {', '.join(sorted(HOWS - {''}))}"
            problems.add("unknown-how", place, f"unknown way of reading {excerpt(entry.how)}", hint)
    for file in mapping.files:
        if file.role not in {"", "mentor", "mentee", "both"} or file.delimiter not in {"", ",", ";", "\t"}:
            text = "expected the role mentor, mentee or both, and a comma, semicolon or tab as the delimiter"
            problems.add("unknown-meaning", f"{where}[{excerpt(file.file)}]", text)
    problems.raise_any()
    return mapping


def _aligned(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Heads and rows as an aligned table with a rule between them."""
    shown = [heads, *(tuple(excerpt(cell, 40)[1:-1] for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    shown.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in shown)
