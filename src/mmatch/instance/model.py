"""The compiled problem, and what a solver answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from mmatch import progress
from mmatch.constraints import Links, NoBlocking

if TYPE_CHECKING:
    from fractions import Fraction

    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.constraints import Bounds, Groups, Lottery, Unmet
    from mmatch.matching import Evidence, Status
    from mmatch.stages import Stage, Tier


@dataclass(frozen=True, eq=False)
class Instance:
    """Cohort and program as integer arrays: all that a solver ever sees.

    Edges e run from request ``request[e]`` to offer ``offer[e]``, in canonical order. ``bounds`` limit sets of edges,
    ``tiers`` value edges and loads, ``unmet`` are constraints that only some solvers take. ``groups`` is there where
    who sits together matters: least sizes, numbers of groups, slots, rules about the people of one group.
    """

    request: Ints
    offer: Ints
    n_requests: int
    n_offers: int
    bounds: tuple[Bounds, ...]
    unmet: tuple[Unmet, ...]
    tiers: tuple[Tier, ...]
    labels: Edges
    lottery: Lottery | None = None
    groups: Groups | None = None

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of all tiers, in order."""
        return tuple(stage for tier in self.tiers for stage in tier.stages)

    def tiers_within(self, stages: int) -> int:
        """How many leading tiers are complete when so many leading stages are."""
        ends = accumulate(len(tier.stages) for tier in self.tiers)
        return sum(end <= stages for end in ends)

    @property
    def stability(self) -> list[NoBlocking]:
        """The notions under which no pair may block."""
        return [item for item in self.unmet if isinstance(item, NoBlocking)]

    @property
    def linked(self) -> list[tuple[int, ...]]:
        """Sets of mentees who all have the same mentor, or none."""
        return [names for item in self.unmet if isinstance(item, Links) for names in item.sets]

    @property
    def kinds(self) -> frozenset[str]:
        """All kinds of term and constraint in it."""
        found = {"bounds"} | {item.kind for item in self.unmet}
        found |= {"groups"} if self.groups is not None else {"slots"} if self.labels.slot is not None else set()
        return frozenset(found.union(*(tier.kinds for tier in self.tiers)))


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver found: a claim that nobody believes before the judge has looked at it.

    ``chosen`` marks edges, ``places`` the places of its groups and ``opened`` how often each group opens, where the
    instance has groups; ``evidence`` is offered to the judge; ``tiers_done`` says for how many leading tiers the
    solver claims the optimum, ``limit`` what the tier after these cannot exceed.
    """

    status: Status
    chosen: Bools | None = None
    tiers_done: int = 0
    evidence: Evidence | None = None
    stopped: str | None = None
    limit: Fraction | None = None
    places: Bools | None = None
    opened: Ints | None = None
    agreement: tuple[tuple[str, str], ...] = ()


Watch = progress.Watch[Answer]
