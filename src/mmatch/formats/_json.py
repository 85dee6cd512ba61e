"""Formats as plain data, as they stand in the JSON of a program."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from typing import Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.formats._base import Format, Gap, Reflection, SessionSpec, Touchpoint

LISTS: dict[str, type] = {"sessions": SessionSpec, "gaps": Gap, "touchpoints": Touchpoint}
OBJECTS: dict[str, type] = {"before": Reflection, "after": Reflection}


def format_to_json(form: Format) -> dict[str, Any]:
    """A format as plain data."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(form)))
    return plain


def format_from_json(data: Any, where: str) -> Format:
    """A format from plain data.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    made: Format = _record(Format, data, where)
    return made


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
