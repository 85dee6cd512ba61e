"""No reason claims what is not so: each is judged by what the oracle finds by trying every matching."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from claims import judged, told
from claims_of_pairs import Judge
from mmatch import Offer, Participant, Request
from strategies import examples


@given(seed=st.integers(0, 10**9))
@examples(300)
def test_what_reasons_claim_is_so(seed):
    _, false = judged("pairs", seed)
    assert not false


@given(seed=st.integers(0, 10**9))
@examples(300)
def test_it_is_so_under_every_rule_and_aim(seed):
    _, false = judged("wide", seed)
    assert not false


def test_the_judge_sees_forged_reasons():
    """A judge that finds nothing is worth nothing: each claim is bent once, and each time it says so."""
    from dataclasses import replace

    people = [Participant("m0", offers=[Offer("x")], capacity=1), Participant("m1", offers=[Offer("y")], capacity=1)]
    people += [Participant(f"e{k}", requests=[Request("x")]) for k in range(2)] + [
        Participant("e2", requests=[Request("z")])
    ]
    cohort = mm.Cohort(people, scores={(m, e): 1 for m in ("m0", "m1") for e in ("e0", "e1", "e2")})
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    result = mm.solve(cohort, program)
    judge = Judge(cohort, program, result)
    found = [reason for reason in mm.reasons(cohort, result) if reason.kind != "score"]
    assert Counter(reason.kind for reason in found) == {"shortage": 1, "outranked": 1, "no_offer": 1}
    for reason in found:
        assert judge.faults(reason) == []
        for key, value in reason.facts.items():
            bent = {int: lambda v: v + 1, float: lambda v: v + 1, tuple: lambda v: v[:-1], type(None): lambda _: 0}
            forged = replace(reason, facts={**reason.facts, key: bent[type(value)](value)})
            if key != "rival":
                assert judge.faults(forged), (reason.kind, key)
    assert judge.faults(replace(found[0], kind="no_offer", who=("e0",), topic="x"))


def test_the_judge_sees_forged_scores_and_prices():
    from dataclasses import replace

    seen = set()
    for judge, reason in (pair for seed in range(80) for pair in told("wide", seed)):
        if judge is None or reason.kind not in {"score", "price"}:
            continue
        if judge.result.matching.pairs().count((*reason.who, reason.topic)) > 1:
            continue  # two seats of the same two people: either may be meant
        for key, value in reason.facts.items():
            numbers = [((name, worth + 1), *value[1:]) for name, worth in value[:1]] if key == "counts" else []
            others = [value + 1] if isinstance(value, int | float) else [*numbers, *([value[:-1]] if value else [])]
            others = ["nobody"] if isinstance(value, str) else others
            for other in [] if value is None else others:
                faults = judge.faults(replace(reason, facts={**reason.facts, key: other}))
                assert [fault for fault in faults if not fault.startswith("it does not say")], (reason.message, key)
                seen.add(key)
    assert seen >= {"met", "missed", "counts", "steps", "loss"}


def test_the_judge_sees_a_forged_price_of_one_more_place():
    from dataclasses import replace

    people = [Participant("m", offers=[Offer("x")], capacity=1)]
    cohort = mm.Cohort([*people, *(Participant(e, requests=[Request("x")]) for e in "abc")], scores={("m", "c"): -2})
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Linked([("a", "b")])], aims=[mm.aims.Fit()]))
    judge = Judge(cohort, result.program, result)
    (reason,) = [reason for reason in mm.reasons(cohort, result) if reason.who == ("c",)]
    assert reason.message == "c: m could take them on x, but that lowers “the sum of scores” by 2"
    assert (reason.facts["loss"], judge.faults(reason)) == (2, [])
    for bent in ({"loss": 3}, {"tier": 1}, {"mentor": "a"}, {"offer": "m/y"}):
        faults = judge.faults(replace(reason, facts={**reason.facts, **bent}))
        assert [fault for fault in faults if not fault.startswith("it does not say")], bent


def test_a_limit_of_the_mentee_is_told_as_such():
    """With AtMost(1) it said "only x3 may mentor them" of somebody who already had a mentor."""
    people = [
        Participant("x1", offers=[Offer("data")], capacity=3),
        Participant("x3", offers=[Offer("law")], capacity=3),
    ]
    people += [
        Participant("s1", requests=[Request("data"), Request("law")]),
        Participant("s2", requests=[Request("law")]),
    ]
    cohort = mm.Cohort(people)
    found = mm.reasons(cohort, mm.solve(cohort, mm.Program(rules=[mm.rules.AtMost(1)])))
    (reason,) = [reason for reason in found if reason.kind != "score"]
    assert (reason.kind, reason.who) == ("limit", ("s1",))
    assert reason.message == "s1: they have 1 place already, and may have no more: nobody gets more than one mentor"


def test_a_seat_that_a_lock_takes_is_no_seat_for_the_others():
    """It said "this request asks for 1 seat and can only have 1"."""
    people = [Participant("m1", offers=[Offer("x")], capacity=1)]
    people += [Participant(name, requests=[Request("x")]) for name in "ef"]
    cohort = mm.Cohort(people)
    found = mm.reasons(cohort, mm.solve(cohort, mm.Program(rules=[mm.rules.Lock([("m1", "f")])])))
    (reason,) = [reason for reason in found if reason.kind != "score"]
    assert reason.message == "e: the only mentor for them on x, m1, can take nobody more"


def test_linked_people_are_told_what_stands_in_the_way():
    """It said "none was chosen by milp"."""
    people = [Participant("m", offers=[Offer("x")], capacity=2), Participant("n", offers=[Offer("x")], capacity=1)]
    people += [Participant(name, requests=[Request("x")]) for name in "abcd"]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Linked([("a", "b")]), mm.rules.Lock([("m", "a")])]))
    told = {reason.who[0]: reason for reason in mm.reasons(cohort, result) if reason.kind != "score"}
    assert set(told) == set("cd") - {e for _, e, _ in result.matching.pairs()}
    assert all(reason.message.endswith("m, n are full") for reason in told.values())


def test_a_difference_of_sums_is_no_price_of_a_chain():
    """It said "for a place, e1 would lose theirs, which counts the same", where the two sides' ranks drift apart."""
    people = [Participant("m", offers=[Offer("x")], mentee_ranks=["a", "b"])]
    people += [Participant("a", requests=[Request("x")], ranks=["m"]), Participant("b", requests=[Request("x")])]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.EqualSides()]))
    assert result.matching.pairs() == [("m", "a", "x")]
    told = [reason.message for reason in mm.reasons(cohort, result) if reason.kind != "score"]
    assert told == ["b: 2 people ask for a mentor on x; m can take 1 of them"]


