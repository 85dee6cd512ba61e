"""Parity beside the worst-off of several seats: it crashed behind it, and a tier in front of it was not held."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from oracle import Oracle
from strategies import examples

ORDERS = [
    [mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.FitParity("seg")],
    [mm.aims.Coverage(), mm.aims.FitParity("seg"), mm.aims.WorstOff(), mm.aims.Fit()],
    [mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.FitParity("seg"), mm.aims.Fit()],
]


@given(seed=st.integers(0, 10**6), aims=st.sampled_from(ORDERS))
@pytest.mark.parametrize("solver", ["milp", "cpsat"])
@examples(40)
def test_each_tier_is_held_for_those_behind_it(solver, seed, aims):
    draw = random.Random(seed)
    mentors = [Participant(f"m{k}", offers=[Offer()], capacity=draw.randint(1, 3)) for k in range(draw.randint(2, 4))]
    mentees = [
        Participant(f"e{k}", requests=[Request(mentors=draw.randint(1, 2))], attributes={"seg": draw.choice("AB")})
        for k in range(draw.randint(2, 3))
    ]
    scores = {(m.id, e.id): draw.randint(-2, 9) for m in mentors for e in mentees}
    cohort = mm.Cohort([*mentors, *mentees], scores=scores)
    result = mm.solve(cohort, mm.Program(aims=aims), solver=solver)
    oracle = Oracle(cohort, result.program)
    best = max(oracle.value(chosen) for chosen in oracle.matchings())
    assert result.status == "optimal"
    assert result.value == pytest.approx(tuple(map(float, best)))
    assert mm.verify(cohort, result.program, result) == []
