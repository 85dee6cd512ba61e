"""The compiled problem, and what a solver answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from mmatch import progress
from mmatch.arrays import NONE
from mmatch.candidates.edges import Edges
from mmatch.constraints import Links, NoBlocking
from mmatch.exact import readable
from mmatch.instance.set_titles import set_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from fractions import Fraction

    from mmatch.arrays import Bools, Floats, Ints
    from mmatch.candidates.pairs import Pairs
    from mmatch.constraints import Bounds, Groups, Lottery, Unmet
    from mmatch.exact import Exact, Value
    from mmatch.matching import Evidence, Status
    from mmatch.stages import Stage, Tier


class EdgeSets:
    """What solvers see of the candidate edges: the sets that they fall into, ranks, and who asks for how much.

    All of it is numbers, but for ids in messages; the people behind them stay with `Edges`.
    """

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self.label, self.count = edges.label, edges.count

    @property
    def wanted(self) -> Ints:
        """Seats asked for by each request."""
        return self._edges.wanted

    @property
    def mentee_of_request(self) -> Ints:
        """The number of the mentee of each request."""
        return self._edges.mentee_of_request

    @property
    def mentor_of_offer(self) -> Ints:
        """The number of the mentor of each offer."""
        return self._edges.mentor_of_offer

    @property
    def timed(self) -> bool:
        """Whether each edge is at a time of its own."""
        return self._edges.slot is not None

    @cached_property
    def topic_of_offer(self) -> Ints:
        """A number for the topic of each offer."""
        return self._edges.cohort.offers.topic[self._edges.offer_rows]

    @cached_property
    def urgency(self) -> Floats:
        """The priority of each request."""
        return self._edges.cohort.requests.priority[self._edges.request_rows]

    def ranks(self, side: str) -> Ints:
        """The rank that one side ("mentee" or "mentor") gives the other on each edge."""
        pairs = self._edges.pairs
        return pairs.mentee_rank if side == "mentee" else pairs.mentor_rank

    def mentor_id(self, number: int) -> str:
        """The id of a mentor, for a message."""
        found: str = self._edges.cohort.people.ids[self._edges.mentor_rows[number]]
        return found

    def title(self, family: Bounds, number: int) -> str:
        """A set of edges as a coordinator would name it."""
        return set_title(self._edges, family, number)

    def between(self, pairs: Iterable[tuple[str, str]]) -> Bools:
        """Which edges are between (mentor, mentee), by their ids."""
        index, own = self._edges.cohort.people.index, self._edges.pairs
        width = len(index)
        keys = [index[a] * width + index[b] for a, b in pairs if a in index and b in index]
        return np.isin(own.mentor * width + own.mentee, keys)

    def only(self, edges: Ints) -> EdgeSets:
        """The same for some of the edges."""
        own = self._edges
        return EdgeSets(Edges(own.pairs.only(edges), own.request[edges], own.offer[edges]))


@dataclass(frozen=True, eq=False)
class Listed:
    """Some of the pairs that may meet, and how many each request, offer, mentee and mentor has in all."""

    pairs: Pairs
    degrees: Mapping[str, Ints]


@dataclass(frozen=True, eq=False)
class Earlier:
    """The edges of an earlier answer, and those of mentees who had a mentor in it and have none of these edges."""

    edges: Bools
    lost: Bools


@dataclass(frozen=True, eq=False)
class Instance:
    """Cohort and program as integer arrays: all that a solver ever sees.

    Edges e run from request ``request[e]`` to offer ``offer[e]``, in canonical order. ``bounds`` limit sets of edges,
    ``tiers`` value edges and loads, ``unmet`` are constraints that only some solvers take. ``groups`` is there where
    who sits together matters: least sizes, numbers of groups, slots, rules about the people of one group. ``earlier``
    is where a solver may begin: what the program wants to keep.
    """

    request: Ints
    offer: Ints
    n_requests: int
    n_offers: int
    bounds: tuple[Bounds, ...]
    unmet: tuple[Unmet, ...]
    tiers: tuple[Tier, ...]
    labels: EdgeSets
    lottery: Lottery | None = None
    groups: Groups | None = None
    earlier: Earlier | None = None
    degrees: Mapping[str, Ints] | None = None

    def degree(self, family: Bounds) -> Ints:
        """How many pairs that may meet each set of a family has."""
        if self.degrees is not None and family.key in self.degrees:
            return self.degrees[family.key]
        return np.bincount(family.label[family.label != NONE], minlength=len(family.upper))

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of all tiers, in order."""
        return tuple(stage for tier in self.tiers for stage in tier.stages)

    def totals(self, chosen: Bools, tiers: int | None = None, match: Ints | None = None) -> list[Exact]:
        """The exact totals of a choice of edges in the leading tiers: all of them by default.

        ``match`` numbers the match of each chosen edge; aims about who sits together need it.
        """
        found = [
            [total for one in tier.stages for total in one.totals(self.labels, chosen, match)]
            for tier in self.tiers[:tiers]
        ]
        return [tuple(own) if tier.vector else own[0] for own, tier in zip(found, self.tiers, strict=False)]

    def values(self, chosen: Bools, tiers: int) -> tuple[Value, ...]:
        """The same as users read them."""
        return tuple(map(readable, self.totals(chosen, tiers)))

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
        found |= {"groups"} if self.groups is not None else {"slots"} if self.labels.timed else set()
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
