"""Sign-up files as people leave them: stray spaces, no-break spaces, blank rows. What is said stays the same."""

from __future__ import annotations

import csv
import json
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from mmatch.cohort import Offer, Participant, Request
from mmatch.datasets._example import Example, Sheet, Sheets
from mmatch.errors import ExportError

NO_BREAK_SPACE = "\u00a0"


def untidy(sheet: Sheet, *, blank_rows: int = 0) -> Sheet:
    """A table, head first, with spaces around some of its cells and blank rows at its end."""
    head, *rows = sheet
    spaced = [[_spaced(cell, 7 * i + 3 * j) for j, cell in enumerate(row)] for i, row in enumerate(rows)]
    return [head, *spaced, *([""] * len(head) for _ in range(blank_rows))]


def _spaced(cell: str, place: int) -> str:
    if not cell:
        return cell
    if place % 31 == 5:
        return cell + " "
    if place % 53 == 11:
        return NO_BREAK_SPACE + cell
    return cell + NO_BREAK_SPACE if place % 71 == 20 else cell


def listed(items: object, separator: str = "; ") -> str:
    """Several items in one cell."""
    return separator.join(map(str, items)) if isinstance(items, tuple | list) else ""


def topics_of(items: Iterable[Offer | Request], separator: str = "; ") -> str:
    """The topics of offers or requests in one cell."""
    return separator.join(item.label if isinstance(item, Request) else item.topic for item in items)


def address(person: Participant) -> str:
    """An e-mail address at example.org, a domain that belongs to nobody."""
    bare = unicodedata.normalize("NFKD", person.name).casefold().replace(" ", ".")
    return "".join(c for c in bare if "a" <= c <= "z" or c == ".") + f".{person.id}@example.org"


def write_files(sheets: Sheets, example: Example, folder: str | os.PathLike[str]) -> tuple[Path, ...]:
    """Every sheet as CSV (a cohort that no CSV can say as JSON), the program, and dates.json where there are dates."""
    from mmatch.io.cohorts import write_cohort
    from mmatch.io.schedules import write_dates

    place = Path(folder)
    written = [place / name for name in sheets or ["cohort.json"]]
    program = place / "program.json"
    try:
        place.mkdir(parents=True, exist_ok=True)
        for path, sheet in zip(written, sheets.values(), strict=False):
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(sheet)
        if not sheets:
            write_cohort(example.cohort, written[0])
        text = json.dumps(example.program.to_json(), indent=2, ensure_ascii=False)
        program.write_text(text + "\n", encoding="utf-8")
        if example.dates is not None:
            write_dates(example.dates, place / "dates.json")
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ExportError(f"the example {example.name} was not written to {place.name}: {reason}") from None
    return (*written, program)
