"""One file with the meaning of each of its columns."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmatch.availability import DAYS
from mmatch.availability.zones import clock_text
from mmatch.cohort.attributes import is_address
from mmatch.errors import InputError, Problem, excerpt
from mmatch.signup.lists import Options, list_style
from mmatch.signup.mapping import OTHERS, ColumnMeaning, FileMapping, FileMeaning
from mmatch.signup.notes import Notes, Spot
from mmatch.signup.values import is_tidy_number
from mmatch.signup.vocabulary import Claim, Words, opened_head, plain, rounded_head, spoken
from mmatch.text import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mmatch.availability import Slot
    from mmatch.io.tables import InputTable

NAME_LISTS = frozenset({"ranks", "strict_ranks", "mentee_ranks", "strict_mentee_ranks", "avoids"})
TOPICS = frozenset({"topic", "offers", "requests"})
LISTS = NAME_LISTS | TOPICS
REPEATABLE = LISTS | {"availability", "ignore", "number"}
BLOCKS = frozenset({"choices", "accepts", "scores", "ranked", "hours"})
ROLES = ("role", "is_mentor", "is_mentee", "both")
IDENTITY = ("id", "email", "name", "first_name", "last_name")
_LIST_HEADS = frozenset(
    {"characteristics", "interests", "hobbies", "languages", "tags", "keywords", "skills", "strengths", "qualities"}
    | {"pref", "prefs", "preference", "preferences"}
)
_POLITE = re.compile(
    r"^(?:please |kindly )?(?:(?:enter|state|give|write|select|choose) )?(?:what (?:is|are) )?(?:your|my|the) "
)
_LONGEST_OPTION = 80
_DASHES = "-\u2013\u2014\u2212.{}/_ "  # what people write into a cell that they leave open
_INSIDE = re.compile(r"\s*\"?([^<>\"]+?)\"?\s*<([^<>@\s]+@[^<>@\s]+)>\s*")  # Ann Lee <ann@example.org>
_REJECTED_HEADS = ("line", "reason", "file")


@dataclass(slots=True)
class Column:
    """One column of a sheet: where it stands, its head, what the head claims, and what was decided about it."""

    number: int
    head: str
    meaning: str = ""
    how: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    claim: Claim = field(default_factory=Claim)
    stem: str = ""
    option: str = ""
    forced: bool = False
    options: Options | None = None
    decimals: bool = False
    slot: Slot | None = None
    branches: tuple[int, ...] = ()  # other columns of this head, where a form asks one question in each branch

    def with_slot(self, text: str) -> str:
        """Hours with the day that the head names, or days with the hours that it names."""
        if self.slot is None:
            return text
        parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
        if self.slot.day is not None:
            return "; ".join(f"{DAYS[self.slot.day]} {part}" for part in parts)
        start = self.slot.start or 0
        hours = f"{clock_text(start)}-{clock_text(self.slot.end or start + 60)}"
        return "; ".join(f"{part} {hours}" for part in parts)

    @property
    def attribute(self) -> str:
        """The attribute that the column is kept under, also beside another meaning."""
        return self.meaning.partition(":")[2] or attribute_name(self.head)


@dataclass(slots=True)
class Sheet:
    """A table, its columns with their meanings, its shape, and the role of its people where the file tells it."""

    table: InputTable
    columns: list[Column]
    words: Words
    shape: str = ""
    role: str = ""
    by_filling: bool = False
    named: bool = False  # the role is told by nothing but the file's name
    forced: FileMeaning = field(default_factory=lambda: FileMeaning(""))
    left_out: frozenset[int] = frozenset()
    sections: dict[int, str] = field(default_factory=dict)  # the roles of rows, where lines between them say so
    alone: bool = False
    _distinct: dict[int, dict[str, int]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return self.table.name

    def of(self, *meanings: str) -> list[Column]:
        """The columns with one of these meanings, in order."""
        return [column for column in self.columns if column.meaning in meanings]

    def has(self, *meanings: str) -> bool:
        """Whether a column has one of these meanings."""
        return any(column.meaning in meanings for column in self.columns)

    @property
    def unknown(self) -> list[Column]:
        """The columns that have no meaning yet."""
        return [column for column in self.columns if not column.meaning]

    def unknown_or_attributes(self) -> list[Column]:
        """The columns that stay attributes."""
        return [column for column in self.columns if column.meaning in {"", "attribute"}]

    @property
    def meanings(self) -> set[str]:
        """All meanings in the sheet."""
        return {column.meaning for column in self.columns}

    def cell(self, row: int, column: Column) -> str:
        """One cell, replaced where the mapping says so."""
        text = self._text(self.table.rows[row], column)
        return column.values.get(text, text) if column.values else text

    @staticmethod
    def _text(row: list[str], column: Column) -> str:
        text = row[column.number]
        if text and text[0] in _DASHES and not text.strip(_DASHES):
            text = ""
        return text or next((row[k] for k in column.branches if row[k]), "") if column.branches else text

    def cells(self, column: Column) -> list[str]:
        """One column of cells."""
        texts = [self._text(row, column) for row in self.table.rows]
        return [column.values.get(text, text) for text in texts] if column.values else texts

    def distinct(self, column: Column) -> dict[str, int]:
        """The different texts of a column and how often each stands there, without blanks."""
        if column.number not in self._distinct:
            found = Counter(self._text(row, column) for row in self.table.rows)
            found.pop("", None)
            self._distinct[column.number] = dict(found)
        found_now = self._distinct[column.number]
        if not column.values:
            return found_now
        mapped: Counter[str] = Counter()
        for text, times in found_now.items():
            mapped[column.values.get(text, text)] += times
        mapped.pop("", None)
        return dict(mapped)

    def same_head(self, column: Column) -> dict[str, int]:
        """The different texts in all columns that bear the head of one, such as two columns "choice"."""
        found: Counter[str] = Counter()
        for other in self.columns:
            if other.head == column.head:
                found.update(self.distinct(other))
        return dict(found)

    def texts(self, column: Column) -> list[str]:
        """The cells of a column that hold something, in order."""
        return [cell for cell in self.cells(column) if cell]

    def is_filled(self, column: Column) -> bool:
        """Whether any cell of a column holds something."""
        return bool(self.distinct(column))

    @property
    def rows(self) -> list[int]:
        """The numbers of the rows that count."""
        return [row for row in range(len(self.table.rows)) if row not in self.left_out]

    def spot(self, row: int) -> Spot:
        """A row as the notes know it."""
        return Spot(self.table.name, row)

    def note(self, notes: Notes, row: int, head: str | None, problem: tuple[str, str, str]) -> None:
        """Note a problem of one cell: (code, message, hint)."""
        code, message, hint = problem
        notes.add(Problem(code, self.table.place(row, head), message, hint), self.spot(row))

    def identity(self) -> list[Column]:
        """The columns that say who a person is: the id, else the e-mail address, else the name."""
        for meanings in (("id",), ("email",), ("name",), ("first_name", "last_name"), ("number",)):
            found = [column for column in self.of(*meanings) if self.is_filled(column)] or self.of(*meanings)
            if found:
                return found if meanings == ("first_name", "last_name") else found[:1]
        return self.of("mentor", "mentee")[:1] or self.of("id")[:1]

    def who(self, row: int) -> str:
        """The id of a row's person, as the file gives it."""
        return next(self.people([row]))[0]

    def address(self, row: int) -> str:
        """The e-mail address of a row's person; a text without @ is none."""
        return next(self.people([row]))[2]

    def full_name(self, row: int) -> str:
        """The name of a row's person: one column, or the first and last name."""
        return next(self.people([row]))[1]

    def people(self, rows: Iterable[int]) -> Iterator[tuple[str, str, str]]:
        """(id as the file gives it, name, e-mail address) of the person of each row."""
        identity, emails, names = self.identity(), self.of("email"), self.of("name")
        parts = [*self.of("first_name"), *self.of("last_name")]
        key = identity[0] if identity and identity[0].meaning in {"id", "email", "number"} else None
        for row in rows:
            name = next((text for column in names if (text := self.cell(row, column))), "")
            address = next((text for column in emails if is_address(text := self.cell(row, column))), "")
            inside = _INSIDE.fullmatch(name) if "<" in name else None
            if inside:
                name, address = inside[1], address or inside[2]
            name = name or " ".join(filter(None, [self.cell(row, column) for column in parts]))
            who = "" if key is None else address if key.meaning == "email" and address else self.cell(row, key)
            who = name if key is not None and key.meaning == "email" and name and not address else who
            yield who or name or " ".join(filter(None, [self.cell(row, c) for c in identity])), name, address

    def is_other(self, text: str) -> bool:
        """Whether an option is "Other", beside which people write one of their own."""
        return not self.words.listed("rows.other").isdisjoint(plain(text).split()[:1])

    def names_nobody(self, text: str) -> bool:
        """Whether a cell that could name people says nobody, or no preference."""
        return not plain(text) or self.words.answers.get(plain(text)) in {"no", "maybe"}

    def says_no_time(self, text: str) -> bool:
        """Whether a cell under a day says that somebody is not free then, such as "Not this day"."""
        digits = any(letter.isdigit() for letter in text)
        return self.names_nobody(text) or (not digits and self.words.has("without", plain(text).split()))

    def has_address_besides(self, column: Column) -> bool:
        """Whether another column holds addresses."""
        others = [c for c in self.columns if c is not column and c.meaning in {"", "email"}]
        return any(sum(map(is_address, cells := self.distinct(c))) > 0.5 * len(cells) > 0 for c in others)


