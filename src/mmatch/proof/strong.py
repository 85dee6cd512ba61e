"""The judge of strong stability: what no strongly stable matching can have, crowd by crowd.

Two arguments strike out pairs, and both hold whatever was struck out before, since nobody's first wish that is left is
bettered in any strongly stable matching:

- A mentor was asked by as many as there are seats. Whoever is liked less than all of these cannot have a seat: one of
  these has none there, would not lose by it, and the mentor would gain.
- Mentees tie for the last places of some mentors, and have no other first wishes. Say that one of these mentors has
  somebody in a last place or behind, or a free seat. Then they have everybody whom they like more and whose first wish
  they are, and each mentee of the crowd who wishes them must have a first wish too: with such a mentor, for the others
  are full of people liked more than the crowd. But to any of these mentors more of the crowd are drawn than have room:
  so many sit there, and one by whom the first of them was reached. So last places there go to nobody.

Irving, Manlove, Scott: Strong stability in the hospitals/residents problem (2003).
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.instance.market import Market

NEVER = 2**62


class Left:
    """What is left of everybody's lists."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.next: list[int] = start[:-1].tolist()
        self.end: list[int] = start[1:].tolist()
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.likes: list[int] = market.mentee_rank.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        self.seats: list[int] = market.seats.tolist()
        self.limit = [NEVER] * len(self.seats)
        self.asked: list[list[int]] = [[] for _ in self.seats]
        self.first: list[list[int]] = [[] for _ in self.next]
        self.here: list[list[int]] = [[] for _ in self.seats]  # first wishes on each offer
        self._ask(list(range(len(self.next))))

    def _ask(self, waiting: list[int]) -> None:
        """Everybody asks for their first wishes, again and again while anybody is struck out."""
        while waiting:
            who = waiting.pop()
            if self.first[who] or self.next[who] == self.end[who]:
                continue
            waiting.append(who)
            level = self.likes[self.wish[self.next[who]]]
            while self.next[who] < self.end[who] and self.likes[self.wish[self.next[who]]] == level:
                pair = self.wish[self.next[who]]
                self.next[who] += 1
                if self.rank[pair] < self.limit[self.offer[pair]]:
                    waiting += self._asked(who, pair)

    def _asked(self, who: int, pair: int) -> list[int]:
        """Somebody asks for a first wish; whoever is struck out by that."""
        here = self.offer[pair]
        self.first[who].append(pair)
        self.here[here].append(pair)
        insort(self.asked[here], self.rank[pair])
        enough = len(self.asked[here]) >= self.seats[here]
        return self._limited(here, self.asked[here][self.seats[here] - 1] + 1) if enough else []

    def _limited(self, here: int, limit: int) -> list[int]:
        """Strike out all pairs of an offer from a rank on; whose they are."""
        if limit >= self.limit[here]:
            return []
        self.limit[here] = limit
        gone = [pair for pair in self.here[here] if self.rank[pair] >= limit]
        self.here[here] = [pair for pair in self.here[here] if self.rank[pair] < limit]
        for pair in gone:
            self.first[self.mentee[pair]].remove(pair)
        return [self.mentee[pair] for pair in gone]

    def strike(self, crowd: Sequence[int]) -> bool:
        """Strike out the last places for which a crowd ties; False where it is none."""
        last = {self.offer[pair]: self.rank[pair] for pair in crowd}
        inside = self._inside(crowd, last)
        if inside is None or not crowd:
            return False
        for who in inside:
            if any(last.get(self.offer[pair]) != self.rank[pair] for pair in self.first[who]):
                return False
        self._ask([who for here, rank in last.items() for who in self._limited(here, rank)])
        return True

    def _inside(self, crowd: Sequence[int], last: dict[int, int]) -> set[int] | None:
        """The mentees of a crowd: each offer is reached by one of them, and so many others fill its last places."""
        if any(pair not in self.first[self.mentee[pair]] for pair in crowd):
            return None
        room = {here: self._places(here, rank) for here, rank in last.items()}
        inside: set[int] = set()
        seen: set[int] = set()
        place = 0
        while place < len(crowd):
            here = self.offer[crowd[place]]
            sitting = crowd[place + 1 : place + 1 + room[here]]
            whom = {self.mentee[pair] for pair in sitting}
            inside.add(self.mentee[crowd[place]])
            wrong = here in seen or len(whom) < room[here] or any(self.offer[pair] != here for pair in sitting)
            if wrong or whom & inside:
                return None
            inside |= whom
            seen.add(here)
            place += 1 + room[here]
        return inside

    def _places(self, here: int, last: int) -> int:
        """Seats of an offer beside those of mentees liked more than the last ones, whose first wish it is."""
        better = sum(self.rank[pair] < last for pair in self.here[here])
        return max(self.seats[here] - better, 0)

    def too_many(self) -> bool:
        """Whether mentors must have more mentees than there are.

        Each is full who was asked by enough, and has all who asked otherwise: whoever asked would not lose by coming,
        and a mentor with a free seat gains.
        """
        wanted = sum(min(seats, len(asked)) for seats, asked in zip(self.seats, self.asked, strict=True))
        return wanted > sum(map(bool, self.first))


def after_crowds(market: Market, crowds: Sequence[Sequence[int]]) -> Left | None:
    """What is left after some crowds; None where one is wrong, or mentors have several offers."""
    if not market.plain:
        return None
    left = Left(market)
    return left if all(left.strike(crowd) for crowd in crowds) else None
