"""Schedules as JSON files: the plans, what they were asked for, and why some matches have no dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.availability import DAY, day_of, day_text, instant, local_time, parse_week, week_text, zone_of
from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats import Format, Gap, Reflection, SessionSpec, Touchpoint
from mmatch.io.files import atomic_write
from mmatch.io.json_text import dump_json, load_json, told_of
from mmatch.matching import Match, Status
from mmatch.scheduling.diaries import Diary
from mmatch.scheduling.plans import Due, Plan, Schedule, Session, Unplaced
from mmatch.scheduling.settings import Key, Settings, Wishes

if TYPE_CHECKING:
    import os

SCHEMA = "mmatch/schedule"
DIARIES = "mmatch/diaries"
VERSION = 1
EXTRAS = ("slot", "co_mentor")
DUE_KINDS = ("send", "answer", "reflect")
MOST_REVISIONS = 2**31 - 1  # of a calendar entry (RFC 5545, 3.3.8)
Read = Callable[[Any, str], Any]


def write_schedule(schedule: Schedule, path: str | os.PathLike[str]) -> None:
    """Write a schedule to a JSON file; `read_schedule` gives it back, and `validate` judges it.

    Raises:
        ExportError: the place cannot be written; an old file is intact.
    """
    atomic_write(path, dump_json(schedule_to_json(schedule)))


def read_schedule(path: str | os.PathLike[str]) -> Schedule:
    """Read a schedule from a JSON file.

    Raises:
        InputError: not readable, no JSON, or no schedule.
    """
    data = load_json(path)
    with told_of(path):
        return schedule_from_json(data)


def read_diaries(path: str | os.PathLike[str]) -> dict[str, Diary]:
    """Read diaries from a JSON file, {"schema": "mmatch/diaries", "version": 1, "people": {id: {…}}}.

    The fields of each are those of `Diary`.

    Raises:
        InputError: not readable, no JSON, or no diaries.
    """
    data = load_json(path)
    with told_of(path):
        return pairs_of(headed(data, DIARIES, ("people",))["people"], "people", text_of, diary_in)


# -- writing ----------------------------------------------------------------------------------------------------------


def schedule_to_json(schedule: Schedule) -> dict[str, Any]:
    """A schedule as plain data, with times as texts in UTC."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "status": str(schedule.status),
        "value": list(schedule.value),
        "bound": None if schedule.bound is None else list(schedule.bound),
        "stopped": schedule.stopped,
        "plans": [_plan_out(plan) for plan in schedule.plans],
        "unplaced": [_unplaced_out(item) for item in schedule.unplaced],
        "cancelled": [_plan_out(plan) for plan in schedule.cancelled],
        "settings": _settings_out(schedule.settings),
    }


def _time(minute: int) -> str:
    return f"{local_time(minute, 'UTC'):%Y-%m-%dT%H:%M}Z"


def _match_out(match: Match) -> dict[str, Any]:
    found = {"mentor": match.mentor, "mentees": list(match.mentees), "topic": match.topic, "offer": match.offer}
    extras = {name: getattr(match, name) for name in EXTRAS if getattr(match, name)}
    return {**found, "requested": list(match.requested), **extras}


def _plan_out(plan: Plan) -> dict[str, Any]:
    return {
        "match": _match_out(plan.match),
        "format": plan.format,
        "sessions": [
            {
                "start": _time(meeting.start),
                "minutes": meeting.minutes,
                "mode": meeting.mode,
                "site": meeting.site,
                "room": meeting.room,
                "revision": meeting.revision,
            }
            for meeting in plan.sessions
        ],
        "dues": [{"kind": d.kind, "who": d.who, "by": _time(d.by), "what": d.what} for d in plan.dues],
    }


def _unplaced_out(item: Unplaced) -> dict[str, Any]:
    return {
        "match": _match_out(item.match),
        "reason": item.reason,
        "relaxation": item.relaxation,
        "steps": [list(step) for step in item.steps],
    }


