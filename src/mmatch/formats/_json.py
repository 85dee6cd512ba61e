"""Formats as plain data, as they stand in the JSON of a program and in files, such as those that ship."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from functools import cache
from importlib import resources
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats._base import FollowUp, Format, Gap, Reflection, SessionSpec, Touchpoint, refuse_format

LISTS: dict[str, type] = {"sessions": SessionSpec, "gaps": Gap, "touchpoints": Touchpoint}
OBJECTS: dict[str, type] = {"before": Reflection, "after": Reflection, "reflection": Reflection, "follow_up": FollowUp}
_BLEND = re.compile(r"(.+?)((?:_(?:virtual|in_person|either))+)")
_MODE = re.compile(r"virtual|in_person|either")
_HOME = resources.files("mmatch.formats")
FORMATS = tuple(sorted(item.name.removesuffix(".toml") for item in _HOME.iterdir() if item.name.endswith(".toml")))


def format_of(name: str, own: Mapping[str, Format] | None = None) -> Format:
    """The format of a name: one of a program's own, else one that ships.

    A name with ways to meet behind it, such as ``two_session_in_person_virtual``, is this blend of the format.

    Raises:
        InputError: no format has this name, or it has another number of sessions.

    Example:
        >>> [session.minutes for session in mm.formats.format_of("two_session_plan").sessions]
        [60, 60]
    """
    if type(name) is not str:
        raise refuse_format(name, (*FORMATS, *(own or ())), "format")
    if own is not None and name in own:
        return own[name]
    if name in FORMATS:
        return _shipped(name)
    blend = _BLEND.fullmatch(name)
    if blend is None or (blend[1] not in FORMATS and blend[1] not in (own or ())):
        raise refuse_format(name, (*FORMATS, *(own or ())), "format")
    return format_of(blend[1], own).held(*_MODE.findall(blend[2]))


@cache
def _shipped(name: str) -> Format:
    return format_from_json(tomllib.loads(_HOME.joinpath(f"{name}.toml").read_text(encoding="utf-8")), name)


def format_to_json(form: Format) -> dict[str, Any]:
    """A format as plain data."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(form)))
    return plain


def format_from_json(data: Any, where: str) -> Format:
    """A format from plain data; ``like`` names a format that has what is not stated.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    if not isinstance(data, dict) or "like" not in data:
        made: Format = _record(Format, data, where)
        return made
    like = data["like"]
    try:
        usual = format_to_json(format_of(like))
    except InputError as error:
        raise InputError(replace(p, where=f"{where}.like") for p in error.problems) from None
    return format_from_json({**usual, **{key: value for key, value in data.items() if key != "like"}}, where)


def _record(kind: type, data: Any, where: str) -> Any:
    known = [item.name for item in fields(kind)]
    if not isinstance(data, dict):
        raise InputError(Problem("format", where, f"found {excerpt(data)}, expected an object"))
    for name in data.keys() - set(known):
        raise InputError(Problem("unknown-field", f"{where}.{name}", f"{kind.__name__} takes {', '.join(known)}"))
    try:
        return kind(**{name: _field(name, value, f"{where}.{name}") for name, value in data.items()})
    except TypeError:
        text = f"fields are missing: {kind.__name__} takes {', '.join(known)}"
        raise InputError(Problem("format", where, text)) from None
    except InputError as error:
        raise InputError(
            p if p.where.startswith(where) else replace(p, where=f"{where}: {p.where}") for p in error.problems
        ) from None


def _field(name: str, value: Any, where: str) -> Any:
    if name in OBJECTS and value is not None:
        return _record(OBJECTS[name], value, where)
    if not isinstance(value, list):
        return value
    kind = LISTS.get(name)
    return tuple(item if kind is None else _record(kind, item, f"{where}[{k}]") for k, item in enumerate(value))
