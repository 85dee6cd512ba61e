"""Parquet files as tables, where a library that reads them is installed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from mmatch.errors import ExtraError, InputError, LimitError, Problem, excerpt
from mmatch.io.files import read_bytes
from mmatch.io.frames import table_from_frame
from mmatch.io.tables import MOST_CELLS

if TYPE_CHECKING:
    import os

    from mmatch.io.tables import InputTable


def table_from_parquet(path: str | os.PathLike[str], name: str) -> InputTable:
    """A Parquet file as a table; its size is looked at before anything is unpacked.

    Raises:
        ExtraError: pyarrow is not installed.
        InputError: no such file, or no Parquet file.
        LimitError: too large.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ExtraError("Parquet files need pyarrow: pip install pyarrow") from None
    data = read_bytes(path)
    try:
        opened: Any = parquet.ParquetFile(io.BytesIO(data))
        _check_size(opened.metadata, name)
        frame = opened.read()
    except (pa.ArrowException, OSError) as error:
        text = f"found {excerpt(str(error).splitlines()[0])}, expected a Parquet file"
        raise InputError(Problem("shape", name, text)) from None
    return table_from_frame(frame, name)


def _check_size(metadata: Any, name: str) -> None:
    cells = metadata.num_rows * metadata.num_columns
    if cells > MOST_CELLS:
        raise LimitError(Problem("too-large", name, f"{cells:,} cells, limit {MOST_CELLS:,}", "split the file"))
