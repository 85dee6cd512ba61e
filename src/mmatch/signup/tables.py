"""Rows of cells as a table: which row holds the heads, which rows are no people, and where each row stands."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.io.csvs import as_written
from mmatch.signup.vocabulary import Words, plain, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST_ROWS = 1_000_000
MOST_COLUMNS = 20_000
MOST_CELLS = 20_000_000
DELIMITERS = (",", ";", "\t")
SPACES = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000\u2007\u202f"
SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "": "none"}
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?[^\S\t]*(?:\r\n|\n|\r|$)', re.IGNORECASE)
_LOOKED_AT = 15  # rows among which the heads are looked for
_ADDRESS = re.compile(r"\S@\S")

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
    spoiled: tuple[tuple[int, list[str]], ...] = ()
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

    def cells(self, column: int) -> list[str]:
        """One column."""
        return [row[column] for row in self.rows]


def table_from_text(text: str, name: str, delimiter: str = "", words: Words | None = None) -> InputTable:
    """Read delimited text; the delimiter is the comma, semicolon or tab under which the heads make sense.

    Raises:
        InputError: no header, NUL characters, a quote that is never closed, cells that cannot be told apart.
        LimitError: too many rows, columns or cells, or a cell too long.
    """
    words = words or words_of()
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        hint = "the file is damaged, or UTF-16 without a byte order mark: save it as CSV UTF-8"
        raise InputError(Problem("nul", f"{name} line {line}", "found a NUL character, expected text", hint))
    said = _SEPARATOR_LINE.match(text)
    skipped = 0
    if said:
        text, delimiter, skipped = text[said.end() :], delimiter or said[1], 1
    if not text.strip(SPACES + ",;\ufeff"):
        found = "the file holds only spaces and delimiters" if text or said else "the file is empty"
        hint = "the first line names the columns"
        raise InputError(Problem("no-header", name, f"{found}, expected a header line", hint))
    chosen = delimiter or _delimiter(text, name, words)
    rows = ((line + skipped, cells) for line, cells in records(text, name, chosen))
    return table_from_rows(rows, name, words, delimiter=chosen)


def records(text: str, name: str, delimiter: str) -> Iterator[Row]:
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


def _delimiter(text: str, name: str, words: Words) -> str:
    """The delimiter under which most heads are known and rows are equally long; the comma where none tells."""
    found = {d: _first_rows(text, name, d) for d in DELIMITERS}
    headers = {d: rows[_head_row(rows, words)][1] if rows else [text.split("\n", 1)[0]] for d, rows in found.items()}
    known = {d: sum(bool(words.claim(head).meaning) for head in heads) for d, heads in headers.items()}
    even = {d: len({len(cells) for _, cells in rows}) == 1 and len(rows) > 1 for d, rows in found.items()}
    best = max(
        DELIMITERS, key=lambda d: (even[d] and len(headers[d]) > 1, known[d], len(headers[d]) if known[d] else 0)
    )
    if known[best]:
        return best
    widest = max(DELIMITERS, key=lambda d: (even[d] and len(headers[d]) > 1, len(headers[d])))
    if even[widest] and len(headers[widest]) > 1 and not even[","]:
        return widest
    if even[widest] and len(headers[widest]) > 1 and len(headers[","]) == 1:
        return widest
    if len(headers[","]) > 1 or (len(headers[widest]) == 1 and not re.search(r"\S[|:]\S", headers[","][0])):
        return ","
    if len(headers[widest]) > 1 and not headers[widest][0].strip(SPACES):  # a matrix: its corner is blank
        return widest
    shown = ";" if widest == "," else widest
    text = f"one column found, with the head {excerpt(headers[','][0])}; is the delimiter {shown!r}?"
    raise InputError(Problem("delimiter", name, text, "name at least one column as id, email or name, or use commas"))


def _first_rows(text: str, name: str, delimiter: str) -> list[Row]:
    """The first rows under a delimiter; none where quotes do not fit it."""
    first: list[Row] = []
    try:
        for line, cells in records(text, name, delimiter):
            clean = [cell.strip(SPACES) for cell in cells]
            if any(clean):
                first.append((line, clean))
            if len(first) >= _LOOKED_AT:
                break
    except InputError:  # told when the chosen delimiter is read
        return first
    return first


def table_from_rows(
    rows: Iterable[Row],
    name: str,
    words: Words,
    *,
    delimiter: str = "",
    unit: str = "line",
) -> InputTable:
    """A table from rows of cells: title lines, second head rows, totals and notes are told from people.

    Raises:
        InputError: no row holds anything.
        LimitError: too many rows, columns or cells.
    """
    builder = _Builder(name, words)
    for line, cells in rows:
        builder.take(line, cells)
    return builder.table(delimiter, unit)


def side_by_side(table: InputTable, words: Words) -> list[InputTable]:
    """The tables of a sheet on which two stand beside each other: a blank column, and people named on both sides."""
    wide = range(len(table.heads))
    blank = [k for k in wide if not table.heads[k] and not any(row[k] for row in table.rows)]
    for k in blank:
        parts = [[j for j in wide[:k] if j not in blank], [j for j in wide[k + 1 :] if j not in blank]]
        named = [{words.claim(table.own_head(j)).meaning for j in part} for part in parts]
        if all(meanings & {"name", "first_name", "email", "id"} for meanings in named):
            return [_part(table, part) for part in parts]
    return [table]


def _part(table: InputTable, columns: Sequence[int]) -> InputTable:
    """Some columns of a table as one of its own, called by the title above them."""
    rows = {k: [row[j] for j in columns] for k, row in enumerate(table.rows) if any(row[j] for j in columns)}
    title = next((table.groups[j] for j in columns if j < len(table.groups) and table.groups[j]), "")
    title = title or f"from {table.heads[columns[0]]}"
    place = {j: n for n, j in enumerate(columns)}
    return replace(
        table,
        name=f"{table.name}: {title}",
        heads=tuple(table.own_head(j) for j in columns),
        rows=list(rows.values()),
        lines=[table.lines[k] for k in rows],
        groups=(),
        faults={(line, place[j]): found for (line, j), found in table.faults.items() if j in place},
    )


def _filled(cells: Sequence[str]) -> int:
    return sum(map(bool, cells))


def _head_row(first: Sequence[Row], words: Words) -> int:
    """Which of the first rows holds the heads: most of them are known, or it is the first that is no title."""
    known = [sum(words.claim(cell).sure for cell in cells if cell) for _, cells in first]
    filled = [_filled(cells) for _, cells in first]
    if max(known) > 1:
        likely = next(k for k, count in enumerate(known) if count >= 0.6 * max(known))
        if all(count < filled[likely] for count in filled[:likely]):
            return likely
    for k, (_, cells) in enumerate(first):
        is_title = filled[k] == 1 and cells[0] and max(filled) > 1 and not known[k]
        if not is_title and not _is_group_row(cells, first[k + 1 : k + 2], words):
            return k
    return 0


def _is_group_row(cells: Sequence[str], following: Sequence[Row], words: Words) -> bool:
    """Whether a row only names groups of the columns that the next row heads: every name stands above a head."""
    if not following or not 1 <= _filled(cells) < _filled(following[0][1]):
        return False
    below = following[0][1]
    known = [sum(words.claim(cell).sure for cell in row if cell) for row in (cells, below)]
    covered = all(k < len(below) and below[k] for k, cell in enumerate(cells) if cell)
    return known[1] >= 2 and known[1] > known[0] and covered


class _Builder:
    """Collects the records of one table."""

    def __init__(self, name: str, words: Words) -> None:
        self.name, self.words = name, words
        self.first: list[Row] | None = []
        self.heads: tuple[str, ...] = ()
        self.groups: tuple[str, ...] = ()
        self.rows: list[list[str]] = []
        self.lines: list[int] = []
        self.spoiled: list[tuple[int, list[str]]] = []
        self.left_out: list[tuple[int, str]] = []
        self.trimmed: Counter[int] = Counter()
        self.empty = self.columns_seen = 0
        self._pending: list[tuple[int, list[str], list[str]]] = []

    def take(self, line: int, cells: list[str]) -> None:
        clean = [cell.strip(SPACES) for cell in cells]
        if self.first is not None:
            if any(clean):
                self.first.append((line, clean))
            self._pending.append((line, cells, clean))
            if len(self.first) >= _LOOKED_AT:
                self._begin()
        else:
            self._row(line, cells, clean)

    def _begin(self) -> None:
        """Find the heads among the first rows, then take the rows below them."""
        first, self.first = self.first or [], None
        if not first:
            text = f"{self.name}: nothing but empty cells"
            raise InputError(Problem("no-header", self.name, "no cell holds anything, expected a header line", text))
        k = _head_row(first, self.words)
        titles, head, below = first[:k], list(first[k][1]), first[k + 1 :]
        if titles and _is_group_row(titles[-1][1], first[k : k + 1], self.words):
            self.groups = tuple(_carried(titles[-1][1], len(head)))
        self.left_out += [(line, "a title above the heads") for line, _ in titles]
        used = {line for line, _ in first[: k + 1]}
        head, also = self._second_heads(head, below)
        used |= also
        self.left_out += [(line, "a second head row") for line in also]
        while head and not head[-1]:
            head.pop()
        if len(head) > MOST_COLUMNS:
            raise LimitError(Problem("too-large", self.name, f"{len(head):,} columns, limit {MOST_COLUMNS:,}"))
        self.heads = tuple(as_written(cell) for cell in head)
        self._name_groups()
        for line, cells, clean in self._pending:
            if line not in used and not (line < first[k][0] and not any(clean)):
                self._row(line, cells, clean)
        self._pending = []

    def _second_heads(self, head: list[str], below: Sequence[Row]) -> tuple[list[str], set[int]]:
        """The heads with those of a second or third head row, and the lines that these stand on."""
        blank = [""] * max([len(head), *(len(cells) for _, cells in below[:3])])
        for k, (line, cells) in enumerate(below[:2]):
            if sum(cell.startswith('{"ImportId"') for cell in cells) * 2 > _filled(cells):
                texts = below[0][1] if k else head  # the question stands in the row between codes and import ids
                wide = [text or code for text, code, _ in zip([*texts, *blank], [*head, *blank], blank, strict=False)]
                return [_asked(text) for text in wide], {at for at, _ in below[:k]} | {line}
        line, cells = below[0] if below else (0, [])
        if below and _are_hints(head, below, self.words):
            return head, {line}
        if below and _names_answers(head, cells):
            joined = zip(_carried(head, len(blank)), [*cells, *blank], [*head, *blank], strict=False)
            return [self._joined(*texts) for texts in joined], {line}
        if below and _are_labels(head, cells, self.words):
            return [text or code for text, code in zip([*cells, *blank], head, strict=False)], {line}
        if below and set(map(plain, filter(None, cells))) <= self.words.listed("rows.types"):
            return head, {line}
        return head, set()

    def _joined(self, question: str, answer: str, own: str) -> str:
        plainly = plain(answer)
        if not answer or plainly in self.words.listed("rows.types"):
            return own or question
        return f"{question} [{answer}]" if question else answer

    def _name_groups(self) -> None:
        """Heads that stand under several titles are told apart by them."""
        times = Counter(self.heads)
        if self.groups and any(count > 1 for count in times.values()):
            pairs = zip(self.heads, [*self.groups, *[""] * len(self.heads)], strict=False)
            self.heads = tuple(f"{group}: {head}" if times[head] > 1 and group else head for head, group in pairs)

    def _row(self, line: int, cells: list[str], clean: list[str]) -> None:
        if not any(clean):
            self.empty += 1
            return
        wide = len(self.heads)
        while len(clean) > wide and not clean[-1]:
            clean.pop()
        self._within_limits()
        if len(clean) != wide:
            self.spoiled.append((line, clean))
            return
        if clean != cells[:wide]:
            self.trimmed.update(k for k in range(wide) if clean[k] != cells[k])
        if clean[0] == self.heads[0] and wide > 1 and tuple(clean) == self.heads:
            self.left_out.append((line, "the heads once more"))
            return
        if wide > 2 and len(set(clean)) < 4 and self._is_total(clean):
            self.left_out.append((line, "a total"))
            return
        self.rows.append([as_written(cell) if "'" in cell else cell for cell in clean])
        self.lines.append(line)

    def _within_limits(self) -> None:
        n = len(self.rows) + len(self.spoiled)
        if n >= MOST_ROWS:
            raise LimitError(Problem("too-large", self.name, f"more than {MOST_ROWS:,} rows, limit {MOST_ROWS:,}"))
        if n * len(self.heads) >= MOST_CELLS:
            raise LimitError(Problem("too-large", self.name, f"more than {MOST_CELLS:,} cells, limit {MOST_CELLS:,}"))

    def _drop_last_rows(self) -> None:
        """Notes below a table are no people; a lone name stays one."""
        usual = max(map(_filled, self.rows[:50]), default=0)
        while self.rows or self.spoiled:
            ragged = bool(self.spoiled) and (not self.lines or self.spoiled[-1][0] > self.lines[-1])
            line, cells = self.spoiled[-1] if ragged else (self.lines[-1], self.rows[-1])
            lone = ragged and len(cells) == 1 and usual > 2
            if not lone and not self._is_total(cells) and not self._is_note(cells, usual):
                return
            self.left_out.append((line, "a total or a note below the table"))
            if ragged:
                self.spoiled.pop()
            else:
                self.rows.pop()
                self.lines.pop()

    def _is_total(self, cells: Sequence[str]) -> bool:
        """Whether a row sums others up: it begins with a word such as total, and holds nothing else but numbers."""
        filled = [cell for cell in cells if cell]
        first = f"{plain(filled[0])} "
        others = all(re.fullmatch(r"[\d.,:%/ -]+", cell) for cell in filled[1:])
        begins = any(first.startswith(f"{word} ") for word in self.words.listed("rows.total"))
        return (
            begins
            and others
            and len(filled) < len(self.heads)
            and len(filled[0]) < 60
            and (len(filled) > 1 or not cells[-1])
        )

    def _is_note(self, cells: Sequence[str], usual: int) -> bool:
        filled = [cell for cell in cells if cell]
        if len(filled) > 1 or usual < 3 or _ADDRESS.search(filled[0]):
            return False
        wordy = re.sub(r"\d+", " ", plain(filled[0])).split()
        counted = bool(re.match(r"\d", filled[0])) and bool(wordy)
        notes = bool(wordy) and wordy[0] in self.words.listed("rows.note") and (len(wordy) > 1 or ":" in filled[0])
        return counted or notes or len(wordy) > 5 or filled[0][0] in "*(" or "http" in filled[0] or ":" in filled[0]

    def table(self, delimiter: str, unit: str) -> InputTable:
        if self.first is not None:
            self._begin()
        self._drop_last_rows()
        return InputTable(
            self.name,
            self.heads,
            self.rows,
            self.lines,
            delimiter,
            unit,
            empty=self.empty,
            spoiled=tuple(self.spoiled),
            trimmed={self.heads[k]: count for k, count in sorted(self.trimmed.items())},
            groups=self.groups,
            left_out=tuple(sorted(self.left_out)),
        )


def _carried(cells: Sequence[str], wide: int) -> list[str]:
    """Titles over groups of columns, each carried on to the next one."""
    carried, last = [], ""
    for k in range(wide):
        last = cells[k] if k < len(cells) and cells[k] else last
        carried.append(last)
    return carried


def _names_answers(head: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row below the heads names answers: it fills blank heads, is blank under others, holds no facts."""
    head, cells = [*head, *[""] * (len(cells) - len(head))], [*cells, *[""] * (len(head) - len(cells))]
    filling = sum(bool(cell) and not title for title, cell in zip(head, cells, strict=True))
    blank = sum(bool(title) and not cell for title, cell in zip(head, cells, strict=True))
    facts = any(_ADDRESS.search(cell) or re.fullmatch(r"[\d.,:/ -]+", cell) for cell in cells if cell)
    return filling >= 2 and blank >= 1 and not cells[0] and not facts


