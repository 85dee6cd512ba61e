"""The sheets of a workbook as tables of sign-ups, with remarks on those that are not read."""

from __future__ import annotations

from dataclasses import replace

from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.tables import InputTable
from mmatch.io.workbooks import read_workbook
from mmatch.signup.tables import table_from_rows
from mmatch.signup.vocabulary import Words


def tables_from_workbook(data: bytes, name: str, words: Words) -> tuple[list[InputTable], list[str]]:
    """(the sheets that hold tables, remarks on the others); cells with errors stand in the tables' ``faults``.

    Raises:
        InputError: no sheet holds a table, or the workbook is encrypted, with macros, damaged, or not of a known kind.
        LimitError: the workbook would unpack to far more than its size.
    """
    tables, remarks = [], []
    if not data.startswith(b"PK"):
        remarks.append("errors in cells, such as #N/A, cannot be told from empty cells in an old .xls workbook")
    for sheet in read_workbook(data, name):
        title = excerpt(sheet.title)
        if not sheet.visible:
            if sheet.filled:
                remarks.append(f"the hidden sheet {title} was not read: show it in the workbook if people stand in it")
        elif any(sum(map(bool, row)) > 1 for _, row in sheet.rows):
            table = table_from_rows(sheet.rows, f"{name}: {sheet.title}", words, unit="row")
            tables.append(replace(table, faults=sheet.faults))
            shown = [column for column, row in sorted(sheet.percents.items()) if row in set(table.lines)]
            for column in [c for c in shown if c < len(table.heads)][:1]:
                stored = sheet.rows[sheet.percents[column] - 1][1][column]
                head = excerpt(table.heads[column])
                remarks.append(f"{title}: the column {head} is formatted as percent and read as stored: {stored}")
        elif any(any(row) for _, row in sheet.rows):
            remarks.append(f"the sheet {title} holds no table and was not read")
    if not tables:
        text, hint = "no visible sheet holds a table", "put heads over the columns, one row a person"
        raise InputError(Problem("workbook", name, text, hint))
    return tables, remarks
