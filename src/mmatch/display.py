"""How values show themselves in a notebook: a line and a few small tables, in which every text stays text."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows; ``total`` is how many rows there are, where not all were made."""

    heads: Sequence[str]
    rows: Iterable[Sequence[Any]]
    title: str = ""
    total: int | None = None


class Shown:
    """Something that a notebook shows as tables: a class says which in `tables`."""

    __slots__ = ()

    def tables(self) -> Iterable[Table]:
        """What to show; of long tables the first rows."""
        return ()

    def _repr_html_(self) -> str:
        return as_html(repr(self), self.tables())


def as_html(line: str, tables: Iterable[Table]) -> str:
    """A line and tables as HTML, with at most 20 rows each."""
    return f"<div><p>{escaped(line)}</p>{''.join(map(_table, tables))}</div>"


def _table(table: Table) -> str:
    rows = list(table.rows if table.total is None else islice(table.rows, MOST_ROWS))
    total = len(rows) if table.total is None else table.total
    numbers = {k for row in rows for k, cell in enumerate(row) if type(cell) in {int, float}}
    heads = "".join(f'<th scope="col"{_side(k in numbers)}>{escaped(head)}</th>' for k, head in enumerate(table.heads))
    cells = (
        "".join(f"<td{_side(k in numbers)}>{escaped(cell)}</td>" for k, cell in enumerate(row))
        for row in rows[:MOST_ROWS]
    )
    body = "".join(f"<tr>{row}</tr>" for row in cells)
    caption = f"<caption>{escaped(table.title)}</caption>" if table.title else ""
    more = f"<p>… and {total - MOST_ROWS:,} more</p>" if total > MOST_ROWS else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"


def _side(number: bool) -> str:
    """Numbers stand right, one under the other; texts left, and heads are not cut."""
    return f' style="text-align:{"right" if number else "left"};white-space:normal"'


def escaped(value: object) -> str:
    """A value as text without markup, and without characters that nobody sees; None is nothing."""
    return html.escape(visible("" if value is None else f"{value:,.6g}" if type(value) is float else str(value)))


def visible(text: str) -> str:
    """A text without characters that nobody sees and that change what is seen: controls, bidi overrides."""
    return "".join(c for c in text if c in "\n\t" or not unicodedata.category(c).startswith("C"))
