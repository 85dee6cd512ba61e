"""What each sign-up table is (people, scores, past meetings, additions), and whose rows it has: mentors or mentees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import Problem, excerpt
from mmatch.signup.shapes import shapes
from mmatch.signup.sheets import IDENTITY, Sheet, leave_out
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes


def sort_sheets(sheets: list[Sheet], notes: Notes) -> None:
    """Give every sheet its shape; a table that only adds to people of other files is known by those people."""
    names = {shape.name for shape in shapes()}
    for sheet in sheets:
        sheet.alone = len(sheets) == 1
        if sheet.forced.shape and sheet.forced.shape not in names:
            text = f"unknown shape {excerpt(sheet.forced.shape)}"
            hint = suggestion(sheet.forced.shape, names) or f"one of {', '.join(sorted(names))}"
            notes.add(Problem("unknown-shape", sheet.name, text, hint))
        sheet.shape = sheet.forced.shape or _shape(sheet, frozenset())
    for sheet in reversed(sheets):
        if sheet.shape == "people" and not sheet.forced.shape:
            others = [other for other in sheets if other is not sheet and other.shape == "people"]
            known = frozenset(text.casefold() for other in others for text in _introduced(other))
            if known:
                sheet.shape = _shape(sheet, known)
    _without_people(sheets, notes)


def _shape(sheet: Sheet, known: frozenset[str]) -> str:
    return next((shape.name for shape in shapes() if shape.fits(sheet, known)), "people")


def _introduced(sheet: Sheet) -> set[str]:
    """Every text by which the people of a sheet may be called."""
    texts = {cell for column in sheet.of(*IDENTITY) for cell in sheet.distinct(column)}
    return texts | {name for _, name, _ in sheet.people(sheet.rows)}


def _without_people(sheets: list[Sheet], notes: Notes) -> None:
    """A sheet of a workbook that names nobody (a page of instructions, a list of codes) is not read, with a note."""
    for sheet in list(sheets):
        is_sheet = sheet.shape == "people" and sheet.table.unit == "row" and ": " in sheet.name
        if is_sheet and not sheet.identity() and any(other is not sheet and other.identity() for other in sheets):
            sheets.remove(sheet)
            notes.warn("sheet", sheet.name, "names nobody and was not read", "map a column to id if people stand in it")


def check_identity(sheet: Sheet, notes: Notes) -> None:
    """Refuse a table of people in which no column says who they are."""
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
