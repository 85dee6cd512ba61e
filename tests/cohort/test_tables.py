"""Cohorts from score tables and from rankings; exact numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import event, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.cohort.from_rankings import participants_from_rankings, plain_rankings
from mmatch.exact import exact, to_grid


def test_dense_and_sparse_tables_mean_the_same():
    dense = np.array([[1.5, np.nan, 0.0], [np.nan, -2.0, 3.0]])
    rows, columns = np.nonzero(~np.isnan(dense))
    sparse = sp.csr_array((dense[rows, columns], (rows, columns)), shape=dense.shape)
    one, other = (mm.Cohort.from_scores(table, capacity=[1, 2, 0], demand=[1, 2]) for table in (dense, sparse))
    assert one == other
    assert one.scores == {
        ("mentor-0", "mentee-0"): 1.5,
        ("mentor-2", "mentee-0"): 0.0,
        ("mentor-1", "mentee-1"): -2.0,
        ("mentor-2", "mentee-1"): 3.0,
    }
    assert (one["mentor-1"].capacity, one["mentor-2"].capacity, one["mentee-1"].requests[0].mentors) == (2, 0, 2)


@pytest.mark.parametrize(
    ("table", "options", "told"),
    [
        ([[1, float("inf")]], {}, "finite"),
        ([1, 2], {}, "dimensions"),
        ([["a"]], {}, "table of numbers"),
        ([[1], [2, 3]], {}, "table of numbers"),
        ([[True]], {}, "table of numbers"),
        ([[1j]], {}, "table of numbers"),
        ([[1]], {"capacity": -1}, "capacity must be a whole number"),
        ([[1]], {"capacity": 1.5}, "capacity"),
        ([[1]], {"capacity": [1, 2]}, "expected one, or 1"),
        ([[1]], {"capacity": None}, "capacity"),
        ([[1]], {"demand": "1"}, "demand"),
        ([[1]], {"capacity": 1, "min_load": 2}, "above the capacity"),
        ([[1]], {"mentees": ["a", "b"]}, "expected 1"),
        ([[1], [2]], {"mentees": ["a", "a"]}, 'not all different: "a"'),
        ([[1]], {"mentees": [1]}, "ids are strings"),
    ],
)
def test_bad_tables_are_refused(table, options, told):
    with pytest.raises(mm.InputError, match=told):
        mm.Cohort.from_scores(table, **{"capacity": 1, **options})


def test_a_huge_dense_table_is_refused_before_it_is_made():
    class Huge:
        shape = (100_000, 100_000)

    with pytest.raises(mm.errors.LimitError, match="10,000,000,000 cells"):
        mm.Cohort.from_scores(Huge(), capacity=1)


def test_a_sparse_table_with_a_pair_twice_is_refused():
    table = sp.coo_array(([1.0, 2.0], ([0, 0], [0, 0])), shape=(1, 1))
    with pytest.raises(mm.InputError, match="given twice"):
        mm.Cohort.from_scores(table, capacity=1)


def test_the_callers_table_is_not_touched():
    table = sp.csr_array(([3.0, 1.0], [1, 0], [0, 2]), shape=(1, 2))
    before = table.indices.copy()
    mm.Cohort.from_scores(table, capacity=1)
    assert (table.indices == before).all()


@given(
    st.lists(
        st.integers(-(2**61), 2**61) | st.floats(-1e6, 1e6, allow_subnormal=False) | st.fractions(-100, 100),
        min_size=1,
        max_size=8,
    )
)
def test_scores_are_rounded_once_and_by_little(values):
    """Whole numbers below 2^62 are exact; anything else errs by at most half of max|score| / 2^40."""
    table = {("a", f"m{k}"): v for k, v in enumerate(values)}
    people = [mm.Participant("a", offers=[mm.Offer()])] + [mm.Participant(f"m{k}") for k in range(len(values))]
    cohort = mm.Cohort(people, scores=table)
    grid, unit, resolution = to_grid(cohort.score_table.values)
    largest = max(abs(exact(v)) for v in values)
    given_values = [exact(cohort.score_table.values[k]) for k in range(len(values))]
    for whole, value in zip(grid.tolist(), given_values, strict=True):
        assert abs(whole * unit - value) <= largest / 2**41
        if all(v.denominator == 1 for v in given_values):
            assert whole * unit == value
    assert unit.numerator == 1 or unit.denominator == 1
    assert Fraction(resolution).limit_denominator(2**1074) > 0
    if largest:
        assert resolution <= largest / 2**40


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.1, 0.2], [0.1, 0.2]),
        ([Decimal("0.1"), Fraction(1, 3)], [0.1, 1 / 3]),
        ([2**60 + 1, 1], [2**60 + 1, 1]),
        ([1e300, 1.0], [1e300, 0]),
        ([0.0, -0.0], [0, 0]),
    ],
)
def test_odd_scores_come_out_as_near_as_promised(values, told):
    people = [mm.Participant("a", offers=[mm.Offer()], capacity=2)]
    people += [mm.Participant(f"m{k}", requests=[mm.Request()]) for k in range(2)]
    cohort = mm.Cohort(people, scores={("a", f"m{k}"): v for k, v in enumerate(values)})
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()]))
    assert float(result.value[1]) == pytest.approx(sum(told), rel=1e-11)
    assert result.trust == mm.Trust.PROVED


def test_scores_too_small_to_be_rounded_are_refused():
    with pytest.raises(mm.errors.UnsupportedError, match="too small"):
        mm.solve(mm.Cohort.from_scores([[5e-324]], capacity=1))


def test_the_largest_floats_are_taken_without_a_warning():
    assert mm.solve(mm.Cohort.from_scores([[1e308, 1e308]], capacity=1)).value[1] == pytest.approx(1e308)


def test_whole_numbers_beyond_62_bits_are_refused_not_rounded():
    cohort = mm.Cohort(
        [mm.Participant("a", offers=[mm.Offer()]), mm.Participant("b", requests=[mm.Request()])],
        scores={("a", "b"): 10**30 + 1},
    )
    with pytest.raises(mm.errors.UnsupportedError, match="62"):
        mm.solve(cohort)


def test_somebody_in_both_roles_of_a_table_is_one_person():
    cohort = mm.Cohort.from_scores([[9, 1], [2, 5]], capacity=1, mentees=["a", "b"], mentors=["b", "a"])
    assert [p.id for p in cohort] == ["a", "b"]
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Fit()]))
    assert sorted(result.matching.pairs()) == [("a", "b", ""), ("b", "a", "")]
    assert mm.solve(mm.Cohort.from_scores([[5]], capacity=1, mentees=["a"], mentors=["a"])).value == (0, 0, 0)


def test_many_topics_need_no_table_of_all_pairs_of_topics():
    people = [mm.Participant(f"m{k}", offers=[mm.Offer(f"t{k}")]) for k in range(3000)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(f"t{k}")]) for k in range(3000)]
    cohort = mm.Cohort(people)
    assert mm.solve(cohort).value == (3000, 3000, 0)
    assert cohort.topic_tree.lines.shape == (3000, 1)


def test_rankings_with_ties_offers_and_limits():
    cohort = mm.Cohort.from_rankings(
        {"m1": ["p1", ["p2", "p3"]], "m2": ["p3"]},
        {"x": ["m2", "m1"], "y": ["m1"]},
        offers={"p1": "x", "p2": "x", "p3": "y"},
        capacity={"x": 2},
        offer_capacity={"p1": 1},
    )
    assert cohort["m1"].ranks == ("p1", ("p2", "p3"))
    assert [(o.id, o.topic, o.seats) for o in cohort["x"].offers] == [("p1", "p1", 1), ("p2", "p2", 1)]
    assert (cohort["x"].capacity, cohort["y"].capacity) == (2, 1)


@st.composite
def _lists(draw):
    """Lists as people write them, now and then with ties, an empty one too, a name of nobody, or a name twice."""
    wild, ties = draw(st.booleans()), draw(st.booleans())
    mentees = draw(st.lists(st.sampled_from(["a", "b", "c"] + ["é", " d"] * wild), unique=True, max_size=4))
    mentors = draw(st.lists(st.sampled_from(["x", "y", "z"] + ["a", "x/"] * wild), unique=True, max_size=4))

    def lists(owners, others):
        known = [*others, *(owners if wild else ()), *(["nobody"] if wild or not others else ())]
        plain = st.lists(st.sampled_from(known), unique=not wild, max_size=4 if known else 0)
        sizes = st.lists(st.integers(int(not wild), 2), max_size=4)
        return {name: draw(st.builds(_tied, plain, sizes) if ties else plain) for name in owners}

    limits = st.integers(-wild, 2) | st.dictionaries(st.sampled_from([*mentors, "x"]), st.integers(0, 2), max_size=2)
    return (
        lists(mentees, mentors),
        draw(st.none() | st.just(lists(mentors, mentees))),
        {"capacity": draw(limits), "min_load": 0 if draw(st.booleans()) else draw(limits), "offer_capacity": 1},
    )


def _tied(names, sizes):
    """The same list with ties of some sizes."""
    cut = [sum(sizes[:k]) for k in range(len(sizes) + 1)]
    return [*(names[a:b] for a, b in pairwise(cut) if a < len(names)), *names[cut[-1] :]]


@given(_lists())
def test_plain_rankings_are_the_cohort_that_people_would_be(case):
    mentees, mentors, limits = case
    plain = plain_rankings(mentees, mentors, limits)
    try:
        slow = mm.Cohort(participants_from_rankings(mentees, mentors, None, limits))
    except mm.InputError:
        assert plain is None
        return
    event("plain" if plain is not None else "not plain")
    if plain is not None:
        quick = mm.Cohort.from_columns(*plain, None)
        assert (list(quick), quick.digest, quick.topics) == (list(slow), slow.digest, slow.topics)
        for mine, theirs in ((quick.offers, slow.offers), (quick.requests, slow.requests)):
            for name in mine.__dataclass_fields__:
                np.testing.assert_array_equal(getattr(mine, name), getattr(theirs, name))


def test_mentors_who_rank_nobody_are_all_whom_the_lists_name():
    cohort = mm.Cohort.from_rankings({"m1": ["x", ["y", "z"]]}, capacity=1)
    assert [p.id for p in cohort if p.offers] == ["x", "y", "z"]
    assert cohort["x"].mentee_ranks is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (({"m": ["x", "x"]},), "again at rank 2"),
        (({"m": ["nobody"]}, {"x": ["m"]}), "unknown id"),
        (({"m": ["x"]}, {"x": ["m"]}, {"capacity": {"zz": 1}}), "unknown id"),
        ((["m"],), "expected a dict"),
        ((None,), "mentees: found NoneType, expected a dict"),
        (({"m": "x"},), "expected a list of ids"),
    ],
)
def test_bad_rankings_name_the_place(arguments, told):
    *positional, options = (
        arguments if isinstance(arguments[-1], dict) and "capacity" in arguments[-1] else (*arguments, {})
    )
    with pytest.raises(mm.InputError, match=told):
        mm.Cohort.from_rankings(*positional, **options)


def test_sorted_lists_are_handed_out_once():
    """Whoever takes them writes in them: two threads with the same arrays would read each other's keys."""
    plain = plain_rankings({"a": ["x", "y"], "b": ["y"]}, {"x": ["a"], "y": ["b", "a"]}, {"capacity": 1, "min_load": 0})
    lists = plain[0].wishes
    (one, ranks), (other, again) = lists.taken(), lists.taken()
    assert one is not other
    assert (one.tolist(), ranks.tolist()) == (other.tolist(), again.tolist())
