"""Branch and bound on how many groups open, with prices at every leaf.

Branches are on sums of openings (of a topic, of a topic at a slot) before single groups, for these divide fractional
answers far better. Which one is chosen by trying some of them (Achterberg, Koch, Martin: Branching rules revisited,
2005). Relaxations are solved in floats; what closes a leaf is the exact bound of its prices.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import FREE
from mmatch.groups.priced_rows import CountingCut, Side
from mmatch.portfolio.counting_cuts import CountingCuts
from mmatch.portfolio.neighbourhoods import best_within
from mmatch.portfolio.relaxation import whole_prices
from mmatch.portfolio.simplex import Simplex

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.groups.bound import GroupBound
    from mmatch.instance import Watch
    from mmatch.portfolio.linear_program import GroupProgram
    from mmatch.portfolio.time_budget import Budget

NEAR = 1e-6
ROUNDS = 12  # of counting cuts at the root
POLISH, POLISH_NODES = 8, 30  # nodes from one search for a better answer to the next; nodes of such a search
TRIED = 12  # branches, before one is chosen


@dataclass(eq=False)
class Node:
    """A node of the tree: the sides on the way to it, each with the number of its set, and the bound of its prices."""

    sides: tuple[tuple[int, Side], ...] = ()
    prices: tuple[int, ...] = ()
    bound: int = FREE * FREE
    children: list[Node] = field(default_factory=list)


class Tree:
    """Branch and bound over openings for one stage."""

    def __init__(self, program: GroupProgram, judge: GroupBound, watch: Watch) -> None:
        self.program, self.judge = program, judge
        self.best: Ints | None = None
        self.value = -FREE * FREE
        sets = list(_sets(program))
        self.sets = [groups for groups, _ in sets]
        self.weight = np.array([weight for _, weight in sets])
        self.member = np.zeros((len(sets), program.n_groups))
        for number, groups in enumerate(self.sets):
            self.member[number, groups] = 1
        self.simplex = Simplex(program, self.sets, watch)
        self.cuts: list[CountingCut] = []
        self.root = Node()
        self.open: list[tuple[int, int, Node]] = []  # nodes to divide, the highest bound first
        self.made = self.divided = 0

    def grow(self, budget: Budget, most: int) -> None:
        """Divide the node with the highest bound, again and again, up to so many; goes on where it stopped."""
        if not self.root.prices:
            self._cut_root(budget)
            if not self._solved(self.root):
                return
            self._push(self.root)
        while self.open and -self.open[0][0] > self.value and self.divided < most and not budget.spent():
            node = self.open[0][2]
            if not self._solved(node):
                return
            heapq.heappop(self.open)
            if node.bound > self.value:
                if self.divided % POLISH == 0:
                    self._polish(budget)
                self._divide(node)
                self.divided += 1

    def keep(self, values: Ints | None) -> None:
        """Keep an answer that is better than the best one so far."""
        if values is not None and self.program.total(values) > self.value:
            self.best, self.value = values, self.program.total(values)

    def leaves(self) -> list[Node]:
        """The leaves in the judge's order; none where not even the root has prices."""
        return [node for node in self._preorder() if not node.children and node.prices]

    def branches(self) -> tuple[int, ...]:
        """The tree in preorder, as the judge reads it."""
        numbers: list[int] = []
        for node in self._preorder():
            side = node.children[0].sides[-1][1] if node.children else None
            numbers += [0] if side is None else [len(side.groups), *side.groups, side.k]
        return tuple(numbers)

    def _preorder(self) -> Iterator[Node]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children[::-1]

    def _push(self, node: Node) -> None:
        heapq.heappush(self.open, (-node.bound, self.made, node))
        self.made += 1

    def _cut_root(self, budget: Budget) -> None:
        """Add counting cuts as long as there are new ones."""
        finder = CountingCuts(self.program)
        for _ in range(ROUNDS):
            if budget.spent() or not self.simplex.solved():
                return
            cuts = [cut for cut in finder.broken(self.simplex.columns) if cut not in self.cuts]
            if not cuts:
                return
            self.cuts += cuts
            for cut in cuts:
                self.simplex.cut(self.program.row_of(cut.row(self.program.instance, self.program.groups)))

    def _solved(self, node: Node) -> bool:
        """Solve the relaxation at a node, keep its prices where they are better; False where there is no answer."""
        self.simplex.branch(node.sides)
        if not self.simplex.solved():
            return False
        prices = whole_prices(self.program, *self.simplex.duals(node.sides))
        bound = self.judge.value(prices, self.cuts, [side for _, side in node.sides])
        if bound < node.bound:
            node.prices, node.bound = prices, bound
        rounded = np.rint(self.simplex.columns)
        if np.abs(self.simplex.columns - rounded).max(initial=0.0) <= NEAR:
            values = self.program.filled(rounded.astype(np.int64))
            self.keep(values if self.program.keeps(values) else None)
        return True

    def _polish(self, budget: Budget) -> None:
        """Look for a better answer among the openings that the relaxation of this node likes."""
        if self.best is not None:
            openings = self.program.opened(np.arange(self.program.n_groups))
            liked = (self.simplex.columns[openings] > NEAR) | (self.best[openings] > 0)
            found, _ = budget.timed(best_within, self.program, liked, self.best, False, limits=POLISH_NODES)
            self.keep(found)

    def _divide(self, node: Node) -> None:
        """Give a node its two branches; none where its openings are whole."""
        sums = self.member @ self.simplex.columns[self.program.opened(np.arange(self.program.n_groups))]
        fraction = sums - np.floor(sums + NEAR)
        divisible = np.flatnonzero(np.minimum(fraction, 1 - fraction) > NEAR)
        if len(divisible):
            half = np.minimum(fraction, 1 - fraction) * self.weight
            likely = divisible[np.argsort(-half[divisible], kind="stable")][:TRIED].tolist()
            chosen = max(likely, key=lambda number: self._tried(node, number, float(sums[number])))
            node.children = [
                Node((*node.sides, (chosen, side)), (*node.prices, 0), node.bound)
                for side in self._sides(chosen, float(sums[chosen]))
            ]
            for child in node.children:
                self._push(child)

    def _sides(self, number: int, total: float) -> tuple[Side, Side]:
        groups, k = tuple(self.sets[number]), math.floor(total + NEAR)
        return Side(groups, k, at_most=True), Side(groups, k + 1, at_most=False)

    def _tried(self, node: Node, number: int, total: float) -> float:
        """How much both sides of a branch lower the relaxation, multiplied."""
        product = 1.0
        for side in self._sides(number, total):
            self.simplex.branch((*node.sides, (number, side)))
            value = self.simplex.optimum()
            lost = 0.0 if value is None else self.simplex.value - max(value, float(self.value))
            product *= max(lost, NEAR)
        return product


def _sets(program: GroupProgram) -> Iterator[tuple[list[int], int]]:
    """(set of groups to branch on, how promising it is): of a topic at a slot, of a topic, and each group alone."""
    groups, labels = program.groups, program.instance.labels
    topic = labels.topic_of_offer[groups.offer]
    seen: set[tuple[int, ...]] = set()
    for weight, keys in ((2, (topic, groups.slot)), (4, (topic, topic)), (1, (np.arange(len(groups)), groups.slot))):
        _, label = np.unique(np.column_stack(keys), axis=0, return_inverse=True)
        for number in range(int(label.max(initial=-1)) + 1):
            members = tuple(np.flatnonzero(label == number).tolist())
            if members not in seen:
                seen.add(members)
                yield list(members), weight
