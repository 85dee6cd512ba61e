"""Properties that hold of optima whatever the cohort (numbers as in the list of promises)."""

from __future__ import annotations

from fractions import Fraction

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import mmatch as mm
from strategies import cohorts, examples

FIT = mm.Program(aims=[mm.aims.Fit()])
COVER = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])


@st.composite
def tables(draw, most=6, lowest=-3):
    """(scores with NaN holes, capacity per mentor)."""
    n, m = draw(st.integers(1, most)), draw(st.integers(1, most))
    cell = st.integers(lowest, 9) | st.just(float("nan"))
    rows = draw(st.lists(st.lists(cell, min_size=m, max_size=m), min_size=n, max_size=n))
    return np.array(rows, dtype=float), draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))


def solved(table, capacity, program=FIT, **options):
    cohort = mm.Cohort.from_scores(table, capacity=capacity, **options)
    result = mm.solve(cohort, program)
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, program, result) == []
    return result


def total(table, capacity, program=FIT, **options):
    return solved(table, capacity, program, **options).proof.totals


def rebuilt(cohort, people=None, **changes):
    options = {"topics": dict(cohort.topics), "history": cohort.history, "scores": cohort.scores, **changes}
    return mm.Cohort(list(cohort) if people is None else people, **options)


@given(cohort=cohorts(least_loads=False), seed=st.integers(0, 5), data=st.data())
def test_01_the_order_of_the_input_does_not_matter(cohort, seed, data):
    shuffled = rebuilt(cohort, data.draw(st.permutations(list(cohort))))
    one, other = mm.solve(cohort, seed=seed), mm.solve(shuffled, seed=seed)
    assert one.matching == other.matching
    assert one.value == other.value


@given(table=tables())
def test_03_sides_can_be_swapped(table):
    scores, _ = table
    assert total(scores, 1) == total(scores.T, 1)


@given(table=tables(), extra=st.integers(-3, 9))
def test_04_one_more_mentor_never_hurts(table, extra):
    scores, capacity = table
    more = np.column_stack([scores, np.full(len(scores), float(extra))])
    assert total(more, [*capacity, 1]) >= total(scores, capacity)


@given(table=tables())
def test_05_value_is_monotone_and_concave_in_the_capacity_of_one_mentor(table):
    scores, capacity = table
    values = [total(scores, [k, *capacity[1:]])[0] for k in range(5)]
    steps = np.diff([float(v) for v in values])
    assert (steps >= 0).all()
    assert (np.diff(steps) <= 0).all()


@given(table=tables())
def test_06_what_is_not_used_can_go(table):
    scores, capacity = table
    result = solved(scores, capacity)
    used = {(int(b[7:]), int(a[7:])) for a, b, _ in result.matching.pairs()}
    kept = np.full_like(scores, np.nan)
    for row, column in used:
        kept[row, column] = scores[row, column]
    assert total(kept, capacity) == result.proof.totals


@given(table=tables(), data=st.data())
def test_07_forbidding_a_pair_never_helps(table, data):
    scores, capacity = table
    cohort = mm.Cohort.from_scores(scores, capacity=capacity)
    pair = (
        f"mentor-{data.draw(st.integers(0, scores.shape[1] - 1))}",
        f"mentee-{data.draw(st.integers(0, len(scores) - 1))}",
    )
    free = mm.solve(cohort, FIT)
    less = mm.solve(cohort, mm.Program(aims=[mm.aims.Fit()], rules=[mm.rules.Forbid([pair])]))
    assert less.proof.totals <= free.proof.totals
    if (*pair, "") not in free.matching.pairs():
        assert less.proof.totals == free.proof.totals


@given(table=tables())
def test_08_locking_the_pairs_of_an_optimum_changes_nothing(table):
    scores, capacity = table
    cohort = mm.Cohort.from_scores(scores, capacity=capacity)
    free = mm.solve(cohort, COVER)
    pairs = [pair[:2] for pair in free.matching.pairs()]
    program = mm.Program(aims=COVER.aims, rules=[mm.rules.Lock(pairs)])
    assert mm.solve(cohort, program).proof.totals == free.proof.totals


