"""Comparisons as CSV and JSON files: one row a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from mmatch.errors import ExportError
from mmatch.io.csvs import write_rows
from mmatch.io.files import atomic_write, local_path
from mmatch.io.json_text import dump_json

if TYPE_CHECKING:
    from mmatch.comparison.comparison import Comparison

SCHEMA = "mmatch/comparison"
VERSION = 1
TEXTS = ("cohort", "strategy", "seed", "status", "trust", "solver", "stopped", "reason", "dominated_by", "fit")


def write_comparison(comparison: Comparison, path: str | os.PathLike[str]) -> None:
    """Write a comparison, one row a run, as CSV or as JSON: the end of the file's name decides.

    Raises:
        ExportError: another ending, or the place cannot be written.
    """
    ending = os.path.splitext(local_path(path))[1].lower()  # noqa: PTH122 - the path is a text here
    if ending == ".json":
        atomic_write(path, dump_json(comparison_to_json(comparison)))
    elif ending == ".csv":
        rows = comparison.rows()
        heads = list(rows[0]) if rows else ["cohort", "strategy"]
        write_rows(path, heads, [list(row.values()) for row in rows], numeric=set(heads) - set(TEXTS))
    else:
        raise ExportError(f"found a file name that ends with {ending!r}, expected .csv or .json")


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data: one object a run, profiles included."""
    runs = []
    for run, row in zip(comparison, comparison.rows(), strict=True):
        whole = {name: getattr(run, name) for name in ("value", "bound", "verified_bound")}
        metrics = {} if run.metrics is None else run.metrics.as_dict()
        lists = {name: metrics.get(name) for name in ("rank_profile", "mentor_rank_profile")}
        runs.append({**row, **whole, **lists, "seed": run.seed, "dominated_by": comparison.dominated_by(run)})
    return {"schema": SCHEMA, "version": VERSION, "aims": list(comparison.aims), "runs": runs}
