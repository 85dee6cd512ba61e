"""The instance as a market: who may be paired, and what each side thinks of it, as arrays of ranks.

Mechanisms and the judge of stability read the same market; it is a pure function of the instance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import FREE
from mmatch.mechanisms.side_lists import Lists

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints, Rows
    from mmatch.constraints import Bounds, Lottery
    from mmatch.instance.model import Instance

FAR = 2**60  # behind every rank: an empty seat


@dataclass(frozen=True, eq=False)
class Market:
    """Acceptable pairs of a request and an offer, with both ranks, and the seats of offers and of mentors.

    ``mentee``, ``offer``, ``mentor``, ``mentee_rank`` and ``mentor_rank`` have one entry for each pair; smaller ranks
    are better, equal ones are ties. ``edge`` is the place of each pair among the candidate edges of the instance.
    Every mentee number is one request for one mentor.
    """

    edge: Rows
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
        return not (np.bincount(self.mentor_of_offer[self.wanted_offers]) > 1).any()

    @cached_property
    def wanted_offers(self) -> Ints:
        """The numbers of offers in any pair."""
        return np.flatnonzero(np.bincount(self.offer))

    @cached_property
    def seats(self) -> Ints:
        """Most mentees on each offer: its own seats, and its mentor's."""
        return np.minimum(self.offer_seats, self.mentor_seats[self.mentor_of_offer])

    @cached_property
    def by_mentee(self) -> tuple[Rows, Ints]:
        """(pairs by mentee, best first; where each mentee's begin, one more at the end)."""
        return self.wishes.by, self.wishes.start

    @cached_property
    def by_mentor(self) -> tuple[Rows, Ints]:
        """(pairs by mentor, best first, what the mentee likes best first; where each mentor's begin)."""
        return self.orders.by, self.orders.start

    @cached_property
    def wishes(self) -> Lists:
        """The mentees' lists."""
        return Lists(self.mentee, self.n_mentees, (self.mentee_rank,))

    @cached_property
    def orders(self) -> Lists:
        """The mentors' lists; where a mentor does not mind, what the mentee likes best comes first."""
        return Lists(self.mentor, len(self.mentor_seats), (self.mentor_rank, self.mentee_rank))

    @cached_property
    def tied(self) -> bool:
        """Whether anybody is indifferent between two acceptable partners (two requests of one mentee are such)."""
        return self.mentees_tied or self.orders.repeats(self.mentee)

    @cached_property
    def mentees_tied(self) -> bool:
        """Whether any mentee is indifferent between two offers."""
        return self.wishes.repeats()

    def broken(self, lottery: Lottery) -> Market:
        """The same market with strict lists: one draw of requests and one of offers decide all ties."""
        return replace(
            self,
            mentee_rank=self.mentee_rank * len(self.offer_seats) + lottery.offer[self.offer],
            mentor_rank=self.mentor_rank * self.n_mentees + lottery.request[self.mentee],
        )


def obstacle(instance: Instance, *, loads: bool = False) -> str:
    """What in the instance no stable mechanism can keep, in the user's words; empty where there is nothing.

    ``loads`` lets least loads of mentors pass: all stable matchings of strict lists have the same.
    """
    for family in instance.bounds:
        reason = _obstacle(instance, family, loads=loads)
        if reason:
            return reason
    if instance.groups is not None:
        return instance.groups.why[0]
    return next((item.sentence for item in instance.unmet if item.kind != "stability"), "")


def _obstacle(instance: Instance, family: Bounds, *, loads: bool) -> str:
    wrong = np.flatnonzero(family.lower > 0)
    if family.key == "mentor":
        if loads or not len(wrong):
            return ""
        return f"a least load of {family.lower[wrong[0]]} (mentor {instance.labels.mentor_id(int(wrong[0]))})"
    if family.key == "request":
        wrong = np.union1d(wrong, np.flatnonzero(family.upper > 1))
        return f"a request for several mentors ({instance.labels.title(family, int(wrong[0]))})" if len(wrong) else ""
    if family.key == "offer" and not len(wrong):
        return ""
    return instance.labels.title(family, int(wrong[0]) if len(wrong) else 0)


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
    room = (offer_seats > 0) & (mentor_seats[labels.mentor_of_offer] > 0)
    usable: Bools = (wanted > 0)[instance.request] & room[instance.offer]
    edge = np.arange(len(usable), dtype=np.int32)
    edge = edge if usable.all() else edge[usable]
    columns = (instance.request, instance.offer, mentor, labels.ranks("mentee"), labels.ranks("mentor"))
    mentee, offer, mentor, mentee_rank, mentor_rank = columns if usable.all() else (x[edge] for x in columns)
    return Market(
        edge=edge,
        mentee=mentee,
        offer=offer,
        mentor=mentor,
        mentee_rank=mentee_rank,
        mentor_rank=mentor_rank,
        offer_seats=offer_seats,
        mentor_seats=mentor_seats,
        n_mentees=instance.n_requests,
        mentor_of_offer=labels.mentor_of_offer,
    )


def sums_only(instance: Instance, *, plain: bool) -> bool:
    """Whether all stages of the aims are sums over pairs, beside loads that all stable matchings have in common.

    That these are those of mentors, mentees and requests is the Rural Hospitals theorem, for strict lists; and those of
    offers where no two share a mentor (``plain``).
    """
    common = {"mentor", "mentee", "request"} | ({"offer"} if plain else set())
    return all(
        stage.summed and not stage.grouped and all(load.sets is None and load.key in common for load in stage.loads)
        for stage in instance.stages
    )


def stage_weights(instance: Instance) -> list[Ints]:
    """The weight of each edge in each stage that is a sum."""
    return [stage.weights for stage in instance.stages if stage.summed]


def counts_ranks(instance: Instance, side: str) -> bool:
    """Whether the aims are those of one side's best stable matching: filled seats, then the sum of its ranks."""
    ranks = instance.labels.ranks(side)
    stages = [stage for stage in instance.stages if stage.plain]
    if len(stages) != len(instance.stages) or len(stages) != len(("seats", "ranks")):
        return False
    return bool((stages[0].weights == 1).all() and not (stages[1].weights + ranks).any())


def counts_seats(instance: Instance) -> bool:
    """Whether the aims are the filled seats and nothing else."""
    (stage, *more) = instance.stages
    return not more and stage.counts_seats and not stage.grouped


def meets_twice(instance: Instance, market: Market) -> bool:
    """Whether two requests of one mentee could be met by one offer: once there, the mentee cannot block with it."""
    if np.bincount(instance.labels.mentee_of_request).max(initial=0) <= 1:
        return False
    person = instance.labels.mentee_of_request[market.mentee]
    meeting = np.sort(person * (int(market.offer.max(initial=0)) + 1) + market.offer)
    return bool((np.diff(meeting) == 0).any())
