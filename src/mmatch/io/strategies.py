"""Strategies as JSON files, and as short texts on the command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mmatch.comparison.strategies import Strategy, unique
from mmatch.errors import InputError, Problem
from mmatch.io.documents import Document
from mmatch.io.files import file_name
from mmatch.io.json_text import load_json
from mmatch.io.programs import PROGRAM
from mmatch.io.settings import with_settings
from mmatch.io.typed import Types
from mmatch.program import Program
from mmatch.solvers._base import Solver

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

NAMED = re.compile(r"\s*([^=:;]*[^=:;\s])\s*:(.*)", re.DOTALL)
PARTS = re.compile(r""";(?=(?:[^'"]|'[^']*'|"[^"]*")*$)""")
WHOLE = re.compile(r"-?[0-9]{1,18}")


TYPES = Types(
    forms={Program: PROGRAM, str | Solver: str},  # in a file a solver has a name
    names={"Solver": Solver},
)
STRATEGIES = Document("mmatch/strategies", 1, {"strategies": (Mapping[str, Strategy], True)}, TYPES, by_hand=True)


def read_strategies(path: str | os.PathLike[str]) -> dict[str, Strategy]:
    """Read named strategies for `compare` from a JSON file: {"strategies": {name: {"program", "solver", "seed"}}}.

    Raises:
        InputError: not JSON, or unknown fields, rules, aims, each named with its place.
    """
    name = file_name(path)
    found = STRATEGIES.read(load_json(path), name)["strategies"]
    if not found:
        raise InputError(Problem("type", name, "found no strategies, expected at least one"))
    return dict(found)


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
