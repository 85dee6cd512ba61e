"""The compiled problem, and what a solver answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from fractions import Fraction

    from mmatch.instance.edges import Edges
    from mmatch.matching import Stability, Status, Value
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Bounds, Groups, Stage, Tier, Unmet


@dataclass(frozen=True, eq=False)
class Lottery:
    """The order in which ties are looked at: a rank for each request and each offer, drawn with a seed."""

    request: Ints
    offer: Ints
    seed: int | str


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
    def kinds(self) -> frozenset[str]:
        """All kinds of term and constraint in it."""
        found = {"bounds"} | {item.kind for item in self.unmet}
        found |= {"groups"} if self.groups is not None else {"slots"} if self.labels.slot is not None else set()
        return frozenset(found.union(*(tier.kinds for tier in self.tiers)))


@dataclass(frozen=True, eq=False)
class Answer:
    """What a solver found: a claim that nobody believes before the judge has looked at it.

    ``chosen`` marks edges, ``places`` the places of its groups and ``opened`` how often each group opens, where the
    instance has groups; ``prices`` (in the order in which the judge asks for them) and ``cut`` are offered as
    evidence; ``tiers_done`` says for how many leading tiers the solver claims the optimum, ``limit``
    what the tier after these cannot exceed.
    """

    status: Status
    chosen: Bools | None = None
    tiers_done: int = 0
    prices: tuple[Ints, ...] = ()
    cut: tuple[int, ...] = ()
    stopped: str | None = None
    limit: Fraction | None = None
    multipliers: tuple[tuple[int, ...], ...] = ()
    cases: tuple[tuple[int, ...], ...] = ()
    places: Bools | None = None
    opened: Ints | None = None
    branches: tuple[tuple[int, ...], ...] = ()
    counts: tuple[tuple[int, ...], ...] = ()
    agreement: tuple[tuple[str, str], ...] = ()
    stability: Stability | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long run is: the phase, steps done of a total, and value and bound of the tiers known so far."""

    phase: str
    done: int = 0
    total: int = 0
    value: tuple[Value, ...] | None = None
    bound: tuple[Value | None, ...] | None = None


@dataclass(eq=False)
class Watch:
    """When to stop early, whom to tell how far things are, and the best answer so far."""

    deadline: float | None = None
    cancel: threading.Event | None = None
    progress: Callable[[Progress], object] | None = None
    best: Answer | None = None
    failed: Exception | None = None

    def reason(self) -> str | None:
        """Why to stop now: "cancelled", "time_limit", or None."""
        if self.cancel is not None and self.cancel.is_set():
            return "cancelled"
        return "time_limit" if self.deadline is not None and time.monotonic() >= self.deadline else None

    def tell(
        self,
        phase: str,
        done: int = 0,
        total: int = 0,
        value: tuple[Value, ...] | None = None,
        bound: tuple[Value | None, ...] | None = None,
    ) -> None:
        """Report progress, if anybody asked for it; finished tiers bound themselves, so ``bound`` may be left out."""
        if self.progress is not None:
            try:
                self.progress(Progress(phase, done, total, value, value if bound is None else bound))
            except Exception as error:
                self.failed = error  # the host's own error, not the solver's
                raise
