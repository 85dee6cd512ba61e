"""Matrices: the first column names mentees, the heads name mentors, and the cells are scores or answers."""

from __future__ import annotations

import re

from mmatch.availability import slot_of_head
from mmatch.signup.blocks import banned_value, block_kind, read_block, settle_block
from mmatch.signup.draft import Draft
from mmatch.signup.shapes import Shape
from mmatch.signup.sheets import BLOCKS, IDENTITY, Column, Sheet, cells_of
from mmatch.signup.vocabulary import plain, spoken

_CORNER = re.compile(
    r"|mentees?|mentors?|people|person|mentees? (?:and |by |vs |x )?mentors?|mentors? (?:and |by |vs |x )?mentees?"
)
_BLOCKS = BLOCKS - {"hours"}


def _fits(sheet: Sheet, known: frozenset[str]) -> bool:
    """Where the corner says so, or all heads name known people, or the only file holds nothing but answers."""
    columns = _cells_of(sheet)
    corner = _is_corner(sheet)
    if not columns or not (corner or sheet.columns[0].meaning in IDENTITY):
        return False
    if any(column.meaning in _BLOCKS for column in columns):
        return sheet.columns[0].meaning not in IDENTITY or sheet.alone
    kind = block_kind(sheet, columns)
    if not kind or all(slot_of_head(column.head) is not None for column in columns):
        return False
    if corner or known:
        return corner or {column.head.casefold() for column in columns} <= known
    clear = kind != "scores" or banned_value(cells_of(columns)) is not None
    return sheet.alone and not sheet.role and len(columns) > 1 and clear


def _read(sheet: Sheet, draft: Draft) -> None:
    """Scores or wishes of every row: a mentee, or a mentor where the corner says so."""
    columns = _cells_of(sheet)
    settle_block(sheet, columns, block_kind(sheet, columns) or "scores")
    first = sheet.columns[0]
    role = "mentor" if _corner_side(sheet) == "mentor" or sheet.role == "mentor" else "mentee"
    first.meaning = first.meaning or role
    read_block(sheet, draft, role)


def _corner_side(sheet: Sheet) -> str:
    """Whose names the first column holds, as far as its head tells."""
    return sheet.words.side_of(spoken(sheet.columns[0].head)[:1])


def _is_corner(sheet: Sheet) -> bool:
    """Whether the first head is that of a matrix: blank, or "Mentee", also with the scale behind it."""
    first = sheet.columns[0]
    noun = bool(_corner_side(sheet)) and (len(first.head.split()) == 1 or "(" in first.head)
    return bool(_CORNER.fullmatch(plain(first.head))) or (noun and first.meaning in {"", "mentor", "mentee"})


def _cells_of(sheet: Sheet) -> list[Column]:
    """All columns but the first, or none where one of them means something else."""
    rest = [column for column in sheet.columns[1:] if column.meaning != "ignore"]
    return rest if all(column.meaning in {"", *_BLOCKS} for column in rest) else []


SHAPES = (Shape("matrix", 30, _fits, _read),)
