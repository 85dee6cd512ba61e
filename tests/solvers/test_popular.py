"""Popular matchings: against votes over all matchings, with a witness where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.instance.market import market_of
from mmatch.mechanisms.popular import popular as mechanism
from mmatch.proof.popularity import is_popular, none_popular
from stable_oracle import rankings
from strategies import examples


def worlds(ties):
    """A few mentees, their wishes and who accepts them."""
    return rankings(ties=ties, projects=False, most_mentees=5)


def votes(world, one, other):
    """Mentees who like one matching better, minus those who like the other better."""
    gains = [world.likes(e, b) - world.likes(e, a) for e, a, b in zip(world.names, one, other, strict=True)]
    return sum((gain > 0) - (gain < 0) for gain in gains)


def popular(world):
    """All matchings that lose no vote."""
    every = list(world.matchings())
    return [one for one in every if all(votes(world, other, one) <= 0 for other in every)]


@given(world=st.booleans().flatmap(worlds), seed=st.integers(0, 3))
@examples(400)
def test_a_largest_popular_matching_is_found_or_shown_not_to_be(world, seed):
    cohort, best = world.cohort(mm), popular(world)
    result = mm.solve(cohort, solver="popular", seed=seed)
    assert mm.verify(cohort, mm.Program(), result) == []
    event(f"{len(best) > 0}")
    if not best:
        assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
        assert mm.reasons(cohort, mm.Program(), result)[0].message.startswith("no popular matching exists")
        return
    ways = [mm.matching_from_pairs(cohort, world.pairs(way)) for way in best]
    assert result.matching in ways
    assert len(result.matching.pairs()) == max(len(way.pairs()) for way in ways)
    assert (result.status, result.trust) == (mm.Status.FEASIBLE, mm.Trust.HEURISTIC)


@given(world=st.booleans().flatmap(worlds), data=st.data())
@examples(300)
def test_the_judge_takes_no_other_matching_and_no_false_witness(world, data):
    cohort, best = world.cohort(mm), set(popular(world))
    market = market_of(compile_instance(cohort, mm.Program().resolve(cohort, "popular")))
    for chosen in world.matchings():
        current = np.full(market.n_mentees, -1)
        for pair in range(len(market)):
            who, offer = names(cohort, market, pair)
            if chosen[world.names.index(who)] == offer:
                current[market.mentee[pair]] = pair
        assert is_popular(market, current) == (chosen in best)
    pairs = st.lists(st.integers(0, max(len(market) - 1, 0)), max_size=len(market)).map(np.array)
    if best and len(market):
        granted = data.draw(pairs | st.just(np.array(largest_first(market))))
        assert not none_popular(market, granted.astype(np.int64), data.draw(pairs).astype(np.int64))


def largest_first(market):
    """Pairs that give as many mentees as possible a first wish, as the mechanism finds them."""
    return mechanism(market, range(market.n_mentees)).granted


def names(cohort, market, pair):
    """(mentee, mentor) of a pair of a market; all rows are canonical here."""
    rows = cohort.canonical_rows
    request, offer = rows[0][market.mentee[pair]], rows[1][market.offer[pair]]
    ids = cohort.people.ids
    return ids[cohort.requests.owner[request]], ids[cohort.offers.owner[offer]]


def test_three_who_want_the_same_two_have_no_popular_matching():
    lists = {name: ["x", "y", "z"] for name in ("a", "b", "c")}
    cohort = mm.Cohort.from_rankings(lists)
    result = mm.solve(cohort, solver="popular")
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    forged = replace(result.proof.stability, steps=result.proof.stability.steps[:1])
    wrong = replace(result, proof=replace(result.proof, stability=forged))
    assert {v.code for v in mm.verify(cohort, mm.Program(), wrong)} == {"status", "trust"}


def test_a_long_row_moves_on_by_one_seat_each_and_without_recursion():
    n = 3000
    lists = {f"a{k}": [f"x{k // 2}", f"y{k // 2}", f"z{k}"] for k in range(n)}
    cohort = mm.Cohort.from_rankings(lists)
    result = mm.solve(cohort, solver="popular")
    assert len(result.matching.pairs()) == n


def test_whoever_ties_two_gives_way_to_whoever_wants_one_of_them():
    """By hand: a takes nobody but x, b likes x and y as much and nobody else; c and d have somebody to go to."""
    lists = {"a": ["x"], "b": [["x", "y"]], "c": ["y", "z"], "d": ["x", "w"]}
    result = mm.solve(mm.Cohort.from_rankings(lists), solver="popular")
    assert {pair[:2] for pair in result.matching.pairs()} == {("x", "a"), ("y", "b"), ("z", "c"), ("w", "d")}


def test_a_witness_needs_first_wishes_that_nobody_could_add_to():
    """No popular matching: three want x or y, then z. First wishes granted to one alone make another argument."""
    lists = {name: [["x", "y"], "z"] for name in ("a", "b", "c", "d")}
    cohort = mm.Cohort.from_rankings(lists)
    result = mm.solve(cohort, solver="popular")
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    for crowds in ((), (result.proof.stability.crowds[0][:1],), result.proof.stability.crowds * 2):
        wrong = replace(result, proof=replace(result.proof, stability=replace(result.proof.stability, crowds=crowds)))
        assert {v.code for v in mm.verify(cohort, mm.Program(), wrong)} == {"status", "trust"}


def test_shared_offers_are_refused_in_a_sentence():
    shared = mm.Cohort.from_rankings({"a": ["p", "q"]}, offers={"p": "x", "q": "x"})
    with pytest.raises(mm.UnsupportedError, match="popular cannot keep several offers of one mentor"):
        mm.solve(shared, solver="popular")