def sheet_of(table: InputTable, mapping: FileMapping, words: Words, notes: Notes) -> Sheet:
    """A table with the meanings that its heads and the given mapping tell."""
    columns = [
        Column(number, head, claim=_claim(head, stem, option, words), stem=stem, option=option)
        for number, (head, (stem, option)) in enumerate(zip(table.heads, options_of(table.heads, words), strict=True))
    ]
    sheet = Sheet(table, columns, words, forced=mapping.file(table.name))
    rejected = tuple(head.casefold() for head in table.heads[:3]) == _REJECTED_HEADS
    for column in columns:
        entry = mapping.column(table.name, column.head)
        if entry is not None:
            column.meaning, column.how, column.values = entry.meaning, entry.how, dict(entry.values)
            column.forced = bool(entry.meaning)
        if rejected and column.number < 3:
            column.meaning, column.forced = "ignore", True
        elif not column.forced and column.claim.sure and column.claim.meaning not in {"topic_parent", "topic_synonym"}:
            column.meaning = column.claim.meaning
    others = mapping.column(table.name, OTHERS)
    for column in columns:
        if others is None:
            break
        if mapping.column(table.name, column.head) is None and (not column.meaning or others.meaning in BLOCKS):
            _take_rest(column, others)
    _check_heads(table, columns, notes)
    return sheet


