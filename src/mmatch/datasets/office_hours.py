"""Scenario 13: an office-hours marathon: teams meet many mentors for twenty minutes each, within three weeks."""

from __future__ import annotations

from mmatch import aims
from mmatch.availability import DAYS
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import Draws, Person, scenario_people
from mmatch.datasets._sheets import address, topics_of, untidy
from mmatch.formats import Format, SessionSpec
from mmatch.program import Program
from mmatch.scheduling import Dates, Diary

TOPICS = ("pricing", "hiring", "first customers", "law", "product", "fundraising")
TALK = Format("office", (SessionSpec(20, "virtual", ("One question (5 min)", "What to do about it (15 min)")),))
SEATS = 4  # teams that a mentor meets
MENTORS_EACH = 14  # mentors that a team meets on each of its topics
A_DAY = 8
HALVES = tuple(f"{day} {hours}" for day in DAYS[:5] for hours in ("9-11", "14-16"))
STORY = (
    "{mentees} teams meet as many of {mentors} mentors as they can, twenty minutes each, within fifteen working days: "
    "on three topics, up to fourteen mentors on each, at most eight talks a day. A mentor meets at most four teams, in "
    "two or three windows of two hours a week."
)


def build(*, seed: int = 0, mentors: int = 120, mentees: int = 12) -> Example:
    """Hundreds of short talks between a few teams and many mentors.

    Args:
        seed: of everything drawn.
        mentors: how many.
        mentees: how many teams.
    """
    draws, experts, teams = scenario_people("office-hours", seed, mentors, mentees)
    teachers = [_mentor(draws, person, k) for k, person in enumerate(experts)]
    diaries = {team.id: Diary(per_day=A_DAY) for team in teams}
    dates = Dates(start="2027-05-03", end="2027-05-21", grain=20, diaries=diaries)
    return Example(
        name="office-hours",
        title="Office-hours marathon",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([*teachers, *(_team(draws, team) for team in teams)]),
        program=Program(aims=[aims.Coverage(), aims.EvenLoad()], formats=[TALK]),
        dates=dates,
    )


def _mentor(draws: Draws, person: Person, k: int) -> Participant:
    free = draws.windows(HALVES, draws.number(2, 3))
    offer = Offer(TOPICS[k % len(TOPICS)])
    return person.signs_up(offers=(offer,), capacity=SEATS, availability=free)


def _team(draws: Draws, person: Person) -> Participant:
    topics = sorted(draws.several(TOPICS, 3))
    requests = tuple(Request(topic, mentors=MENTORS_EACH, format="office") for topic in topics)
    return person.signs_up(requests=requests)


def sheets(example: Example) -> Sheets:
    """A file for each side; teams write down how many mentors they want on each topic."""
    shared = ["Participant ID", "Full name", "Email address"]
    mentors = [
        [p.id, p.name, address(p), topics_of(p.offers), str(p.capacity), str(p.availability)]
        for p in example.cohort
        if p.offers
    ]
    teams = [
        [p.id, p.name, address(p), wish.label, str(wish.mentors), "office"]  # one row a wish
        for p in example.cohort
        for wish in p.requests
    ]
    return {
        "mentors.csv": untidy([[*shared, "Topics", "Max mentees", "Availability"], *mentors], blank_rows=2),
        "mentees.csv": untidy([[*shared, "Topics", "Number of mentors", "Format"], *teams], blank_rows=2),
    }
