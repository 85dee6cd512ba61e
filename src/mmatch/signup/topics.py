"""Which columns hold topics, whose they are, and how their cells are split: told by what recurs over all files."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise, product

from mmatch.availability import slot_of_head
from mmatch.errors import excerpt
from mmatch.signup.lists import Options, list_style, split
from mmatch.signup.questions import shown
from mmatch.signup.roles import side_of_text
from mmatch.signup.sheets import TOPICS, Column, Sheet, cells_of
from mmatch.signup.values import is_tidy_number, yes_or_no
from mmatch.signup.vocabulary import folded

SIDES = {"mentor": "offers", "mentee": "requests"}
MOST_DEGREES = 12  # different answers in a grid of options before they are texts of their own
_OPEN = {"", "ranks", "mentee_ranks", "avoids", "choice", "topic"}  # claims beside which a column may hold topics


def settle_topics(sheets: list[Sheet]) -> None:
    """Claimed columns first, then those that share the values of others, then how all of them are split."""
    for sheet in sheets:
        for column in sheet.columns:
            if not column.forced and column.is_filled and _is_claimed(sheets, column):
                column.meaning = _meaning(sheets, column)
        _options_as_heads(sheets, sheet)
    pair_topics(sheets)
    _by_shared_values(sheets)
    for sheet in sheets:  # "Specialty" beside "Happy to help with": what nobody asks for describes a mentor
        columns = [c for c in sheet.of(*TOPICS) if c.side_filling() == "mentor"]
        sure = [c for c in columns if c.claim.sure and _is_shared(sheets, c)]
        for column in columns if sure and all(any(c.cell(row) for c in sure) for row in sheet.rows) else ():
            if not (column.claim.sure or column.forced or column.option or _is_shared(sheets, column)):
                column.meaning = ""
    _further_choices(sheets)
    _compare_sides(sheets)
    _split(sheets)


def pair_topics(sheets: list[Sheet]) -> None:
    """Two columns that share their values are what mentors offer and what mentees ask for.

    A head that stands on both sides is an attribute of everybody, such as the department. It is asked where neither
    head speaks of topics, of offering or of wanting, and nobody names several.
    """
    if any(sheet.has(*TOPICS) for sheet in sheets):
        return
    sides: defaultdict[str, set[str]] = defaultdict(set)
    for column in [column for sheet in sheets for column in sheet.columns]:
        sides[column.head.casefold()].add(column.side_filling())
    found: dict[str, list[tuple[Column, set[str]]]] = {"mentor": [], "mentee": []}
    for column in [c for sheet in sheets for c in sheet.unknown if c.claim.meaning in _OPEN and c.is_filled]:
        side, texts = column.side_filling(), topics_of(column)
        agreed = column.reads(yes_or_no) == 1 or all(map(is_tidy_number, texts))
        if side and not agreed and len(sides[column.head.casefold()]) == 1:
            found[side].append((column, texts))
    most, pair = 0, list[Column]()
    for (column, offered), (other, wanted) in product(found["mentor"], found["mentee"]):
        shared, fewest = len(offered & wanted), min(len(offered), len(wanted))
        if shared > most and shared * 2 >= fewest and (shared > 1 or fewest == 1):
            most, pair = shared, [column, other]
    lists = [(cell, list_style(c.distinct, expected=True)) for c in pair for cell in c.distinct]
    decided = any(c.claim.side or c.claim.meaning == "topic" for c in pair) or any(
        len(split(*one)) > 1 for one in lists
    )
    for column, side in zip(pair, SIDES, strict=False):
        for other, _ in found[side]:
            other.meaning = SIDES[side] if other.head == column.head else other.meaning
        if not decided:
            heads = " and ".join(excerpt(c.head) for c in pair)
            text = f"{heads} share their values: offered and asked for?"
            column.doubt("topics", text, SIDES[side], "attribute", likely=SIDES[side])


def topics_of(*columns: Column) -> set[str]:
    """The different texts in the lists of columns, for comparing."""
    return {folded(piece) for cell in cells_of(columns) for piece in re.split(r"[;|,\n]| / ", cell) if piece.strip()}


def _known(sheets: list[Sheet], *meanings: str) -> set[str]:
    """The texts in all columns with one of these meanings."""
    return {text for sheet in sheets for text in topics_of(*sheet.of(*meanings))}


# ---------------------------------------------------------------------- columns whose heads or options speak of topics


def _is_claimed(sheets: list[Sheet], column: Column) -> bool:
    """Whether a head claims topics and its cells look like them, rather than like stories or numbers."""
    if column.meaning or column.claim.meaning not in {"", "topic", "choice"}:
        return column.meaning in TOPICS
    if not column.claim.meaning:
        return bool(column.option) and _is_grid(sheets, column)
    cells = column.distinct
    if not column.option and (all(map(is_tidy_number, cells)) or column.reads(yes_or_no) == 1):
        return False
    if column.claim.meaning == "choice":
        known = _known(sheets, *TOPICS)
        return sum(folded(cell) in known for cell in cells) >= 0.5 * len(cells)
    recurring = sum(times > 1 for times in cells.values()) * 3 >= len(cells)
    short = sum(len(cell) < 60 for cell in cells) >= 0.7 * len(cells)
    if column.option or recurring or short or _is_shared(sheets, column):
        return True
    column.ask("topics", "the head asks for topics, the cells are long and never recur", "topic", "attribute")
    return False


def _is_grid(sheets: list[Sheet], column: Column) -> bool:
    """One column of a grid whose options are topics: several columns of one question, asked of both sides."""
    siblings = [c for c in column.sheet.columns if column.stem and c.stem == column.stem and not c.forced]
    others = [c for sheet in sheets for c in sheet.columns if sheet is not column.sheet or c.stem != column.stem]
    options = {c.option for c in others if c.claim.side != column.claim.side}
    side = column.claim.side or column.side_filling()
    return bool(side) and len(siblings) > 1 and slot_of_head(column.option) is None and column.option in options


def _is_shared(sheets: list[Sheet], column: Column) -> bool:
    """Whether other columns hold some of the same texts."""
    columns = [c for sheet in sheets for c in sheet.columns if c is not column]
    others = [c for c in columns if c.meaning in TOPICS or c.claim.meaning == "topic"]
    return not topics_of(column).isdisjoint(topics_of(*others))


def _meaning(sheets: list[Sheet], column: Column) -> str:
    """offers, requests, or topic where a row of both roles states the same: told by head and filling."""
    sheet, side = column.sheet, column.claim.side
    if column.claim.sure and column.meaning in SIDES.values():
        side = "mentor" if column.meaning == "offers" else "mentee"
    filled = column.filled_by()
    if side and not filled and not column.claim.sure:
        filling = {found for row, found in sheet.row_roles.items() if column.cell(row)}
        others = [c for c in sheet.columns if c.stated in TOPICS and c.claim.side not in {"", side}]
        if not others and filling >= {frozenset({"mentor"}), frozenset({"mentee"})}:
            side = ""  # "Interests" seem to be a mentee's, and everybody states some
    if side and filled and filled != side and not _is_shared(sheets, column):
        text = f"the head speaks of what a {side} states, and only a {filled} fills it"
        column.doubt("topics", text, "offers", "requests", likely=SIDES[filled])
    return SIDES.get(filled or side, "topic")


def _options_as_heads(sheets: list[Sheet], sheet: Sheet) -> None:
    """Columns whose cells repeat their heads are ticked options, and "Other" beside them one in own words."""
    ticked = [c for c in sheet.unknown if set(map(folded, c.distinct)) == {folded(c.head)}]
    if len(ticked) < 2 or sheet.has(*TOPICS):
        return
    next_numbers = {c.number + 1 for c in ticked}
    others = [c for c in sheet.unknown if c.number in next_numbers and c not in ticked and sheet.is_other(c.head)]
    questions = {c.head: {"is_mentor": 1, "is_mentee": -1}.get(c.meaning, 0) for c in sheet.columns}
    for column in [*ticked, *others]:
        lean = questions.get(column.stem) or side_of_text(column.stem, sheet.words)
        column.claim = replace(column.claim, side="mentor" if lean > 0 else "mentee" if lean < 0 else "")
        column.meaning = _meaning(sheets, column)
        if column in ticked:
            column.how, column.option = "tick", column.head


# ---------------------------------------------------------------------- columns that hold the topics of others


def _by_shared_values(sheets: list[Sheet]) -> None:
    """A side without topics beside one with them: the column that holds the same texts."""
    for side, other in (("mentor", "requests"), ("mentee", "offers")):
        own = [sheet for sheet in sheets if sheet.has_side(side)]
        wanted = _known(sheets, other, "topic")
        if not wanted or any(sheet.has(SIDES[side], "topic") for sheet in own):
            continue
        elsewhere = {c.head.casefold() for sheet in sheets if sheet not in own for c in sheet.columns}
        for sheet in own:
            shares: dict[Column, float] = {}
            for column in sheet.unknown:
                cells = [folded(cell) for cell in column.distinct]
                if cells and column.head.casefold() not in elsewhere and column.side_filling() in {"", side}:
                    hits = sum(any(text in cell for text in wanted if len(text) > 2) for cell in cells)
                    shared = sum(any(text in cell for cell in cells) for text in wanted)
                    if 2 * hits >= len(cells) and shared > 1:
                        shares[column] = hits / len(cells)
            if shares:
                best = max(shares, key=lambda column: shares[column])
                best.meaning = SIDES[side]
                best.warn("shared-values", f"read as {SIDES[side]}: its cells are the topics of the other side")


def _further_choices(sheets: list[Sheet]) -> None:
    """A second or third choice of topics beside the first: a head of the same words, and the same topics."""
    for first in [column for sheet in sheets for column in sheet.of(*TOPICS)]:
        known = _known(sheets, *TOPICS)
        for column in first.sheet.unknown:
            texts = topics_of(column)
            alike = len({*first.plain} & {*column.plain}) > 1 and _is_choice(column)
            if alike and texts and 2 * len(texts & known) >= len(texts):
                column.meaning = first.meaning


def _compare_sides(sheets: list[Sheet]) -> None:
    """Topics that are asked for and that no column offers: a question, not a match of everybody with all."""
    wanting = [sheet for sheet in sheets if sheet.has_side("mentee")]
    with_topics = [sheet for sheet in wanting if any(c.is_filled for c in sheet.of("requests", "topic"))]
    for sheet in [sheet for sheet in sheets if sheet.has_side("mentor")] if with_topics else ():
        columns = [c for c in sheet.unknown if len(c.distinct) > 1 and not all(map(is_tidy_number, c.distinct))]
        if not sheet.has("offers", "topic") and columns and sheet is not with_topics[0]:
            heads = ", ".join(excerpt(c.head, 40) for c in columns[:5])
            text = f"mentees ask for topics, and no column says what mentors offer (columns left: {heads})"
            columns[0].doubt("topics", text, "offers", "attribute")


# ---------------------------------------------------------------------- how cells are split


def _split(sheets: list[Sheet]) -> None:
    """How the cells of topics are split: learned from all of them together."""
    columns = [column for sheet in sheets for column in sheet.of(*TOPICS)]
    company = [cell for column in columns for cell in column.distinct]
    alone, joined = list[str](), Counter[str]()
    for column in columns:
        cells = column.same_head()
        if not column.how:
            column.how = "tick" if _ticks(column) else list_style(cells, expected=True, company=company)
        single = column.how == "list ," and _is_choice(column)
        column.how = "text" if single else column.how
        if column.how == "tick":
            alone.append(column.option)
        elif single or (column.how != "list ," and column.how.startswith("list")):
            alone += [item for cell in cells for item in split(cell, column.how)]
        else:
            joined.update(filter(None, column.cells()))
    options = Options(alone, joined)
    for column in [column for column in columns if column.how == "list ,"]:
        column.options = options
        doubtful = [cell for cell in options.doubtful if cell in column.distinct]
        if doubtful and not column.forced:
            text = f"{shown(doubtful)} may be one topic or two; name the options in the mapping (values)"
            column.doubt("topics", text, likely=column.meaning)


def _ticks(column: Column) -> bool:
    """Whether cells tick the option in the head: they repeat it, say yes or no, a degree or a level."""
    siblings = [c for c in column.sheet.columns if c.stem == column.stem and c.meaning == column.meaning]
    if not column.option or len(siblings) < 2 or column.sheet.is_other(column.option):
        return False
    repeats = all(folded(cell) == folded(column.option) for cell in column.distinct)
    return repeats or len(set(map(folded, cells_of(siblings)))) <= MOST_DEGREES


def _is_choice(column: Column) -> bool:
    """Whether a head asks for one choice of several: "First choice of topic"."""
    words = column.sheet.words
    ordinals = words.listed("numbers.ordinals")
    ordinal = any(a in ordinals and not words.has("time", [b]) for a, b in pairwise([*column.plain, ""]))
    return ordinal or bool(re.search(r"(?<!\d)[1-9]$", column.head.strip()))
