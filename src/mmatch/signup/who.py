"""Which columns say who somebody is, told from their cells; rows that are no sign-ups."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from mmatch.cohort.attributes import is_address
from mmatch.errors import excerpt
from mmatch.signup.questions import shown
from mmatch.signup.sheets import ROLES, Column, Sheet
from mmatch.signup.values import count
from mmatch.signup.vocabulary import NAMES, Words, plain, untitled

_ORGANISATIONAL = re.compile(
    r"staff|student|employee|member|wwid|user|personal|mitarb|matri|emplead|person|mentor|mentee|particip"
)


def find_people(sheet: Sheet) -> None:
    """Settle which columns are names, addresses, ids and roles, and leave out rows that are no sign-ups."""
    heads = {column.head for column in sheet.columns}
    for column in sheet.columns:
        added = re.fullmatch(r"(?:Points|Feedback|Punkte|Puntos|Pontos|Punti) - (.+)", column.head)
        if added and added[1] in heads and not column.forced:
            column.meaning = "ignore"  # what a quiz adds to each question
        if not column.forced and column.meaning in ROLES and not column.is_filled:
            column.meaning = ""
    _addresses(sheet)
    _names(sheet)
    _withdrawn(sheet)
    _doubtful_rows(sheet)


def _share_of_addresses(column: Column) -> float:
    return sum(map(is_address, column.distinct)) / max(1, len(column.distinct))


def _addresses(sheet: Sheet) -> None:
    """E-mail columns hold addresses; a column of addresses is one whatever its head, unless it is somebody else's."""
    for column in [c for c in sheet.of("", "email", "name", "id") if not c.forced]:
        share = _share_of_addresses(column)
        if column.meaning != "email":
            if share > 0.8 and (column.meaning != "id" or not sheet.has("email")):
                own = not column.speaks("other") or _bears_names(column)
                column.meaning = "email" if own else column.meaning
        elif column.is_filled and share < 0.5:
            if any(_share_of_addresses(c) > 0.5 for c in sheet.of("", "email") if c is not column):
                column.meaning = "ignore"
            elif share == 0 and len(column.distinct) > 1:
                column.warn("email", "holds no e-mail addresses")
    emails = sheet.of("email")
    for column in [c for c in emails[1:] if not c.forced and c.cells() != emails[0].cells()]:
        if emails[0].filled == len(sheet.table.rows):
            column.meaning = ""  # people have two addresses: the first counts, the other one is kept
    for column in sheet.unknown if not sheet.has("email") else ():
        if column.speaks("family") and _share_of_addresses(column) > 0.8:
            column.meaning = "email"


def _bears_names(column: Column) -> bool:
    """Whether the addresses in a column bear the first names beside them: "Your school e-mail"."""
    rows = column.sheet.rows
    names = [c for c in column.sheet.columns if c.stated in {"name", "first_name"}][:1]
    pairs = [(plain(c.cell(row)).split()[:1], column.cell(row)) for c in names for row in rows]
    n_agreeing = sum(first[0] in plain(address.partition("@")[0]).split() for first, address in pairs if first)
    return n_agreeing > 0.5 * len(rows)


def _names(sheet: Sheet) -> None:
    """A lone first or last name is the whole name; "Name" beside one of them is the other part."""
    for column in sheet.of("first_name", "last_name"):
        if column.reads(count) == 1:
            column.meaning, column.claim = "", replace(column.claim, meaning="capacity", sure=False)
    weak = [c for c in sheet.unknown if c.claim.meaning in NAMES and not c.forced]
    for column in weak if not any(c.is_filled for c in sheet.of(*NAMES)) else ():
        if len(column.distinct) >= 0.8 * column.filled:
            column.meaning = column.claim.meaning
    if not any(c.is_filled for c in sheet.of(*NAMES)):
        _names_in_addresses(sheet)
    name, first, last = ([c for c in sheet.of(meaning) if c.is_filled] for meaning in NAMES)
    if bool(first) != bool(last):
        lone = (first or last)[0]
        if not name:
            lone.meaning = "name"
        elif not any(" " in cell or "," in cell for cell in name[0].distinct):
            name[0].meaning = "last_name" if first else "first_name"
    for column in sheet.of(*NAMES) if name or first or last else ():
        if not column.is_filled and not column.forced:
            column.meaning = "ignore"


def _names_in_addresses(sheet: Sheet) -> None:
    """A column without a telling head holds names where its words stand in the addresses beside them."""
    locals_ = {row: plain(address.partition("@")[0]) for row, (_, _, address) in sheet.people() if address}
    for column in sheet.unknown:
        texts = {row: plain(untitled(column.cell(row))).split() for row in locals_}
        n_agreeing = sum(len(words) > 1 and all(word in locals_[row] for word in words) for row, words in texts.items())
        if sum(map(bool, texts.values())) > 2 and n_agreeing > 0.5 * sum(map(bool, texts.values())):
            column.meaning = "name"
            return


