"""Who would rather have somebody else's seats: envy, weighted envy up to one seat, justified envy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mmatch.arrays import NONE, Bools, Ints, looked_up
from mmatch.candidates import Pairs
from mmatch.candidates.blocking import listed, mentee_gain, together

MOST_ROWS = 2_000_000  # of (mentee, somebody else's seat), looked at together
LARGEST = 2**62
Rows = tuple["Ints", "Ints", Any]


@dataclass(frozen=True, eq=False)
class Valued:
    """What mentees think of seats, in whole units: of every candidate pair, and of what they have.

    Args:
        edges: candidate pairs, as a list.
        seats: the filled seats, as a list.
        edge_worth: units of each candidate pair.
        seat_worth: units of each filled seat.
    """

    edges: Pairs
    seats: Pairs
    edge_worth: Ints
    seat_worth: Ints

    @cached_property
    def wanted(self) -> Ints:
        """Seats asked for by every person."""
        requests = self.edges.cohort.requests
        return np.bincount(requests.owner, requests.mentors, len(self.edges.cohort)).astype(np.int64)

    @cached_property
    def own(self) -> Any:
        """Units of every person's own seats together."""
        own: Any = np.zeros(len(self.edges.cohort), dtype=self.kind)
        np.add.at(own, self.seats.mentee, self.seat_worth.astype(self.kind))
        return own

    @cached_property
    def kind(self) -> type:
        """The type in which sums and products are exact: int64 where they fit, else Python's integers."""
        largest = max((int(np.abs(w).max(initial=0)) for w in (self.edge_worth, self.seat_worth)), default=0)
        times = int(self.wanted.max(initial=0)) + 1
        return np.int64 if largest * (len(self.seats.mentee) + 1) * times < LARGEST else object

    @cached_property
    def offered(self) -> Rows:
        """(mentee, offer, units) of every candidate, each once with the best of the mentee's requests."""
        width = max(len(self.edges.cohort.offers.owner), 1)
        asks = self.wanted[self.edges.mentee] > 0
        keys = (self.edges.mentee * width + self.edges.offer.row)[asks]
        worth: Any = self.edge_worth[asks].astype(self.kind)
        if not (np.diff(keys) > 0).all():
            order = np.argsort(keys, kind="stable")
            keys, first = np.unique(keys[order], return_index=True)
            worth = np.maximum.reduceat(worth[order], first)
        return keys // width, keys % width, worth


def envious(valued: Valued) -> Bools:
    """Which people value the seats of one other mentee above their own: at most as many of them as they ask for."""
    mentee, offer, worth = valued.offered
    n, width = len(valued.own), len(valued.edges.cohort.offers.owner)
    load = np.bincount(valued.seats.offer.row, minlength=width)
    sitting, times = np.unique(valued.seats.mentee * width + valued.seats.offer.row, return_counts=True)
    held = looked_up(sitting, times, mentee * width + offer, 0)
    better = (load[offer] > held) & (worth > valued.own[mentee])
    found = np.zeros(n, dtype=bool)
    found[mentee[better]] = True  # one seat is enough
    wanted = valued.wanted[mentee]
    promising = (wanted > 1) & ~found[mentee] & (worth * wanted > valued.own[mentee])
    for i, holder, units in _bundles(valued, promising, least=1):
        order = np.lexsort((np.unique(-units, return_inverse=True)[1], holder, i))
        i, units, first = i[order], units[order], _starts((i * n + holder)[order])  # noqa: PLW2901 - best first
        place = np.arange(len(i)) - np.repeat(first, np.diff(first, append=len(i)))
        counted = np.where(place < valued.wanted[i], units, 0)
        found[i[first][np.add.reduceat(counted, first) > valued.own[i[first]]]] = True
    return found


def wef1_violations(valued: Valued) -> int | None:
    """How many ordered pairs of mentees break weighted envy-freeness up to one seat; None where a worth is below 0.

    i envies k where own(i) / asked(i) < (worth to i of k's seats without the best of them) / asked(k).
    """
    if min(valued.edge_worth.min(initial=0), valued.seat_worth.min(initial=0)) < 0:
        return None
    n, (mentee, _, worth) = len(valued.own), valued.offered
    promising = worth > 0
    if (np.bincount(valued.seats.mentee, minlength=n) <= valued.wanted).all():
        promising = worth * valued.wanted[mentee] > valued.own[mentee]
    count = 0
    for i, holder, units in _bundles(valued, promising, least=2):
        first = _starts(i * n + holder)
        left = np.add.reduceat(units, first) - np.maximum.reduceat(units, first)
        count += int((left * valued.wanted[i[first]] > valued.own[i[first]] * valued.wanted[holder[first]]).sum())
    return count


