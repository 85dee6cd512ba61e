"""What a result says of itself, edit by edit: exactly what is wrong is named, and what is true is not.

Ann and bob have one seat each: x has 3 with ann and 1 with bob, y has 2 with either. Two seats and 3 + 2 are the best.
"""

from dataclasses import replace
from fractions import Fraction

import pytest

import mmatch as mm
from mmatch.matching import Status, Trust
from mmatch.proof import judge
from mmatch.proof.judge import judge_result

COHORT = mm.Cohort.from_scores([[3, 1], [2, 2]], capacity=1, mentors=["ann", "bob"], mentees=["x", "y"])
RESULT = mm.solve(COHORT, mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()]))
FEASIBLE = {"status": Status.FEASIBLE, "trust": Trust.HEURISTIC}


def codes(**changes):
    return [violation.code for violation in judge_result(COHORT, replace(RESULT, **changes))]


def test_the_answer_itself():
    assert (RESULT.value, RESULT.bound, RESULT.verified_bound, RESULT.trust) == ((2, 5), (2, 5), (2, 5), "proved")
    assert codes() == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"value": (2, 4)}, ["value", "bound"]),
        ({"bound": (2, None)}, ["bound"]),  # optimal means that the bound is the value
        ({"bound": (2, 6)}, ["bound"]),
        ({"bound": (2, 4)}, ["bound", "bound"]),  # and no bound is below what is reached
        ({"bound": (3, 4)}, ["bound"]),  # 4 is about matchings of three seats
        ({"by_aim": {}}, ["by_aim"]),
        ({"by_aim": {"Coverage": 2, "Fit": 4}}, ["by_aim"]),
        ({"resolution": 0.5}, ["resolution"]),
        ({"verified_bound": (2, 6)}, ["verified_bound"]),
        ({"verified_bound": (2, 4)}, ["verified_bound", "bound"]),
        ({"verified_bound": None}, ["verified_bound", "bound"]),
        ({"trust": None}, ["trust"]),
        ({"trust": Trust.CORROBORATED}, []),  # less than what the evidence gives
        ({"trust": Trust.CLAIMED}, []),
        ({"trust": Trust.HEURISTIC}, []),
        ({"status": Status.UNKNOWN, "trust": Trust.HEURISTIC}, ["status"]),
        ({"status": Status.INFEASIBLE, "trust": Trust.HEURISTIC}, ["status"]),
        ({"status": Status.FEASIBLE}, ["trust"]),
        (FEASIBLE, []),
        ({**FEASIBLE, "trust": Trust.CLAIMED}, ["trust"]),
        ({**FEASIBLE, "bound": (2, 6)}, []),
        ({**FEASIBLE, "bound": (3, 0)}, []),
        ({**FEASIBLE, "bound": (None, 0)}, []),  # whatever is behind a bound that is not reached
        ({**FEASIBLE, "bound": (1, 5)}, ["bound"]),
        ({**FEASIBLE, "bound": (2, 4)}, ["bound"]),
        ({**FEASIBLE, "bound": (2,)}, ["bound"]),
        ({**FEASIBLE, "bound": (2, 5, 5)}, ["bound"]),
        ({**FEASIBLE, "bound": None}, ["bound"]),
        ({**FEASIBLE, "bound": ((2,), 5)}, ["bound"]),
    ],
)
def test_what_a_matching_comes_with(changes, wrong):
    assert codes(**changes) == wrong


NOTHING = {
    "found": None,
    "value": None,
    "bound": None,
    "verified_bound": None,
    "by_aim": {},
    "status": Status.UNKNOWN,
    "trust": None,
    "proof": replace(RESULT.proof, evidence=None, totals=()),
}
IMPOSSIBLE = {"status": Status.INFEASIBLE, "trust": Trust.CLAIMED}
AGREED = replace(NOTHING["proof"], agreement=(("milp", "infeasible"), ("cpsat", "infeasible")))


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"bound": (2, 5)}, ["bound"]),
        ({"verified_bound": (2, 5)}, ["bound"]),
        ({"value": (2, 5)}, ["value"]),
        ({"proof": replace(NOTHING["proof"], totals=(2, 5))}, ["value"]),
        ({"status": Status.OPTIMAL}, ["status"]),
        ({"status": Status.FEASIBLE}, ["status"]),
        ({"trust": Trust.HEURISTIC}, ["trust"]),
        (IMPOSSIBLE, ["status"]),  # one solver alone may be wrong
        ({**IMPOSSIBLE, "trust": Trust.CORROBORATED}, ["trust", "status"]),
        ({**IMPOSSIBLE, "proof": AGREED}, []),
        ({**IMPOSSIBLE, "trust": Trust.CORROBORATED, "proof": AGREED}, []),
        ({**IMPOSSIBLE, "trust": Trust.PROVED, "proof": AGREED}, ["trust"]),
    ],
)
def test_what_comes_without_a_matching(changes, wrong):
    assert codes(**{**NOTHING, **changes}) == wrong


