"""The files of comparisons: strategies that go in, rows that come out, and a folder that keeps finished runs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

from mmatch.comparison.comparison import Comparison
from mmatch.comparison.strategies import Strategy, unique
from mmatch.errors import ExportError, InputError, Problem, excerpt
from mmatch.io.csvs import write_rows
from mmatch.io.documents import Document
from mmatch.io.files import atomic_write, file_name, local_path
from mmatch.io.json_text import write_json
from mmatch.io.programs import PROGRAM
from mmatch.io.settings import with_settings
from mmatch.io.typed import Types
from mmatch.program import Program
from mmatch.solvers._base import Solver

SCHEMA = "mmatch/comparison"
VERSION = 1
TEXTS = ("cohort", "strategy", "seed", "status", "trust", "solver", "stopped", "reason", "dominated_by", "fit")
KEY = re.compile(r"[0-9a-f]{64}")
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
    found = STRATEGIES.load(path)["strategies"]
    if not found:
        raise InputError(Problem("type", file_name(path), "found no strategies, expected at least one"))
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


def write_comparison(comparison: Comparison, path: str | os.PathLike[str]) -> None:
    """Write a comparison, one row a run, as CSV or as JSON: the end of the file's name decides.

    Raises:
        ExportError: another ending, or the place cannot be written.
    """
    ending = os.path.splitext(local_path(path))[1].lower()  # noqa: PTH122 - the path is a text here
    if ending == ".json":
        write_json(comparison_to_json(comparison), path)
    elif ending == ".csv":
        rows = comparison.rows()
        heads = list(rows[0]) if rows else ["cohort", "strategy"]
        write_rows(path, heads, [list(row.values()) for row in rows], numeric=set(heads) - set(TEXTS))
    else:
        raise ExportError(f"found a file name that ends with {ending!r}, expected .csv or .json")


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data: one object a run, profiles included."""
    runs = []
    for run, row in zip(comparison, comparison.rows(), strict=True):
        whole = {name: getattr(run, name) for name in ("value", "bound", "verified_bound")}
        metrics = {} if run.metrics is None else run.metrics.as_dict()
        lists = {name: metrics.get(name) for name in ("rank_profile", "mentor_rank_profile")}
        runs.append({**row, **whole, **lists, "seed": run.seed, "dominated_by": comparison.dominated_by(run)})
    return {"schema": SCHEMA, "version": VERSION, "aims": list(comparison.aims), "runs": runs}


class FolderStore(MutableMapping[str, str]):
    """A folder that keeps the runs of `compare`, so that they need not run again; one file a run.

    Files are written in one step, so several processes may share the folder. Keys are SHA-256 in hexadecimal. What a
    file holds is checked by `compare` when it is read.

    Args:
        folder: made where it does not exist.

    Raises:
        ExportError: the folder cannot be made.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(local_path(folder))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(f"cannot make the folder {excerpt(file_name(folder))}: {error.strerror}") from None

    def _file(self, key: object) -> Path:
        if not isinstance(key, str) or not KEY.fullmatch(key):
            text = f"found {excerpt(key)}, expected a SHA-256 in hexadecimal"
            raise InputError(Problem("argument", "FolderStore", text))
        return self._folder / f"{key}.json"

    def __getitem__(self, key: str) -> str:
        try:
            return self._file(key).read_bytes().decode(errors="replace")
        except OSError:
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: str) -> None:
        atomic_write(self._file(key), value)

    def __delitem__(self, key: str) -> None:
        try:
            self._file(key).unlink()
        except FileNotFoundError:
            raise KeyError(key) from None

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self._folder.glob("*.json")) if KEY.fullmatch(path.stem))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<FolderStore: {len(self)} runs>"
