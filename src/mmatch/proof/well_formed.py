"""Is this a result at all? The form of its fields, before anything in them is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, get_args

from mmatch.candidates.blocking import KINDS
from mmatch.matching import Evidence, Matching, Proof, Stability, Status, Trust, Violation

if TYPE_CHECKING:
    from mmatch.result import Result


def malformed(answer: Result) -> list[Violation]:
    """Fields whose form no result has."""
    result: Any = answer
    proof = result.proof
    checks = {
        "status": isinstance(result.status, Status),
        "trust": result.trust is None or isinstance(result.trust, Trust),
        "matching": result.found is None or isinstance(result.found, Matching),
        "value": result.value is None or _values(result.value),
        "bound": result.bound is None or _values(result.bound),
        "verified_bound": result.verified_bound is None or _values(result.verified_bound),
        "by_aim": isinstance(result.by_aim, Mapping) and _values(tuple(result.by_aim.values())),
        "solver": type(result.solver) is str,
        "resolution": type(result.resolution) in {int, float},
        "proof": isinstance(proof, Proof) and _proof(proof),
    }
    return [
        Violation("malformed", f"the {name} has a form that no result has")
        for name, sound in checks.items()
        if not sound
    ]


def _values(values: Any) -> bool:
    return isinstance(values, tuple) and all(v is None or _number(v) or _vector(v) for v in values)


def _number(value: Any) -> bool:
    return type(value) in {int, float}


def _vector(value: Any) -> bool:
    return isinstance(value, tuple) and all(_number(item) for item in value)


def _whole(values: Any) -> bool:
    """Whether these are whole numbers, in tuples of tuples of any depth."""
    return type(values) is int or (isinstance(values, tuple) and all(map(_whole, values)))


def _exact(total: Any) -> bool:
    items = total if isinstance(total, tuple) else (total,)
    return all(isinstance(item, int | Fraction) for item in items)


def _proof(proof: Any) -> bool:
    agreement = isinstance(proof.agreement, tuple) and all(
        isinstance(pair, tuple) and len(pair) == 2 and all(type(text) is str for text in pair)
        for pair in proof.agreement
    )
    totals = isinstance(proof.totals, tuple) and all(_exact(total) for total in proof.totals)
    return agreement and totals and type(proof.digest) is str and is_evidence(proof.evidence)


def is_evidence(evidence: Any) -> bool:
    """Whether this has a form that the evidence in a proof can have, None included."""
    if evidence is None:
        return True
    if type(evidence) not in get_args(Evidence):
        return False
    values = {item.name: getattr(evidence, item.name) for item in fields(evidence)}
    if isinstance(evidence, Stability):
        side, notion, seed = (values.pop(name) for name in ("side", "notion", "seed"))
        if side not in {"", "mentee", "mentor"} or notion not in KINDS or type(seed) not in {int, str, type(None)}:
            return False
    rows = [value for name, value in values.items() if name != "kind"]
    return all(isinstance(row, tuple) and _whole(row) for row in rows)
