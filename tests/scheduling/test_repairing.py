"""Many matches that hang together: the search ends by itself, and what it gives can be held and is never worse."""

import random

import pytest

import mmatch as mm
from mmatch.scheduling import components as placing
from mmatch.scheduling.feasibility import fits, total
from mmatch.scheduling.free_time import Calendars, task_of
from mmatch.scheduling.repairing import repaired

SPAN = {"start": "2027-01-11", "end": "2027-01-22"}
HALVES = [f"{day} {hours}" for day in ("Mon", "Tue", "Wed", "Thu") for hours in ("9-11", "14-16")]


def crowd(teams=3, mentors=9, seed=0):
    """Every mentor meets every team in one of a few hours: all hang together."""
    draw = random.Random(seed)
    people = [
        mm.Participant(
            f"m{k:02}", offers=[mm.Offer()], capacity=teams, availability="; ".join(sorted(draw.sample(HALVES, 3)))
        )
        for k in range(mentors)
    ]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(mentors=mentors)]) for k in range(teams)]
    cohort = mm.Cohort(people)
    pairs = [(f"m{k:02}", f"e{j}") for k in range(mentors) for j in range(teams)]
    return cohort, mm.Program(), mm.matching_from_pairs(cohort, pairs)


DIARIES = {f"e{k}": mm.Diary(per_day=5) for k in range(3)}


def test_the_search_ends_without_a_limit_and_says_what_is_left_open(monkeypatch):
    """Hours of a search that nothing bounded: an office-hours marathon of 422 talks never came back."""
    monkeypatch.setattr(placing, "MANY", 20)
    monkeypatch.setattr(placing, "PROOF", 0.1)
    question = crowd()
    found = mm.schedule(*question, **SPAN, diaries=DIARIES)
    assert mm.validate(question[0], question[2], found) == []
    assert len(found.plans) == len(question[2])
    assert found.status == "optimal" or found.bound > found.value
    assert found == mm.schedule(*question, **SPAN, diaries=DIARIES)


@pytest.mark.parametrize("seed", range(3))
def test_repairing_keeps_everything_and_is_never_worse(seed):
    cohort, _, matching = crowd(teams=3, mentors=8, seed=seed)
    settings = mm.schedule(cohort, mm.Program(), mm.Matching(), **SPAN, diaries={k: DIARIES[k] for k in ("e0", "e1")})
    calendars = Calendars(cohort, settings.settings)
    tasks = [task_of(match, "single", calendars) for match in matching]
    wanted = [placing.alone(task) for task in tasks]
    start = placing.in_turn(tasks)
    better = repaired(tasks, start, wanted, placing.beside, placing.Watch())
    assert fits(tasks, better)
    (had, before), (has, now) = total(tasks, start), total(tasks, better)
    assert (has, -now) >= (had, -before)
