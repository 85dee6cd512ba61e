"""The most seats that any matching of a market fills, stable or not: a bound for every stable size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.mechanisms.market import Market


def largest(market: Market) -> int:
    """Seats of a largest matching, by one maximum flow: mentees, offers, mentors."""
    return len(largest_flow(market, np.arange(len(market))))


def largest_flow(market: Market, pairs: Ints) -> Ints:
    """Some of the given pairs: a largest matching."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    if not len(pairs):
        return pairs
    n, offers, mentors = market.n_mentees, len(market.offer_seats), len(market.mentor_seats)
    source, sink = n + offers + mentors, n + offers + mentors + 1
    every, used = np.arange(n), market.wanted_offers
    mentor = market.mentor_of_offer[used]
    bosses = np.unique(mentor)
    offer = n + market.offer[pairs]
    tail = np.concatenate([np.full(n, source), market.mentee[pairs], n + used, n + offers + bosses])
    head = np.concatenate([every, offer, n + offers + mentor, np.full(len(bosses), sink)])
    room = np.concatenate(
        [np.ones(n + len(pairs), dtype=np.int64), market.seats[used], np.minimum(market.mentor_seats[bosses], n)]
    )
    graph = coo_array((np.minimum(room, n).astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1)).tocsr()
    flow = maximum_flow(graph, source, sink).flow
    return pairs[np.asarray(flow[market.mentee[pairs], offer]).ravel() > 0]
