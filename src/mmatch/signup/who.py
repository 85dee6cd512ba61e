"""Which columns say who somebody is and in which role, told from their cells; rows that are no sign-ups."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mmatch.cohort.attributes import is_address
from mmatch.errors import excerpt
from mmatch.signup.questions import Question, answers, shown
from mmatch.signup.sheets import IDENTITY, Column, Sheet
from mmatch.signup.values import Fault, count, roles, yes_or_no
from mmatch.signup.vocabulary import plain, spoken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmatch.signup.notes import Notes
    from mmatch.signup.vocabulary import Words

ROLES = ("role", "is_mentor", "is_mentee", "both")
_EARLIER = frozenset({"before", "ever", "previously", "previous", "past", "already", "bereits", "deja", "antes", "gia"})
_ORGANISATIONAL = re.compile(
    r"staff|student|employee|member|wwid|user|personal|mitarb|matri|emplead|person|mentor|mentee|particip"
)


def readable(cells: Iterable[str], read: Callable[[str, Words], object], words: Words) -> float:
    """The share of different cells that a grammar reads."""
    total = good = 0
    for cell in cells:
        total += 1
        try:
            read(cell, words)
            good += 1
        except Fault:
            continue
    return good / total if total else 0.0


def find_people(sheet: Sheet, notes: Notes) -> None:
    """Settle which columns are names, addresses, ids and roles, and leave out rows that are no sign-ups."""
    heads = {column.head for column in sheet.columns}
    for column in sheet.columns:
        added = re.fullmatch(r"(?:Points|Feedback|Punkte|Puntos|Pontos|Punti) - (.+)", column.head)
        if added and added[1] in heads and not column.forced:
            column.meaning = "ignore"  # what a quiz adds to each question
    for column in sheet.columns:
        if not column.forced and not sheet.is_filled(column) and column.meaning in {"email", *ROLES}:
            column.meaning = "" if column.meaning in ROLES else column.meaning
    _addresses(sheet, notes)
    _names(sheet)
    _leave_out(sheet, notes)


def _addresses(sheet: Sheet, notes: Notes) -> None:
    """E-mail columns hold addresses; a column of addresses is one whatever its head, unless it is somebody else's."""
    for column in sheet.columns:
        if column.forced or column.meaning not in {"", "email", "name", "id"}:
            continue
        cells = sheet.distinct(column)
        share = sum(map(is_address, cells)) / len(cells) if cells else 0.0
        others = sheet.words.has("other", plain(column.head).split())
        if column.meaning == "email" and cells and share < 0.5:
            if sheet.has_address_besides(column):
                column.meaning = "ignore"
            elif share == 0 and len(cells) > 1:
                notes.warn("email", f"{sheet.name} column {excerpt(column.head)}", "holds no e-mail addresses")
        elif column.meaning in {"", "name"} and share > 0.8 and not others:
            column.meaning = "email"
    if not sheet.of("email"):
        family = [c for c in sheet.unknown if sheet.words.has("family", plain(c.head).split())]
        for column in family:
            cells = sheet.distinct(column)
            if cells and sum(map(is_address, cells)) / len(cells) > 0.8:
                column.meaning = "email"


def _names(sheet: Sheet) -> None:
    """A lone first or last name is the whole name; "Name" beside one of them is the other part."""
    for column in sheet.columns:
        cells = sheet.distinct(column)
        if column.meaning in {"first_name", "last_name"} and cells and readable(cells, count, sheet.words) == 1:
            column.meaning, column.claim = "", replace(column.claim, meaning="capacity", sure=False)
    weak = [c for c in sheet.unknown if c.claim.meaning in {"name", "first_name", "last_name"} and not c.forced]
    for column in weak if not any(map(sheet.is_filled, sheet.of("name", "first_name", "last_name"))) else ():
        if len(sheet.distinct(column)) >= 0.8 * sum(sheet.distinct(column).values()):
            column.meaning = column.claim.meaning
    if not any(map(sheet.is_filled, sheet.of("name", "first_name", "last_name"))):
        _names_in_addresses(sheet)
    filled = {m: [c for c in sheet.of(m) if sheet.is_filled(c)] for m in ("name", "first_name", "last_name")}
    name, first, last = filled["name"], filled["first_name"], filled["last_name"]
    if bool(first) != bool(last):
        lone = (first or last)[0]
        if not name:
            lone.meaning = "name"
        elif not any(" " in cell or "," in cell for cell in sheet.distinct(name[0])):
            name[0].meaning = "last_name" if first else "first_name"
    for column in sheet.of("name", "first_name", "last_name"):
        if not sheet.is_filled(column) and not column.forced and any(filled.values()):
            column.meaning = "ignore"


