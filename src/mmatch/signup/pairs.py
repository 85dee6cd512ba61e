"""Tables of pairs: which columns name the mentor and the mentee, and what the pairs are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mmatch.signup.values import Fault, is_tidy_number
from mmatch.signup.vocabulary import plain, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.signup.sheets import Column, Sheet


def pair_columns(sheet: Sheet) -> tuple[Column, Column] | None:
    """(mentor column, mentee column) of a table of pairs; None where it has not one of each."""
    found: dict[str, list[Column]] = {"mentor": [], "mentee": []}
    for column in sheet.columns:
        if column.meaning in found:
            side = column.meaning
        elif column.meaning in {"", "id", "name", "email", "ranks"} and not column.forced:
            named = spoken(column.head)
            rest = (
                set(plain(column.head).split())
                - sheet.words.listed("roles.mentor")
                - sheet.words.listed("roles.mentee")
            )
            side = sheet.words.side_of(named) if all(sheet.words.has("beside", [word]) for word in rest) else ""
        else:
            side = ""
        if side:
            found[side].append(column)
    mentor, mentee = found["mentor"], found["mentee"]
    if not mentor or not mentee:
        return None
    columns = (_identifying(mentor), _identifying(mentee))
    others = {c.meaning for c in sheet.columns if not any(c is one for one in (*mentor, *mentee))}
    beside = [c for c in sheet.columns if not any(c is one for one in (*mentor, *mentee)) and sheet.is_filled(c)]
    wished = any(column.meaning == "ranks" and not column.forced for column in columns)
    if wished and not all(sheet.words.has("rank", plain(c.head).split()) for c in beside):
        return None
    people = {"id", "email", "first_name", "last_name", "role", "capacity", "offers", "requests", "availability"}
    return None if others & people and not columns[0].forced else columns


def _identifying(columns: list[Column]) -> Column:
    """Of several columns about one person the one whose head says no more than who it is."""
    return min(columns, key=lambda column: len(plain(column.head).split()))


def score_column(sheet: Sheet) -> Column | None:
    """The column of scores: named so, or the only other one and all numbers."""
    named = sheet.of("score")
    if named:
        return named[0]
    others = [
        column
        for column in sheet.unknown
        if column.head and not any(column is one for one in pair_columns(sheet) or ())
    ]
    numeric = len(sheet.columns) == 3 and len(others) == 1 and all(map(is_tidy_number, sheet.distinct(others[0])))
    words = plain(others[0].head).split() if numeric else []
    counts = any(sheet.words.has(concept, words) for concept in ("rank", "met", "time"))
    if numeric and (counts or _are_years(sheet.distinct(others[0]))):
        return None
    return others[0] if numeric and sheet.is_filled(others[0]) else None


def _are_years(cells: Iterable[str]) -> bool:
    return all(re.fullmatch(r"(?:19|20)\d\d", cell) for cell in cells)


def kind_of_pairs(sheet: Sheet) -> str:
    """What the pairs of a table without scores are: "bans", "history", "wishes"; "" where nothing says it."""
    title = plain(re.sub(r"\.\w{2,4}\b", "", sheet.name)).split()
    heads = [plain(c.head) for c in sheet.columns if not any(c is one for one in pair_columns(sheet) or ())]
    words = [*title, *(word for head in heads for word in head.split())]
    for concept, kind in (("bans", "bans"), ("met", "history"), ("wishes", "wishes")):
        if sheet.words.has(concept, words):
            return kind
    return "history" if sheet.has("date") else ""


def known_pair(sheet: Sheet, known: frozenset[str]) -> tuple[Column, Column] | None:
    """The two columns of a table all of whose cells name known people; None where it names people of its own."""
    filled = [column for column in sheet.columns if sheet.is_filled(column)]
    named = [column for column in filled if all(cell.casefold() in known for cell in sheet.distinct(column))]
    own = any(column.meaning in {"id", "name", "first_name", "last_name"} for column in filled)
    return (named[0], named[1]) if len(named) == 2 and not own else None


def is_own_list(sheet: Sheet) -> bool:
    """Whether a table is a list of matches as this program writes it."""
    return {"mentor", "mentee", "group", "requested", "offer"} <= {c.head.casefold() for c in sheet.columns}


def fault_of(error: Fault) -> tuple[str, str, str]:
    """A cell's fault as (code, message, hint)."""
    return error.code, error.message, error.hint