@pytest.mark.parametrize(
    ("agreement", "trust"),
    [
        ((), Trust.CLAIMED),
        ((("milp", "optimal"),), Trust.CLAIMED),
        ((("milp", "optimal"), ("milp", "optimal")), Trust.CLAIMED),
        ((("milp", "optimal"), ("cpsat", "infeasible")), Trust.CLAIMED),
        ((("milp", "optimal"), ("cpsat", "optimal")), Trust.CORROBORATED),
    ],
)
def test_two_solvers_that_say_the_same_corroborate_a_claim(agreement, trust):
    proof = replace(RESULT.proof, evidence=None, agreement=agreement)
    grade = judge(COHORT, RESULT.program, Status.OPTIMAL, RESULT.matching, proof)
    assert (grade.tiers_proved, grade.trust, grade.verified_bound) == (0, trust, (None, None))
    assert judge(COHORT, RESULT.program, Status.FEASIBLE, RESULT.matching, proof).trust == Trust.HEURISTIC


GROUPS = mm.Cohort(
    [mm.Participant("ann", offers=[mm.Offer("x")])]
    + [mm.Participant(name, requests=[mm.Request("x")]) for name in ("e", "f", "g")]
)
LISTS = mm.Cohort.from_rankings({"a": ["x", "y"], "b": ["x"]}, {"x": ["a", "b"], "y": ["a"]})


@pytest.mark.parametrize(
    ("cohort", "program", "solver"),
    [
        (COHORT, RESULT.program, "flow"),
        (GROUPS, mm.Program(group=(2, 3)), "auto"),
        (LISTS, mm.Program(), "stable"),
    ],
)
def test_evidence_for_another_question_proves_nothing(cohort, program, solver):
    result = mm.solve(cohort, program, solver=solver)
    assert (result.status, result.trust) == ("optimal", "proved")
    other = replace(result.proof, digest="0" * 64)
    grade = judge(cohort, result.program, Status.OPTIMAL, result.matching, other)
    assert (grade.violations, grade.tiers_proved, grade.trust) == ((), 0, Trust.CLAIMED)
    assert [v.code for v in judge_result(cohort, replace(result, proof=other))] == ["digest"]


def test_evidence_that_another_question_is_impossible_proves_nothing():
    """Two mentees and one seat."""
    cohort = mm.Cohort.from_scores([[1], [1]], capacity=1)
    result = mm.solve(cohort, mm.Program(rules=[mm.rules.Everyone()]))
    assert (result.status, result.trust, result.proof.kind) == ("infeasible", "proved", "cut")
    for proof, trust in ((result.proof, "proved"), (replace(result.proof, digest="0" * 64), "claimed")):
        assert judge(cohort, result.program, Status.INFEASIBLE, None, proof).trust == trust
        assert judge(cohort, result.program, Status.UNKNOWN, None, proof).trust is None


def test_only_the_best_profile_of_groups_is_proved():
    """e and f both like ann best, and may sit with her: two first wishes are better than two second ones."""
    people = [mm.Participant(name, offers=[mm.Offer("x")]) for name in ("ann", "bob")]
    people += [mm.Participant(name, requests=[mm.Request("x")], ranks=("ann", "bob")) for name in "ef"]
    cohort = mm.Cohort(people)
    program = mm.Program(group=(2, 3), aims=[mm.aims.Coverage(), mm.aims.RankProfile("rank-maximal")])
    result = mm.solve(cohort, program)
    assert (result.status, result.trust) == ("optimal", "proved")
    for who, proved in (("ann", 2), ("bob", 1)):
        matching = mm.matching_from_pairs(cohort, [(who, "e"), (who, "f")], program)
        grade = judge(cohort, result.program, Status.OPTIMAL, matching, result.proof)
        assert (grade.violations, grade.tiers_proved) == ((), proved)


def test_where_an_aim_measures_something_else_than_it_asks_for_no_bound_is_known(monkeypatch):
    """Two mentees share 12 evenly: the floor is 6. An aim that calls it 5 is bounded by nothing that prices say."""
    cohort = mm.Cohort.from_scores([[5, 5, 1, 1], [5, 5, 1, 1]], capacity=1, demand=2)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()]))
    for measured, proved, bound in ((6, 2, (4, 6)), (5, 1, (4, None)), (7, 1, (4, None))):
        monkeypatch.setattr(mm.aims.WorstOff, "measure", lambda *_, floor=measured: Fraction(floor))
        grade = judge(cohort, result.program, Status.OPTIMAL, result.matching, result.proof)
        assert (grade.tiers_proved, grade.verified_bound) == (proved, bound)


def test_nodes_that_take_in_just_what_they_let_out_are_no_cut():
    """Two mentees and two seats fit: no nodes at all lack nothing, and neither do all of them."""
    program = mm.Program(rules=[mm.rules.Everyone()], aims=[mm.aims.Coverage()]).resolve(COHORT, "flow")
    proof = mm.solve(COHORT, program).proof
    for nodes in ((), tuple(range(len(proof.evidence.prices[0])))):
        cut = replace(proof, evidence=mm.matching.Cut(nodes), totals=())
        assert judge(COHORT, program, Status.INFEASIBLE, None, cut).trust == Trust.CLAIMED