def _names_in_addresses(sheet: Sheet) -> None:
    """A column without a telling head holds names where its words stand in the addresses beside them."""
    for column in sheet.unknown:
        texts = [
            (plain(sheet.cell(row, column)).split(), plain(sheet.address(row).split("@")[0])) for row in sheet.rows
        ]
        filled = [(words, local) for words, local in texts if words and local]
        told = sum(len(words) > 1 and all(word in local for word in words) for words, local in filled)
        if len(filled) > 2 and told > 0.5 * len(filled):
            column.meaning = "name"
            return


def _leave_out(sheet: Sheet, notes: Notes) -> None:
    """Withdrawn sign-ups and test rows are left out, with a note."""
    gone: dict[int, str] = {}
    for column in [c for c in sheet.columns if c.meaning in {"status", "withdrawn"} or _is_status(sheet, c)]:
        for row in sheet.rows:
            cell = plain(sheet.cell(row, column))
            yes = column.meaning == "withdrawn" and sheet.words.answers.get(cell) == "yes"
            if yes or any(f"{cell} ".startswith(f"{left} ") for left in sheet.words.listed("rows.withdrawn")):
                gone[row] = f"withdrawn, says the column {excerpt(column.head)}"
    for row, (_, name, _) in zip(sheet.rows, sheet.people(sheet.rows), strict=True):
        if row not in gone and _is_test(name, sheet.words):
            gone[row] = "a test"
    if gone:
        sheet.left_out |= frozenset(gone)
    for row, reason in gone.items():
        notes.warn(
            "left-out", sheet.table.place(row), f"left out: {reason}", "change the cell if the person takes part"
        )
    _doubtful_rows(sheet, notes)


def _is_status(sheet: Sheet, column: Column) -> bool:
    return (
        not column.meaning
        and sheet.words.has("status", plain(column.head).split())
        and len(sheet.distinct(column)) < 12
    )


def _doubtful_rows(sheet: Sheet, notes: Notes) -> None:
    """A cell that says "withdrawn" and nothing else, under a head that does not say what it is."""
    for column in sheet.unknown:
        cells = [cell for cell in sheet.distinct(column) if plain(cell) in sheet.words.listed("rows.withdrawn")]
        if cells:
            notes.ask(
                Question(
                    sheet.name,
                    column.head,
                    "people",
                    "",
                    ("status", "attribute"),
                    f"cells say {shown(cells)}: are these people to be left out?",
                    answers(column.head, "status", "attribute"),
                    column.head,
                )
            )


def _is_test(name: str, words: Words) -> bool:
    tokens = plain(name).split()
    if not tokens or tokens[0] not in words.listed("rows.test"):
        return False
    rest = set(tokens[1:])
    known = words.listed("rows.test_also") | words.listed("rows.test")
    return (
        not rest or not rest.isdisjoint(known) or name.split(maxsplit=1)[0] == "TEST" or all(t.isdigit() for t in rest)
    )


def find_roles(sheet: Sheet, notes: Notes) -> None:
    """The column that says mentor, mentee or both is known by its cells, whatever its head."""
    words = sheet.words
    for column in sheet.of("mentor", "mentee"):
        cells = sheet.distinct(column)
        if not column.forced and cells and sheet.of(*IDENTITY) and readable(cells, yes_or_no, words) == 1:
            column.meaning = f"is_{column.meaning}"
    for column in sheet.of("role", ""):  # "I want to be … [a mentor]" with yes and no
        side = words.side_of(spoken(column.option or column.head))
        bare = (column.meaning == "role" and column.option) or column.claim.meaning == f"is_{side}"
        if side and bare and not column.forced and readable(sheet.distinct(column), yes_or_no, words) == 1:
            column.meaning = f"is_{side}"
    for column in sheet.of(*ROLES):
        if not column.forced and column.meaning == "role" and not _are_roles(sheet, column):
            column.meaning = ""
    if any(column.forced for column in sheet.of(*ROLES)):
        return
    told = [column for column in sheet.columns if column.meaning in {"", "role"} and _are_roles(sheet, column)]
    least = 0.9 if sheet.role else 0.6  # a column of remarks says it of a few
    told = [c for c in told if c.meaning == "role" or sum(sheet.distinct(c).values()) >= least * len(sheet.rows)]
    told = [c for c in told if c.meaning == "role" or not _EARLIER & set(plain(c.head).split())] or told
    named = [
        c
        for c in told
        if c.meaning == "role" or words.side_of(spoken(c.head)) or {"mentor", "mentee"} <= set(plain(c.head).split())
    ]
    chosen = named or told
    if len(chosen) > 1:
        chosen = _agreeing(sheet, chosen, notes)
    for column in sheet.of("role"):
        column.meaning = ""
    if chosen:
        chosen[0].meaning = "role"
    elif not sheet.role and not sheet.has(*ROLES):
        _yes_no_roles(sheet)


