"""Counting never calls impossible what can be, and says in words what cannot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from group_oracle import GroupOracle
from mmatch.instance import compile_instance
from mmatch.proof.headcount import headcount
from solvers.test_groups import group_questions
from strategies import examples


def expert(name, *topics, **options):
    return mm.Participant(name, offers=[mm.Offer(topic) for topic in topics], **options)


def learners(n, topic="x"):
    return [mm.Participant(f"{topic}{k}", requests=[mm.Request(topic)]) for k in range(n)]


def everyone(*sizes):
    return mm.Program(group=sizes, rules=[mm.rules.Everyone()])


IMPOSSIBLE = {
    "four are no sum of threes": (
        [expert("ann", "x"), expert("bob", "x"), *learners(4)],
        everyone(3, 3),
        "4 mentees (x0, x1, x2, x3) need 4 seats, and groups of ann, bob seat 3 or 6 together, not 4",
    ),
    "seven are no sum of five or six": (
        [expert("ann", "x"), expert("bob", "x"), *learners(7)],
        everyone(5, 6),
        (
            "7 mentees (x0, x1, x2, x3, x4 and 2 more mentees) need 7 seats, and groups of ann, bob seat 6 or 10 "
            "together, not 7"
        ),
    ),
    "a least size above everybody's demand": (
        [expert("ann", "x"), *learners(4)],
        everyone(6, 8),
        "all requests of x0 (Everyone()) needs 1 seat, and groups that can reach their least size have 0: 1 short",
    ),
    "fewer experts than groups are needed": (
        [expert("ann", "x"), *learners(9)],
        everyone(2, 4),
        "9 mentees (x0, x1, x2, x3, x4 and 4 more mentees) need 9 places; ann can only give 4: 5 short",
    ),
    "a lock into a group that cannot open": (
        [expert("ann", "x"), *learners(2)],
        mm.Program(group=(3, 4), rules=[mm.rules.Lock([("ann", "x0")])]),
        "the lock of ann with x0 needs 1 seat, and groups that can reach their least size have 0: 1 short",
    ),
    "more locks than seats": (
        [expert("ann", "x"), *learners(4)],
        mm.Program(group=(2, 3), rules=[mm.rules.Lock([("ann", f"x{k}") for k in range(4)])]),
        "ann with x0, ann with x1, ann with x2, ann with x3 must meet and need 4 places; ann can only give 3: 1 short",
    ),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
@pytest.mark.parametrize("solver", ["auto", "cpsat", "milp"])
def test_what_counting_shows_is_proved_in_words(case, solver, tmp_path):
    people, program, message = IMPOSSIBLE[case]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, program, solver=solver)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert [(r.kind, r.message) for r in mm.reasons(cohort, program, result)] == [("shortage", message)]
    mm.write_result(result, tmp_path / "result.json")
    again = mm.read_result(tmp_path / "result.json")
    assert again == result
    assert mm.verify(cohort, program, again) == []


def test_what_counting_does_not_show_needs_two_solvers():
    """Ann leads one group, and is locked into two: no count shows it."""
    cohort = mm.Cohort([expert("ann", "x", "y", groups=1), *learners(3), *learners(3, "y")])
    program = mm.Program(group=(2, 3), rules=[mm.rules.Lock([("ann", "x0"), ("ann", "y0")])])
    result = mm.solve(cohort, program)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.CORROBORATED)
    assert mm.solve(cohort, program, solver="cpsat").status == mm.Status.UNKNOWN
    forged = replace(result, trust=mm.Trust.PROVED, proof=replace(result.proof, kind="counting"))
    assert [v.code for v in mm.verify(cohort, program, forged)] == ["trust"]


def test_a_program_that_can_be_kept_is_never_proved_impossible():
    cohort, program = mm.Cohort([expert("ann", "x"), *learners(4)]), everyone(2, 4)
    result = mm.solve(cohort, program)
    assert result.status == mm.Status.OPTIMAL
    empty = {"found": None, "value": None, "bound": None, "verified_bound": None, "by_aim": {}}
    forged = replace(
        result,
        status=mm.Status.INFEASIBLE,
        proof=replace(result.proof, kind="counting", prices=(), branches=(), totals=()),
        **empty,
    )
    assert {v.code for v in mm.verify(cohort, program, forged)} == {"trust", "status"}


@given(question=group_questions(), all_of=st.booleans())
@examples(250)
def test_counting_calls_nothing_impossible_that_the_oracle_finds(question, all_of):
    cohort, program = question
    if all_of:
        program = replace(program, rules=[*program.rules, mm.rules.Everyone()])
    oracle = GroupOracle(cohort, program)
    assume(len(oracle.edges) <= 8)
    try:
        instance = compile_instance(cohort, program.resolve(cohort))
    except mm.MmatchError:
        return
    if headcount(instance) is not None:
        assert oracle.best() is None


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
    )
    assume(instance.groups is not None)
    possible = any(k * least <= n <= k * (least + wide) for k in range(1, sum(leaders) + 1))
    assert (headcount(instance) is None) == possible
