"""What a reading reports besides the cohort: the mapping that was chosen, and warnings about whole files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mmatch.errors import Problem, excerpt
from mmatch.signup.heads import misspelled
from mmatch.signup.mapping import OTHERS, ColumnMeaning, FileMapping, FileMeaning
from mmatch.signup.notes import Notes, Spot
from mmatch.signup.sheets import BLOCKS, Sheet
from mmatch.signup.tables import SPOKEN

_SHORT_ZONE = re.compile(r"[A-Z]{3,4}(\d[A-Z]{3})?")

if TYPE_CHECKING:
    from collections.abc import Iterator


def warn_of_cells(sheet: Sheet, notes: Notes) -> None:
    """Note what was done to a table's cells, and the rows that do not fit its header."""
    table = sheet.table
    for head, count in table.trimmed.items():
        notes.warn(
            "trimmed", f"{table.name} column {excerpt(head)}", f"{count:,} cells had spaces around them, now trimmed"
        )
    if table.empty:
        notes.warn("empty-rows", table.name, f"{table.empty:,} empty rows were skipped")
    if table.delimiter != "," and table.unit == "line":
        notes.warn("delimiter", table.name, f"the delimiter is the {SPOKEN.get(table.delimiter, table.delimiter)}")
    for number, (line, cells) in enumerate(table.spoiled):
        text = f"line {line} has {len(cells)} cells, header has {len(table.heads)}"
        problem = Problem("ragged", f"{table.name} line {line}", text, "quote cells that hold the delimiter")
        notes.add(problem, Spot(table.name, -1 - number))
    identity = sheet.identity()
    if sheet.shape == "people" and identity and _shows_addresses(sheet):
        text = "ids are e-mail addresses, and ids are public: results and messages show them"
        hint = "add an id column" + (", or map the name to id" if sheet.has("name", "first_name") else "")
        notes.warn("email-id", f"{table.name} column {excerpt(identity[0].head)}", text, hint)
    _zones(sheet, notes)


def warn_of_heads(sheet: Sheet, forced: FileMapping, notes: Notes) -> None:
    """Note heads that mean nothing and are nearly one that does."""
    for column in sheet.columns:
        meant = misspelled(column.head) if column.meaning == "attribute" else ""
        if meant and forced.column(sheet.name, column.head) is None:
            place = f"{sheet.table.name} column {excerpt(column.head)}"
            text = f"kept as the attribute {excerpt(column.attribute)}: nothing else is known by this head"
            notes.warn("head-spelling", place, text, f"did you mean {excerpt(meant)}?")


def _zones(sheet: Sheet, notes: Notes) -> None:
    """Note abbreviations of zones: some never change their clocks, and none says where."""
    for column in sheet.of("timezone"):
        short = sorted({cell for cell in sheet.cells(column) if _SHORT_ZONE.fullmatch(cell)} - {"UTC", "GMT"})
        if short:
            text = f"{', '.join(map(excerpt, short[:5]))}: not everybody means the same hours by it"
            hint = "write a place, such as Europe/Berlin; EST has no summer time"
            notes.warn("zone-abbreviation", f"{sheet.table.name} column {excerpt(column.head)}", text, hint)


def _shows_addresses(sheet: Sheet) -> bool:
    column = sheet.identity()[0]
    return column.meaning == "email" or any("@" in cell for cell in sheet.cells(column)[:100])


def mapping_of(sheets: list[Sheet], forced: FileMapping) -> FileMapping:
    """The mapping that was used; columns named after people or hours share the line "*"."""
    files = tuple(FileMeaning(s.name, s.shape, s.role, s.table.delimiter) for s in sheets)
    return FileMapping(files, tuple(entry for sheet in sheets for entry in _entries(sheet, forced)))


def _entries(sheet: Sheet, forced: FileMapping) -> Iterator[ColumnMeaning]:
    seen: set[str] = set()
    for column in sheet.columns:
        others = column.meaning in BLOCKS and forced.column(sheet.name, column.head) is None
        head = OTHERS if others else column.head
        if head and head not in seen:
            seen.add(head)
            yield ColumnMeaning(sheet.name, head, column.meaning or "ignore", column.how, dict(column.values))
