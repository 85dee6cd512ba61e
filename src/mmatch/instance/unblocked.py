"""That nothing blocks a matching, as pseudo-Boolean constraints over the pairs of a market.

A pair does not block where the mentee has something else as good, or the offer is full of people liked as much, or the
mentor is; whether "as good" includes equals depends on the notion (`mmatch.blocking` has the clauses of offers). Who is
full of whom are variables beside those of the pairs. The matchings that keep the constraints are just the stable ones
that keep the seats and the other bounds of the instance, where it `may_be_refuted`.

Literals are numbers as in DIMACS files: k + 1 says that the matching has pair k, a number of its own that an offer or a
mentor is full of people up to some rank, and -x that x is not so. Roussel, Manquinho: Pseudo-Boolean and cardinality
constraints (2009), for constraints; Delorme and others 2019 for stability as rows.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from mmatch.instance.market import FAR, market_of, meets_twice, without_twins
from mmatch.instance.plain import Plain
from mmatch.people.columns import NONE
from mmatch.terms import Links

if TYPE_CHECKING:
    from mmatch.instance.market import Market
    from mmatch.instance.model import Instance
    from mmatch.terms import Bounds

Key = TypeVar("Key", int, tuple[int, int])
MOST_TERMS = 3_000_000


@dataclass(frozen=True)
class Constraint:
    """The weights of the literals that are true add up to ``least`` or more."""

    literals: list[int]
    weights: list[int]
    least: int


@dataclass(frozen=True)
class Constraints:
    """Constraints over variables from 1 to ``size``; those of the pairs come first."""

    size: int
    rows: list[Constraint]


def may_be_refuted(instance: Instance) -> bool:
    """Whether the constraints say what blocks: pairs without slots, requests for one mentor, nobody linked."""
    several = any((family.upper > 1).any() for family in instance.bounds if family.key == "request")
    linked = any(isinstance(item, Links) for item in instance.unmet)
    slots = instance.groups is not None or instance.labels.slot is not None
    return not (several or linked or slots)


def unblocked(instance: Instance, market: Market, notion: str) -> Constraints | None:
    """The constraints that just the stable matchings of an instance keep; None where they have too many terms.

    Args:
        instance: its bounds on sums of edges are constraints, too; several requests of one mentee may be met by one
            offer, but do not block with it twice over.
        market: its pairs, with the ranks of both sides.
        notion: one of `mmatch.blocking.KINDS`.
    """
    if _terms(market) > MOST_TERMS:
        return None
    writing = _Writing(market, instance.labels.mentee_of_request[market.mentee].tolist())
    for family in beyond_seats(instance):
        writing.add_bounds(family, family.label[market.edge].tolist())
    for pair in range(len(market)):
        writing.add(pair, notion)
    writing.add_order()
    return Constraints(writing.size, writing.rows)


def asked_market(instance: Instance, notion: str) -> Market:
    """The market of an instance, of strong stability without twins where nothing tells them apart."""
    market = market_of(instance)
    apart = notion != "strong" or beyond_seats(instance) or meets_twice(instance, market)
    return market if apart else without_twins(market)


def better_for_some(constraints: Constraints, market: Market, current: list[int]) -> Constraints:
    """The constraints, and that somebody has an offer that they like more than what they have now.

    Args:
        constraints: of the market.
        market: whom everybody ranks.
        current: the pair of each mentee, or `NONE`.
    """
    mine = np.full(market.n_mentees, FAR)
    taken = np.array([pair for pair in current if pair != NONE], dtype=np.int64)
    mine[market.mentee[taken]] = market.mentee_rank[taken]
    better = (np.flatnonzero(market.mentee_rank < mine[market.mentee]) + 1).tolist()
    return replace(constraints, rows=[*constraints.rows, Constraint(better, [1] * len(better), 1)])


def beyond_seats(instance: Instance) -> list[Bounds]:
    """The bounds of an instance beside the most seats of mentors and offers, and the most mentors of requests."""
    seats = {"mentor", "offer", "request"}
    return [family for family in instance.bounds if family.key not in seats or (family.lower > 0).any()]


def _terms(market: Market) -> int:
    """How many terms there are at most, nearly: for each pair those of its mentee, its offer and its mentor."""
    columns = market.mentee, market.offer, market.mentor
    return sum(int((np.bincount(column) ** 2).sum()) for column in columns)


class _Writing(Plain):
    """The constraints so far, and the variables that say who is full of whom."""

    def __init__(self, market: Market, person: list[int]) -> None:
        super().__init__(market)
        self.rows: list[Constraint] = []
        self.size = len(market)
        self.mine = _lists(self.mentee, self.likes)
        self.on = _lists(self.offer, self.rank)
        self.of = _lists(self.mentor, self.rank)
        met = list(zip(person, self.offer, strict=True))
        meetings = _lists(met, self.likes)
        self.meeting = [meetings[place] for place in met]  # the pairs by which a mentee is on the offer of each pair
        self.fulls: dict[tuple[str, int, int], dict[int, int]] = {}  # by how many pairs, of an offer or of a mentor
        self.nobody: dict[int, dict[int, int]] = {}  # by how many pairs of a mentor
        for pairs in self.mine.values():
            self._at_most(pairs, 1)
        for here, pairs in self.on.items():
            self._at_most(pairs, self.seats[here])
        for boss, pairs in self.of.items():
            self._at_most(pairs, self.most[boss])

    def _at_most(self, pairs: list[int], many: int) -> None:
        if len(pairs) > many:
            self._count([-pair - 1 for pair in pairs], len(pairs) - many)

    def _count(self, literals: list[int], least: int) -> None:
        """So many of some literals are true."""
        self.rows.append(Constraint(literals, [1] * len(literals), least))

    def _any(self, literals: list[int]) -> None:
        """One of some literals is true."""
        self._count(list(dict.fromkeys(literals)), 1)

    def add_bounds(self, family: Bounds, sets: list[int]) -> None:
        """So many pairs of each set as a family of bounds says."""
        members: list[list[int]] = [[] for _ in family.lower]
        for pair, number in enumerate(sets):
            if number != NONE:
                members[number].append(pair)
        for pairs, least, most in zip(members, family.lower.tolist(), family.upper.tolist(), strict=True):
            self._at_most(pairs, most)
            if least > 0:
                self._count([pair + 1 for pair in pairs], least)

    def add(self, pair: int, notion: str) -> None:
        """That a pair does not block."""
        here, level, rank = self.offer[pair], self.likes[pair], self.rank[pair]
        mine = self.mine[self.mentee[pair]]
        meeting = [other + 1 for other in self.meeting[pair]]
        better = [other + 1 for other in mine if self.likes[other] < level] + meeting
        equal = [other + 1 for other in mine if self.likes[other] == level]
        if notion == "weak":
            self._any([*better, *equal, *self._full(pair, rank, but=self.mentee[pair])])
        elif notion == "envy":
            self._any([*better, *equal, *self._full_on(here, rank), *self._nobody_behind(self.mentor[pair], rank)])
        elif notion == "super":
            self._any([*better, *self._full(pair, rank - 1)])
        else:
            self._any([*better, *equal, *self._full(pair, rank - 1)])
            content = [*better, *self._full(pair, rank)]
            same = [other for other in equal if self.mentor[other - 1] == self.mentor[pair] and other != pair + 1]
            self._any([*content, *same])
            for full in self._full_on(here, self.rank[self.on[here][-1]]) if same else []:
                self._any([*content, -full])  # with the same mentor already: only on a full offer the mentor chooses

    def add_order(self) -> None:
        """Who is full of people up to a rank is full of people up to any rank behind."""
        for fulls in self.fulls.values():
            for few, more in pairwise(sorted(fulls)):
                self._any([-fulls[few], fulls[more]])

    def _full(self, pair: int, rank: int, but: int = NONE) -> list[int]:
        """What says that a pair's offer, or its mentor without a mentee, is full of people up to a rank."""
        here, boss = self.offer[pair], self.mentor[pair]
        full_on = self._full_on(here, rank)
        if len(self.on[here]) == len(self.of[boss]):
            return full_on
        others = [other for other in self.of[boss] if self.mentee[other] != but]
        apart = but if len(others) < len(self.of[boss]) else NONE
        return full_on + self._filled(("of", boss, apart), others, self.most[boss], rank)

    def _full_on(self, here: int, rank: int) -> list[int]:
        return self._filled(("on", here, NONE), self.on[here], self.seats[here], rank)

    def _nobody_behind(self, boss: int, rank: int) -> list[int]:
        """A variable that is true just where a mentor has nobody behind a rank."""
        many = bisect_right(self.of[boss], rank, key=self.rank.__getitem__)
        nobody = self.nobody.setdefault(boss, {})
        if many not in nobody:
            self.size += 1
            nobody[many] = self.size
            behind = [pair + 1 for pair in self.of[boss][many:]]
            self.rows.append(Constraint([*behind, self.size], [1] * (len(behind) + 1), 1))
            weights = [1] * len(behind) + [max(len(behind), 1)]
            self.rows.append(Constraint([*(-x for x in behind), -self.size], weights, len(behind)))
        return [nobody[many]]

    def _filled(self, where: tuple[str, int, int], pairs: list[int], seats: int, rank: int) -> list[int]:
        """A variable that is true just where all seats have people up to a rank; nothing where these are too few."""
        many = bisect_right(pairs, rank, key=self.rank.__getitem__)
        if many < seats:
            return []
        fulls = self.fulls.setdefault(where, {})
        if many not in fulls:
            self.size += 1
            fulls[many] = self.size
            taken, spare = [pair + 1 for pair in pairs[:many]], many - seats + 1
            self.rows.append(Constraint([*taken, -self.size], [1] * many + [seats], seats))
            self.rows.append(Constraint([*(-x for x in taken), self.size], [1] * many + [spare], spare))
        return [fulls[many]]


def _lists(owner: list[Key], rank: list[int]) -> dict[Key, list[int]]:
    """The pairs of each owner, best first."""
    found: dict[Key, list[int]] = {}
    for pair in sorted(range(len(rank)), key=rank.__getitem__):
        found.setdefault(owner[pair], []).append(pair)
    return found
