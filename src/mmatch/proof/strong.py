"""The judge of strong stability: what no strongly stable matching can have, limit by limit and crowd by crowd.

Offers may share a mentor's seats. A mentee *asks* for a first wish: one that is as good as anything that is left of
their list. Only what no strongly stable matching has is struck out, so in each of these matchings a mentee who asked
for an offer has it, or nothing better; and whoever has nothing as good would gain by it. Where they have something
else, either the offer is full of people liked as much or more, or it has a seat left and the mentor is full of people
liked as much or more: (*). Of somebody who would gain, *as much* drops out: (**). (Somebody who would not gain has
something as good, with another mentor. It could be the same mentor where a mentee ties two of their offers: then such a
wish is *excused*, and does not count as asked for, until all others that they tie with it there are struck out.)

*Limits.* Say that a mentee of rank r sits on an offer of some mentor. Who asked for an offer of this mentor and is
liked more than r sits on it, or by (*) it is full of people liked more than r. So it has as many of them as asked, or
as it has seats. So nobody sits on an offer that was asked for by as many people liked more as it has seats; and nobody
is with a mentor whose offers together must have as many people liked more as the mentor has seats. From such a limit on
pairs are struck out. An offer with a limit is full of people below it, in any matching in which the mentor has a seat
left or somebody at the limit or behind.

*Crowds.* Mentees, excused or not, have first wishes on *last places* only: seats of an offer, or of a mentor, beside
those that must go to people liked more than some rank, for which all of the crowd tie who wish them. All but one of
them can be placed there, whoever that one is; then all these places are taken, and on no offer more than it has beside
people liked more. Say that in a strongly stable matching a mentor of last places has a seat left, or somebody of that
rank or behind; or an offer of last places is not full of people liked more, nor its mentor. These are open; not open
are seats of the mentor on offers that are full of people liked more. Each of the crowd who wishes something open has a
first wish by (**), and so something open: they would gain, else. Place all but one of these. On an open offer there is
no room for more of them than that, by (*); nor with an open mentor, since whatever an offer has more of people liked
more than must be takes a place away from those who are placed on that offer. So one of them is too many, and nothing is
open: the last places go to nobody of that rank or behind, and they become limits. If only offers that are not open lead
to a mentor, the mentor is full of people liked more, and not open.

In the end, a mentor without a limit who has a seat left has on each offer all who asked for it, or is full there. If
mentors must have more mentees than have a wish left, there is no strongly stable matching. One in which everybody has a
first wish that is left is best for every mentee.

Irving, Manlove, Scott: Strong stability in the hospitals/residents problem (2003). Olaosebikan, Manlove: An algorithm
for strong stability in the student-project allocation problem with ties (2020). That all but any one can be placed is
found by exchanges along shortest ways (Lawler 1975, matroid intersection).
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from mmatch.instance.market import tied_within
from mmatch.instance.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.instance.market import Market

NEVER = 2**62
Node = tuple[bool, int]  # (whether it is a mentor, number of the mentor or of the offer)


class Left(Plain):
    """What is left of everybody's lists."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.limit_on = [NEVER] * len(self.seats)
        self.limit_of = [NEVER] * len(self.most)
        self.asked: list[list[int]] = [[] for _ in self.seats]
        self.first: list[list[int]] = [[] for _ in self.next]
        self.here: list[list[tuple[int, int]]] = [[] for _ in self.seats]  # (rank, pair) of first wishes on each offer
        self.behind = max(self.rank, default=0) + 2  # behind every rank that there is
        self.tied_within: list[bool] = tied_within(market).tolist()
        self.excused: list[list[int]] = [[] for _ in self.next]  # wishes that do not count as asked for
        self._ask(list(range(len(self.next))))

    def _ask(self, waiting: list[int]) -> None:
        """Everybody asks for their first wishes, again and again while anybody is struck out."""
        while waiting:
            who = waiting.pop()
            waiting += self._no_more_excused(who)
            if self.first[who] or self.next[who] == self.end[who]:
                continue
            waiting.append(who)
            level = self.likes[self.wish[self.next[who]]]
            while self.next[who] < self.end[who] and self.likes[self.wish[self.next[who]]] == level:
                pair = self.wish[self.next[who]]
                self.next[who] += 1
                if self.rank[pair] < min(self.limit_on[self.offer[pair]], self.limit_of[self.mentor[pair]]):
                    waiting += self._asked(who, pair)

    def _asked(self, who: int, pair: int) -> list[int]:
        """Somebody asks for a first wish; whoever is struck out by that."""
        self.first[who].append(pair)
        insort(self.here[self.offer[pair]], (self.rank[pair], pair))
        if self.tied_within[pair]:
            self.excused[who].append(pair)
            return []
        return self._counted(pair)

    def _no_more_excused(self, who: int) -> list[int]:
        """Count what a mentee asked for and cannot have otherwise from the same mentor; whoever is struck out by it."""
        gone = []
        for pair in list(self.excused[who]):
            instead = [other for other in self.first[who] if other != pair and self.mentor[other] == self.mentor[pair]]
            if not instead and pair in self.excused[who]:
                self.excused[who].remove(pair)
                gone += self._counted(pair)
        return gone

    def _counted(self, pair: int) -> list[int]:
        """Somebody has asked, and nothing excuses them; whoever is struck out by that."""
        here, boss = self.offer[pair], self.mentor[pair]
        insort(self.asked[here], self.rank[pair])
        gone = []
        if len(self.asked[here]) >= self.seats[here]:
            gone = self._limited((False, here), self.asked[here][self.seats[here] - 1] + 1)
        return gone + self._crowded_out(boss)

    def _crowded_out(self, boss: int) -> list[int]:
        """Strike out whoever stands behind so many as a mentor has seats, on all offers together."""
        if len(self.offers[boss]) == 1 or self.must(boss, NEVER) < self.most[boss]:
            return []
        full = bisect_left(range(self.behind), self.most[boss], key=lambda rank: self.must(boss, rank))
        return self._limited((True, boss), full)

    def must(self, boss: int, rank: int) -> int:
        """How many people liked more than a rank a mentor must have, who has somebody of it or a seat left."""
        return sum(self.must_on(here, rank) for here in self.offers[boss])

    def must_on(self, here: int, rank: int) -> int:
        """The same of one offer."""
        seats, limit = self.seats[here], self.limit_on[here]
        full = limit <= rank and limit != NEVER
        return seats if full else min(bisect_left(self.asked[here], rank), seats)

    def _limited(self, node: Node, limit: int) -> list[int]:
        """Strike out all pairs of an offer, or of a mentor, from a rank on; whose they are."""
        of_mentor, number = node
        limits = self.limit_of if of_mentor else self.limit_on
        if limit >= limits[number]:
            return []
        limits[number] = limit
        gone = []
        for here in self.offers[number] if of_mentor else [number]:
            first = bisect_left(self.here[here], (limit, -1))
            gone += [pair for _, pair in self.here[here][first:]]
            del self.here[here][first:]
        for pair in gone:
            self.first[self.mentee[pair]].remove(pair)
        return [self.mentee[pair] for pair in gone]

    def strike(self, crowd: Sequence[int]) -> bool:
        """Strike out the last places for which a crowd ties; False where it is none."""
        placed = _Placed(self)
        if not all(placed.wishes(pair) for pair in crowd):
            return False
        limits = placed.reached([self.mentee[pair] for pair in crowd if not placed.seat(pair)])
        if not limits:
            return False
        gone = [who for node, rank in limits.items() for who in self._limited(node, rank)]
        self._ask(gone + [who for boss in {self._boss(node) for node in limits} for who in self._crowded_out(boss)])
        return True

    def _boss(self, node: Node) -> int:
        return node[1] if node[0] else self.boss[node[1]]

    def struck(self) -> list[int]:
        """The pairs that no strongly stable matching has, so far."""
        places = enumerate(zip(self.offer, self.mentor, strict=True))
        return [k for k, (here, boss) in places if self.rank[k] >= min(self.limit_on[here], self.limit_of[boss])]

    def too_many(self) -> bool:
        """Whether mentors must have more mentees than have a wish left."""
        needed = (
            most if limit < NEVER else min(most, self.must(boss, NEVER))
            for boss, (most, limit) in enumerate(zip(self.most, self.limit_of, strict=True))
        )
        return sum(needed) > sum(map(bool, self.first))


