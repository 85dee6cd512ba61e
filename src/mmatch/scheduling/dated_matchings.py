"""Matching and dates decided in turn: pairs that find no dates are forbidden, and the rest is matched again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mmatch.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, excerpt
from mmatch.matching import Match
from mmatch.program import Program, check_question
from mmatch.registry import find
from mmatch.result import Result
from mmatch.scheduling.free_time import FreeTime, check_hours
from mmatch.scheduling.new_schedules import schedule
from mmatch.scheduling.plans import Schedule
from mmatch.scheduling.schedule_settings import Dates, format_name
from mmatch.scheduling.tasks import task_of

MOST_ROUNDS = 1000
Pair = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Dated(Shown):
    """A matching together with its schedule.

    ``program`` is the policy under which ``result`` is the best: the given one, with the pairs of ``forbidden``,
    (mentor, mentee, topic), for which no dates were found. Matches that are left in ``schedule.unplaced`` have final
    reasons: forbidding them helped nobody.
    """

    result: Result
    schedule: Schedule
    program: Program
    forbidden: tuple[Pair, ...]
    rounds: int

    def __repr__(self) -> str:
        return f"<Dated: {self.result!r}, {self.schedule!r}, {len(self.forbidden)} pairs without dates avoided>"

    def tables(self) -> Iterator[Table]:
        """The matching, then its dates."""
        yield from self.result.tables()
        yield from self.schedule.tables()


def solve_with_dates(
    cohort: Cohort, program: Program, dates: Dates, *, rounds: int = 20, solver: Any = "auto", seed: int | str = 0
) -> Dated:
    """Decide who meets whom and when, so that as many matches as possible have dates.

    Each round matches, gives dates, and forbids the pairs that find none (in a group the mentor and the mentee who
    leaves the others least time in common), until all have dates, nothing new is to be forbidden, or the rounds are
    over. The round in which most mentees have dates is kept, the first of equal ones. What comes out is the best
    matching under the pairs that it forbids, and the best schedule of that matching; that no other matching has more
    dates is not claimed. `rules.SharedTime` removes hopeless pairs before the first round, and `rules.CommonSlot`
    decides on match and time at once, where one slot is all that is needed. Locked pairs are not forbidden.

    Args:
        cohort: the facts.
        program: the policy.
        dates: what is requested of the calendar.
        rounds: how often to match at most.
        solver: as for `solve`.
        seed: of the lottery that breaks ties.

    Returns:
        A `Dated`: result, schedule, and the program with what was forbidden.

    Raises:
        InputError: arguments of another form; people whose availability cannot be understood, all of them.
        NoMatchingError: the program itself has no matching.
    """
    check_question(cohort, program)
    if type(rounds) is not int or not 1 <= rounds <= MOST_ROUNDS:
        text = f"found {excerpt(rounds)}, expected a whole number from 1 to {MOST_ROUNDS}"
        raise InputError(Problem("argument", "rounds", text))
    check_hours(cohort)  # nobody is to lose a match over a word
    forbid = find("mmatch.rules", "Forbid")
    forbidden: dict[Pair, None] = {}
    best: Dated | None = None
    for number in range(1, rounds + 1):
        policy = program if not forbidden else replace(program, rules=(*program.rules, forbid(sorted(forbidden))))
        result = solve(cohort, policy, solver=solver, seed=seed)
        if best is not None and result.found is None:
            break  # with so much forbidden nothing is left
        now = Dated(result, schedule(cohort, result, dates), policy, tuple(forbidden), number)
        best = (
            now
            if best is None
            else max(best, now, key=lambda dated: sum(len(plan.match.mentees) for plan in dated.schedule.plans))
        )
        hopeless = [pair for pair in _pairs(cohort, now) if pair not in forbidden]
        if not hopeless:
            break
        forbidden |= dict.fromkeys(hopeless)
    return best  # type: ignore[return-value] # there is a first round


def _pairs(cohort: Cohort, dated: Dated) -> list[Pair]:
    """For each match without dates the pair to forbid: its mentor, and the mentee who leaves least time in common."""
    free_time, program = FreeTime(cohort, dated.schedule.settings), dated.program
    locks = {pair[:2] for rule in program.rules if rule.name == "Lock" for pair in getattr(rule, "pairs", ())}

    def times_without(mentee: str, match: Match) -> int:
        """How many times the others have in common."""
        others = replace(match, mentees=tuple(other for other in match.mentees if other != mentee))
        return min(len(starts) for starts in task_of(others, format_name(cohort, program, match), free_time).starts)

    pairs = []
    for match in (item.match for item in dated.schedule.unplaced):
        alone = len(match.mentees) == 1
        hardest = match.mentees[0] if alone else max(match.mentees, key=partial(times_without, match=match))
        pairs.append((match.mentor, hardest, match.topic))
    return [pair for pair in pairs if pair[:2] not in locks]
