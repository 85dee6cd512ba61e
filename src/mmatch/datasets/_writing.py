"""Sheets and programs into a folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

from mmatch.errors import ExportError
from mmatch.io.schedules import write_dates

if TYPE_CHECKING:
    import os

    from mmatch.datasets._example import Example, Sheets


def write_files(sheets: Sheets, example: Example, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Every sheet as CSV (a cohort that no CSV can say as JSON), the program, and dates.json where there are dates."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        written = [_write_sheet(place / name, sheet) for name, sheet in sheets.items()]
        if not sheets:
            written.append(_write_cohort(place / "cohort.json", example))
        program = place / "program.json"
        text = json.dumps(example.program.to_json(), indent=2, ensure_ascii=False)
        program.write_text(text + "\n", encoding="utf-8")
        if example.dates is not None:
            write_dates(example.dates, place / "dates.json")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ExportError(f"the example {example.name} was not written to {place.name}: {reason}") from None
    return (*written, program)


def _write_sheet(path: Path, sheet: list[list[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(sheet)
    return path


def _write_cohort(path: Path, example: Example) -> Path:
    from mmatch.io.cohorts import write_cohort

    write_cohort(example.cohort, path)
    return path
