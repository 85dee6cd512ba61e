"""Turns what pydantic finds wrong with a JSON file into problems: the place, what was found, what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mmatch.errors import InputError, Problem, excerpt
from mmatch.text import suggestion

if TYPE_CHECKING:
    from pydantic import ValidationError

Path = tuple[object, ...]
Place = tuple[str, str]  # the file's name, and how places in it begin: "/" for JSON pointers
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
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "an object",
    "dataclass_type": "an object",
    "none_required": "null",
    "union_tag_not_found": "an object with its kind",
}


def check_header(data: object, schema: str, version: int, place: Place) -> None:
    """Refuse what is no object, or of another schema or version: it is never half understood.

    Raises:
        InputError: one problem, with its place.
    """
    if not isinstance(data, dict):
        text = f"found {_kind(data)}, expected an object with the schema {schema}"
        raise InputError(Problem("type", where((), place), text))
    for name, wanted in (("schema", schema), ("version", version)):
        value = data.get(name)
        if type(value) is not type(wanted) or value != wanted:
            found = f"found {excerpt(value)}" if name in data else "missing field"
            newer = type(value) is int and name == "version" and value > version
            expected = f"{wanted}: made by a newer version of mmatch" if newer else str(wanted)
            problem = Problem(name, where((name,), place), f"{found}, expected {expected}", "update mmatch" * newer)
            raise InputError(problem)


def where(path: Path, place: Place) -> str:
    """A place in a file: a JSON pointer (RFC 6901) such as /participants/17/capacity, or plans[0].format."""
    name, root = place
    if root == "/":
        text = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in path) or "/"
    else:
        text = root + "".join(f"[{key}]" if isinstance(key, int) else _member(str(key)) for key in path)
        text = text.removeprefix(".")
    return f"{name} {text}".strip()


def _member(key: str) -> str:
    return f".{key}" if re.fullmatch(r"\w+", key, re.ASCII) else f"[{excerpt(key)}]"


def problems_of(error: ValidationError, data: object, schema: Mapping[str, Any], place: Place) -> list[Problem]:
    """What pydantic found, as one problem for each wrong field: the alternatives of a union are reported together.

    Args:
        error: what pydantic raised.
        data: what it was given.
        schema: the JSON Schema of such a file.
        place: how places read.
    """
    places: dict[Path, list[dict[str, Any]]] = {}
    for found in error.errors(include_url=False, include_input=False):
        path, last = _walked(data, found["loc"]), found["loc"][-1]
        item = dict(found)
        if found["type"] in {"missing", "missing_argument"}:
            item["type"] = "too_short" if isinstance(last, int) else "missing"
            path = path if isinstance(last, int) else (*path, last)
        places.setdefault(path, []).append(item)
    above = {path[:k] for path in places for k in range(len(path))}  # the other alternative of what is wrong inside
    return [
        problem
        for path, found in places.items()
        if path not in above
        for problem in _problems(path, found, data, (schema, place))
    ]


def _walked(value: Any, loc: Sequence[Any]) -> Path:
    """The part of a location that exists in the value: names of alternatives do not."""
    path: list[object] = []
    tagged = None  # the last object whose kind the location has named
    for key in loc:
        if isinstance(value, dict) and value.get("kind") == key and tagged is not value:
            tagged = value
        elif key in value if isinstance(value, dict) else isinstance(value, list | tuple) and key in range(len(value)):
            value = value[key]
            path.append(key)
    return tuple(path)


def _problems(
    path: tuple[Any, ...], found: list[dict[str, Any]], data: object, known: tuple[Mapping[str, Any], Place]
) -> Iterator[Problem]:
    """The problems of one place."""
    schema, place = known
    first, at = found[0], where(path, place)
    if first["type"] == "missing":
        yield Problem("missing-field", at, f"missing field {excerpt(path[-1])}")
    elif first["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        names = sorted(_fields_at(schema, path[:-1]))
        hint = suggestion(str(path[-1]), names) or f"expected {', '.join(names)}"
        yield Problem("unknown-field", at, f"unknown field {excerpt(path[-1])}", hint)
    elif first["type"] == "mmatch":
        for problem in first["ctx"]["problems"]:
            inner = re.sub(r"^(program|[A-Z]\w*)", "", problem.where)  # what refused it: its place is known here
            yield Problem(problem.code, at + inner, problem.message, problem.hint)
    else:
        item: Any = data
        for key in path:
            item = item[key]
        expected = " or ".join(dict.fromkeys(map(_expected, found)))
        yield Problem("type", at, f"found {_shown(item)}, expected {expected}")


def _expected(found: Mapping[str, Any]) -> str:
    """What pydantic expected, in plain words."""
    if found["type"] in _EXPECTED:
        return _EXPECTED[found["type"]]
    if found["type"] in {"too_short", "too_long"}:
        return "more items" if found["type"] == "too_short" else "fewer items"
    if found["type"] in {"literal_error", "enum", "union_tag_invalid"}:
        names = found["ctx"].get("expected") or found["ctx"]["expected_tags"]
        beginning = "an object whose kind is " if found["type"] == "union_tag_invalid" else ""
        return f"{beginning}one of " + str(names).replace("'", "").replace(" or ", ", ")
    text = found["msg"].removeprefix("Input should be ").removeprefix("a valid ")
    return str(text[:1].lower() + text[1:])


def _fields_at(schema: Mapping[str, Any], path: Path) -> set[str]:
    """The names of the fields that an object at this place can have."""
    level = [schema]
    for key in path:
        level = [inner for item in _alternatives(level) for inner in _members(item, key)]
    return {name for item in _alternatives(level) for name in item.get("properties", {})}


def _alternatives(level: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [inner for item in level for inner in _alternatives(item.get("anyOf", [])) or item.get("oneOf") or [item]]


def _members(schema: Mapping[str, Any], key: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(key, int):
        ahead = schema.get("prefixItems", [])
        found = ahead[key] if key < len(ahead) else schema.get("items")
    else:
        found = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
    if isinstance(found, Mapping):
        yield found


def _kind(item: object) -> str:
    return "null" if item is None else _KINDS.get(type(item), type(item).__name__)


def _shown(item: object) -> str:
    """A value as messages show it: what it is, and a text or a number itself."""
    if isinstance(item, bool):
        return str(item).lower()
    return f"{_kind(item)} {excerpt(item)}" if isinstance(item, str | int | float) else _kind(item)
