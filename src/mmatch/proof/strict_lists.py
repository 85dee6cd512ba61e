"""The judge of stable matchings of strict lists: that nothing blocks, and that no other is better for one side.

The argument and its sources stand in docs/explanation/proofs.md, under "Stable matchings of strict lists".
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.mechanisms.market import FAR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.arrays import Bools, Ints
    from mmatch.matching import Stability
    from mmatch.mechanisms.market import Market


def within_seats(market: Market, current: Ints) -> bool:
    """Whether no offer and no mentor has more mentees than seats."""
    taken = current[current != NONE]
    load_on = np.bincount(market.offer[taken], minlength=len(market.offer_seats))
    load_of = np.bincount(market.mentor[taken], minlength=len(market.mentor_seats))
    return bool((load_on <= market.offer_seats).all() and (load_of <= market.mentor_seats).all())


def places_of(market: Market, steps: tuple[int, ...]) -> list[int] | None:
    """Where the edges of some steps stand in the market; None where one is not in it."""
    place = np.full(int(market.edge.max(initial=NONE)) + 1, NONE, dtype=np.int64)
    place[market.edge] = np.arange(len(market))
    if not all(0 <= step < len(place) and place[step] != NONE for step in steps):
        return None
    found: list[int] = place[np.array(steps, dtype=np.int64)].tolist()
    return found


def seats_of(market: Market, chosen: Bools) -> Ints | None:
    """The pair of each mentee, `NONE` where there is none; None where the choice is no matching of the market."""
    pairs = np.flatnonzero(chosen[market.edge])
    current = np.full(market.n_mentees, NONE, dtype=np.int64)
    current[market.mentee[pairs]] = pairs
    return current if len(pairs) == int(chosen.sum()) == int((current != NONE).sum()) else None


def at(values: Any, index: Ints, default: Any) -> Any:
    """``values`` at an index; the default where the index is `NONE`."""
    found = np.full(len(index), default, dtype=values.dtype)
    found[index != NONE] = values[index[index != NONE]]
    return found


def strict_blocks(market: Market, current: Ints) -> Bools:
    """Which pairs of a market with strict lists block a matching."""
    taken = current[current != NONE]
    own_rank = at(market.mentee_rank, current, FAR)
    gains = np.flatnonzero(market.mentee_rank < own_rank[market.mentee])
    offer, mentor, rank = market.offer[gains], market.mentor[gains], market.mentor_rank[gains]
    load_on = np.bincount(market.offer[taken], minlength=len(market.offer_seats))
    load_of = np.bincount(market.mentor[taken], minlength=len(market.mentor_seats))
    worst_on, worst_of = np.zeros(len(load_on), dtype=np.int64), np.zeros(len(load_of), dtype=np.int64)
    np.maximum.at(worst_on, market.offer[taken], market.mentor_rank[taken])
    np.maximum.at(worst_of, market.mentor[taken], market.mentor_rank[taken])
    partners = at(market.mentor, current, NONE)
    with_mentor = partners[market.mentee[gains]] == mentor
    welcome = (load_of < market.mentor_seats)[mentor] | with_mentor | (rank < worst_of[mentor])
    open_offer = (load_on < market.offer_seats)[offer]
    blocking = np.zeros(len(market), dtype=bool)
    blocking[gains] = np.where(open_offer, welcome, rank < worst_on[offer])
    return blocking


def best_of_side(market: Market, current: Ints, claim: Stability) -> bool:
    """Whether no stable matching is better for the side that a claim names."""
    if market.plain:
        return not (mentees_could_gain if claim.side == "mentee" else mentors_could_gain)(market, current)
    steps = places_of(market, claim.steps)
    replay = struck_out if claim.side == "mentee" else _offered
    return steps is not None and replay(market, current, steps)


def mentees_could_gain(market: Market, current: Ints) -> bool:
    """Whether mentors could pass mentees round in a circle so that each of these mentees gains.

    Each full mentor points to the first mentee below their worst who would rather come, and so to that one's mentor.
    """
    full, worst = _full_mentors(market, current)
    own_rank = at(market.mentee_rank, current, FAR)
    wants = np.flatnonzero(market.mentee_rank < own_rank[market.mentee])
    mentor = market.mentor[wants]
    wants = wants[full[mentor] & (market.mentor_rank[wants] > worst[mentor])]
    first = _least(market.mentor, market.mentor_rank, wants, len(full))
    mentor_of = at(market.mentor, current, NONE)
    following = at(mentor_of, at(market.mentee, first, NONE), NONE)
    following[~at(full, following, False)] = NONE
    return circle(following.tolist())


def mentors_could_gain(market: Market, current: Ints) -> bool:
    """Whether mentees could go round in a circle so that each of these mentors gains.

    Each mentee points to the mentor they like next who would rather have them than their worst, and so to that one.
    """
    full, worst = _full_mentors(market, current)
    own_rank = at(market.mentee_rank, current, FAR)
    rather = np.flatnonzero(market.mentee_rank > own_rank[market.mentee])
    mentor = market.mentor[rather]
    rather = rather[~full[mentor] | (market.mentor_rank[rather] < worst[mentor])]
    first = _least(market.mentee, market.mentee_rank, rather, market.n_mentees)
    given_up = np.full(len(full), NONE, dtype=np.int64)
    taken = current[current != NONE]
    at_worst = taken[market.mentor_rank[taken] == worst[market.mentor[taken]]]
    given_up[market.mentor[at_worst]] = market.mentee[at_worst]
    given_up[~full] = NONE
    return circle(at(given_up, at(market.mentor, first, NONE), NONE).tolist())


def _full_mentors(market: Market, current: Ints) -> tuple[Bools, Ints]:
    """(whether each mentor has no seat left, the rank of the mentee whom they like least)."""
    taken = current[current != NONE]
    seats = market.mentor_seats.copy()
    np.minimum.at(seats, market.mentor[taken], market.seats[market.offer[taken]])
    load = np.bincount(market.mentor[taken], minlength=len(seats))
    worst = np.zeros(len(load), dtype=np.int64)
    np.maximum.at(worst, market.mentor[taken], market.mentor_rank[taken])
    return (load >= seats) & (load > 0), worst


def _least(group: Ints, rank: Ints, pairs: Ints, n: int) -> Ints:
    """The pair of least rank in each group, `NONE` where there is none."""
    least = np.full(n, FAR)
    np.minimum.at(least, group[pairs], rank[pairs])
    found = np.full(n, NONE, dtype=np.int64)
    best = pairs[rank[pairs] == least[group[pairs]]]
    found[group[best]] = best
    return found


def circle(following: list[int]) -> bool:
    """Whether following each one's successor ever comes back; `NONE` has none."""
    seen = [0] * len(following)
    for start in range(len(following)):
        node = start
        while node != NONE and not seen[node]:
            seen[node] = start + 1
            node = following[node]
        if node != NONE and seen[node] == start + 1:
            return True
    return False


