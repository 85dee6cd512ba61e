"""All stable matchings of strict lists: from the mentees' best down, one rotation after the other.

A rotation is a circle of mentees, each of whom moves to the mentor of their next best chance and so sends the next one
on. Every stable matching is reached from the mentees' best by such steps (Irving and Leather 1986; with seats Cheng,
McDermid, Suzuki 2008, "A unified approach to finding good stable matchings in the hospitals/residents setting"; where
offers share a mentor's seats Ayegba and Olaosebikan 2025, "The meta-rotation poset for student-project allocation").
"""

from __future__ import annotations

from bisect import insort
from typing import TYPE_CHECKING

from mmatch.arrays import NONE
from mmatch.mechanisms.market_lists import Plain
from mmatch.mechanisms.mentee_proposing import mentee_side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.mechanisms.market import Market

Seats = tuple[int, ...]


def stable_seats(market: Market) -> Iterator[Seats]:
    """Every stable matching, the mentees' best first, as the pair of each mentee or `NONE`."""
    lattice = _Lattice(market)
    best = tuple(mentee_side(market)[0])
    seen, waiting = {best}, [best]
    while waiting:
        seats = waiting.pop()
        yield seats
        for circle in lattice.rotations(seats):
            following = lattice.turned(seats, circle)
            if following not in seen:
                seen.add(following)
                waiting.append(following)


def rotations(market: Market, best: list[int]) -> list[list[int]]:
    """All rotations in an order in which they can be made from the mentees' best on, as circles of the pairs left.

    Lists are read once from front to back, so time grows with the number of pairs.
    """
    return _Circling(market, best).run()


class _Circling(Plain):
    """Everybody points to who sits on their next chance; whoever points to somebody who never moves never moves."""

    def __init__(self, market: Market, best: list[int]) -> None:
        super().__init__(market)
        place = {pair: number for number, pair in enumerate(self.wish)}
        self.now = list(best)
        self.next = [len(place) if pair == NONE else place[pair] + 1 for pair in best]
        self.held: list[list[tuple[int, int]]] = [[] for _ in range(len(market.seats))]
        self.all_held: list[list[tuple[int, int]]] = [[] for _ in range(len(market.mentor_seats))]
        for pair in best:
            if pair != NONE:
                self._sit(pair)
        self.full = [len(held) == seats for held, seats in zip(self.all_held, self.most, strict=True)]  # stays so
        self.stays = [False] * market.n_mentees
        self.found: list[list[int]] = []

    def run(self) -> list[list[int]]:
        """Find circles until nobody can move."""
        for start in range(len(self.now)):
            path: list[int] = []
            place: dict[int, int] = {}
            while not self.stays[start]:
                path = path or [start]
                place = place or {start: 0}
                self._step(path, place)
        return self.found

    def _step(self, path: list[int], place: dict[int, int]) -> None:
        """Go on by one mentee, close a circle, or find that nobody on the way can move."""
        pair = self.chance(path[-1])
        other = NONE if pair == NONE else self.mentee[self._worst(pair)[1]]
        if other == NONE or self.stays[other]:
            for who in path:
                self.stays[who] = True
        elif other in place:
            self._turn(path[place[other] :])
            for who in path[place[other] :]:
                del place[who]
            del path[len(place) :]
        else:
            place[other] = len(path)
            path.append(other)

    def chance(self, who: int) -> int:
        """The next wish whose mentor would rather have this mentee than the last one; `NONE` where there is none."""
        while self.now[who] != NONE and self.next[who] < self.end[who]:
            pair = self.wish[self.next[who]]
            worst = self._worst(pair)
            if worst[1] == NONE:
                return NONE  # a seat that stays free: whoever went below it would go back
            if self.rank[pair] < worst[0]:
                return pair
            self.next[who] += 1
        return NONE

    def _worst(self, pair: int) -> tuple[int, int]:
        """(rank, pair) of whom a mentor gives up for somebody: the last on a full offer, else of a full mentor."""
        offer, mentor = self.offer[pair], self.mentor[pair]
        if len(self.held[offer]) == self.seats[offer]:
            return self.held[offer][-1]
        return self.all_held[mentor][-1] if self.full[mentor] else (NONE, NONE)

    def _sit(self, pair: int) -> None:
        insort(self.held[self.offer[pair]], (self.rank[pair], pair))
        insort(self.all_held[self.mentor[pair]], (self.rank[pair], pair))

    def _leave(self, pair: int) -> None:
        self.held[self.offer[pair]].remove((self.rank[pair], pair))
        self.all_held[self.mentor[pair]].remove((self.rank[pair], pair))

    def _turn(self, circle: list[int]) -> None:
        """Everybody on a circle moves to their chance."""
        self.found.append([self.now[who] for who in circle])
        taken = [self.chance(who) for who in circle]
        for who in circle:
            self._leave(self.now[who])
        for who, pair in zip(circle, taken, strict=True):
            self._sit(pair)
            self.now[who] = pair
            self.next[who] += 1


class _Lattice(Plain):
    """Steps from one stable matching to the next."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.place = {pair: place for place, pair in enumerate(self.wish)}

    def rotations(self, seats: Seats) -> list[list[int]]:
        """Every rotation that can be made now: the mentees on it, in order."""
        chances = self.chances(seats)
        last = self.last(seats)
        following = {who: self.mentee[last[self.offer[pair]]] for who, pair in chances.items()}
        found, seen = [], set()
        for start in following:
            path: list[int] = []
            who = start
            while who in following and who not in seen:
                seen.add(who)
                path.append(who)
                who = following[who]
            if who in path:
                found.append(path[path.index(who) :])
        return found

    def last(self, seats: Seats) -> dict[int, int]:
        """For each offer the pair that its mentor gives up for a better one: of a full offer, else of a full mentor."""
        on = self._worst(seats, self.offer, self.seats)
        of = self._worst(seats, self.mentor, self.most)
        return {offer: of[mentor] for offer, mentor in zip(self.offer, self.mentor, strict=True) if mentor in of} | on

    def _worst(self, seats: Seats, group: list[int], most: list[int]) -> dict[int, int]:
        """For each full offer, or mentor, the pair that is liked least."""
        worst: dict[int, int] = {}
        load: dict[int, int] = {}
        for pair in seats:
            if pair != NONE:
                offer = group[pair]
                load[offer] = load.get(offer, 0) + 1
                if offer not in worst or self.rank[pair] > self.rank[worst[offer]]:
                    worst[offer] = pair
        return {offer: pair for offer, pair in worst.items() if load[offer] == most[offer]}

    def chances(self, seats: Seats) -> dict[int, int]:
        """For each mentee with a seat the next wish whose mentor would rather have them than the last one."""
        worst, found = self.last(seats), {}
        for who, now in enumerate(seats):
            for pair in [] if now == NONE else self.wish[self.place[now] + 1 : self.end[who]]:
                offer = self.offer[pair]
                if offer not in worst:
                    break  # a seat that stays free: whoever went there could go now
                if self.rank[pair] < self.rank[worst[offer]]:
                    found[who] = pair
                    break
        return found

    def turned(self, seats: Seats, circle: list[int]) -> Seats:
        """The stable matching behind a rotation."""
        chances, moved = self.chances(seats), list(seats)
        for who in circle:
            moved[who] = chances[who]
        return tuple(moved)
