"""`reasons`: what each filled seat counts, and why each unfilled seat stays unfilled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.candidates import pairs_of
from mmatch.cohort import Cohort
from mmatch.display import MOST_ROWS, Shown, Table
from mmatch.exact import plain
from mmatch.explanations.infeasible import why_infeasible
from mmatch.explanations.kept import kept
from mmatch.explanations.stable_refusals import refusals
from mmatch.explanations.unfilled_seats import Unfilled
from mmatch.explanations.words import counted, number
from mmatch.instance.compiled import Compiled
from mmatch.matching import Framed, Matching, Reason, Status
from mmatch.mechanisms.market import obstacle
from mmatch.program import Program
from mmatch.registry.wording import COUNTS, WISHES, in_words
from mmatch.result import Result, check_answer
from mmatch.rules.stable import Stable


class Reasons(tuple[Reason, ...], Framed):
    """Reasons, which a notebook shows as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Reasons: {', '.join(f'{n} {kind}' for kind, n in Counter(r.kind for r in self).items()) or 'none'}>"

    def tables(self) -> Iterator[Table]:
        """One row a reason."""
        yield Table(("kind", "topic", "why"), [(r.kind, r.topic, r.message) for r in self[:MOST_ROWS]], "", len(self))

    def columns(self) -> dict[str, list[Any]]:
        """One row a reason: kind, who (several ids are joined by "; "), topic, message."""
        return {
            "kind": [reason.kind for reason in self],
            "who": ["; ".join(reason.who) for reason in self],
            "topic": [reason.topic for reason in self],
            "message": [reason.message for reason in self],
        }


def reasons(cohort: Cohort, result: Result) -> Reasons:
    """Say why each match is as it is, and why each unfilled seat stays unfilled.

    Kinds: "score" (which wishes a match meets, and what else it counts), "no_offer" (nobody offers the topic), "rules"
    (every candidate is ruled out, by which facts and rules), "shortage" (more people ask than the mentors in reach can
    take), "limit" (a limit of the mentee's own, such as one mentor each), "outranked" (who has the place instead, by
    what or by lottery; of a stable matching also for mentees who are not with their first wish), "price" (a place is
    free, but filling it costs more than it is worth). Where people sit in groups, those that did not open follow: whom
    they had, what they lacked, the smallest change that opens them and what it brings with everything else as it is;
    ``who`` is the mentor, then the mentees.

    Raises:
        InputError: where result and cohort do not belong together.
    """

    def make() -> Reasons:
        check_answer(cohort, result)
        return Reasons(_found(Compiled(cohort, result.program), result))

    return kept(cohort, result, "reasons", make)


def _found(question: Compiled, result: Result) -> Iterator[Reason]:
    if result.status == Status.INFEASIBLE:
        yield from why_infeasible(question, result)
    elif result.found is not None:
        yield from match_reasons(question.cohort, result.program, result.matching)
        if _is_stable(question, result):
            yield from Unfilled(question, result).removed()
            yield from refusals(question, result)
        elif result.matching.unmatched:
            yield from Unfilled(question, result).reasons()


@dataclass(frozen=True, slots=True)
class Explanation(Shown):
    """Why one person, or one pair, got what they got: the reasons that concern them."""

    who: tuple[str, ...]
    reasons: Reasons

    def __str__(self) -> str:
        return "\n".join(reason.message for reason in self.reasons) or "nothing concerns them"

    def __repr__(self) -> str:
        return f"<Explanation: {len(self.reasons)} reasons, {' and '.join(self.who)}>"

    def tables(self) -> Iterator[Table]:
        """One row a reason."""
        return self.reasons.tables()


def _is_stable(question: Compiled, result: Result) -> bool:
    """Whether nothing blocks in the matching, by what it claims or by a rule, so that who was preferred says why."""
    if result.proof.stability is not None:
        return True
    ruled = any(isinstance(rule, Stable) and rule.kind != "envy" for rule in question.program.rules)
    return ruled and not obstacle(question.untimed[0], loads=True)


def match_reasons(cohort: Cohort, program: Program, matching: Matching) -> Iterator[Reason]:
    """Which wishes each match meets, and what it counts for the other aims."""
    pairs, shape, called = pairs_of(cohort, matching), len(matching.seats), cohort.people.called
    wishes: list[tuple[str, list[bool]]] = []
    numbers: list[list[tuple[str, float]]] = []
    for _, aim in program.named_aims():
        if isinstance(aim, PairAim):
            met = aim.met(pairs)
            if met is None:
                worth, unit = aim.scores(pairs)
                values = np.broadcast_to(worth, shape).tolist()
                numbers.append([(in_words(aim, COUNTS), plain(value * unit)) for value in values])
            else:
                wishes.append((in_words(aim, WISHES), np.broadcast_to(met, shape).tolist()))
    steps, tree = np.broadcast_to(pairs.distance, shape).tolist(), cohort.topic_tree
    wanted = [tree.topics_of(code) for code in np.broadcast_to(pairs.request.topic, shape).tolist()]
    s = matching.seats
    for row, (mentor, mentee, topic) in enumerate(zip(s.mentor, s.mentee, s.topic, strict=True)):
        wish = f"any of {', '.join(wanted[row])}" if len(wanted[row]) > 1 else wanted[row][0]
        clauses = [f"on {topic}" + (f", asked for {wish}" if wish not in {"", topic} else "")] if topic else []
        if steps[row]:
            clauses[0] += f", {counted(steps[row], 'step')} away in the topic tree"
        have, lack = ([name for name, met in wishes if met[row] is wanted] for wanted in (True, False))
        if wishes:
            text = f"{len(have)} of {counted(len(wishes), 'wish')} met"
            clauses.append(f"{text}: {', '.join(have)}" if have else text)
            clauses += [f"not met: {', '.join(lack)}"] if lack else []
        counts = tuple(column[row] for column in numbers)
        clauses += [f"{name} {number(worth)}" for name, worth in counts]
        text = f"{called[mentor]} with {called[mentee]}: {'; '.join(clauses) or 'every match counts the same'}"
        facts = {"met": tuple(have), "missed": tuple(lack), "counts": counts, "steps": steps[row]}
        yield Reason("score", (mentor, mentee), topic, text, facts)
