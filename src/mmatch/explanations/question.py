"""Whether an answer belongs to the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.errors import InputError, Problem
from mmatch.proof.question import digest

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.matching import Result
    from mmatch.program import Program


def same_question(cohort: Cohort, program: Program, result: Result) -> None:
    """Raise an InputError where a result was made from another cohort or another program."""
    if result.proof.digest != digest(cohort, program):
        raise InputError(Problem("digest", "result", "the result was made from another cohort or program"))
