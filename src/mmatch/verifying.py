"""`verify` judges an answer; `evaluate` measures a matching made by hand."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mmatch.cohort import Cohort
from mmatch.errors import BrokenRulesError, InputError, Problem, excerpt
from mmatch.instance import Answer
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Matching, Status, Trust, Violation
from mmatch.program import Program, check_question
from mmatch.proof import judge_matching, judge_result
from mmatch.proof.well_formed import malformed
from mmatch.result import Result

if TYPE_CHECKING:
    from mmatch.events.introductions import Introductions
    from mmatch.events.series import Series
    from mmatch.events.values import Event
    from mmatch.scheduling import Schedule


def verify(
    cohort: Cohort,
    program: Program,
    answer: Result | Matching | Schedule | Event | Series | Introductions,
    *,
    of: Result | Matching | None = None,
    again: bool = False,
) -> list[Violation]:
    """Everything that is wrong with an answer, judged without any solver; an empty list: all is true.

    A bare `Matching` is judged for validity: people, offers, seats, rules, the list of unfilled seats. A `Result` also
    for its value, bound, trust, proof and digest: a wrong claim is a violation, weak trust is none. A `Schedule` is
    judged minute by minute: formats, gaps, everybody's free time, rooms, ways, pins. An `Event` is judged round by
    round: places, repeats, seats, absences, breaks, rules, its value and bound; `Introductions` circle by circle, with
    the prices that prove pairs the best.

    Args:
        cohort: the facts.
        program: the question that was asked; the answer must be one to it.
        answer: what is to be judged.
        of: the result or matching to which a schedule gives dates: then each of its matches must be dated or listed.
        again: whether to repeat the runs of a result that is "corroborated": whoever writes a file can write their
            record, too.

    Raises:
        InputError: where the answer is none of these, or the program cannot be meant for the cohort.

    Example:
        >>> cohort = mm.datasets.load("shortage", capacity=2).cohort
        >>> result = mm.solve(cohort)
        >>> mm.verify(cohort, mm.Program(), result)
        []
        >>> for violation in mm.verify(cohort, mm.Program(rules=[mm.rules.Everyone()]), result.matching):
        ...     print(violation.code, "-", violation.message)
        ...     break
        rule:Everyone - p052 has no match
    """
    check_question(cohort, program)
    if isinstance(answer, Matching):
        resolved = program.resolve(cohort, "flow")
        resolved.check(cohort)
        return judge_matching(cohort, resolved, answer)
    if not isinstance(answer, Result):
        return _wrong_plan(cohort, program, answer, of)
    program.resolve(cohort, answer.solver, answer.seed).check(cohort)
    found = malformed(answer)
    if not found and not answers(cohort, program, answer):
        found = [Violation("digest", "the result was made from another cohort or program")]
    found = found or judge_result(cohort, answer)
    return found or (_repeated(cohort, answer) if again and answer.trust == Trust.CORROBORATED else [])


def _wrong_plan(
    cohort: Cohort, program: Program, schedule: Schedule | Event | Series | Introductions, of: Result | Matching | None
) -> list[Violation]:
    """What is wrong with an event; with a schedule, and whether it gives dates to this result."""
    from mmatch.events.event_judge import judge_event
    from mmatch.events.introductions import Introductions, judge_introductions
    from mmatch.events.series import Series, judge_series
    from mmatch.events.values import Event
    from mmatch.scheduling import Schedule
    from mmatch.scheduling.schedule_judge import judge_schedule

    if isinstance(schedule, Event):
        return judge_event(cohort, program, schedule)
    if isinstance(schedule, Series):
        return judge_series(cohort, program, schedule)
    if isinstance(schedule, Introductions):
        return judge_introductions(cohort, program, schedule)
    if not isinstance(schedule, Schedule):
        expected = "expected a Result, a Matching or a Schedule, or an Event"
        text = f"found {type(schedule).__name__} {excerpt(schedule)}, {expected}"
        raise InputError(Problem("type", "answer", text))
    found = []
    if isinstance(of, Result) and schedule.question != of.proof.digest:
        found = [Violation("digest", "the schedule was made from another result")]
    return found + judge_schedule(cohort, program, schedule, of.matching if isinstance(of, Result) else of)


def evaluate(cohort: Cohort, program: Program, made: Matching | Iterable[Any]) -> Result:
    """Measure a matching that somebody made by hand, as a result that can be explained, reported and dated.

    Args:
        cohort: the facts.
        program: the policy by whose aims it is measured.
        made: a `Matching`, or pairs as `matching_from_pairs` takes them.

    Returns:
        A result with status "feasible" and trust "heuristic": that it is the best is not claimed.

    Raises:
        BrokenRulesError: where it breaks a rule or a limit; the error carries the violations.
        InputError: unknown people, or a program that cannot be meant for the cohort.

    Example:
        >>> cohort = mm.Cohort(
        ...     [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request("data")])]
        ... )
        >>> mm.evaluate(cohort, mm.Program(aims=[mm.aims.Coverage()]), [("ann", "eva")]).value
        (1,)
    """
    from mmatch.engine import judged

    check_question(cohort, program)
    matching = made if isinstance(made, Matching) else matching_from_pairs(cohort, made, program)
    resolved = program.resolve(cohort, "flow")
    resolved.check(cohort)
    broken = judge_matching(cohort, resolved, matching)
    if broken:
        raise BrokenRulesError(broken)
    return judged(cohort, resolved, Answer(Status.FEASIBLE), matching, ("by hand", 0))


def answers(cohort: Cohort, program: Program, result: Result) -> bool:
    """Whether a result answers a program: the same rules and aims, but for what a solver adds to them."""
    made = result.program
    if made == program:
        return True
    stated = len(program.rules)
    if (made.format, made.formats, made.group) != (program.format, program.formats, program.group):
        return False
    if made.rules[:stated] != program.rules:
        return False
    added = made.rules[stated:]
    if result.solver != "stable":
        return not added and program.resolve(cohort, "flow").aims == made.aims
    if [rule.name for rule in added] not in ([], ["Stable"]) or not any(rule.name == "Stable" for rule in made.rules):
        return False
    solvers = (SimpleNamespace(name="stable", side=side) for side in ("mentee", "mentor"))
    return made.aims in [program.resolve(cohort, solver).aims for solver in solvers]


def _repeated(cohort: Cohort, result: Result) -> list[Violation]:
    """A violation where the same question, asked again, is not corroborated again."""
    from mmatch.engine import solve

    found = solve(cohort, result.program, seed=result.seed)
    same = (found.status, found.value) == (result.status, result.value)
    if same and found.trust in {Trust.PROVED, Trust.CORROBORATED}:
        return []
    return [Violation("trust", f"asked again the answer is {found.status}, value {found.value}, trust {found.trust}")]
