"""The instance as whole-number rows: variables for edges and pieces of loads, goals over them, what a search finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from mmatch.arrays import NONE, Bools, Ints, sets_of
from mmatch.constraints import FAR, FREE, Bounds, Groups
from mmatch.instance import Instance, Watch
from mmatch.terms import ConvexLoad


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

    A ``probe`` asks only whether its top can be reached, or its ``rows`` kept, in so many ``seconds``: where they
    cannot, nothing is held and nothing changes. A ``start`` is a choice that is known to keep the rows: no search.
    A ``core`` names the edges to look at; unless it is ``complete``, finding nothing among them refutes nothing.
    ``first`` asks for any choice that keeps the rows, not for the best one.
    """

    variables: Ints
    coefficients: Ints
    reached: Callable[[Bools], int | None]
    top: int | None = None
    probe: bool = False
    rows: tuple[Row, ...] = ()
    seconds: float | None = None
    modelled: bool = False
    start: Bools | None = None
    core: Bools | None = None
    complete: bool = True
    first: bool = False

    def value(self, chosen: Bools, values: Ints | None) -> int | None:
        """What a choice reaches; of a ``modelled`` goal what all variables say, for edges alone do not tell."""
        if self.modelled and values is not None:
            total: int = sum((self.coefficients.astype(object) * values[self.variables]).tolist())
            return total
        return self.reached(chosen)


@dataclass(frozen=True, eq=False)
class Found:
    """What one search gave: chosen edges if any, the values of all variables, whether it claims the optimum, a bound.

    ``ended``: it came to its own end, though what floats can tell leaves room for a better one.
    """

    chosen: Bools | None
    values: Ints | None = None
    optimal: bool = False
    infeasible: bool = False
    bound: int | None = None
    ended: bool = False


@dataclass(eq=False)
class Model:
    """Whole-number variables between bounds, rows over them; the first ones are the edges.

    ``places`` and ``opened`` are the variables of the places and of the groups, where the instance has groups.
    """

    n_edges: int
    groups: Groups | None = None
    places: Ints | None = None
    opened: Ints | None = None
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

    def bounds(self, core: Bools | None = None) -> tuple[Ints, Ints]:
        """(lower, upper) of all variables; edges outside a core stay unused."""
        lower, upper = np.concatenate(self.lower), np.concatenate(self.upper)
        if core is not None:
            upper[: self.n_edges][~core] = 0
        return lower, upper

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

    def row(self, variables: Ints, coefficients: Ints, lower: int, upper: int) -> None:
        """One more row."""
        self.rows.append(Row(variables, coefficients, lower, upper))

    def add_groups(self, groups: Groups) -> None:
        """A variable for each place, and one for each group that counts how often it opens; all rows over them."""
        self.groups, self.places = groups, self._placed(groups)
        self.opened = self.add(np.zeros(len(groups), dtype=np.int64), groups.copies)
        for number, places in sets_of(groups.group, len(groups)):
            columns = np.append(self.places[places], self.opened[number])
            ones = np.ones(len(places), dtype=np.int64)
            self.row(columns, np.append(ones, -groups.least[number]), 0, FAR)
            self.row(columns, np.append(ones, -groups.most[number]), -FAR, 0)
        for leader, led in sets_of(groups.leader, len(groups.led)):
            if groups.copies[led].sum() > groups.led[leader]:
                self.row(self.opened[led], np.ones(len(led), dtype=np.int64), 0, int(groups.led[leader]))
        for rows in groups.rows:
            (row_p, place, weight_p), (row_g, group, weight_g) = rows.places, rows.groups
            columns = np.concatenate([self.places[place], self.opened[group]])
            row, weight = np.concatenate([row_p, row_g]), np.concatenate([weight_p, weight_g])
            for number, entries in sets_of(row, len(rows.lower)):
                lower, upper = int(rows.lower[number]), int(rows.upper[number])
                lower, upper = -FAR if lower <= -FREE else lower, FAR if upper >= FREE else upper
                self.row(columns[entries], weight[entries], lower, upper)

    def _placed(self, groups: Groups) -> Ints:
        """The variable of each place: the edge's own where it has but one; else an edge is the sum of its places."""
        often = np.bincount(groups.edge, minlength=self.n_edges)
        for edge in np.flatnonzero(often == 0).tolist():
            self.row(np.array([edge]), np.ones(1, dtype=np.int64), 0, 0)
        if (often <= 1).all():
            return groups.edge
        size = len(groups.edge)
        places = self.add(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
        for edge, own in sets_of(groups.edge, self.n_edges):
            if len(own):
                self.row(np.append(places[own], edge), np.append(np.ones(len(own), np.int64), -1), 0, 0)
        return places

    def sums(self, edges: Ints, family: Bounds) -> None:
        """A row for each set that can bind: the sum over its members."""
        for k, members in sets_of(family.label, len(family.upper)):
            if family.lower[k] > 0 or family.upper[k] < len(members):
                ones = np.ones(len(members), dtype=np.int64)
                self.rows.append(Row(edges[members], ones, int(family.lower[k]), int(family.upper[k])))

    def served(self, edges: Ints) -> Ints:
        """A variable that is 1 where any of some edges is chosen."""
        served = self.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        self.rows.append(Row(np.append(edges, served), np.append(np.ones(len(edges), np.int64), -1), 0, FAR))
        self.rows += [Row(np.append(served, edge), np.array([1, -1]), 0, 1) for edge in edges.tolist()]
        return served

    def pieces(self, instance: Instance, load: ConvexLoad) -> tuple[Ints, Ints, Ints]:
        """Variables for the units of each set of a load: (variables, set of each, which unit of the set from 0)."""
        label = load.label(instance.labels)
        n = int(label.max(initial=NONE)) + 1
        found = [(k, len(members), members) for k, members in sets_of(label, n)]
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


def time_left(watch: Watch, goal: Goal) -> float | None:
    """Seconds for one search; None without a limit."""
    limits = [] if watch.deadline is None else [watch.deadline - time.monotonic()]
    limits += [] if goal.seconds is None else [goal.seconds]
    return max(min(limits), 0.01) if limits else None
