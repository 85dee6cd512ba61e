"""The portfolio for groups: relaxation, good answers, and a tree that closes what is left, stage after stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.instance import Answer
from mmatch.instance.group_bound import GroupBound
from mmatch.instance.totals import stage_total, tier_values
from mmatch.matching import Status
from mmatch.people.numbers import plain
from mmatch.portfolio.branching import Tree
from mmatch.portfolio.program import GroupProgram
from mmatch.portfolio.relaxing import relaxed, unlinked, whole_prices
from mmatch.portfolio.searching import FIRST_NODES, MANY_PLACES, NEAR, best_within, improved, likely
from mmatch.portfolio.waiting import SLICE, Budget, Stopped, waited
from mmatch.solvers.cpsat import CpSat
from mmatch.solvers.milp import Milp

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch
    from mmatch.people.columns import Bools, Ints
    from mmatch.portfolio.relaxing import Relaxed
    from mmatch.terms import Groups

IDLE = 8  # neighbourhoods without success, after which the tree begins
LAST_IDLE = 40  # and after which the search ends, where nothing else can be done
MOST_NODES = 2000
TREE_SHARE = 0.6  # of the time that is left when the tree begins
SMALL = 6_000  # columns, up to which the tree comes before the neighbourhoods
VERY_FEW_PLACES = 1_000  # up to which complete searches get half of the time
FEW_PLACES = 2_000  # up to which complete searches are let run to their end
LONG_SLICE = 20.0  # seconds for all seats at once where there are very many
TREE_COLUMNS = 60_000  # beyond which no tree is grown


class Portfolio:
    """Forms groups with several methods that help each other, and proves as much as can be proved.

    For each tier: the linear relaxation gives prices, hence a bound that the judge can check, and says which openings
    are worth a look; a mixed-integer search over these gives a first answer, neighbourhoods improve it; a tree of
    branches on openings, each leaf with prices of its own, closes what is left where it is small enough. Without a time
    limit it works by numbers of steps, not seconds, and the same question has the same answer.
    """

    name: ClassVar[str] = "portfolio"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "convex_load", "bounds", "profile", "groups"})
    needs: ClassVar[frozenset[str]] = frozenset({"groups"})
    rank: ClassVar[int | None] = 1

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The best groups that were found, with a bound for every stage."""
        if instance.groups is None:
            return Answer(Status.UNKNOWN)
        return _Run(instance, instance.groups, watch).answer()


