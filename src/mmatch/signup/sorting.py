"""What each sign-up table is (people, scores, past meetings, additions), and whose rows it has: mentors or mentees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import Problem, excerpt
from mmatch.signup.shapes import shapes
from mmatch.signup.sheets import IDENTITY, Sheet, leave_out
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes

MENTOR_ONLY = frozenset(["capacity", "seats", "groups", "min_load", "offers", "mentee_ranks", "strict_mentee_ranks"])
MENTEE_ONLY = frozenset(["requests", "ranks", "strict_ranks", "mentors", "priority", "format"])


def sort_sheets(sheets: list[Sheet], notes: Notes) -> None:
    """Give every sheet its shape, then every sheet of people its role."""
    names = {shape.name for shape in shapes()}
    for sheet in sheets:
        sheet.alone = len(sheets) == 1
        if sheet.forced.shape and sheet.forced.shape not in names:
            text = f"unknown shape {excerpt(sheet.forced.shape)}"
            hint = suggestion(sheet.forced.shape, names) or f"one of {', '.join(sorted(names))}"
            notes.add(Problem("unknown-shape", sheet.name, text, hint))
        sheet.shape = sheet.forced.shape or _shape(sheet, frozenset())
    _sort_again(sheets)
    people = [sheet for sheet in sheets if sheet.shape == "people"]
    for sheet in people:
        _check_identity(sheet, notes)
    _give_roles(people, notes)


def _shape(sheet: Sheet, known: frozenset[str]) -> str:
    return next((shape.name for shape in shapes() if shape.fits(sheet, known)), "people")


def _sort_again(sheets: list[Sheet]) -> None:
    """A table that only adds to people of other files is known by those people: the last files are asked first."""
    for sheet in reversed(sheets):
        if sheet.shape == "people" and not sheet.forced.shape:
            others = [other for other in sheets if other is not sheet and other.shape == "people"]
            known = frozenset(text.casefold() for other in others for text in _introduced(other))
            if known:
                sheet.shape = _shape(sheet, known)


def _introduced(sheet: Sheet) -> set[str]:
    """Every text by which the people of a sheet may be called."""
    columns = sheet.of(*IDENTITY)
    texts = {cell for column in columns for cell in sheet.cells(column)}
    return texts | {sheet.full_name(row) for row in range(len(sheet.table.rows))}


def _check_identity(sheet: Sheet, notes: Notes) -> None:
    if sheet.columns and not sheet.columns[0].head and not sheet.columns[0].meaning:
        leave_out(sheet.table, sheet.columns[0], notes)
    if not sheet.identity():
        heads = ", ".join(excerpt(head, 30) for head in sheet.table.heads[:8])
        text = f"no column says who a person is; found the heads {heads}, expected id, email or name"
        notes.add(Problem("no-identity", sheet.name, text, "is the header line missing? else map a column to id"))
    for column in sheet.identity():
        if column.head in sheet.table.floats:
            text = "ids are floats, expected text: digits and leading zeros may be lost"
            notes.add(Problem("id-type", f"{sheet.name} column {excerpt(column.head)}", text, "read with dtype=str"))


def _give_roles(people: list[Sheet], notes: Notes) -> None:
    """By a role column, else the name, else the first file holds the mentors."""
    for sheet in people:
        if not sheet.role and sheet.identity() and sheet.identity()[0].meaning in {"mentor", "mentee"}:
            sheet.role = sheet.identity()[0].meaning
    neutral = [s for s in people if not s.role and not s.has("role", "is_mentor", "is_mentee")]
    if len(people) == 1 and neutral:
        _role_of_only_file(neutral[0], notes)
        return
    taken = {sheet.role for sheet in people}
    for sheet in neutral:
        sheet.role = "mentee" if "mentor" in taken else "mentor"
        taken.add(sheet.role)
        text = f"no role column, and the name says no role: everybody in it is read as a {sheet.role}"
        notes.warn("role", sheet.name, text, "add a role column, or name the files mentors.csv and mentees.csv")


def _role_of_only_file(sheet: Sheet, notes: Notes) -> None:
    """One file without a word on roles: its columns tell (offers and wishes: both), else all are mentors."""
    mentor, mentee = bool(sheet.meanings & MENTOR_ONLY), bool(sheet.meanings & MENTEE_ONLY)
    sheet.role = "both" if mentor and mentee else "mentee" if mentee else "mentor"
    spoken = {"both": "mentor and mentee"}.get(sheet.role, sheet.role)
    text = f"no role column, and the name says no role: everybody in it is read as {spoken}"
    notes.warn("role", sheet.name, text, "add a role column holding mentor, mentee or both")
