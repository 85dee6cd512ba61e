"""Why each match is as it is, and why each unfilled seat stays unfilled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import pairs_of
from mmatch.errors import InputError, Problem
from mmatch.exact import plain
from mmatch.explanations.infeasible import why_infeasible
from mmatch.explanations.question import same_question
from mmatch.explanations.stable_refusals import refusals
from mmatch.explanations.unfilled_seats import Unfilled
from mmatch.explanations.words import number
from mmatch.instance import compile_instance
from mmatch.matching import Reason, Result, Status
from mmatch.mechanisms.market import obstacle
from mmatch.program import check_question
from mmatch.rules.stable import Stable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.cohort import Cohort
    from mmatch.matching import Matching
    from mmatch.program import Program


def reasons(cohort: Cohort, program: Program, result: Result) -> tuple[Reason, ...]:
    """Say why each match is as it is, and why each unfilled seat stays unfilled.

    Kinds: "score" (what a match counts, by aim), "no_offer" (nobody offers the topic), "rules" (every candidate is
    removed, by which facts and rules), "shortage" (more seats asked for than the mentors in reach have), "outranked"
    (who got the place instead, by what or by lottery; of a stable matching also for mentees who are not with their
    first wish), "price" (a seat is free, but filling it costs more than it is worth). Where people sit in groups, those
    that did not open follow: whom they had, what they lacked, the smallest change that opens them and what it brings
    with everything else as it is; ``who`` is the mentor, then the mentees.

    Raises:
        InputError: where result and cohort do not belong together.
    """
    check_question(cohort, program)
    if not isinstance(result, Result):
        text = f"found {type(result).__name__}, expected a Result: reasons depend on what was claimed"
        raise InputError(Problem("type", "result", text))
    resolved = program.resolve(cohort, result.solver, result.proof.side)
    same_question(cohort, resolved, result)
    if result.status == Status.INFEASIBLE:
        return tuple(why_infeasible(cohort, resolved, result))
    if result.found is None:
        return ()
    matching = result.matching
    found = list(_scores(cohort, resolved, matching))
    if _is_stable(cohort, resolved, result):
        found += [*Unfilled(cohort, resolved, matching, result).removed(), *refusals(cohort, resolved, result)]
    elif matching.unmatched:
        found += list(Unfilled(cohort, resolved, matching, result).reasons())
    return tuple(found)


def _is_stable(cohort: Cohort, program: Program, result: Result) -> bool:
    """Whether nothing blocks in the matching, by what it claims or by a rule, so that who was preferred says why."""
    claim = result.proof.stability
    if result.proof.kind == "stability" and claim is not None:
        return True
    ruled = any(isinstance(rule, Stable) and rule.kind != "envy" for rule in program.rules)
    return ruled and not obstacle(compile_instance(cohort, program, timed=False), loads=True)


def _scores(cohort: Cohort, program: Program, matching: Matching) -> Iterator[Reason]:
    """What each filled seat counts, by aim."""
    pairs = pairs_of(cohort, matching)
    parts = []
    for name, aim in program.named_aims():
        if isinstance(aim, PairAim):
            worth, unit = aim.scores(pairs)
            values = np.broadcast_to(worth, len(matching.seats)).tolist()
            parts.append([f"{name} {number(plain(v * unit * aim.exact_weight))}" for v in values])
    steps = np.broadcast_to(pairs.distance, len(matching.seats)).tolist()
    s = matching.seats
    for row, (mentor, mentee, topic, wish) in enumerate(zip(s.mentor, s.mentee, s.topic, s.requested, strict=True)):
        counts = [column[row] for column in parts]
        if wish != topic and steps[row]:
            counts.append(f"{wish} is met by {topic}, {steps[row]} steps away in the topic tree")
        elif topic:
            counts.append(f"on {topic}")
        yield Reason(
            "score", (mentor, mentee), topic, f"{mentor} with {mentee}: {', '.join(counts) or 'every match counts 1'}"
        )
