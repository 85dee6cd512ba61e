"""Matching and dates in turn: matches that cannot be dated go back as forbidden, until all can or nothing helps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mmatch.discovery import find
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, excerpt
from mmatch.planning.scheduling import schedule
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.matching import Result
    from mmatch.people import Cohort
    from mmatch.planning.plans import Schedule

MOST_ROUNDS = 1000
Pair = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Dated(Shown):
    """A matching with its dates.

    ``program`` is the policy under which ``result`` is the best: the one asked for, with the pairs of ``forbidden``,
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
    cohort: Cohort, program: Program, *, rounds: int = 20, solver: Any = "auto", seed: int | str = 0, **dates: Any
) -> Dated:
    """Decide who meets whom and when, so that as many matches as possible have dates.

    Matches; gives dates; forbids the pairs that find none, and begins again, until all have dates, nothing new is to be
    forbidden, or the rounds are over. The round with the most dated matches is kept, the first of equal ones. What
    comes out is the best matching under the pairs that it forbids, and the best schedule of that matching; that no
    other matching has more dates is not claimed. `rules.SharedTime` removes hopeless pairs before the first round, and
    `rules.CommonSlot` decides on match and time at once, where one slot is all that is needed.

    Args:
        cohort: the facts.
        program: the policy.
        rounds: how often to match at most.
        solver: as for `solve`.
        seed: of the lottery that breaks ties.
        **dates: whatever `schedule` takes.

    Returns:
        A `Dated`: result, schedule, and the program with what was forbidden.

    Raises:
        InputError: arguments of another form.
        NoMatchingError: the program itself has no matching.
    """
    check_question(cohort, program)
    if type(rounds) is not int or not 1 <= rounds <= MOST_ROUNDS:
        text = f"found {excerpt(rounds)}, expected a whole number from 1 to {MOST_ROUNDS}"
        raise InputError(Problem("argument", "rounds", text))
    forbidden: dict[Pair, None] = {}
    best: Dated | None = None
    for number in range(1, rounds + 1):
        asked = _without(program, forbidden)
        result = solve(cohort, asked, solver=solver, seed=seed)
        if best is not None and result.found is None:
            break  # with so much forbidden nothing is left
        found = schedule(cohort, asked, result.matching, **dates)
        now = Dated(result, found, asked, tuple(forbidden), number)
        if best is None or len(found.plans) > len(best.schedule.plans):
            best = now
        hopeless = [pair for pair in _pairs(found) if pair not in forbidden]
        if not hopeless:
            break
        forbidden |= dict.fromkeys(hopeless)
    if best is None:
        raise InputError(Problem("argument", "rounds", "expected at least one round"))
    return best


def _without(program: Program, forbidden: dict[Pair, None]) -> Program:
    """The program with pairs forbidden."""
    if not forbidden:
        return program
    forbid = find("mmatch.rules", "Forbid")
    return replace(program, rules=(*program.rules, forbid(sorted(forbidden))))


def _pairs(found: Schedule) -> list[Pair]:
    """The matches of two people that have no dates; a group may only need other company."""
    return [
        (item.match.mentor, item.match.mentees[0], item.match.topic)
        for item in found.unplaced
        if len(item.match.mentees) == 1
    ]
