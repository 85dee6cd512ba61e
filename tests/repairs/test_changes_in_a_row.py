"""Scenario 10, change in mid-program: many changes one after the other, each answered from the answer before.

After each the answer is valid and proved, equals what another solver finds for the same question from nothing, and the
facts are those of a cohort that is made afresh. ``python tests/repairs/test_changes_in_a_row.py 1000`` makes a thousand
changes in a row.
"""

import random
import sys

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.repairs import Asks, Declined, Joined, Left, NotAFit, Place, Seats, Swap

TOPICS = ("data", "law")
POLICY = mm.Program(rules=[mm.rules.Differs("dep", missing="allow")])


class Life:
    """A program that lives: its people, its answer, and a source of chance for what happens next."""

    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.number = 0
        people = [self.mentor() for _ in range(3)] + [self.mentee() for _ in range(5)]
        self.cohort = mm.Cohort(people)
        self.result = mm.solve(self.cohort, POLICY)

    def mentor(self):
        self.number += 1
        topics = self.draw.sample(TOPICS, self.draw.randint(1, 2))
        attributes = {"dep": self.draw.choice("AB")}
        offers = [Offer(topic) for topic in topics]
        return Participant(f"m{self.number}", offers=offers, capacity=self.draw.randint(1, 2), attributes=attributes)

    def mentee(self):
        self.number += 1
        attributes = {"dep": self.draw.choice("AB")}
        return Participant(f"e{self.number}", requests=[Request(self.draw.choice(TOPICS))], attributes=attributes)

    def change(self, kind):
        """A change of one kind, of people who are there; None where nobody is."""
        draw = self.draw
        mentors = [person.id for person in self.cohort if person.offers]
        mentees = [person.id for person in self.cohort if person.requests]
        pairs = [pair[:2] for pair in self.result.matching.pairs()]
        if kind == "joined":
            return Joined(self.mentor() if draw.random() < 0.4 else self.mentee()) if len(self.cohort) < 12 else None
        if kind == "left":
            few = [*(mentors if len(mentors) > 1 else []), *(mentees if len(mentees) > 1 else [])]
            return Left(draw.choice(few)) if few else None
        if kind == "seats":
            return Seats(draw.choice(mentors), draw.randint(0, 3))
        if kind == "asks":
            return Asks(draw.choice(mentees), draw.choice(TOPICS))
        if kind == "swap":
            two = draw.sample(pairs, 2) if len(pairs) > 1 else []
            return Swap(two[0][1], two[1][1]) if two and two[0][0] != two[1][0] else None
        if kind == "place":
            return Place(draw.choice(mentors), draw.choice(mentees))
        return draw.choice([NotAFit, Declined])(*draw.choice(pairs)) if pairs else None

    def happens(self, kind, keep):
        """Answer a change; what cannot be is refused and leaves everything as it was."""
        change = self.change(kind)
        if change is None:
            return False
        before = self.result
        try:
            made = mm.repair(self.cohort, self.result, [change], keep=keep)
        except mm.InputError:
            assert self.result is before
            return False
        if made.result.found is None:
            assert made.result.status == "infeasible"
            return False
        self.cohort, self.result = made.cohort, made.result
        return True

    def holds(self):
        """What is promised after every change."""
        assert (self.result.status, self.result.trust) == ("optimal", "proved")
        assert mm.verify(self.cohort, self.result.program, self.result) == []
        afresh = mm.Cohort([*self.cohort], history=self.cohort.history)
        assert afresh.digest == self.cohort.digest
        assert mm.solve(afresh, self.result.program, solver="milp").value == self.result.value


class Changes(RuleBasedStateMachine):
    """Hypothesis decides what happens."""

    @initialize(seed=st.integers(0, 10**6))
    def begin(self, seed):
        self.life = Life(seed)

    @rule(
        kind=st.sampled_from(["left", "joined", "seats", "not a fit", "asks", "swap", "place"]),
        keep=st.sampled_from(["pairs", "people"]),
    )
    def something_happens(self, kind, keep):
        self.life.happens(kind, keep)

    @invariant()
    def all_holds(self):
        self.life.holds()


Changes.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestChanges = Changes.TestCase


if __name__ == "__main__":
    life, done, drawn = Life(1), 0, random.Random(1)
    while done < int(sys.argv[1]):
        what = drawn.choice(["left", "joined", "joined", "seats", "not a fit", "asks", "swap", "place"])
        done += life.happens(what, drawn.choice(["pairs", "people"]))
        life.holds()
    sys.stdout.write(f"{done} changes in a row, each as promised; {len(life.cohort)} people now\n")
