"""Cells as people leave them: stray spaces, no-break spaces, blank rows. What is said stays the same."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.cohort import Participant
    from mmatch.datasets._example import Sheet

NO_BREAK_SPACE = "\u00a0"


def untidy(sheet: Sheet, *, blank_rows: int = 0) -> Sheet:
    """A table, head first, with spaces around some of its cells and blank rows at its end."""
    head, *rows = sheet
    spaced = [[_spaced(cell, 7 * i + 3 * j) for j, cell in enumerate(row)] for i, row in enumerate(rows)]
    return [head, *spaced, *([""] * len(head) for _ in range(blank_rows))]


def _spaced(cell: str, place: int) -> str:
    if not cell:
        return cell
    if place % 31 == 5:
        return cell + " "
    if place % 53 == 11:
        return NO_BREAK_SPACE + cell
    return cell + NO_BREAK_SPACE if place % 71 == 20 else cell


def listed(items: object, separator: str = "; ") -> str:
    """Several items in one cell."""
    return separator.join(map(str, items)) if isinstance(items, tuple | list) else ""


def address(person: Participant) -> str:
    """An e-mail address at example.org, a domain that belongs to nobody."""
    bare = unicodedata.normalize("NFKD", person.name).casefold().replace(" ", ".")
    return "".join(c for c in bare if "a" <= c <= "z" or c == ".") + f".{person.id}@example.org"
