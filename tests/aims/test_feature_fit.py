"""Fit as a product of features."""

import numpy as np
import pytest

import mmatch as mm
from mmatch import InputError, Offer, Participant, Request
from mmatch.candidates import Pairs, facts_of


def people(mentor, mentee):
    return [
        Participant("ann", offers=[Offer()], attributes={"strong": mentor}),
        Participant("eva", requests=[Request()], attributes={"needs": mentee}),
    ]


@pytest.mark.parametrize(
    ("mentor", "mentee", "fit"),
    [
        ([3, 1], [2, 5], 11),
        ([3, -1], [2, 5], 1),
        ([], [2, 5], 0),
        ([2**26], [2**26], 2**52),
        ([4097], [4095], 2**24 - 1),
    ],
)
def test_the_fit_is_the_product(mentor, mentee, fit):
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.FeatureFit("strong", "needs")])
    assert mm.solve(mm.Cohort(people(mentor, mentee)), program).value == (1, fit)


@pytest.mark.parametrize(
    ("mentor", "mentee", "text"),
    [
        ([3, 1], [2], "attribute 'needs' of 'eva': found (2,), expected 2 whole numbers"),
        ([3, 1], [2, 0.5], "found (2, 0.5), expected 2 whole numbers (multiply other numbers and round them)"),
        ([3, 1], "much", "found 'much', expected 2 whole numbers"),
        ([True, 1], [2, 1], "expected 2 whole numbers"),
        ([2**27], [2**27], "products above 2^53 are not exact"),
    ],
)
def test_what_cannot_be_multiplied_is_named(mentor, mentee, text):
    with pytest.raises(InputError) as error:
        mm.solve(mm.Cohort(people(mentor, mentee)), mm.Program(aims=[mm.aims.FeatureFit("strong", "needs")]))
    assert text in str(error.value).replace('"', "'")


def test_an_attribute_that_nobody_has_is_named():
    with pytest.raises(InputError, match="nobody has the attribute"):
        mm.solve(mm.Cohort(people([1], [1])), mm.Program(aims=[mm.aims.FeatureFit("strengths")]))


def test_blocks_and_lists_of_pairs_count_the_same():
    noise = np.random.default_rng(0)
    cohort = mm.Cohort.from_features(noise.integers(-9, 9, (30, 5)), noise.integers(-9, 9, (7, 5)), capacity=5)
    rows, columns = np.arange(30)[:, None], np.arange(7)[None, :]
    aim, facts = mm.aims.FeatureFit(), facts_of(cohort)
    block = aim.scores(Pairs(facts, rows, columns))[0]
    listed = aim.scores(Pairs(facts, np.repeat(rows[:, 0], 7), np.tile(columns[0], 30)))[0]
    assert (block.ravel() == listed).all()


@pytest.mark.parametrize(
    ("mentees", "mentors", "text"),
    [
        ([[1, 2]], [[1]], "as many columns on both sides"),
        ([[0.5]], [[1]], "expected whole numbers"),
        ([1, 2], [[1]], "a row each"),
        ([[1]], [[True]], "expected whole numbers"),
    ],
)
def test_tables_of_other_forms_are_refused(mentees, mentors, text):
    with pytest.raises(InputError, match=text):
        mm.Cohort.from_features(mentees, mentors, capacity=1)


def test_somebody_on_both_sides_is_refused():
    with pytest.raises(InputError, match="both sides"):
        mm.Cohort.from_features([[1]], [[1]], capacity=1, mentee_ids=["ann"], mentor_ids=["ann"])


def test_features_are_kept_in_files(tmp_path):
    cohort = mm.Cohort.from_features([[1, 2]], [[3, 4]], capacity=2)
    mm.write_cohort(cohort, tmp_path / "cohort.json")
    assert mm.read_cohort(tmp_path / "cohort.json") == cohort
