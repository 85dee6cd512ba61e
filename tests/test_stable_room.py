"""All stable matchings, and lists worked out from scores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from stable_oracle import rankings
from strategies import examples


@pytest.mark.parametrize("projects", [False, True])
@given(data=st.data())
@examples(200)
def test_every_stable_matching_is_listed_once(projects, data):
    world = data.draw(rankings(projects=projects, most_mentees=5, most_mentors=4))
    found = [sorted(m.pairs()) for m in mm.stable.stable_matchings(world.cohort(mm))]
    wanted = [world.pairs(chosen) for chosen in world.stable()]
    assert sorted(found) == sorted(wanted)
    assert found[0] == sorted(mm.solve(world.cohort(mm), solver="stable").matching.pairs())


def test_a_latin_square_of_three_has_three():
    ring = ["x", "y", "z"]
    mentees = {name: ring[k:] + ring[:k] for k, name in enumerate("abc")}
    mentors = {"x": ["b", "c", "a"], "y": ["c", "a", "b"], "z": ["a", "b", "c"]}
    cohort = mm.Cohort.from_rankings(mentees, mentors)
    assert len(mm.stable.stable_matchings(cohort)) == 3
    with pytest.raises(mm.errors.LimitError, match="more than 2 stable matchings"):
        mm.stable.stable_matchings(cohort, most=2)
    with pytest.raises(mm.InputError, match="most"):
        mm.stable.stable_matchings(cohort, most=0)


def test_what_cannot_be_listed_is_told():
    tied = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]})
    with pytest.raises(mm.InputError, match="rotations need strict lists"):
        mm.stable.stable_matchings(tied)
    loaded = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]}, min_load=1)
    with pytest.raises(mm.errors.UnsupportedError, match="least load"):
        mm.stable.stable_matchings(loaded)


def test_lists_from_scores_are_visible_and_equal_scores_are_ties():
    cohort = mm.Cohort.from_scores(
        [[3, 3, 1], [2, 5, float("nan")]], capacity=1, mentees=["a", "b"], mentors=["x", "y", "z"]
    )
    ranked = mm.stable.rank_by(cohort, mm.aims.Fit())
    assert ranked["a"].ranks == (("x", "y"), "z")
    assert ranked["b"].ranks == ("y", "x")
    assert ranked["y"].mentee_ranks == ("b", "a")
    assert ranked["z"].mentee_ranks == ("a",)
    assert cohort["a"].ranks is None
    result = mm.solve(ranked, solver="stable")
    assert sorted(result.matching.pairs()) == [("x", "a", ""), ("y", "b", "")]
    assert mm.verify(ranked, mm.Program(), result) == []
    assert mm.stable.rank_by(ranked, mm.aims.Fit()) == ranked


def test_mentors_who_rank_nobody_take_the_more_urgent_first():
    people = [mm.Participant(f"e{k}", requests=[mm.Request(priority=k % 2)], ranks=("x",)) for k in range(3)]
    cohort = mm.Cohort([mm.Participant("x", offers=[mm.Offer()]), *people])
    ranked = mm.stable.rank_by(cohort, mm.aims.Priority(), side="mentor")
    assert ranked["x"].mentee_ranks == ("e1", ("e0", "e2"))
    assert mm.solve(ranked).matching.pairs() == [("x", "e1", "")]
    for wrong in ({"side": "all"}, {"aim": mm.aims.Coverage()}):
        with pytest.raises(mm.InputError, match="expected"):
            mm.stable.rank_by(cohort, **{"aim": mm.aims.Priority(), **wrong})


def test_offers_of_one_mentor_are_ranked_apart():
    mentor = mm.Participant("x", offers=[mm.Offer("data", id="p"), mm.Offer("statistics", id="q")])
    mentee = mm.Participant("e", requests=[mm.Request("statistics")])
    cohort = mm.Cohort([mentor, mentee], topics={"statistics": "data"})
    assert mm.stable.rank_by(cohort, mm.aims.TopicFit(), side="mentee")["e"].ranks == ("q", "p")


def test_two_offers_of_one_mentor_that_meet_one_request_are_a_tie():
    """The lists were taken for strict, and the judge refused the answer: SolverError in 1 of 440 random questions."""
    ann = mm.Participant("ann", offers=[mm.Offer("data"), mm.Offer()], mentee_ranks=("eva",))
    eva = mm.Participant("eva", requests=[mm.Request("data")], ranks=("ann",))
    result = mm.solve(mm.Cohort([ann, eva]), mm.Program(), solver="stable")
    assert len(result.matching) == 1
    assert not mm.verify(mm.Cohort([ann, eva]), result.program, result)
