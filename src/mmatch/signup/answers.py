"""The rows of a file of people as answers: who, in which roles, and the facts that the cells state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mmatch.cohort.attributes import is_address
from mmatch.errors import excerpt
from mmatch.signup.heads import plain_head
from mmatch.signup.lists import split
from mmatch.signup.sheets import LISTS, Column, Sheet, settle
from mmatch.signup.values import Fault, count, modes, number, priority, roles, yes_or_no, zone

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmatch.signup.notes import Notes

BOTH = frozenset({"mentor", "mentee"})
READERS: dict[str, Callable[[str], Any]] = {
    "capacity": count,
    "seats": count,
    "groups": count,
    "min_load": count,
    "mentors": count,
    "priority": priority,
    "timezone": zone,
    "modes": modes,
    "site": str,
    "format": str,
    "availability": str,
}


@dataclass(slots=True)
class FormAnswer:
    """What one row says about one person. ``facts`` are keyed by meaning, ``attributes`` by name."""

    sheet: Sheet
    row: int
    id: str
    roles: frozenset[str] = frozenset()
    facts: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)

    def place(self, *meanings: str) -> str:
        """Where the answer states a fact: the cell where a column has one of these meanings, else the row."""
        columns = self.sheet.identity() if "id" in meanings else self.sheet.of(*meanings)
        column = next(iter(columns), None)
        return self.sheet.table.place(self.row, column.head if column else None)


def read_people(sheet: Sheet, notes: Notes) -> list[FormAnswer]:
    """One answer a row, identities and roles only; rows without an id are noted and left out."""
    identity = sheet.identity()
    if not identity:
        return []
    answers = []
    for row in range(len(sheet.table.rows)):
        who = sheet.who(row)
        if not who:
            text = "found an empty cell, expected an id: the id is empty or missing"
            sheet.note(notes, row, identity[0].head, ("id-missing", text, ""))
            continue
        answer = FormAnswer(sheet, row, who, _roles(sheet, row, notes))
        name = sheet.full_name(row)
        if name:
            answer.facts["name"] = name
        for column in sheet.of("email"):
            address = sheet.cell(row, column)
            if is_address(address):
                answer.facts["email"] = address
                break
            if address and column is not identity[0]:
                text = f"found {excerpt(address)}, expected one e-mail address: no address is kept"
                notes.warn("email", sheet.table.place(row, column.head), text)
        answers.append(answer)
    return answers


def _roles(sheet: Sheet, row: int, notes: Notes) -> frozenset[str]:
    """The roles that a row states, else those of its file."""
    for column in sheet.of("role", "is_mentor", "is_mentee", "both"):
        try:
            found = _stated_roles(sheet, row)
        except Fault as fault:
            sheet.note(notes, row, column.head, (fault.code, fault.message, fault.hint))
            return frozenset()
        if found is not None:
            return found
        break
    if sheet.role in {"", "both"} and sheet.has("role", "is_mentor", "is_mentee") and sheet.role != "both":
        column = sheet.of("role", "is_mentor", "is_mentee")[0]
        text = "found an empty cell, expected mentor, mentee or both"
        sheet.note(notes, row, column.head, ("role", text, "or name the file mentors.csv or mentees.csv"))
        return frozenset()
    return BOTH if sheet.role == "both" else frozenset({sheet.role} if sheet.role else ())


def _stated_roles(sheet: Sheet, row: int) -> frozenset[str] | None:
    """What the role columns of a row say together; None where they say nothing."""
    said: set[str] = set()
    stated = False
    for column in sheet.of("role", "is_mentor", "is_mentee", "both"):
        text = sheet.cell(row, column)
        if text:
            stated = stated or column.meaning != "both"
            said |= _role_cell(text, column.meaning, alone=not sheet.has("is_mentee") or not sheet.has("is_mentor"))
    if said >= BOTH or stated:
        return frozenset(said)
    return None


def _role_cell(text: str, meaning: str, *, alone: bool) -> frozenset[str]:
    """The roles of one cell. Where only one role is asked about, "no" means the other one."""
    if meaning == "role":
        return roles(text)
    try:
        agreed = yes_or_no(text)
    except Fault:
        return roles(text)
    if meaning == "both":
        return BOTH if agreed else frozenset()
    named, other = ("mentor", "mentee") if meaning == "is_mentor" else ("mentee", "mentor")
    return frozenset({named} if agreed else {other} if alone else ())


def read_facts(sheet: Sheet, answers: list[FormAnswer], notes: Notes) -> None:
    """Read every column of a sheet into its answers."""
    for column in sheet.columns:
        settle(sheet, column)
        read = _reader(column)
        if read is None:
            continue
        cache: dict[str, Any] = {}
        for answer in answers:
            text = sheet.cell(answer.row, column)
            if not text:
                continue
            try:
                value = cache[text] if text in cache else cache.setdefault(text, read(text))
            except Fault as fault:
                sheet.note(notes, answer.row, column.head, (fault.code, fault.message, fault.hint))
                continue
            _store(answer, column, value, notes)


def _reader(column: Column) -> Callable[[str], Any] | None:
    """How a cell of this column becomes a value; None where the column holds no fact of its own."""
    meaning, how = column.meaning, column.how
    if meaning in LISTS:
        return lambda text: split(text, how)
    if meaning == "level":
        return number if how == "number" else str
    if meaning.startswith("attribute"):
        return _attribute_reader(how)
    return READERS.get(meaning)


def _attribute_reader(how: str) -> Callable[[str], Any]:
    if how == "number":
        return number
    if how == "true/false":
        return yes_or_no
    return (lambda text: split(text, how)) if how.startswith("list") else str


def _store(answer: FormAnswer, column: Column, value: Any, notes: Notes) -> None:
    """Put a value where its meaning belongs; lists of several columns follow each other."""
    meaning = column.meaning
    if meaning.startswith("attribute"):
        answer.attributes[column.attribute] = value
        return
    if meaning == "level":
        if column.how != "number" or plain_head(column.head) not in {"level", "skill level", "expertise level"}:
            answer.attributes[column.attribute] = value
        if column.how != "number":
            return
    before = answer.facts.get(meaning)
    if before is None:
        answer.facts[meaning] = value
    elif meaning in LISTS:
        answer.facts[meaning] = tuple(dict.fromkeys([*before, *value]))
    elif meaning == "availability":
        answer.facts[meaning] = f"{before}; {value}"
    elif before != value:
        place = answer.sheet.table.place(answer.row, column.head)
        notes.warn(
            "contradiction",
            place,
            f"found {excerpt(value)}, another column with this meaning says {excerpt(before)}, which counts",
        )