def _bundles(valued: Valued, promising: Bools, *, least: int) -> Iterator[Rows]:
    """(mentee, holder, units) of all of a holder's seats that a mentee could have, where it matters; in blocks.

    It matters where at least ``least`` of them are promising: worth more to the mentee than an average seat of their
    own. Otherwise the best of them cannot be worth more than all own seats, nor all but the best more for each seat
    asked for. Rows stand by mentee, then holder.
    """
    n, width = len(valued.own), len(valued.edges.cohort.offers.owner)
    mentee, offer, worth = valued.offered
    keys = mentee * width + offer
    by_holder = np.argsort(valued.seats.mentee, kind="stable")
    held = valued.seats.offer.row[by_holder]
    size = np.bincount(valued.seats.mentee, minlength=n)
    for pair in _pairs(valued, promising, least):
        row = np.repeat(pair, size[pair % n])
        seat = _ranges((np.cumsum(size) - size)[pair % n], size[pair % n])
        place = looked_up(keys, np.arange(len(keys)), row // n * width + held[seat], NONE)
        known = place != NONE
        yield row[known] // n, row[known] % n, worth[place[known]]


def _pairs(valued: Valued, edges: Bools, least: int) -> Iterator[Ints]:
    """Keys (mentee x n + holder) where others hold at least ``least`` seats among some edges; in blocks."""
    mentee, offer = valued.offered[0][edges], valued.offered[1][edges]
    by_offer = np.argsort(valued.seats.offer.row, kind="stable")
    holder = valued.seats.mentee[by_offer]
    load = np.bincount(valued.seats.offer.row, minlength=len(valued.edges.cohort.offers.owner))
    start, size = (np.cumsum(load) - load)[offer], load[offer]
    fresh = np.flatnonzero(np.diff(np.cumsum(size) // MOST_ROWS, prepend=0))
    for part in np.split(np.arange(len(mentee)), np.unique(np.searchsorted(mentee, mentee[fresh]))):
        other = holder[_ranges(start[part], size[part])]
        who = np.repeat(mentee[part], size[part])
        pair, seats = np.unique((who * len(valued.own) + other)[who != other], return_counts=True)
        if (seats >= least).any():
            yield pair[seats >= least]


def _ranges(first: Ints, size: Ints) -> Ints:
    """All numbers of several ranges, one after the other."""
    return np.repeat(first - np.cumsum(size) + size, size) + np.arange(int(size.sum()))


def _starts(sorted_keys: Ints) -> Ints:
    return np.flatnonzero(np.diff(sorted_keys, prepend=-1) != 0)


def justly_envious(valued: Valued) -> Bools | None:
    """Which people want a seat that its mentor would rather give to them than to who has it; None: no mentor ranks.

    The mentee compares by ranks where anybody stated them as a mentee, else by worth.
    """
    edges, seats, facts = valued.edges, valued.seats, valued.edges.facts
    if facts.mentee_ranks is None:
        return None
    if facts.ranks is not None:
        ranks = edges.mentee_rank, listed(seats.mentee_rank)
    else:
        both = np.concatenate([valued.edge_worth, valued.seat_worth])
        order = np.unique(-both, return_inverse=True)[1].astype(np.int64) + 1
        ranks = order[: len(valued.edge_worth)], order[len(valued.edge_worth) :]
    worst = np.zeros(len(edges.cohort.offers.owner), dtype=np.int64)
    np.maximum.at(worst, seats.offer.row, listed(seats.mentor_rank))
    wants = mentee_gain(edges, seats, *ranks) > 0
    just = wants & (edges.mentor_rank < worst[edges.offer.row]) & ~together(edges, seats)
    found = np.zeros(len(edges.cohort), dtype=bool)
    found[edges.mentee[just]] = True
    return found
