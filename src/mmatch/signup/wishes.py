"""Columns whose cells name people: wishes, bans, or somebody's manager; and columns that are named after people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mmatch.signup.questions import shown
from mmatch.signup.sheets import BLOCKS, NAME_LISTS, TOPICS, Column, Sheet
from mmatch.signup.values import answer, has_decimal_commas, is_tidy_number, readable
from mmatch.signup.vocabulary import plain, rounded_head

if TYPE_CHECKING:
    from mmatch.signup.persons import FormPeople

WISHES = ("ranks", "mentee_ranks", "choice", "is_mentor", "is_mentee")


def find_wishes(sheet: Sheet, people: FormPeople) -> None:
    """Cells that name people are wishes or bans where the head says so, and are never dropped in silence."""
    wished, counting = [], []
    for column in sheet.of("", *NAME_LISTS):
        share = None if column.forced else _share_of_names(sheet, column, people)
        if share is None:
            continue
        if column.meaning and share < 0.5:
            _no_names(sheet, column, share)
        elif column.meaning or share < 0.5:
            continue
        elif sheet.speaks(column, "manager") and not sheet.words.has("bans", {*column.plain} - {"no"}):
            continue  # "Manager no." is a number
        elif sheet.speaks(column, "bans") or column.claim.meaning == "avoids":
            column.meaning = "avoids"
        elif column.claim.meaning in WISHES or (sheet.speaks(column, "prefer") and not sheet.speaks(column, "other")):
            wished.append(column)
        elif share == 1 and _counts_up(column, sheet):
            counting.append(column)
    if not wished and len(counting) < 2 and not sheet.has(*NAME_LISTS):
        counting = []
    for column in [*wished, *counting]:
        column.meaning = "mentee_ranks" if _side_named(sheet, column, people) == "mentee" else "ranks"


def name_people_left(sheet: Sheet, people: FormPeople) -> None:
    """A column that names people under a head that does not say why: asked, or noted for a manager."""
    for column in [c for c in sheet.unknown if c.head]:
        cells = sheet.distinct(column)
        if all(map(is_tidy_number, cells)) or _share_of_names(sheet, column, people) != 1.0:
            continue
        if sheet.speaks(column, "other", "manager"):
            hint = "map it to ranks if they are wishes, to avoids if they must not be matched"
            sheet.warn("names", column, "names people of the program and is kept as an attribute", hint)
        elif sheet.filled(column) > 1 or len(sheet.rows) < 6:
            text = f"every cell names somebody of the program; cells: {shown(cells)}"
            sheet.doubt(column, "wishes", text, "ranks", "avoids", "attribute")


def _no_names(sheet: Sheet, column: Column, share: float) -> None:
    """A head that promises people and cells that name none."""
    if share > 0 or (column.claim.sure and plain(column.head) not in sheet.words.listed("rows.weak_wishes")):
        about = "bans" if column.meaning == "avoids" else "wishes"
        few = "no cell names" if share == 0 else f"only {share:.0%} name"
        text = f"the head promises names of people, and {few} anybody known; cells: {shown(sheet.distinct(column))}"
        sheet.doubt(column, about, text, column.meaning, "attribute")
    column.meaning = ""


def _share_of_names(sheet: Sheet, column: Column, people: FormPeople) -> float | None:
    """The share of cells that name people whom the files know; None where all cells are blank or name nobody."""
    good = []
    for cell in sheet.same_head(column):
        if not sheet.names_nobody(cell) and not is_remark(cell, people):
            pieces = people.named(cell)
            good.append(bool(pieces) and 2 * sum(people.knows(text) for text, _ in pieces) >= len(pieces))
    return sum(good) / len(good) if good else None


def is_remark(cell: str, people: FormPeople) -> bool:
    """Whether a cell is a sentence such as "Anyone is fine": none of its words but the first begins like a name."""
    first, *words = cell.split() or [""]
    if not first or not words or "@" in cell or cell.upper() == cell.lower():
        return False
    small = not any(word[:1].isupper() or not word[:1].isalpha() for word in words)
    return small and not any(people.knows(text) for text, _ in people.named(cell))


def _side_named(sheet: Sheet, column: Column, people: FormPeople) -> str:
    """Whether a column names mentors or mentees, mostly."""
    named = [person for cell in sheet.distinct(column) for _, person in people.named(cell) if person is not None]
    found = Counter(role for person in named for role in person.roles)
    return "mentee" if found["mentee"] > found["mentor"] else "mentor"


def _counts_up(column: Column, sheet: Sheet) -> bool:
    """Whether a head is a place in an order: First, 1, #1, Choice A, 1. Wunsch."""
    words = column.plain
    ordinal = not sheet.words.listed("numbers.ordinals").isdisjoint(words)
    numbered = re.fullmatch(r"[^\d+]*[1-9][.)]?\D*", column.head)
    lettered = len(words) > 1 and re.fullmatch(r"[a-e]", words[-1])
    return len(words) < 7 and bool(ordinal or numbered or lettered)


