"""What pydantic finds, told in our words: a JSON pointer, what was found, what was expected, a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from mmatch.errors import InputError, Problem, excerpt
from mmatch.io.json_text import pointer
from mmatch.text import suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic import BaseModel, ValidationError

    Model = TypeVar("Model", bound=BaseModel)

_KINDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "tuple_type": "a list",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
    "too_short": "more items",
    "too_long": "fewer items",
}


def validated(model: type[Model], value: object, name: str) -> Model:
    """A value as a strict model.

    Raises:
        InputError: every place that does not fit, with its JSON pointer.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InputError(_problems(error, value, name, model)) from None


def checked_header(value: object, name: str, schema: str, version: int) -> dict[str, Any]:
    """The object at the top, whose schema and version are ours.

    Raises:
        InputError: no object, another schema, or a newer version.
    """
    if not isinstance(value, dict):
        text = f"found {_kind(value)}, expected an object with the schema {excerpt(schema)}"
        raise InputError(Problem("type", f"{name} /", text))
    if value.get("schema") != schema:
        found = f"found {excerpt(value['schema'])}" if "schema" in value else "missing field"
        raise InputError(Problem("schema", f"{name} /schema", f"{found}, expected {excerpt(schema)}"))
    number = value.get("version")
    if type(number) is int and number > version:
        text = f"found version {excerpt(number)}, expected {version} or less: made by a newer version of mmatch"
        raise InputError(Problem("version", f"{name} /version", text, "update mmatch"))
    if type(number) is not int or number != version:
        shown = f"found {excerpt(number)}" if "version" in value else "missing field"
        raise InputError(Problem("version", f"{name} /version", f"{shown}, expected {version}"))
    return value


def _problems(error: ValidationError, value: object, name: str, model: type[BaseModel]) -> list[Problem]:
    """One problem a place: the alternatives of a union are told together."""
    places: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for found in error.errors(include_url=False, include_context=True):
        path, _ = _walked(value, found["loc"])
        key = (*path, found["loc"][-1]) if found["type"] == "missing" else path
        places.setdefault(key, []).append(dict(found))
    above = {path[:k] for path in places for k in range(len(path))}  # the other alternative of what is wrong inside
    return [_problem(path, found, value, name, model) for path, found in places.items() if path not in above]


def _walked(value: Any, loc: Sequence[Any]) -> tuple[tuple[object, ...], Any]:
    """The part of a location that exists in the value (names of alternatives do not), and what stands there."""
    path: list[object] = []
    for key in loc:
        if key in value if isinstance(value, dict) else isinstance(value, list) and key in range(len(value)):
            value = value[key]
            path.append(key)
    return tuple(path), value


def _problem(
    path: tuple[object, ...], found: list[dict[str, Any]], value: object, name: str, model: type[BaseModel]
) -> Problem:
    where = f"{name} {pointer(path)}"
    first = found[0]
    if first["type"] == "missing":
        return Problem("missing-field", where, f"missing field {excerpt(path[-1])}")
    if first["type"] == "extra_forbidden":
        return Problem(
            "unknown-field", where, f"unknown field {excerpt(path[-1])}", suggestion(str(path[-1]), _fields(model))
        )
    _, item = _walked(value, path)
    expected = " or ".join(dict.fromkeys(_EXPECTED.get(f["type"], _said(f["msg"])) for f in found))
    return Problem("type", where, f"found {_kind(item)}{_quoted(item)}, expected {expected}")


def _said(message: str) -> str:
    """Pydantic's sentence without its beginning."""
    text = message.removeprefix("Input should be ").removeprefix("a valid ")
    return text[:1].lower() + text[1:]


def _kind(item: object) -> str:
    return "null" if item is None else _KINDS.get(type(item), type(item).__name__)


def _quoted(item: object) -> str:
    return f" {excerpt(item)}" if isinstance(item, str | int | float) else ""


def _fields(model: type[BaseModel]) -> list[str]:
    """Every field name in the schema of a model."""
    schema = model.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({field for part in parts for field in part.get("properties", {})})
