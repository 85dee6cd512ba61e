"""Blocks of columns: one column a person (wishes, acceptance, scores), or one column an hour of the week."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import Any

from mmatch.availability import Slot, Window, slot_of_head, week_text
from mmatch.errors import Problem, excerpt
from mmatch.signup.draft import Draft
from mmatch.signup.persons import FormPeople
from mmatch.signup.questions import shown
from mmatch.signup.sheets import BLOCKS, NAME_LISTS, TOPICS, Column, Sheet, cells_of
from mmatch.signup.values import Fault, answer, has_decimal_commas, is_tidy_number, number, readable
from mmatch.signup.vocabulary import plain, rounded_head

# --------------------------------------------------------------------------- hours


def read_hours(sheet: Sheet, draft: Draft) -> None:
    """Availability from columns of hours or parts of the day, for everybody in the sheet."""
    columns = sheet.of("hours")
    slots = [slot_of_head(column.head) for column in columns]
    dated = [slot for slot in slots if slot is not None and slot.day is not None]
    windows = _windows(dated)
    if len(windows) != len(columns):
        length = {168: 60, 336: 30}.get(len(columns))
        if length is None or dated:
            text = f"{len(columns)} columns are mapped to hours, and their heads name no hours of the week"
            sheet.notes.add(Problem("hours", sheet.name, text, "name them Mon 9:00 or Monday morning"))
            return
        starts = [(day, start) for day in range(7) for start in range(0, 1440, length)]
        windows = [Window(day, start, start + length) for day, start in starts]
        text = f"{len(columns)} columns are read as the slots of {length} minutes of a week from Monday midnight"
        sheet.warn("hours", text, "name them Mon 9:00, Mon 10:00 and so on where that is wrong")
    read = partial(answer, words=sheet.words)
    for row in sheet.rows:
        person = draft.people.of_row(sheet, row)
        filled = [(window, c) for window, c in zip(windows, columns, strict=True) if c.cell(row)]
        free = [window for window, column in filled if column.read(row, read) == "yes"]
        if person is not None and filled:
            person.extra["availability"] = week_text(free)


def _windows(slots: list[Slot]) -> list[Window]:
    """The windows of slots; one without an end lasts to the next start of any day, an hour at most."""
    starts = sorted({slot.start for slot in slots if slot.start is not None})
    length = min([60, *(b - a for a, b in pairwise(starts))])
    return [
        Window(slot.day, slot.start, min(slot.end or slot.start + length, 1440))
        for slot in slots
        if slot.start is not None and slot.day is not None
    ]


# --------------------------------------------------------------------------- columns named after people


def find_blocks(sheet: Sheet, people: FormPeople) -> None:
    """Columns named after people hold answers about them: yes or no, scores, or ranks."""
    texts = [(c, (c.option, c.head, rounded_head(c.head)[0])) for c in sheet.of("", *NAME_LISTS, *TOPICS)]
    named = [c for c, heads in texts if not c.forced and any(text and people.find(text) for text in heads)]
    kind, cells = block_kind(sheet, named), cells_of(named)
    if not kind and len(named) > 1 and cells:
        odd = sorted(cell for cell in cells if not is_tidy_number(cell) and not _are_answers([cell], sheet))
        first = next(c for c in named if set(odd) & set(c.distinct))
        text = f"{len(named)} columns are named after people; cells such as {shown(odd)} are no answers"
        first.doubt("wishes", text, "scores", "ranked", "choices", "ignore")
    if kind:
        settle_block(sheet, named, kind)


def settle_block(sheet: Sheet, columns: list[Column], kind: str) -> None:
    """Say what columns named after people hold, and whether a number in them means "never"."""
    banned = kind == "scores" and banned_value(cells_of(columns)) is not None
    if kind == "scores" and not any(column.meaning in BLOCKS for column in columns):
        kind = _scores_or_ranks(sheet, columns)
    for column in columns:
        column.meaning = column.meaning if column.meaning in BLOCKS else kind
        column.how = column.how or ("bans" if banned and column.meaning == "scores" else "")


def block_kind(sheet: Sheet, columns: Iterable[Column]) -> str:
    """What the cells of a block are: "accepts" (0 and 1), "choices" (yes, maybe, no), "scores", or nothing of these."""
    cells = cells_of(columns)
    numeric = {cell for cell in cells if cell[:1].isdigit() or cell[:1] in "+-"}
    if numeric and all(sheet.words.answers.get(plain(cell)) == "no" for cell in cells - numeric):
        cells = numeric  # "n/a" among scores
    if not cells:
        return ""
    if cells <= {"0", "1"}:
        return "accepts"
    if has_decimal_commas(cells, sheet.table.delimiter) or all(map(is_tidy_number, cells)):
        return "scores"
    if all(re.fullmatch(r"-?\d+(?:\.\d+)?%|[1-9]\d?(?:st|nd|rd|th|er|e|\.)?", cell) for cell in cells):
        return "scores" if any(cell.endswith("%") for cell in cells) else "ranked"
    return "choices" if _are_answers(cells, sheet) else ""


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
        columns[0].doubt("wishes", text, "ranked", "scores", likely="scores")
    return "scores"


def _are_permutations(sheet: Sheet, columns: list[Column]) -> bool:
    """Whether every row that answers ranks the columns: 1, 2, 3 and so on, each once."""
    rows = [sorted(int(c) for column in columns if (c := column.cell(row)).isdigit()) for row in sheet.rows]
    filled = [numbers for numbers in rows if numbers]
    ranked = all(numbers == list(range(1, len(numbers) + 1)) for numbers in filled)
    return ranked and len(filled) > 1 and len(columns) > 1 and (len(filled) > 2 or len(columns) > 2)


def banned_value(cells: set[str]) -> int | None:
    """The number that means "never": -1 among -1, 0, 1; -5 among whole numbers from -5 to 5."""
    for least in (1, 5):
        if str(-least) in cells and cells <= {str(k) for k in range(-least, least + 1)}:
            return -least
    return None


def read_block(sheet: Sheet, draft: Draft, rows_role: str) -> None:
    """Wishes or scores from columns named after people.

    The rows are "mentee"s and the columns mentors, or the other way round; "" asks each person.
    """
    columns = sheet.of(*BLOCKS - {"hours"})
    people = {
        row: draft.people.of_row(sheet, row) if sheet.shape == "people" or not rows_role else None for row in sheet.rows
    }
    roles = {row: rows_role or ("mentor" if p and "mentee" not in p.roles else "mentee") for row, p in people.items()}
    others = {
        role: [draft.refer(None, c, _named_in(c, draft), "mentor" if role == "mentee" else "mentee") for c in columns]
        for role in sorted(set(roles.values()))
    }
    who = next(iter(sheet.identity()), sheet.columns[0])
    read = _reader(sheet, columns)
    for row, role in roles.items():
        person = people[row] if sheet.shape == "people" else None
        name = person.spelling if person else draft.refer(row, who, sheet.person(row)[0] or who.cell(row), role)
        values = [column.read(row, partial(read, column.meaning)) for column in columns]
        if name is None:
            continue
        wishes = []
        for other, column, value in zip(others[role], columns, values, strict=True):
            if other is None or other == name:
                continue
            if column.meaning == "scores":
                draft.add_score(row, column, (other, name) if role == "mentee" else (name, other), value)
            else:
                wishes.append((other, column.meaning, value))
        ranks = _ranks(wishes)
        if ranks is not None:
            draft.person(name).extra["final_ranks" if role == "mentee" else "final_mentee_ranks"] = ranks


def _named_in(column: Column, draft: Draft) -> str:
    """Whom a head names: what stands in brackets at its end, else all of it, or all but a scale behind it."""
    texts = (column.head, column.option, rounded_head(column.head)[0])
    return next((text for text in texts if text and draft.people.find(text) is not None), column.option or column.head)


def _reader(sheet: Sheet, columns: Sequence[Column]) -> Callable[[str, str], Any]:
    """How a cell of a block becomes a value: (meaning, cell); each different one is read once."""
    scores = cells_of(c for c in columns if c.meaning == "scores")
    grammars: dict[str, Callable[[str], Any]] = {
        "scores": partial(number, comma=has_decimal_commas(scores, sheet.table.delimiter)),
        "choices": partial(answer, words=sheet.words),
        "accepts": partial(answer, words=sheet.words),
        "ranked": _place,
    }
    banned = banned_value(cells_of(c for c in columns if c.how == "bans"))

    @cache
    def read(meaning: str, cell: str) -> Any:
        nobody = meaning in {"scores", "ranked"} and not cell[:1].isnumeric() and sheet.names_nobody(cell)
        value = None if nobody else grammars[meaning](cell)
        return None if meaning == "scores" and value == banned else value

    return read


def _place(text: str) -> int:
    """A place in an order: 1, 2nd, 3.; the first is the best."""
    found = re.fullmatch(r"([1-9]\d{0,3})(?:st|nd|rd|th|er|e|\.|\.0)?", text)
    if not found:
        raise Fault("number", f"found {excerpt(text)}, expected a rank such as 1 or 2nd")
    return int(found[1])


def _ranks(wishes: Sequence[tuple[str, str, Any]]) -> tuple[Any, ...] | None:
    """Answers as ranks: those wanted, then maybes, then those about whom a yes / maybe / no question was left blank."""
    if all(value is None for _, _, value in wishes):
        return None
    places = sorted({value for _, meaning, value in wishes if meaning == "ranked" and value is not None})
    ties = [[other for other, _, value in wishes if value == given] for given in ("yes", "maybe", *places)]
    ties += [
        [other for other, given, value in wishes if value is None and given == blank] for blank in ("ranked", "choices")
    ]
    return tuple(tuple(tie) if len(tie) > 1 else tie[0] for tie in ties if tie)
