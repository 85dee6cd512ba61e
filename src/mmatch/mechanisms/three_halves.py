"""With ties, a weakly stable matching of at least two thirds of the largest size, without search.

Király 2013, "Linear time local approximation algorithm for maximum stable marriage", with seats as copies that tie:
mentees ask down their lists, of equals those with a free seat first. A full mentor lets somebody go who has an equal
wish with a free seat. Whoever was refused by all asks once more, and from then on wins ties against those who were not.
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance.market import Market


def three_halves(market: Market) -> list[int]:
    """The pair of each mentee or `NONE`, for mentors with one offer each; equals are looked at in the order given."""
    return _Asking(market).run()


class _Asking:
    """Who asks whom at present."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.start: list[int] = start.tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.likes: list[int] = market.mentee_rank.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        self.room: list[int] = market.seats.tolist()
        n = market.n_mentees
        self.next = self.start[:-1]
        self.level: list[list[int]] = [[] for _ in range(n)]  # equal wishes, of which none has refused
        self.again = [False] * n
        self.current = [NONE] * n
        self.held: list[list[tuple[int, bool, int]]] = [[] for _ in self.room]
        self.doubtful: list[list[int]] = [[] for _ in self.room]  # who may have an equal wish with a free seat

    def run(self) -> list[int]:
        """Ask until everybody has a seat or was refused twice by all."""
        free = list(range(len(self.current)))[::-1]
        while free:
            who = free.pop()
            pair = self.best(who)
            if pair == NONE:
                continue
            left = self.ask(who, pair)
            if left != NONE:
                free.append(left)
        return self.current

    def best(self, who: int) -> int:
        """The best wish left, of equals one with a free seat; `NONE` after the second time round."""
        while not self.level[who]:
            if self.next[who] == self.start[who + 1]:
                if self.again[who] or self.start[who] == self.start[who + 1]:
                    return NONE
                self.again[who], self.next[who] = True, self.start[who]
            rank = self.likes[self.wish[self.next[who]]]
            while self.next[who] < self.start[who + 1] and self.likes[self.wish[self.next[who]]] == rank:
                self.level[who].append(self.wish[self.next[who]])
                self.next[who] += 1
        return self.open_wish(who, NONE) or self.level[who][0]

    def open_wish(self, who: int, but: int) -> int | None:
        """An equal wish with a free seat."""
        return next((p for p in self.level[who] if p != but and self.room[self.offer[p]]), None)

    def ask(self, who: int, pair: int) -> int:
        """Ask for a seat; whoever has none now and asks on, `NONE` where nobody."""
        here = self.offer[pair]
        if self.room[here]:
            self.room[here] -= 1
            return self.sit(who, pair, NONE)
        if not self.held[here]:
            return self.refused(who, pair)
        while self.doubtful[here]:
            other = self.doubtful[here].pop()
            now = self.current[other]
            if now != NONE and self.offer[now] == here and self.open_wish(other, now) is not None:
                return self.sit(who, pair, other)
        worst = self.worst(here)
        if (self.rank[pair], not self.again[who]) >= (-worst[0], not worst[1]):
            return self.refused(who, pair)
        other = self.mentee[worst[2]]
        self.level[other].remove(worst[2])
        return self.sit(who, pair, other)

    def sit(self, who: int, pair: int, instead: int) -> int:
        """Take a seat, somebody else's where one is named."""
        here = self.offer[pair]
        if instead != NONE:
            self.current[instead] = NONE
        self.current[who] = pair
        heappush(self.held[here], (-self.rank[pair], self.again[who], pair))
        self.doubtful[here].append(who)
        return instead

    def refused(self, who: int, pair: int) -> int:
        """Strike out a wish; the same mentee asks on."""
        self.level[who].remove(pair)
        return who

    def worst(self, here: int) -> tuple[int, bool, int]:
        """(minus the rank, whether they asked again, the pair) of whom a full mentor likes least."""
        heap = self.held[here]
        while True:
            entry = heap[0]
            who = self.mentee[entry[2]]
            if self.current[who] == entry[2] and self.again[who] == entry[1]:
                return entry
            heappop(heap)
