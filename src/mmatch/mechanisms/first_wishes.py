"""Everybody on one of their first wishes, by one maximum flow; and whether anybody would leave such places.

Where mentors do not mind whom they have, this decides at once what is otherwise searched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.market import FAR
from mmatch.mechanisms.largest import largest_flow
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market
    from mmatch.people.columns import Bools, Ints


def placed_first(market: Market, wishes: list[list[int]]) -> list[int] | None:
    """One of some wishes of each mentee who has any; None where seats are short, or this is not strongly stable.

    Args:
        market: whom everybody ranks.
        wishes: pairs of each mentee.
    """
    pairs = np.array([pair for own in wishes for pair in own], dtype=np.int64)
    taken = largest_flow(market, pairs)
    current = np.full(market.n_mentees, NONE, dtype=np.int64)
    current[market.mentee[taken]] = taken
    found: list[int] = current.tolist()
    return found if len(taken) == sum(map(bool, wishes)) and not would_leave(market, current).any() else None


def would_leave(market: Market, current: Ints) -> Bools:
    """Which pairs block a matching under strong stability: as in `mmatch.blocking`, of requests of their own each."""
    taken = current[current != NONE]
    mine, boss = np.full(market.n_mentees, FAR), np.full(market.n_mentees, NONE)
    mine[market.mentee[taken]], boss[market.mentee[taken]] = market.mentee_rank[taken], market.mentor[taken]
    gain = mine[market.mentee] - market.mentee_rank
    with_mentor = boss[market.mentee] == market.mentor
    load_on = np.bincount(market.offer[taken], minlength=len(market.offer_seats))
    load_of = np.bincount(market.mentor[taken], minlength=len(market.mentor_seats))
    worst_on, worst_of = np.zeros(len(load_on), dtype=np.int64), np.zeros(len(load_of), dtype=np.int64)
    np.maximum.at(worst_on, market.offer[taken], market.mentor_rank[taken])
    np.maximum.at(worst_of, market.mentor[taken], market.mentor_rank[taken])
    worst_of[load_of < market.mentor_seats] = FAR  # an empty seat is worse than anybody
    room = (load_on < market.seats)[market.offer]
    worst = np.where(room, worst_of[market.mentor], worst_on[market.offer])
    worst = np.where(room & with_mentor, market.mentor_rank, worst)  # who only changes offers is no gain
    blocking: Bools = np.where(gain > 0, market.mentor_rank <= worst, (gain == 0) & (market.mentor_rank < worst))
    blocking[taken] = False
    return blocking
