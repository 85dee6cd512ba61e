"""The best dates of a component: as good as those of a complete search of the whole model, under all limits."""

from dataclasses import replace
from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from dated import planned
from dates_oracle import FORMATS, questions
from mmatch.availability import instant
from mmatch.formats import Format, Gap, SessionSpec
from mmatch.instance import Watch
from mmatch.scheduling import dates_by_component
from mmatch.scheduling.cpsat_dates import best_together
from mmatch.scheduling.dates_by_component import Placed, place
from mmatch.scheduling.feasibility import fits, total
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.insertion import Surroundings, inserted
from mmatch.scheduling.single_match import IMPOSSIBLE, cheapest_dates, cost
from mmatch.scheduling.tasks import task_of
from strategies import examples

WEEKS = [f"{day} {hour}-{hour + 2}" for day in ("Mon", "Tue", "Thu") for hour in (9, 10, 11, 13)]
THRICE = Format(
    "thrice",
    (SessionSpec(90), SessionSpec(20), SessionSpec(60)),
    (Gap(2, 3, 9), Gap(2, 4, 9)),
)
LIMITS = {"per_day": (1, 2), "per_week": (1, 2, 4), "per_month": (1, 3, 5), "hours_per_month": (0, 1, 2.5, 4)}
LONG = Format("long", (SessionSpec(120),))


@st.composite
def crowds(draw):
    """Up to five matches of people with few hours: one mentor or two, some mentees with both."""
    week = st.lists(st.sampled_from(WEEKS), min_size=2, max_size=5, unique=True).map("; ".join)
    site, zone = st.sampled_from(["Rome", "Rome", "Oslo"]), st.sampled_from(["Europe/Rome", "Europe/London"])

    def person(name, **facts):
        return mm.Participant(name, availability=draw(week), timezone=draw(zone), site=draw(site), **facts)

    def diary():
        limits = {name: draw(st.sampled_from([None, None, *few])) for name, few in LIMITS.items()}
        return mm.scheduling.Diary(**limits)

    people = [person(f"m{k}", offers=[mm.Offer()], capacity=5) for k in range(2)]
    forms = draw(st.lists(st.sampled_from(["thrice", "single", "long", "blend"]), min_size=2, max_size=4))
    people += [person(f"e{k}", requests=[mm.Request(format=form, mentors=2)]) for k, form in enumerate(forms)]
    pairs = [("m0", e.id) for e in people[2:]] + [("m1", e.id) for e in people[2:] if not draw(st.integers(0, 3))]
    cohort = mm.Cohort(people)
    options = {
        "buffer": draw(st.sampled_from([0, 30])),
        "diaries": {person.id: diary() for person in people if draw(st.booleans())},
        "travel": {("Rome", "Oslo"): 45, ("Oslo", "Rome"): 15}
        if len({person.site for person in people}) == 2
        else None,
        "wishes": mm.scheduling.Wishes(same_time=draw(st.sampled_from([0, 700])), gap=draw(st.sampled_from([0, 1440]))),
    }
    return cohort, mm.matching_from_pairs(cohort, pairs), options


def tasks_of(cohort, matching, options, adjacent=0):
    """The matches that have dates by themselves, as tasks."""
    span = {"start": "2027-03-22", "end": "2027-04-09", "formats": [THRICE, LONG, *FORMATS], "grain": 15}
    empty = planned(cohort, mm.Program(), mm.Matching(), **{**span, **options})
    wishes = replace(empty.settings.wishes, adjacent=adjacent)
    calendars = FreeTime(cohort, replace(empty.settings, rooms={}, wishes=wishes))
    names = {person.id: person.requests[0].format for person in cohort if person.requests}
    tasks = [task_of(match, names[match.mentees[0]], calendars) for match in matching]
    return [task for task in tasks if cheapest_dates(task) is not None]


def held(task):
    """The task with its first session held when it would be best alone."""
    first = task.starts[0] == cheapest_dates(task)[0]
    every = [np.ones(len(times), dtype=bool) for times in task.starts[1:]]
    return replace(task.kept([first, *every]), fixed=(True, *task.fixed[1:]))


