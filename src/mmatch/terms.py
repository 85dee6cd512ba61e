"""What aims become for solvers: a few kinds of term over the candidate edges. `stages` are made of them.

An aim compiles to one kind of term. Greater totals are better; every total is a whole number times ``unit``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

import numpy as np

from mmatch.arrays import NONE, sets_of
from mmatch.constraints import FAR
from mmatch.exact import exact_sum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Bools, Ints
    from mmatch.constraints import Groups


class Labels(Protocol):
    """The sets into which candidate edges fall."""

    def label(self, key: str) -> Ints:
        """The set of each edge under a key of `constraints.SETS`."""

    def count(self, key: str) -> int:
        """How many sets there are."""


class Rows(Protocol):
    """A model in whole numbers to which terms add what they need.

    Where groups can open, ``places`` and ``opened`` are the variables of their places and of how often each opens.
    """

    groups: Groups | None
    places: Ints | None
    opened: Ints | None

    def add(self, lower: Ints, upper: Ints) -> Ints:
        """New variables: their numbers."""

    def row(self, variables: Ints, coefficients: Ints, lower: int, upper: int) -> None:
        """One more row."""


class _Single:
    """A term that is one part by itself, and may share a tier."""

    alone: ClassVar[bool] = False
    joint: ClassVar[bool] = False  # whether weights of edges alone do not tell it
    constant: ClassVar[Fraction] = Fraction(0)

    @property
    def parts(self) -> tuple[Self, ...]:
        """The parts that are added up."""
        return (self,)


@dataclass(frozen=True, eq=False)
class Linear(_Single):
    """A weight per edge."""

    weights: Ints
    unit: Fraction = Fraction(1)

    def reach(self, _labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        return max(int(self.weights.max(initial=0)), -int(self.weights.min(initial=0)))

    def add_to(self, total: Adding, factor: int) -> None:
        """Take part in a total, so many times."""
        own = self.weights if factor == 1 else self.weights * factor
        total.weights = own if total.weights is None else total.weights + own


@dataclass(frozen=True, eq=False)
class ConvexLoad(_Single):
    """A reward per unit on every set of one key: ``head`` for the first units, then changing by ``slope`` a unit.

    Rewards never rise, so the total is concave in the load of each set. ``factor`` multiplies the rewards of each set
    (numbers from 0, one a set); ``sets`` gives the set of each edge where the key is none of `constraints.SETS`.
    """

    key: str
    head: tuple[int, ...]
    slope: int = 0
    unit: Fraction = Fraction(1)
    factor: Ints | None = None
    sets: Ints | None = None

    def label(self, labels: Labels) -> Ints:
        """The set of each edge; `NONE` where it is in none."""
        return labels.label(self.key) if self.sets is None else self.sets

    def rewards(self, n: int) -> Ints:
        """The reward of units 1 … n, before any factor."""
        head = np.array(self.head[:n], dtype=np.int64)
        rest = self.head[-1] + self.slope * np.arange(1, max(n - len(self.head), 0) + 1, dtype=np.int64)
        return np.concatenate([head, rest]).astype(np.int64)

    def reward(self, number: int, k: int) -> int:
        """The reward of unit k + 1 on one set."""
        plain = self.head[k] if k < len(self.head) else self.head[-1] + self.slope * (k - len(self.head) + 1)
        return plain if self.factor is None else plain * int(self.factor[number])

    def reach(self, labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        label = self.label(labels)
        most = int(np.bincount(label[label != NONE]).max(initial=0))
        factor = 1 if self.factor is None else int(self.factor.max(initial=0))
        return (max(map(abs, self.head)) + abs(self.slope) * most) * factor

    def add_to(self, total: Adding, factor: int) -> None:
        """Take part in a total, so many times."""
        head = tuple(reward * factor for reward in self.head)
        total.loads.append(replace(self, head=head, slope=self.slope * factor, unit=total.unit))

    def total(self, labels: Labels, chosen: Bools) -> int:
        """The rewards of all sets under a choice of edges."""
        label = self.label(labels)
        loads = np.bincount(label[chosen & (label != NONE)])
        used = np.flatnonzero(loads)
        sums = np.cumsum(self.rewards(int(loads.max(initial=0))))
        worth = sums[loads[used] - 1]
        return exact_sum(worth if self.factor is None else worth * self.factor[used])


@dataclass(frozen=True, eq=False)
class _Grouped(_Single):
    """A term that weights of edges alone do not tell."""

    joint: ClassVar[bool] = True
    factor: int = field(default=1, kw_only=True)
    unit: Fraction = field(default=Fraction(1), kw_only=True)

    def add_to(self, total: Adding, factor: int) -> None:
        """Take part in a total, so many times."""
        total.grouped.append(replace(self, factor=self.factor * factor, unit=total.unit))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Sizes(_Grouped):
    """Minus ``factor`` for each mentee that an open group is away from the size ``target``."""

    kind: ClassVar[str] = "grouped"
    target: int

    def reach(self, _labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        return self.factor * max(self.target, 1)

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total over matches: ``match`` numbers the match of each chosen edge."""
        sizes = np.bincount(match)
        return -self.factor * int(np.abs(sizes[sizes > 0] - self.target).sum())

    def modelled(self, model: Rows) -> Iterator[tuple[Ints, Ints]]:
        """(variables, what each adds to a goal): at least as far from the target as each group is, on either side."""
        groups, places, opened = model.groups, model.places, model.opened
        if groups is None or places is None or opened is None:
            return
        far = np.maximum(groups.most, self.target) * groups.copies
        away = model.add(np.zeros(len(groups), dtype=np.int64), far)
        for number, own in sets_of(groups.group, len(groups)):
            columns = np.concatenate([away[[number]], places[own], opened[[number]]])
            ones = np.ones(len(own), dtype=np.int64)
            model.row(columns, np.concatenate([[1], -ones, [self.target]]), 0, FAR)
            model.row(columns, np.concatenate([[1], ones, [-self.target]]), 0, FAR)
        yield away, np.full(len(groups), -self.factor)