class _Placed:
    """Where a crowd is placed: who ties there with each rank, on offers and with mentors."""

    def __init__(self, left: Left) -> None:
        self.left = left
        self.seen: set[int] = set()
        self.sitting: dict[tuple[Node, int], list[int]] = {}

    def wishes(self, pair: int) -> bool:
        """Whether it is a first wish that is left, of a mentee who has not been looked at before."""
        who = self.left.mentee[pair]
        new = who not in self.seen and pair in self.left.first[who]
        self.seen.add(who)
        return new

    def seat(self, pair: int) -> bool:
        """Place a mentee where offer and mentor have a place left."""
        if self._taken(pair) is not None:
            return False
        for node in self.nodes(pair):
            self.sitting.setdefault((node, self.left.rank[pair]), []).append(self.left.mentee[pair])
        return True

    def nodes(self, pair: int) -> tuple[Node, Node]:
        """The offer and the mentor of a pair."""
        return (False, self.left.offer[pair]), (True, self.left.mentor[pair])

    def places(self, node: Node, rank: int) -> int:
        """Seats beside those that must go to people liked more than a rank."""
        of_mentor, number = node
        if of_mentor:
            return self.left.most[number] - self.left.must(number, rank)
        return self.left.seats[number] - self.left.must_on(number, rank)

    def reached(self, starts: list[int]) -> dict[Node, int] | None:
        """The last places that mentees who are too many could take from somebody, who takes others, and so on.

        The rank that ties for each; None where a place is free, or two ranks tie for one.
        """
        left = self.left
        full: dict[Node, int] = {}
        seen, waiting = set(starts), list(starts)
        while waiting:
            for pair in left.first[waiting.pop()]:
                found = self._taken(pair)
                if found is None or full.setdefault(found, left.rank[pair]) != left.rank[pair]:
                    return None
                fresh = set(self.sitting.get((found, left.rank[pair]), ())) - seen
                seen |= fresh
                waiting += fresh
        return full

    def _taken(self, pair: int) -> Node | None:
        """Where a pair finds all places taken: on its offer, else with its mentor."""
        rank = self.left.rank[pair]
        for node in self.nodes(pair):
            if len(self.sitting.get((node, rank), ())) >= self.places(node, rank):
                return node
        return None


def after_crowds(market: Market, crowds: Iterable[Sequence[int]]) -> Left | None:
    """What is left after some crowds; None where one is wrong."""
    left = Left(market)
    return left if all(left.strike(crowd) for crowd in crowds) else None
