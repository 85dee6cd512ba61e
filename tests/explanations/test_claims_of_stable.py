"""No reason of a stable matching claims what is not so: lists, seats and draws are looked up one by one."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from claims import judged, told
from claims_of_stable import StableJudge
from mmatch import Offer, Participant, Request
from strategies import examples


@given(seed=st.integers(0, 10**9))
@examples(600)
def test_what_reasons_claim_is_so(seed):
    _, false = judged("stable", seed)
    assert not false


def bent(facts):
    """(what is bent, the facts bent there) once for every claim."""
    for key, value in facts.items():
        if isinstance(value, tuple) and value:
            yield key, {**facts, key: value[:-1]}
        elif key in {"wish", "asked"}:
            yield key, {**facts, key: 1 if value is None else value + 1}
    if facts["preferred"]:
        first = facts["preferred"][0]
        yield (
            "taken for alike",
            {**facts, "preferred": facts["preferred"][1:], "alike": ((first, "nobody"), *facts["alike"])},
        )


def test_the_judge_sees_forged_reasons():
    seen = set()
    for judge, reason in (pair for seed in range(80) for pair in told("stable", seed)):
        if isinstance(judge, StableJudge) and reason.facts:
            for what, facts in bent(reason.facts):
                faults = judge.faults(replace(reason, facts=facts))
                assert [fault for fault in faults if not fault.startswith("it does not say")], (reason.message, what)
                seen.add(what)
            assert judge.faults(replace(reason, message="nothing"))
            assert judge.faults(replace(reason, who=(reason.who[0], "nobody")))
            assert judge.faults(replace(reason, kind="shortage"))
    assert seen >= {"wish", "asked", "preferred", "alike", "own", "taken for alike"}


def test_the_judge_draws_the_lottery_again():
    lists = {"a": ["x"], "b": ["x"]}, {"x": [["a", "b"]]}
    cohort = mm.Cohort.from_rankings(*lists)
    outcomes = set()
    for seed in range(6):
        result = mm.solve(cohort, solver="stable", seed=seed)
        judge = StableJudge(cohort, result.program, result)
        (reason,) = [r for r in mm.reasons(cohort, result) if r.kind == "outranked"]
        assert judge.faults(reason) == []
        others = [
            replace(
                reason, facts={**reason.facts, "seed": k}, message=reason.message.replace(f"seed {seed}", f"seed {k}")
            )
            for k in range(6)
        ]
        outcomes |= {bool(judge.faults(other)) for other in others}
    assert outcomes == {True, False}


def test_nobody_is_outranked_by_themselves():
    """It said "m likes them and e alike, and the lottery drew e" to e, who has two requests."""
    people = [Participant("m", offers=[Offer("law"), Offer("data")], capacity=1, mentee_ranks=["e"])]
    people.append(Participant("e", requests=[Request("law"), Request("data")], ranks=["m"]))
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(), solver="stable")
    (reason,) = [r for r in mm.reasons(cohort, result) if r.kind == "outranked"]
    ((_, _, has),) = result.matching.pairs()
    waits = {"law": "data", "data": "law"}[has]
    assert reason.who == ("e",)
    assert reason.message == (
        f"e: they have no mentor on {waits}; 1 wish asked in vain; m has them on {has} already; none of them would swap"
    )


def test_a_wish_is_counted_as_the_list_counts_it():
    """It said "they have wish 2" of the third on the list, where a rule keeps them from the first."""
    people = [Participant(name, offers=[Offer("x")], mentee_ranks=["f", "e"]) for name in ("m1", "m2", "m3")]
    people += [Participant("e", requests=[Request("x")], ranks=["m1", "m2", "m3"])]
    people += [Participant("f", requests=[Request("x")], ranks=["m2", "m1", "m3"])]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Forbid([("m1", "e")])]), solver="stable")
    (reason,) = [r for r in mm.reasons(cohort, result) if r.kind == "outranked"]
    text = "they have wish 3 on x; 1 better wish asked in vain; m2 took mentees whom they prefer"
    assert reason.message == f"e: {text}; none of them would swap"
    assert (reason.facts["wish"], reason.facts["asked"]) == (3, 1)