@given(table=tables(), factor=st.sampled_from([2, 3, 1000, 0.5]))
def test_09_scaling_all_scores_scales_the_value(table, factor):
    scores, capacity = table
    assert total(scores * factor, capacity)[0] == Fraction(factor) * total(scores, capacity)[0]


@given(table=tables(), shift=st.integers(-5, 5))
def test_10_a_constant_shifts_the_value_by_the_number_of_matches(table, shift):
    scores, capacity = table
    one, other = total(scores, capacity, COVER), total(scores + shift, capacity, COVER)
    assert other == (one[0], one[1] + shift * one[0])


@given(table=tables(), data=st.data())
def test_11_and_12_raising_a_score(table, data):
    scores, capacity = table
    result = solved(scores, capacity)
    row, column = data.draw(st.integers(0, len(scores) - 1)), data.draw(st.integers(0, scores.shape[1] - 1))
    assume(not np.isnan(scores[row, column]))
    raised = scores.copy()
    raised[row, column] += 2
    gain = solved(raised, capacity).proof.totals[0] - result.proof.totals[0]
    assert 0 <= gain <= 2
    if (f"mentor-{column}", f"mentee-{row}", "") in result.matching.pairs():
        assert gain == 2


@given(one=tables(most=4), other=tables(most=4))
def test_13_two_separate_cohorts_add_up(one, other):
    joint = np.full((len(one[0]) + len(other[0]), one[0].shape[1] + other[0].shape[1]), np.nan)
    joint[: len(one[0]), : one[0].shape[1]] = one[0]
    joint[len(one[0]) :, one[0].shape[1] :] = other[0]
    assert total(joint, one[1] + other[1])[0] == total(*one)[0] + total(*other)[0]


@given(table=tables(most=3))
def test_14_everybody_twice_gives_twice_the_value(table):
    scores, capacity = table
    assert total(np.tile(scores, (2, 2)), capacity * 2)[0] == 2 * total(scores, capacity)[0]


@given(table=tables(most=4))
def test_15_a_mentor_of_capacity_two_is_two_mentors_of_capacity_one(table):
    scores, _ = table
    assert total(scores, 2) == total(np.repeat(scores, 2, axis=1), 1)


@given(table=tables(lowest=0))
def test_18_equal_to_scipy_on_assignment(table):
    scores, _ = table
    rows, columns = linear_sum_assignment(np.nan_to_num(scores, nan=0.0), maximize=True)
    assert total(scores, 1)[0] == Fraction(float(np.nan_to_num(scores, nan=0.0)[rows, columns].sum()))


@given(table=tables())
def test_18_equal_to_networkx_on_capacities(table):
    scores, capacity = table
    graph = nx.DiGraph()
    graph.add_node("s", demand=-len(scores))
    graph.add_node("t", demand=len(scores))
    for row in range(len(scores)):
        graph.add_edge("s", ("e", row), capacity=1, weight=0)
        graph.add_edge(("e", row), "t", capacity=1, weight=0)
    for column, limit in enumerate(capacity):
        graph.add_edge(("m", column), "t", capacity=limit, weight=0)
    for row, column in zip(*np.nonzero(~np.isnan(scores)), strict=True):
        graph.add_edge(("e", int(row)), ("m", int(column)), capacity=1, weight=-int(scores[row, column]))
    assert total(scores, capacity)[0] == -nx.min_cost_flow_cost(graph)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [(60, 60), (200, 150), (120, 500)])
def test_18_equal_to_scipy_on_real_sizes(size, seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 1000, size).astype(float)
    rows, columns = linear_sum_assignment(scores, maximize=True)
    assert solved(scores, 1).value == (int(scores[rows, columns].sum()),)


