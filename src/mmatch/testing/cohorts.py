"""Cohorts of five invented people, and programs for them, small enough for the oracle; always the same ones."""

from __future__ import annotations

from random import Random
from typing import Any

from mmatch.aims import Coverage, EvenLoad, Preference, Priority, TopicFit, WorstOff
from mmatch.cohort import Cohort, Meeting, Offer, Participant, Request
from mmatch.errors import InputError
from mmatch.program import Program
from mmatch.rules import AtMost, Differs, Everyone, Forbid, LevelGap, NoRepeat

MENTORS, MENTEES = ("m0", "m1"), ("e0", "e1", "e2")
PAIRS = [(mentor, mentee) for mentor in MENTORS for mentee in MENTEES]


def small_cohorts(only: Cohort | None = None) -> dict[str, Cohort]:
    """Cohorts by the names under which messages speak of them: some have ranks, some scores; or the one given."""
    draw = Random(0)  # noqa: S311 - the same people every time
    return {f"small cohort {k}": _cohort(draw, k) for k in range(9)} if only is None else {"the cohort": only}


def _cohort(draw: Random, number: int) -> Cohort:
    people = []
    for name in (*MENTORS, *MENTEES):
        topic, level = draw.choice(("", "data", "data", "statistics")), draw.choice([None, 1, 2])
        own: dict[str, Any] = {"offers": [Offer(topic, level=level)], "capacity": draw.choice([None, 2, 3])}
        if name in MENTEES:
            asked = ("statistics", "writing") if number % 4 == 3 and topic else topic  # any one of them
            wish = Request(asked, level=level, priority=draw.choice([1, 2]), mentors=draw.choice([1, 1, 2]))
            own = {"requests": [wish]}
        if number % 3 == 1:
            own |= {"ranks": draw.sample(MENTORS, 2)} if name in MENTEES else {"mentee_ranks": draw.sample(MENTEES, 2)}
        attributes = {"department": draw.choice("abc"), "years": draw.randint(0, 20)}
        people.append(Participant(name, site=draw.choice(("", "Rome", "Oslo")), attributes=attributes, **own))
    scores = {pair: draw.choice([0, 1, 2.5, 4]) for pair in PAIRS if draw.random() < 0.9}
    history = [Meeting(*draw.choice(PAIRS))] if draw.random() < 0.5 else []
    return Cohort(people, topics={"statistics": "data"}, history=history, scores=scores if number % 3 == 2 else None)


def small_programs(cohort: Cohort) -> list[Program]:
    """Programs that can be meant for a cohort: the usual rules, and aims of every kind of term."""
    found = [
        Program(),
        Program(aims=[(Coverage(), TopicFit(weight=2)), EvenLoad()]),
        Program(rules=[Differs("department")], aims=[Coverage(), Priority()]),
        Program(rules=[AtMost(1), NoRepeat()], aims=[Coverage(), WorstOff()]),
        Program(rules=[Everyone(), LevelGap(0, missing="allow")]),
        Program(rules=[Forbid(PAIRS[:1])], aims=[Coverage(), Preference("both")]),
    ]
    return [program for program in found if meant(program.resolve(cohort), cohort)]


def meant(part: Any, cohort: Cohort) -> bool:
    """Whether a rule, an aim or a program can be meant for a cohort."""
    try:
        part.check(cohort)
    except InputError:
        return False
    return True