@dataclass(frozen=True, eq=False)
class Variety(_Grouped):
    """``factor`` for each value beyond the first that the mentees of an open group have: entries (edge, value)."""

    kind: ClassVar[str] = "grouped"
    edge: Ints
    value: Ints

    def reach(self, _labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        return abs(self.factor)

    def total(self, edges: Ints, match: Ints) -> int:
        """The total over matches: ``match`` numbers the match of each of the chosen edges."""
        place = np.full(int(max(edges.max(initial=0), self.edge.max(initial=0))) + 1, NONE)
        place[edges] = match
        found = place[self.edge]
        pairs = {(m, v) for m, v in zip(found.tolist(), self.value.tolist(), strict=True) if m != NONE}
        return self.factor * (len(pairs) - len(set(match.tolist())))

    def modelled(self, model: Rows) -> Iterator[tuple[Ints, Ints]]:
        """(variables, what each adds to a goal): which values each group has, none that nobody brings."""
        groups, places, opened = model.groups, model.places, model.opened
        if groups is None or places is None or opened is None:
            return
        order = np.argsort(groups.edge, kind="stable")
        first, last = (np.searchsorted(groups.edge[order], self.edge, side=side) for side in ("left", "right"))
        size = last - first
        entry = np.repeat(np.arange(len(size)), size)
        place = order[np.repeat(first, size) + np.arange(len(entry)) - np.repeat(np.cumsum(size) - size, size)]
        width = int(self.value.max(initial=0)) + 1
        found, row = np.unique(groups.group[place] * width + self.value[entry], return_inverse=True)
        indicator = model.add(np.zeros(len(found), dtype=np.int64), np.ones(len(found), dtype=np.int64))
        for number, own in sets_of(row, len(found)):
            columns = np.append(places[place[own]], indicator[number])
            if self.factor > 0:
                model.row(columns, np.append(np.ones(len(own), np.int64), -1), 0, FAR)
                continue
            for column in columns[:-1].tolist():
                model.row(np.array([indicator[number], column]), np.array([1, -1]), 0, FAR)
        yield indicator, np.full(len(found), self.factor)
        yield opened, np.full(len(groups), -self.factor)


@dataclass(frozen=True, eq=False)
class Balance(_Grouped):
    """Minus ``factor`` times how far the sum of weights is from 0."""

    kind: ClassVar[str] = "balance"
    weights: Ints

    def reach(self, _labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        return abs(self.factor) * exact_sum(np.abs(self.weights))

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total of a choice of edges."""
        return -self.factor * abs(exact_sum(self.weights[edges]))

    def modelled(self, model: Rows) -> Iterator[tuple[Ints, Ints]]:
        """(variables, what each adds to a goal): one at least as far from 0 as the sum is, on either side."""
        used = np.flatnonzero(self.weights)
        most = int(np.abs(self.weights).sum())
        away = model.add(np.zeros(1, dtype=np.int64), np.full(1, most))
        for sign in (1, -1):
            model.row(np.append(used, away), np.append(sign * self.weights[used], 1), 0, FAR)
        yield away, np.full(1, -self.factor)


@dataclass(frozen=True, eq=False)
class Spread(_Grouped):
    """Minus ``factor`` times (greatest - least) of ``n`` sums: entries (edge, sum, weight)."""

    kind: ClassVar[str] = "balance"
    edge: Ints
    group: Ints
    weights: Ints
    n: int

    def reach(self, _labels: Labels) -> int:
        """The greatest amount that it can count on one edge."""
        return abs(self.factor) * exact_sum(np.abs(self.weights))

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total of a choice of edges."""
        used = np.isin(self.edge, edges)
        sums = np.zeros(self.n, dtype=np.int64)
        np.add.at(sums, self.group[used], self.weights[used])
        return -self.factor * int(np.ptp(sums)) if self.n else 0

    def modelled(self, model: Rows) -> Iterator[tuple[Ints, Ints]]:
        """(variables, what each adds to a goal): one at least as great as every sum, and one that is as small."""
        most = int(np.abs(self.weights).sum())
        ends = model.add(np.full(2, -most), np.full(2, most))
        for number in range(self.n):
            own = self.group == number
            variables, weights = self.edge[own], self.weights[own]
            model.row(np.append(variables, ends[0]), np.append(-weights, 1), 0, FAR)
            model.row(np.append(variables, ends[1]), np.append(weights, -1), 0, FAR)
        yield ends, np.array([-self.factor, self.factor])


@dataclass(frozen=True, eq=False)
class Sum:
    """Several terms added up, and a constant that no choice changes."""

    alone: ClassVar[bool] = False
    joint: ClassVar[bool] = False
    parts: tuple[Linear | ConvexLoad, ...]
    constant: Fraction = Fraction(0)


Grouped = Sizes | Variety | Balance | Spread
Joined = Linear | ConvexLoad | Grouped | Sum


@dataclass
class Adding:
    """A total in the making, to which parts add themselves."""

    unit: Fraction
    weights: Ints | None = None
    loads: list[ConvexLoad] = field(default_factory=list)
    grouped: list[Grouped] = field(default_factory=list)
