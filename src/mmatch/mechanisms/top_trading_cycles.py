"""Mentees trade places in circles: top trading cycles (Shapley and Scarf 1974; Abdulkadiroglu and Sonmez 2003).

Each mentee points to the best wish with a free seat, each mentor to the mentee left whom they like best; whoever stands
on a circle gets what they point to. Every wish and every entry of a list is passed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE

if TYPE_CHECKING:
    from mmatch.mechanisms.market import Market


def top_trading_cycles(market: Market) -> list[int]:
    """The pair of each mentee or `NONE`, for strict lists and mentors with one offer each."""
    trade = _Trade(market)
    for who in range(market.n_mentees):
        trade.settle(who)
    return trade.current


class _Trade:
    """Who is left, and where everybody points."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        by_mentor, _ = market.by_mentor
        lists = by_mentor[np.argsort(market.offer[by_mentor], kind="stable")]
        begin = np.searchsorted(market.offer[lists], np.arange(len(market.seats) + 1))
        self.wish: list[int] = by_mentee.tolist()
        self.next: list[int] = start[:-1].tolist()
        self.end: list[int] = start[1:].tolist()
        self.order: list[int] = lists.tolist()
        self.top: list[int] = begin[:-1].tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.room: list[int] = market.seats.tolist()
        self.current = [NONE] * market.n_mentees
        self.gone = [False] * market.n_mentees

    def settle(self, start: int) -> None:
        """Follow the pointers from a mentee until this one is settled."""
        path: list[int] = [] if self.gone[start] else [start]
        place = {start: 0}
        while path:
            who = path[-1]
            pair = self.best(who)
            if pair == NONE:
                self.leave(path.pop(), NONE, place)
                continue
            favourite = self.favourite(self.offer[pair])
            if favourite not in place:
                place[favourite] = len(path)
                path.append(favourite)
                continue
            circle = [(other, self.best(other)) for other in path[place[favourite] :]]
            del path[place[favourite] :]
            for other, won in circle:
                self.room[self.offer[won]] -= 1
                self.leave(other, won, place)

    def leave(self, who: int, pair: int, place: dict[int, int]) -> None:
        """A mentee goes, with a seat or without."""
        self.current[who], self.gone[who] = pair, True
        del place[who]

    def best(self, who: int) -> int:
        """The best wish with a free seat."""
        while self.next[who] < self.end[who] and not self.room[self.offer[self.wish[self.next[who]]]]:
            self.next[who] += 1
        return self.wish[self.next[who]] if self.next[who] < self.end[who] else NONE

    def favourite(self, offer: int) -> int:
        """The mentee left whom a mentor likes best."""
        while self.gone[self.mentee[self.order[self.top[offer]]]]:
            self.top[offer] += 1
        return self.mentee[self.order[self.top[offer]]]
