"""Means of segments, also such that overlap, against the definition; and numbers that need more bits than there are."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from oracle import Oracle
from strategies import examples

ITEMS = ["red", "blue", ("red", "blue"), ("blue",), True, 1, None]


@st.composite
def questions(draw):
    """A cohort with an attribute of one or several items, and coverage before equal means."""
    value = st.sampled_from(ITEMS)
    mentors = [mm.Participant(f"m{k}", offers=[mm.Offer("")], capacity=draw(st.integers(0, 2))) for k in range(2)]
    mentees = [
        mm.Participant(
            f"e{k}", requests=[mm.Request("", mentors=draw(st.integers(1, 2)))], attributes={"team": draw(value)}
        )
        for k in range(draw(st.integers(1, 4)))
    ]
    pairs = [(a.id, b.id) for a in mentors for b in mentees]
    scores = {pair: draw(st.integers(-3, 9)) for pair in pairs if draw(st.integers(0, 4))}
    people = [*mentors, *mentees, mm.Participant("x", attributes={"team": "red"})]
    return mm.Cohort(people, scores=scores), mm.Program(aims=[mm.aims.Coverage(), mm.aims.FitParity("team")])


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
@given(question=questions())
@examples(60)
def test_the_means_are_as_equal_as_they_can_be(solver, question):
    cohort, program = question
    result = mm.solve(cohort, program, solver=solver)
    oracle = Oracle(cohort, program)
    assert result.proof.totals == max(oracle.value(chosen) for chosen in oracle.matchings())
    assert mm.verify(cohort, program, result) == []
    assert result.trust != mm.Trust.PROVED or result.value[1] == 0


def test_long_scores_are_rounded_once_and_measured_so():
    people = [mm.Participant("ann", offers=[mm.Offer("")], capacity=3)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request("")], site="AAB"[k]) for k in range(3)]
    scores = {("ann", "e0"): 1 / 3, ("ann", "e1"): 1 / 7, ("ann", "e2"): 2**50 / 3}
    cohort = mm.Cohort(people, scores=scores)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.FitParity("site")])
    found = -mm.solve(cohort, program).proof.totals[1]
    exact = Fraction(scores["ann", "e2"]) - sum(Fraction(scores["ann", f"e{k}"]) for k in range(2)) / 2
    assert abs(found - exact) <= Fraction(exact, 2**28)


def test_who_has_no_such_attribute_is_told():
    cohort = mm.Cohort.from_scores([[1]], capacity=1)
    with pytest.raises(mm.InputError, match="nobody has the attribute"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.FitParity("site")]))
    with pytest.raises(mm.InputError, match="Coverage"):
        mm.Program(aims=[mm.aims.FitParity("site")])