@given(table=tables())
def test_20_tiers_equal_one_big_weight_where_that_fits(table):
    scores, capacity = table
    folded = total(scores + 1000, capacity)[0]
    cover, fit = total(scores, capacity, COVER)
    assert folded == 1000 * cover + fit


@pytest.mark.parametrize("seed", range(5))
def test_22_a_planted_optimum_is_found_at_any_size(seed):
    """Prices first, then scores that leave no reduced cost on a chosen matching and a negative one elsewhere."""
    rng = np.random.default_rng(seed)
    n, m, k = 400, 80, 12
    home = np.repeat(np.arange(m), n // m)
    mentee, mentor = rng.integers(5, 50, n), rng.integers(0, 50, m)
    other = rng.integers(0, m, (n, k))
    rows = np.concatenate([np.arange(n), np.repeat(np.arange(n), k)])
    columns = np.concatenate([home, other.ravel()])
    slack = np.concatenate([np.zeros(n, int), rng.integers(0, 20, n * k)])
    scores = mentee[rows] + mentor[columns] - slack
    _, first = np.unique(rows * m + columns, return_index=True)
    table = sp.csr_array((scores[first].astype(float), (rows[first], columns[first])), shape=(n, m))
    assert solved(table, n // m).value == (int(mentee.sum() + (n // m) * mentor.sum()),)


@given(data=st.data())
def test_23_a_planted_shortage_is_found_and_proved(data):
    """A set of mentees whose mentors have one seat too few; with one more it works."""
    crowd, seats = data.draw(st.integers(2, 6)), data.draw(st.integers(1, 3))
    table = np.full((crowd + 2, seats + 1), np.nan)
    table[:crowd, :seats] = 1
    table[crowd:, :] = 1
    room = data.draw(st.integers(0, crowd - 1))
    split = np.diff(
        np.sort(data.draw(st.lists(st.integers(0, room), min_size=seats - 1, max_size=seats - 1))), prepend=0
    )
    capacity = [*split.astype(int).tolist(), room - int(split.sum())]
    program = mm.Program(rules=[mm.rules.Everyone()])
    short = mm.Cohort.from_scores(table, capacity=[*capacity, 2])
    result = mm.solve(short, program)
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert mm.verify(short, program, result) == []
    capacity[0] += crowd - room
    assert mm.solve(mm.Cohort.from_scores(table, capacity=[*capacity, 2]), program).status == mm.Status.OPTIMAL


@given(table=tables(most=5))
def test_24_the_deficiency_formula(table):
    """Koenig and Ore: unmatched = the greatest shortage over all sets of mentees."""
    scores, capacity = table
    n = len(scores)
    allowed = ~np.isnan(scores)
    shortage = max(
        len(chosen) - sum(capacity[j] for j in range(scores.shape[1]) if allowed[chosen, j].any())
        for bits in range(2**n)
        for chosen in [[k for k in range(n) if bits >> k & 1]]
    )
    assert total(scores, capacity, COVER)[0] == n - shortage


@given(table=tables(most=4), least=st.integers(0, 2))
def test_27_relaxing_least_loads_never_hurts(table, least):
    scores, capacity = table
    limits = [min(least, c) for c in capacity]
    cohort = mm.Cohort.from_scores(scores, capacity=capacity, min_load=limits)
    bound = mm.solve(cohort, FIT)
    if bound.status == mm.Status.OPTIMAL:
        assert bound.proof.totals <= total(scores, capacity)
        loads = {m: bound.matching.seats.mentor.count(m) for m in (f"mentor-{j}" for j in range(scores.shape[1]))}
        assert all(loads[f"mentor-{j}"] >= limit for j, limit in enumerate(limits))


def test_16_all_3_by_3_tables_of_0_1_2_with_two_capacities_equal_the_oracle():
    """Every table up to the order of mentees, against a solver of its own: 3^9 tables fold to 3,654 row multisets."""
    from itertools import combinations_with_replacement, permutations, product

    rows = list(product(range(3), repeat=3))
    for capacity in ((1, 1, 1), (2, 0, 1)):
        seats = [j for j, c in enumerate(capacity) for _ in range(c)]
        tables_ = list(combinations_with_replacement(rows, 3))[::7]
        for table in tables_:
            best = max(sum(table[i][j] for i, j in enumerate(order)) for order in permutations(seats, 3))
            assert solved(np.array(table, dtype=float), list(capacity)).value == (best,)


@examples(60)
@given(table=tables(most=5), tiers=st.integers(1, 4), data=st.data())
def test_tiers_of_any_size_of_weight_are_exact(table, tiers, data):
    """Weights of 2^0 … 2^61, one tier or several: scaling, folding and the face equal the oracle."""
    scores, capacity = table
    shift = data.draw(st.sampled_from([0, 20, 40, 50, 57]))
    small = mm.Cohort.from_scores(scores, capacity=capacity)
    low = st.integers(0, min(2**shift - 1, 60))  # high bits tie often, so that a few low ones decide
    pairs = {pair: int(value) // 4 * 2**shift + data.draw(low) for pair, value in small.scores.items()}
    large = rebuilt(small, scores=pairs)
    worth = mm.aims.Score(_steps)
    program = mm.Program(aims=[mm.aims.Fit(), worth, mm.aims.Coverage(), mm.aims.EvenLoad()][:tiers])
    result = mm.solve(large, program)
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(large, program, result) == []
    from oracle import Oracle

    oracle = Oracle(large, program)
    if len(oracle.edges) <= 12:
        assert result.proof.totals == oracle.best()


def _steps(mentor, mentee):
    return (int(mentor.id[7:]) * 7 + int(mentee.id[7:]) * 3) % 5


def test_ten_tiers_for_500_people_do_not_overflow():
    rng = np.random.default_rng(5)
    people = [
        mm.Participant(
            f"m{k}", offers=[mm.Offer("x")], capacity=3, attributes={f"a{j}": int(rng.integers(4)) for j in range(7)}
        )
        for k in range(200)
    ] + [
        mm.Participant(
            f"e{k}", requests=[mm.Request("x")], attributes={f"a{j}": int(rng.integers(4)) for j in range(7)}
        )
        for k in range(300)
    ]
    scores = {(f"m{rng.integers(200)}", f"e{k}"): float(rng.random()) for k in range(300) for _ in range(20)}
    cohort = mm.Cohort(people, scores=scores)
    shares = [mm.aims.Shares(f"a{j}") for j in range(7)]
    program = mm.Program(aims=[mm.aims.Coverage(), *shares, mm.aims.Fit(), mm.aims.EvenLoad()])
    result = mm.solve(cohort, program)
    assert len(result.value) == 10
    assert result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, program, result) == []


@given(table=tables())
def test_02_names_do_not_matter_for_the_value(table):
    scores, capacity = table
    n, m = scores.shape
    names = {"mentees": [f"zoe {k}" for k in range(n)][::-1], "mentors": [f"a{k}" for k in range(m)][::-1]}
    assert total(scores, capacity, COVER, **names) == total(scores, capacity, COVER)


@given(table=tables(most=5), column=st.integers(0, 4))
def test_21_a_capacity_taken_and_given_back_restores_the_value(table, column):
    scores, capacity = table
    column %= len(capacity)
    less = [0 if k == column else c for k, c in enumerate(capacity)]
    assert total(scores, less) <= total(scores, capacity)
    assert total(scores, [c if k == column else less[k] for k, c in enumerate(capacity)]) == total(scores, capacity)


@given(table=tables())
def test_26_the_value_is_the_sum_of_the_scores_of_the_pairs(table):
    scores, capacity = table
    result = solved(scores, capacity, COVER)
    pairs = [(int(b[7:]), int(a[7:])) for a, b, _ in result.matching.pairs()]
    assert result.value == (len(pairs), sum(int(scores[pair]) for pair in pairs))
