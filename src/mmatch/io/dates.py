"""The dates, rooms, diaries and wishes for a schedule as a JSON file: the keywords of `schedule`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmatch.errors import ExportError
from mmatch.formats import Format
from mmatch.io.documents import Document
from mmatch.io.files import atomic_write, file_name
from mmatch.io.json_text import dump_json, load_json
from mmatch.io.schedules import TYPES
from mmatch.planning.diaries import Diary
from mmatch.planning.plans import Wishes

if TYPE_CHECKING:
    import os

DATES = Document(
    "mmatch/dates",
    1,
    {
        # `schedule` itself says what is wrong with these
        **dict.fromkeys(("start", "end", "zone", "hours", "grain", "buffer", "now", "notice"), (Any, False)),
        "blackout": (tuple[str, ...], False),
        "diaries": (Mapping[str, Diary], False),
        "formats": (tuple[Format, ...], False),
        "rooms": (Mapping[str, Any], False),
        "travel": (Mapping[tuple[str, str], int], False),
        "pins": (tuple[tuple[Any, ...], ...], False),
        "wishes": (Wishes, False),
    },
    TYPES,
)


def read_dates(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read the dates, rooms, diaries and wishes for a schedule from a JSON file: keywords for ``schedule(…, **dates)``.

    Raises:
        InputError: not readable, no JSON, or fields that `schedule` does not know.
    """
    return DATES.read(load_json(path), file_name(path))


def write_dates(dates: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write keywords of `schedule` to a JSON file; `read_dates` gives them back.

    Raises:
        ExportError: a keyword that no file can hold, or a place that cannot be written.
    """
    unknown = sorted(dates.keys() - DATES.fields.keys())
    if unknown:
        raise ExportError(f"{unknown[0]} cannot be written, only {', '.join(DATES.fields)}")
    rows = {name: tuple(value) if isinstance(value, list) else value for name, value in dates.items()}
    if "pins" in rows:
        rows["pins"] = tuple(map(tuple, rows["pins"]))
    atomic_write(path, dump_json(DATES.plain(rows)))
