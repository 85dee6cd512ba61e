"""Scenario 4: flash tables, one round: a room of experts at tables, everybody seated."""

from __future__ import annotations

from mmatch import aims, rules
from mmatch.cohort import Cohort, Offer, Request
from mmatch.datasets._example import Example, RightAnswer, Sheets, even_loads
from mmatch.datasets._people import Draws, scenario_people
from mmatch.datasets._sheets import topics_of, untidy
from mmatch.errors import InputError, Problem
from mmatch.events.series import Occasion
from mmatch.events.values import Rounds
from mmatch.matching import Status
from mmatch.program import Program

SEATS = 5
TOPICS = ("first job", "changing fields", "leading a team", "working abroad", "negotiating", "public speaking")
STORY = (
    "{mentors} mentors sit at a table each, {mentees} mentees ask for one of six topics, and a round lasts half an "
    "hour. A mentor could speak about several topics; a table has one of them and at most five mentees. Everybody is "
    "seated, and the tables are filled as evenly as possible."
)


def build(*, seed: int = 0, mentors: int = 25, mentees: int = 100) -> Example:
    """One round at tables of at most five; all mentees are seated.

    Topics are drawn so that everybody can be seated evenly: the answer has a closed form, found by nobody at a glance.

    Args:
        seed: of everything drawn; the answer does not depend on it.
        mentors: how many tables.
        mentees: how many, at most five a table.
    """
    draws, tables, guests = scenario_people("flash-tables", seed, mentors, mentees)
    if mentees > SEATS * mentors:
        text = f"found {mentees} mentees, expected at most {SEATS * mentors} at {mentors} tables of {SEATS}"
        raise InputError(Problem("option", "datasets.load('flash-tables').mentees", text))
    planted = [draws.pick(TOPICS) for _ in range(mentors)]
    topics = draws.several([planted[k % mentors] for k in range(mentees)], mentees)
    teachers = [
        p.signs_up(offers=tuple(map(Offer, _topics(draws, topic))), groups=1)
        for p, topic in zip(tables, planted, strict=True)
    ]
    learners = [p.signs_up(requests=(Request(topic),)) for p, topic in zip(guests, topics, strict=True)]
    return Example(
        name="flash-tables",
        title="Flash tables, one round",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([*teachers, *learners]),
        program=Program(group=(1, SEATS), rules=[rules.Everyone()], aims=[aims.Coverage(), aims.EvenLoad()]),
        right=_right(mentors, mentees),
        events=(Occasion(Rounds(count=3, seats=(1, SEATS), start="2027-03-02T14:00", minutes=30, changeover=5)),),
    )


def _topics(draws: Draws, topic: str) -> tuple[str, ...]:
    """The topic that seats everybody, hidden among others."""
    others = draws.several([other for other in TOPICS if other != topic], draws.number(1, 2))
    return draws.several((topic, *others), len(others) + 1)


def _right(mentors: int, mentees: int) -> RightAnswer:
    load, more, uneven = even_loads(mentees, mentors)
    why = f"all {mentees} are seated; {more} tables have {load + 1} mentees and {mentors - more} have {load}"
    return RightAnswer(Status.OPTIMAL, (mentees, -uneven), why)


def sheets(example: Example) -> Sheets:
    """Two files, written at the door."""
    mentors = [[p.id, p.name, topics_of(p.offers, ", "), "1"] for p in example.cohort if p.offers]
    mentees = [[p.id, p.name, p.requests[0].label] for p in example.cohort if p.requests]
    return {
        "mentors.csv": untidy([["Id", "Name", "Can mentor on", "Groups"], *mentors], blank_rows=2),
        "mentees.csv": untidy([["Id", "Name", "Topic of interest"], *mentees], blank_rows=5),
    }
