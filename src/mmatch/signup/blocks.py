"""Blocks of columns: one column a person (wishes, acceptance, scores), or one column an hour of the week."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mmatch.errors import excerpt
from mmatch.signup.values import Fault, answer, is_tidy_number, number
from mmatch.signup.weeks import slots_of, windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.signup.draft import Draft
    from mmatch.signup.persons import FormPeople
    from mmatch.signup.sheets import Column, Sheet

_BRACKETS = re.compile(r".*\[([^\[\]]+)\]\s*")
_BITS = frozenset({"0", "1", ""})
_ANSWERED = frozenset({"choices", "accepts", "scores"})


def person_head(head: str) -> str:
    """Whom a head names: all of it, or what stands in brackets at its end, as grids of online forms write it."""
    found = _BRACKETS.fullmatch(head)
    return found[1].strip() if found else head


def block_kind(cells: Iterable[str]) -> str:
    """What the cells of a block are: "accepts" (0 and 1), "choices" (yes, maybe, no), "scores", or nothing of these."""
    distinct = set(cells)
    if distinct <= _BITS:
        return "accepts" if distinct - {""} else ""
    if all(is_tidy_number(cell) for cell in distinct if cell):
        return "scores"
    return "choices" if all(map(_is_answer, distinct)) else ""


def _is_answer(cell: str) -> bool:
    try:
        return not cell or bool(answer(cell))
    except Fault:
        return False


def banned_value(cells: Iterable[str]) -> int | None:
    """The number that means "never": -1 among -1, 0, 1; -5 among whole numbers from -5 to 5."""
    distinct = {cell for cell in cells if cell}
    for least in (1, 5):
        if str(-least) in distinct and distinct <= {str(k) for k in range(-least, least + 1)}:
            return -least
    return None


def mark_blocks(sheet: Sheet, people: FormPeople) -> None:
    """Give the columns of a sheet of people that are named after hours or people their meaning."""
    unknown = sheet.unknown
    bits = [column for column in unknown if set(sheet.cells(column)) <= _BITS]
    if slots_of([column.head for column in bits]) is not None:
        _mark(sheet, bits, "hours")
    named = [column for column in sheet.unknown if people.find(person_head(column.head)) is not None]
    kind = block_kind(cell for column in named for cell in sheet.cells(column))
    if kind:
        _mark(sheet, named, kind)


def _mark(sheet: Sheet, columns: Sequence[Column], kind: str) -> None:
    cells = [cell for column in columns for cell in sheet.cells(column)] if kind == "scores" else []
    for column in columns:
        column.meaning = kind
        column.how = "bans" if kind == "scores" and banned_value(cells) is not None else ""


def read_hours(sheet: Sheet, draft: Draft) -> None:
    """Availability from columns of hours, for everybody in the sheet."""
    columns = sheet.of("hours")
    found = slots_of([column.head for column in columns])
    if found is None:
        return
    slots, length, named = found
    if not named:
        text = f"{len(slots)} columns are read as the slots of {length} minutes of a week from Monday midnight"
        draft.notes.warn("hours", sheet.name, text, "name them Mon 9:00, Mon 10:00 and so on where that is wrong")
    for row in sheet.rows:
        person = draft.people.find(sheet.who(row))
        free = [slot for slot, column in zip(slots, columns, strict=True) if _is_free(sheet, row, column, draft)]
        if person is not None:
            person.extra["availability"] = windows(free, length)


def _is_free(sheet: Sheet, row: int, column: Column, draft: Draft) -> bool:
    cell = sheet.cell(row, column)
    if cell not in _BITS:
        sheet.note(draft.notes, row, column.head, ("answer", f"found {excerpt(cell)}, expected 1 or 0", ""))
    return cell == "1"


def read_block(sheet: Sheet, draft: Draft, rows_role: str) -> None:
    """Wishes or scores from columns named after people.

    Args:
        sheet: the table.
        draft: what to add to.
        rows_role: whether the rows are "mentee"s and the columns mentors, or the other way round; "" asks each person.
    """
    columns = [column for column in sheet.columns if column.meaning in _ANSWERED]
    banned = banned_value(cell for c in columns if c.how == "bans" for cell in sheet.cells(c))
    others = {
        role: [draft.refer_head(sheet, column, person_head(column.head), _other(role)) for column in columns]
        for role in ([rows_role] if rows_role else _roles_of(sheet, draft))
    }
    who = sheet.identity()[0] if sheet.identity() else sheet.columns[0]
    read = {"scores": number, "choices": answer, "accepts": answer}
    known: dict[tuple[str, str], Any] = {(meaning, ""): None for meaning in read}
    for row in sheet.rows:
        role = rows_role or _role_of(sheet, row, draft)
        name = draft.refer(sheet, row, who, sheet.who(row) or sheet.cell(row, who), role)
        said = []
        for column, other in zip(columns, others[role], strict=True):
            cell = sheet.cell(row, column)
            key = (column.meaning, cell)
            try:
                value = (
                    known[key] if key in known else known.setdefault(key, read[column.meaning](cell) if cell else None)
                )
            except Fault as fault:
                sheet.note(draft.notes, row, column.head, (fault.code, fault.message, fault.hint))
                continue
            if other is not None and other != name:
                said.append((other, column, value))
        if name is not None:
            _store(sheet, row, draft, (name, role, banned), said)


def _other(role: str) -> str:
    return "mentor" if role == "mentee" else "mentee"


def _role_of(sheet: Sheet, row: int, draft: Draft) -> str:
    person = draft.people.find(sheet.who(row))
    return "mentor" if person is not None and "mentee" not in person.roles else "mentee"


def _roles_of(sheet: Sheet, draft: Draft) -> list[str]:
    return sorted({_role_of(sheet, row, draft) for row in sheet.rows})


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
                sheet.note(draft.notes, row, column.head, ("duplicate-pair", text, "give each pair one score"))
    if said and said[0][1].meaning == "scores" and draft.scores is None:
        draft.scores = {}
    ranks = _ranks([(other, column.meaning, value) for other, column, value in said])
    if ranks is not None:
        draft.person(name).extra["final_ranks" if role == "mentee" else "final_mentee_ranks"] = ranks


def _ranks(said: Sequence[tuple[str, str, Any]]) -> tuple[Any, ...] | None:
    """Answers as ranks: those wanted, then maybes, then those about whom a yes / maybe / no question was left blank."""
    wishes = [(other, meaning, value) for other, meaning, value in said if meaning != "scores"]
    if all(value is None for _, _, value in wishes):
        return None
    ties = [[other for other, _, value in wishes if value == given] for given in ("yes", "maybe")]
    ties.append([other for other, meaning, value in wishes if value is None and meaning == "choices"])
    return tuple(tuple(tie) if len(tie) > 1 else tie[0] for tie in ties if tie)
