"""Few pairs that block: against enumeration over preference lists, on every notion, with and without rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.proof import judge
from stable_oracle import rankings
from strategies import examples

KINDS = ("weak", "strong", "super", "envy")


def unrest(world, chosen, kind):
    """How many pairs block."""
    return sum(world.blocks(chosen, e, o, kind) for e in world.names for o in world.owner)


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
@pytest.mark.parametrize("kind", KINDS)
@given(world=rankings(ties=True))
@examples(60)
def test_fewest_among_the_largest_and_largest_among_the_fewest(solver, kind, world):
    cohort, few = world.cohort(mm), mm.aims.FewBlockingPairs(kind)
    counted = [(sum(o is not None for o in chosen), -unrest(world, chosen, kind)) for chosen in world.matchings()]
    first = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), few]), solver=solver)
    assert (first.value, first.status) == (max(counted), mm.Status.OPTIMAL)
    last = mm.solve(cohort, mm.Program(aims=[few, mm.aims.Coverage()]), solver=solver)
    assert last.value == max((pairs, seats) for seats, pairs in counted)
    assert len(mm.blocking_pairs(cohort, mm.Program(), last.matching, kind)) == -last.value[0]


@given(world=rankings(ties=True), data=st.data())
@examples(100)
def test_pairs_that_a_rule_forbids_are_counted_too(world, data):
    cohort = world.cohort(mm)
    people = st.tuples(st.sampled_from(sorted(set(world.owner.values()))), st.sampled_from(world.names))
    apart = set(data.draw(st.lists(people, min_size=1, max_size=3)))
    program = mm.Program(rules=[mm.rules.Forbid(apart)], aims=[mm.aims.FewBlockingPairs()])
    allowed = [
        chosen
        for chosen in world.matchings()
        if not apart & {(world.owner[o], e) for e, o in zip(world.names, chosen, strict=True) if o is not None}
    ]
    result = mm.solve(cohort, program, solver="milp")
    assert result.value == (max(-unrest(world, chosen, "weak") for chosen in allowed),)


@given(world=rankings(ties=True), data=st.data())
@examples(100)
def test_no_prices_prove_how_few_they_are(world, data):
    """Prices of a network know nothing of pairs that block, and must not be taken for a proof."""
    cohort = world.cohort(mm)
    program = mm.Program(aims=[mm.aims.FewBlockingPairs()])
    nobody = mm.matching_from_pairs(cohort, [])
    worse = unrest(world, (None,) * len(world.names), "weak")
    best = mm.solve(cohort, program, solver="milp")
    for size in range(data.draw(st.integers(1, 30))):
        forged = replace(best.proof, kind="prices", prices=((0,) * size,))
        grade = judge(cohort, program, mm.Status.OPTIMAL, nobody, forged)
        assert not grade.violations
        assert grade.trust != mm.Trust.PROVED
        assert grade.totals == (-worse,)


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
def test_nobody_envies_a_seat_that_is_full_of_better_ones(solver):
    """The mentor keeps w, whom they like less than e; but e does not want w's offer, and f on the other is better."""
    cohort = mm.Cohort.from_rankings(
        {"e": ["p"], "f": ["p"], "w": ["q"]}, {"x": ["f", "e", "w"]}, offers={"p": "x", "q": "x"}, capacity=2
    )
    program = mm.Program(rules=[mm.rules.Stable("envy")], aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, program, solver=solver)
    assert sorted(result.matching.pairs()) == [("x", "f", "p"), ("x", "w", "q")]
    counted = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.FewBlockingPairs("envy")]), solver=solver)
    assert counted.value == (2, 0)


def test_who_states_no_ranks_asks_for_nothing():
    with pytest.raises(mm.InputError, match="nobody in the cohort has stated ranks"):
        mm.solve(mm.Cohort.from_scores([[1]], capacity=1), mm.Program(aims=[mm.aims.FewBlockingPairs()]))
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]})
    with pytest.raises(mm.UnsupportedError, match=r"flow cannot keep an aim about pairs that block; use cpsat or milp"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.FewBlockingPairs()]), solver="flow")
    with pytest.raises(mm.InputError, match="expected one of"):
        mm.aims.FewBlockingPairs("stable")
