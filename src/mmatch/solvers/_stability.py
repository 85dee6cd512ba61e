"""Stability as whole-number rows: for each candidate pair a reason why it does not block.

A pair does not block where the mentee has something as good, or the offer is full of mentees as good, or the mentor is
full of others as good; what "as good" means depends on the notion. The first is a sum of variables, the other two are
yes-or-no variables that must be earned. Delorme et al. 2019 for mentors with one offer; the clauses of offers are those
of `mmatch.blocking`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.errors import UnsupportedError
from mmatch.instance.market import Market, market_of
from mmatch.solvers._linear import FAR, Model, Row
from mmatch.terms import FREE

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import NoBlocking


def forbid_blocking(model: Model, instance: Instance, rule: NoBlocking) -> None:
    """Rows under which no candidate pair blocks.

    Raises:
        UnsupportedError: requests for several mentors, groups.
    """
    several = any((family.upper > 1).any() for family in instance.bounds if family.key == "request")
    if several or instance.groups is not None:
        what = "a request for several mentors" if instance.groups is None else instance.groups.why[0]
        raise UnsupportedError(f"no solver here can keep both {rule.sentence} and {what}")
    _Rows(model, market_of(instance), instance).add(rule.notion)


class _Rows:
    """The rows of one market."""

    def __init__(self, model: Model, market: Market, instance: Instance) -> None:
        self.model, self.market = model, market
        self.mentees = _sets(market.mentee)
        self.offers, self.mentors = _sets(market.offer), _sets(market.mentor)
        person = instance.labels.mentee_of_request[market.mentee]
        self.meetings = _sets(person * (int(market.offer.max(initial=0)) + 1) + market.offer)
        self.together = person * (int(market.offer.max(initial=0)) + 1) + market.offer

    def add(self, notion: str) -> None:
        """All rows of one notion."""
        for pair in range(len(self.market)):
            if notion == "weak":
                self._reason(pair, mentee_ties=True, mentor_ties=True, without_self=True)
            elif notion == "super":
                self._reason(pair, mentee_ties=False, mentor_ties=False)
            else:
                self._reason(pair, mentee_ties=True, mentor_ties=False)
                self._reason(pair, mentee_ties=False, mentor_ties=True, moving=True)

    def _reason(
        self, pair: int, *, mentee_ties: bool, mentor_ties: bool, without_self: bool = False, moving: bool = False
    ) -> None:
        """One of the reasons holds: for the mentee, for the offer, for the mentor."""
        market = self.market
        mine = self.mentees[int(market.mentee[pair])]
        good = mine[_as_good(market.mentee_rank[mine], market.mentee_rank[pair], ties=mentee_ties)]
        good = np.union1d(good, self.meetings[int(self.together[pair])])
        others = self.mentors[int(market.mentor[pair])]
        others = others[_as_good(market.mentor_rank[others], market.mentor_rank[pair], ties=mentor_ties)]
        on = others[market.offer[others] == market.offer[pair]]
        if without_self:
            others = others[market.mentee[others] != market.mentee[pair]]
        seats, limit = int(market.seats[market.offer[pair]]), int(market.mentor_seats[market.mentor[pair]])
        alone = len(self.offers[int(market.offer[pair])]) == len(self.mentors[int(market.mentor[pair])])
        if alone:
            self._either(market.edge[good], market.edge[on], seats)
            return
        reasons = [self._earned(on, seats), self._earned(others, limit)]
        if moving:
            reasons.append(self._moved(pair, mine, seats))
        told = np.unique(np.concatenate([market.edge[good], *reasons]))
        self.model.rows.append(Row(told, np.ones(len(told), dtype=np.int64), 1, FAR))

    def _either(self, good: Ints, on: Ints, seats: int) -> None:
        """One of ``good`` is chosen, or as many of ``on`` as there are seats."""
        told, place = np.unique(np.concatenate([good, on]), return_inverse=True)
        weights = np.bincount(place, weights=np.repeat([seats, 1], [len(good), len(on)])).astype(np.int64)
        self.model.rows.append(Row(told, np.minimum(weights, seats), seats, FAR))

    def _earned(self, pairs: Ints, seats: int) -> Ints:
        """A variable that may be 1 only where so many of some pairs are chosen; none where that cannot be."""
        if seats > len(pairs) or seats >= FREE:
            return np.zeros(0, dtype=np.int64)
        if seats == 1:
            return self.market.edge[pairs]  # any one of them is reason enough
        earned = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        variables = np.append(self.market.edge[pairs], earned)
        self.model.rows.append(Row(variables, np.append(np.ones(len(pairs), np.int64), -seats), 0, FAR))
        return earned

    def _moved(self, pair: int, mine: Ints, seats: int) -> Ints:
        """A variable that may be 1 only where the mentee sits as well with the same mentor and the offer has room."""
        market = self.market
        same = mine[(market.mentor[mine] == market.mentor[pair]) & (market.offer[mine] != market.offer[pair])]
        same = same[market.mentee_rank[same] == market.mentee_rank[pair]]
        on = self.offers[int(market.offer[pair])]
        if not len(same):
            return np.zeros(0, dtype=np.int64)
        earned = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        there = np.append(market.edge[same], earned)
        self.model.rows.append(Row(there, np.append(np.ones(len(same), np.int64), -1), 0, FAR))
        if seats <= len(on):
            room = np.append(market.edge[on], earned)
            self.model.rows.append(Row(room, np.ones(len(room), dtype=np.int64), 0, seats))
        return earned


def _as_good(ranks: Ints, rank: int, *, ties: bool) -> Bools:
    found: Bools = ranks <= rank if ties else ranks < rank
    return found


def _sets(label: Ints) -> dict[int, Ints]:
    """The pairs of each set."""
    order = np.argsort(label, kind="stable")
    values, start = np.unique(label[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, start[1:]), strict=True)) if len(label) else {}