def _settings_out(settings: Settings) -> dict[str, Any]:
    return {
        "start": day_text(settings.start),
        "end": day_text(settings.end),
        "zone": settings.zone,
        "hours": week_text(settings.hours),
        "grain": settings.grain,
        "buffer": settings.buffer,
        "blackout": [day_text(day) for day in sorted(settings.blackout)],
        "since": None if settings.since is None else _time(settings.since),
        "rooms": {site: list(names) for site, names in settings.rooms.items()},
        "travel": [[*pair, minutes] for pair, minutes in settings.travel.items()],
        "pins": _fixed_out(settings.pins),
        "kept": _fixed_out(settings.kept),
        "agreed": _fixed_out(settings.agreed),
        "wishes": {item.name: getattr(settings.wishes, item.name) for item in fields(settings.wishes)},
        "formats": [format_out(form) for form in settings.formats.values()],
        "diaries": {who: diary_out(diary) for who, diary in settings.diaries.items()},
    }


def _fixed_out(given: Mapping[Key, Mapping[int, int]]) -> list[list[Any]]:
    return [
        [mentor, offer, list(mentees), k + 1, _time(at)]
        for (mentor, offer, mentees), mine in sorted(given.items())
        for k, at in sorted(mine.items())
    ]


def format_out(form: Format) -> dict[str, Any]:
    """A format as plain data."""
    return {
        "name": form.name,
        "sessions": [_plain(session) for session in form.sessions],
        "gaps": [{**_plain(gap), "touchpoints": [_plain(touch) for touch in gap.touchpoints]} for gap in form.gaps],
        "before": None if form.before is None else _plain(form.before),
        "after": None if form.after is None else _plain(form.after),
        "good_for": form.good_for,
    }


def _plain(item: Any) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(item)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def diary_out(diary: Diary) -> dict[str, Any]:
    """A diary as plain data, with times as texts."""
    limits = ("buffer", "per_day", "per_week", "per_month", "hours_per_month")
    return {
        "busy": [[_time(low), _time(high)] for low, high in diary.busy],
        "dates": {day_text(day): ", ".join(map(_span, spans)) for day, spans in diary.dates.items()},
        "blackout": [day_text(day) for day in diary.blackout],
        "preferred": week_text(diary.preferred),
        **{name: getattr(diary, name) for name in limits},
    }


def _span(span: tuple[int, int]) -> str:
    return "-".join(f"{minute // 60}:{minute % 60:02}" for minute in span)


# -- reading ----------------------------------------------------------------------------------------------------------


def schedule_from_json(data: object) -> Schedule:
    """A schedule from plain data.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    names = ("status", "value", "bound", "stopped", "plans", "unplaced", "cancelled", "settings")
    found = headed(data, SCHEMA, names)
    return Schedule(
        plans=each(found["plans"], "plans", _plan),
        unplaced=each(found["unplaced"], "unplaced", _left),
        status=_status(found["status"], "status"),
        value=each(found["value"], "value", _whole),
        bound=None if found["bound"] is None else each(found["bound"], "bound", _whole),
        settings=_settings(found["settings"], "settings"),
        stopped=None if found["stopped"] is None else text_of(found["stopped"], "stopped"),
        cancelled=each(found["cancelled"], "cancelled", _plan),
    )


def _wrong(where: str, value: Any, expected: str) -> InputError:
    return InputError(Problem("type", where, f"found {excerpt(value)}, expected {expected}"))


def headed(data: object, schema: str, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of a file of one kind and a version that is known."""
    if not isinstance(data, dict):
        raise _wrong("", data, "an object")
    found = dict(data)
    stated = found.pop("schema", None)
    if stated != schema:
        raise InputError(Problem("schema", "schema", f"found {excerpt(stated)}, expected {schema}"))
    version = found.pop("version", VERSION)
    if type(version) is not int or version > VERSION:
        raise InputError(Problem("version", "version", f"found {excerpt(version)}: made by a newer version of mmatch"))
    return fields_of(found, "", names, optional)


