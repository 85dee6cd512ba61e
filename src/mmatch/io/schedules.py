"""Schedules, what is requested of the calendar, and diaries, as JSON files."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    WrapSerializer,
)

from mmatch.availability import DAY as MINUTES_OF_A_DAY
from mmatch.availability import Window, day_text, time_text, week_text
from mmatch.errors import InputError, Problem
from mmatch.io.documents import Document
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json, write_json
from mmatch.io.results import MATCH
from mmatch.io.typed import DAY, INSTANT, WEEK, ZONE, Types, guarded, refuse_repeated
from mmatch.matching import Match
from mmatch.scheduling.diaries import Diary
from mmatch.scheduling.plans import Due, Schedule, Session
from mmatch.scheduling.schedule_settings import Dates, Key, Settings, Wishes

MOST_REVISIONS = 2**31 - 1  # of a calendar entry (RFC 5545, 3.3.8)

# -- what looks otherwise in a file than in memory ---------------------------------------------------------------------


def _by_session(rows: Sequence[tuple[Any, ...]]) -> Mapping[Key, Mapping[int, int]]:
    """Times of sessions from rows of (mentor, offer, mentees, number of the session from 1, time)."""
    refuse_repeated([row[:-1] for row in rows])
    found: dict[Key, dict[int, int]] = {}
    for *key, number, time in rows:
        found.setdefault(tuple(key), {})[number - 1] = time
    return MappingProxyType({key: MappingProxyType(times) for key, times in found.items()})


def _session_rows(given: Mapping[Key, Mapping[int, int]], handler: SerializerFunctionWrapHandler) -> Any:
    return handler(
        tuple((*key, k + 1, time) for key, times in sorted(given.items()) for k, time in sorted(times.items()))
    )


def _checked_later(write: Any, kind: str, description: str) -> Any:
    """A field whose form the dataclass checks itself: only how it is written."""
    return Annotated[Any, PlainSerializer(write), WithJsonSchema({"type": kind, "description": description})]


def _hours(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60}:{minute % 60:02}" for minute in span)


_ROWS: Any = Types().json_type(tuple[tuple[str, str, tuple[str, ...], int, INSTANT], ...])
TIMES: Any = Annotated[_ROWS, AfterValidator(guarded(_by_session)), WrapSerializer(_session_rows)]
DIARY: dict[Any, Any] = {
    (Diary, "busy"): _checked_later(
        lambda spans: [[time_text(low), time_text(high)] for low, high in spans], "array", "[from, to] of what is taken"
    ),
    (Diary, "dates"): _checked_later(
        lambda dates: {day_text(day): ", ".join(map(_hours, spans)) for day, spans in dates.items()},
        "object",
        "{date: hours}, such as 9-12, 14-16",
    ),
    (Diary, "blackout"): _checked_later(lambda days: [day_text(day) for day in days], "array", "dates"),
    (Diary, "preferred"): _checked_later(week_text, "string", "weekly windows, such as Tue 9-12"),
}
TYPES = Types(
    forms={
        Match: MATCH,
        tuple[Window, ...]: WEEK,
        (Session, "start"): INSTANT,
        (Session, "minutes"): Annotated[int, Field(gt=0, le=366 * MINUTES_OF_A_DAY)],
        (Session, "revision"): Annotated[int, Field(ge=0, le=MOST_REVISIONS)],
        (Due, "kind"): Literal["send", "answer", "reflect", "do"],
        (Due, "by"): INSTANT,
        **dict.fromkeys([(Settings, "start"), (Settings, "end")], DAY),
        (Settings, "zone"): ZONE,
        (Settings, "blackout"): frozenset[DAY],
        (Settings, "since"): INSTANT | None,
        (Settings, "grain"): Annotated[int, Field(gt=0, le=366 * MINUTES_OF_A_DAY)],
        **dict.fromkeys([(Settings, "pins"), (Settings, "kept"), (Settings, "agreed")], TIMES),
        **DIARY,
    },
)
SCHEDULE = Document("mmatch/schedule", 1, TYPES.fields_of(Schedule), TYPES)
_TYPED: Mapping[str, Any] = {  # fields of `Dates`; it says itself what is wrong with the others
    "blackout": tuple[str, ...],
    "diaries": Mapping[str, Diary],
    "busy": Mapping[str, tuple[tuple[Any, ...], ...]],
    "rooms": Mapping[str, Any],
    "travel": Mapping[tuple[str, str], int],
    "pins": tuple[tuple[Any, ...], ...],
    "wishes": Wishes,
    "places": Mapping[str, str],
    "links": Mapping[str, str],
}
DATES = Document("mmatch/dates", 1, {item.name: (_TYPED.get(item.name, Any), False) for item in fields(Dates)}, TYPES)
DIARIES = Document("mmatch/diaries", 1, {"people": (Mapping[str, Diary], True)}, TYPES)


def write_schedule(schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write a schedule to a JSON file; `read_schedule` gives it back, and `verify` judges it.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    write_json(schedule_to_json(schedule), path)


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as plain data, with times as texts in UTC.

    Raises:
        ExportError: a value that no file can hold.
    """
    return SCHEDULE.plain({item.name: getattr(schedule, item.name) for item in fields(Schedule)})


def read_schedule(path: str | os.PathLike[str]) -> Schedule:
    """Read a schedule from a JSON file.

    Raises:
        InputError: not readable, no JSON, or no schedule.
    """
    return schedule_from_json(load_json(path), file_name(path))


def schedule_from_json(data: object, name: str = "") -> Schedule:
    """A schedule from plain data; ``name`` stands in messages.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    return Schedule(**SCHEDULE.read(data, name))


def read_diaries(path: str | os.PathLike[str]) -> dict[str, Diary]:
    """Read diaries from a JSON file, {"schema": "mmatch/diaries", "version": 1, "people": {id: {…}}}.

    The fields of each are those of `Diary`.

    Raises:
        InputError: not readable, no JSON, or no diaries.
    """
    return dict(DIARIES.load(path)["people"])


def read_dates(path: str | os.PathLike[str]) -> Dates:
    """Read the dates, rooms, diaries and wishes for a schedule from a JSON file.

    Raises:
        InputError: not readable, no JSON, fields that are unknown or of another form.
    """
    name = file_name(path)
    try:
        return Dates(**{"start": None, "end": None, **DATES.load(path)})
    except InputError as error:
        named = [p.where if p.where.startswith(name) else f"{name} {p.where}" for p in error.problems]
        raise InputError(
            Problem(p.code, where, p.message, p.hint) for p, where in zip(error.problems, named, strict=True)
        ) from None


def write_dates(dates: Dates, path: str | os.PathLike[str]) -> None:
    """Write what is requested of the calendar to a JSON file; `read_dates` gives it back.

    Raises:
        ExportError: a value that no file can hold, or a place that cannot be written.

    Example:
        >>> mm.write_dates(mm.Dates(start="2027-01-11", end="2027-02-28"), "dates.json")
        >>> mm.read_dates("dates.json").start
        '2027-01-11'
    """
    usual = Dates(start=dates.start, end=dates.end)
    values = {item.name: getattr(dates, item.name) for item in fields(Dates)}
    stated = {
        name: _plain(value)
        for name, value in values.items()
        if name in {"start", "end"} or value != getattr(usual, name)
    }
    write_json(DATES.plain(stated), path)


def _plain(value: Any) -> Any:
    """Lists as tuples, and times as texts."""
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value
