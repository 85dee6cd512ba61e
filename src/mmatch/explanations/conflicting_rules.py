"""Rules that cannot be kept together: one after another is left out, and what is not needed for the conflict stays out.

Each step asks the question anew, and only an answer that the judge accepts counts (a deletion filter: Chinneck 1997).
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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.cohort import Cohort
    from mmatch.program import Program
    from mmatch.rules import Rule

EACH, IN_ALL = 3.0, 20.0  # seconds for one question, and for all of them
MOST_PARTS = 60  # of rules; where there are more, only whole rules are left out
NAMES_PAIRS = frozenset({"Lock", "Forbid"})  # rules that are taken apart pair by pair


@dataclass(frozen=True, slots=True)
class _Part:
    """A rule, or one pair of it."""

    title: str
    rule: Rule
    who: tuple[str, ...] = ()


def conflicting(cohort: Cohort, program: Program) -> Reason:
    """The rules that together leave no matching; without any one of those that were tried to the end there is one."""
    parts, until = list(_parts(program)), time.monotonic() + IN_ALL
    sure = True
    for part in list(parts):
        rest = [other for other in parts if other is not part]
        status = _status(cohort, program, rest, until)
        if status == Status.INFEASIBLE:
            parts = rest
        sure = sure and status != Status.UNKNOWN
    who = tuple(dict.fromkeys(name for part in parts for name in part.who))
    return Reason("rules", who, "", _sentence([part.title for part in parts], sure=sure))


def _sentence(titles: list[str], *, sure: bool) -> str:
    if not titles:
        return "no matching exists, even without any rules: sizes, numbers of groups and least loads allow none"
    tried = "without any one of them there is one" if sure else "not all of them may be needed for that"
    if len(titles) == 1:
        tried = "without it there is one" if sure else "there may be another way"
        return f"no matching keeps {titles[0]}; {tried}"
    return f"no matching keeps {listed(titles[:-1], 'rules')} and {titles[-1]} together; {tried}"


def _parts(program: Program) -> Iterator[_Part]:
    """The rules, those that name pairs pair by pair, unless there are too many."""
    pairs = sum(len(getattr(rule, "pairs", ())) for rule in program.rules if rule.name in NAMES_PAIRS)
    for rule in program.rules:
        if rule.name not in NAMES_PAIRS or pairs > MOST_PARTS:
            yield _Part(rule.title, rule)
            continue
        for pair in getattr(rule, "pairs", ()):
            words = {"Lock": "the lock of", "Forbid": "the ban of"}
            yield _Part(f"{words[rule.name]} {pair[0]} with {pair[1]}", _only(rule, pair), tuple(pair[:2]))


def _only(rule: Rule, pair: tuple[str, ...]) -> Rule:
    """The rule for one of its pairs."""
    return replace(rule, pairs=(pair,))


def _status(cohort: Cohort, program: Program, parts: Sequence[_Part], until: float) -> Status:
    """Whether there is a matching under some parts of the rules; UNKNOWN where that is not settled in time."""
    seconds = min(EACH, until - time.monotonic())
    if seconds <= 0:
        return Status.UNKNOWN
    fewer = replace(program, rules=tuple(part.rule for part in parts))
    try:
        return solve(cohort, fewer, time_limit=seconds).status
    except MmatchError:
        return Status.UNKNOWN
