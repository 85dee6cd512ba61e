"""A smallest set of rules that cannot be kept together, found by a deletion filter (Chinneck 1997).

One rule after another is left out, and stays out where there is no matching without it either. Each step is a question
of its own, and only an answer that the judge accepts counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mmatch.engine import solve
from mmatch.errors import MmatchError
from mmatch.explanations.words import listed
from mmatch.matching import Reason, Status
from mmatch.rules import Forbid, Lock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.cohort import Cohort
    from mmatch.program import Program
    from mmatch.rules import Rule

EACH, IN_ALL = 3.0, 20.0  # seconds for one question, and for all of them
MOST_PAIRS = 60  # of locks and bans; where there are more, only whole rules are left out
NAMES_PAIRS = {"Lock": "the lock of", "Forbid": "the ban of"}  # rules that are taken apart pair by pair


@dataclass(frozen=True, slots=True)
class _Condition:
    """A rule, or one pair of it."""

    title: str
    rule: Rule
    people: tuple[str, ...] = ()


def conflicting(cohort: Cohort, program: Program) -> Reason:
    """The rules that together leave no matching; without any one of those that were tried to the end there is one."""
    kept, until = list(_conditions(program)), time.monotonic() + IN_ALL
    sure = True
    for condition in list(kept):
        rest = [other for other in kept if other is not condition]
        status = _status(cohort, program, rest, until)
        if status == Status.INFEASIBLE:
            kept = rest
        sure = sure and status != Status.UNKNOWN
    people = tuple(dict.fromkeys(name for condition in kept for name in condition.people))
    return Reason("rules", people, "", _sentence([condition.title for condition in kept], sure=sure))


def _sentence(titles: list[str], *, sure: bool) -> str:
    if not titles:
        return "no matching exists, even without any rules: sizes, numbers of groups and least loads allow none"
    tried = "without any one of them there is one" if sure else "not all of them may be needed for that"
    if len(titles) == 1:
        tried = "without it there is one" if sure else "there may be another way"
        return f"no matching keeps {titles[0]}; {tried}"
    return f"no matching keeps {listed(titles[:-1], 'rules')} and {titles[-1]} together; {tried}"


def _conditions(program: Program) -> Iterator[_Condition]:
    """The rules, those that name pairs pair by pair, unless there are too many."""
    named = [rule for rule in program.rules if isinstance(rule, Lock | Forbid)]
    single = sum(len(rule.pairs) for rule in named) <= MOST_PAIRS
    for rule in program.rules:
        if not (single and isinstance(rule, Lock | Forbid)):
            yield _Condition(rule.title, rule)
            continue
        for pair in rule.pairs:
            title = f"{NAMES_PAIRS[rule.name]} {pair[0]} with {pair[1]}"
            yield _Condition(title, replace(rule, pairs=(pair,)), tuple(pair[:2]))


def _status(cohort: Cohort, program: Program, kept: Sequence[_Condition], until: float) -> Status:
    """Whether there is a matching under some of the rules; UNKNOWN where that is not settled in time."""
    seconds = min(EACH, until - time.monotonic())
    if seconds <= 0:
        return Status.UNKNOWN
    fewer = replace(program, rules=tuple(condition.rule for condition in kept))
    try:
        return solve(cohort, fewer, time_limit=seconds).status
    except MmatchError:
        return Status.UNKNOWN
