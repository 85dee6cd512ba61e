"""Shortlists: as many entries as can be, the best ones, and nobody on everybody's list."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from strategies import cohorts, examples

STAR = [[9, 3, 2, 1], [9, 2, 3, 1], [9, 1, 2, 3], [9, 2, 1, 3]]


def test_the_star_is_not_on_every_list():
    cohort = mm.Cohort.from_scores(STAR, capacity=1)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    found = mm.shortlists(cohort, program, 2, most=2)
    assert set(found.appearances.values()) == {2}
    assert all(len(entries) == 2 for entries in found.lists.values())
    for entries in found.lists.values():
        assert ("mentor-0", "") not in entries[1:]  # the best comes first
    assert found == mm.shortlists(cohort, program, 2, most=2)


def test_without_a_limit_that_binds_everybody_lists_the_star():
    cohort = mm.Cohort.from_scores(STAR, capacity=1)
    found = mm.shortlists(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()]), 1, most=4)
    assert dict(found.appearances) == {"mentor-0": 4}
    assert mm.shortlists(cohort, mm.Program(), 1).most == 2


@given(cohort=cohorts(least_loads=False), size=st.integers(1, 3), most=st.integers(1, 4))
@examples(100)
def test_lists_keep_their_limits_and_hold_only_candidates(cohort, size, most):
    found = mm.shortlists(cohort, mm.Program(aims=[mm.aims.Coverage()]), size, most=most)
    requests = {(p.id, r.label) for p in cohort for r in p.requests}
    assert set(found.lists) == requests
    assert max(found.appearances.values(), default=0) <= most
    for (mentee, _), entries in found.lists.items():
        assert len(entries) <= size
        assert max(Counter(mentor for mentor, _ in entries).values(), default=0) <= 1
        assert mentee not in {mentor for mentor, _ in entries}


@pytest.mark.parametrize(("size", "most"), [(0, 1), (1, 0), (2.5, 1), ("2", 1), (1, True)])
def test_numbers_are_checked(size, most):
    with pytest.raises(mm.InputError, match="whole number from 1"):
        mm.shortlists(mm.Cohort.from_scores(STAR, capacity=1), mm.Program(), size, most=most)


def test_the_seed_is_checked():
    with pytest.raises(mm.InputError, match="a whole number or a text"):
        mm.shortlists(mm.Cohort.from_scores(STAR, capacity=1), mm.Program(), seed=None)
