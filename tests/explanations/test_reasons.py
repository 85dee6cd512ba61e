"""Every reason is true: checked against facts, and against the oracle's own optima."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from oracle import Oracle, nearest
from stable_oracle import rankings
from strategies import cohorts, examples, questions


def told(cohort, program, **options):
    result = mm.solve(cohort, program, **options)
    return result, mm.reasons(cohort, result)


DATA = [Participant("ann", offers=[Offer("data")], capacity=2), Participant("bob", offers=[Offer("writing")])]


def ask(n, topic, **options):
    return [Participant(f"{topic}{k}", requests=[Request(topic)], **options) for k in range(n)]


def kinds(reasons, who):
    return [r.kind for r in reasons if r.who[0] == who]


def test_nobody_offers_the_topic():
    _, found = told(mm.Cohort([*DATA, *ask(1, "law")]), mm.Program())
    assert [(r.kind, r.who, r.topic, r.message) for r in found] == [
        ("no_offer", ("law0",), "law", "law0: nobody offers law")
    ]


def test_every_candidate_is_removed_and_by_which_rules():
    people = [Participant(f"m{k}", offers=[Offer("x")], attributes={"d": d}) for k, d in enumerate("aab")]
    cohort = mm.Cohort([*people, Participant("e", requests=[Request("x")], attributes={"d": "a"}, avoids=["m2"])])
    _, found = told(cohort, mm.Program(rules=[mm.rules.Differs("d")]))
    assert found[0].kind == "rules"
    assert found[0].message == (
        "e: all 3 mentors who offer x are ruled out: 2 by the rule that the two differ in d; "
        "1 by a wish to avoid each other"
    )


def test_a_shortage_names_the_requests_that_share_the_seats():
    result, found = told(mm.Cohort([*DATA, *ask(5, "data")]), mm.Program())
    lost = [m for m, _ in result.matching.unmatched]
    assert len(lost) == 3
    for who in lost:
        assert kinds(found, who) == ["shortage", "outranked"]
    assert {r.message.split(": ")[1] for r in found if r.kind == "shortage"} == {
        "5 people ask for a mentor on data; ann can take 2 of them"
    }
    assert all("lottery (seed 0)" in r.message for r in found if r.kind == "outranked")


def test_a_place_lost_by_fit_says_how_much():
    cohort = mm.Cohort.from_scores([[3, 1], [2, -5], [1, 1]], capacity=1)
    _, found = told(cohort, mm.Program(aims=[mm.aims.Fit()]))
    assert found[-1].kind == "outranked"
    assert (
        found[-1].message
        == "mentee-1: for a place, mentee-0 would lose theirs, and that lowers “the sum of scores” by 1"
    )


def test_a_seat_that_costs_more_than_it_is_worth_says_its_price():
    cohort = mm.Cohort.from_scores([[-2, -5]], capacity=1)
    _, found = told(cohort, mm.Program(aims=[mm.aims.Fit()]))
    assert [(r.kind, r.message) for r in found] == [
        ("price", "mentee-0: they could have a place, but that lowers “the sum of scores” by 2")
    ]


def test_matches_tell_their_score_by_aim():
    cohort = mm.Cohort(
        [Participant("a", offers=[Offer("statistics")]), Participant("b", requests=[Request("data")])],
        topics={"statistics": "data"},
    )
    _, found = told(cohort, mm.Program())
    assert found[0].message == (
        "a with b: on statistics, asked for data, 1 step away in the topic tree; 0 of 1 wish met; not met: topic"
    )


@pytest.mark.parametrize(
    ("cohort", "rules", "message"),
    [
        (
            mm.Cohort([*DATA, *ask(4, "data"), *ask(1, "writing")]),
            [mm.rules.Everyone()],
            "4 mentees (data0, data1, data2, data3) need 4 places; ann can only give 2: 2 short",
        ),
        (
            mm.Cohort([*DATA, *ask(1, "law")]),
            [mm.rules.Everyone()],
            "1 mentee (law0) needs 1 place, and nobody may mentor them: 1 short",
        ),
        (
            mm.Cohort([Participant("ann", offers=[Offer("data")], capacity=3, min_load=3), *ask(2, "data")]),
            [],
            "ann must have at least 3 mentees together; data0, data1 can only give 2: 1 short",
        ),
        (
            mm.Cohort([Participant("ann", offers=[Offer("data")]), *ask(2, "data")]),
            [mm.rules.Lock([("ann", "data0"), ("ann", "data1")])],
            "ann with data0, ann with data1 must meet and need 2 places; ann can only give 1: 1 short",
        ),
    ],
)
def test_an_infeasible_program_names_the_smallest_set_that_is_short(cohort, rules, message):
    program = mm.Program(rules=rules)
    result, found = told(cohort, program)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert [(r.kind, r.message) for r in found] == [("shortage", message)]


@given(question=questions())
@examples(150)
def test_every_reason_is_true(question):
    cohort, program = question
    try:
        result = mm.solve(cohort, program)
    except (mm.InputError, mm.errors.UnsupportedError):
        return
    found = mm.reasons(cohort, result)
    if result.found is None:
        assert [r.kind for r in found] == ["shortage"]
        return
    oracle = Oracle(cohort, program)
    assert sum(r.kind == "score" for r in found) == len(result.matching.seats)
    explained = {(r.who[0], r.topic) for r in found if r.kind != "score"}
    assert explained >= set(result.matching.unmatched)
    for reason in found:
        if reason.kind in {"no_offer", "rules"}:
            number = next(
                i for i, (p, r) in enumerate(oracle.requests) if (p.id, r.label) == (reason.who[0], reason.topic)
            )
            assert all(i != number for i, _ in oracle.edges)
            asked = oracle.requests[number][1]
            reachable = [m for m, o in oracle.offers if m.id != reason.who[0] and nearest(cohort, asked, o) is not None]
            assert bool(reachable) == (reason.kind == "rules")
        elif reason.kind == "shortage" and result.solver == "flow":
            numbers = [int(n) for n in re.findall(r"(\d+) seats?", reason.message)]
            if numbers:
                assert numbers[0] > numbers[1]
            else:
                asked, only = re.search(
                    r"asks for (\d+) mentors?.*, and only (.*) may mentor them", reason.message
                ).groups()
                assert int(asked) > len(only.split(", "))


@st.composite
def crowds(draw):
    """Up to four mentees, some asking twice, for one or two mentors with hardly any seats."""
    n = draw(st.integers(2, 4))
    mentors = [
        Participant(f"m{k}", offers=[Offer()], capacity=draw(st.integers(0, 2))) for k in range(draw(st.integers(1, 2)))
    ]
    topics = st.sampled_from([("x",), ("x",), ("x", "y")])
    mentees = [Participant(f"e{k}", requests=[Request(t) for t in draw(topics)]) for k in range(n)]
    scores = {(m.id, e.id): draw(st.integers(-2, 6)) for m in mentors for e in mentees}
    return mm.Cohort([*mentors, *mentees], scores=scores)


@given(
    cohort=crowds() | cohorts(scored=True, ranked=False, least_loads=False), of=st.sampled_from(["requests", "mentees"])
)
@examples(150)
def test_what_filling_a_seat_would_cost_is_exact(cohort, of):
    """Forcing an unfilled request in (a lock of it, on any of its pairs) loses what the reason says."""
    program = mm.Program(aims=[mm.aims.Coverage(of), mm.aims.Fit()])
    result, found = told(cohort, program)
    oracle = Oracle(cohort, program)
    assume(len(oracle.edges) <= 11)
    best = oracle.best()
    for reason in (r for r in found if r.kind in {"outranked", "price"}):
        number = next(i for i, (p, r) in enumerate(oracle.requests) if (p.id, r.label) == (reason.who[0], reason.topic))
        seats = sum(i == number for i, _ in chosen_of(oracle, result)) + 1
        forced = [oracle.value(c) for c in oracle.matchings() if sum(i == number for i, _ in c) >= seats]
        loss = [a - b for a, b in zip(best, max(forced), strict=True)]
        worse = next((amount for amount in loss if amount), 0)
        stated = re.search(r" by (-?[\d.,]+)$", reason.message)
        assert float(worse) == (pytest.approx(float(stated[1].replace(",", ""))) if stated else 0)


def chosen_of(oracle, result):
    for match in result.matching:
        for mentee, asked in zip(match.mentees, match.requested, strict=True):
            number = next(i for i, (p, r) in enumerate(oracle.requests) if (p.id, r.label) == (mentee, asked))
            yield number, match.offer


def test_a_forged_result_is_not_explained_away():
    """Reasons for somebody else's matching still only say what is true of it."""
    cohort = mm.Cohort([*DATA, *ask(2, "data")])
    result = mm.solve(cohort)
    worse = replace(result, found=mm.matching_from_pairs(cohort, [("ann", "data0")]))
    found = mm.reasons(cohort, worse)
    assert [r.kind for r in found if r.who[0] == "data1"] == ["price"]


