"""Recommendations: each place that is shown can be had as it says, and no better one is missed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.repairs import Place, alternates, recommend
from oracle import Oracle
from repairs.questions import question
from strategies import examples


@given(seed=st.integers(0, 10**6))
@examples(100)
def test_places_are_all_that_there_are_and_their_order_is_that_of_the_aims(seed):
    """Every valid matching in which somebody has a place more and at most one other person has another mentor."""
    cohort, program, draw = question(seed)
    before = mm.solve(cohort, program)
    old = {mentee: mentor for mentor, mentee, _ in before.matching.pairs()}
    waits = [person.id for person in cohort if person.requests and person.id not in old]
    if not waits:
        return
    who = draw.choice(waits)
    oracle, wanted = Oracle(cohort, before.program), {}
    for chosen in oracle.matchings():
        now = {oracle.requests[i][0].id: oracle.offers[k][0].id for i, k in chosen}
        moved = tuple((e, old[e], now[e]) for e in old if e in now and now[e] != old[e])
        if now.keys() == {*old, who} and len(moved) <= 1:
            rank = (len(moved), tuple(-x for x in oracle.value(chosen)))
            wanted[now[who], moved] = min(rank, wanted.get((now[who], moved), rank))
    found = recommend(cohort, before, who, 100)
    assert {(place.mentor, place.moves) for place in found} == wanted.keys()
    ranks = [wanted[place.mentor, place.moves] for place in found]
    assert ranks == sorted(ranks)


@pytest.fixture
def people():
    """Ann is full; Bob has a place, but not for Finn; Dora, who is with Ann, could move to Bob."""
    cohort = mm.Cohort(
        [
            Participant("ann", name="Ann", offers=[Offer("data"), Offer("law")]),
            Participant("bob", name="Bob", offers=[Offer("data")]),
            Participant("dora", name="Dora", requests=[Request("data")]),
            Participant("finn", name="Finn", requests=[Request("law")]),
        ]
    )
    return cohort, mm.evaluate(cohort, mm.Program(), [("ann", "dora")])


def test_a_chain_of_one_is_told(people):
    cohort, result = people
    (place,) = recommend(cohort, result, "finn")
    assert str(place) == "Finn with Ann on law: Dora moves from Ann to Bob; raises “seats filled” by 1"
    assert place.changes == (Place("ann", "finn"), Place("bob", "dora"))
    made = mm.repair(cohort, result, place.changes)
    assert [pair[:2] for pair in made.result.matching.pairs()] == [("ann", "finn"), ("bob", "dora")]


def test_somebody_with_a_mentor_is_shown_others_and_a_mentor_who_waits(people):
    cohort, result = people
    assert [str(place) for place in recommend(cohort, result, "dora")] == ["Dora with Bob on data: no aim changes"]
    assert [place.mentee for place in recommend(cohort, result, "ann")] == ["finn"]
    assert alternates(cohort, result) == {"ann": ("finn",)}


def test_a_seat_in_an_open_group():
    cohort = mm.Cohort(
        [
            Participant("ann", name="Ann", offers=[Offer("data")]),
            *(Participant(e, requests=[Request("data")]) for e in ("d", "e", "f")),
        ]
    )
    program = mm.Program(group=(2, 3))
    result = mm.evaluate(cohort, program, [("ann", "d"), ("ann", "e")])
    assert [place.text for place in recommend(cohort, result, "f")] == [
        "f with Ann on data: raises “seats filled” by 1"
    ]


def test_what_cannot_be_meant(people):
    cohort, result = people
    with pytest.raises(mm.InputError, match="k: found 0"):
        recommend(cohort, result, "finn", 0)
    with pytest.raises(mm.InputError, match="unknown id"):
        recommend(cohort, result, "zoe")