def _are_labels(head: Sequence[str], cells: Sequence[str], words: Words) -> bool:
    """Whether a row below codes repeats them as labels: most are heads that are known, and none is a fact."""
    known = sum(words.claim(cell).sure for cell in cells if cell)
    facts = any(_ADDRESS.search(cell) or re.fullmatch(r"[\d.,:/ -]+", cell) for cell in cells if cell)
    return known > 2 and 2 * known >= _filled(cells) and _filled(cells) >= 0.8 * _filled(head) and not facts


def _are_hints(head: Sequence[str], below: Sequence[Row], words: Words) -> bool:
    """Whether the row below the heads says how to fill them in: no address where the other rows have one."""
    hints = [cell for cell in below[0][1] if cell]
    small = 2 * sum(cell[:1].islower() for cell in hints) >= len(hints)
    emails = [k for k, text in enumerate(head) if words.claim(text).meaning == "email"]
    columns = [[cells[k] for _, cells in below if k < len(cells) and cells[k]] for k in emails]
    return small and any(
        len(cells) > 2 and "@" not in cells[0] and all("@" in cell for cell in cells[1:]) for cells in columns
    )


def _asked(head: str) -> str:
    """A question of a survey tool without what its export adds."""
    return re.sub(r"\s+-\s+(?:Selected Choice|Text)$", "", head)
