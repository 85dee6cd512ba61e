"""`reasons` and `explain`: what each filled seat counts, and why each unfilled seat stays unfilled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import pairs_of
from mmatch.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.errors import InputError, Problem, excerpt
from mmatch.exact import plain
from mmatch.explanations.infeasible import why_infeasible
from mmatch.explanations.stable_refusals import refusals
from mmatch.explanations.unfilled_seats import Unfilled
from mmatch.explanations.words import number
from mmatch.instance.compiled import Compiled
from mmatch.matching import Matching, Reason, Status
from mmatch.mechanisms.market import obstacle
from mmatch.program import Program
from mmatch.result import Result, check_answer
from mmatch.rules.stable import Stable


def reasons(cohort: Cohort, result: Result) -> tuple[Reason, ...]:
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
    check_answer(cohort, result)
    question = Compiled(cohort, result.program)
    if result.status == Status.INFEASIBLE:
        return tuple(why_infeasible(question, result))
    if result.found is None:
        return ()
    matching = result.matching
    found = list(_scores(cohort, result.program, matching))
    if _is_stable(question, result):
        found += [*Unfilled(question, result).removed(), *refusals(question, result)]
    elif matching.unmatched:
        found += list(Unfilled(question, result).reasons())
    return tuple(found)


def explain(cohort: Cohort, result: Result, who: str | tuple[str, str]) -> Explanation:
    """Say why one person, or one pair of a mentor and a mentee, got what they got.

    Args:
        cohort: the facts.
        result: the answer.
        who: an id, or (mentor, mentee).

    Raises:
        InputError: an unknown id, a result of another cohort.
    """
    names: Any = (who,) if isinstance(who, str) else who
    if not isinstance(names, tuple) or len(names) not in {1, 2} or not all(isinstance(name, str) for name in names):
        raise InputError(Problem("argument", "who", f"found {excerpt(who)}, expected an id or (mentor, mentee)"))
    ids = tuple(cohort[name].id for name in names)
    found = tuple(reason for reason in reasons(cohort, result) if set(ids) <= set(reason.who))
    return Explanation(ids, found)


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why one person, or one pair, got what they got: the reasons that concern them."""

    who: tuple[str, ...]
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        return "\n".join(reason.message for reason in self.reasons) or "nothing concerns them"

    def __repr__(self) -> str:
        return f"<Explanation: {len(self.reasons)} reasons, {' and '.join(self.who)}>"

    def tables(self) -> Iterator[Table]:
        """One row a reason."""
        rows = [(reason.kind, reason.topic, reason.message) for reason in self.reasons]
        yield Table(("kind", "topic", "why"), rows)


def _is_stable(question: Compiled, result: Result) -> bool:
    """Whether nothing blocks in the matching, by what it claims or by a rule, so that who was preferred says why."""
    if result.proof.stability is not None:
        return True
    ruled = any(isinstance(rule, Stable) and rule.kind != "envy" for rule in question.program.rules)
    return ruled and not obstacle(question.untimed[0], loads=True)


def _scores(cohort: Cohort, program: Program, matching: Matching) -> Iterator[Reason]:
    """What each filled seat counts, by aim."""
    pairs = pairs_of(cohort, matching)
    parts = []
    for name, aim in program.named_aims():
        if isinstance(aim, PairAim):
            worth, unit = aim.scores(pairs)
            values = np.broadcast_to(worth, len(matching.seats)).tolist()
            parts.append([f"{name} {number(plain(v * unit * aim.exact_weight))}" for v in values])
    steps, tree = np.broadcast_to(pairs.distance, len(matching.seats)).tolist(), cohort.topic_tree
    asked = [tree.topics_of(code) for code in np.broadcast_to(pairs.request.topic, len(matching.seats)).tolist()]
    s = matching.seats
    for row, (mentor, mentee, topic) in enumerate(zip(s.mentor, s.mentee, s.topic, strict=True)):
        counts = [column[row] for column in parts]
        wish = f"any of {', '.join(asked[row])}" if len(asked[row]) > 1 else asked[row][0]
        if steps[row]:
            counts.append(f"{wish} is met by {topic}, {steps[row]} steps away in the topic tree")
        elif topic:
            counts.append(f"on {topic}" + (f", asked for {wish}" if len(asked[row]) > 1 else ""))
        text = f"{mentor} with {mentee}: {', '.join(counts) or 'every match counts 1'}"
        yield Reason("score", (mentor, mentee), topic, text)
