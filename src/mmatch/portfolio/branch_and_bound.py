"""A tree of branches on how many groups open, each leaf closed by prices of its own.

Branching is on sums of openings first (of a topic, at a slot, of a leader), for these divide the fractional answers far
better than single groups. The relaxations are solved in floats by GLOP, one after another from the last basis; what
closes a leaf is the exact bound of its prices. Achterberg, Koch, Martin: Branching rules revisited (2005).
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.groups.bound import Count, GroupBound, Side, counted
from mmatch.portfolio.counting_cuts import Counting
from mmatch.portfolio.linear_program import stacked
from mmatch.portfolio.neighbourhoods import best_within
from mmatch.portfolio.relaxation import whole_prices
from mmatch.portfolio.time_budget import waited
from mmatch.terms import FREE

if TYPE_CHECKING:
    from mmatch.arrays import Floats, Ints
    from mmatch.instance import Watch
    from mmatch.portfolio.linear_program import Block, GroupProgram
    from mmatch.portfolio.relaxation import Relaxed
    from mmatch.portfolio.time_budget import Budget

NEAR = 1e-6
ROUNDS = 12  # of counting cuts at the root
POLISH, POLISH_NODES = 8, 30  # nodes from one search for a better answer to the next; nodes of such a search
STRONG = 12  # branches tried before one is chosen
PATIENCE = 5.0  # deterministic seconds of one relaxation: GLOP can walk in a circle for ever
FULL = 1e4  # groups of a side that holds nothing: a limit, for GLOP begins anew where a row has none any more
SPARE = 500  # sides that can be added without a new column
PENALTY = 50.0  # of one opening too few or too many, in the greatest weights of one group


@dataclass(eq=False)
class Node:
    """A node of the tree: the sides on the way to it, its prices, and its two branches once it has been divided."""

    sides: tuple[tuple[int, Side], ...]
    prices: tuple[int, ...]
    bound: int
    below: list[Node] = field(default_factory=list)


class Tree:
    """Branch and bound over openings for one stage."""

    def __init__(
        self, program: GroupProgram, judge: GroupBound, start: tuple[Relaxed, Ints | None], watch: Watch
    ) -> None:
        self.program, self.judge = program, judge
        relaxed, best = start
        self.best, self.value = best, -FREE * FREE if best is None else program.total(best)
        self.engine = _Engine(program, relaxed.links, watch)
        self.cuts: list[Count] = []
        self.sets, self.kind = map(list, zip(*_sets(program), strict=True))
        self.member = np.zeros((len(self.sets), program.n_groups))
        for row, groups in enumerate(self.sets):
            self.member[row, groups] = 1
        self.root: Node | None = None
        self.waiting: list[tuple[int, int, Node]] = []  # the highest bound first
        self.made = self.looked_at = 0
        self.gains: dict[tuple[int, bool], list[float]] = {}

    def grown(self, budget: Budget, most_nodes: int) -> bool:
        """Divide the node with the highest bound, again and again; True where every leaf is closed.

        A tree that was left open goes on where it stopped.
        """
        if self.root is None:
            self.root = self._root(budget)
            self._wait(self.root)
        while self.root is not None and self.looked_at < most_nodes:
            while self.waiting and -self.waiting[0][0] <= self.value:
                heapq.heappop(self.waiting)
            if not self.waiting or budget.spent():
                break
            node = heapq.heappop(self.waiting)[2]
            if not self._solved(node):
                self._wait(node)
                break  # the engine gave up on it
            if node.bound > self.value:
                if self.looked_at % POLISH == 0:
                    self._polished(budget)
                self._wait(*self._divided(node))
            self.looked_at += 1
        return self.root is not None and not self.waiting

    def _wait(self, *nodes: Node | None) -> None:
        for node in nodes:
            if node is not None:
                heapq.heappush(self.waiting, (-node.bound, self.made, node))
                self.made += 1

    def learnt(self, values: Ints | None) -> None:
        """Keep a better answer that was found elsewhere."""
        if values is not None and self.program.total(values) > self.value:
            self.best, self.value = values, self.program.total(values)

    def _polished(self, budget: Budget) -> None:
        """Look for a better answer among the openings that the relaxation of this node likes."""
        if self.best is None:
            return
        columns = self.program.opened(np.arange(self.program.n_groups))
        liked = (self.engine.columns[columns] > NEAR) | (self.best[columns] > 0)
        found, _ = budget.timed(best_within, self.program, liked, self.best, False, limits=POLISH_NODES)
        if found is not None and self.program.total(found) > self.value:
            self.best, self.value = found, self.program.total(found)

    def bound(self) -> int | None:
        """The exact bound that all leaves give together."""
        return None if self.root is None else max(leaf.bound for leaf in self.leaves())

    def leaves(self) -> Iterator[Node]:
        """The leaves in the judge's order."""
        waiting = [] if self.root is None else [self.root]
        while waiting:
            node = waiting.pop()
            if node.below:
                waiting += node.below[::-1]
            else:
                yield node

    def branches(self) -> tuple[int, ...]:
        """The tree in preorder, as the judge reads it."""
        numbers: list[int] = []
        waiting = [] if self.root is None else [self.root]
        while waiting:
            node = waiting.pop()
            if not node.below:
                numbers.append(0)
                continue
            side = node.below[0].sides[-1][1]
            numbers += [len(side.groups), *side.groups, side.k]
            waiting += node.below[::-1]
        return tuple(numbers)

    # -- nodes --------------------------------------------------------------------------------------------------------

    def _root(self, budget: Budget) -> Node | None:
        """The root, with counting cuts as long as they help."""
        finder = Counting(self.program)
        node = Node((), (), FREE * FREE)
        for _ in range(ROUNDS):
            if not self.engine.solved() or budget.spent():
                break
            cuts = [cut for cut in finder.broken(self.engine.columns) if cut not in self.cuts]
            if not cuts:
                break
            self.cuts += cuts
            for cut in cuts:
                self.engine.add(self.program.row_of(counted(self.program.instance, self.program.groups, cut)))
        return node if self._solved(node) else None

    def _solved(self, node: Node) -> bool:
        """Solve the relaxation at a node, keep its prices where they are better; False where there is no answer."""
        self.engine.set(self.sets, node.sides)
        if not self.engine.solved():
            return False
        prices = whole_prices(self.program, *self.engine.duals(len(self.cuts), node.sides))
        exact = self.judge.value(prices, self.cuts, [side for _, side in node.sides])
        if exact is None or exact < node.bound:
            node.prices, node.bound = prices, -FREE * FREE if exact is None else exact
        self._learn()
        return True

    def _learn(self) -> None:
        """Keep a whole answer that the relaxation gives by itself."""
        rounded = np.rint(self.engine.columns)
        if np.abs(self.engine.columns - rounded).max(initial=0.0) > NEAR:
            return
        values = self.program.filled(rounded.astype(np.int64))
        if self.program.keeps(values) and self.program.total(values) > self.value:
            self.best, self.value = values, self.program.total(values)

    def _divided(self, node: Node) -> list[Node]:
        """The two branches of a node; none where its openings are whole."""
        opened = self.engine.columns[self.program.opened(np.arange(self.program.n_groups))]
        sums = self.member @ opened
        part = sums - np.floor(sums + NEAR)
        half = np.minimum(part, 1 - part)
        promising = [row for row in np.argsort(-half, kind="stable")[:40].tolist() if half[row] > NEAR]
        if not promising:
            return []
        score = [self._expected(self.kind[row], part[row]) for row in promising]
        tried = sorted(range(len(promising)), key=lambda k: -score[k])[:STRONG]
        chosen = max((promising[k] for k in tried), key=lambda row: self._gain(node, row, float(sums[row])))
        k = math.floor(sums[chosen] + NEAR)
        groups = tuple(self.sets[chosen])
        sides = (Side(groups, k, at_most=True), Side(groups, k + 1, at_most=False))
        node.below = [Node((*node.sides, (chosen, side)), (*node.prices, 0), node.bound) for side in sides]
        return node.below

    def _expected(self, kind: bool, part: float) -> float:
        up, down = (float(np.mean(self.gains.get((kind, side), [1.0]))) for side in (True, False))
        return max(up * (1 - part), NEAR) * max(down * part, NEAR)

    def _gain(self, node: Node, row: int, total: float) -> float:
        """How much both sides of a branch lower the relaxation, multiplied."""
        before, part = self.engine_value, total - math.floor(total + NEAR)
        product = 1.0
        for at_most in (True, False):
            k = math.floor(total + NEAR) + (not at_most)
            self.engine.set(self.sets, (*node.sides, (row, Side(tuple(self.sets[row]), k, at_most=at_most))))
            value = self.engine.value if self.engine.solved(links=False) else before
            lost = before - max(value, float(self.value))
            share = part if at_most else 1 - part
            self.gains.setdefault((self.kind[row], not at_most), []).append(lost / max(share, NEAR))
            product *= max(lost, NEAR)
        return product

    @property
    def engine_value(self) -> float:
        """The relaxation's value at the node that was solved last."""
        return self.engine.kept


