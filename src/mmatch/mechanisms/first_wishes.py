"""Everybody on one of their first wishes, by one maximum flow.

Where mentors do not mind whom they have, this finds at once what is otherwise searched for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.mechanisms.largest import largest_flow
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market


def placed_first(market: Market, wishes: list[list[int]]) -> list[int] | None:
    """One of some wishes of each mentee who has any; None where seats are short.

    Args:
        market: whom everybody ranks.
        wishes: pairs of each mentee.
    """
    pairs = np.array([pair for own in wishes for pair in own], dtype=np.int64)
    taken = largest_flow(market, pairs)
    current = np.full(market.n_mentees, NONE, dtype=np.int64)
    current[market.mentee[taken]] = taken
    found: list[int] = current.tolist()
    return found if len(taken) == sum(map(bool, wishes)) else None