def options_of(heads: Sequence[str], words: Words) -> list[tuple[str, str]]:
    """(question, option) of each head: in brackets, or behind a dash or colon or in brackets where heads share it."""
    found = [opened_head(head) for head in heads]
    marks = (" - ", " \u2013 ", ": ")
    ways = [[(head.rpartition(mark)[0].strip(), head.rpartition(mark)[2].strip()) for head in heads] for mark in marks]
    for pairs in (*ways, [rounded_head(head) for head in heads]):
        times = Counter(stem for stem, option in pairs if stem and option)
        for k, (stem, option) in enumerate(pairs):
            ordinal = not words.listed("numbers.ordinals").isdisjoint(plain(option).split()) or option[:1].isdigit()
            ordinal = ordinal and plain(option) not in words.heads  # "About you - First name"
            prefix = bool(words.side_of(spoken(stem))) and len(stem.split()) < 4  # "Mentors: how many?"
            if (
                option
                and not (found[k][1] or ordinal or prefix)
                and len(option) < _LONGEST_OPTION
                and (times[stem] > 1 or stem in heads)
            ):
                found[k] = (stem, option)
    return [(stem, option) if option else ("", "") for stem, option in found]


def _claim(head: str, stem: str, option: str, words: Words) -> Claim:
    """What a head claims: all of it where that is sure, else the question in it, else the option behind it."""
    whole = words.claim(head)
    if whole.sure or not stem:
        return whole
    asked = words.claim(stem, option)
    told = asked.meaning or asked.side or plain(option) in words.listed("rows.types")
    return asked if told else words.claim(option)


def _take_rest(column: Column, others: ColumnMeaning) -> None:
    """The line "*" of a mapping: blocks take every column that does not say who the person is."""
    if column.meaning not in {*IDENTITY, "mentee", "role"} and (column.number or column.head):
        column.meaning, column.how, column.values = others.meaning, others.how, dict(others.values)
        column.forced = True


