"""Rows of cells as a table: which row holds the heads, which rows are no people, and where each row stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, compress, islice

from mmatch.errors import InputError, LimitError, Problem, excerpt
from mmatch.io.csvs import as_written
from mmatch.io.tables import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, SPACES, DelimitedText, InputTable, Row
from mmatch.signup.vocabulary import Words, plain, words_of

DELIMITERS = (",", ";", "\t")
SPOKEN = {",": "comma", ";": "semicolon", "\t": "tab", "": "none"}
_LOOKED_AT = 15  # rows among which the heads are looked for
_FACT = re.compile(r"[\d.,:/ -]+|.*\S@\S.*", re.DOTALL)
_ADDRESS = re.compile(r"\S@\S")


def table_from_text(text: str, name: str, delimiter: str = "", words: Words | None = None) -> InputTable:
    """Read delimited text; the delimiter is the comma, semicolon or tab under which the heads make sense.

    Raises:
        InputError: no header, NUL characters, a quote that is never closed, cells that cannot be told apart.
        LimitError: too many rows, columns or cells, or a cell too long.
    """
    words = words or words_of()
    given = DelimitedText.of(text, name)
    chosen = delimiter or given.delimiter or _delimiter(given, words)
    return table_from_rows(given.records(chosen), name, words, delimiter=chosen)


def _delimiter(given: DelimitedText, words: Words) -> str:
    """The delimiter under which most heads are known and rows are equally long; the comma where none tells."""
    heads: dict[str, list[str]] = {}
    known: dict[str, int] = {}
    even: dict[str, bool] = {}
    for mark in DELIMITERS:
        rows = _first_rows(given, mark)
        heads[mark] = rows[_head_row(rows, words)][1] if rows else [given.text.split("\n", 1)[0]]
        known[mark] = sum(bool(words.claim(head).meaning) for head in heads[mark])
        even[mark] = len({len(cells) for _, cells in rows}) == 1 and len(rows) > 1 and len(heads[mark]) > 1
    best = max(DELIMITERS, key=lambda d: (even[d], known[d], len(heads[d]) if known[d] else 0))
    if known[best]:
        return best
    widest = max(DELIMITERS, key=lambda d: (even[d], len(heads[d])))
    several = len(heads[widest]) > 1
    if even[widest] and not even[","]:
        return widest
    if len(heads[","]) > 1 or (not several and not re.search(r"\S[|:]\S", heads[","][0])):
        return ","
    if several and not heads[widest][0].strip(SPACES):  # a matrix: its corner is blank
        return widest
    shown = ";" if widest == "," else widest
    text = f"one column found, with the head {excerpt(heads[','][0])}; is the delimiter {shown!r}?"
    hint = "name at least one column as id, email or name, or use commas"
    raise InputError(Problem("delimiter", given.name, text, hint))


def _first_rows(given: DelimitedText, delimiter: str) -> list[Row]:
    """The first rows under a delimiter; fewer where quotes do not fit it."""
    first: list[Row] = []
    with suppress(InputError):  # told when the chosen delimiter is read
        for line, cells in given.records(delimiter):
            clean = [cell.strip(SPACES) for cell in cells]
            if any(clean):
                first.append((line, clean))
            if len(first) >= _LOOKED_AT:
                break
    return first


def table_from_rows(
    rows: Iterable[Row], name: str, words: Words, *, delimiter: str = "", unit: str = "line"
) -> InputTable:
    """A table from rows of cells: title lines, second head rows, totals and notes are told from people.

    Raises:
        InputError: no row holds anything.
        LimitError: too many rows, columns or cells.
    """
    stream = ((line, cells, [cell.strip(SPACES) for cell in cells]) for line, cells in rows)
    pending, first = [], list[Row]()
    for line, cells, clean in stream:
        pending.append((line, cells, clean))
        if any(clean):
            first.append((line, clean))
        if len(first) >= _LOOKED_AT:
            break
    builder = _Builder(name, words, first)
    for line, cells, clean in chain(pending, stream):
        if line not in builder.used and (any(clean) or line > builder.line):
            builder.take(line, cells, clean)
    return builder.table(delimiter, unit)


class _Builder:
    """Collects the rows of one table below the heads that stand among its first rows."""

    def __init__(self, name: str, words: Words, first: Sequence[Row]) -> None:
        if not first:
            text = f"{name}: nothing but empty cells"
            raise InputError(Problem("no-header", name, "no cell holds anything, expected a header line", text))
        self.name, self.words = name, words
        self.rows: list[list[str]] = []  # also those of another length than the heads
        self.lines: list[int] = []
        self.trimmed: Counter[int] = Counter()
        self.empty = 0
        k = _head_row(first, words)
        self.line = first[k][0]
        wide = max(len(cells) for _, cells in first[k : k + 4])
        titles, (_, head), *below = first[:k], *((line, _padded(cells, wide)) for line, cells in first[k:])
        named = bool(titles) and _is_group_row(titles[-1][1], first[k : k + 1], words)
        self.groups = tuple(_carried(_padded(titles[-1][1], wide))) if named else ()
        head, also = self._second_heads(head, below)
        while head and not head[-1]:
            head.pop()
        if len(head) > MOST_COLUMNS:
            raise LimitError(Problem("too-large", name, f"{len(head):,} columns, limit {MOST_COLUMNS:,}"))
        plainly = [as_written(cell) for cell in head]
        times, groups = Counter(plainly), dict(enumerate(self.groups))  # heads under several titles are told apart
        pairs = [(text, groups.get(k)) for k, text in enumerate(plainly)]
        self.heads = tuple(f"{group}: {text}" if group and times[text] > 1 else text for text, group in pairs)
        self.used = {line for line, _ in first[: k + 1]} | also
        self.left_out = [(line, "a title above the heads") for line, _ in titles]
        self.left_out += [(line, "a second head row") for line in also]

    def _second_heads(self, head: list[str], below: Sequence[Row]) -> tuple[list[str], set[int]]:
        """The heads with those of a second or third head row, and the lines that these stand on."""
        for k, (_, cells) in enumerate(below[:2]):
            if sum(cell.startswith('{"ImportId"') for cell in cells) * 2 > _filled(cells):
                texts = below[0][1] if k else head  # the question stands in the row between codes and import ids
                heads = [text or code for text, code in zip(texts, head, strict=False)]
                plainly = [
                    re.sub(r"\s+-\s+(?:Selected Choice|Text)$", "", text) for text in heads
                ]  # added by the export
                return plainly, {line for line, _ in below[: k + 1]}
        if not below:
            return head, set()
        line, cells = below[0]
        if _are_hints(head, below, self.words):
            return head, {line}
        if _names_answers(head, cells):
            return [self._joined(*texts) for texts in zip(_carried(head), cells, head, strict=False)], {line}
        if _are_labels(head, cells, self.words):
            return [text or code for text, code in zip(cells, head, strict=False)], {line}
        types = set(map(plain, filter(None, cells))) <= self.words.listed("rows.types")
        return head, {line} if types else set()

    def _joined(self, question: str, answer: str, own: str) -> str:
        if not answer or plain(answer) in self.words.listed("rows.types"):
            return own or question
        return f"{question} [{answer}]" if question else answer

    def take(self, line: int, cells: list[str], clean: list[str]) -> None:
        """Add one row: its cells as they stand, and without the spaces around them."""
        if not any(clean):
            self.empty += 1
            return
        wide = len(self.heads)
        while len(clean) > wide and not clean[-1]:
            clean.pop()
        n = len(self.rows)
        if n >= MOST_ROWS or n * wide >= MOST_CELLS:
            kind, most = ("rows", MOST_ROWS) if n >= MOST_ROWS else ("cells", MOST_CELLS)
            raise LimitError(Problem("too-large", self.name, f"more than {most:,} {kind}, limit {most:,}"))
        if len(clean) != wide:
            self.rows.append(clean)
            self.lines.append(line)
            return
        if clean != cells[:wide]:
            self.trimmed.update(k for k in range(wide) if clean[k] != cells[k])
        if clean[0] == self.heads[0] and wide > 1 and tuple(clean) == self.heads:
            self.left_out.append((line, "the heads once more"))
        elif wide > 2 and len(set(clean)) < 4 and self._is_total(clean):
            self.left_out.append((line, "a total"))
        else:
            self.rows.append([as_written(cell) if "'" in cell else cell for cell in clean])
            self.lines.append(line)

    def _drop_last_rows(self) -> None:
        """Notes below a table are no people; a lone name stays one."""
        wide = len(self.heads)
        usual = max(map(_filled, islice((cells for cells in self.rows if len(cells) == wide), 50)), default=0)
        while self.rows:
            cells = self.rows[-1]
            lone = len(cells) == 1 != wide and usual > 2
            if not lone and not self._is_total(cells) and not self._is_note(cells, usual):
                return
            self.left_out.append((self.lines.pop(), "a total or a note below the table"))
            self.rows.pop()

    def _is_total(self, cells: Sequence[str]) -> bool:
        """Whether a row sums others up: it begins with a word such as total, and holds nothing else but numbers."""
        filled = [cell for cell in cells if cell]
        first = f"{plain(filled[0])} "
        return (
            any(first.startswith(f"{word} ") for word in self.words.listed("rows.total"))
            and all(re.fullmatch(r"[\d.,:%/ -]+", cell) for cell in filled[1:])
            and len(filled) < len(self.heads)
            and len(filled[0]) < 60
            and (len(filled) > 1 or not cells[-1])
        )

    def _is_note(self, cells: Sequence[str], usual: int) -> bool:
        first, *more = [cell for cell in cells if cell]
        if more or usual < 3 or _ADDRESS.search(first):
            return False
        wordy = re.sub(r"\d+", " ", plain(first)).split()
        counted = first[0].isdigit() and bool(wordy)
        return (
            counted
            or len(wordy) > 5
            or first[0] in "*("
            or "http" in first
            or ":" in first
            or (len(wordy) > 1 and wordy[0] in self.words.listed("rows.note"))
        )

    def table(self, delimiter: str, unit: str) -> InputTable:
        """All that was taken."""
        self._drop_last_rows()
        whole = [len(cells) == len(self.heads) for cells in self.rows]
        return InputTable(
            self.name,
            self.heads,
            list(compress(self.rows, whole)),
            list(compress(self.lines, whole)),
            delimiter,
            unit,
            empty=self.empty,
            spoiled=tuple(row for row in zip(self.lines, self.rows, strict=True) if len(row[1]) != len(self.heads)),
            trimmed={self.heads[k]: count for k, count in sorted(self.trimmed.items())},
            groups=self.groups,
            left_out=tuple(sorted(self.left_out)),
        )


def side_by_side(table: InputTable, words: Words) -> list[InputTable]:
    """The tables of a sheet on which two stand beside each other: a blank column, and people named on both sides."""
    wide = range(len(table.heads))
    blank = [k for k in wide if not table.heads[k] and not any(row[k] for row in table.rows)]
    for k in blank:
        parts = [[j for j in wide[:k] if j not in blank], [j for j in wide[k + 1 :] if j not in blank]]
        named = [{words.claim(table.own_head(j)).meaning for j in part} for part in parts]
        if all(meanings & {"name", "first_name", "email", "id"} for meanings in named):
            first, second = (_part(table, part) for part in parts)
            same = first.name == second.name
            return [first, replace(second, name=f"{second.name} (2)") if same else second]
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


def _padded(cells: Sequence[str], wide: int) -> list[str]:
    return [*cells, *[""] * (wide - len(cells))]


def _carried(cells: Iterable[str]) -> list[str]:
    """Titles over groups of columns, each carried on to the next one."""
    last = ""
    return [last := cell or last for cell in cells]


def _names_answers(head: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a row below the heads names answers: it fills blank heads, is blank under others, holds no facts."""
    pairs = list(zip(head, cells, strict=False))
    filling = sum(bool(cell) and not title for title, cell in pairs)
    blank = any(title and not cell for title, cell in pairs)
    return filling >= 2 and blank and not cells[0] and not any(map(_FACT.fullmatch, cells))


def _are_labels(head: Sequence[str], cells: Sequence[str], words: Words) -> bool:
    """Whether a row below codes repeats them as labels: most are heads that are known, and none is a fact."""
    known = sum(words.claim(cell).sure for cell in cells if cell)
    few = 2 * known < _filled(cells) or _filled(cells) < 0.8 * _filled(head)
    return known > 2 and not few and not any(map(_FACT.fullmatch, cells))


def _are_hints(head: Sequence[str], below: Sequence[Row], words: Words) -> bool:
    """Whether the row below the heads says how to fill them in: no address where the other rows have one."""
    hints = [cell for cell in below[0][1] if cell]
    small = 2 * sum(cell[:1].islower() for cell in hints) >= len(hints)
    emails = [k for k, text in enumerate(head) if words.claim(text).meaning == "email"]
    columns = [[cells[k] for _, cells in below if k < len(cells) and cells[k]] for k in emails]
    return small and any(
        len(cells) > 2 and "@" not in cells[0] and all("@" in cell for cell in cells[1:]) for cells in columns
    )
