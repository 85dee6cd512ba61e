"""Results in words: what is proved of a stable matching, and what is not."""

from __future__ import annotations

import mmatch as mm
from mmatch.reporting.words import aim_rows, headline

CASE = {"a": ["x"], "b": ["x"]}, {"x": [["a", "b"]]}


def test_a_stable_matching_is_best_among_stable_ones_only():
    cohort = mm.Cohort.from_rankings(*CASE)
    for side in ("mentee", "mentor"):
        result = mm.solve(cohort, solver=mm.solvers.Stable(side=side))
        assert headline(cohort, result) == f"1 of 2 mentees are matched — proved the {side}s' best stable matching."
        assert {row[3] for row in aim_rows(result)} == {"best of stable ones"}


def test_that_none_is_super_stable_is_said_so():
    cohort = mm.Cohort.from_rankings(*CASE)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert headline(cohort, result) == "There is no such stable matching — proved."
