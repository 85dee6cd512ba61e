"""With ties, a weakly stable matching of at least two thirds of the largest size, without search.

The argument and its sources stand in docs/explanation/proofs.md, under "Two thirds of the largest stable matching".
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE

if TYPE_CHECKING:
    from mmatch.mechanisms.market import Market

Held = tuple[int, bool, int]  # minus the mentor's rank, whether the mentee asks for the second time, the pair


def three_halves(market: Market) -> list[int]:
    """The pair of each mentee or `NONE`; equals are looked at in the order given."""
    proposals = _Proposals(market)
    proposals.run()
    if not market.plain:
        proposals.move_up(market)
    return proposals.current


class _Proposals:
    """Which mentee proposes to which offer, and who holds a seat at present."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.start: list[int] = start.tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.mentor: list[int] = market.mentor.tolist()
        self.likes: list[int] = market.mentee_rank.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        self.room: list[int] = market.seats.tolist()
        self.free: list[int] = market.mentor_seats.tolist()
        n = market.n_mentees
        self.next = self.start[:-1]
        self.level: list[list[int]] = [[] for _ in range(n)]  # equal wishes, of which none has refused
        self.again = [False] * n
        self.current = [NONE] * n
        self.on_offer = _Seated(len(self.room))
        self.of_mentor = _Seated(len(self.free))

    def run(self) -> None:
        """Ask until everybody has a seat or was refused twice by all."""
        proposers = list(range(len(self.current)))[::-1]
        while proposers:
            mentee = proposers.pop()
            pair = self.best(mentee)
            if pair != NONE:
                left = self.propose(mentee, pair)
                if left != NONE:
                    proposers.append(left)

    def best(self, mentee: int) -> int:
        """The best wish left, of equals an open one; `NONE` after the second time round."""
        while not self.level[mentee]:
            if self.next[mentee] == self.start[mentee + 1]:
                if self.again[mentee] or self.start[mentee] == self.start[mentee + 1]:
                    return NONE
                self.again[mentee], self.next[mentee] = True, self.start[mentee]
            rank = self.likes[self.wish[self.next[mentee]]]
            while self.next[mentee] < self.start[mentee + 1] and self.likes[self.wish[self.next[mentee]]] == rank:
                self.level[mentee].append(self.wish[self.next[mentee]])
                self.next[mentee] += 1
        found = self.open_wish(mentee, NONE)
        return self.level[mentee][0] if found == NONE else found

    def open_wish(self, mentee: int, but: int) -> int:
        """An equal wish whose offer and mentor have a seat left; `NONE` where there is none."""
        return next((pair for pair in self.level[mentee] if pair != but and self.is_open(pair)), NONE)

    def is_open(self, pair: int) -> bool:
        """Whether offer and mentor have a seat left; once they have none, they never have one again."""
        return self.room[self.offer[pair]] > 0 and self.free[self.mentor[pair]] > 0

    def propose(self, mentee: int, pair: int) -> int:
        """Ask for a seat; whoever has none now and asks on, `NONE` where nobody."""
        if self.is_open(pair):
            return self.sit(mentee, pair, NONE)
        seated, place = (self.of_mentor, self.mentor) if self.room[self.offer[pair]] else (self.on_offer, self.offer)
        owner = place[pair]
        while seated.doubtful[owner]:
            other = seated.doubtful[owner].pop()
            now = self.current[other]
            if now != NONE and place[now] == owner and self.open_wish(other, now) != NONE:
                return self.sit(mentee, pair, other)
        minus, again, worst = self.worst(seated.held[owner])
        if (self.rank[pair], not self.again[mentee]) >= (-minus, not again):
            self.level[mentee].remove(pair)
            return mentee
        other = self.mentee[worst]
        self.level[other].remove(worst)
        return self.sit(mentee, pair, other)

    def worst(self, held: list[Held]) -> Held:
        """Whom a full offer or mentor likes least; seats given up before are dropped on the way."""
        while True:
            _, again, pair = held[0]
            mentee = self.mentee[pair]
            if self.current[mentee] == pair and self.again[mentee] == again:
                return held[0]
            heappop(held)

    def sit(self, mentee: int, pair: int, instead: int) -> int:
        """Take a seat, somebody else's where one is named; that one asks on."""
        if instead != NONE:
            self.change(self.current[instead], 1)
            self.current[instead] = NONE
        self.change(pair, -1)
        self.current[mentee] = pair
        held = -self.rank[pair], self.again[mentee], pair
        self.on_offer.add(self.offer[pair], mentee, held)
        self.of_mentor.add(self.mentor[pair], mentee, held)
        return instead

    def change(self, pair: int, seats: int) -> None:
        """So many seats more, or fewer, are left on an offer and with its mentor."""
        self.room[self.offer[pair]] += seats
        self.free[self.mentor[pair]] += seats

    def move_up(self, market: Market) -> None:
        """Mentees go to better offers of the same mentor while these have a seat."""
        order = np.argsort(market.offer, kind="stable")
        start = np.searchsorted(market.offer[order], np.arange(len(self.room) + 1)).tolist()
        pairs: list[int] = order.tolist()
        waiting = list(range(len(self.room)))
        while waiting:
            owner = waiting.pop()
            for pair in pairs[start[owner] : start[owner + 1]] if self.room[owner] else []:
                mentee = self.mentee[pair]
                now = self.current[mentee]
                if now != NONE and self.mentor[now] == self.mentor[pair] and self.likes[pair] < self.likes[now]:
                    self.room[owner] -= 1
                    self.room[self.offer[now]] += 1
                    self.current[mentee] = pair
                    waiting += [owner, self.offer[now]]
                    break


class _Seated:
    """Who sits on each offer, or with each mentor: the least liked on top; and who may have an equal, open wish."""

    def __init__(self, n: int) -> None:
        self.held: list[list[Held]] = [[] for _ in range(n)]
        self.doubtful: list[list[int]] = [[] for _ in range(n)]

    def add(self, owner: int, mentee: int, held: Held) -> None:
        """Somebody sits down."""
        heappush(self.held[owner], held)
        self.doubtful[owner].append(mentee)
