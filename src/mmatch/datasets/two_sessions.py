"""Scenario 6: two sessions on a work product, the first in person, the second virtual, within a term."""

from __future__ import annotations

from mmatch import aims, rules
from mmatch.availability import DAYS
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import Draws, Person, scenario_people
from mmatch.datasets._sheets import address, topics_of, untidy
from mmatch.formats import Format, Gap, Reflection, SessionSpec, Touchpoint
from mmatch.program import Program
from mmatch.scheduling import Dates

TOPICS = ("lesson plan", "letter to families", "analysis of student data", "reading groups")
SCHOOLS = ("Harbour", "Hillside", "Meadow")
ZONE = "Europe/Lisbon"
HALVES = tuple(f"{day} {hours}" for day in DAYS[:5] for hours in ("8-12", "13-17"))
BLEND = Format(
    "blend",
    (
        SessionSpec(60, "in_person", ("What the piece of work is for (20 min)", "A first draft together (40 min)")),
        SessionSpec(45, "virtual", ("The draft and the feedback on it (30 min)", "What comes next (15 min)")),
    ),
    (Gap(10, 14, 21, (Touchpoint("product", "the piece of work", "written feedback"),)),),
    Reflection(("What should be better afterwards?",), 2),
    Reflection(("What did the feedback change?",), 3),
    "a work product that gets feedback once, between a talk in person and one on screen",
)
DATES = Dates(
    start="2027-02-22",
    end="2027-04-30",
    zone=ZONE,
    blackout=("2027-03-26", "2027-03-29", "2027-03-30", "2027-03-31", "2027-04-01", "2027-04-02"),
    rooms=dict.fromkeys(SCHOOLS, 3),
)
STORY = (
    "{mentors} teachers give feedback on a piece of work of {mentees} colleagues at their school: a first session in "
    "person, where each school has three rooms, and a second one on screen ten to twenty-one days later, with the "
    "draft sent and answered in between. Easter week is free, and all ends with April."
)


def build(*, seed: int = 0, mentors: int = 25, mentees: int = 40) -> Example:
    """Two sessions each, at three schools with three rooms.

    Args:
        seed: of everything drawn.
        mentors: how many.
        mentees: how many.
    """
    draws, experts, people = scenario_people("two-sessions", seed, mentors, mentees)
    teachers = [_mentor(draws, person, k) for k, person in enumerate(experts)]
    learners = [_mentee(draws, person, k) for k, person in enumerate(people)]
    return Example(
        name="two-sessions",
        title="Two sessions on a work product",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([*teachers, *learners]),
        program=Program(
            format="two_session",
            rules=[rules.Same("site")],
            aims=[aims.Coverage(), aims.TopicFit(), aims.EvenLoad()],
            formats=[BLEND],
        ),
        dates=DATES,
    )


def _mentor(draws: Draws, person: Person, k: int) -> Participant:
    offers = tuple(map(Offer, draws.several(TOPICS, draws.number(2, 3))))
    site = SCHOOLS[k % len(SCHOOLS)]
    free = draws.windows(HALVES, draws.number(3, 5))
    return person.signs_up(offers=offers, capacity=draws.pick((1, 1, 2)), availability=free, site=site)


def _mentee(draws: Draws, person: Person, k: int) -> Participant:
    requests = (Request(draws.pick(TOPICS), format="blend"),)
    free = draws.windows(HALVES, draws.number(3, 6))
    return person.signs_up(requests=requests, availability=free, site=SCHOOLS[k % len(SCHOOLS)])


def sheets(example: Example) -> Sheets:
    """A file for each role, as a form gives it."""
    shared = ["Participant ID", "Full name", "Email address", "Site", "When are you available?"]
    mentors = [[*_shared(p), topics_of(p.offers), str(p.capacity)] for p in example.cohort if p.offers]
    mentees = [[*_shared(p), p.requests[0].label, p.requests[0].format or ""] for p in example.cohort if p.requests]
    return {
        "mentors.csv": untidy([[*shared, "Topics", "Max mentees"], *mentors], blank_rows=4),
        "mentees.csv": untidy([[*shared, "Topic", "Format"], *mentees], blank_rows=4),
    }


def _shared(p: Participant) -> list[str]:
    return [p.id, p.name, address(p), p.site, str(p.availability)]
