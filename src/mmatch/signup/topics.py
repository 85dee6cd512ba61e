"""Which columns hold topics, whose they are, and how their cells are split: told by what recurs over all files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from mmatch.availability import slot_of_head
from mmatch.errors import excerpt
from mmatch.signup import values
from mmatch.signup.lists import SEPARATORS, Options, list_style, split
from mmatch.signup.questions import shown
from mmatch.signup.sheets import TOPICS, Column, Sheet
from mmatch.signup.vocabulary import plain

if TYPE_CHECKING:
    from collections.abc import Callable


SIDES = {"mentor": "offers", "mentee": "requests"}
MOST_DEGREES = 12  # different answers in a grid of options before they are texts of their own

Roles = dict[int, dict[int, frozenset[str]]]  # by sheet and row


def pair_topics(sheets: list[Sheet], side_of: Callable[[Sheet, Column], str]) -> None:
    """Two columns that share their values are what mentors offer and what mentees ask for.

    A head that stands on both sides is an attribute of everybody, such as the department. It is asked where neither
    head speaks of topics, of offering or of wanting, and nobody names several.

    Args:
        sheets: the files of people.
        side_of: whose answers a column holds, as far as that is known: mentor, mentee or "".
    """
    if any(sheet.has(*TOPICS) for sheet in sheets):
        return
    sides_of: defaultdict[str, set[str]] = defaultdict(set)
    for sheet in sheets:
        for column in sheet.columns:
            sides_of[column.head.casefold()].add(side_of(sheet, column))
    found: dict[str, list[tuple[Sheet, Column, set[str]]]] = {"mentor": [], "mentee": []}
    for sheet in sheets:
        for column in sheet.unknown:
            side, cells = side_of(sheet, column), sheet.distinct(column)
            open_claim = column.claim.meaning in {"", "ranks", "mentee_ranks", "avoids", "choice", "topic"}
            if side and cells and open_claim and len(sides_of[column.head.casefold()]) == 1:
                texts = topics_of(sheet, column)
                plain_words = values.readable(cells, values.yes_or_no, sheet.words) < 1
                if plain_words and not all(map(values.is_tidy_number, texts)):
                    found[side].append((sheet, column, texts))
    shared = [
        (len(texts & wanted), (sheet, column), (other_sheet, other))
        for sheet, column, texts in found["mentor"]
        for other_sheet, other, wanted in found["mentee"]
        if len(texts & wanted) * 2 >= min(len(texts), len(wanted))
        and (len(texts & wanted) > 1 or min(len(texts), len(wanted)) == 1)
    ]
    if not shared:
        return
    _, *pair = max(shared, key=lambda item: item[0])
    told = any(c.claim.side or c.claim.meaning == "topic" or _holds_lists(s, c) for s, c in pair)
    text = f"{excerpt(pair[0][1].head)} and {excerpt(pair[1][1].head)} share their values: offered and asked for?"
    for (sheet, column), side in zip(pair, SIDES, strict=True):
        for _, other, _ in found[side]:
            other.meaning = SIDES[side] if other.head == column.head else other.meaning
        if not told:
            sheet.doubt(column, "topics", text, SIDES[side], "attribute", likely=SIDES[side])


def _holds_lists(sheet: Sheet, column: Column) -> bool:
    cells = sheet.distinct(column)
    return any(len(split(cell, list_style(cells, expected=True))) > 1 for cell in cells)


def topics_of(sheet: Sheet, column: Column) -> set[str]:
    """The different texts in the lists of a column, for comparing."""
    pieces = (piece for cell in sheet.distinct(column) for piece in re.split(r"[;|,\n]| / ", cell))
    return {_key(piece) for piece in pieces if piece.strip()}


class Topics:
    """Settles the columns of topics of all files. One use."""

    def __init__(self, sheets: list[Sheet], roles: Roles) -> None:
        self.sheets, self.roles = sheets, roles

    def run(self) -> None:
        """Claimed columns first, then those that share the values of others, then how all of them are split."""
        for sheet in self.sheets:
            for column in sheet.columns:
                if not column.forced and sheet.is_filled(column) and self._is_claimed(sheet, column):
                    column.meaning = self._meaning(sheet, column)
            self._options_as_heads(sheet)
        pair_topics(self.sheets, self._whose)
        self._by_shared_values()
        self._further_choices()
        self._compare_sides()
        self._split()

    def _is_claimed(self, sheet: Sheet, column: Column) -> bool:
        claimed = column.stated
        if column.meaning in TOPICS:
            return True
        if column.meaning or (claimed and claimed not in {"topic", "choice"}):
            return False
        if claimed:
            return self._plausible(sheet, column, claimed)
        return bool(column.option) and self._is_grid(sheet, column)

    def _plausible(self, sheet: Sheet, column: Column, claimed: str) -> bool:
        """Whether cells under a weak claim look like topics rather than like stories or numbers."""
        cells = sheet.distinct(column)
        agreed = values.readable(cells, values.yes_or_no, sheet.words)
        if (agreed == 1 or all(map(values.is_tidy_number, cells))) and not column.option:
            return False
        if claimed == "choice":
            known = {text for other in self.sheets for c in other.of(*TOPICS) for text in topics_of(other, c)}
            return sum(_key(cell) in known for cell in cells) >= 0.5 * len(cells)
        recurring = sum(times > 1 for times in cells.values()) * 3 >= len(cells)
        short = sum(len(cell) < 60 for cell in cells) >= 0.7 * len(cells)
        if column.option or recurring or short or self._is_shared(sheet, column):
            return True
        text = f"the head asks for topics, the cells are long and never recur; cells: {shown(cells)}"
        sheet.doubt(column, "topics", text, "topic", "attribute")
        return False

    def _is_grid(self, sheet: Sheet, column: Column) -> bool:
        """One column of a grid whose options are topics: several columns of one question, asked of both sides."""
        siblings = [c for c in sheet.columns if column.stem and c.stem == column.stem and not c.forced]
        options = {
            c.option
            for other in self.sheets
            for c in other.columns
            if c.option and (other is not sheet or c.stem != column.stem) and c.claim.side != column.claim.side
        }
        whose = column.claim.side or self._whose(sheet, column)
        return bool(whose) and len(siblings) > 1 and slot_of_head(column.option) is None and column.option in options

    def _is_shared(self, sheet: Sheet, column: Column) -> bool:
        """Whether other columns hold some of the same texts."""
        own = topics_of(sheet, column)
        return any(
            own & topics_of(other, c)
            for other in self.sheets
            for c in other.columns
            if c is not column and (c.meaning in TOPICS or c.claim.meaning == "topic")
        )

    def _meaning(self, sheet: Sheet, column: Column) -> str:
        """offers, requests, or topic where a row of both roles states the same: told by head and filling."""
        side = column.claim.side
        if column.claim.sure and column.meaning in SIDES.values():
            side = "mentor" if column.meaning == "offers" else "mentee"
        filled = self._filled_by(sheet, column)
        if side and filled and filled != side:
            if not self._is_shared(sheet, column):
                text = f"the head speaks of what a {side} states, and only a {filled} fills it"
                likely = SIDES[filled]
                sheet.doubt(column, "topics", text, "offers", "requests", likely=likely)
            side = filled
        return SIDES.get(side or filled, "topic")

    def _filled_by(self, sheet: Sheet, column: Column) -> str:
        """Mentor or mentee, where only rows of people in this role fill a column, in a table with both."""
        roles = self.roles[id(sheet)]
        single = {row: next(iter(found)) for row, found in roles.items() if len(found) == 1}
        filled = Counter(side for row, side in single.items() if sheet.cell(row, column))
        if len(set(single.values())) < 2 or not filled:
            return ""
        (first, most), *rest = filled.most_common()
        return first if not rest or rest[0][1] * 10 <= most else ""

    def _whose(self, sheet: Sheet, column: Column) -> str:
        roles = {role for found in self.roles[id(sheet)].values() for role in found}
        return next(iter(roles)) if len(roles) == 1 else self._filled_by(sheet, column)

    def _has_side(self, sheet: Sheet, side: str) -> bool:
        return any(side in found for found in self.roles[id(sheet)].values())

    def _options_as_heads(self, sheet: Sheet) -> None:
        """Columns whose cells repeat their heads are ticked options, and "Other" beside them one in own words."""
        ticked = [c for c in sheet.unknown if {_key(cell) for cell in sheet.distinct(c)} == {_key(c.head)}]
        if len(ticked) < 2 or sheet.has(*TOPICS):
            return
        beside = {c.number + 1 for c in ticked}
        others = [c for c in sheet.unknown if c.number in beside and c not in ticked and sheet.is_other(c.head)]
        for column in [*ticked, *others]:
            column.meaning = self._meaning(sheet, column)
            if column in ticked:
                column.how, column.option = "tick", column.head

    def _by_shared_values(self) -> None:
        """A side without topics beside one with them: the column that holds the same texts."""
        for side, other in (("mentor", "requests"), ("mentee", "offers")):
            sheets = [sheet for sheet in self.sheets if self._has_side(sheet, side)]
            wanted = {text for s in self.sheets for c in s.of(other, "topic") for text in topics_of(s, c)}
            if not wanted or any(s.has(SIDES[side], "topic") for s in sheets):
                continue
            elsewhere = {c.head.casefold() for s in self.sheets if s not in sheets for c in s.columns}
            for sheet in sheets:
                self._take_shared(sheet, side, wanted, elsewhere)

    def _take_shared(self, sheet: Sheet, side: str, wanted: set[str], elsewhere: set[str]) -> None:
        shares: dict[int, float] = {}
        for column in sheet.unknown:
            cells = [_key(cell) for cell in sheet.distinct(column)]
            if cells and column.head.casefold() not in elsewhere and self._whose(sheet, column) in {"", side}:
                hits = sum(any(text in cell for text in wanted if len(text) > 2) for cell in cells)
                shared = sum(any(text in cell for cell in cells) for text in wanted)
                if 2 * hits >= len(cells) and shared > 1:
                    shares[column.number] = hits / len(cells)
        if shares:
            column = sheet.columns[max(shares, key=lambda number: shares[number])]
            column.meaning = SIDES[side]
            sheet.warn("shared-values", column, f"read as {SIDES[side]}: its cells are the topics of the other side")

    def _further_choices(self) -> None:
        """A second or third choice of topics beside the first: a head of the same words, and the same topics."""
        for sheet in self.sheets:
            for first in sheet.of(*TOPICS):
                words, known = set(plain(first.head).split()), topics_of(sheet, first)
                known |= {text for s in self.sheets for c in s.of(*TOPICS) for text in topics_of(s, c)}
                for column in sheet.unknown:
                    alike = words & set(plain(column.head).split())
                    texts = topics_of(sheet, column)
                    if len(alike) > 1 and _is_choice(column, sheet) and texts and 2 * len(texts & known) >= len(texts):
                        column.meaning = first.meaning

    def _compare_sides(self) -> None:
        """Topics that are asked for and that no column offers: a question, not a match of everybody with all."""
        wanting = [s for s in self.sheets if self._has_side(s, "mentee")]
        asked = [(s, c) for s in wanting for c in s.of("requests", "topic") if s.is_filled(c)]
        for sheet in [s for s in self.sheets if self._has_side(s, "mentor")] if asked else ():
            columns = [
                c
                for c in sheet.unknown
                if len(sheet.distinct(c)) > 1 and not all(map(values.is_tidy_number, sheet.distinct(c)))
            ]
            if not sheet.has("offers", "topic") and columns and sheet.table.name != asked[0][0].name:
                heads = ", ".join(excerpt(c.head, 40) for c in columns[:5])
                text = f"mentees ask for topics, and no column says what mentors offer (columns left: {heads})"
                sheet.doubt(columns[0], "topics", text, "offers", "attribute")

    def _split(self) -> None:
        """How the cells of topics are split: learned from all of them together."""
        company = [cell for sheet in self.sheets for column in sheet.of(*TOPICS) for cell in sheet.distinct(column)]
        alone: list[str] = []
        joined: list[str] = []
        commas: list[tuple[Sheet, Column]] = []
        for sheet in self.sheets:
            for column in sheet.of(*TOPICS):
                cells = list(sheet.same_head(column))
                if not column.how and column.option and self._ticks(sheet, column):
                    column.how = "tick"
                column.how = column.how or list_style(cells, expected=True, company=company)
                single = column.how == "list ," and _is_choice(column, sheet)
                if single:
                    column.how = "text"
                if column.how == "tick":
                    alone.append(column.option)
                elif column.how == "list ,":
                    joined += sheet.texts(column)
                    commas.append((sheet, column))
                elif column.how in SEPARATORS or single:
                    alone += [item for cell in cells for item in split(cell, column.how)]
                else:
                    joined += sheet.texts(column)
        options = Options(alone, joined)
        for sheet, column in commas:
            column.options = options
            doubtful = [cell for cell in options.doubtful if cell in sheet.distinct(column)]
            if doubtful and not column.forced:
                text = f"{shown(doubtful)} may be one topic or two; name the options in the mapping (values)"
                sheet.doubt(column, "topics", text, likely=column.meaning)

    def _ticks(self, sheet: Sheet, column: Column) -> bool:
        """Whether cells tick the option in the head: they repeat it, say yes or no, a degree or a level."""
        siblings = [c for c in sheet.columns if c.stem == column.stem and c.meaning == column.meaning]
        repeats = all(_key(cell) == _key(column.option) for cell in sheet.distinct(column))
        degrees = {_key(cell) for c in siblings for cell in sheet.distinct(c)}
        return len(siblings) > 1 and not sheet.is_other(column.option) and (repeats or len(degrees) <= MOST_DEGREES)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _is_choice(column: Column, sheet: Sheet) -> bool:
    """Whether a head asks for one choice of several: "First choice of topic"."""
    words = plain(column.head).split()
    ordinals = sheet.words.listed("numbers.ordinals")
    ordinal = any(a in ordinals and not sheet.words.has("time", [b]) for a, b in pairwise([*words, ""]))
    return ordinal or bool(re.search(r"(?<!\d)[1-9]$", column.head.strip()))
