"""The greatest product of fits, as the greatest sum of logarithms that are rounded once to 2^-40."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.exact import whole_log2
from mmatch.lotteries import randomise
from oracle import Oracle, floor_log
from strategies import examples, matching_of
from strategies import forged as forged_proof

BASE = 10**9


CLOSE = st.integers(BASE - 3, BASE + 3)  # products that are nearly the same
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
    return max((oracle.value(chosen) for chosen in oracle.matchings()), default=None)


def chosen_in(oracle, matching):
    """The edges of a matching."""
    wanted = {(m.offer, e, t) for m in matching for e, t in zip(m.mentees, m.requested, strict=True)}
    title = {
        (o.id, p.id, r.label): (i, k)
        for i, (p, r) in enumerate(oracle.requests)
        for k, (_, o) in enumerate(oracle.offers)
    }
    return tuple(title[item] for item in wanted)


@given(cohort=tables(), aims=st.sampled_from(WANTED))
@examples(300)
def test_the_sum_of_logarithms_is_the_greatest(cohort, aims):
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
    assert oracle.value(chosen_in(oracle, result.matching)) == best
    assert mm.reasons(cohort, result) is not None


@given(cohort=tables(), aims=st.sampled_from(WANTED), data=st.data())
@examples(300)
def test_no_prices_prove_a_worse_product(cohort, aims, data):
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
    assume(oracle.value(chosen) != best_of(oracle))
    matching = matching_of(oracle, chosen)
    value = oracle.value(chosen)
    plain = tuple(tuple(map(as_read, v)) if isinstance(v, tuple) else as_read(v) for v in value)
    names = dict(zip((aim.name for aim in aims), plain, strict=True))
    rows = result.proof.evidence.prices
    moved = [tuple(data.draw(st.integers(-9, 9)) if data.draw(st.booleans()) else step for step in row) for row in rows]
    for prices in (rows, tuple(moved)):
        forged = replace(
            result,
            found=matching,
            value=plain,
            bound=plain,
            verified_bound=plain,
            by_aim=names,
            proof=forged_proof(result.proof, totals=value, prices=prices),
        )
        assert mm.verify(cohort, program, forged) != []


def as_read(total):
    return total.numerator if total.denominator == 1 else float(total)


def test_a_poor_fit_counts_as_much_as_a_good_one():
    """16 + 1 is more than 4 + 8, but 4 * 8 = 2^5 more than 16 * 1."""
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Nash()]))
    assert (result.value, result.trust) == (((2, 5),), "proved")


def test_searchers_claim_the_optimum_of_the_logarithms():
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    for solver in ("milp", "cpsat"):
        result = mm.solve(cohort, mm.Program(aims=[mm.aims.Nash()]), solver=solver)
        assert (result.value, result.status, result.trust) == (((2, 5),), "optimal", "claimed")


def test_a_lottery_is_over_matchings_of_the_greatest_product():
    cohort = mm.Cohort.from_scores([[16, 4], [8, 1]], capacity=1)
    draw = randomise(cohort, mm.Program(aims=[mm.aims.Nash()]))
    assert set(draw.chances.values()) == {1}
    assert sorted(draw.matching.pairs()) == [("mentor-0", "mentee-1", ""), ("mentor-1", "mentee-0", "")]


@given(st.integers(1, 2**20), st.integers(0, 40))
def test_the_logarithm_is_rounded_down(number, power):
    [log, shifted] = whole_log2(np.array([number, number << power]))
    assert log == floor_log(Fraction(number))
    assert shifted == log + (power << 40)
