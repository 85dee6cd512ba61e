"""Lists in one cell: which separator a column uses, and which commas stand inside an option.

Ticked options are told by what recurs over all files: an option stands alone somewhere, or its pieces never part.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from mmatch.signup.vocabulary import folded

SEPARATORS = {"list ;#": ";#", "list \u2022": "\u2022", "list 1.": "1."}
SEPARATORS |= {"list ;": ";", "list |": "|", "list by line": "\n", "list /": " / ", "list ,": ","}
_NUMBER = re.compile(r"(?:^|\s)(\d{1,2})[.)]\s")  # before an item
_BULLET = re.compile(r"\s*[*\u2023\u25aa\u25cf\u25e6\u00b7\u2013-]\s+")
_COMMA = re.compile(r"\((?:[^()]*)\)|\[(?:[^\][]*)\]|(,)")
_MARKER = re.compile(r"\b(?:e\.?g|i\.?e|such as|etc|including|incl)\b", re.IGNORECASE)


def split(text: str, how: str) -> tuple[str, ...]:
    """The items of one cell, trimmed, blanks and repeats left out; one item where ``how`` names no separator."""
    separator = SEPARATORS.get(how)
    if separator is None:
        return (text,) if text else ()
    text = _NUMBER.sub(separator, text) if separator == "1." else text
    pieces = comma_pieces(text) if separator == "," else text.split(separator)
    found = (_BULLET.sub("", piece, 1) if _BULLET.match(piece) else piece for piece in pieces)
    return tuple(dict.fromkeys(piece.strip() for piece in found if piece.strip()))


def comma_pieces(text: str) -> list[str]:
    """Split at commas, but not inside brackets or quotes."""
    if text[:1] + text[-1:] in {"{}", "[]"}:  # as databases write lists
        text = text[1:-1]
    if '"' in text:
        try:
            return [item for item in next(csv.reader([text], skipinitialspace=True, strict=True)) if item.strip()]
        except (csv.Error, StopIteration):
            return [text]
    pieces, start = [], 0
    for found in _COMMA.finditer(text):
        if found.group(1):
            pieces.append(text[start : found.start()].strip())
            start = found.end()
    return [piece for piece in [*pieces, text[start:].strip()] if piece]


def list_style(cells: Iterable[str], *, expected: bool, company: Iterable[str] = ()) -> str:
    """How a column writes lists: a key of `SEPARATORS`, or "text" where it holds one item a cell.

    Where a list is not ``expected``, as for topics and wishes, a separator counts only if options are seen to repeat in
    different company, as a slash does in all columns. ``company`` are cells of columns that hold the same options.
    """
    distinct = [cell for cell in dict.fromkeys(cells) if cell]
    if distinct and any(all(cell[:1] + cell[-1:] == pair for cell in distinct) for pair in ("{}", "[]")):
        return "list ,"
    for how, separator in SEPARATORS.items():
        numbers = separator == "1." and not ("2" in "".join(distinct) and all(map(_counts_items, distinct)))
        if numbers or not any(separator in cell for cell in distinct):
            continue
        others = [*distinct, *company] if separator == " / " else distinct
        trailing = separator == ";" and all(cell.endswith(";") for cell in distinct)
        if (expected and separator != " / ") or trailing or _repeats([split(cell, how) for cell in others]):
            return how
    return "text"


def _counts_items(cell: str) -> bool:
    """Whether a cell numbers its items from 1: "1. Finance 2. Law"."""
    found = [int(number) for number in _NUMBER.findall(cell)]
    return cell[:1] == "1" and bool(found) and found == list(range(1, len(found) + 1))


def _repeats(split_cells: Sequence[Sequence[str]]) -> bool:
    """Most items stand in other cells too, and not always at the same place: "Berlin, Germany" is no list."""
    several = [items for items in split_cells if len(items) > 1]
    if any(_MARKER.search(item) for items in several for item in items if not item.endswith((")", "]"))):
        return False
    times = Counter(item for items in split_cells for item in items)
    inside = [item for items in several for item in items]
    shared = sum(times[item] > 1 for item in inside) >= 0.6 * len(inside)
    spots = {(item, k) for items in several for k, item in enumerate(items)}
    moves = len(spots) > len(set(inside)) or len({len(items) for items in several}) > 1
    return bool(several) and shared and moves


class Options:
    """The options of one question over all files, told by what recurs; splits cells that join them by commas."""

    def __init__(self, alone: Iterable[str], joined: Iterable[str]) -> None:
        """Learn from texts that are one option each, and from cells whose commas join options or stand inside one."""
        cells = Counter(joined)
        split_cells = {cell: comma_pieces(cell) for cell in cells}
        self.whole = {folded(text) for text in alone}
        single = {folded(pieces[0]) for pieces in split_cells.values() if len(pieces) == 1}
        self._known = self.whole | single
        starts = [pieces[0] for pieces in split_cells.values() if pieces] + list(alone)
        self._capitals = sum(text[:1].isupper() for text in starts) >= 0.9 * max(len(starts), 1)
        after: defaultdict[str, set[str]] = defaultdict(set)
        before: defaultdict[str, set[str]] = defaultdict(set)
        times: Counter[tuple[str, str]] = Counter()
        for cell, pieces in split_cells.items():
            keys = [folded(piece) for piece in pieces]
            for one, other in zip(["", *keys], [*keys, ""], strict=True):
                after[one].add(other)
                before[other].add(one)
                times[one, other] += cells[cell]
        self._after, self._before, self._times = after, before, times
        self.doubtful = sorted(
            cell
            for cell, pieces in split_cells.items()
            if len(pieces) == 2
            and cells[cell] > 1
            and folded(cell) not in self.whole
            and folded(pieces[0]) in self._known
            and before[folded(pieces[1])] == {folded(pieces[0])}
            and not pieces[1][:1].islower()
        )

    def split(self, cell: str) -> tuple[str, ...]:
        """The options of one cell."""
        pieces = comma_pieces(cell)
        items: list[str] = []
        while pieces:
            end = next((n for n in range(len(pieces), 1, -1) if folded(", ".join(pieces[:n])) in self.whole), 0)
            if not end:
                end = 1
                while end < len(pieces) and self._glued(pieces[end - 1], pieces[end]):
                    end += 1
            items.append(", ".join(pieces[:end]))
            del pieces[:end]
        return tuple(dict.fromkeys(items))

    def _glued(self, one: str, other: str) -> bool:
        """Whether a comma stands inside an option: what follows begins small, or the two never stand apart."""
        first, second = folded(one), folded(other)
        if second in self._known:
            return False
        if self._capitals and other[:1].islower():
            return True
        never_apart = self._after[first] == {second} and self._before[second] == {first}
        return never_apart and first not in self._known and self._times[first, second] > 1
