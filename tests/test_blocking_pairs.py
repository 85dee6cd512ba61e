"""Blocking pairs: the arrays against the definitions written out, on every notion."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.candidates.blocking import KINDS
from mmatch.stable import BlockingPair
from oracle import Oracle
from stable_oracle import Slow
from strategies import cohorts, examples, rules_for, some_seats

NOTIONS = KINDS[:3]


@st.composite
def matched(draw, **options):
    """A cohort, a program for pairs, and any choice of edges that keeps upper limits."""
    cohort = draw(cohorts(ranked=True, least_loads=False, **options))
    plain = [rule for rule in rules_for(cohort) if rule.name in {"Check", "Differs", "Forbid", "LevelGap"}]
    program = mm.Program(rules=draw(st.lists(st.sampled_from(plain), max_size=1)))
    return Slow(cohort, program, draw(some_seats(Oracle(cohort, program))))


def found(slow, kind):
    pairs = mm.blocking_pairs(slow.oracle.cohort, slow.oracle.program, slow.matching(), kind)
    told = [(p.mentor, p.mentee, p.topic) for p in pairs]
    assert told == sorted(set(told))
    return set(told)


@examples(700)
@given(matched())
def test_arrays_and_definitions_agree(slow):
    for kind in KINDS:
        assert found(slow, kind) == slow.pairs(kind), kind


@examples(300)
@given(matched(scored=False))
def test_a_stronger_notion_has_more_blocking_pairs(slow):
    weak, strong, super_ = (found(slow, kind) for kind in NOTIONS)
    assert weak <= strong <= super_
    assert found(slow, "envy") <= weak


def rankings(mentees, mentors, pairs, kind="weak", **options):
    cohort = mm.Cohort.from_rankings(mentees, mentors, **options)
    matching = mm.matching_from_pairs(cohort, pairs)
    return [(p.mentor, p.mentee, p.topic) for p in mm.blocking_pairs(cohort, mm.Program(), matching, kind)]


def test_strict_lists_of_two_and_two():
    mentees, mentors = {"e1": ["x", "y"], "e2": ["x", "y"]}, {"x": ["e1", "e2"], "y": ["e1", "e2"]}
    assert rankings(mentees, mentors, [("x", "e1"), ("y", "e2")]) == []
    assert rankings(mentees, mentors, [("x", "e2"), ("y", "e1")]) == [("x", "e1", "")]
    assert rankings(mentees, mentors, [("x", "e2")]) == [("x", "e1", ""), ("y", "e1", "")]
    assert len(rankings(mentees, mentors, [])) == 4


def test_one_tie_tells_the_notions_apart():
    """Both mentees want x alone; x cannot tell them apart: weakly stable, not strongly."""
    case = ({"e1": ["x"], "e2": ["x"]}, {"x": [["e1", "e2"]]}, [("x", "e1")])
    assert [len(rankings(*case, kind)) for kind in NOTIONS] == [0, 1, 1]
    # e minds neither, and y gains: strong and super stability object; where y gains nothing, only super does
    case = ({"e": [["x", "y"]]}, {"x": ["e"], "y": ["e"]}, [("x", "e")])
    assert [len(rankings(*case, kind)) for kind in NOTIONS] == [0, 1, 1]
    case = ({"e1": [["x", "y"]], "e2": ["y"]}, {"x": ["e1"], "y": [["e1", "e2"]]}, [("x", "e1"), ("y", "e2")])
    assert [len(rankings(*case, kind)) for kind in NOTIONS] == [0, 0, 1]


def test_moving_to_another_offer_of_the_same_mentor():
    """e sits on p; p and q are both of x. Wanting q more blocks; minding neither blocks only super-stability."""
    options = {"offers": {"p": "x", "q": "x"}, "capacity": 1}
    for mentees, expected in (({"e": ["q", "p"]}, [1, 1, 1]), ({"e": [["p", "q"]]}, [0, 0, 1])):
        cohort = mm.Cohort.from_rankings(mentees, {"x": ["e"]}, **options)
        matching = mm.matching_from_pairs(cohort, [("x", "e", "p")])
        counts = [len(mm.blocking_pairs(cohort, mm.Program(), matching, kind)) for kind in NOTIONS]
        assert counts == expected


def test_seats_of_offers_and_mentors_without_any():
    mentees = {"e1": ["p"], "e2": ["q", "p"]}
    options = {"offers": {"p": "x", "q": "x"}, "capacity": 2, "offer_capacity": {"p": 1, "q": 0}}
    cohort = mm.Cohort.from_rankings(mentees, {"x": ["e2", "e1"]}, **options)
    matching = mm.matching_from_pairs(cohort, [("x", "e1", "p")])
    assert mm.blocking_pairs(cohort, mm.Program(), matching) == [BlockingPair("x", "e2", "p")]
    none = mm.Cohort.from_rankings(mentees, {"x": ["e2", "e1"]}, **{**options, "capacity": 0})
    empty = mm.matching_from_pairs(none, [])
    assert [mm.blocking_pairs(none, mm.Program(), empty, kind) for kind in NOTIONS] == [[], [], []]


def test_a_seat_with_somebody_whom_the_list_leaves_out_is_given_up_gladly():
    cohort = mm.Cohort.from_rankings({"e": ["x"]}, {"x": ["e"], "y": ["e"]})
    matching = mm.matching_from_pairs(cohort, [("y", "e")])
    assert mm.blocking_pairs(cohort, mm.Program(), matching) == [BlockingPair("x", "e", "")]


def group(least, most, *, groups=None):
    mentor = mm.Participant("x", offers=[mm.Offer("a", id="a"), mm.Offer("b", id="b")], capacity=6, groups=groups)
    mentees = [mm.Participant(f"e{k}", requests=[mm.Request("a" if k < 3 else "b")]) for k in range(4)]
    cohort, program = mm.Cohort([mentor, *mentees]), mm.Program(group=(least, most))
    return cohort, program, mm.matching_from_pairs(cohort, [("x", "e0", "a"), ("x", "e1", "a")], program)


def test_nobody_opens_a_group_alone():
    """e2 joins the open group on a; e3 alone is too few for one on b."""
    assert mm.blocking_pairs(*group(2, 3)) == [BlockingPair("x", "e2", "a")]
    assert mm.blocking_pairs(*group(1, 3)) == [
        BlockingPair("x", "e2", "a"),
        BlockingPair("x", "e3", "b"),
    ]
    assert mm.blocking_pairs(*group(2, 2)) == []
    assert mm.blocking_pairs(*group(1, 3, groups=1)) == [BlockingPair("x", "e2", "a")]


def test_bad_arguments_are_told():
    cohort, program, matching = group(1, 1)
    with pytest.raises(mm.InputError, match="expected one of weak, strong, super"):
        mm.blocking_pairs(cohort, program, matching, "firm")
    with pytest.raises(mm.InputError, match=r"expected a Matching, such as result\.matching"):
        mm.blocking_pairs(cohort, program, [("x", "e0")])
    with pytest.raises(mm.InputError, match="no such offer or request"):
        mm.blocking_pairs(mm.Cohort([]), program, matching)


def test_a_request_for_two_mentors_has_an_empty_seat_until_both_come():
    mentors = [mm.Participant(name, offers=[mm.Offer()]) for name in ("x", "y")]
    cohort = mm.Cohort([*mentors, mm.Participant("e", requests=[mm.Request(mentors=2)])])
    one = mm.matching_from_pairs(cohort, [("x", "e")])
    assert mm.blocking_pairs(cohort, mm.Program(), one) == [BlockingPair("y", "e", "")]
    both = mm.matching_from_pairs(cohort, [("x", "e"), ("y", "e")])
    assert mm.blocking_pairs(cohort, mm.Program(), both, "super") == []
