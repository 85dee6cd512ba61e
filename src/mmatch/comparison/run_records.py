"""Runs one strategy and gives the outcome as plain data, which other processes can send and a store can keep."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mmatch import __version__
from mmatch.candidates.edges import Edges, candidates
from mmatch.cohort import Cohort
from mmatch.comparison.measures import measured
from mmatch.engine import solve
from mmatch.errors import MmatchError, NoMatchingError
from mmatch.explanations.matching_reasons import reasons
from mmatch.matching import Matching, Seats, Status
from mmatch.program import Program
from mmatch.result import Result

if TYPE_CHECKING:
    from mmatch.comparison.strategies import Seed, Strategy

SCHEMA = "mmatch/run 2"
LASTING = ("InputError", "LimitError", "UnsupportedError")  # failures that come again with the same question
MOST_REASONS = 3
AS_IT_IS = ("value", "bound", "verified_bound", "solver", "stopped", "runtime")  # fields of a result in a run


class Parcel:
    """A cohort on its way to runs, perhaps in other processes: packed once, unpacked once in each process.

    It keeps the candidate pairs of each set of rules, which several strategies share.
    """

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self._packed: bytes | None = None
        self._edges: list[tuple[Any, Edges]] = []

    def edges(self, program: Program) -> Edges:
        """The candidates under a program's rules."""
        for rules, edges in self._edges:
            if rules == program.rules:
                return edges
        found = candidates(self.cohort, program.rules)
        self._edges.append((program.rules, found))
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        if self._packed is None:
            self._packed = pickle.dumps(self.cohort)
        return _unpacked, (self._packed,)


@lru_cache(maxsize=2)
def _unpacked(data: bytes) -> Parcel:
    return Parcel(pickle.loads(data))  # noqa: S301 - bytes that the calling process has just made


def run_key(cohort: Cohort, strategy: Strategy, seed: Seed, time_limit: float | None) -> str | None:
    """A SHA-256 of all that a run depends on; None where that cannot be told (plain functions)."""
    why = strategy.canonical
    if why is None:
        return None
    question = [SCHEMA, __version__, cohort.digest, why, repr(seed), time_limit]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest()


def run_strategy(parcel: Parcel, strategy: Strategy, seed: Seed, time_limit: float | None) -> dict[str, Any]:
    """Solve and measure: everything as plain data; what goes wrong is the reason in it."""
    cohort, program = parcel.cohort, strategy.program
    try:
        result = solve(cohort, program, solver=strategy.solver, seed=seed, time_limit=time_limit)
        metrics = None
        if result.found is not None:
            metrics = measured(parcel.edges(program), program, result.found).as_dict()
        reason = "" if result.found is not None else _why_none(cohort, result)
    except MmatchError as error:
        return {"error": type(error).__name__, "reason": str(error)}
    return {**_answer(result), "metrics": metrics, "reason": reason}


def _why_none(cohort: Cohort, result: Result) -> str:
    """Why there is no matching, in a few sentences."""
    if result.status == Status.INFEASIBLE:
        why = [reason.message for reason in reasons(cohort, result)[:MOST_REASONS]]
        if why:
            return "; ".join(why)
    try:
        _ = result.matching
    except NoMatchingError as error:
        return str(error)
    return ""


def _answer(result: Result) -> dict[str, Any]:
    matching = result.found
    return {
        "status": str(result.status),
        "trust": None if result.trust is None else str(result.trust),
        **{name: getattr(result, name) for name in AS_IT_IS},
        "runtime": round(result.runtime, 6),
        "seats": None if matching is None else {k.name: list(getattr(matching.seats, k.name)) for k in fields(Seats)},
        "unmatched": None if matching is None else matching.unmatched,
    }


def matching_of(data: Mapping[str, Any]) -> Matching | None:
    """The matching of a run, from its data."""
    if data["seats"] is None:
        return None
    seats = Seats(**{name: tuple(column) for name, column in data["seats"].items()})
    return Matching.from_seats(seats, [(mentee, topic) for mentee, topic in data["unmatched"]])


def sealed_run(key: str, found: dict[str, Any]) -> str:
    """A run as the JSON text that a store keeps, with a checksum."""
    body = json.dumps(found, allow_nan=False)
    return json.dumps({"schema": SCHEMA, "key": key, "sha256": _sum(body), "run": body})


def opened_run(key: str, text: object) -> dict[str, Any] | None:
    """The run in a stored text; None where the text is broken, half written, or another run's: then it runs again."""
    try:
        data = json.loads(text) if isinstance(text, str | bytes) else None
    except ValueError:
        return None
    if not isinstance(data, dict) or (data.get("schema"), data.get("key")) != (SCHEMA, key):
        return None
    body = data.get("run")
    if not isinstance(body, str) or data.get("sha256") != _sum(body):
        return None
    found: dict[str, Any] = json.loads(body)
    return found


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