# --------------------------------------------------------------------------- columns named after people


def find_blocks(sheet: Sheet, people: FormPeople) -> None:
    """Columns named after people hold answers about them: yes or no, scores, or ranks."""
    named = [
        column
        for column in sheet.of("", *NAME_LISTS, *TOPICS)
        if not column.forced
        and any(t and people.find(t) for t in (column.option, column.head, rounded_head(column.head)[0]))
    ]
    cells = {cell for column in named for cell in sheet.distinct(column)}
    kind = block_kind(cells, sheet)
    if not kind and len(named) > 1 and cells:
        odd = sorted(cell for cell in cells if not is_tidy_number(cell) and not _are_answers([cell], sheet))
        first = next(c for c in named if set(odd) & set(sheet.distinct(c)))
        text = f"{len(named)} columns are named after people; cells such as {shown(odd)} are no answers"
        sheet.doubt(first, "wishes", text, "scores", "ranked", "choices", "ignore")
    if kind:
        settle_block(sheet, named, kind)


def settle_block(sheet: Sheet, columns: list[Column], kind: str) -> None:
    """Say what columns named after people hold, and whether a number in them means "never"."""
    banned = kind == "scores" and banned_value(c for column in columns for c in sheet.distinct(column)) is not None
    if kind == "scores" and not any(column.meaning in BLOCKS for column in columns):
        kind = _scores_or_ranks(sheet, columns)
    for column in columns:
        column.meaning = column.meaning if column.meaning in BLOCKS else kind
        column.how = column.how or ("bans" if banned and column.meaning == "scores" else "")


def block_kind(cells: Iterable[str], sheet: Sheet) -> str:
    """What the cells of a block are: "accepts" (0 and 1), "choices" (yes, maybe, no), "scores", or nothing of these."""
    distinct = set(cells) - {""}
    numeric = {cell for cell in distinct if cell[:1].isdigit() or cell[:1] in "+-"}
    if numeric and all(sheet.words.answers.get(plain(cell)) == "no" for cell in distinct - numeric):
        distinct = numeric  # "n/a" among scores
    if not distinct:
        return ""
    if distinct <= {"0", "1"}:
        return "accepts"
    if has_decimal_commas(distinct, sheet.table.delimiter) or all(map(is_tidy_number, distinct)):
        return "scores"
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?%|[1-9]\d?(?:st|nd|rd|th|er|e|\.)?", cell) for cell in distinct):
        return "scores" if any(cell.endswith("%") for cell in distinct) else "ranked"
    return "choices" if _are_answers(distinct, sheet) else ""


def _are_answers(cells: Iterable[str], sheet: Sheet) -> bool:
    return readable(cells, answer, sheet.words) == 1


def _scores_or_ranks(sheet: Sheet, columns: list[Column]) -> str:
    """Ranks where the heads say so; a question where every row is a permutation and no head tells."""
    scale = " ".join([sheet.name, *(c.head for c in sheet.columns)])
    best = re.findall(
        r"(\d+)\s*(?:=|is|ist|est|es|é|e)\s*(?:the |der |le |el |la |o |a |il )?(\w+)", scale, re.IGNORECASE
    )
    tops = {number for number, word in best if sheet.words.has("best", [plain(word)])}
    if tops:
        return "ranked" if tops == {"1"} else "scores"
    said = plain(" ".join([sheet.columns[0].head, *(c.stem for c in columns if c.option), sheet.name])).split()
    for concept, kind in (("points", "scores"), ("rank", "ranked")):
        if sheet.words.has(concept, said):
            return kind
    if _are_permutations(sheet, columns):
        text = f"every row ranks the {len(columns)} people in the heads from 1: is 1 the best, or the lowest score?"
        sheet.doubt(columns[0], "wishes", text, "ranked", "scores", likely="scores")
    return "scores"


def _are_permutations(sheet: Sheet, columns: list[Column]) -> bool:
    """Whether every row that answers ranks the columns: 1, 2, 3 and so on, each once."""
    rows = [sorted(int(c) for column in columns if (c := sheet.cell(row, column)).isdigit()) for row in sheet.rows]
    filled = [numbers for numbers in rows if numbers]
    ranked = all(numbers == list(range(1, len(numbers) + 1)) for numbers in filled)
    return ranked and len(filled) > 1 and len(columns) > 1 and (len(filled) > 2 or len(columns) > 2)


def banned_value(cells: Iterable[str]) -> int | None:
    """The number that means "never": -1 among -1, 0, 1; -5 among whole numbers from -5 to 5."""
    distinct = {cell for cell in cells if cell}
    for least in (1, 5):
        if str(-least) in distinct and distinct <= {str(k) for k in range(-least, least + 1)}:
            return -least
    return None
