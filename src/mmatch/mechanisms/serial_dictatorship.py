"""One after the other takes the best wish that is left (Satterthwaite and Sonnenschein 1981)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.arrays import NONE

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.mechanisms.market import Market


def serial_dictatorship(market: Market, order: Ints) -> list[int]:
    """The pair of each mentee or `NONE`, for strict lists and mentees in the order of their turns."""
    by_mentee, start = market.by_mentee
    wish, first = by_mentee.tolist(), start.tolist()
    offer, mentor = market.offer.tolist(), market.mentor.tolist()
    room, free = market.seats.tolist(), market.mentor_seats.tolist()
    current = [NONE] * market.n_mentees
    for who in order.tolist():
        for pair in wish[first[who] : first[who + 1]]:
            if room[offer[pair]] and free[mentor[pair]]:
                room[offer[pair]] -= 1
                free[mentor[pair]] -= 1
                current[who] = pair
                break
    return current
