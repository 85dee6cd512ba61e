"""Super-stable matchings with ties: no two people would be together even where neither minds.

After Irving, Manlove and Scott 2000, "The hospitals/residents problem with ties": mentees ask all their first wishes at
once; a wish is struck out as soon as the mentor was asked by as many others as there are seats whom they like as much
or more. Each wish is struck out once, so time grows with the wishes looked at, times the logarithm of a list.
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmatch.instance.market import Market


def super_stable(market: Market) -> tuple[list[list[int]], list[int]]:
    """(the first wishes left to each mentee, the wishes struck out in order) for mentors with one offer each.

    Where each mentee has at most one left, and nobody who was asked by enough has a seat left, these are the mentees'
    best super-stable matching; else there is none.
    """
    by_mentee, start = market.by_mentee
    wish, following, end = by_mentee.tolist(), start[:-1].tolist(), start[1:].tolist()
    mentee, offer = market.mentee.tolist(), market.offer.tolist()
    likes, rank, seats = market.mentee_rank.tolist(), market.mentor_rank.tolist(), market.seats.tolist()
    left: list[list[int]] = [[] for _ in following]
    asked: list[list[int]] = [[] for _ in seats]  # ranks of all who ever asked, in order
    waiting: list[list[tuple[int, int]]] = [[] for _ in seats]  # (rank, pair) of those not struck out, in order
    struck = []
    free = list(range(market.n_mentees))[::-1]
    while free:
        who = free.pop()
        if left[who] or following[who] == end[who]:
            continue
        level = likes[wish[following[who]]]
        while following[who] < end[who] and likes[wish[following[who]]] == level:
            left[who].append(wish[following[who]])
            following[who] += 1
        for pair in list(left[who]):
            here = offer[pair]
            insort(asked[here], rank[pair])
            insort(waiting[here], (rank[pair], pair))
            if len(asked[here]) <= seats[here]:
                continue
            while waiting[here] and waiting[here][-1][0] >= asked[here][seats[here]]:
                _, out = waiting[here].pop()
                struck.append(out)
                left[mentee[out]].remove(out)
                free.append(mentee[out])
    return left, struck
