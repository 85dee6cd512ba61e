"""What each column of each file was taken to mean: an object that prints, travels as JSON, and can be given back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.signup.lists import SEPARATORS
from mmatch.text import suggestion

SCHEMA = "mmatch/mapping"
VERSION = 1
HOWS = frozenset({"", "text", "number", "true/false", "bans", "tick", *SEPARATORS})
OTHERS = "*"
MEANINGS = {
    "id": "the person's id, unique in the program",
    "email": "an e-mail address; the id where there is no id column",
    "name": "the full name; the id where there is neither id nor e-mail",
    "first_name": "the given name, part of the full name",
    "last_name": "the family name, part of the full name",
    "role": "mentor, mentee or both",
    "is_mentor": "yes: takes part as a mentor",
    "is_mentee": "yes: takes part as a mentee",
    "both": "yes: takes part as mentor and mentee",
    "topic": "topics: offered by a mentor, asked for by a mentee",
    "offers": "topics that this person can teach",
    "requests": "topics that this person wants to learn",
    "level": "level of expertise, a number; kept as an attribute too",
    "capacity": "most mentees, a whole number, also in words",
    "seats": "most mentees on each topic offered",
    "groups": "most groups led",
    "min_load": "fewest mentees",
    "priority": "urgency, greater is more urgent",
    "mentors": "how many different mentors are wanted",
    "format": "the session format wanted",
    "language": "the language of letters to this person; also kept as an attribute",
    "availability": "weekly windows such as Mon 9-12; Wed 14-16",
    "timezone": "a time zone name or UTC offset",
    "site": "where in-person meetings can be",
    "modes": "virtual, in person, or both",
    "ranks": "a wish list, best first; all others follow as one tie",
    "strict_ranks": "a wish list, best first; nobody else is accepted",
    "mentee_ranks": "a mentor's wish list of mentees; all others follow as one tie",
    "strict_mentee_ranks": "a mentor's wish list of mentees; no other mentee is accepted",
    "avoids": "people never to meet",
    "choices": "one column a person, yes / maybe / no: yes before maybe, no is not accepted",
    "accepts": "one column a person, 1 or 0: 1 is accepted",
    "scores": "one column a person, numbers; a blank cell is a pair that is not allowed",
    "ranked": "one column a person, ranks: 1 is best",
    "hours": "one column an hour of the week, 1 or 0: availability",
    "status": "whether somebody has withdrawn",
    "number": "the number of an answer or a row, no id",
    "mentor": "in a file of pairs: the mentor",
    "mentee": "in a file of pairs: the mentee",
    "score": "in a file of pairs: the score",
    "date": "in a file of pairs: when they met",
    "attribute": "kept under the column's name, for rules; attribute:NAME keeps it under another name",
    "ignore": "not read",
}


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What one column means. The column "*" stands for all columns of a file that have no line of their own.

    Attributes:
        file: the file's name as messages show it.
        column: the head.
        meaning: one of `MEANINGS`, or ``attribute:NAME``.
        how: how cells are read: a way of writing lists, "text", "number", "true/false"; "" where the meaning says it.
        values: texts to be replaced before reading, such as {"Definitely Yes": "yes"}.
    """

    file: str
    column: str
    meaning: str
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
        files: list[tuple[str, ...]] = [
            (f.file, f.shape, f.role, repr(f.delimiter) if f.delimiter else "") for f in self.files
        ]
        columns: list[tuple[str, ...]] = [(c.file, c.column, c.meaning, c.how) for c in self.columns]
        tables = [("file", "shape", "role", "delimiter"), *files], [("file", "column", "meaning", "how"), *columns]
        return "\n\n".join(_aligned(rows) for rows in tables if len(rows) > 1)

    def to_json(self) -> str:
        """The mapping as JSON text, made to be edited by hand."""
        from mmatch.io.json_text import dump_json

        columns = [asdict(c) | {"values": dict(c.values)} if c.values else _short(c) for c in self.columns]
        plain = {"schema": SCHEMA, "version": VERSION, "files": [asdict(f) for f in self.files], "columns": columns}
        return dump_json(plain | ({"answers": dict(self.answers)} if self.answers else {}))

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
        return next((value for asked, value in reversed(self.answers) if asked == key), "")

    def column(self, file: str, head: str) -> ColumnMeaning | None:
        """What is said about a column; an entry without a file counts for every file."""
        found = [c for c in self.columns if c.column == head and c.file in {file, ""}]
        if not found:
            return None
        said = [c for c in found if c.meaning]
        chosen = max(said, key=lambda c: c.file != "", default=found[0])
        values = {text: value for c in found for text, value in c.values.items()}
        return replace(chosen, values=values) if values != dict(chosen.values) else chosen


