"""Schedules as JSON files: the dates of every match, the settings, and why some matches have no dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainSerializer, WithJsonSchema, WrapSerializer

from mmatch.availability import DAY as MINUTES_OF_A_DAY
from mmatch.availability import Window, day_text, is_zone_name, week_text
from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats import Format
from mmatch.io.documents import Document
from mmatch.io.files import atomic_write, file_name
from mmatch.io.forms import DAY, INSTANT, WEEK, ZONE, text_form, time_text
from mmatch.io.json_text import dump_json, load_json
from mmatch.io.results import MATCH
from mmatch.io.typed import Types, annotated, guarded, refuse_repeated
from mmatch.matching import Match, Status
from mmatch.planning.clocks import Clocks, notes_on
from mmatch.planning.diaries import Diary
from mmatch.planning.plans import Appointment, Due, Plan, Schedule, Settings

if TYPE_CHECKING:
    import os

    from pydantic import SerializerFunctionWrapHandler

    from mmatch.planning.plans import Key

NOT_WRITTEN = ("notes",)  # they follow from the rest, and from the machine that reads
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


def _in_order(offsets: Mapping[str, Any]) -> Mapping[str, Any]:
    for zone, rows in offsets.items():
        if any(later <= earlier for (earlier, _), (later, _) in pairwise(rows)):
            raise InputError(Problem("time", f"[{excerpt(zone)}]", "expected times in order"))
    return offsets


def _zone_name(value: object) -> str:
    """A name that a time zone can have; this machine need not know it."""
    if not is_zone_name(value):
        raise InputError(Problem("timezone", "", f"found {excerpt(value)}, expected a name such as Europe/Berlin"))
    return str(value)


def _checked_later(write: Any, kind: str, description: str) -> Any:
    """A field whose form the dataclass checks itself: only how it is written."""
    return Annotated[Any, PlainSerializer(write), WithJsonSchema({"type": kind, "description": description})]


def _hours(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60}:{minute % 60:02}" for minute in span)


_ROWS = Types().json_type(tuple[tuple[str, str, tuple[str, ...], int, INSTANT], ...])
TIMES = annotated(_ROWS, AfterValidator(guarded(_by_session)), WrapSerializer(_session_rows))
_AHEAD = Annotated[int, Field(gt=-MINUTES_OF_A_DAY, lt=MINUTES_OF_A_DAY)]
_NAME = text_form(_zone_name, str, "a time zone, such as Europe/Berlin")
OFFSETS = annotated(
    Types().json_type(Mapping[_NAME, tuple[tuple[INSTANT, _AHEAD], ...]]),  # type: ignore[valid-type]
    AfterValidator(guarded(_in_order)),
)
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
        (Appointment, "start"): INSTANT,
        (Appointment, "minutes"): Annotated[int, Field(gt=0, le=366 * MINUTES_OF_A_DAY)],
        (Appointment, "revision"): Annotated[int, Field(ge=0, le=MOST_REVISIONS)],
        (Due, "kind"): Literal["send", "answer", "reflect"],
        (Due, "by"): INSTANT,
        **dict.fromkeys([(Settings, "start"), (Settings, "end")], DAY),
        (Settings, "zone"): ZONE,
        (Settings, "blackout"): frozenset[DAY],
        (Settings, "since"): INSTANT | None,
        (Settings, "grain"): Annotated[int, Field(gt=0, le=366 * MINUTES_OF_A_DAY)],
        **dict.fromkeys([(Settings, "pins"), (Settings, "kept"), (Settings, "agreed")], TIMES),
        (Clocks, "version"): Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]{0,40}$")],
        (Clocks, "offsets"): OFFSETS,
        **DIARY,
    },
    keys={(Plan, "appointments"): "sessions"},
    names={kind.__name__: kind for kind in (Clocks, Diary, Format, Match, Status, Window)},
)
SCHEDULE = Document("mmatch/schedule", 1, TYPES.fields_of(Schedule, NOT_WRITTEN), TYPES)
DIARIES = Document("mmatch/diaries", 1, {"people": (Mapping[str, Diary], True)}, TYPES)


def write_schedule(schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write a schedule to a JSON file; `read_schedule` gives it back, and `validate` judges it.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    atomic_write(path, dump_json(schedule_to_json(schedule)))


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as plain data, with times as texts in UTC.

    Raises:
        ExportError: a value that no file can hold.
    """
    names = [item.name for item in fields(Schedule) if item.name not in NOT_WRITTEN]
    return SCHEDULE.plain({name: getattr(schedule, name) for name in names})


def read_schedule(path: str | os.PathLike[str]) -> Schedule:
    """Read a schedule from a JSON file.

    Where it was dated with other time-zone data than this machine has, its ``notes`` say so.

    Raises:
        InputError: not readable, no JSON, or no schedule.
    """
    return schedule_from_json(load_json(path), file_name(path))


def schedule_from_json(data: object, name: str = "") -> Schedule:
    """A schedule from plain data; ``name`` stands in messages.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    read = Schedule(**SCHEDULE.read(data, name))
    return replace(read, notes=notes_on(read))


def read_diaries(path: str | os.PathLike[str]) -> dict[str, Diary]:
    """Read diaries from a JSON file, {"schema": "mmatch/diaries", "version": 1, "people": {id: {…}}}.

    The fields of each are those of `Diary`.

    Raises:
        InputError: not readable, no JSON, or no diaries.
    """
    return dict(DIARIES.read(load_json(path), file_name(path))["people"])
