"""The instance as integer rows, for solvers that search: variables for edges, pieces of loads, and the worst-off.

Stages are maximised one after the other; what a stage reached becomes an integer row for all later ones, so nothing is
folded and nothing is a tolerance. Loads are exact because their rewards never rise: the best pieces fill first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import SolverError
from mmatch.instance import Answer
from mmatch.instance.totals import load_labels, stage_total, tier_values
from mmatch.matching import Status
from mmatch.people.columns import NONE
from mmatch.terms import Worst

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Bounds, ConvexLoad, Count, Total

FAR = 2**62


@dataclass(frozen=True, eq=False)
class Row:
    """lower <= sum of coefficients x variables <= upper."""

    variables: Ints
    coefficients: Ints
    lower: int
    upper: int


@dataclass(frozen=True, eq=False)
class Goal:
    """One linear form to maximise; ``reached`` reads it off a choice of edges, ``top`` is what it can never exceed.

    A ``probe`` asks only whether its top can be reached: where it cannot, nothing is held and nothing changes.
    """

    variables: Ints
    coefficients: Ints
    reached: Callable[[Bools], int | None]
    top: int | None = None
    probe: bool = False


@dataclass(frozen=True, eq=False)
class Found:
    """What one search gave: chosen edges if any, whether it claims the optimum, and a bound in the goal's unit."""

    chosen: Bools | None
    optimal: bool = False
    infeasible: bool = False
    bound: int | None = None


Search = Callable[["Model", Goal, "Bools | None"], Found]


@dataclass(eq=False)
class Model:
    """Whole-number variables between bounds, rows over them; the first ones are the edges."""

    n_edges: int
    lower: list[Ints] = field(default_factory=list)
    upper: list[Ints] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    size: int = 0

    def add(self, lower: Ints, upper: Ints) -> Ints:
        """New variables: their numbers."""
        numbers = np.arange(self.size, self.size + len(upper))
        self.lower.append(lower)
        self.upper.append(upper)
        self.size += len(upper)
        return numbers

    def bounds(self) -> tuple[Ints, Ints]:
        """(lower, upper) of all variables."""
        return np.concatenate(self.lower), np.concatenate(self.upper)

    @classmethod
    def of(cls, instance: Instance) -> Model:
        """The edges and the bounds on their sums."""
        n = len(instance.request)
        model = cls(n)
        edges = model.add(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64))
        if n == 0:
            model.add(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))  # searches want a variable
        for family in instance.bounds:
            model.sums(edges, family)
        return model

    def sums(self, edges: Ints, family: Bounds) -> None:
        """A row for each set that can bind: the sum over its members."""
        for k, members in _members(family.label, len(family.upper)):
            if family.lower[k] > 0 or family.upper[k] < len(members):
                ones = np.ones(len(members), dtype=np.int64)
                self.rows.append(Row(edges[members], ones, int(family.lower[k]), int(family.upper[k])))

    def pieces(self, instance: Instance, load: ConvexLoad) -> tuple[Ints, Ints, Ints]:
        """Variables for the units of each set of a load: (variables, set of each, which unit of the set from 0)."""
        label = load_labels(instance, load)
        n = int(label.max(initial=NONE)) + 1
        found = [(k, len(members), members) for k, members in _members(label, n)]
        sizes = np.array([size for _, size, _ in found], dtype=np.int64)
        owner = np.repeat(np.arange(n), sizes)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        units = self.add(np.zeros(len(owner), dtype=np.int64), np.ones(len(owner), dtype=np.int64))
        start = np.concatenate([[0], np.cumsum(sizes)])
        for k, size, members in found:
            if size:
                variables = np.concatenate([members, units[start[k] : start[k + 1]]])
                self.rows.append(Row(variables, np.repeat([1, -1], size), 0, 0))
        return units, owner, place


def _members(label: Ints, n: int) -> Iterator[tuple[int, Ints]]:
    """(number, edges) of each set."""
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(n + 1))
    for k in range(n):
        yield k, order[start[k] : start[k + 1]]


def in_order(instance: Instance, watch: Watch, search: Search) -> Answer:
    """Maximise stage after stage by a search, holding what each reached.

    Raises:
        SolverError: where the search loses a stage that it had reached.
    """
    model = Model.of(instance)
    best: Bools | None = None
    for number, goal in _goals(instance, model, watch):
        if best is None or goal.top is None or goal.reached(best) != goal.top:
            stopped = watch.reason()
            if stopped:
                return _partial(instance, best, number, stopped)
            _tell(instance, best, watch, number)
            found = search(model, goal, best)
            if found.infeasible and best is None:
                return Answer(Status.INFEASIBLE)
            if found.infeasible:
                raise SolverError("the search lost what it had reached")
            if goal.probe and found.chosen is not None and found.optimal and goal.reached(found.chosen) != goal.top:
                continue
            if found.chosen is None or (best is not None and _worse(instance, found.chosen, best, number)):
                return _partial(instance, best, number, watch.reason() or "time_limit")
            best = found.chosen
            if not found.optimal:
                return _partial(instance, best, number, watch.reason() or "time_limit", found.bound)
        reached = goal.reached(best)
        if reached is not None:
            model.rows.append(Row(goal.variables, goal.coefficients, reached, FAR))
        watch.best = _partial(instance, best, number, "interrupted")
    return Answer(Status.OPTIMAL, best, len(instance.tiers))


