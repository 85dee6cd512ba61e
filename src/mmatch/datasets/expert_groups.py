"""Scenario 3: few experts, many mentees, groups of three to six at a time when everybody can come."""

from __future__ import annotations

from mmatch import aims, rules
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import Draws, Person, scenario_people
from mmatch.datasets._sheets import address, topics_of, untidy
from mmatch.program import Program

GROUP = (3, 6)
DEMAND = {"data visualisation": 25, "facilitation": 18, "grant writing": 13, "contract law": 4}
VISUAL, TALKS, GRANTS, LAW = DEMAND
EXPERTS = (  # what each of six leads, and how many groups at most
    *(((VISUAL,), 2), ((VISUAL, TALKS), 2), ((VISUAL,), 1)),
    *(((TALKS,), 2), ((GRANTS, TALKS), 2), ((GRANTS, LAW), 1)),
)
GROUP_CELLS = {1: ("1", "One", "just one"), 2: ("2", "Two", "up to two")}
SLOTS = ("Tue 10-11", "Tue 14-15", "Wed 10-11", "Wed 14-15", "Thu 10-11", "Thu 14-15")
HALVES = tuple(f"{day} {hours}" for day in ("Tue", "Wed", "Thu") for hours in ("9-12", "13-17"))
STORY = (
    "{mentors} experts lead one or two groups each, of three to six people; {mentees} mentees ask for one topic each. "
    "A group meets at one of six times, when its expert and all who sit in it are free, and one that does not reach "
    "three people does not open. As many mentees as possible get a seat, those who missed out last time first."
)


def build(*, seed: int = 0, mentors: int = 6, mentees: int = 60) -> Example:
    """Groups of three to six on four topics; of sixty mentees 25, 18, 13 and 4 ask for each.

    Args:
        seed: of the names, the free times, and who missed out last time.
        mentors: how many experts.
        mentees: how many.
    """
    draws, experts, learners = scenario_people("expert-groups", seed, mentors, mentees)
    wanted = [topic for topic, n in DEMAND.items() for _ in range(n)]
    teachers = [_expert(draws, person, *EXPERTS[k % len(EXPERTS)]) for k, person in enumerate(experts)]
    topics = draws.several(wanted * -(-mentees // len(wanted)), mentees)
    mentees_signed_up = [_mentee(draws, person, topic) for person, topic in zip(learners, topics, strict=True)]
    return Example(
        name="expert-groups",
        title="Expert-led groups",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([*teachers, *mentees_signed_up]),
        program=Program(group=GROUP, rules=[rules.CommonSlot(SLOTS)], aims=[aims.Coverage(), aims.Priority()]),
    )


def _expert(draws: Draws, person: Person, topics: tuple[str, ...], groups: int) -> Participant:
    return person.signs_up(
        offers=tuple(map(Offer, topics)),
        groups=groups,
        availability=draws.windows(HALVES, 4),
    )


def _mentee(draws: Draws, person: Person, topic: str) -> Participant:
    return person.signs_up(
        requests=(Request(topic, priority=2 if draws.chance(0.2) else 1),),
        availability=draws.windows(HALVES, draws.number(1, 3)),
    )


def sheets(example: Example) -> Sheets:
    """A file for each role, as a form gives it: free times in one cell, numbers of groups also in words."""
    shared = ["Participant ID", "Full name", "Email address", "When are you available?"]
    teachers = [p for p in example.cohort if p.offers]
    learners = [p for p in example.cohort if p.requests]
    mentors = [[*_shared(p), topics_of(p.offers), _groups(k, p)] for k, p in enumerate(teachers)]
    mentees = [[*_shared(p), p.requests[0].label, "Yes" if p.requests[0].priority > 1 else ""] for p in learners]
    return {
        "mentors.csv": untidy([[*shared, "Areas of expertise", "Number of groups"], *mentors], blank_rows=3),
        "mentees.csv": untidy([[*shared, "Topic", "Priority"], *mentees], blank_rows=20),
    }


def _shared(p: Participant) -> list[str]:
    return [p.id, p.name, address(p), str(p.availability)]


def _groups(k: int, p: Participant) -> str:
    cells = GROUP_CELLS[p.groups or 1]
    return cells[k % len(cells)]
