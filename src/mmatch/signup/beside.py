"""Tables that stand beside sign-ups: what codes mean, who has left, and lists of everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import excerpt
from mmatch.signup.roles import MENTEE_ONLY, MENTOR_ONLY
from mmatch.signup.sheets import ROLES, TOPICS, Sheet
from mmatch.signup.values import readable, roles
from mmatch.signup.vocabulary import plain

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes

MOST_CODES = 60
LONGEST_CODE = 6
OVERLAP = 0.3  # of those who signed up, for another table to be a list of everybody


def apply_codes(sheets: list[Sheet], notes: Notes) -> None:
    """A sheet that says what codes mean replaces them: "Prog Role, 10, Mentor", or "M, Mentor" for roles alone."""
    for sheet in [sheet for sheet in sheets if len(sheets) > 1 and not sheet.forced.shape]:
        found = _codes(sheet)
        if found is None:
            continue
        fields, codes, meanings = found
        rows = [(fields[k] if fields else "", codes[k], meanings[k]) for k in range(len(codes))]
        used = False
        for other in [other for other in sheets if other is not sheet]:
            for column in other.columns:
                own = {code: text for field, code, text in rows if field in {"", column.head}}
                cells = other.distinct(column)
                if cells and cells.keys() <= own.keys() and not column.forced:
                    column.values, used = {**own, **column.values}, True
        if used:
            sheets.remove(sheet)
            notes.warn("sheet", sheet.name, "read as what the codes in other sheets mean")


def _codes(sheet: Sheet) -> tuple[list[str], list[str], list[str]] | None:
    """(heads, codes, meanings) of a small table that explains codes; without heads it must be about roles."""
    columns = [column for column in sheet.columns if sheet.is_filled(column)]
    if not 2 <= len(columns) <= 3 or len(sheet.rows) > MOST_CODES:
        return None
    *before, code, meaning = columns
    codes, meanings = sheet.cells(code), sheet.cells(meaning)
    if max(map(len, codes)) > LONGEST_CODE or len(set(codes)) < 2 or any("@" in text for text in meanings):
        return None
    about_roles = readable(set(meanings), roles, sheet.words) == 1
    return (sheet.cells(before[0]), codes, meanings) if before else ([], codes, meanings) if about_roles else None


def take_out(sheets: list[Sheet], notes: Notes) -> None:
    """People in a table whose name says that they left take no part in the others."""
    for sheet in [s for s in sheets if s.shape == "people" and len(sheets) > 1 and not s.forced.shape]:
        title = f" {plain(sheet.name)} "
        if not any(f" {left} " in title for left in sheet.words.listed("rows.withdrawn") if len(left) > 4):
            continue
        gone = {text.casefold() for texts in sheet.people(sheet.rows) for text in texts if text}
        for other in [other for other in sheets if other is not sheet and other.shape == "people"]:
            for row, texts in zip(other.rows, list(other.people(other.rows)), strict=True):
                if {text.casefold() for text in texts if text} & gone:
                    other.left_out |= {row}
                    place = other.table.place(row)
                    notes.warn(
                        "left-out", place, f"left out: stands in {excerpt(sheet.name)}", "else rename that table"
                    )
        sheets.remove(sheet)


def find_lists(sheets: list[Sheet]) -> None:
    """A table that states no role, topic or limit, and in which many of those who signed up stand, adds only facts."""
    people = [sheet for sheet in sheets if sheet.shape == "people"]
    for sheet in people if len(people) > 1 else ():
        claimed = {column.meaning or column.claim.meaning for column in sheet.columns}
        signs = {*ROLES, *TOPICS, *MENTOR_ONLY, *MENTEE_ONLY, "choice", "availability", "mentor", "mentee"}
        if sheet.role or sheet.forced.shape or claimed & signs or any(c.claim.side for c in sheet.columns):
            continue
        own = {text.casefold() for texts in sheet.people(sheet.rows) for text in texts if text}
        others = [one for other in people if other is not sheet for one in other.people(other.rows)]
        shared = sum(any(text.casefold() in own for text in texts if text) for texts in others)
        told = {other.role for other in people if other is not sheet} >= {"mentor", "mentee"}
        told = told or any(other.has(*ROLES) for other in people if other is not sheet)
        if told and others and shared >= OVERLAP * len(others):
            sheet.shape = "list"
