"""Writes CSV files in which no cell can act as a formula in a spreadsheet, and that can be read back."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from mmatch.io.files import atomic_write

_TRIGGER = r"[ \u00a0'\"]*[=+\-@\t\r\0＝＋－＠]"  # noqa: RUF001 - spreadsheets take the full-width signs as well
_ACTS = re.compile(rf"(^|\r\n|\n|\r)(?={_TRIGGER})")
_PREFIXED = re.compile(rf"(^|\r\n|\n|\r)'(?={_TRIGGER})")


def neutral(cell: str) -> str:
    """A text that no spreadsheet takes for a formula: each line that could be one is preceded by an apostrophe."""
    return _ACTS.sub(r"\1'", cell)


def as_written(cell: str) -> str:
    """The text before `neutral`: removes exactly the apostrophes that it set."""
    return _PREFIXED.sub(r"\1", cell) if "'" in cell else cell


def rows_to_text(header: Sequence[str], rows: Iterable[Sequence[Any]], numeric: Collection[str] = ()) -> str:
    """A CSV text with the given header; columns named in ``numeric`` are written as they are, all others as text."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([neutral(head) for head in header])
    for row in rows:
        cells = zip(header, ("" if value is None else str(value) for value in row), strict=True)
        writer.writerow([cell if head in numeric else neutral(cell) for head, cell in cells])
    return stream.getvalue()


def write_rows(
    path: str | os.PathLike[str], header: Sequence[str], rows: Iterable[Sequence[Any]], numeric: Collection[str] = ()
) -> None:
    """Write a CSV file (UTF-8, in one step) that is safe to open in a spreadsheet.

    Args:
        path: where to; an old file is replaced only by the whole new one.
        header: the column heads.
        rows: one sequence of cells a row; None is an empty cell.
        numeric: heads of columns that hold numbers and are not touched, so that -5 stays a number.

    Raises:
        ExportError: the place cannot be written.
    """
    atomic_write(path, rows_to_text(header, rows, numeric))
