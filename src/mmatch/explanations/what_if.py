"""What one more seat or one more group would change in a matching in groups, with all else left as it is.

The judge says what a change breaks, and the aims are measured again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from mmatch.aims._base import Aim
from mmatch.arrays import NONE, Bools
from mmatch.candidates import Pairs
from mmatch.constraints import FREE, Slots
from mmatch.exact import plain
from mmatch.explanations.words import aims_in_words, found_by, number
from mmatch.instance.capacities import capacities
from mmatch.instance.compiled import Compiled
from mmatch.instance.from_pairs import matching_from_pairs
from mmatch.matching import Match, Matching, Status, Violation
from mmatch.proof.validity import validity
from mmatch.result import Result

SIZE = frozenset({"group-size"})
SEATS = frozenset({"capacity", "groups", "seats"})
FACTS = {
    "avoids": "a wish to avoid each other",
    "demand": "a limit: nobody gets more mentors than they ask for",
    "group-size": "the size of groups",
    "impossible-pair": "what people state",
    "min-load": "the least number of mentees",
    "same-mentor": "a limit: one request has different mentors",
    "twice-in-match": "a limit: nobody sits twice in one group",
}
WORK = 400_000  # seats that the judge looks at, in all tries together
LEAST_TRIES = 30


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that somebody waits for: the request, the person, and the topic asked for."""

    request: int
    mentee: str
    topic: str


