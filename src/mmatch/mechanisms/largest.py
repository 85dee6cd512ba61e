"""The most seats that any matching of a market fills, stable or not: a bound for every stable size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.instance.market import Market


def largest(market: Market) -> int:
    """Seats of a largest matching, by one maximum flow: mentees, offers, mentors."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import maximum_flow

    if not len(market):
        return 0
    n, offers, mentors = market.n_mentees, len(market.offer_seats), len(market.mentor_seats)
    source, sink = n + offers + mentors, n + offers + mentors + 1
    every, used = np.arange(n), market.wanted_offers
    boss = market.mentor_of_offer[used]
    bosses = np.unique(boss)
    tail = np.concatenate([np.full(n, source), market.mentee, n + used, n + offers + bosses])
    head = np.concatenate([every, n + market.offer, n + offers + boss, np.full(len(bosses), sink)])
    room = np.concatenate(
        [np.ones(n + len(market), dtype=np.int64), market.seats[used], np.minimum(market.mentor_seats[bosses], n)]
    )
    graph = coo_array((np.minimum(room, n).astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1)).tocsr()
    return int(maximum_flow(graph, source, sink).flow_value)
