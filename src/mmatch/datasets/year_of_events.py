"""Scenario 11: a year of events, to each of which other people come."""

from __future__ import annotations

from mmatch import aims
from mmatch.cohort import Cohort, Offer, Request
from mmatch.datasets._example import Example, RightAnswer, Sheets
from mmatch.datasets._people import scenario_people
from mmatch.events.series import Occasion
from mmatch.events.values import Rounds
from mmatch.matching import Status
from mmatch.program import Program

MONTHS = 7
STORY = (
    "{mentors} mentors and {mentees} mentees belong to a network that meets for two short rounds each month, from "
    "January to July. About two thirds of the mentors and half of the mentees come each time, never the same. Nobody "
    "should meet the same person again while there is anybody new."
)


def build(*, seed: int = 0, mentors: int = 40, mentees: int = 100) -> Example:
    """Seven events of two rounds; who comes to each is drawn.

    Args:
        seed: of the names, and of who comes when.
        mentors: how many belong to the network.
        mentees: how many.
    """
    draws, experts, learners = scenario_people("year-of-events", seed, mentors, mentees)
    people = [p.signs_up(offers=(Offer(),)) for p in experts] + [p.signs_up(requests=(Request(),)) for p in learners]
    events = []
    for month in range(1, MONTHS + 1):
        came = [p.id for p in people if draws.number(1, 6) <= (4 if p.offers else 3)]
        events.append(Occasion(Rounds(count=2, start=f"2027-{month:02}-15T18:00"), tuple(came)))
    pairs = min(mentors, mentees)
    return Example(
        name="year-of-events",
        title="A year of events",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort(people),
        program=Program(aims=[aims.Coverage(), aims.EvenLoad()]),
        right=RightAnswer(Status.OPTIMAL, (pairs, 0), f"{pairs} pairs could meet at once"),
        events=tuple(events),
    )


def sheets(example: Example) -> Sheets:
    """Two tidy files."""
    mentors = [[p.id, p.name] for p in example.cohort if p.offers]
    mentees = [[p.id, p.name] for p in example.cohort if p.requests]
    return {"mentors.csv": [["id", "name"], *mentors], "mentees.csv": [["id", "name"], *mentees]}
