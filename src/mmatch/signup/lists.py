"""Lists in one cell: which separator a column uses, decided once for the whole column, never cell by cell."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SEPARATORS = {"list ;": ";", "list |": "|", "list by line": "\n", "list ,": ","}
_MARKER = re.compile(r"\b(?:e\.?g|i\.?e|such as|etc|including|incl)\b", re.IGNORECASE)
_COMMA = re.compile(r"\((?:[^()]*)\)|\[(?:[^\][]*)\]|(,)")
LONG_ITEM = 40
MANY_WORDS = 5


def split(text: str, how: str) -> tuple[str, ...]:
    """The items of one cell, trimmed, blanks and repeats left out; one item where ``how`` names no separator."""
    separator = SEPARATORS.get(how)
    if separator is None:
        return (text,) if text else ()
    pieces = _comma_pieces(text) if separator == "," else text.split(separator)
    return tuple(dict.fromkeys(piece.strip() for piece in pieces if piece.strip()))


def _comma_pieces(text: str) -> list[str]:
    """Split at commas, but not inside brackets."""
    pieces, start = [], 0
    for found in _COMMA.finditer(text):
        if found.group(1):
            pieces.append(text[start : found.start()])
            start = found.end()
    return [*pieces, text[start:]]


def list_style(cells: Iterable[str], *, expected: bool) -> str:
    """How a column writes lists: a key of `SEPARATORS`, or "text" where it holds one item a cell.

    Args:
        cells: the column.
        expected: whether its meaning is a list (topics, wishes), so that short items suffice as evidence; for any other
            column a comma separates only where options are seen to repeat in different company.
    """
    distinct = [cell for cell in dict.fromkeys(cells) if cell]
    for how, separator in SEPARATORS.items():
        if separator != "," and any(separator in cell for cell in distinct):
            items = [item for cell in distinct for item in split(cell, how)]
            if expected or _are_short(items):
                return how
    return "list ," if _comma_separates(distinct, expected=expected) else "text"


def _comma_separates(distinct: Sequence[str], *, expected: bool) -> bool:
    split_cells = [split(cell, "list ,") for cell in distinct]
    several = [items for items in split_cells if len(items) > 1]
    if not several or any(_MARKER.search(item) for items in several for item in items if not item.endswith((")", "]"))):
        return False
    if expected and all(_are_short(items) for items in several):
        return True
    return _repeats(split_cells, several) and all(_are_short(items) for items in several)


def _repeats(split_cells: Sequence[Sequence[str]], several: Sequence[Sequence[str]]) -> bool:
    """Most items stand in other cells too, and not always at the same place: "Berlin, Germany" is no list."""
    times = Counter(item for items in split_cells for item in items)
    inside = [item for items in several for item in items]
    shared = sum(times[item] > 1 for item in inside) >= 0.6 * len(inside)
    spots = {(item, k) for items in several for k, item in enumerate(items)}
    moves = len(spots) > len(set(inside)) or len({len(items) for items in several}) > 1
    return shared and moves


def _are_short(items: Iterable[str]) -> bool:
    return all(len(item) <= LONG_ITEM and len(item.split()) <= MANY_WORDS for item in items)
