"""From the mentees' best stable matching down to the mentors' best: rotations, and which must come before which.

The argument and its sources stand in docs/explanation/proofs.md, under "Rotations".
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.arrays import NONE
from mmatch.mechanisms.market_lists import Plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.mechanisms.market import Market

Rotation = Sequence[int]
Numbers = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Descent:
    """Rotations in an order in which they can be made.

    Attributes:
        taken: the pair that each mentee of a rotation moves to, beside the pairs that they leave.
        arcs: (rotation, one that must come before it), each once, in order.
        last: the pair of each mentee after all of them.
    """

    left: list[Rotation]
    taken: list[list[int]]
    arcs: list[tuple[int, int]]
    last: list[int]

    def gains(self, weights: list[int]) -> list[int]:
        """What each rotation adds to a sum of weights of pairs."""
        return [
            sum(weights[new] - weights[old] for old, new in zip(*both, strict=True))
            for both in zip(self.left, self.taken, strict=True)
        ]


def followed(market: Market, best: Sequence[int], rotations: Sequence[Rotation]) -> Descent | None:
    """Make the rotations one by one; None where one is no rotation at its turn.

    Args:
        market: with strict lists.
        best: the pair of each mentee at the start, a stable matching.
        rotations: circles of pairs.
    """
    way = _Way(market, best)
    for circle in rotations:
        if not way.turn(circle):
            return None
    return Descent(list(rotations), way.taken, way.arcs, way.now)


class _Way(Plain):
    """Where everybody sits, how far each list has been read, and which rotation made each offer so choosy."""

    def __init__(self, market: Market, best: Sequence[int]) -> None:
        super().__init__(market)
        self.place = {pair: place for place, pair in enumerate(self.wish)}
        self.now = list(best)
        self.held: list[list[tuple[int, int]]] = [[] for _ in self.seats]  # (rank, pair) on each offer
        self.all_held: list[list[tuple[int, int]]] = [[] for _ in self.most]  # of each mentor
        for pair in best:
            if pair != NONE:
                self._sit(pair)
        self.gone: list[list[tuple[int, int]]] = [[] for _ in self.seats]  # (minus the rank, rotation) of who left
        self.more = [NONE] * len(self.seats)  # the last rotation that filled one seat more
        self.raised: list[list[int]] = [[] for _ in self.seats]  # minus the rank of whom each offer gives up, in turn
        self.made: list[list[Numbers | None]] = [[] for _ in self.seats]  # by which rotations; None: ask all offers
        for offer in market.wanted_offers.tolist():
            self._note(offer)
        self.came = [NONE] * market.n_mentees  # the rotation that brought each mentee to their seat
        self.taken: list[list[int]] = []
        self.arcs: list[tuple[int, int]] = []

    def _sit(self, pair: int) -> None:
        entry = (self.rank[pair], pair)
        insort(self.held[self.offer[pair]], entry)
        insort(self.all_held[self.offer_mentor[self.offer[pair]]], entry)

    def _leave(self, pair: int) -> None:
        entry = (self.rank[pair], pair)
        self.held[self.offer[pair]].remove(entry)
        self.all_held[self.offer_mentor[self.offer[pair]]].remove(entry)

    def _worst(self, offer: int) -> tuple[int, int] | None:
        """(rank, pair) of whom a mentor gives up for somebody better on an offer; None where a seat is free."""
        held, mentor = self.held[offer], self.offer_mentor[offer]
        if len(held) == self.seats[offer]:
            return held[-1]
        return self.all_held[mentor][-1] if len(self.all_held[mentor]) == self.most[mentor] else None

    def _note(self, offer: int) -> None:
        """Note what has made an offer so choosy, where it has become so."""
        worst, raised = self._worst(offer), self.raised[offer]
        if worst is not None and (not raised or raised[-1] != -worst[0]):
            raised.append(-worst[0])
            self.made[offer].append(self._made(offer))

    def _made(self, offer: int) -> Numbers | None:
        """The last rotations by which somebody left a full offer, and one seat more was filled; None where it is not.

        Each of them needs those before it.
        """
        if len(self.held[offer]) < self.seats[offer]:
            return None
        return (self.gone[offer][-1][1] if self.gone[offer] else NONE, self.more[offer])

    def _needed(self, offer: int, made: Numbers | None, rank: int) -> Numbers:
        """Without whom an offer would not refuse, or not give up, all who are liked less than a rank."""
        if made is not None:
            return made
        others = self.offers[self.offer_mentor[offer]]
        last = [(gone, bisect_left(gone, (-rank, NONE)) - 1) for gone in (self.gone[other] for other in others)]
        return tuple(gone[k][1] for gone, k in last if k >= 0)

    def turn(self, circle: Rotation) -> bool:
        """Make one rotation; False where it is none now."""
        mentees = [self.mentee[pair] for pair in circle]
        if len(circle) < 2 or len(set(mentees)) < len(mentees) or any(self.now[self.mentee[p]] != p for p in circle):
            return False
        before: set[int] = set()
        taken = [self._move(old, sent, before) for old, sent in _steps(circle)]
        if NONE in taken:
            return False
        number = len(self.taken)
        for pair in circle:
            self._leave(pair)
            self.gone[self.offer[pair]].append((-self.rank[pair], number))
        for pair, sent in zip(taken, [*circle[1:], circle[0]], strict=True):
            self._sit(pair)
            self.now[self.mentee[pair]], self.came[self.mentee[pair]] = pair, number
            if self.offer[pair] != self.offer[sent]:
                self.more[self.offer[pair]] = number
        for mentor in {self.offer_mentor[self.offer[pair]] for pair in taken}:
            for offer in self.offers[mentor]:
                self._note(offer)
        self.taken.append(taken)
        self.arcs += [(number, other) for other in sorted(before - {NONE})]
        return True

    def _move(self, old: int, sent: int, before: set[int]) -> int:
        """The mentee's chance where it sends the pair on that is asked for, else `NONE`; adds what must come before."""
        mentee = self.mentee[old]
        before.add(self.came[mentee])
        for pair in self.wish[self.place[old] + 1 : self.end[mentee]]:
            offer = self.offer[pair]
            worst = self._worst(offer)
            if worst is None:
                return NONE  # whoever went below a seat that stays free would go back to it
            if self.rank[pair] < worst[0]:
                before.update(self._needed(offer, self._made(offer), worst[0]))
                return pair if worst[1] == sent else NONE
            since = bisect_left(self.raised[offer], -self.rank[pair])
            before.update(self._needed(offer, self.made[offer][since], self.rank[pair]))
        return NONE


