"""Columns whose cells name people: wishes, bans, or somebody's manager; and columns that are named after people."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mmatch.errors import excerpt
from mmatch.signup import values
from mmatch.signup.questions import shown
from mmatch.signup.sheets import NAME_LISTS, TOPICS, Column, Sheet
from mmatch.signup.values import Fault
from mmatch.signup.vocabulary import plain, rounded_head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.signup.notes import Notes
    from mmatch.signup.persons import FormPeople

WISHES = ("ranks", "mentee_ranks", "choice", "is_mentor", "is_mentee")


def find_wishes(sheet: Sheet, people: FormPeople, notes: Notes) -> None:
    """Cells that name people are wishes or bans where the head says so, and are never dropped in silence."""
    counting = []
    for column in sheet.columns:
        claimed = column.meaning or column.claim.meaning
        if column.forced or column.meaning not in {"", *NAME_LISTS} or not sheet.is_filled(column):
            continue
        share = share_of_names(sheet, column, people)
        words = plain(column.head).split()
        if column.meaning and share is not None and share < 0.5:
            _no_names(sheet, column, share, notes)
        elif column.meaning or share is None or share < 0.5 or sheet.words.has("manager", words):
            continue
        elif sheet.words.has("bans", words) or claimed == "avoids":
            column.meaning = "avoids"
        elif claimed in WISHES or (sheet.words.has("prefer", words) and not sheet.words.has("other", words)):
            column.meaning = "mentee_ranks" if side_named(sheet, column, people) == "mentee" else "ranks"
        elif share == 1 and _counts_up(column, sheet):
            counting.append(column)
    for column in counting if len(counting) > 1 or any(sheet.has(m) for m in NAME_LISTS) else ():
        column.meaning = "mentee_ranks" if side_named(sheet, column, people) == "mentee" else "ranks"


def name_people_left(sheet: Sheet, people: FormPeople, notes: Notes) -> None:
    """A column that names people under a head that does not say why: asked, or noted for a manager."""
    for column in sheet.unknown:
        cells, words = sheet.distinct(column), plain(column.head).split()
        if not column.head or share_of_names(sheet, column, people) != 1.0 or all(map(values.is_tidy_number, cells)):
            continue
        if sheet.words.has("other", words) or sheet.words.has("manager", words):
            place = f"{sheet.name} column {excerpt(column.head)}"
            hint = "map it to ranks if they are wishes, to avoids if they must not be matched"
            notes.warn("names", place, "names people of the program and is kept as an attribute", hint)
        elif sum(cells.values()) > 1 or len(sheet.rows) < 6:
            text = f"every cell names somebody of the program; cells: {shown(cells)}"
            notes.doubt(sheet.name, column.head, "wishes", text, "ranks", "avoids", "attribute")


def _no_names(sheet: Sheet, column: Column, share: float, notes: Notes) -> None:
    """A head that promises people and cells that name none."""
    if share > 0 or column.claim.sure:
        about = "bans" if column.meaning == "avoids" else "wishes"
        few = "no cell names" if share == 0 else f"only {share:.0%} name"
        text = f"the head promises names of people, and {few} anybody known; cells: {shown(sheet.distinct(column))}"
        weak = plain(column.head) in sheet.words.listed("rows.weak_wishes")
        if share > 0 or not weak:
            notes.doubt(sheet.name, column.head, about, text, column.meaning, "attribute")
    column.meaning = ""


def share_of_names(sheet: Sheet, column: Column, people: FormPeople) -> float | None:
    """The share of cells that name people whom the files know; None where all cells are blank or name nobody."""
    total = good = 0
    for cell in sheet.same_head(column):
        if not sheet.names_nobody(cell) and not is_remark(cell, people):
            pieces = people.named(cell)
            total += 1
            good += bool(pieces) and 2 * sum(people.knows(text) for text, _ in pieces) >= len(pieces)
    return good / total if total else None


def is_remark(cell: str, people: FormPeople) -> bool:
    """Whether a cell is a sentence such as "Anyone is fine": none of its words but the first begins like a name."""
    words = cell.split()
    cased = cell.upper() != cell.lower()
    small = cased and not any(word[:1].isupper() or not word[:1].isalpha() for word in words[1:])
    return (
        len(words) > 1 and small and "@" not in cell and not any(people.knows(text) for text, _ in people.named(cell))
    )


def side_named(sheet: Sheet, column: Column, people: FormPeople) -> str:
    """Whether a column names mentors or mentees, mostly."""
    found: Counter[str] = Counter()
    for cell in sheet.distinct(column):
        for _, person in people.named(cell):
            found.update(person.roles if person is not None else ())
    return "mentee" if found["mentee"] > found["mentor"] else "mentor"


def _counts_up(column: Column, sheet: Sheet) -> bool:
    """Whether a head is a place in an order: First, 1, #1, Choice A, 1. Wunsch."""
    words = plain(column.head).split()
    ordinal = set(words) & sheet.words.listed("numbers.ordinals")
    numbered = re.fullmatch(r"[^\d+]*[1-9][.)]?\D*", column.head)
    lettered = len(words) > 1 and re.fullmatch(r"[a-e]", words[-1])
    return len(words) < 7 and bool(ordinal or numbered or lettered)