def test_who_gives_way_at_the_same_site_changes_nothing_for_the_sites():
    """It said that e1 in the place of e2, who is at the same site, lowers “equal chances by site”."""
    people = [Participant("m", offers=[Offer("x")], capacity=2), Participant("e0", requests=[Request("x")])]
    people += [Participant(f"e{k}", requests=[Request("x", mentors=k)], site="Oslo") for k in (1, 2)]
    people += [Participant("n", offers=[Offer("x")], capacity=0)]
    cohort = mm.Cohort([*people, Participant("e3", requests=[Request("x")], site="Rome")])
    aims = [mm.aims.Coverage(), mm.aims.Parity("site"), mm.aims.Served(["e3", "e2", "e1"], in_order=True)]
    result = mm.solve(cohort, mm.Program(aims=aims))
    assert {mentee for _, mentee, _ in result.matching.pairs()} == {"e0", "e2"}
    (told,) = [r for r in mm.reasons(cohort, result) if r.kind == "outranked" and r.who[0] == "e1"]
    assert (told.facts["tier"], told.facts["loss"], told.who) == (2, 1, ("e1", "e2"))


def test_a_mentor_with_two_offers_is_full_once():
    """It said "m, m are full"."""
    people = [Participant("m", offers=[Offer("x"), Offer("y")], capacity=1)]
    people += [Participant(name, requests=[Request(("x", "y"))]) for name in "abcd"]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Linked([("a", "b")])]))
    ((_, met, _),) = result.matching.pairs()
    (told,) = [reason for reason in mm.reasons(cohort, result) if reason.who[0] in {"c", "d"} - {met}]
    assert (told.message, told.facts["full"]) == (f"{told.who[0]}: m is full", ("m",))


@pytest.mark.parametrize("other", [mm.rules.Everyone(), mm.rules.AtMost(2)])
def test_a_limit_is_told_by_the_rule_that_sets_it(other):
    """It said "they have 1 place already, and may have no more: every mentee gets a mentor"."""
    people = [Participant(name, offers=[Offer("x")]) for name in ("m", "n")]
    cohort = mm.Cohort([*people, Participant("e", requests=[Request("x", mentors=2)])])
    for rules in ([mm.rules.AtMost(1), other], [other, mm.rules.AtMost(1)]):
        found = mm.reasons(cohort, mm.solve(cohort, mm.Program(rules=rules)))
        (told,) = [reason for reason in found if reason.kind == "limit"]
        assert told.message == "e: they have 1 place already, and may have no more: nobody gets more than one mentor"