def _sets(program: GroupProgram) -> Iterator[tuple[list[int], int]]:
    """(set of groups to branch on, its kind): of a topic, a slot, a leader, two of these, and each group alone."""
    g = program.groups
    labels = program.instance.labels
    topic = labels.cohort.offers.topic[labels.offer_rows[g.offer]]
    seen: set[tuple[int, ...]] = set()
    pairs = [(topic, g.slot), (topic, topic), (g.leader, topic), (g.leader, g.slot), (g.leader, g.leader)]
    for kind, (one, other) in enumerate([*pairs, (g.slot, g.slot), (np.arange(len(g)), g.slot)]):
        order = np.lexsort((other, one))
        breaks = np.flatnonzero((np.diff(one[order]) != 0) | (np.diff(other[order]) != 0)) + 1
        for members in np.split(order, breaks):
            key = tuple(sorted(members.tolist()))
            if key and key not in seen:
                seen.add(key)
                yield list(key), kind


class _Engine:
    """The relaxation in GLOP: rows are added, sides are set and lifted, the last basis is kept."""

    def __init__(self, program: GroupProgram, links: Sequence[Block], watch: Watch) -> None:
        from ortools.linear_solver import pywraplp

        self.program, self.watch = program, watch
        self.solver: Any = pywraplp.Solver.CreateSolver("GLOP")
        self.solver.SetSolverSpecificParametersAsString(
            f"use_dual_simplex: true use_preprocessing: false max_deterministic_time: {PATIENCE}"
        )
        self.optimal = pywraplp.Solver.OPTIMAL
        self.afresh: Any = pywraplp.MPSolverParameters()
        self.afresh.SetIntegerParam(self.afresh.INCREMENTALITY, self.afresh.INCREMENTALITY_OFF)
        self.scale = program.scale
        self.variables = [self.solver.NumVar(0.0, float(high), "") for high in program.limits.tolist()]
        self.slacks = [self._slack() for _ in range(2 * SPARE)]
        objective = self.solver.Objective()
        for column in np.flatnonzero(program.cost).tolist():
            objective.SetCoefficient(self.variables[column], float(program.cost[column]) / self.scale)
        objective.SetMaximization()
        self.priced = self.add(program.priced)
        self.linked = np.zeros(program.n_places, dtype=bool)
        self.add(stacked([program.shape, *links]))
        for block in links:
            self.linked[block.column[block.column < program.n_places]] = True
        self.added: list[Any] = []
        self.sides: dict[int, Any] = {}
        self.active: dict[int, tuple[float, float]] = {}
        self.value = self.kept = 0.0
        self.columns: Floats = np.zeros(program.width)

    def add(self, block: Block) -> list[Any]:
        """New rows."""
        infinity = self.solver.infinity()
        made = [
            self.solver.Constraint(low if low > -FREE else -infinity, high if high < FREE else infinity)
            for low, high in zip(block.lower.astype(float).tolist(), block.upper.astype(float).tolist(), strict=True)
        ]
        for row, column, value in zip(block.row.tolist(), block.column.tolist(), block.value.tolist(), strict=True):
            made[row].SetCoefficient(self.variables[column], made[row].GetCoefficient(self.variables[column]) + value)
        if hasattr(self, "added"):
            self.added += made
        return made

    def set(self, sets: Sequence[Sequence[int]], sides: Sequence[tuple[int, Side]]) -> None:
        """Let just these sides hold; what they ask too much is paid for, so that there is always an answer."""
        wanted: dict[int, tuple[float, float]] = {}
        for row, side in sides:
            low, high = wanted.get(row, (0.0, FULL))
            wanted[row] = (low, min(high, side.k)) if side.at_most else (max(low, side.k), high)
        for row in self.active.keys() | wanted.keys():
            if self.active.get(row) != wanted.get(row):
                self._side(row, sets[row]).SetBounds(*wanted.get(row, (0.0, FULL)))
        self.active = wanted

    def _side(self, row: int, groups: Sequence[int]) -> Any:
        if row not in self.sides:
            made = self.solver.Constraint(0.0, FULL)
            for group in groups:
                made.SetCoefficient(self.variables[self.program.n_places + group], 1.0)
            for sign in (1.0, -1.0):
                made.SetCoefficient(self.slacks.pop() if self.slacks else self._slack(), sign)
            self.sides[row] = made
        return self.sides[row]

    def _slack(self) -> Any:
        """A column that pays for what a side asks too much.

        Most are made at the beginning: GLOP goes on from its last basis where rows are new, not where columns are, too.
        """
        slack = self.solver.NumVar(0.0, self.solver.infinity(), "")
        most = float(self.program.groups.most.max(initial=1))
        penalty = PENALTY * most * float(np.abs(self.program.cost).max(initial=1)) / self.scale
        self.solver.Objective().SetCoefficient(slack, -penalty)
        return slack

    def solved(self, *, links: bool = True) -> bool:
        """Solve; with ``links`` again until no link is broken. False where GLOP gives no optimum."""
        while True:
            ended = waited(self.watch, self.solver.Solve)
            if ended != self.optimal and waited(self.watch, self.solver.Solve, self.afresh) != self.optimal:
                return False
            self.value = self.solver.Objective().Value() * self.scale
            if not links:
                return True
            self.columns = np.array([variable.solution_value() for variable in self.variables])
            self.kept = self.value
            loose = self.program.loose(self.columns)
            loose = loose[~self.linked[loose]]
            if not len(loose):
                return True
            self.linked[loose] = True
            held, self.added = self.added, []
            self.add(self.program.links(loose))
            self.added = held

    def duals(self, cuts: int, sides: Sequence[tuple[int, Side]]) -> tuple[Floats, list[float]]:
        """(dual values of the priced rows, of the cuts and of the sides)."""
        duals = np.array([row.dual_value() for row in self.priced]) * self.scale
        extra = [row.dual_value() * self.scale for row in self.added[:cuts]]
        tightest: dict[tuple[int, bool], int] = {}
        for place, (row, side) in enumerate(sides):
            tightest[row, side.at_most] = place
        paid = [0.0] * len(sides)
        for (row, at_most), place in tightest.items():
            price = self.sides[row].dual_value() * self.scale
            paid[place] = max(price, 0.0) if at_most else min(price, 0.0)
        return duals, [*extra, *paid]
