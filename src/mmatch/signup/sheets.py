"""One file with the meaning of each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from mmatch.availability import DAYS
from mmatch.availability.zones import clock_text
from mmatch.cohort.attributes import is_address
from mmatch.errors import Problem, excerpt
from mmatch.io.tables import InputTable
from mmatch.signup.lists import Options
from mmatch.signup.mapping import FileMeaning
from mmatch.signup.questions import Notes, Spot
from mmatch.signup.values import Fault, readable
from mmatch.signup.vocabulary import NAMES, Claim, Words, plain, spoken

if TYPE_CHECKING:
    from mmatch.availability import Slot

NAME_LISTS = frozenset({"ranks", "strict_ranks", "mentee_ranks", "strict_mentee_ranks", "avoids"})
TOPICS = frozenset({"topic", "offers", "requests"})
LISTS = NAME_LISTS | TOPICS
REPEATABLE = LISTS | {"availability", "ignore", "number"}
BLOCKS = frozenset({"choices", "accepts", "scores", "ranked", "hours"})
ROLES = ("role", "is_mentor", "is_mentee", "both")
IDENTITY = ("id", "email", *NAMES)
MENTOR_ONLY = frozenset(["capacity", "seats", "groups", "min_load", "offers", "mentee_ranks", "strict_mentee_ranks"])
MENTEE_ONLY = frozenset(["requests", "ranks", "strict_ranks", "mentors", "priority", "format"])
_POLITE = re.compile(
    r"^(?:please |kindly )?(?:(?:enter|state|give|write|select|choose) )?(?:what (?:is|are) )?(?:your|my|the) "
)
_INSIDE = re.compile(r"\s*\"?([^<>\"]+?)\"?\s*<([^<>@\s]+@[^<>@\s]+)>\s*")  # Ann Lee <ann@example.org>


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
    slot: Slot | None = None

    @property
    def plain(self) -> list[str]:
        """The plain words of the head."""
        return plain(self.head).split()

    @property
    def stated(self) -> str:
        """What was decided about the column, else what its head claims."""
        return self.meaning or self.claim.meaning

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
    notes: Notes
    shape: str = ""
    role: str = ""
    by_filling: bool = False
    named: bool = False  # the role is told by nothing but the file's name
    forced: FileMeaning = field(default_factory=lambda: FileMeaning(""))
    left_out: frozenset[int] = frozenset()
    sections: dict[int, str] = field(default_factory=dict)  # the roles of rows, where lines between them say so
    row_roles: dict[int, frozenset[str]] = field(default_factory=dict)  # in which each person takes part
    is_read: bool = False  # once `row_roles` is known
    alone: bool = False
    _distinct: dict[int, dict[str, int]] = field(default_factory=dict)

    # ------------------------------------------------------------------ columns and cells

    @property
    def name(self) -> str:
        """The file's name as messages show it."""
        return self.table.name

    def of(self, *meanings: str) -> list[Column]:
        """The columns with one of these meanings, in order; "" is a column that has no meaning yet."""
        return [column for column in self.columns if column.meaning in meanings]

    def has(self, *meanings: str) -> bool:
        """Whether a column has one of these meanings."""
        return any(column.meaning in meanings for column in self.columns)

    @property
    def unknown(self) -> list[Column]:
        """The columns that have no meaning yet."""
        return self.of("")

    @property
    def rows(self) -> list[int]:
        """The numbers of the rows that count."""
        return [row for row in range(len(self.table.rows)) if row not in self.left_out]

    def cell(self, row: int, column: Column) -> str:
        """One cell, replaced where the mapping says so."""
        text = self.table.rows[row][column.number]
        return column.values.get(text, text) if column.values else text

    def cells(self, column: Column) -> list[str]:
        """One column of cells."""
        return [column.values.get(row[column.number], row[column.number]) for row in self.table.rows]

    def texts(self, column: Column) -> list[str]:
        """The cells of a column that hold something, in order."""
        return [cell for cell in self.cells(column) if cell]

    def distinct(self, column: Column) -> dict[str, int]:
        """The different texts of a column and how often each stands there, without blanks."""
        if column.number not in self._distinct:
            self._distinct[column.number] = Counter(row[column.number] for row in self.table.rows)
            self._distinct[column.number].pop("", None)
        if not column.values:
            return self._distinct[column.number]
        mapped: Counter[str] = Counter()
        for text, times in self._distinct[column.number].items():
            mapped[column.values.get(text, text)] += times
        mapped.pop("", None)
        return mapped

    def same_head(self, column: Column) -> list[str]:
        """The different texts in all columns that bear the head of one, such as two columns "choice"."""
        alike = (self.distinct(other) for other in self.columns if other.head == column.head)
        return list(dict.fromkeys(chain.from_iterable(alike)))

    def is_filled(self, column: Column) -> bool:
        """Whether any cell of a column holds something."""
        return bool(self.distinct(column))

    def filled(self, column: Column) -> int:
        """How many cells of a column hold something."""
        return sum(self.distinct(column).values())

    # ------------------------------------------------------------------ what heads and cells say

    def speaks(self, column: Column, *concepts: str) -> bool:
        """Whether the head of a column has a word of one of some concepts."""
        return any(self.words.has(concept, column.plain) for concept in concepts)

    def side_of(self, text: str) -> str:
        """Mentor or mentee, where a text names only one of them."""
        return self.words.side_of(spoken(text))

    def reads(self, column: Column, grammar: Callable[[str, Words], object]) -> float:
        """The share of different cells of a column that a grammar reads."""
        return readable(self.distinct(column), grammar, self.words)

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

    # ------------------------------------------------------------------ who stands in the rows

    def identity(self) -> list[Column]:
        """The columns that say who a person is: the id, else the e-mail address, else the name."""
        for meanings in (("id",), ("email",), ("name",), ("first_name", "last_name"), ("number",)):
            columns = self.of(*meanings)
            if columns:
                filled = list(filter(self.is_filled, columns)) or columns
                return filled if len(meanings) > 1 else filled[:1]
        return self.of("mentor", "mentee")[:1]

    def person(self, row: int) -> tuple[str, str, str]:
        """(id as the file gives it, name, e-mail address) of the person of a row; a text without @ is no address."""
        return next(self.people([row]))

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
            who = "" if key is None else self.cell(row, key)
            if key is not None and key.meaning == "email":
                who = address or name or who
            yield who or name or " ".join(filter(None, [self.cell(row, c) for c in identity])), name, address

    def called(self) -> set[str]:
        """Every text by which the people of the sheet may be called, in small letters."""
        return {text.casefold() for texts in self.people(self.rows) for text in texts if text}

    # ------------------------------------------------------------------ whose answers a column holds

    def has_side(self, side: str) -> bool:
        """Whether anybody in the sheet takes part as a mentor, or as a mentee."""
        return any(side in found for found in self.row_roles.values())

    def side_filling(self, column: Column) -> str:
        """Mentor, mentee or "": by who fills the column; by its head and the file before the answers are read."""
        if not self.is_read:
            return column.claim.side or self.role.replace("both", "")
        roles = {role for found in self.row_roles.values() for role in found}
        return next(iter(roles)) if len(roles) == 1 else self.filled_by(column)

    def filled_by(self, column: Column) -> str:
        """Mentor or mentee, where only rows of people in this role fill a column, in a table with both."""
        single = {row: found for row, found in self.row_roles.items() if len(found) == 1}
        filled = Counter(found for row, found in single.items() if self.cell(row, column))
        if len(set(single.values())) < 2 or not filled:
            return ""
        ((first,), most), *rest = filled.most_common()
        return first if not rest or rest[0][1] * 10 <= most else ""

    # ------------------------------------------------------------------ what is noted

    def place(self, column: Column | None, row: int | None = None) -> str:
        """The sheet, one of its columns or rows, or a cell, as messages name it."""
        if row is not None:
            return self.table.place(row, column.head if column else None)
        return self.name if column is None else f"{self.name} column {excerpt(column.head)}"

    def spot(self, row: int) -> Spot:
        """A row as the notes know it."""
        return Spot(self.table.name, row)

    def note(self, row: int | None, column: Column | None, fault: Fault) -> None:
        """Note a problem of one cell, row, or column."""
        problem = Problem(fault.code, self.place(column, row), fault.message, fault.hint)
        self.notes.add(problem, None if row is None else self.spot(row))

    def warn(self, code: str, column: Column | None, message: str, hint: str = "", row: int | None = None) -> None:
        """Note what should be known of a cell, a row, a column, or the whole sheet."""
        self.notes.warn(code, self.place(column, row), message, hint)

    def doubt(self, column: Column | None, about: str, evidence: str, *meanings: str, **given: str) -> None:
        """Ask what a column or the whole sheet means, as `Notes.doubt` does."""
        self.notes.doubt(self.name, column.head if column else "", about, evidence, *meanings, **given)


def attribute_name(head: str) -> str:
    """The attribute that an unknown column becomes: lower case unless camelCase, without "your"."""
    text = " ".join(head.split())
    if not re.search(r"[a-z][A-Z]", text):
        text = text.lower()
    return _POLITE.sub("", text).rstrip("?:* ") or text
