"""Reasons in a coordinator's words: names, sentences for rules and aims, nothing too long, nothing in code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from claims_questions import question_of_pairs
from mmatch import Offer, Participant, Request
from strategies import examples

CODE = re.compile(r"\w+\(|\w+=|\[|\{|\bNone\b|milp|cpsat")


def parts():
    """One of every rule and aim that ships, and the sentence for it."""
    rules, aims = mm.rules, mm.aims
    return [
        (rules.AtMost(1), "nobody gets more than one mentor"),
        (rules.AtMost(2), "nobody gets more than 2 places"),
        (rules.Differs("department"), "the two differ in department"),
        (rules.Differs(mentor="team", mentee="boss"), "the mentor's team is not the mentee's boss"),
        (rules.Same("site"), "the two share the same site"),
        (rules.Same(mentor="site", mentee="wanted"), "the mentor's site is the mentee's wanted"),
        (rules.LevelGap(1), "the mentor's level is at least 1 above the mentee's"),
        (rules.LevelGap(1, 3), "the mentor's level is 1 to 3 above the mentee's"),
        (rules.SharedTime(60, start="2027-01-11"), "both are free for 60 minutes at the same time"),
        (rules.NoRepeat(), "they have not met before"),
        (rules.NoRepeat(within=True), "nobody meets the same mentor twice"),
        (rules.Everyone(), "every mentee gets a mentor"),
        (rules.CommonSlot(["Mon 9-10"]), "everybody in a group is free at its time"),
        (
            rules.CommonSlot(["Mon 9-10"], rooms={"Rome": 1}),
            "everybody in a group is free at its time, and there is a room",
        ),
        (rules.CommonSlot(["Mon 9-10"], quorum=0.5), "enough of a group are free at its time"),
        (rules.GroupCount("site", "Rome", 2), "a group has at least 2 with site Rome"),
        (rules.DiffersWithin("site"), "the people of a group differ in site"),
        (aims.Coverage(), "seats filled"),
        (aims.Coverage("mentees"), "mentees with a mentor"),
        (aims.Fit(), "the sum of scores"),
        (aims.Shares("language"), "pairs who share language"),
        (aims.EvenLoad(), "mentees spread evenly over mentors"),
        (aims.EvenSeats(), "mentors spread evenly over mentees"),
        (aims.NewTopics(), "topics that a mentee has not talked about yet"),
    ]


@pytest.mark.parametrize(("part", "sentence"), parts())
def test_rules_and_aims_have_a_sentence(part, sentence):
    assert part.in_words == sentence


@pytest.mark.parametrize("room", [mm.rules, mm.aims])
def test_no_part_that_ships_is_without_words(room):
    from mmatch.registry.wording import TEXTS

    named = {key.partition("/")[0] for key in TEXTS}
    shipped = {name for name in dir(room) if name[0].isupper() and name not in {"Rule", "Aim", "PairAim"}}
    assert shipped - named == set()


@given(seed=st.integers(0, 10**6))
@examples(150)
def test_no_sentence_is_long_and_none_is_code(seed):
    try:
        cohort, program, _ = question_of_pairs(seed)
        result = mm.solve(cohort, program)
    except (mm.InputError, mm.errors.UnsupportedError):
        return
    for reason in mm.reasons(cohort, result):
        for clause in re.split(r"[;:.]\s", reason.message):
            assert len(clause.split()) <= 30, reason.message
        assert not CODE.search(re.sub(r"\(seed \d+\)", "", reason.message)), reason.message


def test_people_are_named_by_name_and_namesakes_with_their_ids():
    people = [
        Participant("a1", name="Kim Li", offers=[Offer("data")]),
        Participant("a2", name="Kim Li", offers=[Offer("data")]),
        *(Participant(f"e{k}", name=f"Eva {k}", requests=[Request("data")]) for k in range(3)),
    ]
    cohort = mm.Cohort(people)
    (left, *_) = [reason.message for reason in mm.reasons(cohort, mm.solve(cohort)) if reason.kind == "shortage"]
    assert re.fullmatch(
        r"Eva \d: 3 people ask for a mentor on data; Kim Li \(a1\), Kim Li \(a2\) can take 2 of them", left
    )


def test_a_match_says_which_wishes_it_meets():
    people = [
        Participant("a", offers=[Offer("data")], site="Rome", attributes={"language": "it"}),
        Participant("e", requests=[Request("data")], site="Rome", attributes={"language": "de"}),
    ]
    aims = [mm.aims.TopicFit(), mm.aims.Shares("site"), mm.aims.Shares("language")]
    cohort = mm.Cohort(people)
    (score,) = mm.reasons(cohort, mm.solve(cohort, mm.Program(aims=aims)))
    assert score.message == "a with e: on data; 2 of 3 wishes met: topic, site; not met: language"
    assert score.facts == {"met": ("topic", "site"), "missed": ("language",), "counts": (), "steps": 0}


def test_whoever_takes_any_topic_is_not_said_to_have_asked_for_none():
    people = [Participant("a", offers=[Offer("data")]), Participant("e", requests=[Request("")])]
    cohort = mm.Cohort(people)
    (score,) = mm.reasons(cohort, mm.solve(cohort))
    assert score.message == "a with e: on data; 1 of 1 wish met: topic"
