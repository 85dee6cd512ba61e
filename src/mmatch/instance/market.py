"""The instance as a market: who may be paired, and what each side thinks of it, as arrays of ranks.

Mechanisms and the judge of stability read the same market; it is a pure function of the instance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.titles import set_title
from mmatch.people.columns import NONE
from mmatch.terms import FREE, Total

if TYPE_CHECKING:
    from mmatch.instance.model import Instance, Lottery
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Bounds

FAR = 2**60  # behind every rank: an empty seat


@dataclass(frozen=True, eq=False)
class Market:
    """Acceptable pairs of a request and an offer, with both ranks, and the seats of offers and of mentors.

    ``mentee``, ``offer``, ``mentor``, ``mentee_rank`` and ``mentor_rank`` have one entry for each pair; smaller ranks
    are better, equal ones are ties. ``edge`` is the place of each pair among the candidate edges of the instance.
    Every mentee number is one request for one mentor.
    """

    edge: Ints
    mentee: Ints
    offer: Ints
    mentor: Ints
    mentee_rank: Ints
    mentor_rank: Ints
    offer_seats: Ints
    mentor_seats: Ints
    n_mentees: int
    mentor_of_offer: Ints

    def __len__(self) -> int:
        return len(self.edge)

    @cached_property
    def plain(self) -> bool:
        """Whether no two offers share a mentor: then seats of offers are the mentors' own (hospital-residents)."""
        offers = np.unique(self.offer)
        return len(np.unique(self.mentor_of_offer[offers])) == len(offers)

    @cached_property
    def seats(self) -> Ints:
        """Most mentees on each offer: its own seats, and its mentor's."""
        return np.minimum(self.offer_seats, self.mentor_seats[self.mentor_of_offer])

    @cached_property
    def by_mentee(self) -> tuple[Ints, Ints]:
        """(pairs by mentee, best first; where each mentee's begin, one more at the end)."""
        start = _starts(self.mentee, self.n_mentees)
        return _by_rank(self.mentee, start, (self.mentee_rank,)), start

    @cached_property
    def by_mentor(self) -> tuple[Ints, Ints]:
        """(pairs by mentor, best first, what the mentee likes best first; where each mentor's begin)."""
        start = _starts(self.mentor, len(self.mentor_seats))
        return _by_rank(self.mentor, start, (self.mentor_rank, self.mentee_rank)), start

    @cached_property
    def tied(self) -> bool:
        """Whether anybody is indifferent between two acceptable partners (two requests of one mentee are such)."""
        by, _ = self.by_mentee
        same = (np.diff(self.mentee[by]) == 0) & (np.diff(self.mentee_rank[by]) == 0)
        if same.any():
            return True
        by, _ = self.by_mentor
        same = (np.diff(self.mentor[by]) == 0) & (np.diff(self.mentor_rank[by]) == 0) & (np.diff(self.mentee[by]) != 0)
        return bool(same.any())

    def broken(self, lottery: Lottery) -> Market:
        """The same market with strict lists: one draw of requests and one of offers decide all ties."""
        return replace(
            self,
            mentee_rank=self.mentee_rank * len(self.offer_seats) + lottery.offer[self.offer],
            mentor_rank=self.mentor_rank * self.n_mentees + lottery.request[self.mentee],
        )


def _starts(group: Ints, n: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=n))])


def _by_rank(group: Ints, start: Ints, ranks: tuple[Ints, ...]) -> Ints:
    """Places sorted by group, then ranks; complete lists without ties are scattered, not sorted."""
    place = start[group] + ranks[0] - 1
    inside = (ranks[0] > 0) & (place < start[group + 1])
    found = np.full(len(group), NONE, dtype=np.int64)
    if inside.all():
        found[place] = np.arange(len(group))
        if (found != NONE).all():
            return found
    return np.lexsort((*reversed(ranks), group))


def obstacle(instance: Instance, *, loads: bool = False) -> str:
    """What in the instance no stable mechanism can keep, in the user's words; empty where there is nothing.

    ``loads`` lets least loads of mentors pass: all stable matchings of strict lists have the same.
    """
    for family in instance.bounds:
        told = _obstacle(instance, family, loads=loads)
        if told:
            return told
    if instance.groups is not None:
        return instance.groups.why[0]
    return next((item.sentence for item in instance.unmet if item.kind != "stability"), "")


def _obstacle(instance: Instance, family: Bounds, *, loads: bool) -> str:
    wrong = np.flatnonzero(family.lower > 0)
    if family.key == "mentor":
        if loads or not len(wrong):
            return ""
        row = instance.labels.mentor_rows[wrong[0]]
        return f"a least load of {family.lower[wrong[0]]} (mentor {instance.labels.cohort.people.ids[row]})"
    if family.key == "request":
        wrong = np.union1d(wrong, np.flatnonzero(family.upper > 1))
        return f"a request for several mentors ({set_title(instance, family, int(wrong[0]))})" if len(wrong) else ""
    if family.key == "offer" and not len(wrong):
        return ""
    return set_title(instance, family, int(wrong[0]) if len(wrong) else 0)


def short_of(instance: Instance, chosen: Bools) -> Ints:
    """The numbers of mentors who have fewer mentees than their least load."""
    lower = next((f.lower for f in instance.bounds if f.key == "mentor"), np.zeros(0, dtype=np.int64))
    load = np.bincount(instance.labels.label("mentor")[chosen], minlength=len(lower))
    return np.flatnonzero(load < lower)


def market_of(instance: Instance) -> Market:
    """The market of an instance without an `obstacle`."""
    labels = instance.labels
    mentor_seats, offer_seats = np.zeros(labels.count("mentor"), np.int64), np.full(instance.n_offers, FREE)
    wanted = np.ones(instance.n_requests, dtype=np.int64)
    for family in instance.bounds:
        if family.key == "mentor":
            mentor_seats = family.upper
        elif family.key == "offer":
            offer_seats = family.upper
        elif family.key == "request":
            wanted = family.upper
    mentor = labels.label("mentor")
    usable: Bools = (wanted[instance.request] > 0) & (mentor_seats[mentor] > 0) & (offer_seats[instance.offer] > 0)
    edge = np.flatnonzero(usable)
    pairs = labels.pairs
    return Market(
        edge=edge,
        mentee=instance.request[edge],
        offer=instance.offer[edge],
        mentor=mentor[edge],
        mentee_rank=pairs.mentee_rank[edge],
        mentor_rank=pairs.mentor_rank[edge],
        offer_seats=offer_seats,
        mentor_seats=mentor_seats,
        n_mentees=instance.n_requests,
        mentor_of_offer=labels.mentor_of_offer,
    )


def counts_ranks(instance: Instance, side: str) -> bool:
    """Whether the aims are those of one side's best stable matching: filled seats, then the sum of its ranks."""
    ranks = instance.labels.pairs.mentee_rank if side == "mentee" else instance.labels.pairs.mentor_rank
    wanted = (np.ones(len(ranks), dtype=np.int64), -ranks)
    stages = [stage for stage in instance.stages if isinstance(stage, Total) and not stage.loads]
    alike = (np.array_equal(stage.weights, weights) for stage, weights in zip(stages, wanted, strict=False))
    return len(instance.stages) == len(stages) == len(wanted) and all(alike)
