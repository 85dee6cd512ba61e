"""Stability as whole-number rows: for each candidate pair a reason why it does not block.

A pair does not block where the mentee has something as good, or the offer is full of mentees as good, or the mentor is
full of others as good; what "as good" means depends on the notion. The first is a sum of variables, the other two are
yes-or-no variables that must be earned. Delorme et al. 2019 for mentors with one offer; the clauses of offers are those
of `mmatch.blocking`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.blocking import stated_seats
from mmatch.errors import UnsupportedError
from mmatch.instance.market import Market, market_of
from mmatch.pairs.tables import looked_up
from mmatch.people.columns import NONE
from mmatch.solvers._rows import FAR, Model, Row
from mmatch.terms import FREE, Links

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Blocking, NoBlocking

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
    sets = [names for item in instance.unmet if isinstance(item, Links) for names in item.sets]
    if sets and rule.notion != "weak":
        raise UnsupportedError(f"no solver here can keep Linked beside {rule.sentence}: use rules.Stable()")
    rows = _Rows(model, _watched(market, instance), counted=False)
    linked = instance.labels.label("mentee")[market.edge]
    rows.add(rule.notion, np.flatnonzero(~np.isin(linked, [who for names in sets for who in names])))
    for names in sets:
        rows.add_linked([np.flatnonzero(linked == who) for who in names])


def count_blocking(model: Model, instance: Instance, term: Blocking) -> tuple[Ints, Ints]:
    """(a variable for each pair that could block, 1 at least where it does; what each adds to a goal)."""
    rows = _Rows(model, _stated(instance, term), counted=True)
    rows.add(term.notion, np.arange(len(rows.pairs.edge)))
    return rows.flags, np.full(len(rows.flags), -term.factor)


@dataclass(frozen=True, eq=False)
class _Watched:
    """Pairs that might block, as columns; ``edge`` is `NONE` where one is no candidate.

    ``meeting`` numbers the mentee and the offer of each pair together: they may sit together through another request.
    ``seats`` are those of each offer, ``limit`` of each mentor, ``wanted`` of each request; ``beyond`` tells mentors
    who may have more mentees than their limit, where a program lets them lead groups and the cohort states no seats.
    """

    edge: Ints
    request: Ints
    offer: Ints
    mentor: Ints
    meeting: Ints
    mentee_rank: Ints
    mentor_rank: Ints
    seats: Ints
    limit: Ints
    wanted: Ints
    beyond: Bools


def _watched(market: Market, instance: Instance) -> _Watched:
    """All pairs of a market."""
    person = instance.labels.mentee_of_request[market.mentee]
    return _Watched(
        edge=market.edge.astype(np.int64),
        request=market.mentee,
        offer=market.offer,
        mentor=market.mentor,
        meeting=person * (int(market.offer.max(initial=0)) + 1) + market.offer,
        mentee_rank=market.mentee_rank,
        mentor_rank=market.mentor_rank,
        seats=market.seats,
        limit=market.mentor_seats,
        wanted=np.ones(market.n_mentees, dtype=np.int64),
        beyond=np.zeros(len(market.mentor_seats), dtype=bool),
    )


def _stated(instance: Instance, term: Blocking) -> _Watched:
    """The pairs of a term, with seats as the cohort states them."""
    pairs, edges = term.pairs, term.edges
    on_offer, of_person = stated_seats(pairs.cohort)
    owner, width = pairs.cohort.offers.owner, len(on_offer) + 1
    beyond = np.zeros(len(of_person), dtype=bool)
    for family in instance.bounds:
        if family.key == "mentor":
            rows = instance.labels.mentor_rows
            beyond[rows] = family.upper > of_person[rows]
    keys = edges.request.row * width + edges.offer.row
    order = np.argsort(keys, kind="stable")
    wanted = pairs.cohort.requests.mentors
    open_ = (wanted[pairs.request.row] > 0) & (np.minimum(on_offer, of_person[owner])[pairs.offer.row] > 0)
    pairs = pairs.only(open_)
    return _Watched(
        edge=looked_up(keys[order], order, pairs.request.row * width + pairs.offer.row, NONE),
        request=pairs.request.row,
        offer=pairs.offer.row,
        mentor=pairs.mentor,
        meeting=pairs.mentee * width + pairs.offer.row,
        mentee_rank=pairs.mentee_rank,
        mentor_rank=pairs.mentor_rank,
        seats=np.where(beyond[owner], on_offer, np.minimum(on_offer, of_person[owner])),
        limit=of_person,
        wanted=wanted,
        beyond=beyond,
    )


class _Rows:
    """The rows of some pairs: none blocks; or each that does is ``counted`` by a variable of its own, its flag."""

    def __init__(self, model: Model, pairs: _Watched, *, counted: bool) -> None:
        self.model, self.pairs = model, pairs
        n = len(pairs.edge) if counted else 0
        self.flags = model.add(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64))
        usable = np.flatnonzero(pairs.edge != NONE)
        self.requests, self.offers = _sets(pairs.request, usable), _sets(pairs.offer, usable)
        self.mentors, self.meetings = _sets(pairs.mentor, usable), _sets(pairs.meeting, usable)

    def add_linked(self, wishes: list[Ints]) -> None:
        """Mentees who move as one do not block with any mentor: their pairs, of each mentee."""
        pairs = self.pairs
        ranks = [dict(zip(pairs.offer[own].tolist(), pairs.mentee_rank[own].tolist(), strict=True)) for own in wishes]
        for here in [here for here in ranks[0] if all(here in rank for rank in ranks)]:
            ours = np.concatenate([own[pairs.offer[own] == here] for own in wishes])
            boss, worst = int(pairs.mentor[ours[0]]), pairs.mentor_rank[ours].max()
            others = np.setdiff1d(self.mentors.get(boss, NOBODY), np.concatenate(wishes))
            kept = others[pairs.mentor_rank[others] <= worst]
            free = [limit - len(wishes) + 1 for limit in (int(pairs.seats[here]), int(pairs.limit[boss]))]
            if min(free) <= 0:
                continue  # so many never fit
            good = [own[pairs.mentee_rank[own] <= rank[here]] for own, rank in zip(wishes, ranks, strict=True)]
            full = self._earned(kept[pairs.offer[kept] == here], free[0], None), self._earned(kept, free[1], None)
            row = np.unique(np.concatenate([pairs.edge[np.concatenate(good)], *full]))
            self.model.rows.append(Row(row, np.ones(len(row), dtype=np.int64), 1, FAR))

    def add(self, notion: str, which: Ints) -> None:
        """All rows of one notion, for some pairs."""
        for pair in which.tolist():
            if notion == "weak":
                self._reason(pair, mentee_ties=True, mentor_ties=True, without_self=True)
            elif notion == "envy":
                self._no_envy(pair)
            elif notion == "super":
                self._reason(pair, mentee_ties=False, mentor_ties=False)
            else:
                self._reason(pair, mentee_ties=True, mentor_ties=False)
                self._reason(pair, mentee_ties=False, mentor_ties=True, moving=True)

    def _reason(
        self, pair: int, *, mentee_ties: bool, mentor_ties: bool, without_self: bool = False, moving: bool = False
    ) -> None:
        """One of the reasons holds: for the mentee, for the offer, for the mentor; else the pair is flagged."""
        pairs = self.pairs
        boss, here, who = int(pairs.mentor[pair]), int(pairs.offer[pair]), int(pairs.request[pair])
        mine = self.requests.get(who, NOBODY)
        good = mine[_as_good(pairs.mentee_rank[mine], pairs.mentee_rank[pair], ties=mentee_ties)]
        meeting = self.meetings.get(int(pairs.meeting[pair]), NOBODY)
        with_mentor = self.mentors.get(boss, NOBODY)
        fine = _as_good(pairs.mentor_rank[with_mentor], pairs.mentor_rank[pair], ties=mentor_ties)
        others, worse = with_mentor[fine], with_mentor[~fine]
        on, worse_on = (part[pairs.offer[part] == here] for part in (others, worse))
        if without_self:
            self_ = pairs.request[others] == who
            worse = np.concatenate([worse, others[self_]])
            others = others[~self_]
        seats, limit, beyond = int(pairs.seats[here]), int(pairs.limit[boss]), bool(pairs.beyond[boss])
        flag = self.flags[pair : pair + 1]
        if len(self.offers.get(here, NOBODY)) == len(with_mentor) and int(pairs.wanted[who]) == 1 and not beyond:
            self._either(np.union1d(good, meeting), on, seats, flag)
            return
        reasons = [pairs.edge[meeting], flag, *self._content(good, boss, int(pairs.wanted[who]))]
        reasons.append(self._earned(on, seats, worse_on if beyond else None))
        reasons.append(self._earned(others, limit, worse if beyond else None))
        if moving:
            reasons.append(self._moved(pair, mine, seats))
        told = np.unique(np.concatenate(reasons))
        self.model.rows.append(Row(told, np.ones(len(told), dtype=np.int64), 1, FAR))

    def _no_envy(self, pair: int) -> None:
        """The mentee has something as good; or none is worse of the mentor, or on the offer if that is full."""
        pairs = self.pairs
        mine = self.requests.get(int(pairs.request[pair]), NOBODY)
        good = mine[_as_good(pairs.mentee_rank[mine], pairs.mentee_rank[pair], ties=True)]
        others = self.mentors.get(int(pairs.mentor[pair]), NOBODY)
        worse = others[pairs.mentor_rank[others] > pairs.mentor_rank[pair]]
        if not len(worse):
            return
        here, on = int(pairs.offer[pair]), self.offers.get(int(pairs.offer[pair]), NOBODY)
        own = NOBODY if len(on) == len(others) else self._earned(on, int(pairs.seats[here]), worse, on_offer=here)
        nobody = self._earned(worse, 0, worse)
        content = self._content(good, int(pairs.mentor[pair]), int(pairs.wanted[int(pairs.request[pair])]))
        meeting = self.meetings.get(int(pairs.meeting[pair]), NOBODY)
        told = np.unique(np.concatenate([pairs.edge[meeting], self.flags[pair : pair + 1], *content, own, nobody]))
        self.model.rows.append(Row(told, np.ones(len(told), dtype=np.int64), 1, FAR))

    def _content(self, good: Ints, boss: int, wanted: int) -> list[Ints]:
        """Variables of which one is chosen where the mentee has seats as good: all; or one with this very mentor."""
        if wanted == 1:
            return [self.pairs.edge[good]]
        return [self.pairs.edge[good[self.pairs.mentor[good] == boss]], self._earned(good, wanted, None)]

    def _either(self, good: Ints, on: Ints, seats: int, flag: Ints) -> None:
        """One of ``good`` is chosen, or as many of ``on`` as there are seats; or the flag is up."""
        columns = np.concatenate([self.pairs.edge[good], flag, self.pairs.edge[on]])
        told, place = np.unique(columns, return_inverse=True)
        repeats = [len(good) + len(flag), len(on)]
        weights = np.bincount(place, weights=np.repeat([seats, 1], repeats)).astype(np.int64)
        self.model.rows.append(Row(told, np.minimum(weights, seats), seats, FAR))

    def _earned(self, pairs: Ints, seats: int, worse: Ints | None, *, on_offer: int = NONE) -> Ints:
        """A variable that may be 1 only where so many of some pairs are chosen, and none that is ``worse``.

        None where that cannot be. Where nobody has more than ``seats``, so many leave no room for worse ones.
        """
        if seats > len(pairs) or seats >= FREE:
            return NOBODY
        if seats == 1 and worse is None:
            return self.pairs.edge[pairs]  # any one of them is reason enough
        earned = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        variables = np.append(self.pairs.edge[pairs], earned)
        self.model.rows.append(Row(variables, np.append(np.ones(len(pairs), np.int64), -seats), 0, FAR))
        if worse is not None and on_offer != NONE:
            worse = worse[self.pairs.offer[worse] == on_offer]
        if worse is not None and len(worse):
            variables = np.append(self.pairs.edge[worse], earned)
            self.model.rows.append(Row(variables, np.append(np.ones(len(worse), np.int64), len(worse)), 0, len(worse)))
        return earned

    def _moved(self, pair: int, mine: Ints, seats: int) -> Ints:
        """A variable that may be 1 only where the mentee sits as well with the same mentor and the offer has room."""
        pairs = self.pairs
        same = mine[(pairs.mentor[mine] == pairs.mentor[pair]) & (pairs.offer[mine] != pairs.offer[pair])]
        same = same[pairs.mentee_rank[same] == pairs.mentee_rank[pair]]
        on = self.offers.get(int(pairs.offer[pair]), NOBODY)
        if not len(same):
            return NOBODY
        earned = self.model.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        there = np.append(pairs.edge[same], earned)
        self.model.rows.append(Row(there, np.append(np.ones(len(same), np.int64), -1), 0, FAR))
        if seats <= len(on):
            room = np.append(pairs.edge[on], earned)
            self.model.rows.append(Row(room, np.ones(len(room), dtype=np.int64), 0, seats))
        return earned


def _as_good(ranks: Ints, rank: int, *, ties: bool) -> Bools:
    found: Bools = ranks <= rank if ties else ranks < rank
    return found


def _sets(label: Ints, usable: Ints) -> dict[int, Ints]:
    """The usable pairs of each set."""
    order = usable[np.argsort(label[usable], kind="stable")]
    values, start = np.unique(label[order], return_index=True)
    return dict(zip(values.tolist(), np.split(order, start[1:]), strict=True)) if len(order) else {}
