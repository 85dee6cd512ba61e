"""Claims of stable matchings, one edit at a time, on lists of two that can be looked through on paper."""

from dataclasses import replace

import pytest

import mmatch as mm
from mmatch.matching import Stability, Status, Trust
from mmatch.program import question_digest
from mmatch.proof import judge


def person(name, likes, side):
    if side == "mentee":
        return mm.Participant(name, requests=[mm.Request("")], ranks=likes)
    return mm.Participant(name, offers=[mm.Offer("")], mentee_ranks=likes)


MENTEES = [person("a", ("x", "y"), "mentee"), person("b", ("y", "x"), "mentee")]
MENTORS = [person("x", ("b", "a"), "mentor"), person("y", ("a", "b"), "mentor")]
SCORES = {("x", "a"): 5, ("y", "b"): 1, ("x", "b"): 4, ("y", "a"): 3}
CROSSED = mm.Cohort([*MENTEES, *MENTORS], scores=SCORES)  # everybody's first wish likes the other one better
FIRST = [("x", "a"), ("y", "b")]  # the mentees' best stable matching: 5 + 1
LAST = [("x", "b"), ("y", "a")]  # the mentors' best, the only other one: 4 + 3


def grade(result, pairs, cohort=CROSSED, *, rules=None, **claim):
    """(leading tiers proved, codes of violations) of a matching with a changed claim, maybe under other rules."""
    program = result.program if rules is None else replace(result.program, rules=rules)
    evidence = replace(result.proof.stability, **claim)
    proof = replace(result.proof, evidence=evidence, digest=question_digest(cohort, program))
    found = judge(cohort, program, Status.OPTIMAL, mm.matching_from_pairs(cohort, pairs), proof)
    return found.tiers_proved, [v.code for v in found.violations]


@pytest.mark.parametrize(("side", "best", "other"), [("mentee", FIRST, LAST), ("mentor", LAST, FIRST)])
def test_the_best_of_a_side_is_no_other_and_of_no_other_side(side, best, other):
    result = mm.solve(CROSSED, solver=mm.solvers.Stable(side=side))
    n = len(result.value)
    assert grade(result, best) == (n, [])
    assert grade(result, other) == (0, [])
    for wrong in ("", "mentor" if side == "mentee" else "mentee"):
        assert grade(result, best, side=wrong) == grade(result, other, side=wrong) == (0, [])


def test_only_the_notion_and_the_lottery_that_the_program_names():
    """Strict lists: all notions mean the same here, and still a claim of one is none of another."""
    result = mm.solve(CROSSED, solver="stable")
    n = len(result.value)
    for notion in ("strong", "super", "envy"):
        assert grade(result, FIRST, notion=notion) == (0, [])
    for seed in (0, 1, "1"):
        assert grade(result, FIRST, seed=seed) == (0, [])
    assert grade(result, FIRST, rules=[mm.rules.Stable("super")], notion="super") == (n, [])
    assert grade(result, LAST, rules=[mm.rules.Stable("super")], notion="super") == (0, [])
    for notion in ("strong", "envy"):
        assert grade(result, FIRST, rules=[mm.rules.Stable(notion)], notion=notion) == (0, [])
    assert grade(result, FIRST, rules=[]) == (0, [])


def test_an_unstable_matching_is_named():
    """With nobody matched all four pairs block, and three are named; where only a is matched b blocks with both."""
    result = mm.solve(CROSSED, solver="stable")
    assert grade(result, []) == (0, ["unstable"] * 3)
    assert grade(result, FIRST[:1], notion="super", rules=[mm.rules.Stable("super")])[1] == ["unstable"] * 2
    assert grade(result, FIRST[:1], side="")[1] == ["unstable"] * 2  # b with x and with y
    assert grade(result, FIRST[:1], rules=[]) == (0, [])


def test_the_best_for_an_aim_of_its_own():
    """7 is more than 6, and one circle leads from one to the other; without it, or with another, nothing is known."""
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    result = mm.solve(CROSSED, program, solver="stable")
    claim = result.proof.stability
    assert (result.value, result.trust, len(claim.rotations)) == ((2, 7), "proved", 1)
    assert grade(result, LAST) == (2, [])
    assert grade(result, FIRST) == (1, [])  # as many seats, and not the best total
    for steps in (
        (),
        claim.rotations * 2,
        ((-1, 0),),
        ((0, 99),),
        (claim.rotations[0][:1],),
        ((),),
        (*claim.rotations, (0, 99)),
    ):
        assert grade(result, LAST, rotations=steps) == grade(result, FIRST, rotations=steps) == (0, [])
    assert grade(result, LAST, prices=()) == (0, [])
    assert grade(result, LAST, prices=claim.prices[:1]) == (1, [])
    assert grade(result, LAST, side="mentee") == grade(result, LAST, side="mentor") == (0, [])
    assert grade(result, LAST, rules=[mm.rules.Stable("super")], notion="super") == (0, [])
    assert grade(result, FIRST[:1]) == (0, ["unstable"] * 2)


