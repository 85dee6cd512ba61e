"""From the mentees' best stable matching down to the mentors' best: rotations, and which must come before which.

A *rotation* is a circle of pairs (mentee, offer): each mentee moves to their next chance, and so sends the mentee of
the next pair on. Every stable matching of strict lists is the mentees' best after a set of rotations with whom all come
that must come before: the best of a sum is a heaviest such set (Irving, Leather, Gusfield 1987; with seats Bansal,
Agrawal, Malhotra 2007, Cheng, McDermid, Suzuki 2008). What bounds a heaviest set is a flow (Picard 1976).

Offers may share a mentor's seats. What a mentor takes is then the best of a matroid: people in the order of the list,
and offers of one person in that person's order, as long as offers and mentor have seats. So all that is known of such
choices holds (Fleiner 2003; Faenza and Zhang 2023, "Affinely representable lattices, stable matchings, and choice
functions"; for projects Ayegba, Olaosebikan, Manlove 2025): mentee by mentee the worse of two stable matchings makes a
stable one, the better one, too, and all fill as many seats of each mentor. From one stable matching to any one that is
worse for mentees:

- Nobody takes a pair for which the mentor would not give up anybody now, since mentors only win. So whoever moves,
  moves to their *chance* or beyond: the next pair for which the mentor would give up somebody, the worst on a full
  offer, else the worst of a full mentor. Either way this one must go, too. A chance with a free seat is none: the
  mentor has as many in all stable matchings, and whoever went beyond would go back to it.
- So everybody who moves sends one on, and those who move have a circle among them. Each circle by itself leads to a
  stable matching: on each offer one at most takes the place of its worst, with each mentor one at most that of the
  worst of all, and the mentor would choose just that. As all on a circle need each other, no stable matching lies
  between; so any stable matching has all of a rotation behind it or nothing, and no chain of rotations misses one.
- What must come before a move to a chance, and before a pair can be passed over. *On a full offer*: all who have left
  the offer so far (each of them was its worst, and so needs those before), and the last rotation that filled one seat
  more of it (to lose one again costs the worst of the mentor, who would be the worst on the offer). *With a full mentor
  whose offer is not full*: all who have left the mentor so far and are liked less than whoever is given up, or than who
  passes over. For say that in a stable matching one of these has stayed. (If they have not come there, somebody liked
  less has stayed, whose place they took, and so on.) Look at the better of this matching and the present one for all
  mentees. There, too, whoever would be given up for the chance or the pair must go; they go later than now, so are here
  now, and liked no less than whoever is given up now. But with the one who has stayed, somebody liked less would be
  given up, unless the offer were full; and it could not have lost that seat since without its worst.
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
