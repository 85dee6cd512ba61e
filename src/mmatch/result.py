"""What `solve` gives: the answer, how sure it is, and the policy that it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from mmatch.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.errors import InputError, NoMatchingError, Problem, excerpt
from mmatch.exact import Value
from mmatch.matching import Matching, Proof, Status, Trust
from mmatch.program import Program, check_question, question_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Shown):
    """What `solve` found and how sure that is.

    ``program`` is the policy that it answers, with the aims that were used. ``value`` and ``bound`` have one entry per
    tier, in the user's unit, more is better. ``matching`` raises where there is none. Scores were rounded once, to
    ``resolution``. ``released`` are pairs (mentor, mentee, topic) that `mmatch.repairs.release` published.
    """

    status: Status
    found: Matching | None = None
    value: tuple[Value, ...] | None = None
    bound: tuple[Value | None, ...] | None = None
    verified_bound: tuple[Value | None, ...] | None = None
    by_aim: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))
    trust: Trust | None = None
    program: Program
    proof: Proof
    solver: str
    seed: int | str
    resolution: float = 1.0
    stopped: str | None = None
    released: tuple[tuple[str, str, str], ...] = ()
    runtime: float = field(default=0.0, compare=False)
    phases: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    @property
    def matching(self) -> Matching:
        """The matching.

        Raises:
            NoMatchingError: where there is none; the text says why.
        """
        if self.found is None:
            why = {
                Status.INFEASIBLE: "no matching keeps all rules; mmatch.reasons(cohort, result) says why",
                Status.UNKNOWN: f"none was found ({self.stopped or 'the solver gave up'})",
            }.get(self.status, "the result holds none")
            raise NoMatchingError(f"there is no matching: {why}")
        return self.found

    def __reduce__(self) -> tuple[Any, ...]:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return _result, ({**values, "by_aim": dict(self.by_aim), "phases": dict(self.phases)},)

    def __hash__(self) -> int:
        return hash((self.status, self.found, self.value, self.solver, self.seed, self.proof))

    def __repr__(self) -> str:
        trust = f", {self.trust}" if self.trust else ""
        return f"<Result: {self.status}{trust}, value {self.value}, bound {self.bound}, solver {self.solver}>"

    def tables(self) -> Iterator[Table]:
        """What each tier reached and what bounds it; then the matching."""
        if self.value is not None:
            bounds = (self.bound or (), self.verified_bound or ())
            rows = [(k, *row) for k, row in enumerate(zip_longest(self.value, *bounds), 1)]
            yield Table(("tier", "value", "bound", "verified bound"), rows, "Tiers", len(rows))
            yield Table(("aim", "value"), list(self.by_aim.items()), "Aims", len(self.by_aim))
        if self.found is not None:
            yield from self.found.tables()


def _result(values: dict[str, Any]) -> Result:
    frozen = {name: MappingProxyType(values[name]) for name in ("by_aim", "phases")}
    return Result(**{**values, **frozen})


def check_answer(cohort: object, result: object) -> None:
    """Raise an InputError where these are not a cohort and a result, or the result is about another cohort."""
    if not isinstance(result, Result):
        text = f"found {type(result).__name__} {excerpt(result)}, expected a Result"
        raise InputError(Problem("type", "result", text, "mmatch.evaluate makes one of a hand-made matching"))
    check_question(cohort, result.program)
    if isinstance(cohort, Cohort) and result.proof.digest != question_digest(cohort, result.program):
        raise InputError(Problem("digest", "result", "the result was made from another cohort or program"))
