"""From the mentees' best stable matching down to the mentors' best: rotations, and which must come before which.

A *rotation* is a circle of pairs (mentee, offer): each mentee moves to the offer of the next pair, whose mentee is the
one whom that mentor likes least. Every stable matching of strict lists is the mentees' best after a set of rotations
with whom all come that must come before: the best of a sum is a heaviest such set (Irving, Leather, Gusfield 1987; with
seats Bansal, Agrawal, Malhotra 2007, Cheng, McDermid, Suzuki 2008). What bounds a heaviest set is a flow (Picard 1976).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.instance.market import Market

Rotation = Sequence[int]


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
        market: with strict lists and one offer a mentor.
        best: the pair of each mentee at the start, a stable matching.
        rotations: circles of pairs.
    """
    way = _Way(market, best)
    for circle in rotations:
        if not way.turn(circle):
            return None
    return Descent(list(rotations), way.taken, way.arcs, way.now)


class _Way:
    """Where everybody sits, how far each list has been read, and which rotation made each mentor so choosy."""

    def __init__(self, market: Market, best: Sequence[int]) -> None:
        by_mentee, start = market.by_mentee
        self.wish: list[int] = by_mentee.tolist()
        self.end: list[int] = start[1:].tolist()
        self.place = {pair: place for place, pair in enumerate(self.wish)}
        self.mentee: list[int] = market.mentee.tolist()
        self.offer: list[int] = market.offer.tolist()
        self.rank: list[int] = market.mentor_rank.tolist()
        seats: list[int] = market.seats.tolist()
        self.now = list(best)
        self.held: list[list[tuple[int, int]]] = [[] for _ in seats]
        for pair in best:
            if pair != NONE:
                insort(self.held[self.offer[pair]], (self.rank[pair], pair))
        self.full = [len(held) == most for held, most in zip(self.held, seats, strict=True)]
        self.raised = [[(-held[-1][0], NONE)] if held else [] for held in self.held]  # (minus the worst rank, rotation)
        self.came = [NONE] * market.n_mentees  # the rotation that brought each mentee to their seat
        self.taken: list[list[int]] = []
        self.arcs: list[tuple[int, int]] = []

    def turn(self, circle: Rotation) -> bool:
        """Make one rotation; False where it is none now."""
        whom = [self.mentee[pair] for pair in circle]
        if len(circle) < 2 or len(set(whom)) < len(whom) or any(self.now[self.mentee[p]] != p for p in circle):
            return False
        before: set[int] = set()
        taken = [self._move(old, self.offer[new], before) for old, new in _steps(circle)]
        if NONE in taken or any(self.held[self.offer[pair]][-1][1] != pair for pair in circle):
            return False
        number = len(self.taken)
        for pair in circle:
            self.held[self.offer[pair]].pop()
        for pair in taken:
            here = self.offer[pair]
            insort(self.held[here], (self.rank[pair], pair))
            self.raised[here].append((-self.held[here][-1][0], number))
            self.now[self.mentee[pair]], self.came[self.mentee[pair]] = pair, number
        self.taken.append(taken)
        self.arcs += [(number, other) for other in sorted(before - {NONE})]
        return True

    def _move(self, old: int, there: int, before: set[int]) -> int:
        """The mentee's next chance where it is on the offer asked for, else `NONE`; what must come before is added."""
        who = self.mentee[old]
        before.add(self.came[who])
        for pair in self.wish[self.place[old] + 1 : self.end[who]]:
            here = self.offer[pair]
            if not self.full[here]:
                return NONE  # whoever went below a seat that stays free would go back to it
            if self.rank[pair] < self.held[here][-1][0]:
                before.add(self.raised[here][-1][1])
                return pair if here == there else NONE
            before.add(self.raised[here][bisect_left(self.raised[here], (-self.rank[pair], NONE))][1])
        return NONE


def _steps(circle: Rotation) -> Iterator[tuple[int, int]]:
    """Each pair with the next one round the circle."""
    return zip(circle, [*circle[1:], circle[0]], strict=True)


# -- heaviest sets of rotations ------------------------------------------------------------------------------------


class Face:
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
        waiting = [number for number, there in enumerate(inside) if there]
        while waiting:
            for other in along[waiting.pop()]:
                if not inside[other]:
                    inside[other] = True
                    waiting.append(other)
        return inside
