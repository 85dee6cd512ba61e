"""The constraints that nothing blocks: kept by just the stable matchings, under every notion and with other bounds."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.blocking import KINDS
from mmatch.instance import compile_instance
from mmatch.instance.market import market_of, tied_within, without_twins
from mmatch.instance.unblocked import may_be_refuted, unblocked
from oracle import Oracle
from stable_oracle import Slow, rankings
from strategies import cohorts, examples


def kept(constraints, market, taken):
    """Whether some pairs keep all constraints: what the other variables say is read off the row that says it first."""
    true = {k + 1: k in taken for k in range(len(market))}
    for row in constraints.rows:
        last = abs(row.literals[-1]) if row.literals else 0
        if last not in true and last:
            reached = sum(true[x] for x in row.literals[:-1]) >= row.least
            true[last] = reached == (row.literals[-1] < 0)
    assert len(true) == constraints.size
    return all(
        sum(w for x, w in zip(row.literals, row.weights, strict=True) if true[abs(x)] == (x > 0)) >= row.least
        for row in constraints.rows
    )


def asked(cohort, rules=()):
    """(the instance, its market, the pair of each mentee and offer)."""
    instance = compile_instance(cohort, mm.Program(rules=[mm.rules.Stable(), *rules], aims=[mm.aims.Coverage()]))
    market = market_of(instance)
    pairs, ids, offers = instance.labels.pairs, cohort.people.ids, cohort.offers.ids
    names = [(ids[pairs.mentee[k]], offers[pairs.offer.row[k]].removesuffix("/")) for k in market.edge.tolist()]
    return instance, market, {name: k for k, name in enumerate(names)}


def numbered(owners, rows, cohort):
    """The oracle's number of each request, or offer: of one person they stand in the same order."""
    of = {name: iter([k for k, owner in enumerate(owners) if owner == name]) for name in owners}
    return [next(of[cohort.people.ids[row]]) for row in rows.tolist()]


@pytest.mark.parametrize("notion", KINDS)
@given(world=rankings(ties=True))
@examples(150)
def test_just_the_stable_matchings_keep_them(notion, world):
    instance, market, place = asked(world.cohort(mm))
    constraints = unblocked(instance, market, notion)
    for chosen in world.matchings():
        taken = {place[pair] for pair in zip(world.names, chosen, strict=True) if pair[1] is not None}
        assert kept(constraints, market, taken) == world.is_stable(chosen, notion)


@pytest.mark.parametrize("notion", KINDS)
@given(cohort=cohorts(ranked=True), data=st.data())
@examples(100)
def test_requests_met_by_one_offer_and_least_loads(notion, cohort, data):
    """Several requests of one mentee, topics, levels, loads: against the definitions, one pair at a time."""
    rules = [mm.rules.Everyone()] if data.draw(st.booleans()) else []
    try:
        instance, market, _ = asked(cohort, rules)
    except mm.InputError:  # a least load that nobody can have
        assume(False)
    assume(may_be_refuted(instance) and 0 < len(market) <= 6)
    program = mm.Program(rules=rules)
    oracle = Oracle(cohort, program)
    constraints = unblocked(instance, market, notion)
    requests = numbered([mentee.id for mentee, _ in oracle.requests], cohort.requests.owner, cohort)
    offers = numbered([mentor.id for mentor, _ in oracle.offers], cohort.offers.owner, cohort)
    edges, pairs = market.edge.tolist(), instance.labels.pairs
    asks, meets = pairs.request.row.tolist(), pairs.offer.row.tolist()
    for taken in product([False, True], repeat=len(market)):
        seats = {k for k, used in enumerate(taken) if used}
        chosen = [(requests[asks[edges[k]]], offers[meets[edges[k]]]) for k in sorted(seats)]
        slow = Slow(cohort, program, chosen, oracle)
        fine = mm.verify(cohort, program, slow.matching()) == [] and not slow.pairs(notion)
        assert kept(constraints, market, seats) == fine


@given(world=rankings(ties=True, projects=True, most_mentees=4))
@examples(150)
def test_twins_may_take_each_others_place(world):
    """Every stable matching has a sister without twins in which everybody has an offer just as good."""
    instance, market, place = asked(world.cohort(mm))
    del instance
    fewer = without_twins(market)
    left = set(fewer.edge.tolist())
    assert len(left) == len(fewer)
    names = {pair for pair, k in place.items() if int(market.edge[k]) in left}
    for notion in KINDS:
        stable = world.stable(notion)
        sisters = [c for c in stable if all(o is None or (e, o) in names for e, o in zip(world.names, c, strict=True))]
        ranks = [
            {tuple(world.likes(e, o) for e, o in zip(world.names, c, strict=True)) for c in found}
            for found in (stable, sisters)
        ]
        assert ranks[0] == ranks[1]


def test_offers_without_seats_of_their_own_are_twins():
    wishes = {"a": [["p", "q", "r"]], "b": ["p", "q"]}
    owner = {"p": "x", "q": "x", "r": "y"}
    roomy = mm.Cohort.from_rankings(wishes, {"x": ["a", "b"], "y": ["a"]}, offers=owner, capacity=2, offer_capacity=2)
    _, market, place = asked(roomy)
    assert tied_within(market).nonzero()[0].tolist() == sorted(place["a", o] for o in "pq")
    assert len(without_twins(market)) == len(market) - 1
    tight = mm.Cohort.from_rankings(wishes, {"x": ["a", "b"], "y": ["a"]}, offers=owner, capacity=2, offer_capacity=1)
    _, market, _ = asked(tight)
    assert without_twins(market) is market


def test_slots_groups_several_mentors_and_linked_mentees_are_not_refuted():
    several = mm.Cohort(
        [
            mm.Participant("a", requests=[mm.Request("", mentors=2)], ranks=("x",)),
            mm.Participant("x", offers=[mm.Offer("")]),
        ]
    )
    assert not may_be_refuted(asked(several)[0])
    pairs = mm.Cohort.from_rankings({"a": ["x"], "b": ["x"]}, {"x": ["a", "b"]})
    assert not may_be_refuted(asked(pairs, [mm.rules.Linked([["a", "b"]])])[0])
    assert may_be_refuted(asked(pairs)[0])
