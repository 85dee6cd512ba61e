"""How much stability costs: the fewest and the most seats that stable matchings fill."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import UnsupportedError
from mmatch.instance import compile_instance
from mmatch.instance.market import market_of, obstacle
from mmatch.mechanisms.largest import largest
from mmatch.program import Program, check_question
from mmatch.rules.stable import Stable
from mmatch.solvers.stable import Stable as StableSolver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.matching import Matching, Result
    from mmatch.pairs import Pairs
    from mmatch.people import Cohort
    from mmatch.people.columns import Ints


@dataclass(frozen=True, slots=True)
class StableSizes(Shown):
    """How many seats stable matchings fill: what `stable_sizes` gives.

    Attributes:
        fewest: seats of the smallest stable matching that was found, None where none was found in time.
        at_least: seats that every stable matching fills; equal to ``fewest`` where that is the smallest.
        most: seats of the largest stable matching that was found, None where none was found in time.
        at_most: seats that no stable matching exceeds; equal to ``most`` where that is the largest.
        any: seats of the largest matching of any kind, stable or not.
        smallest: a matching with ``fewest`` seats.
        largest: a matching with ``most`` seats.
    """

    fewest: int | None
    at_least: int
    most: int | None
    at_most: int
    any: int
    smallest: Matching | None
    largest: Matching | None

    def tables(self) -> Iterator[Table]:
        """The sizes side by side."""
        rows = [
            ("the smallest stable matching fills", self.fewest),
            ("every stable matching fills at least", self.at_least),
            ("the largest stable matching fills", self.most),
            ("no stable matching fills more than", self.at_most),
            ("the largest matching of any kind fills", self.any),
        ]
        yield Table(("what", "seats"), rows)


@dataclass(frozen=True, repr=False)
class _FewSeats(PairAim):
    """As few filled seats as possible."""

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        return np.full(pairs.shape, -1), Fraction(1)


def stable_sizes(cohort: Cohort, program: Program | None = None, *, time_limit: float | None = None) -> StableSizes:
    """How few and how many mentees can have a mentor so that no two people would rather be together.

    Without ties all stable matchings have one size (Rural Hospitals: Gale and Sotomayor 1985), and it is read off one.
    With ties they differ by at most a factor of two, and the smallest and the largest are NP-hard to find (Manlove,
    Irving, Iwama, Miyazaki, Morita: Hard variants of stable marriage, 2002): integer programs look for them (Delorme
    and others 2019), and what is not settled in time stays between bounds.

    Args:
        cohort: the facts.
        program: the policy; its rules about pairs count, its aims and `rules.Stable` do not.
        time_limit: seconds for each of the two searches.

    Raises:
        UnsupportedError: requests for several mentors, least loads, rules about the matching as a whole, groups.
    """
    program = Program() if program is None else program
    check_question(cohort, program)
    resolved = program.resolve(cohort, "stable")
    instance = compile_instance(cohort, resolved)
    told = obstacle(instance)
    if told:
        raise UnsupportedError(f"stable_sizes cannot keep {told}")
    market = market_of(instance)
    ceiling = largest(market)
    plain = replace(program, aims=None, rules=tuple(rule for rule in program.rules if not isinstance(rule, Stable)))
    if not market.tied:
        only = solve(cohort, plain, solver="stable").matching
        seats = len(only.pairs())
        return StableSizes(seats, seats, seats, seats, ceiling, only, only)
    rules = (*plain.rules, Stable())
    many = solve(cohort, plain, solver=StableSolver(ties="largest"), time_limit=time_limit)
    few = solve(cohort, replace(plain, rules=rules, aims=(_FewSeats(),)), solver="milp", time_limit=time_limit)
    top, low = _bound(many), _bound(few)
    at_most = ceiling if top is None else min(top, ceiling)
    found = max((len(r.matching.pairs()) for r in (many, few) if r.found is not None), default=0)
    at_least = max(-(-found // 2), 0 if low is None else -low)
    return StableSizes(_seats(few), at_least, _seats(many), at_most, ceiling, few.found, many.found)


def _bound(result: Result) -> int | None:
    """What a result's own bound allows, where it has one."""
    limit = None if result.bound is None else result.bound[0]
    return int(limit) if isinstance(limit, int | float) else None


def _seats(result: Result) -> int | None:
    return None if result.found is None else len(result.found.pairs())
