"""One pool: pairs equal another library's matching and are proved; circles in which nobody meets again."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.events import plan_introductions
from mmatch.events.odd_sets import PoolPrices
from strategies import examples


@given(seed=st.integers(0, 10**6))
@examples(120)
def test_pairs_are_the_best_and_proved(seed):
    draw = random.Random(seed)
    ids = [f"p{k}" for k in range(draw.randint(2, 12))]
    every = list(combinations(ids, 2))
    scores = {pair: draw.randint(-3, 9) for pair in draw.sample(every, draw.randint(1, len(every)))}
    people = [Participant(name, offers=[Offer()], requests=[Request()]) for name in ids]
    cohort, program = mm.Cohort(people, scores=scores), mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    found = plan_introductions(cohort, program)
    graph = nx.Graph()
    graph.add_weighted_edges_from((a, b, 1000 + score) for (a, b), score in scores.items())
    best = nx.max_weight_matching(graph, maxcardinality=True)
    assert found.value == (len(best), sum(graph.edges[pair]["weight"] - 1000 for pair in best))
    assert found.gap == 0
    assert found.status == "optimal"
    assert mm.verify(cohort, program, found) == []


def test_a_cut_proves_three_of_whom_one_stays_alone():
    """Three who all fit: people alone would allow one and a half pairs; the set of three has a price."""
    scores = {("a", "b"): 5, ("b", "c"): 5, ("a", "c"): 5}
    people = [Participant(name, offers=[Offer()], requests=[Request()]) for name in "abc"]
    found = plan_introductions(mm.Cohort(people, scores=scores))
    assert found.prices.sets[0][0] == (0, 1, 2)
    assert found.gap == 0
    assert found.rounds == ((("a", "b", "c"),),)  # whoever is left joins


def test_colleagues_do_not_meet_and_nobody_meets_twice():
    people = [Participant(f"p{k}", attributes={"dep": "AB"[k % 2]}) for k in range(8)]
    cohort, program = mm.Cohort(people, history=[mm.Meeting("p0", "p1")]), mm.Program(rules=[mm.rules.Differs("dep")])
    found = plan_introductions(cohort, program, rounds=3)
    met = [frozenset(circle) for one in found.rounds for circle in one]
    assert len(set(met)) == len(met) == 12
    assert frozenset({"p0", "p1"}) not in met
    assert all(cohort[a].attributes["dep"] != cohort[b].attributes["dep"] for a, b in map(sorted, met))
    assert mm.verify(cohort, program, found) == []


def test_three_rounds_in_which_everybody_meets_somebody_new_are_proved():
    found = plan_introductions(mm.Cohort([Participant(f"p{k}") for k in range(10)]), rounds=3)
    assert (found.value[0], found.gap, found.status, found.alone) == (15, 0, "optimal", ())


def test_with_new_connections_people_of_the_history_may_meet_and_nobody_twice():
    people = [Participant(f"p{k}") for k in range(4)]
    cohort = mm.Cohort(people, history=[mm.Meeting("p0", "p1", date="2027-01-01")])
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.NewConnections(half_life=30)])
    found = plan_introductions(cohort, program, rounds=3)
    met = [frozenset(circle) for one in found.rounds for circle in one]
    assert len(set(met)) == len(met) == 6
    assert mm.verify(cohort, program, found) == []


@given(seed=st.integers(0, 10**6))
@examples(60)
def test_no_rounds_reach_more_than_the_bound(seed):
    """All sets of pairs in which nobody has more than two, beside the gap that two rounds claim."""
    draw = random.Random(seed)
    ids = [f"p{k}" for k in range(draw.randint(2, 5))]
    every = list(combinations(ids, 2))
    scores = {pair: draw.randint(0, 9) for pair in draw.sample(every, draw.randint(1, len(every)))}
    people = [Participant(name, offers=[Offer()], requests=[Request()]) for name in ids]
    cohort, program = mm.Cohort(people, scores=scores), mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    found = plan_introductions(cohort, program, rounds=2)
    assert mm.verify(cohort, program, found) == []
    sets = (some for n in range(len(scores) + 1) for some in combinations(scores, n))
    sound = (some for some in sets if all(sum(who in pair for pair in some) <= 2 for who in ids))
    best = max((len(some), sum(scores[pair] for pair in some)) for some in sound)
    assert found.value <= best
    if found.gap == 0:
        assert found.value == best
    if found.gap:
        assert mm.verify(cohort, program, replace(found, gap=0.0))[0].code == "bound"


@pytest.mark.parametrize(("n", "size", "rounds"), [(100, 5, 10), (28, 4, 5), (15, 3, 7), (16, 4, 5), (32, 4, 8)])
def test_circles_in_which_nobody_meets_again(n, size, rounds):
    cohort = mm.Cohort([Participant(f"p{k:03}") for k in range(n)])
    found = plan_introductions(cohort, None, (size, size), rounds)
    assert (found.repeats, found.status) == (0, "optimal")
    assert mm.verify(cohort, mm.Program(), found) == []
    met = [pair for one in found.rounds for circle in one for pair in combinations(circle, 2)]
    assert len(set(met)) == len(met) == rounds * n * (size - 1) // 2


def test_the_judge_sees_false_prices_and_places():
    people = [Participant(name, offers=[Offer()], requests=[Request()]) for name in "abcd"]
    cohort = mm.Cohort(people, scores={("a", "b"): 1, ("c", "d"): 1, ("a", "c"): 5, ("b", "d"): 5})
    found = plan_introductions(cohort)
    assert {frozenset(pair) for pair in found.rounds[0]} == {frozenset("ac"), frozenset("bd")}
    worse = replace(found, rounds=((("a", "b"), ("c", "d")),), value=(2, 2))
    assert {violation.code for violation in mm.verify(cohort, mm.Program(), worse)} == {"bound"}
    low = replace(found, prices=PoolPrices((Fraction(0),) * 4, ()))
    assert {violation.code for violation in mm.verify(cohort, mm.Program(), low)} == {"bound"}
    proud = replace(found, value=(2, 99))
    assert {violation.code for violation in mm.verify(cohort, mm.Program(), proud)} == {"value"}
    six = mm.Cohort([Participant(name) for name in "abcdef"])
    circles = plan_introductions(six, None, (3, 3), 3)
    modest = replace(circles, fewest=circles.repeats + 5)
    assert "value" in {violation.code for violation in mm.verify(six, mm.Program(), modest)}
    twice = replace(found, rounds=((("a", "c"), ("a", "b")),))
    assert "place" in {violation.code for violation in mm.verify(cohort, mm.Program(), twice)}


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"size": (1, 2)}, "from 2 on"),
        ({"rounds": 0}, "from 1"),
        ({"size": (6, 7)}, "let circles begin at 5"),
        ({"size": (3, 3)}, "allow 2 to 3"),
    ],
)
def test_what_cannot_be_meant_has_a_way_out(options, fault):
    with pytest.raises(mm.InputError, match=fault):
        plan_introductions(mm.Cohort([Participant(name) for name in "abcde"]), **options)


def test_values_are_in_the_units_of_the_aims_and_tiers_hold_weights():
    """Two weighted aims in one tier: a shared language counts 10, a shared hobby 1; half points stay half points."""
    facts = {"a": ("de", "go"), "b": ("de", "ski"), "c": ("fr", "go"), "d": ("fr", "ski")}
    people = [Participant(who, attributes={"tongue": one, "hobby": other}) for who, (one, other) in facts.items()]
    shares = (mm.aims.Shares("tongue", weight=10), mm.aims.Shares("hobby", weight=1))
    found = plan_introductions(mm.Cohort(people), mm.Program(aims=[shares]))
    assert found.rounds == ((("a", "b"), ("c", "d")),)
    assert found.value == (2, 40)  # two pairs, both directions
    both = [Participant(name, offers=[Offer()], requests=[Request()]) for name in "ab"]
    half = plan_introductions(mm.Cohort(both, scores={("a", "b"): 0.5, ("b", "a"): 1}))
    assert half.value[:2] == (1, 1.5)


def test_a_rule_that_one_pool_cannot_keep_is_refused():
    cohort = mm.Cohort([Participant(name) for name in "abcd"])
    with pytest.raises(mm.InputError, match="is about more than single pairs"):
        plan_introductions(cohort, mm.Program(rules=[mm.rules.Everyone()]))
