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
    heads = "".join(f'<th scope="col">{escaped(head)}</th>' for head in table.heads)
    body = "".join(f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in row)}</tr>" for row in rows[:MOST_ROWS])
    caption = f"<caption>{escaped(table.title)}</caption>" if table.title else ""
    more = f"<p>… and {total - MOST_ROWS:,} more</p>" if total > MOST_ROWS else ""
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{more}"


def escaped(value: object) -> str:
    """A value as text without markup, and without characters that nobody sees; None is nothing."""
    return html.escape(visible("" if value is None else f"{value:,.6g}" if type(value) is float else str(value)))


def visible(text: str) -> str:
    """A text without characters that nobody sees and that change what is seen: controls, bidi overrides."""
    return "".join(c for c in text if c in "\n\t" or not unicodedata.category(c).startswith("C"))
