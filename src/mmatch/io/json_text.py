"""Reads and writes JSON text; NaN, repeated keys, numbers that are too long and too much depth are refused."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NoReturn

from mmatch.errors import ExportError, InputError, LimitError, Problem, excerpt
from mmatch.io.files import atomic_write, file_name, read_text

MOST_DEPTH = 100
MOST_DIGITS = 1000


class _Fault(ValueError):  # noqa: N818 - never leaves the module: it becomes an InputError
    """Something wrong that Python's own parser would accept."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


def load_json(path: str | os.PathLike[str]) -> object:
    """The value of a JSON file.

    Raises:
        InputError: not readable, not JSON, or with NaN, infinite numbers, repeated keys or broken Unicode.
        LimitError: too large, too deep, or a number too long.
    """
    return parse_json(read_text(path), file_name(path))


def parse_json(text: str, name: str = "JSON") -> object:
    """The value of a JSON text; ``name`` stands in messages.

    Raises:
        InputError: not JSON, or with NaN, infinite numbers, repeated keys or broken Unicode.
        LimitError: too deep, or a number too long.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_float
        )
    except json.JSONDecodeError as error:
        where = f"{name} line {error.lineno} column {error.colno}"
        raise InputError(Problem("json", where, f"not JSON: {error.msg[0].lower()}{error.msg[1:]}")) from None
    except _Fault as fault:
        kind = LimitError if fault.code == "too-large" else InputError
        raise kind(Problem(fault.code, name, fault.message)) from None
    except RecursionError:
        _too_deep(name)
    _check(value, name)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _Fault("duplicate-key", f"duplicate key {excerpt(twice)} in one object")
    return made


def _constant(text: str) -> NoReturn:
    raise _Fault("number", f"found {text}, expected a number: not finite")


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _Fault("too-large", f"found a number of {len(text):,} digits, limit {MOST_DIGITS:,}")
    return int(text)


def _float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise _Fault("number", f"found {excerpt(text)}, expected a number: not finite")
    return value


def _too_deep(name: str) -> NoReturn:
    raise LimitError(
        Problem("too-deep", name, f"lists and objects nested more than {MOST_DEPTH} deep, limit {MOST_DEPTH}")
    )


def _check(value: object, name: str) -> None:
    """Depth and Unicode of everything inside, without recursion."""
    level, depth = [value], 0
    while level:
        if depth > MOST_DEPTH:
            _too_deep(name)
        below: list[object] = []
        for item in level:
            if isinstance(item, dict):
                below += item.values()
                _check_texts(item, name)
            elif isinstance(item, list):
                below += item
            elif isinstance(item, str) and not item.isascii():
                _check_texts((item,), name)
        level, depth = below, depth + 1


def _check_texts(texts: Any, name: str) -> None:
    for text in texts:
        if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
            raise InputError(Problem("unicode", name, f"{excerpt(text)} is not valid Unicode: lone surrogate"))


def write_json(value: object, path: str | os.PathLike[str]) -> None:
    """Write a value to a JSON file in one step.

    Raises:
        ExportError: a value that JSON cannot hold, or a place that cannot be written; an old file is intact.
    """
    atomic_write(path, dump_json(value))


def dump_json(value: object) -> str:
    """A value as JSON text: UTF-8, no NaN, keys in the order given, long lists one item a line.

    Raises:
        ExportError: a value that JSON cannot hold.
    """
    try:
        if not isinstance(value, Mapping):
            return _dumped(value) + "\n"
        parts = [f"{_dumped(key)}: {_member(item)}" for key, item in value.items()]
    except (ValueError, TypeError, RecursionError) as error:
        raise ExportError(f"cannot be written as JSON: {type(error).__name__}") from None
    return "{\n" + ",\n".join(parts) + "\n}\n" if parts else "{}\n"


def _member(item: object) -> str:
    if not isinstance(item, list | tuple) or not item or not any(isinstance(x, Mapping | list | tuple) for x in item):
        return _dumped(item)
    return "[\n" + ",\n".join(_dumped(x) for x in item) + "\n]"


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
