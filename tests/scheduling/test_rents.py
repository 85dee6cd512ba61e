"""The bound that knows rooms: never above the best dates, and often at them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from dates_oracle import FORMATS, START, questions
from mmatch.instance import Watch
from mmatch.scheduling.components import joined_by, place
from mmatch.scheduling.feasibility import Room, total
from mmatch.scheduling.free_time import Calendars, task_of
from mmatch.scheduling.rents import _Site, least_with_rents
from strategies import examples


def tasks_of(cohort, matching, **options):
    span = {"start": START, "end": "2026-04-04", "hours": "", "grain": 60, "formats": FORMATS}
    empty = mm.schedule(cohort, mm.Program(), mm.Matching(), **{**span, **options})
    calendars = Calendars(cohort, empty.settings)
    names = {person.id: person.requests[0].format for person in cohort if person.requests}
    tasks = [task_of(match, names[match.mentees[0]], calendars) for match in matching]
    return tasks, [Room(site, len(rooms)) for site, rooms in empty.settings.rooms.items()]


def bounded(tasks, rooms, aim=None):
    """(most tasks with dates, cost at least without and with rooms)."""
    parts = joined_by([task.people for task in tasks])
    own = [place([tasks[k] for k in part]) for part in parts]
    most, cheap = (sum(one.bound[k] for one in own) for k in (0, 1))
    aim = cheap + 5000 if aim is None else aim
    return most, cheap, least_with_rents(tasks, parts, rooms, (cheap, aim), Watch())


@given(questions(), st.sampled_from([None, 200]))
@examples(60)
def test_it_is_never_above_what_the_best_dates_cost(question, more):
    cohort, matching, options = question
    tasks, rooms = tasks_of(cohort, matching, **options)
    assume(rooms)
    best = place(tasks, None, rooms)
    assert best.exact
    placed, price = total(tasks, best.dates)
    most, cheap, least = bounded(tasks, rooms, None if more is None else price + more)
    assert cheap <= least
    assert placed < most or least <= price


def rivals(number, rooms):
    """Pairs of people who all would like the same first hour in the rooms of one site."""
    people, pairs = [], []
    for k in range(number):
        people.append(mm.Participant(f"m{k}", offers=[mm.Offer()], availability="Mon 9-19", site="Rome"))
        people.append(mm.Participant(f"e{k}", requests=[mm.Request(format="meet")], site="Rome"))
        pairs.append((f"m{k}", f"e{k}"))
    cohort = mm.Cohort(people)
    wishes = mm.Wishes(evening=0)
    return tasks_of(
        cohort, mm.matching_from_pairs(cohort, pairs), rooms={"Rome": rooms}, wishes=wishes, hours="Mon 9-19"
    )


@pytest.mark.parametrize(("number", "rooms"), [(2, 1), (6, 2), (7, 3)])
def test_waiting_for_a_room_is_in_the_bound(number, rooms):
    tasks, halls = rivals(number, rooms)
    price = total(tasks, place(tasks, None, halls).dates)[1]
    _, cheap, least = bounded(tasks, halls, price)
    waiting = sum(60 * (k // rooms) for k in range(number))
    assert price == cheap + waiting
    assert cheap + 0.9 * waiting <= least <= price


def test_a_rent_is_paid_for_every_hour_that_a_session_takes():
    tasks, (hall,) = rivals(2, 1)
    site = _Site(tasks, hall)
    site.rents[:] = np.arange(len(site.rents))
    times = tasks[0].starts[0]
    assert site.rent(times, 60).tolist() == list(range(len(times)))
    assert site.rent(times[:2], 61).tolist() == [0 + 1, 1 + 2]
    assert site.rent(times[1:3] - 30, 60).tolist() == [1, 2]
    assert site.income == sum(range(len(site.rents)))
    assert site.short(tasks, {0: (int(times[1]),), 1: (int(times[1]),)}).tolist()[:3] == [0, 1, -1]
