"""What a reading reports besides the cohort: the mapping that was chosen, and warnings about whole files."""

from __future__ import annotations

from mmatch.errors import Problem, excerpt
from mmatch.io.workbooks import letters
from mmatch.signup.mapping import OTHERS, ColumnMeaning, FileMapping, FileMeaning
from mmatch.signup.questions import Spot
from mmatch.signup.sheets import BLOCKS, Sheet
from mmatch.signup.tables import SPOKEN
from mmatch.signup.values import Fault


def warn_of_cells(sheet: Sheet) -> None:
    """Note what was done to a table's cells, and the rows that do not fit its header."""
    table, notes = sheet.table, sheet.notes
    for head, count in table.trimmed.items():
        text = f"{count:,} cells had spaces around them, now trimmed"
        notes.warn("trimmed", f"{table.name} column {excerpt(head)}", text)
    if table.empty:
        sheet.warn("empty-rows", f"{table.empty:,} empty rows were skipped")
    for line, reason in table.left_out:
        notes.warn("no-person", f"{table.name} {table.unit} {line}", f"left out: {reason}")
    if table.delimiter != "," and table.unit == "line":
        sheet.warn("delimiter", f"the delimiter is the {SPOKEN.get(table.delimiter, table.delimiter)}")
    for number, (line, cells) in enumerate(table.spoiled):
        text = f"line {line} has {len(cells)} cells, header has {len(table.heads)}"
        problem = Problem("ragged", f"{table.name} line {line}", text, "quote cells that hold the delimiter")
        notes.add(problem, Spot(table.name, -1 - number))


def note_faults(sheet: Sheet) -> None:
    """Cells that hold an error instead of a value are problems where their column counts, and noted elsewhere."""
    rows = {line: row for row, line in enumerate(sheet.table.lines) if row not in sheet.left_out}
    for (line, number), found in sorted(sheet.table.faults.items()):
        if line not in rows or number >= len(sheet.columns):
            continue
        column = sheet.columns[number]
        text = f"{sheet.name.rpartition(': ')[2]}!{letters(number + 1)}{line} holds {found}"
        if column.meaning in {"", "attribute", "ignore", "number"}:
            column.warn("error-cell", f"{text} and is read as empty", row=rows[line])
        else:
            column.note(rows[line], Fault("error-cell", text, "mend the formula, or write the value"))


def warn_of_ids(sheet: Sheet) -> None:
    """Note where ids, which are public, are addresses."""
    identity = sheet.identity()
    if identity and (identity[0].meaning == "email" or any("@" in c for c in list(identity[0].distinct)[:100])):
        text = "ids are e-mail addresses, and ids are public: results and messages show them"
        hint = "add an id column" + (", or map the name to id" if sheet.has("name", "first_name") else "")
        identity[0].warn("email-id", text, hint)


def mapping_of(sheets: list[Sheet], forced: FileMapping) -> FileMapping:
    """The mapping that was used; columns named after people or hours share the line "*"."""
    files = tuple(FileMeaning(s.name, s.shape, "" if s.by_filling else s.role, s.table.delimiter) for s in sheets)
    columns: dict[tuple[str, str], ColumnMeaning] = {}
    for column in [column for sheet in sheets for column in sheet.columns]:
        file = column.sheet.name
        others = column.meaning in BLOCKS and forced.column(file, column.head) is None
        head = OTHERS if others else column.head
        entry = ColumnMeaning(file, head, column.meaning or "ignore", column.how, dict(column.values))
        columns.setdefault((file, head), entry)
    return FileMapping(files, tuple(entry for entry in columns.values() if entry.column), forced.answers)
