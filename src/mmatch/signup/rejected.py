"""Rows that could not be read, each with its line and reason, ready to be mended in a spreadsheet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from mmatch.io.csvs import write_rows


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """One row that was not taken: where it stands, why, and its cells as read."""

    file: str
    line: int
    reason: str
    heads: tuple[str, ...]
    cells: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<RejectedRow {self.file} line {self.line}: {self.reason}>"


class Rejected(tuple[RejectedRow, ...]):
    """The rejected rows of one reading. A sequence that can be written as CSV, mended, and read again."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Rejected: {len(self)} rows>"

    def write(self, path: str | os.PathLike[str], file: str | None = None) -> None:
        """Write the rows as CSV: line, reason and file first, then the columns of the files they came from.

        The reader leaves the first three columns out, so a mended file can be given back.

        Args:
            path: where to.
            file: only the rows of this file; all by default.

        Raises:
            ExportError: the place cannot be written.
        """
        rows = [row for row in self if file is None or row.file == file]
        heads = list(dict.fromkeys(head for given in dict.fromkeys(row.heads for row in rows) for head in given))
        extra = max((len(row.cells) - len(row.heads) for row in rows), default=0)
        header = ["line", "reason", "file", *heads, *(f"beyond the last column {k + 1}" for k in range(extra))]
        write_rows(path, header, (_cells(row, heads, extra) for row in rows), numeric={"line"})


def _cells(row: RejectedRow, heads: Sequence[str], extra: int) -> list[object]:
    values: dict[str, str] = {}
    for head, cell in zip(row.heads, row.cells, strict=False):
        values[head] = f"{values[head]}; {cell}" if values.get(head) and cell else cell or values.get(head, "")
    beyond = [*row.cells[len(row.heads) :], *[""] * extra][: max(extra, 0)]
    return [row.line, row.reason, row.file, *(values.get(head, "") for head in heads), *beyond]
