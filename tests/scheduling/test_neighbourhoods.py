"""Components too large for one model: the search ends, is never worse than its start, and its bound is honest."""

import random

import numpy as np
import pytest
from hypothesis import given

import mmatch as mm
from dated import faults, planned
from dates_oracle import FORMATS, START, questions
from mmatch.instance import Watch
from mmatch.scheduling import dates_by_component, large_components
from mmatch.scheduling.dates_by_component import RunLimits, place
from mmatch.scheduling.feasibility import Rooms, fits, total, worth
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.insertion import Surroundings, inserted, inserted_together
from mmatch.scheduling.large_components import NeighbourhoodSearch, RoomPrices
from mmatch.scheduling.single_match import cheapest_dates, cost
from mmatch.scheduling.tasks import task_of
from strategies import examples

SPAN = {"start": "2027-01-11", "end": "2027-01-22"}
HALVES = [f"{day} {hours}" for day in ("Mon", "Tue", "Wed", "Thu") for hours in ("9-11", "14-16")]


def crowd(teams=3, mentors=9, seed=0):
    """Every mentor meets every team in one of a few hours: one component."""
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


DIARIES = {f"e{k}": mm.scheduling.Diary(per_day=5) for k in range(3)}


def test_the_search_ends_without_a_limit_and_says_what_is_left_open(monkeypatch):
    """Hours of a search that nothing bounded: an office-hours marathon of 422 talks never came back."""
    monkeypatch.setattr(dates_by_component, "LARGE", 20)
    monkeypatch.setattr(dates_by_component, "PROOF", 0.1)
    question = crowd()
    found = planned(*question, **SPAN, diaries=DIARIES)
    assert faults(question[0], question[2], found) == []
    assert len(found.plans) == len(question[2])
    assert found.status == "optimal" or found.bound > found.value
    assert found == planned(*question, **SPAN, diaries=DIARIES)


@pytest.mark.parametrize("adjacent", [0, 500])
@pytest.mark.parametrize("seed", range(3))
def test_a_neighbourhood_keeps_everything_and_is_never_worse(seed, adjacent):
    cohort, _, matching = crowd(teams=3, mentors=8, seed=seed)
    diaries = {k: DIARIES[k] for k in ("e0", "e1")}
    wishes = mm.scheduling.Wishes(adjacent=adjacent)
    empty = planned(cohort, mm.Program(), mm.Matching(), **SPAN, diaries=diaries, wishes=wishes)
    tasks = [task_of(match, "single", FreeTime(cohort, empty.settings)) for match in matching]
    start = [None] * len(tasks)
    for k, task in reversed(list(enumerate(tasks))):
        start[k] = inserted(task, Surroundings(tasks, start))
    search = NeighbourhoodSearch(tasks, start, [cheapest_dates(task) for task in tasks], ())
    search.run(Watch())
    assert fits(tasks, search.dates)
    assert worth(tasks, search.dates) >= worth(tasks, start)


def tasks_of(cohort, matching, **options):
    span = {"start": START, "end": "2026-04-04", "hours": "", "grain": 60, "formats": FORMATS}
    empty = planned(cohort, mm.Program(), mm.Matching(), **{**span, **options})
    calendars = FreeTime(cohort, empty.settings)
    names = {person.id: person.requests[0].format for person in cohort if person.requests}
    tasks = [task_of(match, names[match.mentees[0]], calendars) for match in matching]
    return tasks, [Rooms(site, len(rooms)) for site, rooms in empty.settings.rooms.items()]


@given(question=questions())
@examples(60)
def test_the_bound_is_never_below_what_the_best_dates_are_worth(question):
    cohort, matching, options = question
    tasks, rooms = tasks_of(cohort, matching, **options)
    best = place(tasks, None, rooms)
    assert best.exact
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates_by_component, "LARGE", 0)
        patch.setattr(dates_by_component, "LARGE_WITH_ROOMS", 0)
        patch.setattr(dates_by_component, "PROOF", 0.0)
        patch.setattr(large_components, "FIRST_SIZE", 2)
        patch.setattr(large_components, "SIZES", (2, 2))
        found = place(tasks, None, rooms)
    assert fits(tasks, found.dates, rooms)
    (most, least), reached, optimum = found.bound, total(tasks, found.dates), total(tasks, best.dates)
    assert (reached[0], -reached[1]) <= (optimum[0], -optimum[1]) <= (most, -least)
    assert not found.exact or reached == optimum


def test_rooms_that_others_take_are_not_there_for_two():
    """Two rooms, one of them taken at nine: of two matches that would like to meet at nine one waits."""
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()], site="Rome") for k in range(3)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format="meet")], site="Rome") for k in range(3)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [(f"m{k}", f"e{k}") for k in range(3)])
    tasks, rooms = tasks_of(cohort, matching, rooms={"Rome": 2}, hours="Mon 9-11")
    nine = cheapest_dates(tasks[0])
    found = inserted_together(tasks[1:], Surroundings(tasks[:1], [nine], rooms), [None, None], Watch())
    assert sorted(found.dates) == [nine, (nine[0] + 60,)]
    assert fits(tasks, [nine, *found.dates], rooms)


def test_a_bound_that_prices_rooms_knows_who_must_wait(monkeypatch):
    """One room, and three matches that all want nine: one waits an hour, one two, and the bound says so."""
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()], site="Rome") for k in range(3)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format="meet")], site="Rome") for k in range(3)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [(f"m{k}", f"e{k}") for k in range(3)])
    tasks, rooms = tasks_of(cohort, matching, rooms={"Rome": 1}, hours="Mon 9-12")
    alone = sum(cost(task, cheapest_dates(task)) for task in tasks)
    best = place(tasks, None, rooms)
    assert best.exact
    assert total(tasks, best.dates) == (3, alone + 60 + 120)
    bound = dates_by_component._bound_with_rooms(tasks, rooms, (3, alone), (3, alone + 180), RunLimits())
    assert bound[0] == 3
    assert alone + 120 <= bound[1] <= alone + 180


def test_prices_of_rooms_are_paid_by_those_who_are_in_them():
    """Nine to ten costs 7 and 5 a half hour: a session at nine pays 12, one at half past nine 5, one at ten nothing."""
    people = [mm.Participant("m", offers=[mm.Offer()], site="Rome")]
    people += [mm.Participant("e", requests=[mm.Request(format="meet")], site="Rome")]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("m", "e")])
    (task,), rooms = tasks_of(cohort, matching, rooms={"Rome": 2}, hours="Mon 9-11", grain=30)
    prices = RoomPrices([task], rooms)
    assert not prices.missing([cheapest_dates(task)]).any()  # a room more than needed costs nothing
    missing = np.zeros_like(prices.prices)
    missing[0, :2] = 7, 5
    prices = prices.raised(missing, 1.0)
    assert prices.of_all_rooms == 2 * (7 + 5)
    (dearer,) = prices.added()
    assert (dearer.prices[0] - task.prices[0]).tolist()[:3] == [12, 5, 0]
    assert prices.missing([cheapest_dates(task)])[0, :3].tolist() == [-1, -1, 0]
    assert prices.raised(prices.missing([None]), 1000.0).of_all_rooms == 0
