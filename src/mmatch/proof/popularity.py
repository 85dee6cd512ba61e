"""The judge of popular matchings: where everybody may sit, counted; without a vote.

Give as many mentees as possible one of their first wishes. Offers that are wanted by a mentee who gets none of them, or
by whoever sits on such an offer, are *taken*, and these mentees in *doubt*. Offers with a seat left, and those whose
mentees would find one there, are *open*, and whoever wants them first is *at ease*. Which is which is the same for all
ways to grant as many (Gallai, Edmonds). A matching is popular exactly when as many as possible have a first wish in it,
and everybody else has one of the best open offers on their list (Abraham, Irving, Kavitha, Mehlhorn 2007, with ties;
Manlove and Sng 2006, with seats).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.market import FAR
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market
    from mmatch.people.columns import Bools, Ints

TAKEN, OPEN = 1, 2  # of offers; of mentees: in doubt, at ease


def is_popular(market: Market, current: Ints) -> bool:
    """Whether no other matching would win a vote of the mentees.

    Args:
        market: mentors with one offer each.
        current: the pair of each mentee, `NONE` where there is none.
    """
    taken = current[current != NONE]
    if not market.plain or (np.bincount(market.offer[taken], minlength=len(market.seats)) > market.seats).any():
        return False
    at_first = taken[first_wishes(market)[taken]]
    lot = _lot(market, at_first)
    if lot is None:
        return False
    mine = np.full(market.n_mentees, FAR)
    mine[market.mentee[taken]] = np.where(lot.offers[market.offer[taken]] == OPEN, market.mentee_rank[taken], NONE)
    mine[market.mentee[at_first]] = lot.best_open[market.mentee[at_first]]
    return bool((mine == lot.best_open)[market.mentee].all())


def none_popular(market: Market, granted: Ints, crowd: Ints) -> bool:
    """Whether some mentees are too many for all seats that a popular matching could give them.

    As many as possible have a first wish in each one: so those in doubt sit on taken offers or on their best open ones,
    those at ease on open first wishes, and all others on first wishes that are neither.

    Args:
        market: mentors with one offer each.
        granted: pairs that give as many mentees as possible one of their first wishes.
        crowd: a pair of each of these mentees.
    """
    lot = _lot(market, granted) if market.plain else None
    if lot is None:
        return False
    crowded = np.zeros(market.n_mentees, dtype=bool)
    crowded[market.mentee[crowd]] = True
    if (crowded & (lot.mentees == TAKEN) & (lot.best_open == FAR)).any():
        return False  # somebody who may end with nothing
    doubt, state = lot.mentees[market.mentee] == TAKEN, lot.offers[market.offer]
    may = first_wishes(market) & (state == lot.mentees[market.mentee])
    may |= doubt & (state == OPEN) & (market.mentee_rank == lot.best_open[market.mentee])
    reach = np.unique(market.offer[may & crowded[market.mentee]])
    return int(market.seats[reach].sum()) < int(crowded.sum())


@dataclass(frozen=True)
class _Lot:
    """What becomes of offers and of mentees (`TAKEN`, `OPEN` or 0); each mentee's best rank of an open offer."""

    offers: Ints
    mentees: Ints
    best_open: Ints


def _lot(market: Market, granted: Ints) -> _Lot | None:
    """What becomes of everybody; None where more could have a first wish than these pairs grant."""
    graph = _FirstWishes(market, granted)
    if not graph.sound:
        return None
    offers, mentees = np.zeros(len(market.seats), dtype=np.int64), np.zeros(market.n_mentees, dtype=np.int64)
    for offer in graph.taken():
        offers[offer] = TAKEN
    if (offers[graph.with_room] == TAKEN).any():
        return None
    for offer in graph.open():
        offers[offer] = OPEN
    first = first_wishes(market)
    mentees[market.mentee[first & (offers[market.offer] == OPEN)]] = OPEN
    mentees[graph.without] = TAKEN
    mentees[market.mentee[granted[offers[market.offer[granted]] == TAKEN]]] = TAKEN
    best_open = np.full(market.n_mentees, FAR)
    pairs = np.flatnonzero(offers[market.offer] == OPEN)
    np.minimum.at(best_open, market.mentee[pairs], market.mentee_rank[pairs])
    return _Lot(offers, mentees, best_open)


class _FirstWishes:
    """Who has which first wishes, and who sits on one of them."""

    def __init__(self, market: Market, granted: Ints) -> None:
        first = np.flatnonzero(first_wishes(market))
        load = np.bincount(market.offer[granted], minlength=len(market.seats))
        once = len(np.unique(market.mentee[granted])) == len(granted)
        self.sound = once and bool(np.isin(granted, first).all() and (load <= market.seats).all())
        self.with_room = np.flatnonzero(load < market.seats)
        self.without = np.setdiff1d(market.mentee, market.mentee[granted])
        self.wants = _rows(market.mentee[first], market.offer[first], market.n_mentees)
        self.wanted_by = _rows(market.offer[first], market.mentee[first], len(market.seats))
        self.sits_on = dict(zip(market.mentee[granted].tolist(), market.offer[granted].tolist(), strict=True))
        self.sitting = _rows(market.offer[granted], market.mentee[granted], len(market.seats))

    def taken(self) -> list[int]:
        """Offers that are wanted first by somebody without one, or by whoever sits on such an offer."""
        found: dict[int, None] = {}
        waiting: list[int] = self.without.tolist()
        while waiting:
            for offer in self.wants[waiting.pop()]:
                if offer not in found:
                    found[offer] = None
                    waiting += self.sitting[offer]
        return list(found)

    def open(self) -> list[int]:
        """Offers with room, or on which somebody sits who wants such an offer as much."""
        waiting: list[int] = self.with_room.tolist()
        found = dict.fromkeys(waiting)
        while waiting:
            for who in self.wanted_by[waiting.pop()]:
                offer = self.sits_on[who]
                if offer not in found:
                    found[offer] = None
                    waiting.append(offer)
        return list(found)


def first_wishes(market: Market) -> Bools:
    """Which pairs are a first wish of the mentee, ties too."""
    best = np.full(market.n_mentees, FAR)
    np.minimum.at(best, market.mentee, market.mentee_rank)
    first: Bools = market.mentee_rank == best[market.mentee]
    return first


def _rows(keys: Ints, values: Ints, n: int) -> list[list[int]]:
    """The values of each key."""
    rows: list[list[int]] = [[] for _ in range(n)]
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        rows[key].append(value)
    return rows
