"""Schedules as JSON files: the dates of every match, the settings, and why some matches have no dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, WithJsonSchema, WrapSerializer

from mmatch.availability import DAY as MINUTES_OF_A_DAY
from mmatch.availability import Window, day_text, week_text
from mmatch.formats import Format
from mmatch.io.documents import Document
from mmatch.io.files import atomic_write, file_name
from mmatch.io.forms import DAY, INSTANT, WEEK, ZONE, time_text
from mmatch.io.json_text import dump_json, load_json
from mmatch.io.results import MATCH
from mmatch.io.typed import Types, annotated, guarded, refuse_repeated
from mmatch.matching import Match, Status
from mmatch.scheduling.diaries import Diary
from mmatch.scheduling.plans import Due, Schedule, Session
from mmatch.scheduling.schedule_settings import Settings

if TYPE_CHECKING:
    import os

    from pydantic import SerializerFunctionWrapHandler

    from mmatch.scheduling.schedule_settings import Key

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


_ROWS = Types().json_type(tuple[tuple[str, str, tuple[str, ...], int, INSTANT], ...])
TIMES = annotated(_ROWS, AfterValidator(guarded(_by_session)), WrapSerializer(_session_rows))
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
        (Due, "kind"): Literal["send", "answer", "reflect"],
        (Due, "by"): INSTANT,
        **dict.fromkeys([(Settings, "start"), (Settings, "end")], DAY),
        (Settings, "zone"): ZONE,
        (Settings, "blackout"): frozenset[DAY],
        (Settings, "since"): INSTANT | None,
        (Settings, "grain"): Annotated[int, Field(gt=0, le=366 * MINUTES_OF_A_DAY)],
        **dict.fromkeys([(Settings, "pins"), (Settings, "kept"), (Settings, "agreed")], TIMES),
        **DIARY,
    },
    names={kind.__name__: kind for kind in (Diary, Format, Match, Settings, Status, Window)},
)
SCHEDULE = Document("mmatch/schedule", 1, TYPES.fields_of(Schedule), TYPES)
DIARIES = Document("mmatch/diaries", 1, {"people": (Mapping[str, Diary], True)}, TYPES)


def write_schedule(schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write a schedule to a JSON file; `read_schedule` gives it back, and `verify` judges it.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    atomic_write(path, dump_json(schedule_to_json(schedule)))


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
    return dict(DIARIES.read(load_json(path), file_name(path))["people"])
