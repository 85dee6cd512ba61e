"""All stable matchings of strict lists: from the mentees' best down, one rotation after the other.

A rotation is a circle of mentees, each of whom moves to the mentor of their next best chance and so sends the next one
on. Every stable matching is reached from the mentees' best by such steps (Irving and Leather 1986; with seats Cheng,
McDermid, Suzuki 2008, "A unified approach to finding good stable matchings in the hospitals/residents setting").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmatch.mechanisms.mentee_side import mentee_side
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.instance.market import Market

Seats = tuple[int, ...]


def stable_seats(market: Market) -> Iterator[Seats]:
    """Every stable matching, the mentees' best first, as the pair of each mentee or `NONE`: one offer a mentor."""
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


class _Lattice:
    """Steps from one stable matching to the next."""

    def __init__(self, market: Market) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.end: list[int] = start[1:].tolist()
        self.place = {pair: place for place, pair in enumerate(self.wish)}
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        self.seats: list[int] = market.seats.tolist()

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
        """For each full offer the pair that its mentor likes least."""
        worst: dict[int, int] = {}
        load: dict[int, int] = {}
        for pair in seats:
            if pair != NONE:
                here = self.offer[pair]
                load[here] = load.get(here, 0) + 1
                if here not in worst or self.rank[pair] > self.rank[worst[here]]:
                    worst[here] = pair
        return {here: pair for here, pair in worst.items() if load[here] == self.seats[here]}

    def chances(self, seats: Seats) -> dict[int, int]:
        """For each mentee with a seat the next wish whose mentor would rather have them than the last one."""
        worst, found = self.last(seats), {}
        for who, now in enumerate(seats):
            for pair in [] if now == NONE else self.wish[self.place[now] + 1 : self.end[who]]:
                here = self.offer[pair]
                if here not in worst:
                    break  # a seat that stays free: whoever went there could go now
                if self.rank[pair] < self.rank[worst[here]]:
                    found[who] = pair
                    break
        return found

    def turned(self, seats: Seats, circle: list[int]) -> Seats:
        """The stable matching behind a rotation."""
        chances, moved = self.chances(seats), list(seats)
        for who in circle:
            moved[who] = chances[who]
        return tuple(moved)
