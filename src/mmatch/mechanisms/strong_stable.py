"""Strongly stable matchings with ties: no two people of whom one would gain and the other would not lose.

After Irving, Manlove and Scott 2003, "Strong stability in the hospitals/residents problem": mentees ask all their first
wishes at once, and whoever stands behind enough others is struck out. Where no mentor is left in doubt but some mentees
are too many for the last places that they tie for, these places go to none of them: a mentor who gave one to somebody
would be left for it by another. So everybody tied for them is struck out, and all is looked at again.
"""

from __future__ import annotations

from bisect import insort
from collections import deque
from typing import TYPE_CHECKING

from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.instance.market import Market

NEVER = 2**62  # a limit behind every rank


def strong_stable(market: Market) -> tuple[list[int] | None, list[list[int]]]:
    """(the mentees' best strongly stable matching, None where there is none; what was struck out and why, in order).

    Each row is a crowd: for each offer in it the pair by which it was reached, then the pairs that fill the places for
    which mentees tie there. For mentors with one offer each.
    """
    asking = _Asking(market)
    asking.settle(range(market.n_mentees))
    crowds = []
    while crowd := asking.crowd():
        crowds.append(crowd)
        asking.close({asking.offer[pair] for pair in crowd})
    return asking.seats(), crowds


class _Asking:
    """What everybody wishes first of what is left; pairs from ``limit`` on are struck out at each offer."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.next: list[int] = start[:-1].tolist()
        self.end: list[int] = start[1:].tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.likes: list[int] = market.mentee_rank.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        self.room: list[int] = market.seats.tolist()
        self.limit = [NEVER] * len(self.room)
        self.asked: list[list[int]] = [[] for _ in self.room]  # ranks of all who ever asked, in order
        self.heads: list[list[int]] = [[] for _ in self.next]  # first wishes of each mentee
        self.here: list[set[int]] = [set() for _ in self.room]  # first wishes on each offer
        self.found: dict[int, int] = {}  # the pair of each mentee who ties for a last place

    def settle(self, mentees: Iterable[int]) -> None:
        """Ask until everybody has a first wish or none is left."""
        waiting = list(mentees)[::-1]
        while waiting:
            who = waiting.pop()
            while not self.heads[who] and self.next[who] < self.end[who]:
                self._ask_next(who)
                for pair in list(self.heads[who]):
                    waiting += self._lower(self.offer[pair])

    def _ask_next(self, who: int) -> None:
        """The next level of a list: what is left of it."""
        level = self.likes[self.wish[self.next[who]]]
        while self.next[who] < self.end[who] and self.likes[self.wish[self.next[who]]] == level:
            pair = self.wish[self.next[who]]
            self.next[who] += 1
            if self.rank[pair] < self.limit[self.offer[pair]]:
                self.heads[who].append(pair)
                self.here[self.offer[pair]].add(pair)
                insort(self.asked[self.offer[pair]], self.rank[pair])

    def _lower(self, here: int, limit: int = NEVER) -> list[int]:
        """Strike out whoever stands behind enough others, or from a limit on; the mentees who lost their last wish."""
        asked, room = self.asked[here], self.room[here]
        limit = min(limit, asked[room - 1] + 1) if len(asked) >= room else limit
        if limit >= self.limit[here]:
            return []
        self.limit[here] = limit
        gone = sorted(pair for pair in self.here[here] if self.rank[pair] >= limit)
        self.here[here].difference_update(gone)
        for pair in gone:
            self.heads[self.mentee[pair]].remove(pair)
        return [self.mentee[pair] for pair in gone if not self.heads[self.mentee[pair]]]

    def close(self, offers: Iterable[int]) -> None:
        """Strike out everybody in the last places of some offers."""
        lost = [who for here in sorted(offers) for who in self._lower(here, self._last(here))]
        self.settle(lost)

    def _last(self, here: int) -> int:
        """The worst rank of anybody whose first wish an offer is."""
        return max(self.rank[pair] for pair in self.here[here])

    def crowd(self) -> list[int]:
        """Mentees who are too many for the last places that they tie for; empty where there are none."""
        crowded = {here for here, pairs in enumerate(self.here) if len(pairs) > self.room[here]}
        last = {here: self._last(here) for here in crowded}
        doubtful = [
            who
            for who, heads in enumerate(self.heads)
            if heads and all(self.rank[pair] == last.get(self.offer[pair], NONE) for pair in heads)
        ]
        places = {
            here: self.room[here] - sum(self.rank[pair] < last[here] for pair in self.here[here]) for here in crowded
        }
        self.found = {}
        sitting: dict[int, list[int]] = {here: [] for here in crowded}
        for who in doubtful:
            self._seat([who], places, sitting)
        return self._seat([who for who in doubtful if who not in self.found], places, sitting)

    def _seat(self, starts: list[int], places: dict[int, int], sitting: dict[int, list[int]]) -> list[int]:
        """Find a place for one of some mentees, others moving on; else all places that they could reach."""
        came: dict[int, int] = {}
        waiting = deque(starts)
        while waiting:
            for pair in self.heads[waiting.popleft()]:
                here = self.offer[pair]
                if here in came:
                    continue
                came[here] = pair
                if len(sitting[here]) < places[here]:
                    self._move(pair, came, sitting)
                    return []
                waiting.extend(sitting[here])
        return [pair for here, entry in came.items() for pair in (entry, *(self.found[who] for who in sitting[here]))]

    def _move(self, pair: int, came: dict[int, int], sitting: dict[int, list[int]]) -> None:
        """Everybody on the way moves on by one place."""
        while True:
            who = self.mentee[pair]
            before = self.found.get(who)
            self.found[who] = pair
            sitting[self.offer[pair]].append(who)
            if before is None:
                return
            sitting[self.offer[before]].remove(who)
            pair = came[self.offer[before]]

    def seats(self) -> list[int] | None:
        """The pair of each mentee or `NONE`; None where some mentor must have more mentees than are left for them."""
        wanted = sum(min(room, len(asked)) for room, asked in zip(self.room, self.asked, strict=True))
        if wanted > sum(map(bool, self.heads)):
            return None
        return [self._own(who) for who in range(len(self.heads))]

    def _own(self, who: int) -> int:
        """A mentee's place: one that they tied for, else the first wish whose mentor has them before others."""
        sure = (
            pair
            for pair in self.heads[who]
            if len(self.here[self.offer[pair]]) <= self.room[self.offer[pair]]
            or self.rank[pair] < self._last(self.offer[pair])
        )
        return self.found[who] if who in self.found else next(sure, NONE)