@pytest.mark.parametrize("steps", [(99,), (2**64,), (-1,), (0, 2**64)])
def test_a_proof_that_names_what_is_not_there_is_told(steps):
    """As a result from a file may: least loads that no stable matching keeps, because of pairs that nobody knows."""
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"], "y": ["a"]}, min_load={"y": 1})
    result = mm.solve(cohort, solver="stable")
    assert (result.status, result.trust) == ("infeasible", "proved")
    claim = replace(result.proof.stability, steps=steps)
    forged = mm.io.from_json(mm.io.to_json(replace(result, proof=replace(result.proof, evidence=claim))))
    assert mm.verify(cohort, mm.Program(), forged)
    with pytest.raises(mm.InputError, match="the proof names what is not in this cohort"):
        mm.reasons(cohort, forged)


def test_readiness_counts_what_each_rule_removes():
    people = [Participant(f"m{k}", offers=[Offer("x")], attributes={"d": "ab"[k % 2]}) for k in range(4)]
    people += [Participant(f"e{k}", requests=[Request("x")], attributes={"d": "a"}) for k in range(3)]
    rules = [mm.rules.Differs("d"), mm.rules.Forbid([("m0", "e0"), ("m1", "e0")])]
    found = mm.readiness(mm.Cohort(people), mm.Program(rules=rules))
    assert (found.pairs, found.left) == (12, 5)
    assert [(r.removed, r.alone) for r in found.removals] == [(6, 5), (2, 1)]


