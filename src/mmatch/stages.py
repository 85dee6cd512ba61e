"""What solvers maximise one after the other: the stages of each tier, made of the terms of its aims."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mmatch.arrays import NONE
from mmatch.exact import exact_sum
from mmatch.terms import Adding, Joined

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mmatch.arrays import Bools, Ints
    from mmatch.terms import ConvexLoad, Grouped, Labels, Linear

EVERY = -2  # the level that counts all edges of a profile
LARGEST_WEIGHT = 2**62

# what a solver that does not take a kind cannot keep, in the user's words
KINDS = {
    "balance": "an aim about the difference between sums",
    "slots": "a common time for each match",
    "convex_load": "an aim about loads",
    "grouped": "an aim about who sits together",
    "profile": "a profile of ranks",
    "worst": "the worst-off mentee as an aim",
    "worst_of_sums": "the worst-off mentee as an aim where a mentee may have several seats",
    "leximin": "the whole order of the worst-off as an aim",
    "leximin_of_sums": "the whole order of the worst-off as an aim where a mentee may have several seats",
}


@dataclass(frozen=True, eq=False)
class Vector:
    """Several sums, compared in order."""

    alone: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    parts: tuple[Linear, ...]

    def tier(self, weight: Fraction, labels: Labels) -> Tier:
        """A tier by itself, with a stage for each sum."""
        return Tier(tuple(_added([(part, weight)], labels) for part in self.parts), vector=True)


@dataclass(frozen=True, eq=False)
class Profile:
    """A vector of counts, compared in order: component k is ``sign`` times the chosen edges on ``level``.

    ``steps`` holds (level, sign) of each component; the level `EVERY` counts all edges.
    """

    alone: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    level: Ints
    steps: tuple[tuple[int, int], ...]

    def tier(self, weight: Fraction, _labels: Labels) -> Tier:
        """A tier by itself, with a stage for each level."""
        return Tier(tuple(Count(self.level, level, sign, weight) for level, sign in self.steps), vector=True)


# -- what terms become: stages, maximised one after the other -----------------------------------------------------


class _Summed:
    """A stage that is a sum: over edges, and over the loads of sets."""

    summed: ClassVar[bool] = True
    single: ClassVar[bool] = True
    full: ClassVar[bool] = False
    of_sums: ClassVar[bool] = False

    def total(self: Any, labels: Labels, chosen: Bools) -> int:
        """The whole number that is maximised; what edges alone do not tell is left out."""
        loads: int = sum(load.total(labels, chosen) for load in self.loads)
        return exact_sum(self.weights[chosen]) + loads

    def totals(self: Any, labels: Labels, chosen: Bools, match: Ints | None) -> list[Fraction]:
        """The exact total in the user's unit; ``match`` numbers the match of each chosen edge."""
        edges = np.flatnonzero(chosen)
        apart = np.arange(len(edges)) if match is None else match
        together = sum(term.total(edges, apart) for term in self.grouped)
        return [(self.total(labels, chosen) + together) * self.unit + self.constant]

    def held(self: Any, _reached: Ints) -> Iterator[Ints]:
        """Costs of edges under which nothing but the best is best: minus their weights."""
        yield -self.weights


