"""Cases of a proof: what a floor settles by itself, and splits that leave nothing out."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.io.json_text import dump_json
from mmatch.io.results import result_from_json, result_to_json
from mmatch.network.cases import Case, Floors
from mmatch.network.circulation import build_network
from oracle import Oracle
from strategies import examples

FAIR = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])


def compiled(scores, capacity, demand=2):
    cohort = mm.Cohort.from_scores(scores, capacity=capacity, demand=demand)
    instance = compile_instance(cohort, FAIR)
    network = build_network(instance)
    return cohort, instance, network, Floors(network, instance.labels, instance.stages[1])


def full_choices(instance, case, first):
    """Every choice of edges in a case that fills all seats asked for."""
    ranges = [range(int(a), int(b) + 1) for a, b in zip(case.lower[first:], case.upper[first:], strict=True)]
    for chosen in product(*ranges):
        used = np.array(chosen, dtype=bool)
        if (np.bincount(instance.request[used], minlength=instance.n_requests) == instance.labels.wanted).all():
            yield used


@given(data=st.data())
@examples(120)
def test_what_a_floor_settles_loses_no_choice_that_keeps_it(data):
    n, m = data.draw(st.integers(1, 2)), data.draw(st.integers(2, 4))
    rows = st.lists(st.integers(-2, 5), min_size=m, max_size=m)
    _, instance, network, floors = compiled(data.draw(st.lists(rows, min_size=n, max_size=n)), 2)
    first = network.first_edge
    case = Case(network.lower.copy(), network.upper.copy())
    for edge in data.draw(st.lists(st.integers(0, n * m - 1), max_size=2, unique=True)):
        case = case.split(first + edge)[data.draw(st.integers(0, 1))]
    level = data.draw(st.integers(-4, 11))
    mentee, weights = instance.labels.label("mentee"), instance.stages[1].weights

    def keeping(case):
        found = []
        for used in full_choices(instance, case, first):
            totals = np.bincount(mentee[used], weights=weights[used], minlength=n)
            if (totals >= level).all():
                found.append(tuple(used))
        return found

    kept = floors.kept(case, level)
    before = keeping(case)
    assert before == ([] if kept is None else keeping(kept))
    if kept is not None:  # and each edge left open is taken by some choice of its mentee, and left by another
        for edge in np.flatnonzero(kept.lower[first:] < kept.upper[first:]):
            for one in kept.split(first + edge):
                assert floors.kept(one, level) is not None


@st.composite
def tables(draw):
    n, m = draw(st.integers(2, 3)), draw(st.integers(3, 4))
    scores = draw(st.lists(st.lists(st.integers(0, 30), min_size=m, max_size=m), min_size=n, max_size=n))
    return mm.Cohort.from_scores(scores, capacity=draw(st.integers(1, 2)), demand=2)


@given(cohort=tables())
@examples(60)
def test_with_cases_everything_small_is_proved(cohort):
    result = mm.solve(cohort, FAIR, solver="milp")
    assume(result.value[0] == sum(r.mentors for p in cohort for r in p.requests))
    assert (result.status, result.trust) == (mm.Status.OPTIMAL, mm.Trust.PROVED)
    assert result.verified_bound == result.value
    assert mm.verify(cohort, FAIR, result) == []
    again = result_from_json(json.loads(dump_json(result_to_json(result))))
    assert mm.verify(cohort, FAIR, again) == []


@given(cohort=tables(), data=st.data())
@examples(40)
def test_no_cases_prove_a_worse_matching(cohort, data):
    """Another matching is called the best, with the cases of the best one or with splits and bounds out of the air."""
    oracle = Oracle(cohort, FAIR)
    assume(len(oracle.edges) <= 9)
    result = mm.solve(cohort, FAIR, solver="milp")
    assume(result.proof.multipliers)
    everything = list(oracle.matchings())
    chosen = data.draw(st.sampled_from(everything))
    value = oracle.value(chosen)
    assume(value[0] == result.value[0] and value != oracle.best())
    pairs = [(oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in chosen]
    read = tuple(map(int, value))
    proof, head = result.proof, len(result.proof.prices) - len(result.proof.multipliers)
    entry = st.sampled_from([0, 0, 0, *range(1, len(oracle.edges) + 1)])
    cases = tuple(tuple(data.draw(st.lists(entry, max_size=6))) for _ in range(2))
    numbers = data.draw(st.lists(st.integers(0, len(proof.multipliers) - 1), max_size=8))
    drawn = replace(
        proof,
        totals=value,
        cases=cases,
        prices=(*proof.prices[:head], *(proof.prices[head + k] for k in numbers)),
        multipliers=tuple(proof.multipliers[k] for k in numbers),
    )
    for evidence in (replace(proof, totals=value), drawn):
        forged = replace(
            result,
            found=mm.matching_from_pairs(cohort, pairs),
            value=read,
            bound=read,
            verified_bound=read,
            by_aim=dict(zip(("Coverage", "WorstOff", "Fit"), read, strict=True)),
            proof=evidence,
        )
        assert mm.verify(cohort, FAIR, forged) != []


GAP = [[18, 21, 19, 14], [7, 29, 27, 23], [8, 24, 17, 7], [23, 4, 17, 5]]


def test_a_gap_of_the_relaxation_is_closed_by_cases():
    """In parts of seats a floor above 32 looks possible; with mentor-1 or without, for mentee-0, it is not."""
    cohort = mm.Cohort.from_scores(GAP, capacity=2, demand=2)
    result = mm.solve(cohort, FAIR, solver="milp")
    assert (result.value, result.trust, result.proof.cases[0]) == ((8, 32, 165), "proved", (2, 0, 0))
    for cases in ((), ((2, 0),), ((0, 0),), ((99, 0, 0),), ((-1, 0, 0),)):
        forged = replace(result, proof=replace(result.proof, cases=cases))
        assert "trust" in {v.code for v in mm.verify(cohort, FAIR, forged)}


@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=4, max_size=4))
@examples(60)
def test_floors_and_totals_of_four_are_the_best_and_proved(scores):
    """Beside CP-SAT, which knows nothing of floors that settle edges."""
    cohort = mm.Cohort.from_scores(scores, capacity=2, demand=2)
    one, other = (mm.solve(cohort, FAIR, solver=name) for name in ("milp", "cpsat"))
    assert one.value == other.value
    assert one.verified_bound[0] == one.value[0]
    for bound, value in zip(one.verified_bound, other.value, strict=True):
        assert bound is None or bound >= value
