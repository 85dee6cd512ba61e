"""Text as a table: heads, trimmed cells, and the physical line on which each row begins."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.io.csvs import as_written
from mmatch.signup.heads import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ROWS = 1_000_000
MOST_COLUMNS = 20_000
MOST_CELLS = 20_000_000
DELIMITERS = (",", ";", "\t")
SPACES = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000\u2007\u202f"
SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "": "none"}
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


@dataclass(frozen=True, slots=True)
class InputTable:
    """One file as a table. ``lines[i]`` is where row i begins, ``spoiled`` are rows with too many or too few cells."""

    name: str
    heads: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str = ","
    unit: str = "line"
    empty: int = 0
    spoiled: tuple[tuple[int, list[str]], ...] = ()
    trimmed: dict[str, int] = field(default_factory=dict)
    floats: frozenset[str] = frozenset()

    def place(self, row: int, head: str | None = None) -> str:
        """Where a cell stands, such as ``mentors.csv line 18 column "capacity"``."""
        return f"{self.name} {self.unit} {self.lines[row]}" + ("" if head is None else f" column {excerpt(head)}")

    def cells(self, column: int) -> list[str]:
        """One column."""
        return [row[column] for row in self.rows]


def table_from_text(text: str, name: str, delimiter: str = "") -> InputTable:
    """Read delimited text; the delimiter is the comma, semicolon or tab under which the heads make sense.

    Raises:
        InputError: no header, NUL characters, a quote that is never closed, cells that cannot be told apart.
        LimitError: too many rows, columns or cells, or a cell too long.
    """
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        hint = "the file is damaged, or UTF-16 without a byte order mark: save it as CSV UTF-8"
        raise InputError(Problem("nul", f"{name} line {line}", "found a NUL character, expected text", hint))
    _refuse_blank(text, name)
    chosen = delimiter or _delimiter(text, name)
    builder = _Builder(name, chosen)
    for line, cells in records(text, name, chosen):
        builder.take(line, cells)
    return builder.table()


def _refuse_blank(text: str, name: str) -> None:
    if not text.strip(SPACES + ",;\ufeff"):
        found = "the file is empty" if not text else "the file holds only spaces and delimiters"
        raise InputError(
            Problem("no-header", name, f"{found}, expected a header line", "the first line names the columns")
        )


def records(text: str, name: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the physical line on which it begins.

    Raises:
        InputError: a quote that is never closed, or text after a closing quote.
        LimitError: a cell above the csv module's limit.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _csv_error(text, name, line, str(error)) from None
        yield line, cells
        line = reader.line_num + 1


def _csv_error(text: str, name: str, line: int, reason: str) -> InputError:
    """What the csv module found, told with the line where it began."""
    if "field limit" in reason:
        limit = csv.field_size_limit()
        return LimitError(Problem("too-large", f"{name} line {line}", f"a cell has more than {limit:,} characters"))
    rest = "\n".join(text.splitlines()[line - 1 :])
    if "unexpected end" in reason:
        opened = _QUOTED.sub(lambda found: "\n" * found.group().count("\n"), rest)
        line += opened[: opened.find('"')].count("\n")
        text = f"quote opened on line {line} never closed"
        return InputError(Problem("quote", f"{name} line {line}", text, "close it, or double quotes inside a cell"))
    return InputError(
        Problem("quote", f"{name} line {line}", "found text after a closing quote", "double the quotes inside a cell")
    )


def _delimiter(text: str, name: str) -> str:
    """The delimiter under which most heads are known; the comma where none tells."""
    header = {d: _header(text, name, d) for d in DELIMITERS}
    known = {d: sum(meaning_of(head) is not None for head in heads) for d, heads in header.items()}
    best = max(DELIMITERS, key=lambda d: (known[d], len(header[d]) if known[d] else 0))
    if known[best]:
        return best
    widest = max(DELIMITERS, key=lambda d: len(header[d]))
    if len(header[","]) > 1 or (len(header[widest]) == 1 and not re.search(r"\S[|:]\S", header[","][0])):
        return ","
    if len(header[widest]) > 1 and not header[widest][0].strip(SPACES):  # a matrix: its corner is blank
        return widest
    shown = ";" if widest == "," else widest
    text = f"one column found, with the head {excerpt(header[','][0])}; is the delimiter {shown!r}?"
    raise InputError(Problem("delimiter", name, text, "name at least one column as id, email or name, or use commas"))


def _header(text: str, name: str, delimiter: str) -> list[str]:
    """The first record that is not blank, or the whole first line where quotes do not fit this delimiter."""
    try:
        for _, cells in records(text, name, delimiter):
            if any(cell.strip(SPACES) for cell in cells):
                return cells
    except InputError:  # told when the chosen delimiter is read
        pass
    return [text.split("\n", 1)[0]]


class _Builder:
    """Collects the records of one table: the first that is not blank is the header."""

    def __init__(self, name: str, delimiter: str) -> None:
        self.name, self.delimiter = name, delimiter
        self.heads: tuple[str, ...] = ()
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.spoiled: list[tuple[int, list[str]]] = []
        self.trimmed: Counter[int] = Counter()
        self.empty = 0

    def take(self, line: int, cells: list[str]) -> None:
        clean = [cell.strip(SPACES) for cell in cells]
        if not self.heads:
            if any(clean):
                self._header(clean)
        elif not any(clean):
            self.empty += 1
        else:
            self._row(line, cells, clean)

    def _header(self, clean: list[str]) -> None:
        while not clean[-1]:
            clean.pop()
        if len(clean) > MOST_COLUMNS:
            raise LimitError(Problem("too-large", self.name, f"{len(clean):,} columns, limit {MOST_COLUMNS:,}"))
        self.heads = tuple(as_written(head) for head in clean)

    def _row(self, line: int, cells: list[str], clean: list[str]) -> None:
        wide = len(self.heads)
        while len(clean) > wide and not clean[-1]:
            clean.pop()
        self._within_limits()
        if len(clean) != wide:
            self.spoiled.append((line, clean))
            return
        if clean != cells[:wide]:
            self.trimmed.update(k for k in range(wide) if clean[k] != cells[k])
        self.rows.append([as_written(cell) if "'" in cell else cell for cell in clean])
        self.lines.append(line)

    def _within_limits(self) -> None:
        n = len(self.rows) + len(self.spoiled)
        if n >= MOST_ROWS:
            raise LimitError(Problem("too-large", self.name, f"more than {MOST_ROWS:,} rows, limit {MOST_ROWS:,}"))
        if n * len(self.heads) >= MOST_CELLS:
            raise LimitError(Problem("too-large", self.name, f"more than {MOST_CELLS:,} cells, limit {MOST_CELLS:,}"))

    def table(self) -> InputTable:
        return InputTable(
            self.name,
            self.heads,
            self.rows,
            self.lines,
            self.delimiter,
            empty=self.empty,
            spoiled=tuple(self.spoiled),
            trimmed={self.heads[k]: count for k, count in sorted(self.trimmed.items())},
        )
