"""Columns whose cells name people: wishes, bans, or somebody's manager."""

from __future__ import annotations

import re
from collections import Counter

from mmatch.signup.persons import FormPeople
from mmatch.signup.sheets import NAME_LISTS, Column, Sheet
from mmatch.signup.values import is_tidy_number
from mmatch.signup.vocabulary import plain

WISHES = ("ranks", "mentee_ranks", "choice", "is_mentor", "is_mentee")


def find_wishes(sheet: Sheet, people: FormPeople) -> None:
    """Cells that name people are wishes or bans where the head says so, and are never dropped in silence."""
    wished, counting = [], []
    for column in sheet.of("", *NAME_LISTS):
        share = None if column.forced else _share_of_names(column, people)
        if share is None:
            continue
        if column.meaning and share < 0.5:
            _no_names(column, share)
        elif column.meaning or share < 0.5:
            continue
        elif column.speaks("manager") and not sheet.words.has("bans", {*column.plain} - {"no"}):
            continue  # "Manager no." is a number
        elif column.speaks("bans") or column.claim.meaning == "avoids":
            column.meaning = "avoids"
        elif column.claim.meaning in WISHES or (column.speaks("prefer") and not column.speaks("other")):
            wished.append(column)
        elif share == 1 and _counts_up(column):
            counting.append(column)
    if not wished and len(counting) < 2 and not sheet.has(*NAME_LISTS):
        counting = []
    for column in [*wished, *counting]:
        named = [person for cell in column.distinct for _, person in people.named(cell) if person is not None]
        found = Counter(role for person in named for role in person.roles)
        column.meaning = "mentee_ranks" if found["mentee"] > found["mentor"] else "ranks"


def name_people_left(sheet: Sheet, people: FormPeople) -> None:
    """A column that names people under a head that does not say why: asked, or noted for a manager."""
    for column in [c for c in sheet.unknown if c.head]:
        if all(map(is_tidy_number, column.distinct)) or _share_of_names(column, people) != 1.0:
            continue
        if column.speaks("other", "manager"):
            hint = "map it to ranks if they are wishes, to avoids if they must not be matched"
            column.warn("names", "names people of the program and is kept as an attribute", hint)
        elif column.filled > 1 or len(sheet.rows) < 6:
            column.ask("wishes", "every cell names somebody of the program", "ranks", "avoids", "attribute")


def _no_names(column: Column, share: float) -> None:
    """A head that promises people and cells that name none."""
    if share > 0 or (column.claim.sure and plain(column.head) not in column.sheet.words.listed("rows.weak_wishes")):
        about = "bans" if column.meaning == "avoids" else "wishes"
        few = "no cell names" if share == 0 else f"only {share:.0%} name"
        why = f"the head promises names of people, and {few} anybody known"
        column.ask(about, why, column.meaning, "attribute")
    column.meaning = ""


def _share_of_names(column: Column, people: FormPeople) -> float | None:
    """The share of cells that name people whom the files know; None where all cells are blank or name nobody."""
    good = []
    for cell in column.same_head():
        if not column.sheet.names_nobody(cell) and not is_remark(cell, people):
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


def _counts_up(column: Column) -> bool:
    """Whether a head is a place in an order: First, 1, #1, Choice A, 1. Wunsch."""
    words = column.plain
    ordinal = not column.sheet.words.listed("numbers.ordinals").isdisjoint(words)
    numbered = re.fullmatch(r"[^\d+]*[1-9][.)]?\D*", column.head)
    lettered = len(words) > 1 and re.fullmatch(r"[a-e]", words[-1])
    return len(words) < 7 and bool(ordinal or numbered or lettered)
