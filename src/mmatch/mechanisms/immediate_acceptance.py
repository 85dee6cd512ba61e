"""First wishes first, for good: the Boston mechanism (Abdulkadiroglu and Sonmez 2003), which rewards gaming."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.arrays import NONE

if TYPE_CHECKING:
    from mmatch.mechanisms.market import Market


def immediate_acceptance(market: Market) -> list[int]:
    """The pair of each mentee or `NONE`, for strict lists: in round k every free mentee asks wish k."""
    by_mentee, start = market.by_mentee
    wish, first = by_mentee.tolist(), start.tolist()
    offer, mentor, rank = market.offer.tolist(), market.mentor.tolist(), market.mentor_rank.tolist()
    room, free = market.seats.tolist(), market.mentor_seats.tolist()
    current = [NONE] * market.n_mentees
    unmatched = list(range(market.n_mentees))
    turn = 0
    while unmatched:
        unmatched = [
            mentee for mentee in unmatched if current[mentee] == NONE and first[mentee] + turn < first[mentee + 1]
        ]
        proposals = [(rank[pair], mentee, pair) for mentee in unmatched for pair in [wish[first[mentee] + turn]]]
        for _, mentee, pair in sorted(proposals):
            if room[offer[pair]] and free[mentor[pair]]:
                room[offer[pair]] -= 1
                free[mentor[pair]] -= 1
                current[mentee] = pair
        turn += 1
    return current