def _withdrawn(sheet: Sheet) -> None:
    """Withdrawn sign-ups and test rows are left out, with a note."""
    gone: dict[int, str] = {}
    for column in [c for c in sheet.columns if c.meaning in {"status", "withdrawn"} or _is_status(c)]:
        for row in sheet.rows:
            cell = column.cell(row)
            yes = column.meaning == "withdrawn" and sheet.words.answers.get(plain(cell)) == "yes"
            if yes or _has_left(cell, sheet.words):
                gone[row] = f"withdrawn, says the column {excerpt(column.head)}"
        _doubtful_states(column)
    for row, (_, name, _) in sheet.people():
        if _is_test(name, sheet.words):
            gone.setdefault(row, "a test")
    sheet.left_out |= gone.keys()
    for row, reason in gone.items():
        sheet.warn("left-out", f"left out: {reason}", "change the cell if the person takes part", row)


def _doubtful_states(column: Column) -> None:
    """States that are no known words, beside some that are, and that few rows have: do these people take part?"""
    cells, words = column.distinct, column.sheet.words
    unknown = [c for c in cells if plain(c) not in words.listed("rows.present") and not _has_left(c, words)]
    few = [cell for cell in unknown if 2 * cells[cell] <= column.filled]
    for text in few if len(unknown) < min(len(cells), 4) else ():
        evidence = f"the column says who takes part: does {excerpt(text)}?"
        column.doubt("people", evidence, "active", "withdrawn", key=f"{column.head}: {text}")


def _is_status(column: Column) -> bool:
    """Whether a column says who still takes part: by its head, or because every row says "In", "Pulled out 9 Nov"."""
    cells, words = column.distinct, column.sheet.words
    if column.meaning or len(cells) > 11:
        return False
    present = {cell for cell in cells if plain(cell) in words.listed("rows.present")}
    stated = bool(present) and all(cell in present or _has_left(cell, words) for cell in cells)
    return stated or column.speaks("status")


def _has_left(cell: str, words: Words) -> bool:
    return any(f"{plain(cell)} ".startswith(f"{left} ") for left in words.listed("rows.withdrawn"))


def _doubtful_rows(sheet: Sheet) -> None:
    """A cell that says "withdrawn" and nothing else, or a date behind it, under a head that does not say what it is."""
    withdrawn = sheet.words.listed("rows.withdrawn")
    for column in sheet.unknown:
        dated = [cell for cell in column.distinct if len(cell) < 40 and re.search(r"\d", cell)]
        cells = [cell for cell in column.distinct if plain(cell) in withdrawn]
        cells += [cell for cell in dated if _has_left(cell, sheet.words)]
        if cells:
            text = f"cells say {shown(cells)}: are these people to be left out?"
            column.doubt("people", text, "status", "attribute")


def _is_test(name: str, words: Words) -> bool:
    first, *rest = plain(name).split() or [""]
    if first not in words.listed("rows.test"):
        return False
    known = words.listed("rows.test_also") | words.listed("rows.test")
    return name.startswith("TEST ") or not known.isdisjoint(rest) or all(text.isdigit() for text in rest)


def settle_ids(sheets: list[Sheet]) -> None:
    """Row numbers are no ids: an id column counts where it identifies people over all files."""
    numbers = []
    for sheet in sheets:
        better = any(c.is_filled for c in sheet.of("email", *NAMES))
        for column in [c for c in sheet.of("id") if better and not c.forced]:
            if column.filled < 0.5 * len(sheet.rows):
                column.meaning = "attribute" if column.is_filled else "ignore"
            elif _counts_rows(column) and (_is_form(sheet) or _clashes(column, sheets)):
                numbers.append(column)
    for column in numbers:
        column.meaning = "number"
        column.warn("row-numbers", "numbers the rows and was not taken as an id", "map it to id if it is one")


def _counts_rows(column: Column) -> bool:
    """Whether a column counts up: whole numbers, each above the one before, starting low."""
    cells = list(filter(None, column.cells()))
    digits = all(cell.isascii() and cell.isdigit() and len(cell) < 7 for cell in cells)
    if not cells or not digits or _ORGANISATIONAL.search(plain(column.head)):
        return False
    numbers = [int(cell) for cell in cells]
    rising = all(a < b for a, b in pairwise(numbers)) or sorted(numbers) == list(range(1, len(numbers) + 1))
    return rising and numbers[-1] <= 20 * len(numbers) + 20


def _is_form(sheet: Sheet) -> bool:
    """Whether the table looks like the export of a form: it notes when each answer came."""
    return any(c.claim.meaning == "ignore" and c.is_filled for c in sheet.columns)


def _clashes(column: Column, sheets: list[Sheet]) -> bool:
    """Whether a number stands for another name or address in another file."""
    own = dict(_numbered(column))
    columns = [ids for sheet in sheets if sheet is not column.sheet for ids in sheet.of("id")]
    others = [numbered for ids in columns for numbered in _numbered(ids) if numbered[0] in own]
    return any(a and b and a != b for number, named in others for a, b in zip(own[number], named, strict=True))


def _numbered(column: Column) -> list[tuple[str, tuple[str, str]]]:
    people = column.sheet.people()
    return [(column.cell(row), (name.casefold(), address.casefold())) for row, (_, name, address) in people]


def is_form_export(sheet: Sheet) -> bool:
    """Whether a later row of one person corrects an earlier one: the table notes when or in which order they came."""
    return _is_form(sheet) or any(c.is_filled for c in sheet.of("number"))
