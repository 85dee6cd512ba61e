"""Late arrivals and no-shows: whoever is free meets somebody new, nobody else moves, the past stays."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.events import Rounds, repair_event
from mmatch.repairs import Joined, Left, Seats
from strategies import examples


def crowd(mentors, mentees):
    people = [Participant(f"m{k:03}", offers=[Offer()]) for k in range(mentors)]
    return mm.Cohort([*people, *(Participant(f"e{k:03}", requests=[Request()]) for k in range(mentees))])


@given(seed=st.integers(0, 10**6))
@examples(80)
def test_whoever_is_there_and_had_a_place_keeps_it(seed):
    draw = random.Random(seed)
    mentors, seats = draw.randint(2, 5), draw.choice([1, 2])
    count = draw.randint(2, max(mentors, 2))
    cohort = crowd(mentors, draw.randint(2, 6) if seats == 1 else draw.randint(2, 2 * mentors))
    limits = {"breaks": draw.choice([None, None, 1]), "tables": mentors if seats == 2 else draw.choice([None, 2])}
    fixed = {"e000": 7} if draw.random() < 0.3 else {}
    event = mm.plan_event(cohort, None, Rounds(count=count, seats=(1, seats), fixed=fixed, **limits))
    assert mm.verify(cohort, mm.Program(), event) == []
    first = draw.randint(1, count)
    ids = [person.id for person in cohort]
    gone = draw.sample(ids, draw.randint(0, 2))
    late = [Joined(Participant("late", requests=[Request()]))] if draw.random() < 0.5 else []
    try:
        made = repair_event(cohort, event, [*map(Left, gone), *late], from_round=first)
    except mm.InputError:
        assert first == 1
        return
    assert mm.verify(made.cohort, mm.Program(), made.event) == []
    for one in event:
        if one.round < first:
            assert one in list(made.event)
            continue
        for who in one.mentees:
            if not {one.mentor, who} & {*gone}:
                assert made.event.places[who, one.round].mentor == one.mentor
    assert not [who for who in gone for number in range(first, count + 1) if (who, number) in made.event.places]


def test_a_no_show_promotes_whoever_sat_out():
    """Ann and Bob, three mentees: Gia sits out in round 1; Eva, who was to be with Ann, does not come."""
    people = [Participant(m, offers=[Offer()]) for m in ("ann", "bob")]
    cohort = mm.Cohort([*people, *(Participant(e, requests=[Request()]) for e in ("eva", "finn", "gia"))])
    event = mm.plan_event(cohort, None, 1)
    (idle,) = event.sit_outs
    gone = next(iter(event)).mentees[0]
    made = repair_event(cohort, event, [Left(gone)], from_round=1)
    assert made.event.sit_outs == {}
    assert made.event.of(idle)[0].mentor == event.of(gone)[0].mentor
    assert set(made.moves) == {gone, idle, event.of(gone)[0].mentor}
    assert mm.verify(made.cohort, mm.Program(), made.event) == []


def test_a_late_mentor_takes_who_would_sit_out():
    cohort = crowd(2, 3)
    event = mm.plan_event(cohort, None, 2)
    late = Joined(Participant("m9", offers=[Offer()]))
    made = repair_event(cohort, event, [late], from_round=2)
    assert [one.round for one in made.event.of("m9")] == [2]
    assert made.event.of("m9")[0].mentees[0] in event.sit_outs
    assert set(made.moves) == {"m9", *made.event.of("m9")[0].mentees}


def test_a_tenth_that_does_not_come_is_replanned():
    cohort = crowd(100, 100)
    event = mm.plan_event(cohort, None, 4)
    draw = random.Random(1)
    gone = draw.sample([person.id for person in cohort], 20)
    made = repair_event(cohort, event, map(Left, gone), from_round=3)
    assert mm.verify(made.cohort, mm.Program(), made.event) == []
    left = [sum(who.startswith(side) for who in gone) for side in "me"]
    meetings = sum(len(one.mentees) for one in made.event if one.round > 2)
    assert meetings == 2 * (100 - max(left))


def test_repair_takes_an_event_too():
    cohort = crowd(3, 3)
    event = mm.plan_event(cohort, None, 2)
    made = mm.repair(cohort, event, [Left("e000")], from_round=2)
    assert list(made.event) == list(repair_event(cohort, event, [Left("e000")], from_round=2).event)
    with pytest.raises(mm.InputError, match="from which round"):
        mm.repair(cohort, event, [Left("e000")])


@pytest.mark.parametrize(
    ("changes", "first", "fault"),
    [
        ([Left("zoe")], 1, "expected Left or Joined of somebody who is there"),
        ([Seats("m000", 2)], 1, "expected Left or Joined"),
        ([], 9, "expected a round from 1 to 2"),
    ],
)
def test_what_cannot_be_meant(changes, first, fault):
    cohort = crowd(2, 2)
    with pytest.raises(mm.InputError, match=fault):
        repair_event(cohort, mm.plan_event(cohort, None, 2), changes, from_round=first)