# -- offers that share a mentor -----------------------------------------------------------


def mentees_could_move(market: Market, current: Ints) -> bool:
    """Whether mentees could go round in a circle, each to their chance, and come to another stable matching.

    A chance is the next pair for which the mentor would give up somebody: the worst on a full offer, else the worst of
    a full mentor. See `mmatch.mechanisms.rotation_order`.
    """
    taken = current[current != NONE]
    gives: list[tuple[Bools, Ints]] = []
    for group, seats in ((market.offer, market.seats), (market.mentor, market.mentor_seats)):
        full = np.bincount(group[taken], minlength=len(seats)) == seats
        worst = np.full(len(seats), NONE, dtype=np.int64)
        order = taken[np.argsort(market.mentor_rank[taken], kind="stable")]
        worst[group[order]] = order  # the worst one is written last
        gives.append((full[group], worst[group]))
    out = np.where(gives[0][0], gives[0][1], np.where(gives[1][0], gives[1][1], NONE))  # whom each pair sends on
    own_rank = at(market.mentee_rank, current, FAR)
    rather = (market.mentee_rank > own_rank[market.mentee]) & (market.mentor_rank < at(market.mentor_rank, out, FAR))
    first = _least(market.mentee, market.mentee_rank, np.flatnonzero(rather), market.n_mentees)
    return circle(at(market.mentee, at(out, first, NONE), NONE).tolist())


