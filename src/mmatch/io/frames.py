"""Data frames of any kind as tables: what each column type means is defined, everything else is refused."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, LimitError, Problem, Problems, excerpt
from mmatch.io.tables import MOST_CELLS, MOST_COLUMNS, MOST_ROWS, SPACES, InputTable

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE = frozenset(["Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128"])
_FLOATS = frozenset({"Float32", "Float64", "Decimal"})
_TEXTS = frozenset({"String", "Categorical", "Enum"})
_TIMES = frozenset({"Date", "Datetime", "Time"})


def table_from_frame(frame: Any, name: str) -> InputTable:
    """A data frame (pandas, polars, arrow, …) as a table; places are rows counted from 0.

    Text and categories stay text, numbers become digits, null is an empty cell, lists of texts are lists.

    Raises:
        InputError: no data frame, repeated or nameless columns, or types that mean nothing here.
        LimitError: too many rows, columns or cells.
    """
    import narwhals as nw

    _check_heads(frame, name)
    try:
        native = nw.from_native(frame)
        table = native.collect() if isinstance(native, nw.LazyFrame) else native
        columns = [table[head] for head in table.columns]
    except (TypeError, ValueError, nw.exceptions.NarwhalsError):
        text = f"found {type(frame).__name__}, expected the path of a file or a data frame"
        raise InputError(Problem("type", name, text)) from None
    n = len(table)
    if n > MOST_ROWS or len(columns) > MOST_COLUMNS or n * len(columns) > MOST_CELLS:
        text = (
            f"{n:,} rows and {len(columns):,} columns, limits {MOST_ROWS:,}, {MOST_COLUMNS:,} and {MOST_CELLS:,} cells"
        )
        raise LimitError(Problem("too-large", name, text))
    problems = Problems()
    cells = [_cells(column, name, problems) for column in columns]
    problems.raise_any()
    if not columns:
        raise InputError(Problem("no-header", name, "the data frame has no columns, expected at least one"))
    floats = frozenset(column.name for column in columns if str(column.dtype) in _FLOATS)
    return _table(name, [column.name for column in columns], cells, floats)


def _check_heads(frame: Any, name: str) -> None:
    """Column names are texts, each once: a MultiIndex or a number is no name."""
    if hasattr(frame, "collect_schema"):
        return  # a lazy frame has checked them itself
    given = getattr(frame, "column_names", getattr(frame, "columns", ()))
    heads: list[Any] = list(given) if isinstance(given, Iterable) else []
    problems = Problems()
    for head, times in Counter(map(str, heads)).items():
        if times > 1:
            problems.add("duplicate-head", name, f"the column {excerpt(head)} stands {times} times, expected once")
    for head in heads:
        if not isinstance(head, str):
            text = f"found the column name {excerpt(head)} of type {type(head).__name__}, expected text"
            problems.add("type", name, text, "rename the columns")
    problems.raise_any()


def _cells(column: Any, name: str, problems: Problems) -> list[str]:
    kind = str(column.dtype).split("(")[0]
    values = column.to_list()
    if kind in _TEXTS | _WHOLE | _TIMES | _FLOATS | {"Boolean", "Object", "List", "Array", "Unknown"}:
        texts = [_text(value) for value in values]
        bad = next((k for k, text in enumerate(texts) if text is None), None)
        if bad is None:
            return [text or "" for text in texts]
        found = f"found {type(values[bad]).__name__} in row {bad}"
    else:
        found = f"found the dtype {kind}"
    where = f"{name} column {excerpt(column.name)}"
    problems.add("type", where, f"{found}, expected text, numbers, dates, yes/no or lists of texts")
    return []


def _text(value: Any) -> str | None:
    """A value as a cell; None where it has no meaning here."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _digits(value)
    if isinstance(value, str | int) or type(value).__name__ == "Decimal":
        return str(value)
    if isinstance(value, list | tuple) or type(value).__name__ == "ndarray":
        items = [_text(item) for item in value]
        return None if any(item is None or "\n" in item for item in items) else "\n".join(item or "" for item in items)
    return str(value.isoformat()) if hasattr(value, "isoformat") else None


def _digits(value: float) -> str:
    """A float as digits: NaN is a missing value, 3.0 is 3."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _table(name: str, heads: Sequence[str], cells: Sequence[Sequence[str]], floats: frozenset[str]) -> InputTable:
    trimmed: Counter[str] = Counter()
    clean = []
    for head, column in zip(heads, cells, strict=True):
        stripped = [cell.strip(SPACES) for cell in column]
        trimmed[head] += sum(a != b for a, b in zip(stripped, column, strict=True))
        clean.append(stripped)
    rows = [list(row) for row in zip(*clean, strict=True)]
    full = [k for k, row in enumerate(rows) if any(row)]
    return InputTable(
        name,
        tuple(head.strip(SPACES) for head in heads),
        [rows[k] for k in full],
        full,
        unit="row",
        empty=len(rows) - len(full),
        trimmed={head: count for head, count in trimmed.items() if count},
        floats=floats,
    )