class Trial:
    """A matching in groups as it is, and as it would be after one change."""

    def __init__(self, question: Compiled, result: Result) -> None:
        self.cohort, self.program = question.cohort, question.program
        (self.instance, self.edges), self.result = question.untimed, result
        self.matching: Matching = result.matching
        self.matches = list(self.matching)
        self.tries = max(LEAST_TRIES, WORK // (len(self.matching.seats) + 1))
        found = capacities(self.cohort, self.program)
        self.least, self.most, self.groups_led = found.least, found.most, found.led
        self.loads, self.taken = Counter(self.matching.seats.mentor), Counter(self.matching.seats.offer)
        self.before = {(v.code, v.message) for v in validity(self.cohort, self.program, self.matching)}
        self.slots: Slots | None = None if self.instance.groups is None else self.instance.groups.slots

    def changed(self, old: Match | None, new: Match) -> list[Match]:
        """The matches with a new one in the place of an old one, or beside all."""
        return [*(match for match in self.matches if match is not old), new]

    def broken(self, old: Match | None, new: Match) -> tuple[Violation, ...]:
        """What the judge finds after a change beyond what it found before."""
        self.tries -= 1
        after = matching_from_pairs(self.cohort, self.changed(old, new))
        found = validity(self.cohort, self.program, after)
        return tuple(v for v in found if (v.code, v.message) not in self.before)

    def codes(self, broken: Sequence[Violation]) -> frozenset[str]:
        """Kinds of what is broken, apart from what a mentor can lead and take."""
        return frozenset(v.code for v in broken) - SEATS

    def objection(self, violation: Violation, new: Match) -> str:
        """What the judge objects to in one more match, in words: a rule, or a fact about people."""
        rules = [rule for rule in self.program.rules if violation.code == f"rule:{rule.name}"]
        if len(rules) > 1:  # of one kind: the one that says so
            after = matching_from_pairs(self.cohort, self.changed(None, new))
            rules = [rule for rule in rules if violation in rule.violations(self.cohort, after)]
        if rules:
            return f"the rule that {rules[0].in_words}"
        names = (self.cohort.people.called.get(who, who) for who in violation.who)
        return f"{FACTS.get(violation.code, violation.code)} ({', '.join(names)})"

    def with_seat(self, match: Match, seat: Seat) -> Match | None:
        """A match with one more in it; None where nothing can be tried any more."""
        if self.tries <= 0:
            return None
        ranked = sorted([*zip(match.mentees, match.requested, strict=True), (seat.mentee, seat.topic)])
        names, requested = zip(*ranked, strict=True)
        return replace(match, mentees=names, requested=requested)

    def gains(self, old: Match | None, new: Match) -> tuple[str, dict[str, Any]]:
        """What the aims gain and lose, in brackets and as facts."""
        after = matching_from_pairs(self.cohort, self.changed(old, new))
        found = [(aim.in_words, self._gained(aim, after)) for _, aim in self.program.named_aims() if not aim.vector]
        gains = tuple((name, plain(gain[0])) for name, gain in found if gain[0])
        text = ", ".join(f"{name} {'+' if gain > 0 else ''}{number(gain)}" for name, gain in gains)
        return text and f" ({text})", {"gains": gains}

    def price(self, matches: Sequence[Match]) -> tuple[str, dict[str, Any]]:
        """What a change that breaks nothing would do to the aims, the most important first; in words and as facts."""
        after = matching_from_pairs(self.cohort, matches)
        for tier, aims in enumerate(self.program.tiers):
            gains = [tuple(aim.exact_weight * gain for gain in self._gained(aim, after)) for aim in aims]
            sums = (sum(items, Fraction(0)) for items in zip(*gains, strict=True))
            change = next(filter(None, sums), Fraction(0))
            if change:
                facts = {"loss": plain(-change), "tier": tier}
                cost = f"{aims_in_words(aims)} by {number(abs(facts['loss']))}"
                missed = f"and that raises {cost}: {found_by(self.result)} did not find it"
                return (f"but that lowers {cost}" if change < 0 else missed), facts
        missed = f"{found_by(self.result)} did not find it"
        text = f"and nothing is lost by it: {'no aim asks for it' if self.result.status == Status.OPTIMAL else missed}"
        return text, {"loss": 0, "tier": None}

    def _gained(self, aim: Aim, after: Matching) -> tuple[Fraction, ...]:
        """What one aim gains, number by number."""
        totals = (aim.measure(self.cohort, matching) for matching in (after, self.matching))
        one, other = (total if isinstance(total, tuple) else (total,) for total in totals)
        return tuple(Fraction(a - b) for a, b in zip(one, other, strict=True))

    def sizes(self, match: Match) -> tuple[int, int]:
        """(least, greatest) size of a match."""
        row = self.cohort.offers.index[match.offer]
        return int(self.least[row]), int(self.most[row])

    def room(self, match: Match) -> int:
        """Places that the mentor and the offer of a match have left, however many groups there are and of what size."""
        row, offer = self.cohort.people.index[match.mentor], self.cohort.offers.index[match.offer]
        capacity, seats = int(self.cohort.people.capacity[row]), int(self.cohort.offers.seats[offer])
        room = FREE if capacity == NONE else capacity - self.loads[match.mentor]
        return max(room if seats == NONE else min(room, seats - self.taken[match.offer]), 0)

    def all_led(self, mentor: str) -> bool:
        """Whether a mentor leads as many groups as they may."""
        most = self.groups_led[self.cohort.people.index[mentor]]
        return bool(most != NONE and len(self.led_by(mentor)) >= most)

    def led_by(self, mentor: str) -> list[Match]:
        """The matches of a mentor."""
        return [match for match in self.matches if match.mentor == mentor]

    def offers_of(self, seat: Seat) -> set[str]:
        """The offers that could fill a seat."""
        offers = self.edges.offer_rows[self.instance.offer[self.instance.request == seat.request]]
        return {self.cohort.offers.ids[row] for row in offers.tolist()}

    def groups_on(self, seat: Seat) -> list[Match]:
        """The groups of other people on a topic that a seat is asked on, whoever may sit in them."""
        offers = self.cohort.offers
        rows = np.array([offers.index[match.offer] for match in self.matches], dtype=np.int64)
        pairs = Pairs(self.edges.facts, np.broadcast_to(self.edges.request_rows[[seat.request]], rows.shape), rows)
        meets = (pairs.distance != NONE) & (pairs.mentor != pairs.mentee)
        return [
            match for match, on in zip(self.matches, np.broadcast_to(meets, rows.shape).tolist(), strict=True) if on
        ]

    @cached_property
    def idle(self) -> Bools:
        """For each person and slot whether they are in no match at that time."""
        slots, index = self.slots, self.cohort.people.index
        if slots is None:
            return np.ones((len(self.cohort), 0), dtype=bool)
        idle = np.ones((len(self.cohort), len(slots.names)), dtype=bool)
        for match in self.matches:
            k = slots.names.index(match.slot)
            rows = np.array([index[name] for name in (match.mentor, *match.mentees)])
            idle[np.ix_(rows, (slots.start < slots.end[k]) & (slots.start[k] < slots.end))] = False
        return idle

    def slots_of(self, mentor: str) -> list[str]:
        """The times at which a mentor could lead one more group; one without a name where there are none."""
        if self.slots is None:
            return [""]
        row = self.cohort.people.index[mentor]
        return [self.slots.names[k] for k in np.flatnonzero(self.slots.leads[row] & self.idle[row]).tolist()]

    def can_sit(self, mentee: str, slot: str) -> bool:
        """Whether somebody is free at a slot and in no other match then."""
        if self.slots is None:
            return True
        row, k = self.cohort.people.index[mentee], self.slots.names.index(slot)
        return bool(self.slots.sits[row, k] and self.idle[row, k])

    def where(self, match: Match) -> str:
        """The mentor of a match, and when it is."""
        return self.cohort.people.called[match.mentor] + (f" at {match.slot}" if match.slot else "")
