"""What is requested of the calendar as a JSON file: `Dates`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem
from mmatch.io.documents import Document
from mmatch.io.files import atomic_write, file_name
from mmatch.io.json_text import dump_json, load_json
from mmatch.io.schedules import TYPES
from mmatch.scheduling.diaries import Diary
from mmatch.scheduling.schedule_settings import Dates, Wishes

if TYPE_CHECKING:
    import os

_TYPED: Mapping[str, Any] = {
    "blackout": tuple[str, ...],
    "diaries": Mapping[str, Diary],
    "busy": Mapping[str, tuple[tuple[Any, ...], ...]],
    "rooms": Mapping[str, Any],
    "travel": Mapping[tuple[str, str], int],
    "pins": tuple[tuple[Any, ...], ...],
    "wishes": Wishes,
}
DATES = Document(  # `Dates` itself says what is wrong with the fields that can be anything here
    "mmatch/dates", 1, {item.name: (_TYPED.get(item.name, Any), False) for item in fields(Dates)}, TYPES
)


def read_dates(path: str | os.PathLike[str]) -> Dates:
    """Read the dates, rooms, diaries and wishes for a schedule from a JSON file.

    Raises:
        InputError: not readable, no JSON, fields that are unknown or of another form.
    """
    name = file_name(path)
    try:
        return Dates(**{"start": None, "end": None, **read_fields(path)})
    except InputError as error:
        named = [p.where if p.where.startswith(name) else f"{name} {p.where}" for p in error.problems]
        raise InputError(
            Problem(p.code, where, p.message, p.hint) for p, where in zip(error.problems, named, strict=True)
        ) from None


def read_fields(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The fields of such a file, only those that it states.

    Raises:
        InputError: not readable, no JSON, unknown fields.
    """
    return DATES.read(load_json(path), file_name(path))


def write_dates(dates: Dates, path: str | os.PathLike[str]) -> None:
    """Write what is requested of the calendar to a JSON file; `read_dates` gives it back.

    Raises:
        ExportError: a value that no file can hold, or a place that cannot be written.
    """
    usual = Dates(start=dates.start, end=dates.end)
    values = {item.name: getattr(dates, item.name) for item in fields(Dates)}
    stated = {
        name: _plain(value)
        for name, value in values.items()
        if name in {"start", "end"} or value != getattr(usual, name)
    }
    atomic_write(path, dump_json(DATES.plain(stated)))


def _plain(value: Any) -> Any:
    """Lists as tuples, and times as texts."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
