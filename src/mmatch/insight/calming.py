"""Least loads and stability together, as far as they go together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mmatch.aims.coverage import Coverage
from mmatch.aims.few_blocking_pairs import FewBlockingPairs
from mmatch.engine import solve
from mmatch.errors import UnsupportedError
from mmatch.matching import Status
from mmatch.program import Program, check_question
from mmatch.rules.stable import Stable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.matching import Result
    from mmatch.people import Cohort


@dataclass(frozen=True, slots=True)
class Calmest:
    """How much stability least loads leave: what `calmest` gives.

    Attributes:
        step: "stable" (no pair blocks), "envy" (nobody would rather have a seat whose mentor likes its mentee less), or
            "blocking" (as few pairs block as could be reached; the bound stands in the result).
        program: the policy that was solved in the end: `verify` and `reasons` want it.
        result: its answer; in the last step there may be none, where the loads cannot be kept at all.
    """

    step: str
    program: Program
    result: Result


def calmest(cohort: Cohort, program: Program | None = None, *, time_limit: float | None = None) -> Calmest:
    """Keep least loads and all rules, and as much stability as they leave: stable, else envy-free, else fewest pairs.

    Of strict lists all stable matchings have the same loads (the Rural Hospitals theorem), so whether one keeps them is
    settled at once and proved; with ties an integer program looks for one. The fewest blocking pairs under least loads
    are NP-hard to find (Hamada, Iwama, Miyazaki: The hospitals/residents problem with lower quotas, 2016); a matching
    without envy is the way out of Yokoi: Envy-free matchings with lower quotas (2020).

    Args:
        cohort: the facts.
        program: the policy; its aims choose among what each step leaves, by default `Coverage()`.
        time_limit: seconds for each step.

    Raises:
        InputError: nobody states ranks.
        UnsupportedError: requests for several mentors, groups.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    settled = False  # whether it is proved that no stable matching keeps the loads
    for step, variant, solver in _steps(program):
        if settled and step == "stable":
            continue
        try:
            result = solve(cohort, variant, solver=solver, time_limit=time_limit)
        except UnsupportedError:
            if solver == "stable":
                continue  # ties with loads, or rules and aims of one's own: the integer program takes them
            raise
        if result.found is not None or step == "blocking":
            return Calmest(step, variant, result)
        settled = result.status == Status.INFEASIBLE
    raise AssertionError("the last step always gives a result")


def _steps(program: Program) -> Iterator[tuple[str, Program, str]]:
    """(step, program, solver), from the calmest on."""
    rules = tuple(rule for rule in program.rules if not isinstance(rule, Stable))
    aims = (Coverage(),) if program.aims is None else program.aims
    yield "stable", replace(program, rules=rules), "stable"
    yield "stable", replace(program, rules=(*rules, Stable()), aims=aims), "milp"
    yield "envy", replace(program, rules=(*rules, Stable("envy")), aims=aims), "milp"
    yield "blocking", replace(program, rules=rules, aims=(FewBlockingPairs(), *aims)), "milp"
