"""Scenario 7: three sessions on broad topics, a few hours a month, four time zones, clocks that change."""

from __future__ import annotations

from mmatch import aims
from mmatch.availability import DAYS
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import Draws, Person, scenario_people
from mmatch.datasets._sheets import address, topics_of, untidy
from mmatch.program import Program
from mmatch.scheduling import Dates, diaries_of

BROAD = ("leadership", "classroom management", "career change")
NARROW = ("grading software", "parent evenings")
ZONES = ("America/New_York", "Europe/London", "Africa/Nairobi", "Asia/Kolkata")
HOURS = {  # of the day on the wall, so that people far apart share some
    "America/New_York": ("7-10", "8-12", "9-11"),
    "Europe/London": ("10-16", "12-15", "13-18"),
    "Africa/Nairobi": ("13-18", "14-19", "15-20"),
    "Asia/Kolkata": ("15-21", "16-20", "17-22"),
}
BUDGET = "hours a month"
STORY = (
    "{mentors} mentors in four time zones give 0 to 5 hours a month, {mentees} mentees ask for help. Broad topics get "
    "three sessions with feedback in between, narrow ones a single session. Clocks go forward in New York on 14 March "
    "and in London on 28 March, in Nairobi and Kolkata never."
)


def build(*, seed: int = 0, mentors: int = 30, mentees: int = 45) -> Example:
    """Three sessions for broad topics, one for narrow ones, within what mentors give.

    Args:
        seed: of everything drawn.
        mentors: how many.
        mentees: how many.
    """
    draws, experts, people = scenario_people("three-sessions", seed, mentors, mentees)
    teachers = [_mentor(draws, person, k) for k, person in enumerate(experts)]
    learners = [_mentee(draws, person, k) for k, person in enumerate(people)]
    cohort = Cohort([*teachers, *learners])
    return Example(
        name="three-sessions",
        title="Three sessions, hours a month",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=cohort,
        program=Program(format="three_session", aims=[aims.Coverage(), aims.TopicFit(), aims.EvenLoad()]),
        dates=Dates(start="2027-03-01", end="2027-05-14", diaries=diaries_of(cohort, hours_per_month=BUDGET)),
    )


def _mentor(draws: Draws, person: Person, k: int) -> Participant:
    hours, zone = draws.number(0, 5), ZONES[k % len(ZONES)]
    topics = draws.several((*BROAD, *NARROW), 2)
    return person.signs_up(
        offers=tuple(map(Offer, topics)),
        capacity=min(hours, 2),
        availability=_free(draws, zone),
        timezone=zone,
        attributes={BUDGET: hours},
    )


def _mentee(draws: Draws, person: Person, k: int) -> Participant:
    zone = ZONES[k % len(ZONES)]
    topic = draws.pick((*BROAD, *BROAD, *NARROW))
    request = Request(topic, format="three_session" if topic in BROAD else "single")
    return person.signs_up(requests=(request,), availability=_free(draws, zone), timezone=zone)


def _free(draws: Draws, zone: str) -> str:
    days = sorted(draws.several(range(5), draws.number(2, 4)))
    return "; ".join(f"{DAYS[day]} {draws.pick(HOURS[zone])}" for day in days)


def sheets(example: Example) -> Sheets:
    """A file for each role; what mentors give is a column of its own."""
    shared = ["Participant ID", "Full name", "Email address", "Time zone", "Availability"]
    mentors = [
        [*_shared(p), topics_of(p.offers), str(p.capacity), str(p.attributes[BUDGET])]
        for p in example.cohort
        if p.offers
    ]
    mentees = [[*_shared(p), p.requests[0].label, str(p.requests[0].format)] for p in example.cohort if p.requests]
    return {
        "mentors.csv": untidy([[*shared, "Topics", "Max mentees", BUDGET], *mentors], blank_rows=3),
        "mentees.csv": untidy([[*shared, "Topic", "Format"], *mentees], blank_rows=3),
    }


def _shared(p: Participant) -> list[str]:
    return [p.id, p.name, address(p), str(p.timezone), str(p.availability)]
