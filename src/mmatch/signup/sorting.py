"""What each sign-up table is (people, scores, past meetings, additions), and whose rows it has: mentors or mentees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import Problem, excerpt
from mmatch.signup.questions import Question, answers
from mmatch.signup.shapes import shapes
from mmatch.signup.sheets import IDENTITY, Sheet, leave_out
from mmatch.signup.who import ROLES
from mmatch.text import suggestion

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes

MENTOR_ONLY = frozenset(["capacity", "seats", "groups", "min_load", "offers", "mentee_ranks", "strict_mentee_ranks"])
MENTEE_ONLY = frozenset(["requests", "ranks", "strict_ranks", "mentors", "priority", "format"])


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


def name_by_role(sheet: Sheet) -> None:
    """In a table of people the head "Mentor" or "Mentee" stands over their names."""
    sides = sheet.of("mentor", "mentee")
    if len(sides) == 1 and not sheet.has("id", "name", "first_name", "last_name"):
        sheet.role = sheet.role or sides[0].meaning
        sides[0].meaning = "name"


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


def give_roles(people: list[Sheet], notes: Notes) -> None:
    """By a role column, else the file's name, else what its columns hold, else the first file holds the mentors."""
    for sheet in people:
        if not sheet.role and sheet.identity() and sheet.identity()[0].meaning in {"mentor", "mentee"}:
            sheet.role = sheet.identity()[0].meaning
    neutral = [s for s in people if not s.role and not s.has("role", "is_mentor", "is_mentee")]
    if len(people) == 1 and neutral:
        _role_of_only_file(neutral[0], notes)
        return
    for sheet in neutral:
        sides = _sides(sheet)
        sheet.role = next(iter(sides)) if len(sides) == 1 else ""
    taken = {sheet.role for sheet in people}
    for sheet in neutral:
        if not sheet.role:
            sheet.role = "mentee" if "mentor" in taken else "mentor"
        taken.add(sheet.role)
        text = f"no role column, and the name says no role: everybody in it is read as a {sheet.role}"
        notes.warn("role", sheet.name, text, "add a role column, or name the files mentors.csv and mentees.csv")


def _sides(sheet: Sheet) -> set[str]:
    """Whose answers the columns of a sheet hold, as far as their heads tell."""
    claimed = {c.meaning or c.claim.meaning for c in sheet.columns if sheet.is_filled(c)}
    topical = [c for c in sheet.columns if sheet.is_filled(c) and "topic" in (c.meaning, c.claim.meaning)]
    sides = {c.claim.side for c in topical if c.claim.side}
    return sides | ({"mentor"} if claimed & MENTOR_ONLY else set()) | ({"mentee"} if claimed & MENTEE_ONLY else set())


def _role_of_only_file(sheet: Sheet, notes: Notes) -> None:
    """One file without a word on roles: which questions a row answers tells; where none does, it is asked."""
    sides = _sides(sheet)
    place = {"mentor": "mentor", "mentee": "mentee"}
    if len(sides) == 2:
        sheet.by_filling, sheet.role = True, "both"
        text = (
            "no role column: whoever fills what mentors state is a mentor, whoever fills what mentees state is a mentee"
        )
        notes.warn("role", sheet.name, text, "add a role column holding mentor, mentee or both")
        return
    sheet.role = place[next(iter(sides))] if sides else "mentor"
    heads = next((c.head for c in sheet.columns if c.meaning in {"", *ROLES}), "")
    notes.ask(
        Question(
            sheet.name,
            heads,
            "role",
            sheet.role,
            ("mentor", "mentee", "both"),
            f"nothing says who is a mentor and who is a mentee; everybody would be read as a {sheet.role}",
            answers(sheet.name, "mentor", "mentee", "both") + ", add a role column, or give a file for each role",
            sheet.name,
        )
    )