def fields_of(data: Any, where: str, names: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """An object with exactly these fields, some of which may be left out."""
    if not isinstance(data, dict):
        raise _wrong(where, data, "an object")
    for name in data.keys() - {*names, *optional}:
        told = f"unknown field {excerpt(name)}, expected {', '.join([*names, *optional])}"
        raise InputError(Problem("unknown-field", where, told))
    for name in set(names) - data.keys():
        raise InputError(Problem("missing-field", where, f"the field {name} is missing"))
    return data


def each(data: Any, where: str, read: Read) -> tuple[Any, ...]:
    """Every item of a list, read in the same way."""
    if not isinstance(data, list):
        raise _wrong(where, data, "a list")
    return tuple(read(item, f"{where}[{k}]") for k, item in enumerate(data))


def pairs_of(data: Any, where: str, key: Read, value: Read) -> dict[Any, Any]:
    """An object whose keys and values are read in the same way."""
    if not isinstance(data, dict):
        raise _wrong(where, data, "an object")
    return {key(name, where): value(item, f"{where}[{excerpt(name)}]") for name, item in data.items()}


def text_of(value: Any, where: str) -> str:
    """A text."""
    if not isinstance(value, str):
        raise _wrong(where, value, "a text")
    return value


def _whole(value: Any, where: str) -> int:
    if type(value) is not int:
        raise _wrong(where, value, "a whole number")
    return value


def _positive(value: Any, where: str) -> int:
    if not 0 < _whole(value, where) <= 366 * DAY:
        raise _wrong(where, value, "minutes above 0")
    return int(value)


def _minute(value: Any, where: str) -> int:
    return instant(value, None, where)


def _status(value: Any, where: str) -> Status:
    if value not in list(Status):
        raise _wrong(where, value, f"one of {', '.join(Status)}")
    return Status(value)


def _match(data: Any, where: str) -> Match:
    names = ("mentor", "mentees", "topic", "offer", "requested")
    found = fields_of(data, where, names, EXTRAS)
    mentees = each(found["mentees"], f"{where}.mentees", text_of)
    requested = each(found["requested"], f"{where}.requested", text_of)
    if requested and len(requested) != len(mentees):
        raise _wrong(f"{where}.requested", list(requested), "a topic for each mentee")
    mentor, topic, offer = (text_of(found[name], f"{where}.{name}") for name in ("mentor", "topic", "offer"))
    extras = {name: text_of(found.get(name, ""), f"{where}.{name}") for name in EXTRAS}
    return Match(mentor, mentees, topic, offer, requested, **extras)


def _plan(data: Any, where: str) -> Plan:
    found = fields_of(data, where, ("match", "format", "sessions", "dues"))
    return Plan(
        _match(found["match"], f"{where}.match"),
        text_of(found["format"], f"{where}.format"),
        each(found["sessions"], f"{where}.sessions", _meeting),
        each(found["dues"], f"{where}.dues", _due),
    )


def _meeting(data: Any, where: str) -> Session:
    found = fields_of(data, where, ("start", "minutes", "mode", "site", "room", "revision"))
    start, minutes = _minute(found["start"], f"{where}.start"), _positive(found["minutes"], f"{where}.minutes")
    mode, site, room = (text_of(found[name], f"{where}.{name}") for name in ("mode", "site", "room"))
    return Session(start, minutes, mode, site, room, _revision(found["revision"], f"{where}.revision"))


def _revision(value: Any, where: str) -> int:
    if not 0 <= _whole(value, where) <= MOST_REVISIONS:
        raise _wrong(where, value, f"a whole number from 0 to {MOST_REVISIONS}")
    return int(value)


def _due(data: Any, where: str) -> Due:
    found = fields_of(data, where, ("kind", "who", "by", "what"))
    kind, who, what = (text_of(found[name], f"{where}.{name}") for name in ("kind", "who", "what"))
    if kind not in DUE_KINDS:
        raise _wrong(f"{where}.kind", kind, f"one of {', '.join(DUE_KINDS)}")
    return Due(kind, who, _minute(found["by"], f"{where}.by"), what)


def _left(data: Any, where: str) -> Unplaced:
    found = fields_of(data, where, ("match", "reason", "relaxation", "steps"))
    reason, relaxation = (text_of(found[name], f"{where}.{name}") for name in ("reason", "relaxation"))
    steps = each(found["steps"], f"{where}.steps", _step)
    return Unplaced(_match(found["match"], f"{where}.match"), reason, relaxation, steps)


def _step(data: Any, where: str) -> tuple[str, int]:
    if not isinstance(data, list) or len(data) != 2:
        raise _wrong(where, data, "[step, times]")
    return text_of(data[0], where), _whole(data[1], where)


def _settings(data: Any, where: str) -> Settings:
    names = [field.name for field in fields(Settings)]
    found = fields_of(data, where, names)
    at = {name: f"{where}.{name}" for name in names}
    travel = dict(each(found["travel"], at["travel"], way_in))
    diaries = pairs_of(found["diaries"], at["diaries"], text_of, diary_in)
    rooms = pairs_of(found["rooms"], at["rooms"], text_of, lambda names, place: each(names, place, text_of))
    wishes = fields_of(found["wishes"], at["wishes"], [field.name for field in fields(Wishes)])
    return Settings(
        start=day_of(text_of(found["start"], at["start"]), at["start"]),
        end=day_of(text_of(found["end"], at["end"]), at["end"]),
        zone=zone_of(found["zone"], at["zone"]).key,
        hours=parse_week(text_of(found["hours"], at["hours"]), at["hours"]),
        grain=_positive(found["grain"], at["grain"]),
        buffer=_whole(found["buffer"], at["buffer"]),
        blackout=frozenset(
            each(found["blackout"], at["blackout"], lambda day, place: day_of(text_of(day, place), place))
        ),
        formats=MappingProxyType({form.name: form for form in each(found["formats"], at["formats"], format_in)}),
        diaries=MappingProxyType(diaries),
        since=None if found["since"] is None else _minute(found["since"], at["since"]),
        rooms=MappingProxyType(rooms),
        travel=MappingProxyType(travel),
        pins=_fixed(found["pins"], at["pins"]),
        kept=_fixed(found["kept"], at["kept"]),
        agreed=_fixed(found["agreed"], at["agreed"]),
        wishes=Wishes(**wishes),
    )


def way_in(data: Any, where: str) -> tuple[tuple[str, str], int]:
    """The minutes between two sites."""
    if not isinstance(data, list) or len(data) != 3:
        raise _wrong(where, data, "[site, site, minutes]")
    return (text_of(data[0], where), text_of(data[1], where)), _whole(data[2], where)


def _fixed(data: Any, where: str) -> Mapping[Key, Mapping[int, int]]:
    found: dict[Key, dict[int, int]] = {}
    for place, row in enumerate(data if isinstance(data, list) else [data]):
        if not isinstance(row, list) or len(row) != 5:
            raise _wrong(f"{where}[{place}]", row, "[mentor, offer, mentees, session, time]")
        mentor, offer = (text_of(text, where) for text in row[:2])
        key = mentor, offer, each(row[2], where, text_of)
        found.setdefault(key, {})[_whole(row[3], where) - 1] = _minute(row[4], where)
    return MappingProxyType({key: MappingProxyType(mine) for key, mine in found.items()})


def diary_in(data: Any, where: str) -> Diary:
    """A diary from plain data."""
    names = [field.name for field in fields(Diary) if field.name != "_"]
    found = fields_of(data, where, (), names)
    try:
        return Diary(**found)
    except InputError as error:
        told = [Problem(p.code, p.where.replace("Diary", where, 1), p.message, p.hint) for p in error.problems]
        raise InputError(told) from None


def format_in(data: Any, where: str) -> Format:
    """A format from plain data."""
    found = fields_of(data, where, ("name", "sessions", "gaps", "before", "after", "good_for"))
    before, after = (
        None if found[name] is None else _record(Reflection, found[name], f"{where}.{name}")
        for name in ("before", "after")
    )
    return Format(
        text_of(found["name"], f"{where}.name"),
        each(found["sessions"], f"{where}.sessions", lambda item, place: _record(SessionSpec, item, place)),
        each(found["gaps"], f"{where}.gaps", _gap),
        before,
        after,
        text_of(found["good_for"], f"{where}.good_for"),
    )


def _gap(data: Any, where: str) -> Gap:
    touch = data.get("touchpoints", []) if isinstance(data, dict) else []
    touches = each(touch, f"{where}.touchpoints", lambda item, place: _record(Touchpoint, item, place))
    return _record(Gap, {**data, "touchpoints": touches} if isinstance(data, dict) else data, where)  # type: ignore[no-any-return]


def _record(kind: Any, data: Any, where: str) -> Any:
    """A plain record: its fields, lists of texts as tuples; the kind checks the rest itself."""
    found = fields_of(data, where, (), [field.name for field in fields(kind)])
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    try:
        return kind(**values)
    except TypeError:
        raise _wrong(where, data, f"all fields of a {kind.__name__}") from None
