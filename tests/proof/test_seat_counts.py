"""Counting never calls impossible what can be, and says in words what cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from group_oracle import GroupOracle
from mmatch.instance import compile_instance
from mmatch.matching import Shortage
from mmatch.proof.seat_counts import seat_shortage
from solvers.test_groups import group_questions
from strategies import examples


def expert(name, *topics, **options):
    return mm.Participant(name, offers=[mm.Offer(topic) for topic in topics], **options)


def learners(n, topic="x", avoids=(), **options):
    names = [f"{topic}{k}" for k in range(n)]
    apart = [[other for other in avoids if other != name] for name in names]
    return [
        mm.Participant(name, requests=[mm.Request(topic)], avoids=mine, **options)
        for name, mine in zip(names, apart, strict=True)
    ]


def everyone(*sizes):
    return mm.Program(group=sizes, rules=[mm.rules.Everyone()])


IMPOSSIBLE = {
    "four are no sum of threes": (
        [expert("ann", "x"), expert("bob", "x"), *learners(4)],
        everyone(3, 3),
        "4 mentees (x0, x1, x2, x3) need 4 places, and groups of ann, bob seat 3 or 6 together, not 4",
    ),
    "four in threes beside three of another topic": (
        [expert("ann", "x"), expert("bob", "y", groups=2), *learners(3), *learners(4, "y")],
        everyone(3, 3),
        "4 mentees (y0, y1, y2, y3) need 4 places, and groups of bob seat at most 3: 1 short",
    ),
    "three topics and a mentor of two groups": (
        [expert("ann", "x", "y", "z", groups=2), *learners(2), *learners(2, "y"), *learners(2, "z")],
        everyone(2, 4),
        ("6 mentees (x0, x1, y0, y1, z0 and 1 more mentees) need 6 places, and groups of ann seat at most 4: 2 short"),
    ),
    "seven are no sum of five or six": (
        [expert("ann", "x"), expert("bob", "x"), *learners(7)],
        everyone(5, 6),
        (
            "7 mentees (x0, x1, x2, x3, x4 and 2 more mentees) need 7 places, and groups of ann, bob seat 6 or 10 "
            "together, not 7"
        ),
    ),
    "a least size above everybody's demand": (
        [expert("ann", "x"), *learners(4)],
        everyone(6, 8),
        "all requests of x0 (Everyone()) needs 1 place, and groups that can open have 0: 1 short",
    ),
    "fewer experts than groups are needed": (
        [expert("ann", "x"), *learners(9)],
        everyone(2, 4),
        "9 mentees (x0, x1, x2, x3, x4 and 4 more mentees) need 9 places; ann can only give 4: 5 short",
    ),
    "a lock into a group that cannot open": (
        [expert("ann", "x"), *learners(2)],
        mm.Program(group=(3, 4), rules=[mm.rules.Lock([("ann", "x0")])]),
        "the fixed pair of ann with x0 needs 1 place, and groups that can open have 0: 1 short",
    ),
    "locks that open more groups than there are people": (
        [expert("ann", "x"), expert("bob", "x"), *learners(3)],
        mm.Program(group=(2, 3), rules=[mm.rules.Lock([("ann", "x0"), ("bob", "x1")])]),
        "groups of ann, bob that must open need 4 mentees at least, and only 3 mentees (x0, x1, x2) could come",
    ),
    "more locks than seats": (
        [expert("ann", "x"), *learners(4)],
        mm.Program(group=(2, 3), rules=[mm.rules.Lock([("ann", f"x{k}") for k in range(4)])]),
        "ann with x0, ann with x1, ann with x2, ann with x3 must meet and need 4 places; ann can only give 3: 1 short",
    ),
}


# who may sit together, or which groups one mentor can lead: no plain count
CONFLICTING = {
    "a number that nobody can reach": (
        [expert("ann", "x"), *learners(2, site="Rome")],
        mm.Program(group=(2, 4), rules=[mm.rules.Everyone(), mm.rules.GroupCount("site", "Rome", 3)]),
        (
            "no matching keeps the rule that every mentee gets a mentor and the rule that a group "
            "has at least 3 with site Rome together; without any one of them there is one"
        ),
    ),
    "linked people who are more than a group holds": (
        [expert("ann", "x", groups=2, capacity=4), *learners(4)],
        mm.Program(group=(1, 2), rules=[mm.rules.Everyone(), mm.rules.Together([["x0", "x1", "x2"]])]),
        (
            "no matching keeps the rule that every mentee gets a mentor and the rule that people "
            "who belong together sit in one group together; without any one of them there "
            "is one"
        ),
    ),
    "more people who avoid each other than groups": (
        [expert("ann", "x"), expert("bob", "x"), *learners(3, "x", avoids=["x0", "x1", "x2"])],
        everyone(1, 4),
        "no matching keeps the rule that every mentee gets a mentor; without it there is one",
    ),
    "two locks of people who may not sit together": (
        [expert("ann", "x"), *learners(3, site="Rome")],
        mm.Program(group=(1, 3), rules=[mm.rules.Lock([("ann", "x0"), ("ann", "x2")]), mm.rules.DiffersWithin("site")]),
        (
            "no matching keeps the fixed pair of ann with x0, the fixed pair of ann with x2 and "
            "the rule that the people of a group differ in site together; "
            "without any one of them there is one"
        ),
    ),
    "locks that open more groups than somebody leads": (
        [expert("ann", "x", "y", groups=1), *learners(3), *learners(3, "y")],
        mm.Program(group=(2, 3), rules=[mm.rules.Lock([("ann", "x0"), ("ann", "y0")])]),
        (
            "no matching keeps the fixed pair of ann with x0 and the fixed pair of ann with y0 "
            "together; without any one of them "
            "there is one"
        ),
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
@pytest.mark.parametrize("solver", ["auto", "cpsat", "milp"])
def test_what_counting_shows_is_proved_in_words(case, solver, tmp_path):
    people, program, message = IMPOSSIBLE[case]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, program, solver=solver)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert [(r.kind, r.message) for r in mm.reasons(cohort, result)] == [("shortage", message)]
    mm.write_result(result, tmp_path / "result.json")
    again = mm.read_result(tmp_path / "result.json")
    assert again == result
    assert mm.verify(cohort, program, again) == []


@pytest.mark.parametrize("case", CONFLICTING)
def test_what_counting_does_not_show_is_a_smallest_set_of_conflicting_rules(case):
    people, program, message = CONFLICTING[case]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, program)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.CORROBORATED)
    assert [(r.kind, r.message) for r in mm.reasons(cohort, result)] == [("rules", message)]
    assert mm.verify(cohort, program, result) == []
    assert {mm.solve(cohort, program, solver=solver).status for solver in ("cpsat", "milp")} == {mm.Status.UNKNOWN}


def test_what_counting_does_not_show_needs_two_solvers():
    """Ann is locked into two groups, and there is one slot: no count shows it."""
    cohort = mm.Cohort([expert("ann", "x", "y", groups=2), *learners(3), *learners(3, "y")])
    slot = mm.rules.CommonSlot(["Mon 9-10"], missing="allow")
    program = mm.Program(group=(2, 3), rules=[slot, mm.rules.Lock([("ann", "x0"), ("ann", "y0")])])
    result = mm.solve(cohort, program)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.CORROBORATED)
    assert mm.solve(cohort, program, solver="cpsat").status == mm.Status.UNKNOWN
    forged = replace(result, trust=mm.Trust.PROVED, proof=replace(result.proof, evidence=Shortage()))
    assert [v.code for v in mm.verify(cohort, program, forged)] == ["trust"]


def test_a_program_that_can_be_kept_is_never_proved_impossible():
    cohort, program = mm.Cohort([expert("ann", "x"), *learners(4)]), everyone(2, 4)
    result = mm.solve(cohort, program)
    assert result.status == mm.Status.OPTIMAL
    empty = {"found": None, "value": None, "bound": None, "verified_bound": None, "by_aim": {}}
    forged = replace(
        result,
        status=mm.Status.INFEASIBLE,
        proof=replace(result.proof, evidence=Shortage(), totals=()),
        **empty,
    )
    assert {v.code for v in mm.verify(cohort, program, forged)} == {"trust", "status"}


@given(question=group_questions(), all_of=st.booleans(), data=st.data())
@examples(250)
def test_counting_calls_nothing_impossible_that_the_oracle_finds(question, all_of, data):
    cohort, program = question
    rules = [*program.rules, *([mm.rules.Everyone()] if all_of else [])]
    edges = GroupOracle(cohort, program).edges
    assume(len(edges) <= 8)
    if edges and data.draw(st.booleans()):
        locks = data.draw(st.lists(st.sampled_from(edges), min_size=1, max_size=2, unique=True))
        oracle = GroupOracle(cohort, program)
        pairs = dict.fromkeys((oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in locks)
        rules.append(mm.rules.Lock(list(pairs)))
    program = replace(program, rules=rules)
    try:
        instance = compile_instance(cohort, program.resolve(cohort))[0]
    except mm.MmatchError:
        return
    if seat_shortage(instance) is not None:
        assert GroupOracle(cohort, program).best() is None


def test_only_a_mentor_who_alone_can_serve_somebody_must_lead():
    """Ann leads two or nobody, bob three: the three sit with bob."""
    offers = [mm.Offer("x", group=(2, 2)), mm.Offer("x", group=(3, 3))]
    mentors = [mm.Participant(name, offers=[offer]) for name, offer in zip(("ann", "bob"), offers, strict=True)]
    cohort, program = mm.Cohort([*mentors, *learners(3)]), everyone(2, 3)
    assert seat_shortage(compile_instance(cohort, program.resolve(cohort))[0]) is None
    assert mm.solve(cohort, program).value[0] == 3


def test_one_person_in_two_needs_is_counted_once():
    """Everybody who asks twice has two needs where they are locked, too: these were counted as two people."""
    asks = mm.Participant("eva", requests=[mm.Request("x"), mm.Request("")])
    rules = [mm.rules.Everyone(), mm.rules.Lock([("ann", "eva")])]
    instance = compile_instance(
        mm.Cohort([expert("ann", ""), asks]), mm.Program(rules=rules, aims=[mm.aims.SizeNear(2)])
    )[0]
    assert seat_shortage(instance) is None


@given(
    n=st.integers(1, 9),
    least=st.integers(1, 5),
    wide=st.integers(0, 2),
    leaders=st.lists(st.integers(1, 2), min_size=1, max_size=3),
)
@examples(150)
def test_where_anybody_may_sit_anywhere_counting_finds_all(n, least, wide, leaders):
    """Seats for n in groups of least to most by so many leaders: possible exactly where some number of groups fits."""
    people = [expert(f"m{k}", "x", "", groups=groups) for k, groups in enumerate(leaders)]
    instance = compile_instance(
        mm.Cohort([*people, *learners(n)]), everyone(least, least + wide).resolve(mm.Cohort([]))
    )[0]
    assume(instance.groups is not None)
    possible = any(k * least <= n <= k * (least + wide) for k in range(1, sum(leaders) + 1))
    assert (seat_shortage(instance) is None) == possible


@pytest.mark.parametrize("limit", ["MOST_STEPS", "MOST_ENTRIES"])
def test_sums_are_left_out_where_they_would_take_too_long(limit, monkeypatch):
    """Four are no sum of threes, which is found with limits that are just met, and not with one less."""
    people = [expert("ann", "x"), expert("bob", "x"), *learners(4)]
    instance = compile_instance(mm.Cohort(people), everyone(3, 3).resolve(mm.Cohort([])))[0]
    groups = instance.groups
    most = {"MOST_STEPS": int(groups.copies.sum()) * (len(groups) + 1), "MOST_ENTRIES": len(groups.edge)}[limit]
    monkeypatch.setattr(f"mmatch.proof.seat_counts.{limit}", most)
    found = seat_shortage(instance)
    assert (found.need, found.below, found.above) == (4, 3, 6)
    monkeypatch.setattr(f"mmatch.proof.seat_counts.{limit}", most - 1)
    assert seat_shortage(instance) is None


def test_the_edges_of_a_set_with_too_few_seats_are_its_own():
    """Nobody offers y, which y0 asks for; x0 and x1 have ann."""
    cohort = mm.Cohort([expert("ann", "x"), *learners(2), *learners(1, "y")])
    instance = compile_instance(cohort, everyone(2, 3).resolve(cohort))[0]
    found = seat_shortage(instance)
    assert (found.need, found.seats, found.edges.tolist()) == (1, 0, [])
    shy = mm.Cohort([expert("ann", "x"), expert("bob", "y"), *learners(2), *learners(1, "y")])
    instance = compile_instance(shy, everyone(2, 3).resolve(shy))[0]
    found = seat_shortage(instance)
    assert (found.need, found.seats) == (1, 0)
    assert found.edges.tolist() == np.flatnonzero(found.family.label == found.number).tolist()
    assert len(found.edges) == 1
