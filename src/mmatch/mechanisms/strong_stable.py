"""Strongly stable matchings with ties: no two people of whom one would gain and the other would not lose.

After Irving, Manlove and Scott 2003, "Strong stability in the hospitals/residents problem", and Olaosebikan and Manlove
2020, "An algorithm for strong stability in the student-project allocation problem with ties": mentees ask all their
first wishes at once, and whoever stands behind enough others is struck out, on an offer or with a mentor. Where nobody
more is, but some mentees are too many for the last places that they tie for, these places go to none of them: a mentor
who gave one to somebody would be left for it by another. So everybody tied for them is struck out, and all is looked at
again. Where the place is sought, those who sit there move on, along shortest ways: places of offers within those of
their mentors are a matroid, and so is one place for each mentee (Lawler 1975).

A mentee who ties two offers of one mentor does not miss one of them while they may sit on the other: such a wish is
*excused*. It counts for nothing until all others of its kind are struck out, and so not all that can be struck out is.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mmatch.instance.market import tied_within
from mmatch.instance.plain import Plain
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.instance.market import Market

NEVER = 2**62  # a limit behind every rank


def strong_stable(market: Market) -> Narrowed:
    """What no strongly stable matching has is struck out, as far as crowds go; the mentees' best of what is left.

    Each crowd is a row: the pairs that fill the places for which they tie, then one of each mentee who is too many.
    """
    asking = _Asking(market)
    asking.settle(range(market.n_mentees))
    crowds: list[list[int]] = []
    while True:
        places = _Places(asking)
        crowd = places.crowd()
        if not crowd:
            heads = [list(pairs) for pairs in asking.heads]
            current = [places.own(who) for who in range(len(heads))]
            struck = asking.struck() if asking.excused else []
            return Narrowed(asking.possible(), bool(asking.excused), heads, current, struck, crowds)
        crowds.append(crowd)
        asking.close(places)


@dataclass(frozen=True)
class Narrowed:
    """What is left of all lists.

    Args:
        possible: whether mentors need no more mentees than there are.
        excused: whether some wishes do not count, so that more may be impossible than was struck out.
        heads: the first wishes of each mentee.
        places: one of them for each mentee, or `NONE`: strongly stable where it is possible and nobody is excused.
        struck: where somebody is excused, the pairs that no strongly stable matching has, as far as is known.
        crowds: what was struck out and why, in order.
    """

    possible: bool
    excused: bool
    heads: list[list[int]]
    places: list[int]
    struck: list[int]
    crowds: list[list[int]]


class _Asking(Plain):
    """What everybody wishes first of what is left; pairs from a limit on are struck out, at offers and at mentors."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.limit_on = [NEVER] * len(self.seats)
        self.limit_of = [NEVER] * len(self.most)
        self.asked: list[list[int]] = [[] for _ in self.seats]  # ranks of all who ever asked, in order
        self.heads: list[list[int]] = [[] for _ in self.next]  # first wishes of each mentee
        self.here: list[list[tuple[int, int]]] = [[] for _ in self.seats]  # (rank, pair) of first wishes on each offer
        self.behind = max(self.rank, default=0) + 2  # behind every rank that there is
        self.within: list[bool] = tied_within(market).tolist()
        self.excused: dict[int, list[int]] = {}  # wishes of a mentee that do not count

    def settle(self, mentees: Iterable[int]) -> None:
        """Ask until everybody has a first wish or none is left."""
        waiting = list(mentees)[::-1]
        while waiting:
            who = waiting.pop()
            waiting += self._count(who)
            while not self.heads[who] and self.next[who] < self.end[who]:
                for pair in self._ask_next(who):
                    waiting += self._counted(pair)
                waiting += self._count(who)

    def _count(self, who: int) -> list[int]:
        """Count the wishes of a mentee that nothing excuses any more; the mentees who lose a wish by it."""
        if who not in self.excused:
            return []
        wishes = self.excused.pop(who)
        still = [pair for pair in wishes if any(self._excuses(head, pair) for head in self.heads[who])]
        if still:
            self.excused[who] = still
        return [lost for pair in wishes if pair not in still for lost in self._counted(pair)]

    def _excuses(self, head: int, pair: int) -> bool:
        """Whether a first wish lets its mentee do without another wish, of the same mentor."""
        return head != pair and self.mentor[head] == self.mentor[pair]

    def _counted(self, pair: int) -> list[int]:
        """Count a wish; the mentees who lose one by it."""
        here = self.offer[pair]
        insort(self.asked[here], self.rank[pair])
        lost = []
        if len(self.asked[here]) >= self.seats[here]:
            lost = self._lower(here, self.asked[here][self.seats[here] - 1] + 1)
        return lost + self._lower_mentor(self.mentor[pair])

    def _ask_next(self, who: int) -> list[int]:
        """The next level of a list: what is left of it and counts at once."""
        counts: list[int] = []
        level = self.likes[self.wish[self.next[who]]]
        while self.next[who] < self.end[who] and self.likes[self.wish[self.next[who]]] == level:
            pair = self.wish[self.next[who]]
            self.next[who] += 1
            if self.rank[pair] < min(self.limit_on[self.offer[pair]], self.limit_of[self.mentor[pair]]):
                self.heads[who].append(pair)
                insort(self.here[self.offer[pair]], (self.rank[pair], pair))
                (self.excused.setdefault(who, []) if self.within[pair] else counts).append(pair)
        return counts

    def _lower(self, here: int, limit: int) -> list[int]:
        """Strike out whoever stands at a limit of an offer or behind; the mentees who lost their last wish."""
        self.limit_on[here] = min(self.limit_on[here], limit)
        return self._strike(here, limit)

    def _lower_mentor(self, boss: int, limit: int = NEVER) -> list[int]:
        """The same for a mentor, who must have somebody for every seat that some offer fills with people liked more."""
        if len(self.offers[boss]) > 1 and self.size(boss) >= self.most[boss]:
            limit = min(limit, bisect_left(range(self.behind), self.most[boss], key=lambda rank: self.size(boss, rank)))
        if limit >= self.limit_of[boss]:
            return []
        self.limit_of[boss] = limit
        return [who for here in self.offers[boss] for who in self._strike(here, limit)]

    def _strike(self, here: int, limit: int) -> list[int]:
        waiting = self.here[here]
        first = bisect_left(waiting, (limit, NONE))
        gone = [pair for _, pair in waiting[first:]]
        del waiting[first:]
        for pair in gone:
            self.heads[self.mentee[pair]].remove(pair)
        lost = (self.mentee[pair] for pair in gone)
        return [who for who in lost if not self.heads[who] or who in self.excused]

    def size(self, boss: int, rank: int = NEVER) -> int:
        """How many people liked more than a rank a mentor must have, who has somebody of it or a seat left."""
        return sum(
            self.seats[here]
            if self.limit_on[here] <= rank and self.limit_on[here] != NEVER
            else min(bisect_left(self.asked[here], rank), self.seats[here])
            for here in self.offers[boss]
        )

    def close(self, places: _Places) -> None:
        """Strike out everybody in the last places that a crowd reached."""
        lost: list[int] = []
        for here in sorted(places.full_on):
            lost += self._lower(here, places.on[here].rank)
        for boss in sorted(places.full_of | {self.boss[here] for here in places.full_on}):
            lost += self._lower_mentor(boss, places.of[boss].rank if boss in places.full_of else NEVER)
        self.settle(lost)

    def struck(self) -> list[int]:
        """The pairs at a limit or behind."""
        pairs = enumerate(zip(self.rank, self.offer, self.mentor, strict=True))
        return [pair for pair, (rank, o, m) in pairs if rank >= min(self.limit_on[o], self.limit_of[m])]

    def possible(self) -> bool:
        """Whether mentors need no more mentees than have a wish left."""
        wanted = sum(min(most, self.size(boss)) for boss, most in enumerate(self.most))
        return wanted <= sum(map(bool, self.heads))