def _agreeing(sheet: Sheet, columns: list[Column], notes: Notes) -> list[Column]:
    """One of several role columns: the first where all say the same, else a question."""
    first, *others = columns
    differing = [
        c for c in others if any(a and b and a != b for a, b in zip(sheet.cells(first), sheet.cells(c), strict=True))
    ]
    if differing:
        heads = " and ".join(excerpt(c.head, 60) for c in columns)
        notes.ask(
            Question(
                sheet.name,
                first.head,
                "role",
                "role",
                tuple(c.head for c in differing),
                f"{heads} both say who is a mentor or a mentee, and differ",
                answers(first.head, "role") + " or " + " or ".join(f'--answer "{c.head}=role"' for c in differing),
                first.head,
            )
        )
    return [first]


def _are_roles(sheet: Sheet, column: Column) -> bool:
    cells = sheet.distinct(column)
    if not cells or len(cells) > 40:
        return False
    share = readable(cells, roles, sheet.words)
    if column.meaning == "role":
        return share >= 0.5
    every = {role for cell in cells if share == 1 for role in roles(cell, sheet.words)}
    return share == 1 and max(map(len, cells)) < 80 and (len(every) == 2 or len(cells) == 1)


def _yes_or_role(text: str, words: Words) -> object:
    try:
        return yes_or_no(text, words)
    except Fault:
        return roles(text, words)


def _yes_no_roles(sheet: Sheet) -> None:
    """Questions such as "Would you like to be a mentor?", where every cell is a plain yes or no."""
    for column in sheet.unknown:
        if column.claim.meaning in {"is_mentor", "is_mentee"} and not _EARLIER & set(plain(column.head).split()):
            cells = sheet.distinct(column)
            if len(cells) > 1 and readable(cells, _yes_or_role, sheet.words) == 1:
                column.meaning = column.claim.meaning


def settle_ids(sheets: list[Sheet], notes: Notes) -> None:
    """Row numbers are no ids: an id column counts where it identifies people over all files."""
    numbers = []
    for sheet in sheets:
        better = any(sheet.is_filled(c) for c in sheet.of("email", "name", "first_name", "last_name"))
        for column in sheet.of("id") if better else ():
            if not column.forced and sum(sheet.distinct(column).values()) < 0.5 * len(sheet.rows):
                column.meaning = "attribute" if sheet.is_filled(column) else "ignore"
            elif not column.forced and _counts_rows(sheet, column) and _misleads(sheet, column, sheets):
                numbers.append((sheet, column))
    for sheet, column in numbers:
        column.meaning = "number"
        place = f"{sheet.name} column {excerpt(column.head)}"
        notes.warn("row-numbers", place, "numbers the rows and was not taken as an id", "map it to id if it is one")


def _counts_rows(sheet: Sheet, column: Column) -> bool:
    """Whether a column counts up: whole numbers, each above the one before, starting low."""
    if _ORGANISATIONAL.search(plain(column.head)):
        return False
    cells = [sheet.cell(row, column) for row in range(len(sheet.table.rows))]
    if not all(cell.isascii() and cell.isdigit() and len(cell) < 7 for cell in cells if cell):
        return False
    numbers = [int(cell) for cell in cells if cell]
    rising = all(a < b for a, b in pairwise(numbers))
    return (
        bool(numbers)
        and (rising or sorted(numbers) == list(range(1, len(numbers) + 1)))
        and numbers[-1] <= 20 * len(numbers) + 20
    )


def _is_form(sheet: Sheet) -> bool:
    """Whether the table looks like the export of a form: it notes when each answer came."""
    return any(c.claim.meaning == "ignore" and sheet.is_filled(c) for c in sheet.columns)


def _misleads(sheet: Sheet, column: Column, sheets: list[Sheet]) -> bool:
    """Whether a form numbers its answers, or the same number stands for another name or address in another file."""
    if _is_form(sheet):
        return True
    own = {
        sheet.cell(row, column): (sheet.full_name(row).casefold(), sheet.address(row).casefold()) for row in sheet.rows
    }
    for other in sheets:
        for theirs in other.of("id") if other is not sheet else ():
            for row in other.rows:
                mine = own.get(other.cell(row, theirs))
                name, address = other.full_name(row).casefold(), other.address(row).casefold()
                if mine and any(a and b and a != b for a, b in zip(mine, (name, address), strict=True)):
                    return True
    return False


def is_form_export(sheet: Sheet) -> bool:
    """Whether a later row of one person corrects an earlier one: the table notes when or in which order they came."""
    return _is_form(sheet) or any(sheet.is_filled(c) for c in sheet.of("number"))
