"""The greatest product of fits: proved in exact numbers, where logarithms rounded to 2^-40 cannot tell."""

from dataclasses import replace
from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance, products
from mmatch.instance.network import CrossingSets, build_network
from mmatch.people.numbers import floor_log2, whole_product
from mmatch.proof import judge
from oracle import Oracle, floor_log
from strategies import cohorts, examples, matching_of

BASE = 10**9  # 2 log2(BASE) < log2(BASE - 1) + log2(BASE + 1), as rounded to 2^-40


CLOSE = st.integers(BASE - 3, BASE + 3)  # products that differ by less than rounded logarithms can tell
EXACT = st.integers(0, 10).map(lambda k: 2.0**-k)  # on one grid with the others
FITS = st.sampled_from([CLOSE, CLOSE, CLOSE | EXACT | st.sampled_from([-1, 0, 3])])


@st.composite
def tables(draw):
    """Few mentees and mentors, capacities up to 2, least loads, nested offers."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    mentors = []
    for k in range(m):
        topics = draw(st.sampled_from([("",), ("data",), ("data", "writing")]))
        offers = [mm.Offer(t, seats=draw(st.sampled_from([None, 1]))) for t in topics]
        capacity = draw(st.sampled_from([1, 1, 2]))
        mentors.append(
            mm.Participant(f"m{k}", offers=offers, capacity=capacity, min_load=draw(st.sampled_from([0, 0, 1])))
        )
    mentees = [mm.Participant(f"e{i}", requests=[mm.Request(draw(st.sampled_from(["", "data"])))]) for i in range(n)]
    pairs = [(f"m{k}", f"e{i}") for k in range(m) for i in range(n)]
    fits = draw(FITS)
    scores = {pair: draw(fits) for pair in pairs if draw(st.integers(0, 4))}
    return mm.Cohort([*mentors, *mentees], scores=scores)


WANTED = [
    [mm.aims.Nash()],
    [mm.aims.Nash(), mm.aims.Fit()],
    [mm.aims.Coverage(), mm.aims.Nash(), mm.aims.EvenLoad()],
    [mm.aims.Coverage(), mm.aims.EvenLoad(), mm.aims.Nash(), mm.aims.Fit()],
    [mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Nash()],
]


def best_of(oracle):
    return max((oracle.value(chosen, exact=True) for chosen in oracle.matchings()), default=None)


def chosen_in(oracle, matching):
    """The edges of a matching."""
    wanted = {(m.offer, e, t) for m in matching for e, t in zip(m.mentees, m.requested, strict=True)}
    title = {
        (o.id, p.id, r.topic): (i, k)
        for i, (p, r) in enumerate(oracle.requests)
        for k, (_, o) in enumerate(oracle.offers)
    }
    return tuple(title[item] for item in wanted)


@given(cohort=tables(), aims=st.sampled_from(WANTED))
@examples(300)
def test_the_product_is_the_greatest_by_exact_numbers(cohort, aims):
    program = mm.Program(aims=aims)
    oracle = Oracle(cohort, program)
    assume(len(oracle.edges) <= 12)
    try:
        result = mm.solve(cohort, program, solver="flow")
    except mm.InputError:
        return
    best = best_of(oracle)
    assert (result.status == mm.Status.OPTIMAL) == (best is not None)
    assume(best is not None)
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, program, result) == []
    assert oracle.value(chosen_in(oracle, result.matching), exact=True) == best
    assert mm.reasons(cohort, program, result) is not None


@given(cohort=tables(), aims=st.sampled_from(WANTED), data=st.data())
@examples(300)
def test_no_forest_proves_a_worse_product(cohort, aims, data):
    """Another matching is called the best, with the proof of the best one or with steps out of the air."""
    program = mm.Program(aims=aims)
    oracle = Oracle(cohort, program)
    assume(2 <= len(oracle.edges) <= 10)
    try:
        result = mm.solve(cohort, program, solver="flow")
    except mm.InputError:
        return
    everything = list(oracle.matchings())
    assume(everything)
    chosen = data.draw(st.sampled_from(everything))
    assume(oracle.value(chosen, exact=True) != best_of(oracle))
    matching = matching_of(oracle, chosen)
    value = oracle.value(chosen)
    plain = tuple(tuple(map(as_read, v)) if isinstance(v, tuple) else as_read(v) for v in value)
    names = dict(zip((aim.name for aim in aims), plain, strict=True))
    rows = result.proof.prices
    moved = [tuple(data.draw(st.integers(-9, 9)) if data.draw(st.booleans()) else step for step in row) for row in rows]
    for prices in (rows, tuple(moved)):
        forged = replace(
            result,
            found=matching,
            value=plain,
            bound=plain,
            verified_bound=plain,
            by_aim=names,
            proof=replace(result.proof, totals=value, prices=prices),
        )
        assert mm.verify(cohort, program, forged) != []


def as_read(total):
    return total.numerator if total.denominator == 1 else float(total)


TIED = [[BASE - 1, BASE], [BASE, BASE + 1]]


@pytest.mark.parametrize("limit", [products.EXACT_ARCS, -1])
@pytest.mark.parametrize("scores", [TIED, TIED[::-1]])
def test_a_tie_of_logarithms_is_none_of_products(scores, limit, monkeypatch):
    """BASE^2 is 1 more than (BASE - 1) * (BASE + 1), but the sums of rounded logarithms say that it is less."""
    monkeypatch.setattr(products, "EXACT_ARCS", limit)
    cohort = mm.Cohort.from_scores(scores, capacity=1)
    program = mm.Program(aims=[mm.aims.Nash()])
    result = mm.solve(cohort, program)
    pairs = {(mentor, mentee) for mentor, mentee, _ in result.matching.pairs()}
    table = {(f"mentor-{j}", f"mentee-{i}"): scores[i][j] for i in range(2) for j in range(2)}
    assert prod(table[pair] for pair in pairs) == BASE**2
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, program, result) == []
    other = mm.matching_from_pairs(cohort, sorted(table.keys() - pairs))
    assert judge(cohort, program, mm.Status.OPTIMAL, other, result.proof).trust != mm.Trust.PROVED


def test_a_poor_fit_counts_as_much_as_a_good_one():
    """16 + 1 is more than 4 + 8, but 4 * 8 = 2^5 more than 16 * 1."""
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Nash()]))
    assert (result.value, result.trust) == (((2, 5),), "proved")


def test_searchers_add_up_logarithms_and_claim_no_optimum():
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    for solver in ("milp", "cpsat"):
        result = mm.solve(cohort, mm.Program(aims=[mm.aims.Nash()]), solver=solver)
        assert (result.value, result.status, result.trust) == (((2, 5),), "feasible", "heuristic")


def test_a_lottery_refuses_a_product():
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    with pytest.raises(mm.UnsupportedError, match="Nash"):
        mm.randomise(cohort, mm.Program(aims=[mm.aims.Nash()]))


@given(cohort=tables() | cohorts(scored=True), data=st.data())
@examples(300)
def test_both_paths_of_the_judge_agree(cohort, data):
    """All arcs in fractions, or those that rounded logarithms leave open: for proofs, and for any steps."""
    program = mm.Program(aims=[mm.aims.Nash()])
    try:
        network = build_network(compile_instance(cohort, program))
        solved = mm.solve(cohort, program, solver="flow")
    except (mm.InputError, mm.UnsupportedError, CrossingSets):
        return
    factors = products.Factors.of(network, network.stages[1])
    if data.draw(st.booleans()) and solved.found is not None:
        forest = solved.proof.prices[1]
    else:
        forest = [data.draw(st.sampled_from([0, *leading_to(network, node)])) for node in range(network.n_nodes)]
    worths = products.read_worths(factors, forest)
    assume(worths is not None)
    found = []
    for limit in (products.EXACT_ARCS, -1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(products, "EXACT_ARCS", limit)
            found.append(products.signs(factors, worths))
    assert np.array_equal(*found)
    worth = [Fraction(*pair) for pair in zip(worths.top, worths.under, strict=True)]
    ends = zip(network.tail.tolist(), network.head.tolist(), factors.exact, strict=True)
    assert found[0].tolist() == [(rest > 0) - (rest < 0) for rest in (worth[h] - worth[t] * f for t, h, f in ends)]


@pytest.mark.parametrize("forest", [(0, 0), (99, 0, 0, 0, 0), (1, 1, 1, 1, 1), (0, -5, 0, 5, 0), (2**70, 0, 0, 0, 0)])
def test_steps_that_are_no_forest_prove_nothing(forest):
    """Too few, no such arc, arcs that lead elsewhere, there and back again, a number out of this world."""
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    program = mm.Program(aims=[mm.aims.Nash()])
    network = build_network(compile_instance(cohort, program))
    assert (int(network.tail[4]), int(network.head[4]), network.n_nodes) == (1, 3, 5)
    assert products.read_worths(products.Factors.of(network, network.stages[1]), forest) is None
    result = mm.solve(cohort, program)
    broken = replace(result, proof=replace(result.proof, prices=(result.proof.prices[0], forest)))
    assert {v.code for v in mm.verify(cohort, program, broken)} >= {"trust"}


def leading_to(network, node):
    """The steps that end at a node."""
    return [int(k) + 1 for k in np.flatnonzero(network.head == node)] + [
        -int(k) - 1 for k in np.flatnonzero(network.tail == node)
    ]


@given(st.lists(st.integers(1, 2**62), max_size=80))
def test_products_in_halves(values):
    assert whole_product(values) == prod(values)


@given(st.integers(1, 2**120), st.integers(0, 3000))
def test_the_logarithm_is_rounded_down(number, power):
    log = floor_log2(number)
    assert log == floor_log(Fraction(number))
    assert floor_log2(number << power) == log + (power << 40)
    assert 0 <= floor_log2(number**50) - 50 * log < 50 or number == 1