def nothing(cohort, claim, kind="weak", rules=()):
    """Whether a claim proves that no matching exists which is stable in a sense."""
    program = mm.Program(rules=[mm.rules.Stable(kind), *rules], aims=[mm.aims.Coverage()]).resolve(cohort, "milp")
    proof = replace(mm.matching.Proof(question_digest(cohort, program)), evidence=claim)
    return judge(cohort, program, Status.INFEASIBLE, None, proof).trust == Trust.PROVED


def chosen_of_two(**options):
    """a likes x, then y; both like a, and y must have a mentee."""
    return mm.Cohort.from_rankings({"a": ["x", "y"]}, {"x": ["a"], "y": ["a"]}, min_load={"y": 1}, **options)


@pytest.mark.parametrize("kind", ["weak", "super"])
def test_a_least_load_that_no_stable_matching_meets(kind):
    """a is with x in the only stable matching; the seats of any other one show nothing."""
    cohort = chosen_of_two()
    assert nothing(cohort, Stability("", kind, steps=(0,)), kind)
    for steps in ((), (1,), (0, 1), (2,), (-1,), (-2,)):
        assert not nothing(cohort, Stability("", kind, steps=steps), kind)
    for other in {"weak", "strong", "super", "envy"} - {kind}:
        assert not nothing(cohort, Stability("", other, steps=(0,)), kind)
    assert not nothing(cohort, Stability("", kind, seed=1, steps=(0,)), kind)
    met = mm.Cohort.from_rankings({"a": ["x", "y"]}, {"x": ["a"], "y": ["a"]}, min_load={"x": 1})
    assert not nothing(met, Stability("", kind, steps=(0,)), kind)


@pytest.mark.parametrize("notion", ["strong", "envy"])
def test_other_notions_say_nothing_of_least_loads(notion):
    assert not nothing(chosen_of_two(), Stability("", notion, steps=(0,)), notion)


def test_with_a_tie_the_other_stable_matching_may_meet_the_least_load():
    """a likes x and y alike: with x, y goes without; but with y all is well. Neither is super-stable."""
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]}, min_load={"y": 1})
    for edge in (0, 1):
        for kind in ("weak", "super"):
            assert not nothing(cohort, Stability("", kind, steps=(edge,)), kind)
    assert nothing(cohort, Stability("mentee", "super"), "super")  # x and y both must have a
    assert not nothing(cohort, Stability("mentee", "super", steps=(0,)), "super")  # which is a step too far


def test_nothing_is_super_stable_where_two_tie_for_two():
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]], "b": [["x", "y"]]}, {"x": [["a", "b"]], "y": [["a", "b"]]})
    claim = mm.solve(cohort, solver=mm.solvers.Stable(kind="super")).proof.stability
    assert nothing(cohort, claim, "super")
    assert not nothing(cohort, replace(claim, side=""), "super")
    assert not nothing(cohort, replace(claim, steps=()), "super")
    assert not nothing(cohort, replace(claim, steps=claim.steps[:1]), "super")  # all still have a wish
    assert not nothing(cohort, replace(claim, steps=(*claim.steps, 4)), "super")  # there is no such pair
    assert not nothing(cohort, replace(claim, notion="weak"), "weak")
    assert not nothing(CROSSED, replace(claim, steps=()), "super")


def test_without_a_claim_blocking_pairs_are_named_all_the_same():
    """Only a is matched, with x: b is free and blocks with both."""
    result = mm.solve(CROSSED, solver="stable")
    alone = mm.matching_from_pairs(CROSSED, FIRST[:1])
    for changes in ({"evidence": None}, {"digest": "0" * 64}):
        found = judge(CROSSED, result.program, Status.FEASIBLE, alone, replace(result.proof, **changes))
        assert [v.code for v in found.violations] == ["unstable"] * 2


def test_a_claim_of_one_notion_does_not_hide_who_blocks_by_another():
    """a likes x and y alike, both want a: a lottery makes either the best, but none is super-stable."""
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]})
    result = mm.solve(cohort, solver="stable")
    pairs = [(mentor, mentee) for mentor, mentee, _ in result.matching.pairs()]
    assert grade(result, pairs, cohort) == (len(result.value), [])
    both = [*result.program.rules, mm.rules.Stable("super")]
    assert grade(result, pairs, cohort, rules=both) == (0, ["unstable"])