@dataclass(eq=False)
class Closed:
    """What a stage gave: its tree with the prices of its leaves, its counting cuts, and the bound of them all."""

    branches: tuple[int, ...] = ()
    prices: tuple[tuple[int, ...], ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    bound: int | None = None


class _Run:
    """One run: the best seats so far, and what each stage gave."""

    def __init__(self, instance: Instance, groups: Groups, watch: Watch) -> None:
        self.instance, self.groups, self.watch = instance, groups, watch
        self.seats: Ints | None = None  # columns of places and openings
        self.reached: list[int] = []
        self.closed: list[Closed] = []

    def answer(self) -> Answer:
        """The best seats after all stages."""
        try:
            for number in range(len(self.instance.stages)):
                if not self._staged(number):
                    return self._searched_by_others()
                if self.watch.reason() is not None:
                    return self.found(self.watch.reason())
            return self._seconded(self.found(self.watch.reason()))
        except Stopped:
            return self.found(self.watch.reason())

    def _seconded(self, answer: Answer) -> Answer:
        """What the relaxation and its tree leave open, two complete searches may settle: on models built another way.

        One that ends claims the optimum, two that agree corroborate it.
        """
        small = len(self.groups.edge) <= (FEW_PLACES if self.watch.deadline is None else MANY_PLACES)
        if answer.status == Status.OPTIMAL or not small:
            return answer
        agreement: list[tuple[str, str]] = []
        for solver in (Milp(), CpSat()):
            if self.watch.reason() is not None:
                break
            other: Answer = waited(self.watch, solver.solve, self.instance, self.watch)
            if other.chosen is None or other.places is None or other.opened is None:
                continue
            theirs, ours = (self._totals(found) for found in (other, answer))
            if other.status != Status.OPTIMAL or theirs < ours:
                continue
            agreement = [*agreement, (solver.name, "optimal")] if theirs == ours else [(solver.name, "optimal")]
            answer = replace(answer, chosen=other.chosen, places=other.places, opened=other.opened)
        if not agreement:
            return replace(answer, stopped=self.watch.reason())
        tiers = len(self.instance.tiers)
        return replace(
            answer, status=Status.OPTIMAL, tiers_done=tiers, limit=None, stopped=None, agreement=tuple(agreement)
        )

    def _totals(self, answer: Answer) -> list[int]:
        chosen = np.zeros(0, dtype=bool) if answer.chosen is None else answer.chosen
        return [stage_total(self.instance, stage, chosen) for stage in self.instance.stages]

    def _staged(self, number: int) -> bool:
        """Work on one stage; False where nothing is known to be possible."""
        program = GroupProgram(self.instance, self.groups, number, self.reached)
        half = 0.5 if len(self.groups.edge) <= VERY_FEW_PLACES else 1.0  # the rest is for complete searches
        share = half / (len(self.instance.stages) - number)
        stage = _Stage(self, program, Budget(self.watch, share, IDLE))
        if not stage.searched():
            return False
        self.closed.append(stage.closed)
        self.reached.append(stage.value)
        return True

    def keep(self, values: Ints, program: GroupProgram, bound: int | None) -> None:
        """Note the best seats, for the host to see and to have at an interrupt."""
        self.seats = values[: program.n_places + program.n_groups]
        self.watch.best = self.found("interrupted")
        if self.watch.progress is not None and self.watch.best.chosen is not None:
            done = self.instance.tiers_within(program.number)
            value = tier_values(self.instance, self.watch.best.chosen, min(done + 1, len(self.instance.tiers)))
            self.watch.tell("groups", done, len(self.instance.tiers), value, (*value[:done], self._limit(done, bound)))

    def _limit(self, done: int, bound: int | None) -> int | float | None:
        """The bound of a tier as users read it."""
        limit = self._exact(done, bound)
        return None if limit is None else plain(limit)

    def _exact(self, done: int, bound: int | None) -> Fraction | None:
        if bound is None or done >= len(self.instance.tiers) or self.instance.tiers[done].vector:
            return None
        stage = self.instance.tiers[done].stages[0]
        return bound * stage.unit + getattr(stage, "constant", Fraction(0))

    def found(self, stopped: str | None) -> Answer:
        """The answer as far as it is."""
        if self.seats is None:
            return Answer(Status.UNKNOWN, stopped=stopped)
        n = len(self.groups.edge)
        places = self.seats[:n] > 0
        chosen = np.zeros(len(self.instance.request), dtype=bool)
        chosen[self.groups.edge[places]] = True
        sure = [stage.bound == value for stage, value in zip(self.closed, self.reached, strict=True)]
        done = self.instance.tiers_within([*sure, False].index(False))
        finished = done == len(self.instance.tiers)
        at = sum(len(tier.stages) for tier in self.instance.tiers[:done])
        bound = self.closed[at].bound if at < len(self.closed) else None
        return Answer(
            Status.OPTIMAL if finished else Status.FEASIBLE,
            chosen,
            done,
            prices=tuple(np.array(row, dtype=object) for stage in self.closed for row in stage.prices),
            stopped=None if finished else stopped,
            limit=self._exact(done, bound),
            places=places,
            opened=self.seats[n:],
            branches=tuple(stage.branches for stage in self.closed),
            counts=tuple((number, *cut) for number, stage in enumerate(self.closed) for cut in stage.counts),
        )

    def _searched_by_others(self) -> Answer:
        """Where no first answer was found: complete search; "infeasible" only where two solvers agree."""
        first = CpSat().solve(self.instance, self.watch)
        if first.status != Status.INFEASIBLE or first.cut:
            return first
        second = waited(self.watch, Milp().solve, self.instance, self.watch)
        if second.status != Status.INFEASIBLE:
            return replace(first, status=Status.UNKNOWN)
        return replace(first, agreement=(("cpsat", "infeasible"), ("milp", "infeasible")))


class _Stage:
    """One stage: from the relaxation to a tree."""

    def __init__(self, run: _Run, program: GroupProgram, budget: Budget) -> None:
        self.run, self.program, self.budget = run, program, budget
        self.judge = GroupBound(run.instance, run.groups, program.number, run.reached)
        self.stages_left = len(run.instance.stages) - program.number
        self.closed = Closed()
        self.values: Ints | None = None if run.seats is None else self._extended(run.seats)
        self.value = 0

    def _extended(self, seats: Ints) -> Ints:
        values = np.zeros(self.program.width, dtype=np.int64)
        values[: len(seats)] = seats
        return self.program.filled(values)

    def searched(self) -> bool:
        """Work until the bound is met or the budget spent; False where no answer is there."""
        soon: Relaxed | None = waited(self.run.watch, unlinked, self.program, self.budget.left())
        if soon is not None:
            self._bounded(soon)
            self._around(likely(self.program, soon.columns))
        answer = soon
        if self.program.n_places <= MANY_PLACES:
            answer = waited(self.run.watch, relaxed, self.program, self.budget.left())
        if answer is not None and answer is not soon:
            self._bounded(answer)
            self._around(likely(self.program, answer.columns))
        if self.values is None:
            self._around(np.ones(self.program.n_groups, dtype=bool))
        if self.values is None:
            return False
        if answer is not None:
            self._closed_in(answer)
        self.value = self.program.total(self.values)
        return True

    def _closed_in(self, answer: Relaxed) -> None:
        """Search among the openings that the relaxation likes, then in neighbourhoods, and grow a tree."""
        liked = answer.columns[self.program.opened(np.arange(self.program.n_groups))] > NEAR
        if self.program.n_places > MANY_PLACES:
            liked[:] = False
        steps = [partial(self._around, liked), partial(self._improved, IDLE), partial(self._treed, answer)]
        if self.program.width <= SMALL:
            steps[1], steps[2] = steps[2], steps[1]
        for step in [*steps, partial(self._improved, LAST_IDLE)]:
            if self._met() or self.budget.spent():
                return
            step()

    def _bounded(self, answer: Relaxed) -> None:
        """Keep the prices of a relaxation where they bound the stage better."""
        prices = whole_prices(self.program, answer.duals)
        bound = self.judge.value(prices)
        if bound is not None and (self.closed.bound is None or bound < self.closed.bound):
            self.closed = Closed((0,), (prices,), (), bound)

    def _around(self, free: Bools) -> None:
        """The best answer in which these groups are open or not, and all others as they are."""
        values = np.zeros(self.program.width, dtype=np.int64) if self.values is None else self.values
        free = free | (values[self.program.opened(np.arange(self.program.n_groups))] > 0)
        longest = SLICE if self.program.n_places <= MANY_PLACES else LONG_SLICE
        found = self.budget.timed(best_within, self.program, free, values, False, limits=FIRST_NODES, longest=longest)
        self._take(found[0])

    def _met(self) -> bool:
        return self.values is not None and self.closed.bound == self.program.total(self.values)

    def _take(self, values: Ints | None) -> None:
        if values is not None and (self.values is None or self.program.total(values) > self.program.total(self.values)):
            self.values = values
        if self.values is not None:
            self.run.keep(self.values, self.program, self.closed.bound)

    def _improved(self, idle: int) -> None:
        if self.values is None or self.closed.bound is None:
            return
        self.budget.idle = idle
        better = improved(self.program, self.values, self.closed.bound, self.budget)
        self._take(better)

    def _treed(self, answer: Relaxed) -> None:
        """A tree of branches; kept where it says more than the root's prices alone."""
        if not 0 < self.program.width <= TREE_COLUMNS:
            return
        tree = Tree(self.program, self.judge, answer, self.values)
        tree.grown(Budget(self.run.watch, TREE_SHARE / self.stages_left, IDLE), MOST_NODES)
        bound = tree.bound()
        if bound is not None and (self.closed.bound is None or bound <= self.closed.bound):
            counts = tuple((cut.family, len(cut.sets), *cut.sets, *cut.groups) for cut in tree.cuts)
            prices = tuple(leaf.prices for leaf in tree.leaves())
            total = 0 if tree.best is None else self.program.total(tree.best)
            self.closed = Closed(tree.branches(), prices, counts, max(bound, total))
        self._take(tree.best)
