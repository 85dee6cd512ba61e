"""Which columns say who somebody is, told from their cells; rows that are no sign-ups."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from mmatch.cohort.attributes import is_address
from mmatch.errors import excerpt
from mmatch.signup.questions import shown
from mmatch.signup.sheets import ROLES, Column, Sheet
from mmatch.signup.values import count, readable
from mmatch.signup.vocabulary import plain

if TYPE_CHECKING:
    from mmatch.signup.notes import Notes
    from mmatch.signup.vocabulary import Words

_ORGANISATIONAL = re.compile(
    r"staff|student|employee|member|wwid|user|personal|mitarb|matri|emplead|person|mentor|mentee|particip"
)


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
        elif (
            column.meaning in {"", "name", "id"}
            and share > 0.8
            and not others
            and (column.meaning != "id" or not sheet.of("email"))
        ):
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
            if yes or _has_left(cell, sheet.words):
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
    """Whether a column says who still takes part: by its head, or because every row says "In", "Pulled out 9 Nov"."""
    cells = sheet.distinct(column)
    if column.meaning or len(cells) > 11:
        return False
    present = [plain(cell) in sheet.words.listed("rows.present") for cell in cells]
    every = any(present) and sum(cells.values()) == len(sheet.rows)
    stated = every and all(here or _has_left(cell, sheet.words) for here, cell in zip(present, cells, strict=True))
    return stated or sheet.words.has("status", plain(column.head).split())


def _has_left(cell: str, words: Words) -> bool:
    return any(f"{plain(cell)} ".startswith(f"{left} ") for left in words.listed("rows.withdrawn"))


def _doubtful_rows(sheet: Sheet, notes: Notes) -> None:
    """A cell that says "withdrawn" and nothing else, or a date behind it, under a head that does not say what it is."""
    for column in sheet.unknown:
        cells = [
            cell
            for cell in sheet.distinct(column)
            if plain(cell) in sheet.words.listed("rows.withdrawn")
            or (len(cell) < 40 and re.search(r"\d", cell) and _has_left(cell, sheet.words))
        ]
        if cells:
            text = f"cells say {shown(cells)}: are these people to be left out?"
            notes.doubt(sheet.name, column.head, "people", text, "status", "attribute")


def _is_test(name: str, words: Words) -> bool:
    tokens = plain(name).split()
    if not tokens or tokens[0] not in words.listed("rows.test"):
        return False
    rest = set(tokens[1:])
    known = words.listed("rows.test_also") | words.listed("rows.test")
    return (
        not rest or not rest.isdisjoint(known) or name.split(maxsplit=1)[0] == "TEST" or all(t.isdigit() for t in rest)
    )


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