def _check_heads(table: InputTable, columns: list[Column], notes: Notes) -> None:
    """Repeated heads are lists where the meaning is one; other repetitions, and heads without a text, are told."""
    exact = Counter(table.heads)
    first: dict[str, str] = {}
    for column in columns:
        head = column.head
        key = unicodedata.normalize("NFKC", head).casefold()
        if not head:
            if column.number:  # the first may be the corner of a matrix
                leave_out(table, column, notes)
        elif first.setdefault(key, head) != head:
            text = f"two heads differ only by case or spaces: {excerpt(first[key])} and {excerpt(head)}"
            notes.add(Problem("duplicate-head", table.name, text, "rename or remove one"))
        elif exact[head] > 1 and column.meaning not in REPEATABLE:
            _one_question(table, [c for c in columns if c.head == head], notes)
            exact[head] = 1


def _one_question(table: InputTable, columns: list[Column], notes: Notes) -> None:
    """Columns of one head of which no row fills more than one are one question, asked in each branch of a form."""
    first, *more = columns
    for k, row in enumerate(table.rows):
        given = {row[column.number] for column in columns} - {""}
        if len(given) > 1 and first.forced and first.meaning == "attribute":
            continue
        if len(given) > 1:
            text = f"the head {excerpt(first.head)} stands {len(columns)} times, and this row fills two differently"
            hint = "rename one, or map the head to a list such as ranks"
            notes.add(Problem("duplicate-head", table.place(k), text, hint))
            return
    first.branches = tuple(column.number for column in more)
    for column in more:
        column.meaning, column.forced = "ignore", True


def leave_out(table: InputTable, column: Column, notes: Notes) -> None:
    """Ignore a column without a head, and say so where it holds anything."""
    column.meaning = "ignore"
    if any(row[column.number] for row in table.rows):
        place = f"{table.name} column {column.number + 1}"
        notes.warn("no-head", place, "the column has no head and was left out", "name it to keep it")


def check_known(mapping: FileMapping, sheets: list[Sheet]) -> None:
    """Every column that a mapping names must stand in a file.

    Raises:
        InputError: with a suggestion for each column that does not.
    """
    heads = {(sheet.name, column.head) for sheet in sheets for column in sheet.columns}
    names = {sheet.name for sheet in sheets}
    known = {head for _, head in heads}
    problems = []
    for entry in mapping.columns:
        if entry.file and entry.file not in names:
            hint = suggestion(entry.file, names) or f"the files are {', '.join(sorted(names))}"
            problems.append(Problem("unknown-file", "mapping", f"no file is called {excerpt(entry.file)}", hint))
        elif entry.column != OTHERS and not _stands(entry, heads, known):
            text = f"no column is called {excerpt(entry.column)}"
            hint = (
                suggestion(entry.column, known)
                or f"the columns are {', '.join(excerpt(h) for h in sorted(known)[:20])}"
            )
            problems.append(Problem("unknown-column", f"mapping[{excerpt(entry.column)}]", text, hint))
    if problems:
        raise InputError(problems)


def _stands(entry: ColumnMeaning, heads: set[tuple[str, str]], known: set[str]) -> bool:
    return (entry.file, entry.column) in heads if entry.file else entry.column in known


def settle(sheet: Sheet, column: Column) -> None:
    """Decide how the cells of a column are read, unless the mapping has said so; columns of one head are read alike."""
    if not column.meaning:
        column.meaning = "attribute"
    if column.how:
        return
    cells = list(sheet.same_head(column))
    if column.meaning in LISTS:
        column.how = list_style(cells, expected=True)
    elif column.meaning == "level":
        numbers = [is_tidy_number(cell.removeprefix("+")) for cell in cells]
        column.how = "number" if not numbers or 2 * sum(numbers) > len(numbers) else "text"
    elif column.meaning == "language" or column.meaning.startswith("attribute"):
        column.how = _attribute_style(cells, expected=bool(_LIST_HEADS.intersection(plain(column.head).split())))


def _attribute_style(cells: list[str], *, expected: bool) -> str:
    if cells and all(map(is_tidy_number, cells)):
        return "number"
    if cells and {cell.casefold() for cell in cells} <= {"true", "false"}:
        return "true/false"
    style = list_style(cells, expected=expected)
    return "list ;" if expected and style == "text" else style


def attribute_name(head: str) -> str:
    """The attribute that an unknown column becomes: lower case unless camelCase, without "your"."""
    text = " ".join(head.split())
    if not re.search(r"[a-z][A-Z]", text):
        text = text.lower()
    return _POLITE.sub("", text).rstrip("?:* ") or text
