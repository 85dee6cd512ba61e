"""Scenario 8: a large public service, many people in both roles, matched by grade, profession and identity."""

from __future__ import annotations

from typing import Any

from mmatch import aims, rules
from mmatch.cohort import Cohort, Offer, Participant, Request
from mmatch.datasets._example import Example, Sheets, check_counts
from mmatch.datasets._people import BIOGRAPHIES, IDENTITIES, JOB_TITLES, ORGANISATIONS, PROFESSIONS, Draws, Person
from mmatch.datasets._sheets import address, untidy
from mmatch.program import Program

GRADES = {"mentor": (4, 9), "both": (3, 7), "mentee": (1, 5)}
ANSWERS = {"mentor": "Yes", "both": "Both", "mentee": "No"}
STATED = ("job title", "organisation", "grade", "profession", "identity", "biography")
HEADS = (
    *("Timestamp", "Do you want to sign up as a mentor?", "Your staff number", "Your first name", "Your last name"),
    *("Your email address", "Your job title", "Your organisation", "Your grade", "Your profession", "Your identity"),
    "Your biography",
)
STORY = (
    "{mentors} mentors and {mentees} mentees from fourteen organisations; half of each are in both roles. A mentor "
    "comes from another organisation, stands one or two grades higher, and has one mentee. As many people as possible "
    "are matched first; then two grades count 12, one grade 9, the same profession 10, a shared identity 6."
)


def build(*, seed: int = 0, mentors: int = 500, mentees: int = 500) -> Example:
    """Half of the smaller side is in both roles; one mentee each.

    Args:
        seed: of everything drawn.
        mentors: how many, those in both roles included.
        mentees: how many, those in both roles included.
    """
    check_counts("civil-service", seed=seed, mentors=mentors, mentees=mentees)
    draws = Draws(seed)
    both = min(mentors, mentees) // 2
    roles = ["both"] * both + ["mentor"] * (mentors - both) + ["mentee"] * (mentees - both)
    people = draws.people(len(roles))
    mixed = draws.several(roles, len(roles))
    score = (aims.LevelSteps({1: 9, 2: 12}), aims.Shares("profession", weight=10), aims.Shares("identity", weight=6))
    return Example(
        name="civil-service",
        title="Civil service",
        story=STORY.format(mentors=mentors, mentees=mentees),
        cohort=Cohort([_participant(draws, *pair) for pair in zip(people, mixed, strict=True)]),
        program=Program(
            rules=[rules.Differs("organisation"), rules.LevelGap(1, 2)],
            aims=[aims.Coverage(), score, aims.EvenLoad()],
        ),
    )


def _participant(draws: Draws, person: Person, role: str) -> Participant:
    stated: dict[str, Any] = {
        "job title": draws.pick(JOB_TITLES),
        "organisation": draws.pick(ORGANISATIONS),
        "grade": draws.number(*GRADES[role]),
        "profession": draws.pick(PROFESSIONS),
        "identity": draws.pick(IDENTITIES) if draws.chance(0.55) else None,
        "biography": draws.pick(BIOGRAPHIES) if draws.chance(0.2) else None,
    }
    grade = stated["grade"]
    return person.signs_up(
        offers=() if role == "mentee" else (Offer(level=grade),),
        requests=() if role == "mentor" else (Request(level=grade),),
        attributes={name: value for name, value in stated.items() if value is not None},
    )


def sheets(example: Example) -> Sheets:
    """One form export for both roles: questions as heads, and hundreds of blank rows."""
    rows = [_row(k, p) for k, p in enumerate(example.cohort)]
    return {"form.csv": untidy([list(HEADS), *rows], blank_rows=300)}


def _row(k: int, p: Participant) -> list[str]:
    role = "both" if p.offers and p.requests else "mentor" if p.offers else "mentee"
    first, last = p.name.split(" ", 1)
    stated = [str(p.attributes.get(name, "")) for name in STATED]
    moment = f"{1 + k // 60 % 28:02}/09/2026 {9 + k // 30 % 9}:{k * 7 % 60:02}:{k * 13 % 60:02}"
    return [moment, ANSWERS[role], p.id, first, last, address(p), *stated]
