"""What each table is (people, scores, past meetings, additions), and what stands beside sign-ups: codes, lists."""

from __future__ import annotations

from mmatch.errors import Problem, excerpt
from mmatch.signup.heads import leave_out
from mmatch.signup.shapes import shapes
from mmatch.signup.sheets import IDENTITY, MENTEE_ONLY, MENTOR_ONLY, ROLES, TOPICS, Sheet, cells_of
from mmatch.signup.values import readable, roles
from mmatch.signup.vocabulary import plain
from mmatch.text import suggestion

MOST_CODES = 60
LONGEST_CODE = 6
OVERLAP = 0.3  # of those who signed up, for another table to be a list of everybody
_SIGNS = {*ROLES, *TOPICS, *MENTOR_ONLY, *MENTEE_ONLY, "choice", "mentor", "mentee"}


def apply_codes(sheets: list[Sheet]) -> None:
    """A sheet that says what codes mean replaces them: "Prog Role, 10, Mentor", or "M, Mentor" for roles alone."""
    for sheet in [sheet for sheet in sheets if len(sheets) > 1 and not sheet.forced.shape]:
        rows = _codes(sheet)
        used = False
        for other in [other for other in sheets if rows and other is not sheet]:
            for column in other.columns:
                own = {code: text for field, code, text in rows if field in {"", column.head}}
                cells = column.distinct
                if cells and cells.keys() <= own.keys() and not column.forced:
                    column.values, used = {**own, **column.values}, True
        if used:
            sheets.remove(sheet)
            sheet.warn("sheet", "read as what the codes in other sheets mean")


def _codes(sheet: Sheet) -> list[tuple[str, str, str]]:
    """(head, code, meaning) of a small table that explains codes; without heads it must be about roles."""
    columns = [c for c in sheet.columns if c.is_filled]
    if not 2 <= len(columns) <= 3 or len(sheet.rows) > MOST_CODES:
        return []
    *before, codes, meanings = (column.cells() for column in columns)
    if max(map(len, codes)) > LONGEST_CODE or len(set(codes)) < 2 or any("@" in text for text in meanings):
        return []
    if not before and readable(set(meanings), roles, sheet.words) < 1:
        return []
    return list(zip(before[0] if before else [""] * len(codes), codes, meanings, strict=True))


def sort_sheets(sheets: list[Sheet]) -> None:
    """Give every sheet its shape; a table that only adds to people of other files is known by those people."""
    known_shapes = {shape.name for shape in shapes()}
    for sheet in sheets:
        sheet.alone = len(sheets) == 1
        if sheet.forced.shape and sheet.forced.shape not in known_shapes:
            text = f"unknown shape {excerpt(sheet.forced.shape)}"
            hint = suggestion(sheet.forced.shape, known_shapes) or f"one of {', '.join(sorted(known_shapes))}"
            sheet.notes.add(Problem("unknown-shape", sheet.name, text, hint))
        sheet.shape = sheet.forced.shape or _shape(sheet, frozenset())
    for sheet in reversed(sheets):
        if sheet.shape == "people" and not sheet.forced.shape:
            others = [other for other in sheets if other is not sheet and other.shape == "people"]
            names = {name for other in others for _, (_, name, _) in other.people() if name}
            names |= cells_of(column for other in others for column in other.of(*IDENTITY))  # under heads that say so
            known = frozenset(name.casefold() for name in names)
            sheet.shape = _shape(sheet, known) if known else "people"
    for sheet in list(sheets):  # a page of instructions
        is_page = sheet.shape == "people" and sheet.table.unit == "row" and ": " in sheet.name and not sheet.identity()
        if is_page and any(other.identity() for other in sheets):
            sheets.remove(sheet)
            sheet.warn("sheet", "names nobody and was not read", "map a column to id if people stand in it")
    _take_out(sheets)
    _find_lists(sheets)


def _shape(sheet: Sheet, known: frozenset[str]) -> str:
    return next((shape.name for shape in shapes() if shape.fits(sheet, known)), "people")


def _take_out(sheets: list[Sheet]) -> None:
    """People in a table whose name says that they left take no part in the others."""
    for sheet in [s for s in sheets if s.shape == "people" and len(sheets) > 1 and not s.forced.shape]:
        title = f" {plain(sheet.name)} "
        if not any(f" {left} " in title for left in sheet.words.listed("rows.withdrawn") if len(left) > 4):
            continue
        gone = sheet.called()
        for other in [other for other in sheets if other is not sheet and other.shape == "people"]:
            for row, texts in other.people():
                if not gone.isdisjoint(text.casefold() for text in texts):
                    other.left_out |= {row}
                    text = f"left out: stands in {excerpt(sheet.name)}"
                    other.warn("left-out", text, "else rename that table", row)
        sheets.remove(sheet)


def _find_lists(sheets: list[Sheet]) -> None:
    """A table that states no role, topic or limit, and in which many of those who signed up stand, adds only facts."""
    people = [sheet for sheet in sheets if sheet.shape == "people"]
    for sheet in people if len(people) > 1 else ():
        signs = {column.stated for column in sheet.columns} & _SIGNS
        if sheet.role or sheet.forced.shape or signs or any(c.claim.side for c in sheet.columns):
            continue
        own, others = sheet.called(), [other for other in people if other is not sheet]
        named = [texts for other in others for _, texts in other.people()]
        shared = sum(not own.isdisjoint(text.casefold() for text in texts) for texts in named)
        others_have_roles = {other.role for other in others} >= {"mentor", "mentee"} or any(
            other.has(*ROLES) for other in others
        )
        if others_have_roles and named and shared >= OVERLAP * len(named):
            sheet.shape = "list"


def check_identity(sheet: Sheet) -> None:
    """Refuse a table of people in which no column says who they are."""
    if sheet.columns and not sheet.columns[0].head and not sheet.columns[0].meaning:
        leave_out(sheet, sheet.columns[0])
    if not sheet.identity():
        heads = ", ".join(excerpt(head, 30) for head in sheet.table.heads[:8])
        text = f"no column says who a person is; found the heads {heads}, expected id, email or name"
        hint = "is the header line missing? else map a column to id"
        sheet.notes.add(Problem("no-identity", sheet.name, text, hint))
    for column in sheet.identity():
        if column.head in sheet.table.floats:
            text = "ids are floats, expected text: digits and leading zeros may be lost"
            sheet.notes.add(Problem("id-type", column.place(), text, "read with dtype=str"))
