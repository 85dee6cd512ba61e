"""What makes a matching possible where none keeps all rules: rules left out, or places more for everybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from mmatch.engine import solve
from mmatch.errors import MmatchError
from mmatch.explanations.words import counted
from mmatch.matching import Matching
from mmatch.repairs.changes import bound
from mmatch.repairs.repairing import Repair, waiting

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.cohort.changes import Change
    from mmatch.program import Program
    from mmatch.result import Result
    from mmatch.rules import Rule

MOST_RULES = 2  # that are left out at once


def fewest_left_out(cohort: Cohort, result: Result, until: float) -> Iterator[tuple[tuple[Rule, ...], Result]]:
    """The smallest sets of rules without which a matching exists, each with that matching: singles, else pairs."""
    program = result.program
    for size in range(1, MOST_RULES + 1):
        found = False
        for out in combinations(program.rules, size):
            less = replace(program, rules=tuple(rule for rule in program.rules if rule not in out))
            other = _answer(cohort, less, result, until)
            if other is not None:
                found = True
                yield out, other
        if found:
            return


def with_changes(cohort: Cohort, result: Result, changes: tuple[Change, ...], until: float) -> Repair | None:
    """The answer with some changes under all rules of the program; None where there is none still."""
    after = cohort.changed(changes)
    try:
        program = bound(result.program, after, result.found or Matching(), changes)
    except MmatchError:
        return None
    found = _answer(after, program, result, until)
    return None if found is None else Repair(after, found, (), waiting(after, found), ())


def left_out(cohort: Cohort, rules: tuple[Rule, ...], found: Result) -> tuple[str, Repair]:
    """(which rules are left out and what is then reached, the answer)."""
    served, asking = len(set(found.matching.seats.mentee)), sum(bool(person.requests) for person in cohort)
    text = " and ".join(f"without the rule that {rule.in_words}" for rule in rules)
    who = f"{served} of {counted(asking, 'mentee')}"
    return f"{text}: {who} matched", Repair(cohort, found, (), waiting(cohort, found), ())


def _answer(cohort: Cohort, program: Program, result: Result, until: float) -> Result | None:
    """The answer to a program; None where there is none, or no solver takes it, or the time is over."""
    left = until - time.monotonic()
    if left <= 0:
        return None
    try:
        found = solve(cohort, program, seed=result.seed, time_limit=left)
    except MmatchError:
        return None
    return None if found.found is None else found
