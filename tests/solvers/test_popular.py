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
from mmatch.proof.popularity import is_popular, none_popular
from stable_oracle import rankings
from strategies import examples


def votes(world, one, other):
    """Mentees who like one matching better, minus those who like the other better."""
    gains = [world.likes(e, b) - world.likes(e, a) for e, a, b in zip(world.names, one, other, strict=True)]
    return sum((gain > 0) - (gain < 0) for gain in gains)


def popular(world):
    """All matchings that lose no vote."""
    every = list(world.matchings())
    return [one for one in every if all(votes(world, other, one) <= 0 for other in every)]


@given(world=rankings(projects=False, most_mentees=5), seed=st.integers(0, 3))
@examples(300)
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


@given(world=rankings(projects=False, most_mentees=5), data=st.data())
@examples(200)
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
    crowd = data.draw(st.lists(st.integers(0, max(len(market) - 1, 0)), max_size=len(market)))
    if best and len(market):
        assert not none_popular(market, np.array(crowd, dtype=np.int64))


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


def test_ties_and_shared_offers_are_refused_in_a_sentence():
    tied = mm.Cohort.from_rankings({"a": [["x", "y"]]})
    with pytest.raises(mm.UnsupportedError, match="popular cannot keep ties in the lists of mentees"):
        mm.solve(tied, solver="popular")
    shared = mm.Cohort.from_rankings({"a": ["p", "q"]}, offers={"p": "x", "q": "x"})
    with pytest.raises(mm.UnsupportedError, match="popular cannot keep several offers of one mentor"):
        mm.solve(shared, solver="popular")
