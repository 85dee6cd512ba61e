"""Parts of one's own: used like ours, judged like ours, and named when they are broken."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

import mmatch as mm
import strategies
from mmatch import registry
from mmatch.instance import Answer

COHORT = mm.Cohort(
    [
        mm.Participant("ann", offers=[mm.Offer("x")], attributes={"years": 9}, capacity=2),
        mm.Participant("bob", requests=[mm.Request("x")], attributes={"years": 2}),
        mm.Participant("cy", requests=[mm.Request("x")], attributes={"years": 8}),
    ]
)


@dataclass(frozen=True, repr=False)
class MoreYears(mm.rules.Rule):
    least: int = 3

    def allows(self, pairs):
        mentor, mentee = pairs.numbers("years")
        return mentor - mentee >= self.least


@dataclass(frozen=True, repr=False)
class Years(mm.aims.PairAim):
    def scores(self, pairs):
        mentor, mentee = pairs.numbers("years")
        return (mentor - mentee).astype(np.int64), Fraction(1)


def test_a_rule_and_an_aim_of_ones_own():
    program = mm.Program(rules=[MoreYears()], aims=[mm.aims.Coverage(), Years()])
    result = mm.solve(COHORT, program)
    assert (result.matching.pairs(), result.value, result.trust) == ([("ann", "bob", "x")], (1, 7), mm.Trust.PROVED)
    assert mm.verify(COHORT, program, result) == []
    assert [v.code for v in mm.verify(COHORT, program, mm.matching_from_pairs(COHORT, [("ann", "cy")]))] == [
        "rule:MoreYears"
    ]
    assert repr(MoreYears(2)) == "MoreYears(2)"


def test_they_keep_the_contract():
    mm.testing.check_rule(MoreYears())
    mm.testing.check_rule(MoreYears(2), COHORT)
    mm.testing.check_aim(Years())


def test_what_could_not_be_read_back_is_not_written():
    with pytest.raises(mm.errors.UnsupportedError, match="no part of mmatch itself"):
        mm.Program(rules=[MoreYears()]).to_json()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda pairs: np.ones(3, dtype=bool), "raised ValueError"),
        (lambda pairs: 1 / 0, "raised ZeroDivisionError"),
        (lambda pairs: np.ones(pairs.shape), "expected True or False"),
        (lambda pairs: "yes", "expected True or False"),
    ],
)
def test_a_broken_rule_is_named(answer, told):
    @dataclass(frozen=True, repr=False)
    class Broken(mm.rules.Rule):
        def allows(self, pairs):
            return answer(pairs)

    with pytest.raises(mm.errors.PluginError, match=rf"Broken\(\).*{told}"):
        mm.solve(COHORT, mm.Program(rules=[Broken()]))


@pytest.mark.parametrize(
    ("scores", "told"),
    [
        (lambda pairs: (np.full(pairs.shape, 0.9), Fraction(1)), "expected whole numbers"),
        (lambda pairs: (np.ones(pairs.shape, dtype=int), 0.5), "expected whole numbers"),
        (lambda pairs: 3, "raised TypeError"),
    ],
)
def test_a_broken_aim_is_named_and_nothing_is_cut_in_silence(scores, told):
    @dataclass(frozen=True, repr=False)
    class Broken(mm.aims.PairAim):
        def scores(self, pairs):
            return scores(pairs)

    with pytest.raises(mm.errors.PluginError, match=rf"Broken\(\).*{told}"):
        mm.solve(COHORT, mm.Program(aims=[Broken()]))


def test_an_aim_whose_compiled_form_lies_proves_nothing():
    """It once came out as "proved": the judge checked the prices, but not that they were about what is measured."""

    @dataclass(frozen=True, repr=False)
    class Lying(mm.aims.PairAim):
        def scores(self, pairs):
            return 5 + pairs.request.row, Fraction(1)

        def measure(self, cohort, matching):
            return Fraction(len(matching.seats))

    program = mm.Program(aims=[Lying()])
    with pytest.raises(mm.errors.SolverError, match="prices do not prove"):
        mm.solve(COHORT, program)


class Mine:
    name, rank, takes = "mine", None, frozenset({"linear", "bounds", "convex_load"})

    def __init__(self, answer):
        self.answer = answer

    def solve(self, instance, _watch):
        return self.answer(instance)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda i: None, "returned NoneType"),
        (lambda i: 1 / 0, "ZeroDivisionError"),
        (lambda i: Answer(mm.Status.OPTIMAL), "optimal without chosen edges"),
        (lambda i: Answer(mm.Status.INFEASIBLE, np.zeros(2, dtype=bool)), "infeasible with chosen edges"),
        (lambda i: Answer(mm.Status.FEASIBLE, np.zeros(9, dtype=bool)), "of shape"),
        (lambda i: Answer(mm.Status.FEASIBLE, np.zeros(2)), "float64"),
    ],
)
def test_a_broken_solver_is_a_solver_error(answer, told):
    with pytest.raises(mm.errors.SolverError, match=told):
        mm.solve(COHORT, solver=Mine(answer))


@pytest.mark.parametrize("solver", [3, None, object(), mm.solvers.Flow])
def test_what_is_no_solver_is_refused(solver):
    with pytest.raises(mm.InputError, match="expected a name or a solver"):
        mm.solve(COHORT, solver=solver)


def test_the_hosts_own_error_in_a_progress_function_is_its_own():
    def progress(_):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        mm.solve(COHORT, progress=progress)


def test_verbs_check_what_they_are_given():
    with pytest.raises(mm.InputError, match="expected a Program"):
        mm.verify(COHORT, None, mm.solve(COHORT))
    with pytest.raises(mm.InputError, match=r"expected a Result, a Matching or a Schedule"):
        mm.verify(COHORT, mm.Program(), 3)


@pytest.mark.parametrize("verb", [mm.reasons, mm.policy, mm.metrics, mm.report, mm.schedule])
def test_verbs_about_an_answer_check_what_they_are_given(verb):
    with pytest.raises(mm.InputError, match=r"result: found Matching .*, expected a Result .*mmatch\.evaluate"):
        verb(COHORT, mm.solve(COHORT).matching)
    with pytest.raises(mm.InputError, match="expected a Cohort"):
        verb([], mm.solve(COHORT))


def test_every_rule_and_every_aim_is_under_the_contract():
    """A new part that no strategy draws would never meet the oracle."""
    cohort = mm.Cohort(
        [
            mm.Participant(
                "m0", offers=[mm.Offer()], site="Rome", attributes={"department": "a", "skills": [1]}, ranks=["e0"]
            ),
            mm.Participant("e0", requests=[mm.Request()]),
            mm.Participant("e1", requests=[mm.Request()]),
        ],
        scores={("m0", "e0"): 1},
    )
    drawn = [*strategies.rules_for(cohort), *strategies.group_rules_for(cohort)]
    assert {rule.name for rule in drawn} == set(registry.names("mmatch.rules"))
    aims = [*strategies.aims_for(cohort), *strategies.group_aims_for(cohort)]
    assert {aim.name for aim in aims} == set(registry.names("mmatch.aims"))