def as_mapping(given: Any) -> FileMapping:
    """A mapping from whatever a user may give: the object, its file, or {column: meaning}, also by file.

    Raises:
        InputError: another type, or meanings that do not exist.
    """
    if given is None:
        return FileMapping()
    if isinstance(given, FileMapping):
        problems = Problems()
        _checked(given, "mapping", problems)
        problems.raise_any()
        return given
    if isinstance(given, Mapping):
        return _from_plain(dict(given), "mapping")
    if isinstance(given, str | os.PathLike):
        return FileMapping.load(given)
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
            columns.append(ColumnMeaning("", head, "", values={key[len(head) + 2 :]: value}))
        others.append((key, value))
    made = FileMapping(tuple(described), tuple(columns), tuple(others))
    _checked(made, "answer", problems)
    problems.raise_any()
    return made


def _from_plain(value: Any, where: str) -> FileMapping:
    problems = Problems()
    if not isinstance(value, dict):
        raise InputError(Problem("type", where, f"found {type(value).__name__}, expected an object"))
    if value.get("schema") == SCHEMA:
        mapping = _from_saved(value, where, problems)
    else:
        columns = [entry for key, item in value.items() for entry in _entries(key, item, where, problems)]
        mapping = FileMapping(columns=tuple(columns))
    _checked(mapping, where, problems)
    problems.raise_any()
    return mapping


def _from_saved(value: dict[str, Any], where: str, problems: Problems) -> FileMapping:
    version = value.get("version")
    if type(version) is not int or version > VERSION:
        text = f"found version {excerpt(version)}, expected {VERSION}: made by a newer version of mmatch"
        raise InputError(Problem("version", f"{where} /version", text, "update mmatch"))
    for key in value.keys() - {"schema", "version", "files", "columns", "answers"}:
        problems.add("unknown-field", f"{where} /{key}", f"unknown field {excerpt(key)}", "expected files and columns")
    files = _objects(value.get("files", []), FileMeaning, f"{where} /files", problems)
    columns = _objects(value.get("columns", []), ColumnMeaning, f"{where} /columns", problems)
    answers = value.get("answers", {})
    if not _is_text_map(answers):
        problems.add("type", f"{where} /answers", "expected an object of texts")
        answers = {}
    return FileMapping(tuple(files), tuple(columns), tuple(answers.items()))


def _objects(items: Any, kind: Any, where: str, problems: Problems) -> list[Any]:
    fields = kind.__dataclass_fields__
    made = []
    for k, item in enumerate(items if isinstance(items, list) else [items]):
        if isinstance(item, dict) and item.keys() <= fields.keys() and _fits(item) and {"file", "column"} & item.keys():
            made.append(kind(**({"column": "", "file": "", "meaning": "", **item} if "meaning" in fields else item)))
        else:
            problems.add("type", f"{where}/{k}", f"expected an object with texts for {', '.join(fields)}")
    return made


def _fits(item: Mapping[str, Any]) -> bool:
    texts = all(isinstance(text, str) for key, text in item.items() if key != "values")
    return texts and _is_text_map(item.get("values", {}))


def _is_text_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(text, str) for pair in value.items() for text in pair)


def _entries(key: Any, item: Any, where: str, problems: Problems, file: str = "") -> list[ColumnMeaning]:
    """{column: meaning}, {column: {meaning, how, values}} or {file: {column: ...}} as entries."""
    if isinstance(key, str) and isinstance(item, str):
        return [ColumnMeaning(file, key, item)]
    if isinstance(key, str) and isinstance(item, Mapping):
        if "meaning" in item and item.keys() <= {"meaning", "how", "values"} and _fits(item):
            return [ColumnMeaning(file, key, **item)]
        if not file:
            return [entry for head, inner in item.items() for entry in _entries(head, inner, where, problems, key)]
    problems.add(
        "type", f"{where}[{excerpt(key)}]", f"found {excerpt(item)}, expected a meaning such as topic or attribute"
    )
    return []


def _checked(mapping: FileMapping, where: str, problems: Problems) -> None:
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


def _short(entry: ColumnMeaning) -> dict[str, str]:
    return {"file": entry.file, "column": entry.column, "meaning": entry.meaning, "how": entry.how}


def _aligned(rows: list[tuple[str, ...]]) -> str:
    """Rows as an aligned table with a rule under the first."""
    shown = [tuple(excerpt(cell, 40)[1:-1] for cell in row) for row in rows]
    widths = [max(len(row[k]) for row in shown) for k in range(len(shown[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
