"""The portfolio on one component: each stage is relaxed, searched for good answers and closed by branch and bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mmatch.groups.bound import GroupBound
from mmatch.instance import Answer
from mmatch.matching import Branches, Status
from mmatch.portfolio.branch_and_bound import Tree
from mmatch.portfolio.corroboration import by_two, seconded
from mmatch.portfolio.greedy_groups import greedy
from mmatch.portfolio.linear_program import GroupProgram
from mmatch.portfolio.neighbourhoods import FIRST_NODES, MANY_SEATS, NEAR, best_within, improved, likely
from mmatch.portfolio.relaxation import relaxed, whole_prices
from mmatch.portfolio.time_budget import SLICE, Budget, Stopped, waited

if TYPE_CHECKING:
    from collections.abc import Callable

    from mmatch.arrays import Bools, Ints
    from mmatch.constraints import Groups
    from mmatch.instance import Instance, Watch
    from mmatch.portfolio.relaxation import Relaxed

IDLE = 8  # neighbourhoods without success, after which the tree begins
LAST_IDLE = 40  # and after which the search ends, where nothing else can be done
MOST_NODES = 2000
TREE_SHARE = 0.6  # of the time that is left when the tree begins, or goes on
SEARCH_SHARE = 0.5  # of the time that is left when neighbourhoods are searched first
SMALL = 6_000  # columns, up to which the tree comes before the neighbourhoods
VERY_FEW_SEATS = 1_000  # up to which complete searches get half of the time
FEW_SEATS = 2_000  # up to which complete searches are let run to their end
LINKED_SEATS = 30_000  # beyond which the relaxation has no links, and no tree is grown
LONG_SLICE = 20.0  # seconds for all seats at once where there are very many


@dataclass(eq=False)
class Closed:
    """What a stage gave: its tree with the prices of its leaves, its counting cuts, and the bound of them all."""

    branches: tuple[int, ...] = ()
    prices: tuple[tuple[int, ...], ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    bound: int | None = None


class ComponentRun:
    """One run: the best seats so far, and what each stage gave."""

    def __init__(self, instance: Instance, groups: Groups, watch: Watch, noted: Callable[[Answer], None]) -> None:
        self.instance, self.groups, self.watch, self.noted = instance, groups, watch, noted
        self.seats: Ints | None = None  # columns of places and openings
        self.reached: list[int] = []
        self.closed: list[Closed] = []

    def answer(self) -> Answer:
        """The best seats after all stages."""
        try:
            for number in range(len(self.instance.stages)):
                if not self._staged(number):
                    return by_two(self.instance, self.watch)
                if self.watch.reason() is not None:
                    return self.found(self.watch.reason())
            answer = self.found(self.watch.reason())
            small = len(self.groups.edge) <= (FEW_SEATS if self.watch.deadline is None else MANY_SEATS)
            is_open = answer.status != Status.OPTIMAL
            return seconded(self.instance, answer, self.watch) if small and is_open else answer
        except Stopped:
            return self.found(self.watch.reason())

    def _staged(self, number: int) -> bool:
        """Work on one stage; False where nothing is known to be possible."""
        program = GroupProgram(self.instance, self.groups, number, self.reached)
        half = 0.5 if len(self.groups.edge) <= VERY_FEW_SEATS else 1.0  # the rest is for complete searches
        share = half / (len(self.instance.stages) - number)
        stage = _Stage(self, program, Budget(self.watch, share, IDLE))
        try:
            found = stage.searched()
        except Stopped:
            self._note(stage)
            raise
        if found:
            self._note(stage)
        return found

    def _note(self, stage: _Stage) -> None:
        """What a stage gave, as far as it came."""
        if stage.values is not None:
            self.closed.append(stage.closed)
            self.reached.append(stage.program.total(stage.values))

    def keep(self, values: Ints, program: GroupProgram, bound: int | None) -> None:
        """Note the best seats, for the host to see and to have at an interrupt."""
        self.seats = values[: program.n_seats + program.n_groups]
        answer, done = self.found("interrupted"), self.instance.tiers_within(program.number)
        self.noted(replace(answer, limit=self._exact(done, bound)) if answer.tiers_done == done else answer)

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
            Branches(
                tuple(stage.branches for stage in self.closed),
                tuple(row for stage in self.closed for row in stage.prices),
                tuple((number, *cut) for number, stage in enumerate(self.closed) for cut in stage.counts),
            ),
            stopped=None if finished else stopped,
            limit=self._exact(done, bound),
            places=places,
            opened=self.seats[n:],
        )


class _Stage:
    """One stage: from the relaxation to a tree."""

    def __init__(self, run: ComponentRun, program: GroupProgram, budget: Budget) -> None:
        self.run, self.program, self.budget = run, program, budget
        self.judge = GroupBound(run.instance, run.groups, program.number, run.reached)
        self.closed = Closed()
        self.tree: Tree | None = None
        self.values: Ints | None = None if run.seats is None else self._extended(run.seats)

    def _extended(self, seats: Ints) -> Ints:
        values = np.zeros(self.program.width, dtype=np.int64)
        values[: len(seats)] = seats
        return self.program.filled(values)

    def searched(self) -> bool:
        """Work until the bound is met or the budget spent; False where no answer is there."""
        if self.values is None and self.program.n_groups:
            free = (1, *[0] * (sum(self.judge.sizes) - 1))  # the judge knows as much by itself
            self.closed = Closed(bound=self.judge.value(free))
            self._take(greedy(self.program))
        answer: Relaxed | None = None
        for linked in (False, True)[: 1 + (self.program.n_seats <= LINKED_SEATS)]:
            found = waited(self.run.watch, partial(relaxed, linked=linked), self.program, self.budget.left())
            if found is not None:
                answer = found
                self._bounded(found)
                self._around(likely(self.program, found.columns))
        if self.values is None:
            self._around(np.ones(self.program.n_groups, dtype=bool))
        if self.values is not None and answer is not None:
            self._closed_in(answer)
        return self.values is not None

    def _closed_in(self, answer: Relaxed) -> None:
        """Search among the openings that the relaxation likes, then in neighbourhoods, and grow a tree."""
        liked = answer.columns[self.program.opened(np.arange(self.program.n_groups))] > NEAR
        if self.program.n_seats > MANY_SEATS:
            liked[:] = False
        steps: list[Callable[[], None]] = [self._grown, partial(self._improved, IDLE)] * 2
        if self.program.width > SMALL:
            steps.reverse()
        steps = [partial(self._around, liked), *steps, partial(self._improved, LAST_IDLE)]
        for step in steps:
            if self._met() or self.budget.spent():
                return
            step()

    def _bounded(self, answer: Relaxed) -> None:
        """Keep the prices of a relaxation where they bound the stage better."""
        prices = whole_prices(self.program, answer.duals)
        bound = self.judge.value(prices)
        if self.closed.bound is None or bound <= self.closed.bound:
            self.closed = Closed((0,), (prices,), (), bound)

    def _around(self, free: Bools) -> None:
        """The best answer in which these groups are open or not, and all others as they are."""
        values = np.zeros(self.program.width, dtype=np.int64) if self.values is None else self.values
        free = free | (values[self.program.opened(np.arange(self.program.n_groups))] > 0)
        longest = SLICE if self.program.n_seats <= MANY_SEATS else LONG_SLICE
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
        share = 1.0 if idle == LAST_IDLE else SEARCH_SHARE
        improved(self.program, self.values, self.closed.bound, self.budget.fraction(share, idle), self._take)

    def _grown(self) -> None:
        """Grow the tree of branches; it is kept where it says more than the root's prices alone."""
        if not 0 < self.program.n_seats <= LINKED_SEATS:
            return
        if self.tree is None:
            self.tree = Tree(self.program, self.judge, self.run.watch)
        self.tree.keep(self.values)
        try:
            self.tree.grow(self.budget.fraction(TREE_SHARE, IDLE), MOST_NODES)
        finally:
            self._keep(self.tree)

    def _keep(self, tree: Tree) -> None:
        """The bound of a tree as far as it has grown, and its best answer."""
        leaves = tree.leaves()
        bound = max([*(leaf.bound for leaf in leaves), tree.value])
        if leaves and (self.closed.bound is None or bound <= self.closed.bound):
            counts = tuple((cut.family, len(cut.sets), *cut.sets, *cut.groups) for cut in tree.cuts)
            self.closed = Closed(tree.branches(), tuple(leaf.prices for leaf in leaves), counts, bound)
        self._take(tree.best)