@dataclass
class _Last:
    """Places for which mentees of one rank tie, and who sits there."""

    rank: int
    room: int
    sitting: list[int] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether no place is left."""
        return len(self.sitting) == self.room


class _Places:
    """Last places of offers and of mentors, and the mentees who have no other first wishes, placed as far as can be."""

    def __init__(self, asking: _Asking) -> None:
        self.asking = asking
        asked = asking.asked
        self.on: dict[int, _Last] = {}  # of offers that more wish than there are seats
        self.of: dict[int, _Last] = {}  # of mentors, who have several offers
        for here, pairs in enumerate(asking.here):
            if len(pairs) > asking.seats[here]:
                last = pairs[-1][0]
                self.on[here] = _Last(last, asking.seats[here] - bisect_left(asked[here], last))
        for boss, own in enumerate(asking.offers):
            last = max((asking.here[here][-1][0] for here in own if asking.here[here]), default=NONE)
            wished = sum(min(len(asking.here[here]), asking.seats[here]) for here in own)
            if len(own) > 1 and last != NONE and max(wished, asking.size(boss)) > asking.most[boss]:
                self.of[boss] = _Last(last, asking.most[boss] - asking.size(boss, last))
        self.found: dict[int, int] = {}  # the pair of each mentee who ties for a last place
        self.full_on: set[int] = set()
        self.full_of: set[int] = set()

    def tied(self, pair: int) -> list[_Last]:
        """The last places that a pair ties for: of its offer, of its mentor, or none."""
        last = self.on.get(self.asking.offer[pair]), self.of.get(self.asking.mentor[pair])
        return [one for one in last if one is not None and one.rank == self.asking.rank[pair]]

    def crowd(self) -> list[int]:
        """The pairs of mentees who are too many for the places that they tie for, these last; empty where none are."""
        lists = enumerate(self.asking.heads)
        doubtful = [who for who, heads in lists if heads and all(map(self.tied, heads))]
        beyond = [who for who in doubtful if not self._seat(who)]
        crowd = self._reached(beyond)
        return [self.found[who] for who in crowd] + [self.asking.heads[who][0] for who in beyond]

    def _taken(self, pair: int) -> _Last | None:
        """Where a pair finds no place left, if anywhere."""
        return next((last for last in self.tied(pair) if last.full), None)

    def _seat(self, start: int) -> bool:
        """Find a place for a mentee, others moving on along a shortest way; False where there is none."""
        came: dict[int, int] = {}  # by which pair each mentee is sent on
        waiting, seen = deque([start]), {start}
        while waiting:
            for pair in self.asking.heads[waiting.popleft()]:
                last = self._taken(pair)
                if last is None:
                    self._move(pair, came)
                    return True
                fresh = [who for who in last.sitting if who not in seen]
                seen.update(fresh)
                came.update(dict.fromkeys(fresh, pair))
                waiting.extend(fresh)
        return False

    def _move(self, pair: int, came: dict[int, int]) -> None:
        """Everybody on the way moves on by one place."""
        while True:
            who = self.asking.mentee[pair]
            before = self.found.get(who)
            self.found[who] = pair
            for last in self.tied(pair):
                last.sitting.append(who)
            if before is None:
                return
            for last in self.tied(before):
                last.sitting.remove(who)
            pair = came[who]

    def _reached(self, starts: list[int]) -> list[int]:
        """Whoever could be sent on by some mentees; which last places are full of them is noted."""
        asking, seen, waiting = self.asking, dict.fromkeys(starts), list(starts)
        while waiting:
            for pair in asking.heads[waiting.pop()]:
                here, boss = asking.offer[pair], asking.mentor[pair]
                on_offer = self._taken(pair) is self.on.get(here)
                (self.full_on if on_offer else self.full_of).add(here if on_offer else boss)
                fresh = [who for who in (self.on[here] if on_offer else self.of[boss]).sitting if who not in seen]
                seen |= dict.fromkeys(fresh)
                waiting += fresh
        closed = {here for here in self.full_on if asking.boss[here] in self.full_of}
        self.full_on -= {here for here in closed if self.of[asking.boss[here]].rank == self.on[here].rank}
        return list(seen)[len(starts) :]

    def own(self, who: int) -> int:
        """A mentee's place: one that they tied for, else the first wish that is tied for nothing."""
        sure = (pair for pair in self.asking.heads[who] if not self.tied(pair))
        return self.found[who] if who in self.found else next(sure, NONE)
