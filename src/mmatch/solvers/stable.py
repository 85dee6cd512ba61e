"""Stable matching: nobody finds a partner whom they like better and who likes them better."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from mmatch.arrays import Bools
from mmatch.constraints import NoBlocking
from mmatch.errors import InputError, Problem, UnsupportedError, excerpt
from mmatch.instance import Answer, Instance, Watch
from mmatch.matching import Stability, Status
from mmatch.mechanisms.largest_matching import largest
from mmatch.mechanisms.market import (
    Market,
    counts_ranks,
    counts_seats,
    market_of,
    meets_twice,
    obstacle,
    short_of,
    sums_only,
)
from mmatch.mechanisms.mentee_proposing import mentee_side
from mmatch.mechanisms.mentor_proposing import mentor_side
from mmatch.mechanisms.super_stable import super_stable
from mmatch.mechanisms.three_halves import three_halves
from mmatch.solvers._highs import searched
from mmatch.solvers._integer_program import Goal, Model
from mmatch.solvers._market_answer import chosen_by, edges_of
from mmatch.solvers._stability_rows import forbid_blocking
from mmatch.solvers._stable_aims import best_stable


@dataclass(frozen=True)
class Stable:
    """The stable matching that one side likes best; ties are broken by lottery, the same draw for everybody.

    Least loads: all stable matchings of strict lists give each mentor the same number of mentees, so they hold in all
    or in none, and then the result is infeasible and proves it.

    With aims given, the best for these over the stable matchings of strict lists: any sum over pairs (ranks of both
    sides, fit, rank profiles), through the rotations between the mentees' best and the mentors' best, proved by flows
    along them (Irving, Leather, Gusfield 1987; where offers share a mentor's seats Ayegba and Olaosebikan 2025).

    Args:
        side: whose best stable matching: "mentee" (every mentee's best, every mentor's worst) or "mentor".
        kind: "weak"; or "super": no two people who would not lose by being together. No lottery then, and the mentees'
            best; where there is none the result is infeasible, and proves it. Other notions, and the mentors' side, by
            `rules.Stable` with "cpsat" or "milp".
        ties: "lottery", or "three_halves": no lottery, but equals used so that the matching has at least two thirds of
            the seats of the largest weakly stable one (Király; Cooper, Manlove). It is stable, and nothing else
            is claimed of it: nobody's best, and open to gaming. Its bound is the largest matching of any kind. Or
            "largest": from there an integer program goes on to the largest weakly stable matching (NP-hard); where the
            first entry of value and bound are equal it was found, else time ran out between them. With
            ``aims=[Coverage()]`` that is all that is asked, and the optimum is claimed.

    Example:
        >>> cohort = mm.Cohort.from_rankings({"eva": ["ann"], "finn": ["ann"]}, {"ann": ["finn", "eva"]})
        >>> mm.solve(cohort, solver=mm.solvers.Stable(side="mentor")).matching.pairs()
        [('ann', 'finn', '')]
    """

    name: ClassVar[str] = "stable"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "convex_load", "profile", "bounds", "stability"})
    rank: ClassVar[int | None] = None
    side: str = "mentee"
    _: KW_ONLY
    kind: str = "weak"
    ties: str = "lottery"

    def __post_init__(self) -> None:
        hint = "rules.Stable(kind) with cpsat or milp takes every notion"
        if self.kind not in ("weak", "super"):
            text = f'found {excerpt(self.kind)}, expected "weak" or "super"'
            raise InputError(Problem("argument", "Stable.kind", text, hint))
        if self.ties not in ("lottery", "three_halves", "largest"):
            text = f'found {excerpt(self.ties)}, expected "lottery", "three_halves" or "largest"'
            raise InputError(Problem("argument", "Stable.ties", text))
        if self.side not in ("mentee", "mentor"):
            text = f'found {excerpt(self.side)}, expected "mentee" or "mentor"'
            raise InputError(Problem("argument", "Stable.side", text))
        if (self.side, self.kind) == ("mentor", "super"):
            raise InputError(Problem("argument", "Stable.side", 'kind="super" is for side="mentee"', hint))

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The best stable choice of edges for the side.

        Raises:
            UnsupportedError: what no stable mechanism can keep, or other aims than its side's ranks.
        """
        reason = obstacle(instance, loads=True)
        if reason:
            raise UnsupportedError(f"stable cannot keep {reason}; use another solver")
        watch.report("stable", 0, len(instance.request))
        market = market_of(instance)
        ranks = counts_ranks(instance, self.side)
        sizes = self.ties == "largest" and self.kind == "weak" and counts_seats(instance)
        if sizes and (market.tied or not market.plain):
            return _largest(instance, market, watch)
        if not ranks and (self.kind != "weak" or market.tied or not sums_only(instance, plain=market.plain)):
            usual = f'aims=None, or Coverage() and then Preference("{self.side}s")'
            hint = "other aims need strict lists, and sums over pairs; or rules.Stable with cpsat or milp"
            raise UnsupportedError(f"stable cannot keep other aims than those of its side: give {usual} ({hint})")
        notions = {item.notion for item in instance.stability} - {self.kind}
        if notions - {"weak"}:
            raise UnsupportedError(f"stable cannot keep rules.Stable({min(notions)!r}) this way: use cpsat or milp")
        if not ranks:
            return _by_aims(instance, market, watch)
        if self.ties == "largest" and self.kind == "weak" and market.tied:
            return _largest(instance, market, watch)
        return self._weak(instance, market) if self.kind == "weak" else _super(instance, market)

    def _weak(self, instance: Instance, market: Market) -> Answer:
        """The side's best for lists as a lottery breaks them; or a large one."""
        if self.ties == "three_halves" and market.tied:
            current = three_halves(market)
            _refuse_loads(tied=len(short_of(instance, chosen_by(instance, market, current))) > 0)
            limit = Fraction(largest(market))
            return Answer(Status.FEASIBLE, chosen_by(instance, market, current), limit=limit, evidence=Stability())
        lottery = next((item.lottery for item in instance.stability if item.lottery is not None), None)
        seed = None if lottery is None or not market.tied else lottery.seed
        if lottery is not None and market.tied:
            market = market.broken(lottery)
        current, steps = (mentee_side if self.side == "mentee" else mentor_side)(market)
        chosen = chosen_by(instance, market, current)
        if len(short_of(instance, chosen)):
            _refuse_loads(tied=seed is not None)
            return Answer(Status.INFEASIBLE, evidence=Stability(self.side, "weak", None, edges_of(market, current)))
        evidence = () if market.plain else edges_of(market, steps)
        claim = Stability(self.side, "weak", seed, evidence)
        return Answer(Status.OPTIMAL, chosen, len(instance.tiers), evidence=claim)


def _super(instance: Instance, market: Market) -> Answer:
    """The mentees' best super-stable matching, or that there is none."""
    if meets_twice(instance, market):
        raise UnsupportedError(
            'stable cannot keep kind="super" where one offer meets two requests of one mentee: '
            'use rules.Stable("super") with cpsat or milp'
        )
    current, steps = super_stable(market)
    claim = Stability("mentee", "super", None, edges_of(market, steps))
    if current is None:
        return Answer(Status.INFEASIBLE, evidence=claim)
    chosen = chosen_by(instance, market, current)
    if len(short_of(instance, chosen)):
        return Answer(Status.INFEASIBLE, evidence=Stability("", "super", None, edges_of(market, current)))
    return Answer(Status.OPTIMAL, chosen, len(instance.tiers), evidence=claim)


def _largest(instance: Instance, market: Market, watch: Watch) -> Answer:
    """A largest weakly stable matching, or a large one and a bound.

    The 3/2-approximation is where the search begins, and the largest matching of any kind where it ends; between them
    an integer program must do better (Delorme, Garcia, Gondzio, Kalcsics, Manlove, Pettersson 2019).
    """
    chosen = chosen_by(instance, market, three_halves(market))
    seats, limit = int(chosen.sum()), largest(market)
    if not market.tied:
        limit = seats  # all stable matchings of strict lists are alike in that
    elif seats < limit and not watch.reason():
        chosen, limit = _larger(instance, chosen, limit, watch)
    _refuse_loads(tied=len(short_of(instance, chosen)) > 0)
    done = int(chosen.sum()) == limit
    stopped = None if done else watch.reason()
    bound = None if done else Fraction(limit)
    status = Status.OPTIMAL if done and len(instance.tiers) == 1 else Status.FEASIBLE
    return Answer(status, chosen, int(done), stopped=stopped, limit=bound, evidence=Stability())


def _by_aims(instance: Instance, market: Market, watch: Watch) -> Answer:
    """The best stable matching of strict lists for any sums, with rotations and flows that prove it."""
    found = best_stable(instance, market, watch)
    chosen = chosen_by(instance, market, found.current)
    if len(short_of(instance, chosen)):
        return Answer(Status.INFEASIBLE, evidence=Stability("mentee", "weak", None, edges_of(market, found.current)))
    circles = tuple(edges_of(market, pairs) for pairs in found.rotations)
    evidence = () if market.plain else edges_of(market, found.steps)
    claim = Stability(rotations=circles, prices=found.flows, steps=evidence)
    done = instance.tiers_within(len(found.flows))
    if len(found.flows) == len(instance.stages):
        return Answer(Status.OPTIMAL, chosen, done, evidence=claim)
    return Answer(Status.FEASIBLE, chosen, done, stopped=watch.reason(), evidence=claim)


def _refuse_loads(*, tied: bool) -> None:
    """With ties another stable matching may have other loads, so that this one falls short shows nothing."""
    if tied:
        raise UnsupportedError(
            "stable cannot keep the least loads where somebody is indifferent; use rules.Stable with cpsat or milp"
        )


def _larger(instance: Instance, chosen: Bools, limit: int, watch: Watch) -> tuple[Bools, int]:
    """(the edges of a larger weakly stable matching if the search finds one, a number of seats that none exceeds)."""
    model, seats = Model.of(instance), int(chosen.sum())
    forbid_blocking(model, instance, NoBlocking("stability", "the largest stable matching"))
    edges = np.arange(len(instance.request))
    ones = np.ones(len(edges), dtype=np.int64)
    model.row(edges, ones, seats + 1, limit)
    found = searched(model, Goal(edges, ones, lambda kept: int(kept.sum())), watch)
    if found.infeasible:
        return chosen, seats
    if found.chosen is not None and int(found.chosen.sum()) > seats:
        chosen, seats = found.chosen, int(found.chosen.sum())
    if found.optimal:
        return chosen, seats
    return chosen, limit if found.bound is None else max(min(limit, found.bound), seats)
