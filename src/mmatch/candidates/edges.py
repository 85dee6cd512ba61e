"""Candidate edges request -> offer: what is left when facts and pair rules have spoken."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mmatch.arrays import NONE, Bools, Ints, ordered, plainly_numbered
from mmatch.candidates.facts import facts_of
from mmatch.candidates.joining import all_rank, joined
from mmatch.candidates.pairs import Pairs

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.constraints import Slots


class PairRule(Protocol):
    """What allows or forbids pairs."""

    def mask(self, pairs: Pairs) -> Bools | None:
        """Which pairs of a view are allowed; None for all of them."""


class Edges:
    """Candidate edges in canonical order, and the sets they fall into.

    ``request`` and ``offer`` number requests and offers in canonical order of ids; ``request_rows`` and ``offer_rows``
    lead back to the cohort's rows. Where times are part of the choice, ``slot`` is the one of ``slots`` of each edge.
    """

    def __init__(
        self, pairs: Pairs, request: Ints, offer: Ints, slots: Slots | None = None, slot: Ints | None = None
    ) -> None:
        self.pairs = pairs
        self.facts = pairs.facts
        self.cohort: Cohort = pairs.cohort
        self.request = request
        self.offer = offer
        self.slots, self.slot = slots, slot
        self.request_rows, self.offer_rows = self.cohort.canonical_rows

    def __len__(self) -> int:
        return len(self.request)

    @cached_property
    def wanted(self) -> Ints:
        """Seats asked for by each request."""
        return self.cohort.requests.mentors[self.request_rows]

    @cached_property
    def mentee_rows(self) -> Ints:
        """Rows of people who ask, in canonical order."""
        return first_seen(self.cohort.requests.owner[self.request_rows])

    @cached_property
    def mentor_rows(self) -> Ints:
        """Rows of people who offer, in canonical order."""
        return first_seen(self.cohort.offers.owner[self.offer_rows])

    @cached_property
    def mentee_of_request(self) -> Ints:
        """The number of the mentee of each request."""
        return numbered(self.cohort.requests.owner[self.request_rows])

    @cached_property
    def mentor_of_offer(self) -> Ints:
        """The number of the mentor of each offer."""
        return numbered(self.cohort.offers.owner[self.offer_rows])

    @cached_property
    def usable(self) -> Bools:
        """Edges whose mentor, offer and request have any seat at all."""
        cohort, offers = self.cohort, self.offer_rows[self.offer]
        room = (cohort.people.capacity[cohort.offers.owner] != 0) & (cohort.people.groups[cohort.offers.owner] != 0)
        usable: Bools = (self.wanted[self.request] > 0) & (room & (cohort.offers.seats != 0))[offers]
        return usable

    def count(self, key: str) -> int:
        """How many sets of a key there are."""
        sizes = {
            "request": len(self.request_rows),
            "offer": len(self.offer_rows),
            "mentee": len(self.mentee_rows),
            "mentor": len(self.mentor_rows),
        }
        return sizes[key] if key in sizes else int(self.label(key).max(initial=-1)) + 1

    def label(self, key: str) -> Ints:
        """The set of each edge under a key of `terms.SETS`; sets of pairs are numbered as they appear."""
        if key not in self._labels:
            self._labels[key] = self._made(key)
        return self._labels[key]

    @cached_property
    def _labels(self) -> dict[str, Ints]:
        return {"request": self.request, "offer": self.offer}

    def _made(self, key: str) -> Ints:
        if key == "mentee":
            return placed(self.mentee_of_request, self.request)
        if key == "mentor":
            return placed(self.mentor_of_offer, self.offer)
        left, right = key.split("-")
        others = self.slot if self.slot is not None and right == "slot" else self.label(right)
        pair = self.label(left) * (int(others.max(initial=0)) + 1) + others
        number: Ints = np.unique(pair, return_inverse=True)[1].astype(np.int64)
        return number


def first_seen(owner: Ints) -> Ints:
    """Owners in the order in which they first appear; equal ones stand together."""
    return owner[np.flatnonzero(np.diff(owner, prepend=NONE) != 0)]


def numbered(owner: Ints) -> Ints:
    """0, 1, … for each change of owner; equal ones stand together."""
    return np.cumsum(np.diff(owner, prepend=NONE) != 0) - 1


def placed(numbers: Ints, at: Ints) -> Ints:
    """Numbers at some places; the places themselves where each has its own number."""
    return at if plainly_numbered(numbers) else numbers[at]


def candidates(cohort: Cohort, rules: Iterable[PairRule]) -> Edges:
    """All pairs that facts and pair rules allow.

    Raises:
        LimitError: more than 400 million pairs on shared topics.
    """
    kept = tuple(rules)
    return edges_of(joined(facts_of(cohort), lambda view: allowed(view, kept)))


def edges_of(pairs: Pairs) -> Edges:
    """Pairs of a list as candidate edges."""
    cohort: Cohort = pairs.cohort
    request_rows, offer_rows = cohort.canonical_rows
    request, offer = _renumbered(pairs.request.row, request_rows), _renumbered(pairs.offer.row, offer_rows)
    if not (_in_order(cohort) or ordered(request, offer)):
        order = np.lexsort((offer, request))
        pairs, request, offer = pairs.only(order), request[order], offer[order]
    return Edges(pairs, request, offer)


def _in_order(cohort: Cohort) -> bool:
    """Whether edges from scores or ranks stand in order by themselves: one request each, all rows canonical."""
    listed = cohort.score_table is not None or all_rank(facts_of(cohort))
    return (
        listed
        and bool((np.diff(cohort.requests.owner) > 0).all())
        and all(map(plainly_numbered, cohort.canonical_rows))
    )


def _renumbered(numbers: Ints, rows: Ints) -> Ints:
    """Row numbers as places in ``rows``."""
    return numbers if plainly_numbered(rows) else np.argsort(rows)[numbers]


def allowed(pairs: Pairs, rules: Iterable[PairRule]) -> Bools:
    """Which pairs of a view all facts and rules allow."""
    mask = pairs.possible()
    for rule in rules:
        allows = rule.mask(pairs)
        if allows is not None:
            mask = mask & allows
    return np.broadcast_to(mask, pairs.shape)