# --------------------------------------------------------------------------- columns named after people


def find_blocks(sheet: Sheet, people: FormPeople, notes: Notes) -> None:
    """Columns named after people hold answers about them: yes or no, scores, or ranks."""
    named = [
        column
        for column in sheet.columns
        if not column.forced
        and column.meaning in {"", *NAME_LISTS, *TOPICS}
        and any(t and people.find(t) for t in (column.option, column.head, rounded_head(column.head)[0]))
    ]
    cells = {cell for column in named for cell in sheet.distinct(column)}
    kind = block_kind(cells, sheet) if named and cells else ""
    if not kind and len(named) > 1 and cells:
        odd = sorted(cell for cell in cells if not values.is_tidy_number(cell) and not _is_answer(cell, sheet))
        first = next(c for c in named if set(odd) & set(sheet.distinct(c)))
        text = f"{len(named)} columns are named after people; cells such as {shown(odd)} are no answers"
        notes.doubt(sheet.name, first.head, "wishes", text, "scores", "ranked", "choices", "ignore")
    if kind == "scores":
        kind = scores_or_ranks(sheet, named, notes)
    for column in named if kind else ():
        column.meaning = kind
        column.decimals = values.has_decimal_commas(cells, sheet.table.delimiter)
        column.how = "bans" if kind == "scores" and banned_value(cells) is not None else ""


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
    if values.has_decimal_commas(distinct, sheet.table.delimiter) or all(map(values.is_tidy_number, distinct)):
        return "scores"
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?%|[1-9]\d?(?:st|nd|rd|th|er|e|\.)?", cell) for cell in distinct):
        return "scores" if any(cell.endswith("%") for cell in distinct) else "ranked"
    return "choices" if all(_is_answer(cell, sheet) for cell in distinct) else ""


def _is_answer(cell: str, sheet: Sheet) -> bool:
    try:
        return bool(values.answer(cell, sheet.words))
    except Fault:
        return False


def scores_or_ranks(sheet: Sheet, columns: list[Column], notes: Notes) -> str:
    """Ranks where the heads say so; a question where every row is a permutation and no head tells."""
    said = plain(" ".join([sheet.columns[0].head, *(c.stem for c in columns if c.option)])).split()
    scale = " ".join([sheet.name, *(c.head for c in sheet.columns)])
    best = re.findall(
        r"(\d+)\s*(?:=|is|ist|est|es|é|e)\s*(?:the |der |le |el |la |o |a |il )?(\w+)", scale, re.IGNORECASE
    )
    tops = {number for number, word in best if sheet.words.has("best", [plain(word)])}
    if tops:
        return "ranked" if tops == {"1"} else "scores"
    for concept, kind in (("points", "scores"), ("rank", "ranked")):
        if sheet.words.has(concept, [*said, *plain(sheet.name).split()]):
            return kind
    if _are_permutations(sheet, columns):
        text = (
            f"every row ranks the {len(columns)} people in the heads from 1: is 1 the best choice, or the lowest score?"
        )
        notes.doubt(sheet.name, columns[0].head, "wishes", text, "ranked", "scores", likely="scores")
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
