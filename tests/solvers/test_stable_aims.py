"""The best stable matching for aims of one's own: against enumeration, with multipliers that the judge checks."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.instance.descent import followed
from mmatch.instance.market import market_of
from mmatch.mechanisms.mentee_side import mentee_side
from mmatch.mechanisms.rotations import rotations
from mmatch.proof import judge
from stable_oracle import rankings
from strategies import examples

CIRCLE = (
    {"a": ["x", "y", "z"], "b": ["y", "z", "x"], "c": ["z", "x", "y"]},
    {"x": ["b", "c", "a"], "y": ["c", "a", "b"], "z": ["a", "b", "c"]},
)


def wanted(numbers):
    """Aims that need a look at all stable matchings, some with scores that repeat every so often."""
    score = mm.aims.Score(lambda mentor, mentee: numbers[(int(mentor.id[1:]) * 5 + int(mentee.id[1:])) % len(numbers)])
    return st.sampled_from(
        [
            (mm.aims.Coverage(), mm.aims.Preference("both")),
            (mm.aims.Preference("mentors"),),
            (mm.aims.RankProfile("generous"), mm.aims.Preference("mentors")),
            (mm.aims.RankProfile("rank-maximal", of="mentors"), score),
            (mm.aims.RankProfile("generous", of="both"),),
            (score, mm.aims.EvenLoad()),
            ((score, mm.aims.Preference("both", weight=0.5)), mm.aims.Preference("mentees")),
        ]
    )


@st.composite
def questions(draw):
    """(a world of strict lists, its cohort, a program with aims)."""
    world = draw(rankings(projects=False, most_mentees=5, most_mentors=4))
    numbers = draw(st.lists(st.integers(-9, 9), min_size=7, max_size=20))
    return world, world.cohort(mm), mm.Program(aims=draw(wanted(numbers)))


def totals(cohort, program, matching):
    """What each tier measures."""
    grade = judge(cohort, program, mm.Status.FEASIBLE, matching, mm.Proof("none", ""))
    return grade.totals


@given(question=questions())
@examples(150)
def test_the_best_of_all_stable_matchings_is_found_and_proved(question):
    world, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    ways = [mm.matching_from_pairs(cohort, world.pairs(chosen)) for chosen in world.stable()]
    assert result.proof.totals == max(totals(cohort, program, way) for way in ways)
    assert result.matching in ways
    assert (result.status, result.trust, result.value) == (mm.Status.OPTIMAL, mm.Trust.PROVED, result.verified_bound)
    assert mm.verify(cohort, program, result) == []


@given(question=questions(), data=st.data())
@examples(150)
def test_no_flows_prove_a_stable_matching_that_is_not_the_best(question, data):
    world, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    claim = result.proof.stability
    rows = [
        tuple(n + data.draw(st.integers(-2, 2)) for n in row) if data.draw(st.booleans()) else row
        for row in claim.prices
    ]
    forged = replace(result.proof, stability=replace(claim, prices=tuple(rows)))
    for chosen in world.matchings():
        matching = mm.matching_from_pairs(cohort, world.pairs(chosen))
        grade = judge(cohort, program, mm.Status.OPTIMAL, matching, forged)
        assert bool(grade.violations) == (not world.is_stable(chosen))
        if not grade.violations and grade.totals < result.proof.totals:
            assert grade.trust != mm.Trust.PROVED


@given(question=questions(), data=st.data())
@examples(100)
def test_rotations_that_are_none_or_too_few_prove_nothing(question, data):
    _, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    claim = result.proof.stability
    if not claim.rotations:
        return
    circles = list(map(list, claim.rotations))
    one = data.draw(st.sampled_from(circles))
    harm = data.draw(st.sampled_from(["lose", "cut", "swap", "repeat", "foreign"]))
    if harm == "lose":
        circles.remove(one)
    elif harm == "cut":
        one.pop()
    elif harm == "swap":
        one[0], one[1] = one[1], one[0]
    elif harm == "repeat":
        circles.append(one)
    else:
        one[0] = data.draw(st.sampled_from([-1, 10**6]))
    forged = replace(result.proof, stability=replace(claim, rotations=tuple(map(tuple, circles))))
    grade = judge(cohort, program, mm.Status.OPTIMAL, result.matching, forged)
    same = harm == "swap" and len(one) == 2  # the same circle, begun elsewhere
    assert not grade.violations
    assert (grade.trust == mm.Trust.PROVED) == same


@given(world=rankings(projects=False, most_mentees=5, most_mentors=4))
@examples(200)
def test_sets_of_rotations_are_the_stable_matchings(world):
    """The sets that are closed under what must come before are as many as there are stable matchings."""
    instance = compile_instance(world.cohort(mm), mm.Program(aims=[mm.aims.Coverage()]))
    market = market_of(instance)
    best = mentee_side(market)[0]
    descent = followed(market, best, rotations(market, best))
    many = len(descent.left)
    closed = [chosen for chosen in range(2**many) if all(chosen >> b & 1 for a, b in descent.arcs if chosen >> a & 1)]
    assert len(closed) == len(world.stable())


def test_many_who_rank_twenty_each():
    """Linear programming took minutes here, and lost the proof over its rounding."""
    rng = random.Random(1)
    names = [f"h{k}" for k in range(300)]
    wishes = {f"s{k}": rng.sample(names, 20) for k in range(300)}
    lists = {name: [s for s, wish in wishes.items() if name in wish] for name in names}
    for order in lists.values():
        rng.shuffle(order)
    cohort = mm.Cohort.from_rankings(wishes, lists)
    program = mm.Program(aims=[mm.aims.RankProfile("generous", of="both"), mm.aims.Preference("both")])
    result = mm.solve(cohort, program, solver="stable")
    assert (result.status, result.trust) == (mm.Status.OPTIMAL, mm.Trust.PROVED)


def test_what_time_leaves_of_the_stages_is_kept():
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Preference("both")])
    stopped = mm.solve(cohort, program, solver="stable", time_limit=0)
    assert stopped.stopped == "time_limit"
    assert stopped.found is None or mm.verify(cohort, program, stopped) == []


@given(world=rankings(projects=False, most_mentees=5, most_mentors=4))
@examples(100)
def test_the_least_regret_and_the_most_equal_sides_are_those_of_enumeration(world):
    cohort, ways = world.cohort(mm), world.stable()

    def ranks(chosen):
        rows = [(e, o) for e, o in zip(world.names, chosen, strict=True) if o is not None]
        return [world.likes(e, o) for e, o in rows], [world.wants(world.owner[o], e) for e, o in rows]

    def worst(chosen):
        mine, theirs = ranks(chosen)
        return max([*mine, *theirs], default=0)

    least = mm.solve(cohort, mm.Program(aims=[mm.aims.RankProfile("generous", of="both")]), solver="stable")
    won = [way for way in ways if mm.matching_from_pairs(cohort, world.pairs(way)) == least.matching]
    assert [worst(way) for way in won] == [min(map(worst, ways))]
    assert least.trust == mm.Trust.PROVED
    equal = mm.solve(cohort, mm.Program(rules=[mm.rules.Stable()], aims=[mm.aims.EqualSides()]), solver="milp")
    assert equal.value == (max(-abs(sum(ranks(way)[0]) - sum(ranks(way)[1])) for way in ways),)


def test_three_who_go_round_meet_in_the_middle():
    """Mentees' best has ranks 1 and 3, mentors' best 3 and 1, the middle 2 and 2: one sum, and squares decide."""
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Preference("both", power=2)])
    result = mm.solve(cohort, program, solver="stable")
    assert sorted(result.matching.pairs()) == [("x", "c", ""), ("y", "a", ""), ("z", "b", "")]
    assert result.trust == mm.Trust.PROVED


def test_a_result_with_multipliers_survives_a_file(tmp_path):
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Preference("both")])
    result = mm.solve(cohort, program, solver="stable")
    mm.write_result(result, tmp_path / "result.json")
    again = mm.read_result(tmp_path / "result.json")
    assert again.proof == result.proof
    assert mm.verify(cohort, program, again) == []


@pytest.mark.parametrize(
    "cohort",
    [
        mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]}),
        mm.Cohort.from_rankings({"a": ["p", "q"]}, {"x": ["a"]}, offers={"p": "x", "q": "x"}),
    ],
)
def test_aims_over_ties_and_shared_offers_are_refused_in_a_sentence(cohort):
    with pytest.raises(mm.UnsupportedError, match=r"strict lists.*rules\.Stable"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.Preference("both")]), solver="stable")


def test_least_loads_that_no_stable_matching_has_are_infeasible_under_any_aims():
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"], "y": ["a"]}, min_load={"y": 1})
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Preference("both")]), solver="stable")
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
