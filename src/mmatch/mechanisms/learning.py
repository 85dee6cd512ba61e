"""Clause learning over pseudo-Boolean constraints: values that keep them all, or clauses that show that none do.

Values are tried until a constraint fails; what of them made it fail becomes a new clause, so that no other trial runs
into the same. Each clause follows from the constraints and the clauses before it by *unit propagation* alone: were all
its literals false, one after another would be forced, and a constraint broken. So others can check it (Goldberg,
Novikov 2003). The last clause is empty where nothing keeps the constraints.

Marques-Silva, Sakallah: GRASP (1999). Eén, Sörensson: An extensible SAT-solver (2003). Chai, Kuehlmann: A fast
pseudo-Boolean constraint solver (2005).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import TYPE_CHECKING

from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mmatch.instance.unblocked import Constraints

Literal = int
RESTART = 64  # conflicts, times 1, 1, 2, 1, 1, 2, 4, … (Luby, Sinclair, Zuckerman 1993)
FADE, HUGE = 1.05, 1e100


@dataclass(frozen=True)
class Learned:
    """What came of it: one of both, or nothing where it was stopped.

    Args:
        true: the variables that are true.
        clauses: what was learned on the way to the empty clause, as far as that needs it; the empty one is left out.
    """

    true: frozenset[int] | None = None
    clauses: list[list[Literal]] | None = None


def learn(
    constraints: Constraints,
    given: Iterable[Literal],
    likely: Iterable[int],
    stop: Callable[[], object],
    most: float = inf,
) -> Learned:
    """Values that keep all constraints, or clauses that show that there are none.

    Args:
        constraints: what must hold.
        given: literals that are true.
        likely: variables to be tried as true first; others are tried as false.
        stop: whether to give up, asked now and then.
        most: give up after so many clauses.
    """
    trial = _Trial(constraints.size, likely)
    for row in constraints.rows:
        trial.add(row.literals, row.weights, row.least)
    for literal in given:
        trial.add([literal], [1], 1)
    return trial.run(stop, most)


@dataclass
class _Rows:
    """Constraints, and how far each is from failing."""

    literals: list[list[Literal]] = field(default_factory=list)
    weights: list[list[int]] = field(default_factory=list)
    top: list[int] = field(default_factory=list)  # the largest weight
    spare: list[int] = field(default_factory=list)  # all weights beyond what must be true
    slack: list[int] = field(default_factory=list)  # the same without literals that are false
    because: list[list[int]] = field(default_factory=list)  # the rows from which it was learned


class _Trial:
    """Values as far as they are set, in order, and why."""

    def __init__(self, size: int, likely: Iterable[int]) -> None:
        self.rows = _Rows()
        self.uses: dict[Literal, list[tuple[int, int]]] = {x: [] for v in range(1, size + 1) for x in (v, -v)}
        self.false: set[Literal] = set()
        self.trail: list[Literal] = []  # what is true
        self.starts: list[int] = []  # where each level begins on it
        self.level, self.place, self.reason = [NONE] * (size + 1), [NONE] * (size + 1), [NONE] * (size + 1)
        self.doubtful: list[int] = []  # rows to be looked at
        self.phase = [False] * (size + 1)
        for variable in likely:
            self.phase[variable] = True
        self.activity, self.bump = [0.0] * (size + 1), 1.0
        self.heap = [(0.0, v) for v in range(1, size + 1)]
        heapify(self.heap)

    def add(self, literals: list[Literal], weights: list[int], least: int, because: tuple[int, ...] = ()) -> int:
        """One more row, to be looked at: its number."""
        rows, number = self.rows, len(self.rows.top)
        spare = sum(weights) - least
        rows.literals.append(literals)
        rows.weights.append(weights)
        rows.top.append(max(weights, default=0))
        rows.spare.append(spare)
        rows.because.append(list(because))
        for literal, weight in zip(literals, weights, strict=True):
            self.uses[literal].append((number, weight))
            spare -= weight if literal in self.false else 0
        rows.slack.append(spare)
        self.doubtful.append(number)
        return number

    def run(self, stop: Callable[[], object], most: float) -> Learned:
        """Try until nothing is left to be tried."""
        first, conflicts, round_ = len(self.rows.top), 0, 1
        while len(self.rows.top) - first <= most and not stop():
            broken = self.propagate()
            if broken != NONE and not self.starts:
                return Learned(clauses=self.needed(broken, first))
            if broken != NONE:
                self.learn(broken)
                conflicts += 1
            elif conflicts >= RESTART * _luby(round_):
                conflicts, round_ = 0, round_ + 1
                self.back(0)
            elif not self.decide():
                return Learned(true=frozenset(x for x in self.trail if x > 0))
        return Learned()

    def decide(self) -> bool:
        """Set the variable that was in most of the latest trouble; False where all are set."""
        while self.heap:
            _, variable = heappop(self.heap)
            if self.level[variable] == NONE:
                self.starts.append(len(self.trail))
                self.set(variable if self.phase[variable] else -variable, NONE)
                return True
        return False

    def set(self, literal: Literal, reason: int) -> None:
        """Make a literal true."""
        variable = abs(literal)
        self.level[variable], self.place[variable] = len(self.starts), len(self.trail)
        self.reason[variable] = reason
        self.trail.append(literal)
        self.false.add(-literal)
        slack, top = self.rows.slack, self.rows.top
        for row, weight in self.uses[-literal]:
            slack[row] -= weight
            if slack[row] < top[row]:
                self.doubtful.append(row)

    def propagate(self) -> int:
        """Set whatever must be so; the row that is broken, or `NONE`."""
        rows, false = self.rows, self.false
        while self.doubtful:
            row = self.doubtful.pop()
            slack = rows.slack[row]
            if slack < 0:
                self.doubtful.clear()
                return row
            for literal, weight in zip(rows.literals[row], rows.weights[row], strict=True):
                if weight > slack and literal not in false and -literal not in false:
                    self.set(literal, row)
        return NONE

    def why(self, row: int, literal: Literal = 0) -> list[Literal]:
        """Literals of a row that are false, the oldest first, as many as break it, or force one of the others."""
        literals, weights = self.rows.literals[row], self.rows.weights[row]
        before = self.place[abs(literal)] if literal else len(self.trail)
        found = [
            (self.place[abs(x)], weight, x) for x, weight in zip(literals, weights, strict=True) if x in self.false
        ]
        needed = self.rows.spare[row] + 1
        needed -= weights[literals.index(literal)] if literal else 0
        used = []
        for place, weight, other in sorted(found):
            if needed <= 0 or place >= before:
                break
            used.append(other)
            needed -= weight
        return used

    def learn(self, broken: int) -> None:
        """Add what made a row fail, up to the last literal that all of it passes through; go back and on from there."""
        now = len(self.starts)
        seen: set[int] = set()
        clause, because, row, literal = [], [broken], broken, 0
        latest = reversed(self.trail)
        passing = 0  # how many literals of this level have not been followed yet
        while True:
            fresh = [x for x in self.why(row, literal) if abs(x) not in seen and self.level[abs(x)] > 0]
            seen.update(map(abs, fresh))
            clause += [x for x in fresh if self.level[abs(x)] < now]
            passing += sum(self.level[abs(x)] == now for x in fresh)
            self.blame(fresh)
            literal = next(x for x in latest if abs(x) in seen)
            passing -= 1
            if not passing:
                break
            row = self.reason[abs(literal)]
            because.append(row)
        self.back(max((self.level[abs(x)] for x in clause), default=0))
        self.add([-literal, *clause], [1] * (len(clause) + 1), 1, tuple(because))

    def blame(self, literals: list[Literal]) -> None:
        """Look at some variables sooner."""
        for x in literals:
            self.activity[abs(x)] += self.bump
        self.bump *= FADE
        if self.bump > HUGE:
            self.activity = [value / HUGE for value in self.activity]
            self.bump /= HUGE
            self.heap = [(-value, v) for v, value in enumerate(self.activity) if v and self.level[v] == NONE]
            heapify(self.heap)

    def back(self, level: int) -> None:
        """Undo all levels behind one."""
        if level == len(self.starts):
            return
        start, slack = self.starts[level], self.rows.slack
        for literal in self.trail[start:]:
            self.false.remove(-literal)
            for row, weight in self.uses[-literal]:
                slack[row] += weight
            variable = abs(literal)
            self.level[variable], self.phase[variable] = NONE, literal > 0
            heappush(self.heap, (-self.activity[variable], variable))
        del self.trail[start:], self.starts[level:]
        self.doubtful.clear()

    def needed(self, broken: int, first: int) -> list[list[Literal]]:
        """The clauses that were learned, without those that nothing at the end rests on."""
        waiting = [broken, *(self.reason[abs(x)] for x in self.trail)]
        used: set[int] = set()
        while waiting:
            row = waiting.pop()
            if row not in used:
                used.add(row)
                waiting += self.rows.because[row]
        return [self.rows.literals[row] for row in sorted(used) if row >= first]


def _luby(k: int) -> int:
    """The k-th number of 1, 1, 2, 1, 1, 2, 4, 1, 1, 2 and so on."""
    size = 1
    while size < k + 1:
        size *= 2
    return size // 2 if size == k + 1 else _luby(k - size // 2 + 1)