def struck_out(market: Market, current: Ints, steps: Iterable[int]) -> bool:
    """Whether each step strikes out the first wish of a mentee for a sound reason, and the first left is the seat."""
    by_mentee, start = market.by_mentee
    wish, first, end = by_mentee.tolist(), start[:-1].tolist(), start[1:].tolist()
    mentee_of, offer_of, mentor_of = market.mentee.tolist(), market.offer.tolist(), market.mentor_of_offer.tolist()
    rank, seats, limit = market.mentor_rank.tolist(), market.seats.tolist(), market.mentor_seats.tolist()
    offers_of: list[list[int]] = [[] for _ in limit]
    for number, owner in enumerate(mentor_of):
        offers_of[owner].append(number)
    heads: list[list[int]] = [[] for _ in seats]  # ranks of mentees whose first wish it is, in order
    for mentee in range(market.n_mentees):
        if first[mentee] < end[mentee]:
            heads[offer_of[wish[first[mentee]]]].append(rank[wish[first[mentee]]])
    for ranks in heads:
        ranks.sort()
    for pair in steps:
        mentee, offer = mentee_of[pair], offer_of[pair]
        if first[mentee] == end[mentee] or wish[first[mentee]] != pair:
            return False
        better = [(seats[p], bisect_left(heads[p], rank[pair])) for p in offers_of[mentor_of[offer]]]
        on_offer = bisect_left(heads[offer], rank[pair])
        if on_offer < seats[offer] and sum(map(min, better)) < limit[mentor_of[offer]]:
            return False
        heads[offer].pop(on_offer)
        first[mentee] += 1
        if first[mentee] < end[mentee]:
            insort(heads[offer_of[wish[first[mentee]]]], rank[wish[first[mentee]]])
    left = [wish[k] if k < stop else NONE for k, stop in zip(first, end, strict=True)]
    return np.array_equal(left, current)


def _offered(market: Market, current: Ints, steps: Iterable[int]) -> bool:
    """Whether each step lifts a mentee to a seat for a sound reason, and the last lift is the seat that they have."""
    by_mentor, _ = market.by_mentor
    order = by_mentor[np.argsort(market.offer[by_mentor], kind="stable")]
    start = np.searchsorted(market.offer[order], np.arange(len(market.offer_seats) + 1))
    rows, front, end = order.tolist(), start[:-1].tolist(), start[1:].tolist()
    mentee_of, offer_of, mentor_of = market.mentee.tolist(), market.offer.tolist(), market.mentor_of_offer.tolist()
    likes, rank = market.mentee_rank.tolist(), market.mentor_rank.tolist()
    room, free = market.seats.tolist(), market.mentor_seats.tolist()
    offers_of: list[list[int]] = [[] for _ in free]
    for number, owner in enumerate(mentor_of):
        offers_of[owner].append(number)
    now = [NONE] * market.n_mentees

    def comes(pair: int) -> bool:
        before = now[mentee_of[pair]]
        return before == NONE or bool(likes[pair] < likes[before])

    for pair in steps:
        offer, owner = offer_of[pair], mentor_of[offer_of[pair]]
        if not room[offer] or not free[owner] or not comes(pair):
            return False
        for other in offers_of[owner]:  # nobody better would come to any offer with room
            while room[other] and front[other] < end[other] and not comes(rows[front[other]]):
                front[other] += 1
            if room[other] and front[other] < end[other] and rank[rows[front[other]]] < rank[pair]:
                return False
        before, now[mentee_of[pair]] = now[mentee_of[pair]], pair
        room[offer], free[owner] = room[offer] - 1, free[owner] - 1
        if before != NONE:
            room[offer_of[before]] += 1
            free[mentor_of[offer_of[before]]] += 1
    return np.array_equal(now, current)
