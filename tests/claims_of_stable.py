"""The judge of reasons for stable matchings: lists, seats and draws are looked up one by one, in plain Python."""

import hashlib

from claims_of_pairs import Judge
from stable_oracle import NOBODY, Slow


class StableJudge(Judge):
    """What may be said of one stable matching."""

    def __init__(self, cohort, program, result):
        super().__init__(cohort, program, result)
        self.seats = list(self._chosen())
        self.slow = Slow(cohort, program, self.seats, self.oracle)

    def knows(self, reason):
        """Whether a reason is about who was asked in a stable matching."""
        return "wish" in reason.facts or (reason.kind == "shortage" and not reason.facts)

    def _seats_of(self, offer):
        """(the offer's seats, or all of its mentor where the offer has some left; whether they are all taken)."""
        mentor, stated = self.oracle.offers[offer]
        on = [(i, k) for i, k in self.seats if k == offer]
        of = [(i, k) for i, k in self.seats if self.oracle.offers[k][0].id == mentor.id]
        if stated.seats is not None and len(on) >= stated.seats:
            return on, True
        return of, len(of) >= self.oracle.seats(mentor)

    def _wishes(self, number):
        """The offers where somebody would rather be, and that have any seats at all."""
        now = self._now(number)
        mine = NOBODY if now is None else self.slow.mentee_rank(number, now)
        for i, k in self.oracle.edges:
            mentor, offer = self.oracle.offers[k]
            if i == number and self.oracle.seats(mentor) and offer.seats != 0 and self.slow.mentee_rank(i, k) < mine:
                yield k

    def _now(self, number):
        return next((k for i, k in self.seats if i == number), None)

    def _outranked(self, reason, number):
        facts, wishes, now = reason.facts, list(self._wishes(number)), self._now(number)
        if facts["wish"] != (None if now is None else self.slow.mentee_rank(number, now)):
            yield "they have another wish"
        if facts["asked"] != len(wishes):
            yield f"they asked {len(wishes)} in vain"
        preferred, alike, own, rivals = set(), set(), set(), set()
        for k in wishes:
            held, full = self._seats_of(k)
            mentor, ranks = self.oracle.offers[k][0].id, [self.slow.mentor_rank(i, j) for i, j in held]
            same = [i for i, j in held if j == k and self.oracle.requests[i][0].id == reason.who[0]]
            if same:
                own.add((mentor, self.oracle.requests[same[0]][1].label))
                continue
            mine, worst = self.slow.mentor_rank(number, k), max(ranks, default=NOBODY)
            if not full or worst > mine or self.slow.blocks(number, k, "weak"):
                yield f"{mentor} would swap"
            last = [i for (i, _), rank in zip(held, ranks, strict=True) if rank == worst]
            names = {self.oracle.requests[i][0].id for i in last} - {reason.who[0]}
            if worst < mine:
                preferred.add(mentor)
            else:
                alike |= {(mentor, name) for name in names}
                own |= {(mentor, self.oracle.requests[i][1].label) for i in last} if len(names) < len(last) else set()
                yield from self._drawn(facts, mentor, last, number)
            rivals |= names
        if preferred != set(facts["preferred"]):
            yield f"{sorted(preferred)} prefer others"
        if not set(facts["alike"]) <= alike or not set(facts["own"]) <= own:
            yield f"{sorted(alike)} are liked alike, {sorted(own)} are their own"
        if {m for m, _ in (*facts["alike"], *facts["own"])} != {m for m, _ in alike | own}:
            yield f"{sorted(alike | own)} like others as much"
        if not set(reason.who[1:]) <= rivals or (not reason.who[1:] and not own):
            yield f"{sorted(rivals)} sit there"

    def _drawn(self, facts, mentor, last, number):
        """The lottery drew each of those whom a mentor likes as much before the one who asked."""
        names = {rival for where, rival in facts["alike"] if where == mentor}
        for i in last:
            if (
                facts["seed"] is not None
                and self.oracle.requests[i][0].id in names
                and self._draw(facts, i) > self._draw(facts, number)
            ):
                yield f"the lottery did not draw {self.oracle.requests[i][0].id}"

    def _draw(self, facts, number):
        """The number that a request is drawn with: BLAKE2b of its name, keyed by the seed."""
        person, request = self.oracle.requests[number]
        key = hashlib.blake2b(str(facts["seed"]).encode()).digest()
        return hashlib.blake2b(f"request\0{person.id}\0{request.label}".encode(), key=key, digest_size=8).digest()

    def _shortage(self, reason, number):
        if self._now(number) is not None:
            yield "they have a mentor"
        for i, k in self.oracle.edges:
            mentor, offer = self.oracle.offers[k]
            if i == number and self.oracle.seats(mentor) and offer.seats != 0:
                yield f"{mentor.id} has places"
