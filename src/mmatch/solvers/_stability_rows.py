"""Stability as whole-number rows: for each candidate pair a reason why it does not block.

A pair does not block where the mentee has something as good, or the offer is full of mentees as good, or the mentor is
full of others as good; what "as good" means depends on the notion. The first is a sum of variables, the other two are
yes-or-no variables that must be earned. Delorme et al. 2019 for mentors with one offer; the clauses of offers are those
of `mmatch.candidates.blocking`.
"""

from __future__ import annotations

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.constraints import FAR, FREE, NoBlocking
from mmatch.errors import UnsupportedError
from mmatch.instance import Instance
from mmatch.mechanisms.market import Market, market_of
from mmatch.solvers._integer_program import Model, Row

NOBODY = np.zeros(0, dtype=np.int64)


def forbid_blocking(model: Model, instance: Instance, rule: NoBlocking) -> None:
    """Rows under which no candidate pair blocks.

    Raises:
        UnsupportedError: requests for several mentors, groups.
    """
    several = any((family.upper > 1).any() for family in instance.bounds if family.key == "request")
    if several or instance.groups is not None:
        what = "a request for several mentors" if instance.groups is None else instance.groups.why[0]
        raise UnsupportedError(f"no solver here can keep both {rule.sentence} and {what}")
    market = market_of(instance)
    if rule.lottery is not None:
        market = market.broken(rule.lottery)
    sets = instance.linked
    if sets and rule.notion != "weak":
        raise UnsupportedError(f"no solver here can keep Linked beside {rule.sentence}: use rules.Stable()")
    rows = _Rows(model, market, instance.labels.mentee_of_request[market.mentee])
    mentee = instance.labels.label("mentee")[market.edge]
    for pair in np.flatnonzero(~np.isin(mentee, [number for names in sets for number in names])).tolist():
        rows.add(rule.notion, pair)
    for names in sets:
        rows.add_linked([np.flatnonzero(mentee == number) for number in names])


