"""Scenario 1: informational interviews about roles and sites."""

from __future__ import annotations

from mmatch import aims, rules
from mmatch.availability import DAYS
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets
from mmatch.datasets._people import DEPARTMENTS, POPULAR_ROLES, SITES, Draws, Person, scenario_people
from mmatch.datasets._sheets import address, listed, topics_of, untidy
from mmatch.program import Program

CAPACITY = 2
CAPACITY_CELLS = ("2", "2", "2", "Two", "2", "Up to two", "2")
HOURS = ("9-11", "10-12", "13-15", "15-17")
STORY = (
    "{mentors} mentors tell about their role and their site, {mentees} mentees ask about one or both, in a single "
    "talk each with one person from another department. A mentor gives at most two talks. Nobody meets their own "
    "manager. First as many people as possible get a talk, then as many talks as possible take place, then the load is "
    "spread evenly."
)


def build(*, seed: int = 0, mentors: int = 80, mentees: int = 120) -> Example:
    """Single talks about a wanted role or site, with somebody from another department.

    Args:
        seed: of everything drawn.
        mentors: how many.
        mentees: how many.
    """
    draws, experts, people = scenario_people("informational", seed, mentors, mentees)
    teachers = [_mentor(draws, person) for person in experts]
    learners = [_mentee(draws, person, teachers) for person in people]
    return Example(
        name="informational",
        title="Informational interviews",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([*teachers, *learners]),
        program=Program(
            format="single",
            rules=[rules.Differs("department")],
            aims=[aims.Coverage("mentees"), aims.Coverage(), aims.EvenLoad()],
        ),
    )


def _mentor(draws: Draws, person: Person) -> Participant:
    department, role, site = _place(draws)
    return person.signs_up(
        offers=(Offer(role), Offer(site)),
        capacity=CAPACITY,
        availability=_windows(draws),
        timezone=SITES[site],
        site=site,
        attributes={"department": department, "job title": role},
    )


def _mentee(draws: Draws, person: Person, mentors: list[Participant]) -> Participant:
    department, role, site = _place(draws)
    return person.signs_up(
        requests=tuple(map(Request, _wanted(draws, role, site))),
        availability=_windows(draws),
        timezone=SITES[site],
        site=site,
        attributes={"department": department, "job title": role},
        avoids=(draws.pick(mentors).id,) if draws.chance(0.4) else (),
    )


def _place(draws: Draws) -> tuple[str, str, str]:
    """A department, a role in it, and a site; three sites are larger than the others."""
    department = draws.pick(tuple(DEPARTMENTS))
    return department, draws.pick(DEPARTMENTS[department]), draws.pick(tuple(SITES), (4, 2, 3, 3, 1, 1))


def _wanted(draws: Draws, role: str, site: str) -> tuple[str, ...]:
    """A role, a site, or both, but not one's own; a few people do not say."""
    everything = [r for roles in DEPARTMENTS.values() for r in roles if r != role]
    popular = [r for r in POPULAR_ROLES if r != role]
    wanted_role = draws.pick(popular if draws.chance(0.4) else everything)
    wanted_site = draws.pick([s for s in SITES if s != site])
    kind = draws.pick(("role", "site", "both", "blank"), (58, 22, 17, 3))
    return {"role": (wanted_role,), "site": (wanted_site,), "both": (wanted_role, wanted_site), "blank": ("",)}[kind]


def _windows(draws: Draws) -> str:
    days = sorted(draws.several(range(5), draws.number(2, 3)))
    return "; ".join(f"{DAYS[day]} {draws.pick(HOURS)}" for day in days)


def sheets(example: Example) -> Sheets:
    """Two files with the usual heads, some stray spaces, and blank rows at the end."""
    shared = ["Participant ID", "Full name", "Email address", "Department", "Job title", "Site", "Time zone"]
    shared.append("Availability")
    teachers = [p for p in example.cohort if p.offers]
    learners = [p for p in example.cohort if p.requests]
    mentors = [
        [*_shared(p), topics_of(p.offers), CAPACITY_CELLS[k % len(CAPACITY_CELLS)]] for k, p in enumerate(teachers)
    ]
    mentees = [[*_shared(p), wish.label, listed(p.avoids)] for p in learners for wish in p.requests]  # one row a wish
    return {
        "mentors.csv": untidy([[*shared, "Topics", "Max mentees"], *mentors], blank_rows=6),
        "mentees.csv": untidy([[*shared, "Topics", "Do not match with"], *mentees], blank_rows=14),
    }


def _shared(p: Participant) -> list[str]:
    department, role = p.attributes["department"], p.attributes["job title"]
    return [p.id, p.name, address(p), department, role, p.site, p.timezone or "", str(p.availability)]
