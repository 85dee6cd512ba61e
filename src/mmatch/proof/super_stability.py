"""The judge of super-stability: what no super-stable matching can have, wish by wish.

Offers may share a mentor's seats. A mentee *asks* for a first wish: one that is as good as anything that is left of
their list. Everything better was struck out, and only what no super-stable matching has is struck out, so in each of
these matchings a mentee who asked for an offer has it, or nothing better. Where they have something else, the offer
must refuse them, and firmly, as they would not lose by coming:

(*) the offer is full of people whom the mentor likes more; or it has a seat left, the mentor is full of people liked
more, and the mentee is not among these.

Say that a super-stable matching seats a mentee on an offer of some mentor, and look at the others whom this mentor
likes as much or more, and who asked for some offer of theirs. As the mentor has a mentee who is liked no more, the
second half of (*) never holds for them. So each of the mentor's offers

- has all of them who asked for it, or is full of people liked more than one of them: at any rate it has as many of
  these people as asked, or as it has seats;
- is full of such people, if one who asked for it was struck out there, since that one is not among them;
- is full of people liked more than the mentee, if the mentee asked for it, too, and this is another offer: the mentee
  is with the mentor already, so that the second half of (*) does not hold for them either.

Offers have different people, and none of them is the mentee. So the mentee's own offer cannot have to have as many as
its seats beside them, nor all offers together as many as the mentor's seats: else the wish is struck out. On the own
offer the first case leaves only that it has all who asked, since it has the mentee, who is not liked more. All this
rests on what is asked for and struck out in truth, and stays true whatever is struck out later. Who struck out nothing
has shown nothing: every count starts from who asked.

In the end a mentor is full, or (*) leaves only its first half: each offer has all who asked for it, or is full, and is
full where one of them was struck out. If mentors must have more mentees than there are with a wish left, there is no
super-stable matching. And one in which everybody has a first wish that is left is best for every mentee.

Irving, Manlove, Scott: The hospitals/residents problem with ties (2000). Olaosebikan, Manlove: Super-stability in the
student-project allocation problem with ties (2020).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import TYPE_CHECKING

from mmatch.mechanisms.market_lists import Plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mmatch.mechanisms.market import Market

NEVER = 2**62


class OpenWishes(Plain):
    """What is left of everybody's lists, and who asked for each offer."""

    def __init__(self, market: Market) -> None:
        super().__init__(market)
        self.next = self.start[:-1]
        self.proposed: list[list[int]] = [[] for _ in self.seats]  # the ranks of all who asked, in order
        self.struck = [NEVER] * len(self.seats)  # the best rank of anybody struck out
        self.first: list[list[int]] = [[] for _ in self.next]
        for mentee in range(len(self.next)):
            self._ask(mentee)

    def _ask(self, mentee: int) -> None:
        """Ask for the next best offers of a list, all that are as good."""
        while self.next[mentee] < self.end[mentee]:
            pair = self.wish[self.next[mentee]]
            if self.first[mentee] and self.likes[pair] != self.likes[self.first[mentee][0]]:
                return
            self.first[mentee].append(pair)
            insort(self.proposed[self.offer[pair]], self.rank[pair])
            self.next[mentee] += 1

    def strike(self, pair: int) -> bool:
        """Strike out a first wish; False where it is none, or might be granted."""
        mentee, offer = self.mentee[pair], self.offer[pair]
        if pair not in self.first[mentee] or not self._impossible(pair):
            return False
        self.first[mentee].remove(pair)
        self.struck[offer] = min(self.struck[offer], self.rank[pair])
        if not self.first[mentee]:
            self._ask(mentee)
        return True

    def _impossible(self, pair: int) -> bool:
        """Whether offer or mentor would have more than their seats if this wish were granted."""
        own, rank = self.offer[pair], self.rank[pair]
        mentor = self.offer_mentor[own]
        ahead = bisect_right(self.proposed[own], rank) - 1
        if self.struck[own] <= rank or ahead >= self.seats[own]:
            return True
        proposed = {self.offer[other] for other in self.first[self.mentee[pair]]}
        others = (offer for offer in self.offers[mentor] if offer != own)
        return ahead + sum(self._must(offer, rank, full=offer in proposed) for offer in others) >= self.most[mentor]

    def _must(self, offer: int, rank: int, *, full: bool = False) -> int:
        """How many of those who asked up to a rank, or of people liked more, an offer must have."""
        if full or self.struck[offer] <= rank:
            return self.seats[offer]
        return min(bisect_right(self.proposed[offer], rank), self.seats[offer])

    def too_many(self) -> bool:
        """Whether mentors must have more mentees than have a wish left."""
        needed = (
            min(limit, sum(self._must(offer, NEVER - 1) for offer in own))
            for limit, own in zip(self.most, self.offers, strict=True)
        )
        return sum(needed) > sum(map(bool, self.first))


def after_strikes(market: Market, pairs: Iterable[int]) -> OpenWishes | None:
    """What is left after some wishes were struck out in order; None where one of them might be granted."""
    wishes = OpenWishes(market)
    return wishes if all(wishes.strike(pair) for pair in pairs) else None
