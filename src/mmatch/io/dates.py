"""What a schedule is asked for, as a JSON file: the keywords of `schedule`, for the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mmatch.errors import ExportError
from mmatch.io.files import atomic_write
from mmatch.io.json_text import dump_json, load_json, told_of
from mmatch.io.schedules import (
    diary_in,
    diary_out,
    each,
    fields_of,
    format_in,
    format_out,
    headed,
    pairs_of,
    text_of,
    way_in,
)
from mmatch.scheduling.settings import Wishes

if TYPE_CHECKING:
    import os

SCHEMA = "mmatch/dates"
VERSION = 1


def _same(value: Any, _where: str) -> Any:
    return value  # `schedule` itself says what is wrong with it


def _wishes(value: Any, where: str) -> Wishes:
    return Wishes(**fields_of(value, where, (), [item.name for item in fields(Wishes)]))


def _rooms(value: Any, where: str) -> dict[str, Any]:
    return pairs_of(value, where, text_of, _same)


READERS: dict[str, Callable[[Any, str], Any]] = {
    **dict.fromkeys(("start", "end", "zone", "hours", "grain", "buffer", "now", "notice"), _same),
    "blackout": lambda value, where: each(value, where, text_of),
    "diaries": lambda value, where: pairs_of(value, where, text_of, diary_in),
    "formats": lambda value, where: each(value, where, format_in),
    "rooms": _rooms,
    "travel": lambda value, where: dict(each(value, where, way_in)),
    "pins": lambda value, where: tuple(tuple(row) for row in each(value, where, lambda row, at: each(row, at, _same))),
    "wishes": _wishes,
}
WRITERS: dict[str, Callable[[Any], Any]] = {
    "blackout": list,
    "diaries": lambda value: {who: diary_out(diary) for who, diary in value.items()},
    "formats": lambda value: [format_out(form) for form in value],
    "rooms": dict,
    "travel": lambda value: [[*pair, minutes] for pair, minutes in value.items()],
    "pins": lambda value: [list(pin) for pin in value],
    "wishes": lambda value: {item.name: getattr(value, item.name) for item in fields(Wishes)},
}


def read_dates(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what a schedule is asked for from a JSON file, as keywords for ``schedule(…, **dates)``.

    Raises:
        InputError: not readable, no JSON, or fields that `schedule` does not know.
    """
    data = load_json(path)
    with told_of(path):
        given = headed(data, SCHEMA, (), tuple(READERS))
        return {name: READERS[name](value, name) for name, value in given.items()}


def write_dates(dates: Mapping[str, Any], path: str | os.PathLike[str]) -> None:
    """Write keywords of `schedule` to a JSON file; `read_dates` gives them back.

    Raises:
        ExportError: a keyword that no file can hold, or a place that cannot be written.
    """
    unknown = sorted(dates.keys() - READERS.keys())
    if unknown:
        raise ExportError(f"{unknown[0]} cannot be written, only {', '.join(READERS)}")
    data = {name: WRITERS.get(name, lambda value: value)(value) for name, value in dates.items()}
    atomic_write(path, dump_json({"schema": SCHEMA, "version": VERSION, **data}))
