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
    asking = list(range(market.n_mentees))
    turn = 0
    while asking:
        asking = [who for who in asking if current[who] == NONE and first[who] + turn < first[who + 1]]
        asked = [(rank[pair], who, pair) for who in asking for pair in [wish[first[who] + turn]]]
        for _, who, pair in sorted(asked):
            if room[offer[pair]] and free[mentor[pair]]:
                room[offer[pair]] -= 1
                free[mentor[pair]] -= 1
                current[who] = pair
        turn += 1
    return current