@dataclass(frozen=True, eq=False)
class Total(_Summed):
    """A whole number: an integer weight per edge, rewards per load, in one unit, beside a constant."""

    weights: Ints
    loads: tuple[ConvexLoad, ...]
    unit: Fraction
    constant: Fraction = Fraction(0)
    grouped: tuple[Grouped, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is a sum over edges alone, or with what they do not tell, but without loads."""
        return not self.loads

    @property
    def counts_seats(self) -> bool:
        """Whether it counts the filled seats."""
        return self.plain and bool((self.weights == 1).all())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of term in it."""
        return ("linear", *(["convex_load"] if self.loads else []), *{term.kind for term in self.grouped})

    def on(self, edges: Ints, loads: tuple[ConvexLoad, ...]) -> Total:
        """The same over some of the edges."""
        return replace(self, weights=self.weights[edges], loads=loads)


@dataclass(frozen=True, eq=False)
class Count(_Summed):
    """One component of a profile."""

    plain: ClassVar[bool] = False
    counts_seats: ClassVar[bool] = False
    kinds: ClassVar[tuple[str, ...]] = ("profile",)
    level: Ints
    wanted: int
    sign: int
    unit: Fraction
    loads: tuple[ConvexLoad, ...] = ()
    constant: Fraction = Fraction(0)
    grouped: tuple[Grouped, ...] = ()

    @property
    def weights(self) -> Ints:
        """The weight of each edge, made anew at each call: a long profile holds only its levels."""
        counted = self.level != NONE if self.wanted == EVERY else self.level == self.wanted
        return np.where(counted, self.sign, 0)

    def on(self, edges: Ints, loads: tuple[ConvexLoad, ...]) -> Count:
        """The same over some of the edges."""
        return replace(self, level=self.level[edges], loads=loads)


@dataclass(frozen=True, eq=False)
class Worst:
    """The least sum of weights over the mentees that have a seat; with ``full`` the whole vector, least first.

    ``single`` says that nobody can have more than one seat: then the sums are single weights. It is term and stage.
    """

    alone: ClassVar[bool] = True
    joint: ClassVar[bool] = False
    summed: ClassVar[bool] = False
    plain: ClassVar[bool] = False
    counts_seats: ClassVar[bool] = False
    loads: ClassVar[tuple[ConvexLoad, ...]] = ()
    grouped: ClassVar[tuple[Grouped, ...]] = ()
    constant: ClassVar[Fraction] = Fraction(0)
    weights: Ints
    single: bool
    unit: Fraction = Fraction(1)
    full: bool = False

    @property
    def of_sums(self) -> bool:
        """Whether it is the least sum of several seats, which no flow tells."""
        return not self.single and not self.full

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind of term that it is."""
        name = "leximin" if self.full else "worst"
        return (name if self.single else f"{name}_of_sums",)

    def tier(self, weight: Fraction, _labels: Labels) -> Tier:
        """A tier by itself."""
        _check_reach(int(np.abs(self.weights).max(initial=0)))
        return Tier((replace(self, unit=self.unit * weight),), vector=self.full)

    def total(self, labels: Labels, chosen: Bools) -> int:
        """The least sum of a mentee, 0 where nobody has a seat."""
        return min(self._sums(labels, chosen), default=0)

    def totals(self, labels: Labels, chosen: Bools, _match: Ints | None) -> list[Fraction]:
        """The exact total in the user's unit: one number, or all of them."""
        sums = self._sums(labels, chosen)
        return [self.unit * number for number in (sorted(sums) if self.full else [min(sums, default=0)])]

    def _sums(self, labels: Labels, chosen: Bools) -> list[int]:
        """The sum of weights of every mentee with a seat, in no order."""
        used = np.flatnonzero(chosen)
        if self.single:
            return self.weights[used].tolist()  # type: ignore[no-any-return]
        sums: dict[int, int] = {}
        mentees = labels.label("mentee")[used].tolist()
        for mentee, weight in zip(mentees, self.weights[used].tolist(), strict=True):
            sums[mentee] = sums.get(mentee, 0) + weight
        return list(sums.values())

    def held(self, reached: Ints) -> Iterator[Ints]:
        """Costs of edges under which exactly what was reached is best: one row; for a leximin order one per level.

        Args:
            reached: the weights of the chosen edges.
        """
        levels = np.unique(reached)
        if not len(levels):
            return
        if not self.full:
            yield (self.weights < levels[0]).astype(np.int64)
            return
        before = np.full(len(self.weights), True)  # edges above all levels that are settled
        for level in levels.tolist():
            between = before & (self.weights < level)
            yield np.where(between, len(reached) + 1, 0) + (self.weights == level)
            before = self.weights > level


Term = Joined | Vector | Profile | Worst
Stage = Total | Count | Worst


@dataclass(frozen=True, eq=False)
class Tier:
    """One tier of aims: the stages that solvers maximise one after the other; its value is a vector or one number."""

    stages: tuple[Stage, ...]
    vector: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of term in it."""
        return frozenset(kind for stage in self.stages for kind in stage.kinds)


def tier_of(terms: Sequence[tuple[Term, Fraction]], labels: Labels) -> Tier:
    """The tier of terms with their weights: a vector or a worst-off by itself, all others added up in one unit.

    Raises:
        OverflowError: what they can count on one edge does not fit 62 bits; its argument says how many are needed.
    """
    term: Any = terms[0][0]
    weight = terms[0][1]
    return term.tier(weight, labels) if term.alone else Tier((_added(terms, labels),))


def _added(terms: Sequence[tuple[Any, Fraction]], labels: Labels) -> Total:
    """Weighted terms added up."""
    parts = [(part, weight) for term, weight in terms for part in term.parts]
    units = [part.unit * weight for part, weight in parts]
    total = Adding(_common_unit(units))
    factors = [int(unit / total.unit) for unit in units]
    _check_reach(sum(part.reach(labels) * factor for (part, _), factor in zip(parts, factors, strict=True)))
    for (part, _), factor in zip(parts, factors, strict=True):
        part.add_to(total, factor)
    weights = np.zeros(len(labels.label("request")), dtype=np.int64) if total.weights is None else total.weights
    constant = sum((term.constant * weight for term, weight in terms), Fraction(0))
    return Total(weights, tuple(total.loads), total.unit, constant, tuple(total.grouped))


def _check_reach(largest: int) -> None:
    if largest >= LARGEST_WEIGHT:
        raise OverflowError(largest.bit_length())


def _common_unit(units: list[Fraction]) -> Fraction:
    """The largest unit of which all are whole multiples."""
    top = math.gcd(*(u.numerator * math.lcm(*(v.denominator for v in units)) // u.denominator for u in units))
    return Fraction(top, math.lcm(*(u.denominator for u in units)))
