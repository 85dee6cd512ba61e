"""What one more place is worth equals what trying every matching finds, with and without the place."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.repairs import recruits, seat_values
from oracle import Oracle
from repairs.questions import question
from strategies import examples


def best(cohort, program):
    oracle = Oracle(cohort, program)
    return max(oracle.value(chosen) for chosen in oracle.matchings())


@given(seed=st.integers(0, 10**6))
@examples(100)
def test_places_are_worth_what_they_gain(seed):
    cohort, program, _ = question(seed)
    before = mm.solve(cohort, program)
    found = seat_values(cohort, before)
    for mentor, gain in found.mentors.items():
        people = [replace(person, capacity=person.capacity + 1) if person.id == mentor else person for person in cohort]
        after = best(mm.Cohort(people), before.program)
        assert gain == tuple(a - b for a, b in zip(after, before.value, strict=True)), mentor
    assert found.topics.keys() == {
        topic for person in cohort for request in person.requests for topic in request.topics
    }
    for topic, gain in found.topics.items():
        after = best(mm.Cohort([*cohort, Participant("new", offers=[Offer(topic)], capacity=1)]), before.program)
        assert gain == tuple(a - b for a, b in zip(after, before.value, strict=True)), topic


@given(seed=st.integers(0, 10**6))
@examples(60)
def test_places_are_worth_what_they_gain_under_scores(seed):
    draw = random.Random(seed)
    people = [
        Participant(f"m{k}", offers=[Offer()], capacity=draw.choice([0, 1, 2])) for k in range(draw.randint(1, 3))
    ]
    people += [Participant(f"e{k}", requests=[Request()]) for k in range(draw.randint(2, 4))]
    pairs = [(m.id, e.id) for m in people if m.offers for e in people if e.requests]
    cohort = mm.Cohort(people, scores={pair: draw.randint(-3, 6) for pair in pairs})
    before = mm.solve(
        cohort, mm.Program(aims=draw.choice([None, [mm.aims.Fit()], [mm.aims.Coverage(), mm.aims.WorstOff()]]))
    )
    found = seat_values(cohort, before)
    assert found.topics == {}
    for mentor, gain in found.mentors.items():
        more = [replace(person, capacity=person.capacity + 1) if person.id == mentor else person for person in cohort]
        after = best(mm.Cohort(more, scores=cohort.scores), before.program)
        assert gain == tuple(a - b for a, b in zip(after, before.value, strict=True)), mentor


@pytest.fixture
def crowd():
    """Five ask for careers, of whom Ann takes two; one asks for law, which nobody offers."""
    return mm.Cohort(
        [
            Participant("ann", name="Ann", offers=[Offer("careers")], capacity=2),
            *(Participant(f"e{k}", requests=[Request("careers")]) for k in range(5)),
            Participant("f", requests=[Request("law")]),
        ]
    )


def test_where_to_look_for_mentors(crowd):
    found = recruits(crowd, mm.solve(crowd))
    assert [str(one) for one in found] == [
        "2 more mentors on careers with 2 places each would seat 3",
        "one more mentor on law with 2 places would seat 1",
    ]


def test_every_topic_has_its_worth(crowd):
    found = seat_values(crowd, mm.solve(crowd))
    assert (found.mentors["ann"][0], found.topics["careers"][0], found.topics["law"][0]) == (1, 1, 1)
