"""Scenario 5: a speed event: everybody meets somebody new in each round."""

from __future__ import annotations

from mmatch import aims
from mmatch.cohort import Cohort, Offer, Request
from mmatch.datasets._example import Example, RightAnswer, Sheets
from mmatch.datasets._people import scenario_people
from mmatch.events.series import Occasion
from mmatch.events.values import Rounds
from mmatch.matching import Status
from mmatch.program import Program

ROUNDS = Rounds(count=4, start="2027-03-02T18:00", minutes=15, changeover=3)
STORY = (
    "{mentors} mentors and {mentees} mentees come to an evening of four rounds of 15 minutes. All may meet all; nobody "
    "meets the same person twice, and nobody sits out while it can be helped."
)


def build(*, seed: int = 0, mentors: int = 140, mentees: int = 140) -> Example:
    """Four rounds in which all may meet all: as many meetings as the smaller side has people, times four.

    Args:
        seed: of the names; the answer does not depend on it.
        mentors: how many.
        mentees: how many.
    """
    _, experts, learners = scenario_people("speed-event", seed, mentors, mentees)
    people = [p.signs_up(offers=(Offer(),)) for p in experts] + [p.signs_up(requests=(Request(),)) for p in learners]
    pairs = min(mentors, mentees)
    return Example(
        name="speed-event",
        title="Speed event of four rounds",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort(people),
        program=Program(aims=[aims.Coverage(), aims.EvenLoad()]),
        right=RightAnswer(Status.OPTIMAL, (pairs, 0), f"{pairs} pairs meet in a round"),
        events=(Occasion(ROUNDS),),
    )


def sheets(example: Example) -> Sheets:
    """Two tidy files."""
    mentors = [[p.id, p.name] for p in example.cohort if p.offers]
    mentees = [[p.id, p.name] for p in example.cohort if p.requests]
    return {"mentors.csv": [["id", "name"], *mentors], "mentees.csv": [["id", "name"], *mentees]}
