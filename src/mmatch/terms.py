"""What stands between aims and rules on one side and solvers on the other: a few kinds of term and constraint.

An aim compiles to one kind of term over the candidate edges, a rule to a mask or one kind of constraint; a solver
declares the kinds it takes. Greater totals are better; every total is a whole number times ``unit``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.people.columns import Ints

# what one set of edges is about; a key refines those that stand in its tuple
SETS = {
    "request": ("mentee",),
    "mentee": (),
    "offer": ("mentor",),
    "mentor": (),
    "request-mentor": ("request", "mentee", "mentor", "mentee-mentor"),
    "mentee-mentor": ("mentee", "mentor"),
    "mentee-offer": ("mentee", "offer", "mentor", "mentee-mentor"),
}
LEFT = ("request", "mentee")
RIGHT = ("offer", "mentor")


@dataclass(frozen=True, eq=False)
class Linear:
    """A weight per edge."""

    weights: Ints
    unit: Fraction = Fraction(1)


@dataclass(frozen=True, eq=False)
class ConvexLoad:
    """A reward per unit on every set of one key: ``head`` for the first units, then changing by ``slope`` a unit.

    Rewards never rise, so the total is concave in the load of each set.
    """

    key: str
    head: tuple[int, ...]
    slope: int = 0
    unit: Fraction = Fraction(1)

    def rewards(self, n: int) -> Ints:
        """The reward of units 1 … n."""
        head = np.array(self.head[:n], dtype=np.int64)
        rest = self.head[-1] + self.slope * np.arange(1, max(n - len(self.head), 0) + 1, dtype=np.int64)
        return np.concatenate([head, rest]).astype(np.int64)


Term = Linear | ConvexLoad


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
    """A constraint that no term above can carry, such as a least group size; only some solvers take its kind."""

    kind: str
    sentence: str


Constraint = Bounds | Unmet


@dataclass(frozen=True, eq=False)
class Tier:
    """One tier: an integer weight per edge, rewards per load, and the unit of both."""

    weights: Ints
    loads: tuple[ConvexLoad, ...]
    unit: Fraction

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of term in it."""
        return frozenset({"linear", "convex_load"} if self.loads else {"linear"})
