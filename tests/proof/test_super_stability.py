"""What the judge strikes out in the name of super-stability, against enumeration: offers that share seats included."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.mechanisms.market import market_of
from mmatch.proof import judge
from mmatch.proof.super_stability import OpenWishes, after_strikes
from stable_oracle import rankings
from strategies import examples


def market(cohort):
    """(the market of a cohort, (mentee, offer) of each pair)."""
    instance, edges = mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))
    found = market_of(instance)
    pairs, ids, offers = edges.pairs, cohort.people.ids, cohort.offers.ids
    rows = found.edge.tolist()
    return found, [(ids[pairs.mentee[k]], offers[pairs.offer.row[k]].removesuffix("/")) for k in rows]


@given(world=rankings(ties=True, most_mentees=5), data=st.data())
@examples(250)
def test_whatever_is_struck_out_in_any_order_no_super_stable_matching_has(world, data):
    """And mentors never need too many where one exists, but do where none exists and nothing more can be struck out."""
    found, names = market(world.cohort(mm))
    stable = world.stable("super")
    ever = {pair for chosen in stable for pair in zip(world.names, chosen, strict=True)}
    wishes, order = OpenWishes(found), data.draw(st.permutations(range(len(found))))
    while struck := [pair for pair in order if wishes.strike(pair)]:
        assert not ever & {names[pair] for pair in struck}
        assert not (stable and wishes.too_many())
    assert wishes.too_many() == (not stable)


@given(world=rankings(ties=True, most_mentees=5), data=st.data())
@examples(150)
def test_steps_of_another_order_or_of_another_cohort_prove_nothing_false(world, data):
    """Dropped, doubled, swapped and foreign steps: a matching that is not the mentees' best is never proved so."""
    cohort = world.cohort(mm)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    steps = list(result.proof.stability.steps)
    edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))[0].request)
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(steps)))
        if data.draw(st.booleans()) and place < len(steps):
            steps.pop(place)
        else:
            steps.insert(place, data.draw(st.integers(-1, edges)))
    forged = replace(result.proof, evidence=replace(result.proof.stability, steps=tuple(steps)))
    best = max((world.total(chosen, "mentee") for chosen in world.stable("super")), default=None)
    for chosen in world.matchings():
        matching = mm.matching_from_pairs(cohort, world.pairs(chosen))
        grade = judge(cohort, result.program, mm.Status.OPTIMAL, matching, forged)
        assert bool(grade.violations) == (not world.is_stable(chosen, "super"))
        if grade.trust == mm.Trust.PROVED:
            assert world.total(chosen, "mentee") == best
    if best is not None:
        assert judge(cohort, result.program, mm.Status.INFEASIBLE, None, forged).trust != mm.Trust.PROVED


def test_a_mentee_who_ties_two_offers_of_one_mentor_needs_both_full():
    """One seat with the mentor, two offers: whichever the mentee has, the other one would take them as well."""
    cohort = mm.Cohort.from_rankings({"a": [["p", "q"]]}, {"x": ["a"]}, offers={"p": "x", "q": "x"})
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert len(result.proof.stability.steps) == 2
    found, _ = market(cohort)
    assert not after_strikes(found, []).too_many()
    assert after_strikes(found, [0, 0]) is None


def test_offers_of_one_mentor_with_a_super_stable_matching():
    """The mentor has room for two of three; b and c tie for the last seat on q, and neither has it."""
    wishes = {"a": ["p"], "b": ["q", "r"], "c": ["q", "r"], "d": [["p", "r"]]}
    orders = {"x": ["a", ["b", "c"], "d"], "y": ["b", "c", "d"]}
    owner = {"p": "x", "q": "x", "r": "y"}
    cohort = mm.Cohort.from_rankings(
        wishes, orders, offers=owner, capacity={"x": 2, "y": 2}, offer_capacity={"p": 1, "q": 1, "r": 1}
    )
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert result.status == mm.Status.INFEASIBLE
    strict = mm.Cohort.from_rankings(
        wishes, orders | {"x": ["a", "b", "c", "d"]}, offers=owner, capacity=2, offer_capacity={"p": 1, "q": 1, "r": 1}
    )
    result = mm.solve(strict, solver=mm.solvers.Stable(kind="super"))
    assert sorted(result.matching.pairs()) == [("x", "a", "p"), ("x", "b", "q"), ("y", "c", "r")]
    assert result.trust == mm.Trust.PROVED
    assert [reason.message for reason in mm.reasons(strict, result) if "d" in reason.who]


@pytest.mark.parametrize("seed", range(3))
def test_many_mentees_and_offers(seed):
    import random

    rng = random.Random(seed)
    mentors = [f"x{k}" for k in range(60)]
    owner = {f"p{k}": mentors[k % 60] for k in range(150)}
    wishes = {f"e{k}": rng.sample(list(owner), 5) for k in range(200)}
    orders = {m: [e for e, wish in wishes.items() if any(owner[o] == m for o in wish)] for m in mentors}
    for order in orders.values():
        rng.shuffle(order)
    some = {m: [*order[:-2], order[-2:]] if len(order) > 5 else order for m, order in orders.items()}
    cohort = mm.Cohort.from_rankings(wishes, some, offers=owner, capacity=3, offer_capacity=2)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, mm.Program(), result) == []
    if result.found is not None:
        assert mm.blocking_pairs(cohort, mm.Program(), result.matching, "super") == []


@pytest.mark.parametrize("rooms", [{"p": 1, "q": 2}, {"p": 2, "q": 1}, {"p": 2, "q": 2}])
def test_all_seats_of_the_other_offer_would_be_taken_by_others(rooms):
    """Two seats with the mentor, and only a asks: with p and q alike, q would take them too unless others fill it."""
    cohort = mm.Cohort.from_rankings(
        {"a": [["p", "q"]]}, {"x": ["a"]}, offers={"p": "x", "q": "x"}, capacity=2, offer_capacity=rooms
    )
    found, names = market(cohort)
    assert names == [("a", "p"), ("a", "q")]
    own = [after_strikes(found, [pair]) is not None for pair in (0, 1)]
    assert own == [rooms["q"] == 2, rooms["p"] == 2]
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
