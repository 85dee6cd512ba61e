"""What rules become for solvers: bounds on sets of edges, candidate groups with rows about who sits in them, and more.

A rule compiles to a mask on pairs or to one kind of constraint; a solver declares the kinds that it takes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

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
FAR = 2**62  # of a row: no limit
FREE = 2**40  # more than any number of seats, far from overflow


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


def split(constraints: Iterable[Constraint]) -> tuple[list[Bounds], list[Unmet]]:
    """(bounds, all others)."""
    found: tuple[list[Bounds], list[Unmet]] = [], []
    for item in constraints:
        if isinstance(item, Bounds):
            found[0].append(item)
        else:
            found[1].append(item)
    return found


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
    more than pairs, in the user's words.
    """

    offer: Ints
    leader: Ints
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