def _tell(instance: Instance, best: Bools | None, watch: Watch, number: int) -> None:
    if watch.progress is not None and best is not None:
        done = instance.tiers_within(number)
        watch.tell("tiers", done, len(instance.tiers), tier_values(instance, best, done))


def _goals(instance: Instance, model: Model, watch: Watch) -> Iterator[tuple[int, Goal]]:
    """(stage, goal) in order: one goal a stage, but one for each level that a leximin order or a bisection looks at."""
    for number, stage in enumerate(instance.stages):
        reached = partial(stage_total, instance, stage)
        if not isinstance(stage, Worst):
            yield number, _sum_goal(instance, model, stage, reached)
        elif stage.full:
            yield from ((number, goal) for goal in _level_goals(stage))
        elif stage.single:
            yield from ((number, goal) for goal in _bisection(stage, watch))
        else:
            yield number, _worst_goal(instance, model, stage)


def _sum_goal(instance: Instance, model: Model, stage: Total | Count, reached: Callable[[Bools], int]) -> Goal:
    used = np.flatnonzero(stage.weights)
    parts = [(used, stage.weights[used])]
    for load in stage.loads:
        pieces, owner, place = model.pieces(instance, load)
        rewards = load.rewards(int(place.max(initial=0)) + 1)[place]
        parts.append((pieces, rewards if load.factor is None else rewards * load.factor[owner]))
    variables, coefficients = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Goal(variables, coefficients.astype(np.int64), reached)


def _level_goals(stage: Worst) -> Iterator[Goal]:
    """As few edges as possible on each level, from the lowest."""
    for level in np.unique(stage.weights).tolist():
        edges = np.flatnonzero(stage.weights == level)
        yield Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0)


def _bisection(stage: Worst, watch: Watch) -> Iterator[Goal]:
    """The highest level below which no edge is needed; a tier before has found a first answer."""
    chosen = _best(watch)
    if chosen is None or not chosen.any():
        return
    levels = np.unique(stage.weights)
    low, high = int(np.searchsorted(levels, stage.weights[chosen].min())), len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        goal = _none_below(stage, levels[middle], probe=True)
        yield goal
        chosen = _best(watch)
        if chosen is not None and goal.reached(chosen) == 0:
            low = int(np.searchsorted(levels, stage.weights[chosen].min()))
        else:
            high = middle - 1
    yield _none_below(stage, levels[low], probe=False)


def _best(watch: Watch) -> Bools | None:
    """The choice that holds all goals so far."""
    return None if watch.best is None else watch.best.chosen


def _none_below(stage: Worst, level: int, *, probe: bool) -> Goal:
    edges = np.flatnonzero(stage.weights < level)
    return Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0, probe=probe)


def _minus_count(edges: Ints, chosen: Bools) -> int:
    return -int(chosen[edges].sum())


def _worst_goal(instance: Instance, model: Model, stage: Worst) -> Goal:
    """A variable below the sum of every mentee who has a seat; who has none counts as much as can be."""
    mentee, n = instance.labels.label("mentee"), instance.labels.count("mentee")
    positive = np.bincount(mentee, weights=np.maximum(stage.weights, 0), minlength=n)
    top, bottom = int(positive.max(initial=0)), -int(np.abs(np.minimum(stage.weights, 0)).sum())
    least = model.add(np.array([bottom]), np.array([top]))
    served = model.add(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64))
    for edge, who in enumerate(mentee.tolist()):
        model.rows.append(Row(np.array([served[who], edge]), np.array([1, -1]), 0, 1))
    order = np.argsort(mentee, kind="stable")
    start = np.searchsorted(mentee[order], np.arange(n + 1))
    for who in range(n):
        edges = order[start[who] : start[who + 1]]
        variables = np.concatenate([edges, [served[who]], least])
        coefficients = np.concatenate([stage.weights[edges], [-(top - bottom)], [-1]])
        model.rows.append(Row(variables, coefficients, -(top - bottom), FAR))

    def reached(chosen: Bools) -> int | None:
        return stage_total(instance, stage, chosen) if chosen.any() else None

    return Goal(least, np.ones(1, dtype=np.int64), reached)


def _worse(instance: Instance, chosen: Bools, best: Bools, stage: int) -> bool:
    """Whether a choice lost something in the stages before: floats may, and then it is not believed."""
    totals = ([stage_total(instance, s, c) for s in instance.stages[:stage]] for c in (chosen, best))
    lost: bool = next(totals) < next(totals)
    return lost


def _partial(
    instance: Instance, best: Bools | None, stages: int, stopped: str | None, bound: int | None = None
) -> Answer:
    """An answer with so many stages done."""
    if best is None:
        return Answer(Status.UNKNOWN, stopped=stopped)
    done = instance.tiers_within(stages)
    limit: Fraction | None = None
    if bound is not None and done < len(instance.tiers) and not instance.tiers[done].vector:
        stage = instance.tiers[done].stages[0]
        limit = bound * stage.unit + (Fraction(0) if isinstance(stage, Worst) else stage.constant)
    return Answer(Status.FEASIBLE, best, done, stopped=stopped, limit=limit)