@given(crowds() | questions(), st.sets(st.integers(0, 4), max_size=2), st.sampled_from([0, 0, 500]))
@examples(150)
def test_they_are_as_good_as_those_of_a_complete_search(question, begun, adjacent):
    """Neither the first answer nor the starts that are left out beside it lose anything."""
    tasks = tasks_of(*question, adjacent)
    tasks = [held(task) if k in begun else task for k, task in enumerate(tasks)]
    found = place(tasks)
    best = best_together(tasks, [None] * len(tasks), Watch())
    assert best.exact
    assert best.bound == total(tasks, best.dates)
    assert found.exact
    assert fits(tasks, found.dates)
    assert total(tasks, found.dates) == total(tasks, best.dates) == found.bound


@given(crowds() | questions(), st.integers(0, 4))
@examples(100)
def test_a_match_finds_the_cheapest_of_all_dates_that_others_leave(question, number):
    """Beside every choice of starts: free people, and limits that others use up in part."""
    tasks = tasks_of(*question)
    assume(number < len(tasks))
    task, others = tasks[number], tasks[:number] + tasks[number + 1 :]
    assume(prod(map(len, task.starts)) <= 3000)
    dates = place(others).dates
    found = inserted(task, Surroundings(others, dates))
    possible = [
        chosen
        for chosen in product(*(times.tolist() for times in task.starts))
        if all(one < other for one, other in pairwise(chosen))
        if cost(task, chosen) < IMPOSSIBLE and fits([*others, task], [*dates, chosen])
    ]
    assert (found is None) == (not possible)
    if found is not None:
        assert fits([*others, task], [*dates, found])
        assert cost(task, found) == min(cost(task, chosen) for chosen in possible)


def rivals(number=3):
    """Mentees who all would like the first hour of one mentor."""
    people = [mm.Participant("m", offers=[mm.Offer()], capacity=number, availability="Mon-Fri 9-12")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format="thrice")]) for k in range(number)]
    cohort = mm.Cohort(people)
    pairs = [("m", f"e{k}") for k in range(number)]
    return cohort, mm.matching_from_pairs(cohort, pairs), {}


def test_no_search_is_needed_where_the_cheapest_dates_of_all_can_be_held(monkeypatch):
    monkeypatch.setattr(dates_by_component, "best_together", None)
    tasks = tasks_of(*rivals(1))
    found = place(tasks)
    assert found == Placed(found.dates, total(tasks, found.dates), exact=True)
    assert None not in found.dates


@pytest.mark.parametrize("forms", [("long", "single"), ("single", "long")])
def test_a_short_session_goes_before_a_long_one_in_any_order(forms):
    people = [mm.Participant("m", offers=[mm.Offer()], capacity=2, availability="Mon 9-12")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format=form)]) for k, form in enumerate(forms)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("m", "e0"), ("m", "e1")])
    found = dict(zip(forms, place(tasks_of(cohort, matching, {})).dates, strict=True))
    assert found["long"][0] - found["single"][0] == 60


@pytest.mark.parametrize("most", [3, 4, 5, 6])
def test_what_others_use_of_a_limit_is_not_there_for_a_match(most):
    """One match has its three sessions in March: the next one has what the month leaves, and the rest in April."""
    cohort, matching, _ = rivals(2)
    tasks = tasks_of(cohort, matching, {"diaries": {"m": mm.scheduling.Diary(per_month=most)}})
    first = cheapest_dates(tasks[0])
    others = Surroundings([tasks[0]], [first])
    found = inserted(tasks[1], others)
    april = instant("2027-04-01T00:00Z")
    left = others.left_for(replace(tasks[1], limits=()))
    ways = []
    for in_march in range(most - 3 + 1):
        inside = [(times < april) == (k < in_march) for k, times in enumerate(left.starts)]
        chosen = cheapest_dates(left.kept(inside))
        ways += [] if chosen is None else [cost(tasks[1], chosen)]
    assert max(first) < april
    assert cost(tasks[1], found) == min(ways)
    assert fits(tasks, [first, found])
