"""Dense tables of single places: SciPy's assignment gives what the flow gives, with the same proof."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import mmatch as mm
from mmatch.solvers import _assignment, _min_cost_flow
from strategies import examples


def table(seed):
    """A table of scores in which most cells are numbers, and capacities of 0 and 1."""
    noise = np.random.default_rng(seed)
    shape = tuple(noise.integers(1, 9, 2))
    scores = noise.integers(-3, noise.choice([1, 4, 50]), shape).astype(float)
    scores[noise.random(shape) < 0.2] = np.nan
    return scores, noise.integers(0, 2, shape[1])


@given(seed=st.integers(0, 10**9), aims=st.sampled_from([[mm.aims.Coverage(), mm.aims.Fit()], [mm.aims.Fit()]]))
@examples(200)
def test_it_finds_what_the_flow_finds(seed, aims):
    scores, capacity = table(seed)
    cohort, program = mm.Cohort.from_scores(scores, capacity=capacity), mm.Program(aims=aims)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_assignment, "LEAST_EDGES", 1)
        found = mm.solve(cohort, program)
    expected = mm.solve(cohort, program)
    assert (found.status, found.value, found.trust) == (expected.status, expected.value, expected.trust)
    assert not mm.verify(cohort, program, found)


def test_it_is_used_where_the_table_is_dense(monkeypatch):
    """Else the property above would compare the flow with itself."""
    monkeypatch.setattr(_assignment, "LEAST_EDGES", 1)
    used = []

    def seen(*given):
        used.append(_assignment.assigned(*given) is not None)
        return _assignment.assigned(*given)

    monkeypatch.setattr(_min_cost_flow, "assigned", seen)
    for seed in range(20):
        scores, capacity = table(seed)
        mm.solve(mm.Cohort.from_scores(scores, capacity=capacity))
    assert sum(used) > 10
    used.clear()
    mm.solve(mm.Cohort.from_scores(scores, capacity=2))
    assert not any(used)


def test_a_wrong_assignment_is_no_proof(monkeypatch):
    monkeypatch.setattr(_assignment, "LEAST_EDGES", 1)
    monkeypatch.setattr("scipy.optimize.linear_sum_assignment", lambda table: linear_sum_assignment(-table))
    with pytest.raises(mm.errors.SolverError):
        mm.solve(mm.Cohort.from_scores([[1, 5], [5, 1]], capacity=1))
