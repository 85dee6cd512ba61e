"""Strategies as JSON files, and as short texts on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mmatch.comparison.strategies import Strategy, unique
from mmatch.errors import InputError, Problem, Problems, excerpt
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json
from mmatch.io.settings import with_settings
from mmatch.program import Program

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

SCHEMA = "mmatch/strategies"
NAMED = re.compile(r"\s*([^=:;]*[^=:;\s])\s*:(.*)", re.DOTALL)
PARTS = re.compile(r""";(?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")
WHOLE = re.compile(r"-?[0-9]{1,18}")


def read_strategies(path: str | os.PathLike[str]) -> dict[str, Strategy]:
    """Read named strategies for `compare` from a JSON file: {"strategies": {name: {"program", "solver", "seed"}}}.

    Raises:
        InputError: not JSON, or unknown fields, rules, aims, each named with its place.
    """
    data, name = load_json(path), file_name(path)
    rows = data.get("strategies") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(rows, dict) or not rows:
        raise InputError(Problem("type", name, 'expected {"strategies": {name: {"program": …, "solver": …}}}'))
    if data.get("schema", SCHEMA) != SCHEMA:
        raise InputError(Problem("schema", f"{name}.schema", f"found {excerpt(data['schema'])}, expected {SCHEMA}"))
    problems, found = Problems(), {}
    for key, row in rows.items():
        try:
            found[key] = _strategy(row)
        except InputError as error:
            where = f"{name}.strategies[{excerpt(key)}]"
            problems.found += [Problem(p.code, f"{where}.{p.where}", p.message, p.hint) for p in error.problems]
    problems.raise_any()
    return found


def _strategy(row: Any) -> Strategy:
    if not isinstance(row, dict):
        raise InputError(Problem("type", "", f"found {type(row).__name__}, expected an object"))
    for field in row.keys() - {"program", "solver", "seed"}:
        raise InputError(Problem("unknown-field", field, "unknown field, expected program, solver, seed"))
    if not isinstance(row.get("solver", "auto"), str):
        raise InputError(Problem("type", "solver", f"found {excerpt(row['solver'])}, expected a name"))
    return Strategy(Program.from_json(row.get("program", {})), solver=row.get("solver", "auto"), seed=row.get("seed"))


def strategies_from_texts(program: Program, texts: Iterable[str]) -> dict[str, Strategy]:
    """Strategies from texts such as ``even first: aims=Coverage,EvenLoad; solver=greedy``.

    Each is a change of ``program``: an optional name and a colon, then settings as `with_settings` takes them, or
    ``solver=`` or ``seed=``, separated by semicolons.

    Raises:
        InputError: a setting that is not understood.
    """
    rows = list(texts)
    named = [NAMED.fullmatch(text) for text in rows]
    names = unique(found[1] if found else text.strip() for found, text in zip(named, rows, strict=True))
    bodies = [found[2] if found else text for found, text in zip(named, rows, strict=True)]
    return {name: _changed(program, body) for name, body in zip(names, bodies, strict=True)}


def _changed(program: Program, text: str) -> Strategy:
    settings, own = [], {}
    for part in filter(None, map(str.strip, PARTS.split(text))):
        key, _, value = part.partition("=")
        if key.strip() in {"solver", "seed"}:
            own[key.strip()] = value.strip()
        else:
            settings.append(part)
    seed = None if "seed" not in own else seed_from_text(own["seed"])
    return Strategy(with_settings(program, settings), solver=own.get("solver", "auto"), seed=seed)


def seed_from_text(text: str) -> int | str:
    """A seed as typed: a whole number where it is one, else the text."""
    return int(text) if WHOLE.fullmatch(text) else text
