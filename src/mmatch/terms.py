"""What stands between aims and rules on one side and solvers on the other: a few kinds of term and constraint.

An aim compiles to one kind of term over the candidate edges, a rule to a mask or one kind of constraint; a solver
declares the kinds it takes. Greater totals are better; every total is a whole number times ``unit``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.exact import exact_sum

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints

# what one set of edges is about; a key refines those that stand in its tuple
SETS = {
    "request": ("mentee",),
    "mentee": (),
    "offer": ("mentor",),
    "mentor": (),
    "request-mentor": ("request", "mentee", "mentor", "mentee-mentor"),
    "mentee-mentor": ("mentee", "mentor"),
    "mentor-slot": ("mentor",),
    "mentee-offer": ("mentee", "offer", "mentor", "mentee-mentor"),
}
LEFT = ("request", "mentee")
RIGHT = ("offer", "mentor", "mentor-slot")
FREE = 2**40  # more than any number of seats, far from overflow
EVERY = -2  # the level that counts all edges of a profile


@dataclass(frozen=True, eq=False)
class Linear:
    """A weight per edge."""

    weights: Ints
    unit: Fraction = Fraction(1)


@dataclass(frozen=True, eq=False)
class ConvexLoad:
    """A reward per unit on every set of one key: ``head`` for the first units, then changing by ``slope`` a unit.

    Rewards never rise, so the total is concave in the load of each set. ``factor`` multiplies the rewards of each set
    (numbers from 0, one a set); ``label`` gives the set of each edge where the key is none of `SETS`.
    """

    key: str
    head: tuple[int, ...]
    slope: int = 0
    unit: Fraction = Fraction(1)
    factor: Ints | None = None
    label: Ints | None = None

    def rewards(self, n: int) -> Ints:
        """The reward of units 1 … n, before any factor."""
        head = np.array(self.head[:n], dtype=np.int64)
        rest = self.head[-1] + self.slope * np.arange(1, max(n - len(self.head), 0) + 1, dtype=np.int64)
        return np.concatenate([head, rest]).astype(np.int64)

    def reward(self, number: int, k: int) -> int:
        """The reward of unit k + 1 on one set."""
        plain = self.head[k] if k < len(self.head) else self.head[-1] + self.slope * (k - len(self.head) + 1)
        return plain if self.factor is None else plain * int(self.factor[number])

    def scaled(self, by: int, unit: Fraction) -> ConvexLoad:
        """The same in a unit that is so many times smaller."""
        return replace(self, head=tuple(reward * by for reward in self.head), slope=self.slope * by, unit=unit)


@dataclass(frozen=True, eq=False)
class Sizes:
    """Minus ``factor`` for each mentee that an open group is away from the size ``target``."""

    target: int
    factor: int = 1
    unit: Fraction = Fraction(1)

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total over matches: ``match`` numbers the match of each chosen edge."""
        sizes = np.bincount(match)
        return -self.factor * int(np.abs(sizes[sizes > 0] - self.target).sum())


@dataclass(frozen=True, eq=False)
class Variety:
    """``factor`` for each value beyond the first that the mentees of an open group have: entries (edge, value)."""

    edge: Ints
    value: Ints
    factor: int = 1
    unit: Fraction = Fraction(1)

    def total(self, edges: Ints, match: Ints) -> int:
        """The total over matches: ``match`` numbers the match of each of the chosen edges."""
        place = np.full(int(max(edges.max(initial=0), self.edge.max(initial=0))) + 1, NONE)
        place[edges] = match
        found = place[self.edge]
        pairs = {(m, v) for m, v in zip(found.tolist(), self.value.tolist(), strict=True) if m != NONE}
        return self.factor * (len(pairs) - len(set(match.tolist())))


