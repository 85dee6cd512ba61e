"""Results as JSON files: what was found, what is claimed, and the proof, so that anybody can judge it later."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mmatch.errors import Problems, excerpt
from mmatch.exact import Exact
from mmatch.io.files import atomic_write
from mmatch.io.json_text import dump_json, load_json, told_of
from mmatch.matching import Match, Matching, Proof, Result, Stability, Status, Trust

if TYPE_CHECKING:
    import os

SCHEMA = "mmatch/result"
VERSION = 1
Read = Callable[[Any], Any]


def write_result(result: Result, path: str | os.PathLike[str]) -> None:
    """Write a result with its proof to a JSON file; `read_result` gives it back and `verify` judges it.

    Raises:
        ExportError: the place cannot be written.
    """
    atomic_write(path, dump_json(result_to_json(result)))


def result_to_json(result: Result) -> dict[str, Any]:
    """A result as plain data."""
    matching, proof = result.found, result.proof
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "status": str(result.status),
        "trust": None if result.trust is None else str(result.trust),
        "value": result.value,
        "bound": result.bound,
        "verified_bound": result.verified_bound,
        "by_aim": dict(result.by_aim),
        "solver": result.solver,
        "seed": result.seed,
        "resolution": result.resolution,
        "stopped": result.stopped,
        "runtime": round(result.runtime, 6),
        "matches": None if matching is None else [_match_to_json(match) for match in matching],
        "unmatched": None if matching is None else matching.unmatched,
        "proof": {
            "kind": proof.kind,
            "digest": proof.digest,
            "totals": [[str(item) for item in t] if isinstance(t, tuple) else str(t) for t in proof.totals],
            "prices": proof.prices,
            "cut": proof.cut,
            "multipliers": proof.multipliers,
            "cases": proof.cases,
            "branches": proof.branches,
            "counts": proof.counts,
            "agreement": proof.agreement,
            "stability": _stability_to_json(proof.stability),
        },
    }


def _stability_to_json(claim: Stability | None) -> dict[str, Any] | None:
    names = Stability.__slots__
    return None if claim is None else {name: getattr(claim, name) for name in names}


def _match_to_json(match: Match) -> dict[str, Any]:
    extras = (name for name in ("slot", "co_mentor") if getattr(match, name))
    return {name: getattr(match, name) for name in ("mentor", "mentees", "topic", "offer", "requested", *extras)}


def read_result(path: str | os.PathLike[str]) -> Result:
    """Read a result that `write_result` wrote; nothing in it is believed before `verify` has judged it.

    Raises:
        InputError: not JSON, or not a result, with each wrong field named.
    """
    data = load_json(path)
    with told_of(path):
        return result_from_json(data)


def result_from_json(data: object) -> Result:
    """A result from plain data.

    Raises:
        InputError: fields that are missing, unknown or of another form.
    """
    problems = Problems()
    fields = _object(data, "result", problems)
    schema = fields.pop("schema", SCHEMA)
    if schema != SCHEMA:
        problems.add("schema", "result.schema", f"found {excerpt(schema)}, expected {SCHEMA}")
    version = fields.pop("version", VERSION)
    if type(version) is not int or version > VERSION:
        problems.add("version", "result.version", f"found {excerpt(version)}: made by a newer version of mmatch")
    problems.raise_any()
    matches, unmatched = fields.pop("matches", None), fields.pop("unmatched", None)
    proof = _object(fields.pop("proof", None), "result.proof", problems)
    found = None
    if matches is not None:
        rows = [_match(row, k, problems) for k, row in enumerate(_all(matches, "result.matches", problems))]
        left = [_unmatched(row, k, problems) for k, row in enumerate(_all(unmatched, "result.unmatched", problems))]
        problems.raise_any()
        found = Matching(rows, left)
    read = _fields(fields, _RESULT, "result", problems)
    evidence = _fields(proof, _PROOF, "result.proof", problems)
    problems.raise_any()
    return Result(found=found, proof=Proof(**evidence), **read)


def _object(data: Any, where: str, problems: Problems) -> dict[str, Any]:
    if not isinstance(data, dict):
        problems.add("type", where, f"found {type(data).__name__}, expected an object")
        return {}
    return dict(data)


def _all(data: Any, where: str, problems: Problems) -> list[Any]:
    if not isinstance(data, list):
        problems.add("type", where, f"found {type(data).__name__}, expected a list")
        return []
    return data


def _fields(data: dict[str, Any], readers: dict[str, Read], where: str, problems: Problems) -> dict[str, Any]:
    for name in data.keys() - readers.keys():
        problems.add("unknown-field", f"{where}.{name}", f"unknown field, expected {', '.join(readers)}")
    found = {}
    for name, reader in readers.items():
        try:
            found[name] = reader(data.get(name))
        except (TypeError, ValueError, OverflowError):
            problems.add("type", f"{where}.{name}", f"found {excerpt(data.get(name))}, which is no {name} of a result")
    return found


def _match(row: Any, k: int, problems: Problems) -> Match | Any:
    where = f"result.matches[{k}]"
    fields = _object(row, where, problems)
    try:
        mentees, requested = _texts(fields.get("mentees")), _texts(fields.get("requested", []))
        single = {name: _text(fields.get(name)) for name in ("mentor", "topic", "offer")}
        extras = {name: _text(fields.get(name, "")) for name in ("slot", "co_mentor")}
    except (TypeError, ValueError):
        problems.add("type", where, "expected mentor, mentees, topic, offer and requested as texts")
        return None
    if requested and len(requested) != len(mentees):
        problems.add("length", where, f"{len(requested)} requested topics for {len(mentees)} mentees")
        return None
    return Match(single["mentor"], mentees, single["topic"], single["offer"], requested, **extras)


def _unmatched(row: Any, k: int, problems: Problems) -> tuple[str, str]:
    if not (isinstance(row, list) and len(row) == 2 and all(isinstance(text, str) for text in row)):
        problems.add("type", f"result.unmatched[{k}]", f"found {excerpt(row)}, expected [mentee, topic]")
        return "", ""
    return row[0], row[1]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _fraction(text: str) -> Fraction:
    found = re.fullmatch(r"(-?[0-9]{1,4000})(?:/([1-9][0-9]{0,3999}))?", text)
    if not found:
        raise ValueError
    return Fraction(int(found[1]), int(found[2] or 1))


def _total(value: Any) -> Exact:
    return tuple(_fraction(_text(item)) for item in value) if isinstance(value, list) else _fraction(_text(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _list(value))


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_number(item) for item in value)
    if value is None or type(value) in {int, float}:
        return value
    raise TypeError


def _numbers(value: Any) -> Any:
    return None if value is None else tuple(_number(item) for item in _list(value))


def _seed(value: Any) -> int | str:
    return value if isinstance(value, str) else _whole(value)


def _stability(value: Any) -> Stability:
    if not isinstance(value, dict) or value.keys() != set(Stability.__slots__):
        raise TypeError
    return Stability(
        side=_text(value["side"]),
        kind=_text(value["kind"]),
        seed=None if value["seed"] is None else _seed(value["seed"]),
        steps=tuple(map(_whole, _list(value["steps"]))),
        prices=_rows(value["prices"]),
        rotations=_rows(value["rotations"]),
    )


def _named(value: Any) -> Any:
    if not isinstance(value, dict):
        raise TypeError
    return MappingProxyType({name: _number(item) for name, item in value.items()})


def _optional(reader: Read) -> Read:
    return lambda value: None if value is None else reader(value)


_RESULT: dict[str, Read] = {
    "status": Status,
    "trust": _optional(Trust),
    "value": _numbers,
    "bound": _numbers,
    "verified_bound": _numbers,
    "by_aim": _named,
    "solver": _text,
    "seed": _seed,
    "resolution": float,
    "stopped": _optional(_text),
    "runtime": float,
}


def _rows(value: Any) -> tuple[tuple[int, ...], ...]:
    """Rows of whole numbers."""
    return tuple(tuple(_whole(number) for number in _list(row)) for row in _list(value))


_PROOF: dict[str, Read] = {
    "kind": _text,
    "digest": _text,
    "totals": lambda value: tuple(_total(item) for item in _list(value)),
    "prices": _rows,
    "cut": lambda value: tuple(_whole(node) for node in _list(value)),
    "multipliers": lambda value: _rows(value or []),
    "cases": lambda value: _rows(value or []),
    "branches": lambda value: _rows(value or []),
    "counts": lambda value: _rows(value or []),
    "agreement": lambda value: tuple((_text(a), _text(b)) for a, b in map(_list, _list(value or []))),
    "stability": _optional(_stability),
}