class _Rows:
    """The rows under which some pairs of a market do not block.

    ``person`` is the mentee of each pair, who may have several requests: they may sit together through another one.
    """

    def __init__(self, model: Model, market: Market, person: Ints) -> None:
        self.model, self.market = model, market
        self.edge = market.edge.astype(np.int64)
        self.meeting = person * (int(market.offer.max(initial=0)) + 1) + market.offer
        self.by_request, self.by_offer = _sets(market.mentee), _sets(market.offer)
        self.by_mentor, self.by_meeting = _sets(market.mentor), _sets(self.meeting)

    def add_linked(self, lists: list[Ints]) -> None:
        """Mentees who move as one do not block with any mentor: the pairs of each of them."""
        market = self.market
        ranks = [dict(zip(market.offer[own].tolist(), market.mentee_rank[own].tolist(), strict=True)) for own in lists]
        for offer in [offer for offer in ranks[0] if all(offer in rank for rank in ranks)]:
            linked = np.concatenate([own[market.offer[own] == offer] for own in lists])
            mentor, worst = int(market.mentor[linked[0]]), market.mentor_rank[linked].max()
            others = np.setdiff1d(self.by_mentor[mentor], np.concatenate(lists))
            kept = others[market.mentor_rank[others] <= worst]
            seats, limit = int(market.seats[offer]), int(market.mentor_seats[mentor])
            if min(seats, limit) < len(lists):
                continue  # so many never fit
            good = [own[market.mentee_rank[own] <= rank[offer]] for own, rank in zip(lists, ranks, strict=True)]
            on_offer = kept[market.offer[kept] == offer]
            full = self._filled(on_offer, seats - len(lists) + 1), self._filled(kept, limit - len(lists) + 1)
            self._any(self.edge[np.concatenate(good)], *full)

    def add(self, notion: str, pair: int) -> None:
        """The rows of one pair under one notion."""
        if notion == "weak":
            self._reason(pair, mentee_ties=True, mentor_ties=True, without_own=True)
        elif notion == "envy":
            self._no_envy(pair)
        elif notion == "super":
            self._reason(pair, mentee_ties=False, mentor_ties=False)
        else:
            self._reason(pair, mentee_ties=True, mentor_ties=False)
            self._reason(pair, mentee_ties=False, mentor_ties=True, moving=True)

    def _reason(
        self, pair: int, *, mentee_ties: bool, mentor_ties: bool, without_own: bool = False, moving: bool = False
    ) -> None:
        """One of the reasons holds: for the mentee, for the offer, for the mentor."""
        market = self.market
        mentor, offer, request = int(market.mentor[pair]), int(market.offer[pair]), int(market.mentee[pair])
        own = self.by_request[request]
        good = own[_as_good(market.mentee_rank[own], market.mentee_rank[pair], ties=mentee_ties)]
        with_mentor = self.by_mentor[mentor]
        others = with_mentor[_as_good(market.mentor_rank[with_mentor], market.mentor_rank[pair], ties=mentor_ties)]
        on_offer = others[market.offer[others] == offer]
        meeting = self.by_meeting[int(self.meeting[pair])]
        if len(self.by_offer[offer]) == len(with_mentor):
            good, seats = np.union1d(good, meeting), int(market.seats[offer])  # one of these, or as many as seats
            columns = np.concatenate([self.edge[good], self.edge[on_offer]])
            variables, place = np.unique(columns, return_inverse=True)
            weights = np.bincount(place, weights=np.repeat([seats, 1], [len(good), len(on_offer)])).astype(np.int64)
            self.model.rows.append(Row(variables, np.minimum(weights, seats), seats, FAR))
            return
        if without_own:
            others = others[market.mentee[others] != request]
        reasons = [self.edge[meeting], self.edge[good], self._filled(on_offer, int(market.seats[offer]))]
        reasons.append(self._filled(others, int(market.mentor_seats[mentor])))
        if moving:
            reasons.append(self._moved(pair, own))
        self._any(*reasons)

    def _no_envy(self, pair: int) -> None:
        """The mentee has something as good; or none is worse of the mentor, or on the offer if that is full."""
        market = self.market
        own, others = self.by_request[int(market.mentee[pair])], self.by_mentor[int(market.mentor[pair])]
        worse = others[market.mentor_rank[others] > market.mentor_rank[pair]]
        if not len(worse):
            return
        offer = int(market.offer[pair])
        on_offer = self.by_offer[offer]
        full = NOBODY
        if len(on_offer) < len(others):
            full = self._filled(on_offer, int(market.seats[offer]), worse[market.offer[worse] == offer])
        good = own[market.mentee_rank[own] <= market.mentee_rank[pair]]
        meeting = self.by_meeting[int(self.meeting[pair])]
        self._any(self.edge[meeting], self.edge[good], full, self._filled(worse, 0, worse))

    def _any(self, *reasons: Ints) -> None:
        """One of some variables is 1."""
        variables = np.unique(np.concatenate(reasons))
        self.model.rows.append(Row(variables, np.ones(len(variables), dtype=np.int64), 1, FAR))

    def _filled(self, pairs: Ints, seats: int, worse: Ints | None = None) -> Ints:
        """A variable that may be 1 only where so many of some pairs are chosen, and none that is ``worse``.

        None where that cannot be. Where nobody has more than ``seats``, so many leave no room for worse ones.
        """
        if seats > len(pairs) or seats >= FREE:
            return NOBODY
        if seats == 1 and worse is None:
            return self.edge[pairs]  # any one of them is reason enough
        filled = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        variables = np.append(self.edge[pairs], filled)
        self.model.rows.append(Row(variables, np.append(np.ones(len(pairs), np.int64), -seats), 0, FAR))
        if worse is not None and len(worse):
            variables = np.append(self.edge[worse], filled)
            weights = np.append(np.ones(len(worse), np.int64), len(worse))
            self.model.rows.append(Row(variables, weights, 0, len(worse)))
        return filled

    def _moved(self, pair: int, own: Ints) -> Ints:
        """A variable that may be 1 only where the mentee sits as well with the same mentor and the offer has room."""
        market = self.market
        same = own[(market.mentor[own] == market.mentor[pair]) & (market.offer[own] != market.offer[pair])]
        same = same[market.mentee_rank[same] == market.mentee_rank[pair]]
        if not len(same):
            return NOBODY
        moved = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        seat = np.append(self.edge[same], moved)
        self.model.rows.append(Row(seat, np.append(np.ones(len(same), np.int64), -1), 0, FAR))
        on_offer, seats = self.by_offer[int(market.offer[pair])], int(market.seats[market.offer[pair]])
        if seats <= len(on_offer):
            room = np.append(self.edge[on_offer], moved)
            self.model.rows.append(Row(room, np.ones(len(room), dtype=np.int64), 0, seats))
        return moved


def _as_good(ranks: Ints, rank: int, *, ties: bool) -> Bools:
    found: Bools = ranks <= rank if ties else ranks < rank
    return found


def _sets(label: Ints) -> dict[int, Ints]:
    """The pairs of each set."""
    order = np.argsort(label, kind="stable")
    values, start = np.unique(label[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, start[1:]), strict=True)) if len(order) else {}
