"""Scenario 2: far fewer mentors than mentees; the best answer has a closed form."""

from __future__ import annotations

from mmatch import aims
from mmatch.cohort import Cohort, Offer, Request
from mmatch.datasets._example import Example, RightAnswer, Sheets, check_counts, even_loads
from mmatch.datasets._people import scenario_people
from mmatch.matching import Status
from mmatch.program import Program

STORY = (
    "{mentors} mentors and {mentees} mentees; everybody may meet everybody. {room} As many mentees as possible get a "
    "mentor, then the load is spread evenly."
)


def build(*, seed: int = 0, capacity: int | None = 1, mentors: int = 41, mentees: int = 113) -> Example:
    """Everybody fits everybody, so the answer has a closed form.

    Args:
        seed: of the names; the answer does not depend on it.
        capacity: mentees per mentor, or None for no cap.
        mentors: how many.
        mentees: how many.
    """
    _, experts, learners = scenario_people("shortage", seed, mentors, mentees)
    check_counts("shortage", capacity=1 if capacity is None else capacity)
    seats = mentees if capacity is None else capacity
    teachers = [p.signs_up(offers=(Offer(),), capacity=seats) for p in experts]
    mentees_signed_up = [p.signs_up(requests=(Request(),)) for p in learners]
    room = "No mentor has a limit." if capacity is None else f"Each mentor takes at most {capacity}."
    return Example(
        name="shortage",
        title="Shortage with a closed form",
        story=STORY.format(mentors=mentors, mentees=mentees, room=room),
        cohort=Cohort([*teachers, *mentees_signed_up]),
        program=Program(aims=[aims.Coverage(), aims.EvenLoad()]),
        right=_right(mentors, mentees, seats),
    )


def _right(mentors: int, mentees: int, seats: int) -> RightAnswer:
    filled = min(mentees, mentors * seats)
    load, more, uneven = even_loads(filled, mentors)
    loads = f"{more} mentors have {load + 1} mentees and {mentors - more} have {load}"
    return RightAnswer(Status.OPTIMAL, (filled, -uneven), f"{filled} seats are filled; {loads}")


def sheets(example: Example) -> Sheets:
    """Two tidy files."""
    mentors = [[p.id, p.name, str(p.capacity)] for p in example.cohort if p.offers]
    mentees = [[p.id, p.name] for p in example.cohort if p.requests]
    return {"mentors.csv": [["id", "name", "capacity"], *mentors], "mentees.csv": [["id", "name"], *mentees]}
