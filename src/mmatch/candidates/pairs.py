"""The view of candidate pairs: columns indexed by request and offer, broadcastable."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Bools, Floats, Ints, looked_up, plainly_numbered
from mmatch.candidates.facts import Facts
from mmatch.cohort.columns import Requests


class OfferColumns:
    """Columns of the offers of a view: row, topic, level (NaN where not stated)."""

    def __init__(self, columns: Any, row: Ints) -> None:
        self.row = row
        self._columns = columns

    @cached_property
    def topic(self) -> Ints:
        """Topic codes."""
        codes: Ints = self._columns.topic[self.row]
        return codes

    @cached_property
    def level(self) -> Floats:
        """The level stated, NaN where none."""
        levels: Floats = self._columns.level[self.row]
        return levels


class RequestColumns(OfferColumns):
    """Columns of the requests of a view: row, topic (or choice of topics), level (NaN where not stated), priority."""

    _columns: Requests

    @cached_property
    def priority(self) -> Floats:
        """How urgent the request is."""
        return self._columns.priority[self.row]


class Pairs:
    """Candidate pairs (request, offer) of a cohort, in any broadcast shape.

    Args:
        facts: of the cohort.
        request: rows of requests, shape (n,) for a list, (r, 1) for a block.
        offer: rows of offers, shape (n,) for a list, (1, o) for a block.
        score_row: for each pair its row in the score table, where that is known.
    """

    def __init__(self, facts: Facts, request: Ints, offer: Ints, score_row: Ints | None = None) -> None:
        self.facts = facts
        self.cohort = facts.cohort
        self._request = request
        self._offer = offer
        self._score_row = score_row

    def only(self, which: Bools | Ints) -> Pairs:
        """Some pairs of a list, or all in another order; ranks that are known go with them."""
        if which.dtype == np.bool_ and which.all():
            return self
        score_row = None if self._score_row is None else self._score_row[which]
        made = Pairs(self.facts, self._request[which], self._offer[which], score_row)
        for name in ("mentee_rank", "mentor_rank"):
            if name in self.__dict__:
                setattr(made, name, getattr(self, name)[which])
        return made

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape."""
        return np.broadcast_shapes(self._request.shape, self._offer.shape)

    @cached_property
    def request(self) -> RequestColumns:
        """Columns of the request of each pair."""
        return RequestColumns(self.cohort.requests, self._request)

    @cached_property
    def offer(self) -> OfferColumns:
        """Columns of the offer of each pair."""
        return OfferColumns(self.cohort.offers, self._offer)

    @cached_property
    def mentor(self) -> Ints:
        """The row of the person who offers."""
        return self.cohort.offers.owner[self._offer]

    @cached_property
    def mentee(self) -> Ints:
        """The row of the person who asks."""
        owner = self.cohort.requests.owner
        return self._request if plainly_numbered(owner) else owner[self._request]

    @cached_property
    def distance(self) -> Ints:
        """Steps from the offer's topic to the nearest topic asked for, along one branch of the tree; `NONE`: none.

        In a block in which all ask for one topic, or all offer one, it is told once for all of them.
        """
        asked, offered = self.request.topic, self.offer.topic
        if len(self.shape) == 2 and (asked == asked[:1]).all():
            asked = asked[:1]
        if len(self.shape) == 2 and (offered == offered[:, :1]).all():
            offered = offered[:, :1]
        return self.cohort.topic_tree.steps(asked, offered)

    def share(self, attribute: str, of_mentee: str = "") -> tuple[Bools, Bools]:
        """(whether the two people share a value of an attribute, whether both state it).

        Args:
            attribute: its name.
            of_mentee: the attribute of the mentee with which the mentor's is compared; by default the same one.
        """
        mentor, mentee = self.facts.attributes(attribute, of_mentee or attribute)
        shared = np.zeros(self.shape, dtype=bool)
        for of_mentor, other in zip(mentor.words, mentee.words, strict=True):
            shared |= (of_mentor[self.mentor] & other[self.mentee]) != 0
        return shared, mentor.stated[self.mentor] & mentee.stated[self.mentee]

    def numbers(self, attribute: str, of_mentee: str = "") -> tuple[Floats, Floats]:
        """(the mentor's, the mentee's) value of a numeric attribute, NaN where it is not stated or no number.

        Args:
            attribute: its name.
            of_mentee: the attribute of the mentee; by default the same one.
        """
        numbers = self.facts.numbers
        return numbers(attribute)[self.mentor], numbers(of_mentee or attribute)[self.mentee]

    def among_people(self, keys: Ints) -> Bools:
        """Whether (mentor x n + mentee) is one of the sorted keys."""
        wanted = self.mentor * len(self.cohort) + self.mentee
        return np.equal(looked_up(keys, np.ones_like(keys), wanted, 0), 1)

    def among_offers(self, keys: Ints) -> Bools:
        """Whether (offer x n + mentee) is one of the sorted keys."""
        wanted = self.offer.row * len(self.cohort) + self.mentee
        return np.equal(looked_up(keys, np.ones_like(keys), wanted, 0), 1)

    @cached_property
    def score_row(self) -> Ints:
        """The row of each pair in the score table; `NONE` where no score was given."""
        if self._score_row is not None:
            return self._score_row
        keys = self.facts.score_keys
        wanted = self.mentee * len(self.cohort) + self.mentor
        return looked_up(keys, np.arange(len(keys)), wanted, NONE)

    @cached_property
    def mentee_rank(self) -> Ints:
        """The rank from 1 that the mentee gives the offer; 1 without a list, 0 where the list leaves it out."""
        table = self.facts.ranks
        return (
            np.ones(self.shape, np.int64) if table is None else table.look_up(self.mentee, self.offer.row, self.mentee)
        )

    @cached_property
    def mentor_rank(self) -> Ints:
        """The rank from 1 that the mentor gives the mentee; 1 without a list, 0 where the list leaves them out."""
        table = self.facts.mentee_ranks
        if table is None:
            return np.ones(self.shape, np.int64)
        mentor = self.cohort.offers.owner[self._offer]  # as `mentor`, which few ask for where all rank: not kept
        return table.look_up(self.mentee, mentor, mentor)

    def possible(self) -> Bools:
        """Pairs that the facts allow: topics meet, nobody with themselves, avoidance, rank lists, given scores."""
        allowed: Bools = np.ones((1,) * len(self.shape), dtype=bool)
        if not self.facts.one_topic:
            allowed = allowed & (self.distance != NONE)
        if self.facts.anybody_in_both_roles:
            allowed = allowed & (self.mentor != self.mentee)
        if len(self.facts.avoided):
            allowed = allowed & ~self.among_people(self.facts.avoided)
        if self.facts.ranks is not None:
            allowed = allowed & (self.mentee_rank > 0)
        if self.facts.mentee_ranks is not None:
            allowed = allowed & (self.mentor_rank > 0)
        if self.cohort.score_table is not None and self._score_row is None:
            allowed = allowed & (self.score_row != NONE)
        return np.broadcast_to(allowed, self.shape)
