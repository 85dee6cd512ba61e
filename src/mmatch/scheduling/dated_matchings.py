"""Matching and dates decided together: in turn, then by one model of all pairs and all their possible dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from mmatch.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, excerpt
from mmatch.matching import Match, Status
from mmatch.program import Program, check_question
from mmatch.result import Result
from mmatch.rules import Forbid, Lock
from mmatch.scheduling.all_pairs import most_dated
from mmatch.scheduling.dates_by_component import RunLimits
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
    reasons: forbidding them helped nobody. ``most`` is how many mentees can have dates in any matching; None where
    that is not known. ``fixed`` are the pairs that the model of all pairs found dates for, where it found more than
    matching and dating in turn: the result is the best with these pairs.
    """

    result: Result
    schedule: Schedule
    program: Program
    forbidden: tuple[Pair, ...]
    rounds: int
    most: int | None = None
    fixed: tuple[Pair, ...] = ()

    @property
    def dated(self) -> int:
        """How many mentees have dates."""
        return sum(len(plan.match.mentees) for plan in self.schedule.plans)

    @property
    def status(self) -> Status:
        """Optimal where no other matching has dates for more mentees, else feasible."""
        return Status.OPTIMAL if self.dated == self.most else Status.FEASIBLE

    @property
    def in_words(self) -> str:
        """How many have dates, and whether more could."""
        if self.most is None:
            return f"{self.dated} mentees have dates; whether another matching has dates for more is not known."
        if self.dated >= self.most:
            best = " The rest is the best with the pairs that have them." if self.fixed else ""
            return f"{self.dated} mentees have dates: no other matching has dates for more.{best}"
        return f"{self.dated} mentees have dates; at most {self.most} could have."

    def __repr__(self) -> str:
        most = "unknown" if self.most is None else self.most
        return f"<Dated: {self.status}, {self.dated} mentees have dates, at most {most} can, {self.result!r}>"

    def tables(self) -> Iterator[Table]:
        """The matching, then its dates."""
        yield from self.result.tables()
        yield from self.schedule.tables()


def solve_and_schedule(
    cohort: Cohort,
    program: Program,
    dates: Dates,
    *,
    rounds: int = 20,
    time_limit: float | None = None,
    solver: Any = "auto",
    seed: int | str = 0,
) -> Dated:
    """Decide who meets whom and when, so that as many mentees as possible have dates.

    First matching and dates in turn: each round matches, gives dates, and forbids the pairs that find none (in a group
    the mentor and the mentee who leaves the others least time in common), until all have dates or nothing new is to be
    forbidden; locked pairs are not. Then, where people meet in pairs and there are not too many, one model of all pairs
    and all their possible dates (CP-SAT) says how many mentees can have dates in any matching, and finds one that has
    so many, the first aims that are sums of pairs next. ``status`` says whether the answer reaches that number; beyond
    the model's reach it is not known.

    Args:
        cohort: the facts.
        program: the policy.
        dates: what is requested of the calendar.
        rounds: how often to match at most.
        time_limit: seconds for the model of all pairs; by default about twenty seconds of work, the same everywhere.
        solver: as for `solve`.
        seed: of the lottery that breaks ties.

    Returns:
        A `Dated`: result, schedule, and the program with what was forbidden or fixed.

    Raises:
        InputError: arguments of another form; people whose availability cannot be understood, all of them.
        NoMatchingError: the program itself has no matching.
    """
    check_question(cohort, program)
    if type(rounds) is not int or not 1 <= rounds <= MOST_ROUNDS:
        text = f"found {excerpt(rounds)}, expected a whole number from 1 to {MOST_ROUNDS}"
        raise InputError(Problem("argument", "rounds", text))
    limits = RunLimits.of(time_limit, None, "raise")
    check_hours(cohort)  # nobody is to lose a match over a word
    best = _in_turn(cohort, program, dates, rounds, (solver, seed))
    found = most_dated(cohort, program.resolve(cohort, solver, seed), best.schedule, limits)
    if found is None:
        return best
    pairs, most = found
    if len(pairs) > best.dated:
        locks = [rule for rule in program.rules if isinstance(rule, Lock)]
        others = [rule for rule in program.rules if not isinstance(rule, Lock)]
        lock = Lock(sorted({*pairs, *(pair for rule in locks for pair in rule.pairs)}))
        policy = replace(program, rules=(*others, lock))
        result = solve(cohort, policy, solver=solver, seed=seed)
        now = Dated(result, schedule(cohort, result, dates), policy, (), best.rounds, None, tuple(sorted(pairs)))
        best = max(best, now, key=lambda dated: dated.dated)
    return replace(best, most=most)


def _in_turn(cohort: Cohort, program: Program, dates: Dates, rounds: int, run: tuple[Any, int | str]) -> Dated:
    """The round in which most mentees have dates, the first of equal ones."""
    forbidden: dict[Pair, None] = {}
    best: Dated | None = None
    for number in range(1, rounds + 1):
        policy = program if not forbidden else replace(program, rules=(*program.rules, Forbid(sorted(forbidden))))
        result = solve(cohort, policy, solver=run[0], seed=run[1])
        if best is not None and result.found is None:
            break  # with so much forbidden nothing is left
        now = Dated(result, schedule(cohort, result, dates), policy, tuple(forbidden), number)
        best = now if best is None else max(best, now, key=lambda dated: dated.dated)
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
