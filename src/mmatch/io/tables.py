"""Delimited text as records with their lines, and what a table is: heads, rows, and where each row stands."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.io.files import decoded

MOST_ROWS = 1_000_000
MOST_COLUMNS = 20_000
MOST_CELLS = 20_000_000
SPACES = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000\u2007\u202f"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[^\S\t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
# letters and signs that Western Europe writes, by their code points in Windows-1252
_SIGNS = "\u0153\u0152\u2018\u2019\u201c\u201d\u201e\u201a\u2013\u2014\u2026\u20ac\u2022\u2122"
_WESTERN = frozenset(bytes([*range(0xA0, 0x100)]).decode("cp1252") + _SIGNS)
_WESTERN_ODD = re.compile(
    r"[^\W\d_][\u2018\u201c\u201e\u201a\xab\xa7\xbf\xa1\xa3\xbd\xbc\xb2\xb3\u20ac]"
    r"|[^\W\d_A-Z][\u2013\u2014][^\W\d_A-Z]"
)

Row = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class InputTable:
    """One file or sheet as a table. ``lines[i]`` is where row i begins, ``spoiled`` are rows of another length.

    ``groups`` are titles that stand above the heads, ``left_out`` are rows that are no people: (line, reason), and
    ``faults`` are cells that hold an error instead of a value, by line and column from 0.
    """

    name: str
    heads: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str = ","
    unit: str = "line"
    empty: int = 0
    spoiled: tuple[Row, ...] = ()
    trimmed: dict[str, int] = field(default_factory=dict)
    floats: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    left_out: tuple[tuple[int, str], ...] = ()
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)

    def place(self, row: int, head: str | None = None) -> str:
        """Where a cell stands, such as ``mentors.csv line 18 column "capacity"``."""
        return f"{self.name} {self.unit} {self.lines[row]}" + ("" if head is None else f" column {excerpt(head)}")

    def own_head(self, column: int) -> str:
        """A head without the title above it."""
        group = self.groups[column] if column < len(self.groups) else ""
        return self.heads[column].removeprefix(f"{group}: ")


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """The text of one file: its name in messages, the delimiter that it states ("" for none), and its first line."""

    text: str
    name: str
    delimiter: str = ""
    skipped: int = 0

    @classmethod
    def of(cls, text: str, name: str) -> DelimitedText:
        """A text without the line ``sep=;`` that spreadsheets write before it.

        Raises:
            InputError: NUL characters, or nothing but spaces and delimiters.
        """
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            hint = "the file is damaged, or UTF-16 without a byte order mark: save it as CSV UTF-8"
            raise InputError(Problem("nul", f"{name} line {line}", "found a NUL character, expected text", hint))
        said = _SEPARATOR_LINE.match(text)
        rest = text[said.end() :] if said else text
        if not rest.strip(SPACES + ",;\ufeff"):
            found = "the file holds only spaces and delimiters" if text else "the file is empty"
            hint = "the first line names the columns"
            raise InputError(Problem("no-header", name, f"{found}, expected a header line", hint))
        return cls(rest, name, said[1] if said else "", 1 if said else 0)

    def records(self, delimiter: str) -> Iterator[Row]:
        """Each record with the physical line on which it begins.

        Raises:
            InputError: a quote that is never closed, or text after a closing quote.
            LimitError: a cell above the csv module's limit.
        """
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter, strict=True)
        line = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise self._csv_error(line, str(error)) from None
            yield line + self.skipped, cells
            line = reader.line_num + 1

    def _csv_error(self, line: int, reason: str) -> InputError:
        """What the csv module found, told with the line where it began."""
        if "field limit" in reason:
            text = f"a cell has more than {csv.field_size_limit():,} characters"
            return LimitError(Problem("too-large", f"{self.name} line {line}", text))
        rest = "\n".join(self.text.splitlines()[line - 1 :])
        text, hint = "found text after a closing quote", "double the quotes inside a cell"
        line += self.skipped
        if "unexpected end" in reason:
            opened = _QUOTED.sub(lambda found: "\n" * found.group().count("\n"), rest)
            line += opened[: opened.find('"')].count("\n")
            text, hint = f"quote opened on line {line} never closed", "close it, or double quotes inside a cell"
        return InputError(Problem("quote", f"{self.name} line {line}", text, hint))


def western(data: bytes, name: str) -> tuple[str, str]:
    """(bytes as text, the word that shows how it was read): Unicode, or Windows-1252 where its accents make words.

    The word is "" for Unicode.

    Raises:
        InputError: neither Unicode nor words of Western Europe.
    """
    try:
        return decoded(data, name), ""
    except InputError as error:
        if error.problems[0].code != "encoding":
            raise
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            raise error from None
        odd = any(not letter.isascii() and letter not in _WESTERN for letter in text)
        words = re.findall(r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*", text)
        strange = [word for word in words if 2 * sum(not c.isascii() for c in word) > len(word) > 2]
        if odd or _WESTERN_ODD.search(text) or 4 * len(strange) > len(words):
            raise
        return text, words[0] if words else text