def test_a_stable_matching_says_who_was_preferred_and_where_a_lottery_decided():
    lists = {"a": ["x", "y"], "b": ["x"], "c": ["x"], "d": []}, {"x": ["a", ["b", "c"]], "y": ["a"]}
    cohort = mm.Cohort.from_rankings(*lists, capacity={"x": 2})
    result = mm.solve(cohort, solver="stable", seed=1)
    winner = next(mentee for mentor, mentee, _ in result.matching.pairs() if mentor == "x" and mentee != "a")
    loser = {"b": "c", "c": "b"}[winner]
    told = {reason.who[0]: reason for reason in mm.reasons(cohort, result) if reason.kind != "score"}
    assert sorted(told) == sorted([loser, "d"])
    assert told["d"].kind == "rules"
    assert told[loser].who == (loser, winner)
    assert told[loser].message == (
        f"{loser}: they have no mentor; 1 wish asked in vain; "
        f"x likes them and {winner} alike, and the lottery (seed 1) drew {winner}; none of them would swap"
    )


def test_a_stable_matching_explains_a_second_wish():
    lists = {"a": ["x", "y"], "b": ["x"]}, {"x": ["b", "a"], "y": ["a"]}
    cohort = mm.Cohort.from_rankings(*lists)
    found = [r for r in mm.reasons(cohort, mm.solve(cohort)) if r.kind != "score"]
    text = "a: they have wish 2; 1 better wish asked in vain; x took mentees whom they prefer; none of them would swap"
    assert [(r.kind, r.who, r.message) for r in found] == [("outranked", ("a", "b"), text)]


def test_nobody_is_told_of_a_wish_that_they_like_no_more():
    cohort = mm.Cohort.from_rankings({"a": ["x"], "b": [["x", "y"]]}, {"x": ["a", "b"], "y": ["b"]})
    result = mm.solve(cohort)
    assert sorted(result.matching.pairs()) == [("x", "a", ""), ("y", "b", "")]
    assert {reason.kind for reason in mm.reasons(cohort, result)} == {"score"}


@pytest.mark.parametrize("kind", ["weak", "strong", "super"])
@given(world=rankings(ties=True, projects=False))
@examples(60)
def test_under_the_rule_stable_too_reasons_name_who_was_preferred(kind, world):
    """It said "none was chosen by milp", which explains nothing."""
    cohort = world.cohort(mm)
    program = mm.Program(rules=[mm.rules.Stable(kind)], aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, program, solver="milp")
    assume(result.found is not None)
    found = {reason.who: reason for reason in mm.reasons(cohort, result) if reason.kind == "outranked"}
    mine = {mentee: mentor for mentor, mentee, _ in result.matching.pairs()}
    assert {who[0] for who in found} >= {e for e, _ in result.matching.unmatched if _has_wish(world, e)}
    for mentee, *rivals in found:
        now = mine.get(mentee)
        better = [o for o in world.owner if world.acceptable(mentee, o) and world.capacity[o] and world.seats[o]]
        better = [o for o in better if world.likes(mentee, o) < world.likes(mentee, now)]
        assert {mine[rival] for rival in rivals} == set(better)
        assert all(world.wants(mine[rival], rival) <= world.wants(mine[rival], mentee) for rival in rivals)


def _has_wish(world, mentee):
    return any(world.acceptable(mentee, o) and world.capacity[o] and world.seats[o] for o in world.owner)
