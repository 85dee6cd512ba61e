"""Blocks of columns: one column a person (wishes, acceptance, scores), or one column an hour of the week."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mmatch.availability import Slot, Window, slot_of_head, week_text
from mmatch.errors import Problem, excerpt
from mmatch.signup.sheets import BLOCKS, Column, Sheet
from mmatch.signup.values import Fault, answer, has_decimal_commas, number
from mmatch.signup.vocabulary import rounded_head
from mmatch.signup.wishes import banned_value

if TYPE_CHECKING:
    from mmatch.signup.draft import Draft


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
        sheet.warn("hours", None, text, "name them Mon 9:00, Mon 10:00 and so on where that is wrong")
    for row in sheet.rows:
        person = draft.people.of_row(sheet, row)
        free = [w for w, column in zip(windows, columns, strict=True) if _is_free(sheet, row, column)]
        if person is not None and any(sheet.cell(row, column) for column in columns):
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


def _is_free(sheet: Sheet, row: int, column: Column) -> bool:
    cell = sheet.cell(row, column)
    try:
        return bool(cell) and answer(cell, sheet.words) == "yes"
    except Fault as fault:
        sheet.note(row, column, fault)
        return False


def read_block(sheet: Sheet, draft: Draft, rows_role: str) -> None:
    """Wishes or scores from columns named after people.

    The rows are "mentee"s and the columns mentors, or the other way round; "" asks each person.
    """
    columns = sheet.of(*BLOCKS - {"hours"})
    banned = banned_value(cell for c in columns if c.how == "bans" for cell in sheet.distinct(c))
    people = {
        row: draft.people.of_row(sheet, row) if sheet.shape == "people" or not rows_role else None for row in sheet.rows
    }
    roles = {row: rows_role or ("mentor" if p and "mentee" not in p.roles else "mentee") for row, p in people.items()}
    others = {
        role: [
            draft.refer(sheet, None, column, _named_in(column, draft), "mentor" if role == "mentee" else "mentee")
            for column in columns
        ]
        for role in sorted(set(roles.values()))
    }
    who = sheet.identity()[0] if sheet.identity() else sheet.columns[0]
    read = _reader(sheet, columns)
    for row, role in roles.items():
        person = people[row] if sheet.shape == "people" else None
        text = sheet.person(row)[0] or sheet.cell(row, who)
        name = person.spelling if person else draft.refer(sheet, row, who, text, role)
        said = []
        for column, other in zip(columns, others[role], strict=True):
            try:
                value = read(column.meaning, sheet.cell(row, column))
            except Fault as fault:
                sheet.note(row, column, fault)
                continue
            if other is not None and other != name:
                said.append((other, column, value))
        if name is not None:
            _store(sheet, row, draft, (name, role, banned), said)


def _reader(sheet: Sheet, columns: Sequence[Column]) -> Callable[[str, str], Any]:
    """How a cell of a block becomes a value: (meaning, cell); each different one is read once."""
    cells = {cell for c in columns if c.meaning == "scores" for cell in sheet.distinct(c)}
    grammars: dict[str, Callable[[str], Any]] = {
        "scores": partial(number, comma=has_decimal_commas(cells, sheet.table.delimiter)),
        "choices": partial(answer, words=sheet.words),
        "accepts": partial(answer, words=sheet.words),
        "ranked": _place,
    }

    @cache
    def read(meaning: str, cell: str) -> Any:
        nobody = meaning in {"scores", "ranked"} and not cell[:1].isnumeric() and sheet.names_nobody(cell)
        return None if nobody or not cell else grammars[meaning](cell)

    return read


def _named_in(column: Column, draft: Draft) -> str:
    """Whom a head names: what stands in brackets at its end, else all of it, or all but a scale behind it."""
    texts = (column.head, column.option, rounded_head(column.head)[0])
    return next((text for text in texts if text and draft.people.find(text) is not None), column.option or column.head)


def _place(text: str) -> int:
    """A place in an order: 1, 2nd, 3.; the first is the best."""
    found = re.fullmatch(r"([1-9]\d{0,3})(?:st|nd|rd|th|er|e|\.|\.0)?", text)
    if not found:
        raise Fault("number", f"found {excerpt(text)}, expected a rank such as 1 or 2nd")
    return int(found[1])


def _store(
    sheet: Sheet, row: int, draft: Draft, who: tuple[str, str, int | None], said: Sequence[tuple[str, Column, Any]]
) -> None:
    """Scores into the draft, answers as ranks of the person: ``who`` is (id, role, the number that means never)."""
    name, role, banned = who
    for other, column, value in said:
        if column.meaning == "scores" and value is not None and value != banned:
            pair = (other, name) if role == "mentee" else (name, other)
            if not draft.add_score(*pair, value):
                text = f"the pair {excerpt(pair[0])}, {excerpt(pair[1])} has another score already"
                sheet.note(row, column, Fault("duplicate-pair", text, "give each pair one score"))
    if said and said[0][1].meaning == "scores" and draft.scores is None:
        draft.scores = {}
    ranks = _ranks([(other, column.meaning, value) for other, column, value in said if column.meaning != "scores"])
    if ranks is not None:
        draft.person(name).extra["final_ranks" if role == "mentee" else "final_mentee_ranks"] = ranks


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