def _steps(circle: Rotation) -> Iterator[tuple[int, int]]:
    """Each pair with the next one round the circle."""
    return zip(circle, [*circle[1:], circle[0]], strict=True)


# -- heaviest sets of rotations ------------------------------------------------------------------------------------


class RotationFace:
    """The sets of rotations, closed under what must come before, that are heaviest in all stages so far."""

    def __init__(self, descent: Descent) -> None:
        self.arcs = descent.arcs
        self.sure = [0] * len(descent.left)  # 1: in all of them, -1: in none
        self.both = [False] * len(descent.arcs)  # whether a rotation comes with the one that must come before it

    def rest(self, gains: list[int], flow: Sequence[int]) -> list[int] | None:
        """What is left of gains when a flow is passed on along the arcs; None where it goes against one.

        No set gains more in itself than in what is left: whoever passes on, comes with whom it is passed on to.
        """
        if len(flow) != len(self.arcs) or any(f < 0 and not both for f, both in zip(flow, self.both, strict=True)):
            return None
        rest = list(gains)
        for (one, other), amount in zip(self.arcs, flow, strict=True):
            rest[one] -= amount
            rest[other] += amount
        return rest

    def most(self, rest: list[int]) -> int:
        """What no set of this face gains more than."""
        return sum(max(left, 0) if sure == 0 else left * (sure > 0) for left, sure in zip(rest, self.sure, strict=True))

    def narrow(self, rest: list[int], flow: Sequence[int]) -> None:
        """Keep the sets that gain the most, where some set does."""
        self.sure = [sure or (left > 0) - (left < 0) for left, sure in zip(rest, self.sure, strict=True)]
        self.both = [both or amount > 0 for amount, both in zip(flow, self.both, strict=True)]

    def some(self) -> list[bool]:
        """A set of this face: the rotations that are sure, and all that must come with them."""
        along: list[list[int]] = [[] for _ in self.sure]
        for (one, other), both in zip(self.arcs, self.both, strict=True):
            along[one].append(other)
            if both:
                along[other].append(one)
        inside = [sure > 0 for sure in self.sure]
        waiting = [number for number, taken_in in enumerate(inside) if taken_in]
        while waiting:
            for other in along[waiting.pop()]:
                if not inside[other]:
                    inside[other] = True
                    waiting.append(other)
        return inside
