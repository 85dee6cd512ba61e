"""Worst-off tiers with one seat each: what is proved is true, and later tiers get exactly what is left."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from oracle import Oracle
from strategies import examples
from strategies import forged as forged_proof

FIRST = mm.aims.Coverage()
PROGRAMS = {
    "worst-off, fit": [FIRST, mm.aims.WorstOff(), mm.aims.Fit()],
    "worst-off, even load": [FIRST, mm.aims.WorstOff(), mm.aims.EvenLoad()],
    "leximin, even load": [FIRST, mm.aims.Leximin(), mm.aims.EvenLoad()],
    "even load, leximin": [FIRST, mm.aims.EvenLoad(), mm.aims.Leximin()],
    "worst-off, new mentors, fit": [FIRST, mm.aims.WorstOff(), mm.aims.NewMentors(), mm.aims.Fit()],
}


@st.composite
def tables(draw):
    """Few levels, so that many matchings share the worst one."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    cell = st.sampled_from([0, 1, 1, 2, 3, float("nan")])
    scores = draw(st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n))
    return mm.Cohort.from_scores([list(map(float, row)) for row in scores], capacity=draw(st.integers(1, 3)))


@pytest.mark.parametrize("name", PROGRAMS)
@given(cohort=tables())
@examples(150)
def test_tiers_behind_a_worst_off_are_exact(name, cohort):
    program = mm.Program(aims=PROGRAMS[name])
    result = mm.solve(cohort, program, solver="flow")
    assert result.proof.totals == Oracle(cohort, program).best()
    assert result.trust == mm.Trust.PROVED


@given(cohort=tables(), data=st.data())
@examples(150)
def test_a_lower_floor_is_never_proved(cohort, data):
    """Any other matching that fills as many seats is called the fairest, with the true prices or with none at all."""
    program = mm.Program(aims=[FIRST, mm.aims.WorstOff()])
    oracle, good = Oracle(cohort, program), mm.solve(cohort, program)
    best = oracle.best()
    worse = [c for c in oracle.matchings() if oracle.value(c)[0] == best[0] and oracle.value(c) != best]
    if not worse:
        return
    chosen = data.draw(st.sampled_from(worse))
    value = oracle.value(chosen)
    told = tuple(map(int, value))
    n = len(good.proof.evidence.prices[0])
    prices = data.draw(
        st.sampled_from([good.proof.evidence.prices, (good.proof.evidence.prices[0], (0,) * n, (0,) * n)])
    )
    forged = replace(
        good,
        found=mm.matching_from_pairs(cohort, [(oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in chosen]),
        value=told,
        bound=told,
        verified_bound=told,
        by_aim=dict(zip(("Coverage", "WorstOff"), told, strict=True)),
        proof=forged_proof(good.proof, totals=value, prices=prices),
    )
    assert "trust" in {v.code for v in mm.verify(cohort, program, forged)}