@dataclass(frozen=True, eq=False)
class Balance:
    """Minus ``factor`` times how far the sum of weights is from 0."""

    weights: Ints
    factor: int = 1
    unit: Fraction = Fraction(1)

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total of a choice of edges."""
        return -self.factor * abs(exact_sum(self.weights[edges]))


@dataclass(frozen=True, eq=False)
class Spread:
    """Minus ``factor`` times (greatest - least) of ``n`` sums: entries (edge, sum, weight)."""

    edge: Ints
    group: Ints
    weights: Ints
    n: int
    factor: int = 1
    unit: Fraction = Fraction(1)

    def total(self, edges: Ints, match: Ints) -> int:  # noqa: ARG002 - one signature for all
        """The total of a choice of edges."""
        used = np.isin(self.edge, edges)
        sums = np.zeros(self.n, dtype=np.int64)
        np.add.at(sums, self.group[used], self.weights[used])
        return -self.factor * int(np.ptp(sums)) if self.n else 0


@dataclass(frozen=True, eq=False)
class Sum:
    """Several terms added up, and a constant that no choice changes."""

    parts: tuple[Linear | ConvexLoad, ...]
    constant: Fraction = Fraction(0)


@dataclass(frozen=True, eq=False)
class Vector:
    """Several sums, compared in order."""

    parts: tuple[Linear, ...]


@dataclass(frozen=True, eq=False)
class Profile:
    """A vector of counts, compared in order: component k is ``sign`` times the chosen edges on ``level``.

    ``steps`` holds (level, sign) of each component; the level `EVERY` counts all edges.
    """

    level: Ints
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Worst:
    """The least sum of weights over the mentees that have a seat; with ``full`` the whole vector, least first.

    ``single`` says that nobody can have more than one seat: then the sums are single weights.
    """

    weights: Ints
    single: bool
    unit: Fraction = Fraction(1)
    full: bool = False


Grouped = Sizes | Variety | Balance | Spread  # what a choice of edges alone, or weights, do not tell
Term = Grouped | Linear | ConvexLoad | Sum | Vector | Profile | Worst


# -- what terms become: numbers to be maximised one after the other ----------------------------------------------


@dataclass(frozen=True, eq=False)
class Total:
    """A whole number: an integer weight per edge, rewards per load, in one unit, beside a constant."""

    weights: Ints
    loads: tuple[ConvexLoad, ...]
    unit: Fraction
    constant: Fraction = Fraction(0)
    grouped: tuple[Grouped, ...] = ()


@dataclass(frozen=True, eq=False)
class Count:
    """One component of a profile."""

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


Stage = Total | Count | Worst


@dataclass(frozen=True, eq=False)
class Tier:
    """One tier of aims: the stages that solvers maximise one after the other; its value is a vector or one number."""

    stages: tuple[Stage, ...]
    vector: bool = False

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of term in it."""
        return frozenset(kind for stage in self.stages for kind in _kinds(stage))


def _kinds(stage: Stage) -> tuple[str, ...]:
    if isinstance(stage, Worst):
        name = "leximin" if stage.full else "worst"
        return (name if stage.single else f"{name}_of_sums",)
    if isinstance(stage, Count):
        return ("profile",)
    others = {"balance" if isinstance(term, Balance | Spread) else "grouped" for term in stage.grouped}
    return ("linear", *(["convex_load"] if stage.loads else []), *others)


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
class Bounds:
    """Least and most edges in each of several disjoint sets: edge e is in set ``label[e]``, or in none where `NONE`."""

    key: str
    label: Ints
    lower: Ints
    upper: Ints
    rule: str = ""
    kind: str = field(default="bounds", init=False)


@dataclass(frozen=True, eq=False)
class Unmet:
    """A constraint that no term above can carry; only some solvers take its kind."""

    kind: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Lottery:
    """The order in which ties are looked at: a rank for each request and each offer, drawn with a seed."""

    request: Ints
    offer: Ints
    seed: int | str


@dataclass(frozen=True, eq=False)
class NoBlocking(Unmet):
    """No candidate pair blocks, under one notion of stability, by the ranks of the edges, ties broken by a lottery."""

    notion: str = "weak"
    lottery: Lottery | None = None


@dataclass(frozen=True, eq=False)
class Links(Unmet):
    """Mentees who all have the same mentor, or none: sets of the numbers of mentees, with one seat each."""

    sets: tuple[tuple[int, ...], ...] = ()


Constraint = Bounds | Unmet


# -- groups: who sits together, when, and which groups open at all ------------------------------------------------


@dataclass(frozen=True, eq=False)
class Slots:
    """The times at which matches can be: names, minutes of the week, and who can lead or sit at each.

    ``leads`` and ``sits`` have one row per participant of the cohort and one column per slot. ``plain`` says that being
    free is all that matters: no rooms, no quorum.
    """

    names: tuple[str, ...]
    start: Ints
    end: Ints
    leads: Bools
    sits: Bools
    plain: bool = False

    def moments(self) -> list[Ints]:
        """The largest sets of slots that share a moment: nobody can be at two slots of one set."""
        sets = [frozenset(np.flatnonzero((self.start <= t) & (t < self.end)).tolist()) for t in self.start.tolist()]
        largest = [one for one in dict.fromkeys(sets) if not any(one < other for other in sets)]
        return [np.array(sorted(one), dtype=np.int64) for one in largest]


@dataclass(frozen=True, eq=False)
class GroupRows:
    """Rows lower <= sum of weights x places + sum of weights x groups <= upper: each entry is (row, column, weight)."""

    key: str
    places: tuple[Ints, Ints, Ints]
    groups: tuple[Ints, Ints, Ints]
    lower: Ints
    upper: Ints
    rule: str = ""


@dataclass(frozen=True, eq=False)
class Groups:
    """Candidate groups: each is one offer, at one slot perhaps, and opens up to ``copies`` times or not at all.

    An open group seats ``least`` to ``most``; place p seats candidate edge ``edge[p]`` in group ``group[p]``. A leader
    (a mentor) leads at most ``led[leader]`` groups, and no two at one moment. ``why`` says which wishes make groups
    more than pairs, in the user's words. ``second`` is the co-mentor (a mentor), `NONE` where there is none.
    """

    offer: Ints
    leader: Ints
    second: Ints
    slot: Ints
    least: Ints
    most: Ints
    copies: Ints
    edge: Ints
    group: Ints
    led: Ints
    slots: Slots | None
    rows: tuple[GroupRows, ...]
    why: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.offer)
