"""One file with the meaning of each of its columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from mmatch.availability import DAYS, Slot
from mmatch.availability.zones import clock_text
from mmatch.cohort.attributes import is_address
from mmatch.errors import Problem, excerpt
from mmatch.io.tables import InputTable
from mmatch.signup.lists import Options
from mmatch.signup.mapping import FileMeaning
from mmatch.signup.questions import Notes, Spot, shown
from mmatch.signup.values import Fault, readable
from mmatch.signup.vocabulary import NAMES, Claim, Words, plain, spoken

NAME_LISTS = frozenset({"ranks", "strict_ranks", "mentee_ranks", "strict_mentee_ranks", "avoids"})
TOPICS = frozenset({"topic", "offers", "requests"})
LISTS = NAME_LISTS | TOPICS
COUNTS = frozenset({"capacity", "seats", "groups", "min_load", "mentors"})
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


class Place:
    """A sheet or one of its columns, about which something is noted."""

    __slots__ = ()
    sheet: Sheet
    head: str | None

    def place(self, row: int | None = None) -> str:
        """The sheet, the column, a row or a cell, as messages name it."""
        if row is not None:
            return self.sheet.table.place(row, self.head)
        return self.sheet.name if self.head is None else f"{self.sheet.name} column {excerpt(self.head)}"

    def note(self, row: int | None, fault: Fault) -> None:
        """Note a problem of a cell, a row, or a column."""
        problem = Problem(fault.code, self.place(row), fault.message, fault.hint)
        self.sheet.notes.add(problem, None if row is None else self.sheet.spot(row))

    def warn(self, code: str, message: str, hint: str = "", row: int | None = None) -> None:
        """Note what should be known of a cell, a row, a column, or the whole sheet."""
        self.sheet.notes.warn(code, self.place(row), message, hint)

    def doubt(self, about: str, evidence: str, *meanings: str, **given: str) -> None:
        """Ask what a column or the whole sheet means, as `Notes.doubt` does."""
        self.sheet.notes.doubt(self.sheet.name, self.head or "", about, evidence, *meanings, **given)


@dataclass(slots=True, eq=False)
class Column(Place):
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
    sheet: Sheet = field(init=False, repr=False)
    rows: list[list[str]] = field(init=False, repr=False)
    _distinct: Counter[str] | None = field(default=None, init=False, repr=False)

    # ------------------------------------------------------------------ cells

    def cell(self, row: int) -> str:
        """The cell in a row, replaced where the mapping says so."""
        text = self.rows[row][self.number]
        return self.values.get(text, text) if self.values else text

    def cells(self) -> list[str]:
        """All cells."""
        return [self.values.get(row[self.number], row[self.number]) for row in self.rows]

    @property
    def distinct(self) -> Counter[str]:
        """The different texts and how often each stands there, without blanks."""
        if self._distinct is None:
            self._distinct = Counter(row[self.number] for row in self.rows)
            self._distinct.pop("", None)
        if not self.values:
            return self._distinct
        mapped: Counter[str] = Counter()
        for text, times in self._distinct.items():
            mapped[self.values.get(text, text)] += times
        mapped.pop("", None)
        return mapped

    def same_head(self) -> list[str]:
        """The different texts in all columns that bear this head, such as two columns "choice"."""
        alike = (other.distinct for other in self.sheet.columns if other.head == self.head)
        return list(dict.fromkeys(chain.from_iterable(alike)))

    @property
    def is_filled(self) -> bool:
        """Whether any cell holds something."""
        return bool(self.distinct)

    @property
    def filled(self) -> int:
        """How many cells hold something."""
        return self.distinct.total()

    def reads(self, grammar: Callable[[str, Words], object]) -> float:
        """The share of different cells that a grammar reads."""
        return readable(self.distinct, grammar, self.sheet.words)

    def read(self, row: int, grammar: Callable[[str], Any]) -> Any:
        """What the cell in a row means: None where it is blank, or noted because the grammar does not read it."""
        try:
            return grammar(text) if (text := self.cell(row)) else None
        except Fault as fault:
            self.note(row, fault)
            return None

    def ask(self, about: str, why: str, *meanings: str) -> None:
        """Ask what the column means, with its first cells as evidence."""
        self.doubt(about, f"{why}; cells: {shown(self.distinct)}", *meanings)

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

    # ------------------------------------------------------------------ what the head says, and who fills the column

    @property
    def plain(self) -> list[str]:
        """The plain words of the head."""
        return plain(self.head).split()

    @property
    def stated(self) -> str:
        """What was decided about the column, else what its head claims."""
        return self.meaning or self.claim.meaning

    def speaks(self, *concepts: str) -> bool:
        """Whether the head has a word of one of some concepts."""
        return any(self.sheet.words.has(concept, self.plain) for concept in concepts)

    @property
    def attribute(self) -> str:
        """The attribute that the column is kept under, also beside another meaning."""
        return self.meaning.partition(":")[2] or attribute_name(self.head)

    def side_filling(self) -> str:
        """Mentor, mentee or "": by who fills the column; by its head and the file before the answers are read."""
        if not self.sheet.is_read:
            return self.claim.side or self.sheet.role.replace("both", "")
        roles = {role for found in self.sheet.row_roles.values() for role in found}
        return next(iter(roles)) if len(roles) == 1 else self.filled_by()

    def filled_by(self) -> str:
        """Mentor or mentee, where only rows of people in this role fill the column, in a table with both."""
        single = {row: found for row, found in self.sheet.row_roles.items() if len(found) == 1}
        filled = Counter(found for row, found in single.items() if self.cell(row))
        if len(set(single.values())) < 2 or not filled:
            return ""
        ((first,), most), *rest = filled.most_common()
        return first if not rest or rest[0][1] * 10 <= most else ""


@dataclass(slots=True, eq=False)
class Sheet(Place):
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
    head: None = None
    sheet: Sheet = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.sheet = self
        for column in self.columns:
            column.sheet, column.rows = self, self.table.rows

    # ------------------------------------------------------------------ columns and rows

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

    def spot(self, row: int) -> Spot:
        """A row as the notes know it."""
        return Spot(self.table.name, row)

    @property
    def rows(self) -> list[int]:
        """The numbers of the rows that count."""
        return [row for row in range(len(self.table.rows)) if row not in self.left_out]

    # ------------------------------------------------------------------ what heads and cells say

    def side_of(self, text: str) -> str:
        """Mentor or mentee, where a text names only one of them."""
        return self.words.side_of(spoken(text))

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
                filled = [column for column in columns if column.is_filled] or columns
                return filled if len(meanings) > 1 else filled[:1]
        return self.of("mentor", "mentee")[:1]

    def person(self, row: int) -> tuple[str, str, str]:
        """(id as the file gives it, name, e-mail address) of the person of a row; a text without @ is no address."""
        return next(self.people([row]))[1]

    def people(self, rows: Iterable[int] | None = None) -> Iterator[tuple[int, tuple[str, str, str]]]:
        """Each row, by default of all that count, and (id as the file gives it, name, e-mail address) of its person."""
        identity, emails, names = self.identity(), self.of("email"), self.of("name")
        parts = [*self.of("first_name"), *self.of("last_name")]
        key = identity[0] if identity and identity[0].meaning in {"id", "email", "number"} else None
        for row in self.rows if rows is None else rows:
            name = next((text for column in names if (text := column.cell(row))), "")
            address = next((text for column in emails if is_address(text := column.cell(row))), "")
            inside = _INSIDE.fullmatch(name) if "<" in name else None
            if inside:
                name, address = inside[1], address or inside[2]
            name = name or " ".join(filter(None, [column.cell(row) for column in parts]))
            who = "" if key is None else key.cell(row)
            if key is not None and key.meaning == "email":
                who = address or name or who
            yield row, (who or name or " ".join(filter(None, [c.cell(row) for c in identity])), name, address)

    def called(self) -> set[str]:
        """Every text by which the people of the sheet may be called, in small letters."""
        return {text.casefold() for _, texts in self.people() for text in texts if text}

    # ------------------------------------------------------------------ whose answers a column holds

    def has_side(self, side: str) -> bool:
        """Whether anybody in the sheet takes part as a mentor, or as a mentee."""
        return any(side in found for found in self.row_roles.values())


def cells_of(columns: Iterable[Column]) -> set[str]:
    """The different texts in some columns."""
    return {cell for column in columns for cell in column.distinct}


def attribute_name(head: str) -> str:
    """The attribute that an unknown column becomes: lower case unless camelCase, without "your"."""
    text = " ".join(head.split())
    if not re.search(r"[a-z][A-Z]", text):
        text = text.lower()
    return _POLITE.sub("", text).rstrip("?:* ") or text
