"""Costs solved in portions of bits: with a limit far below the costs, optima stay optima."""

from __future__ import annotations

import numpy as np
import pytest

import mmatch as mm
from mmatch.solvers import _min_cost_flow

FIT = mm.Program(aims=[mm.aims.Fit()])


@pytest.mark.parametrize("limit", [3, 40])
def test_scaled_optima_are_optima(monkeypatch, limit):
    """High bits tie often on such tables: an arc fixed too early would lose a swap that only low bits decide."""
    rng = np.random.default_rng(limit)
    questions = []
    for _ in range(150):
        n, m = rng.integers(2, 8, 2)
        table = rng.integers(0, 40, (n, m)).astype(float)
        questions.append(mm.Cohort.from_scores(table, capacity=int(rng.integers(1, 3))))
    wanted = [mm.solve(cohort, FIT).value for cohort in questions]
    monkeypatch.setattr(_min_cost_flow, "largest_cost", lambda _: limit)
    monkeypatch.setattr(_min_cost_flow, "_check", lambda *_: None)
    assert [mm.solve(cohort, FIT).value for cohort in questions] == wanted
