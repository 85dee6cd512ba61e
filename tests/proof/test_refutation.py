"""Clauses that show that nothing keeps some constraints: what is learned is accepted, what is forged is not."""

from __future__ import annotations

from itertools import permutations, product

from hypothesis import assume, given
from hypothesis import strategies as st

from mmatch.instance.unblocked import Constraint, Constraints
from mmatch.mechanisms.learning import learn
from mmatch.proof.refutation import refuted
from strategies import examples

SIZE = 6


@st.composite
def questions(draw, size=SIZE):
    """A few constraints over a few variables, hard enough to be broken often."""

    def row(names):
        signs = draw(st.lists(st.booleans(), min_size=len(names), max_size=len(names)))
        weights = draw(st.lists(st.integers(1, 3), min_size=len(names), max_size=len(names)))
        literals = [v if sign else -v for v, sign in zip(names, signs, strict=True)]
        return Constraint(literals, weights, draw(st.integers(0, sum(weights))))

    names = st.lists(st.integers(1, size), unique=True, max_size=4)
    return Constraints(size, [row(draw(names)) for _ in range(draw(st.integers(0, 7)))])


def keeping(constraints, given=()):
    """All values that keep some constraints, by trying."""
    for values in product([False, True], repeat=constraints.size):
        true = {v if value else -v for v, value in enumerate(values, start=1)}
        rows = constraints.rows
        sums = (sum(w for x, w in zip(r.literals, r.weights, strict=True) if x in true) >= r.least for r in rows)
        if set(given) <= true and all(sums):
            yield true


literals = st.integers(1, SIZE).flatmap(lambda v: st.sampled_from([v, -v]))


@given(constraints=questions(), given_=st.lists(literals, max_size=2), likely=st.sets(st.integers(1, SIZE)))
@examples(600)
def test_values_are_found_or_clauses_that_the_judge_accepts(constraints, given_, likely):
    learned = learn(constraints, given_, likely, lambda: False)
    all_of_them = list(keeping(constraints, given_))
    assert (learned.true is None) != (learned.clauses is None)
    if all_of_them:
        assert learned.true in [frozenset(x for x in true if x > 0) for true in all_of_them]
    else:
        assert refuted(constraints, given_, learned.clauses)


@given(constraints=questions(), clauses=st.lists(st.lists(literals, max_size=3), max_size=8))
@examples(600)
def test_no_clauses_whatsoever_refute_what_can_be_kept(constraints, clauses):
    if refuted(constraints, [], clauses):
        assert not list(keeping(constraints))


@given(constraints=questions(size=4), data=st.data())
@examples(300)
def test_not_even_clauses_that_are_true_refute_what_can_be_kept(constraints, data):
    """Clauses that follow, and of which nothing can be left out: many are accepted and used for the next ones."""
    kept = list(keeping(constraints))
    assume(kept)
    choices = [[v * sign for v, sign in enumerate(signs, start=1) if sign] for signs in product([0, 1, -1], repeat=4)]
    true = {frozenset(c) for c in choices if all(values & set(c) for values in kept)}
    least = [sorted(c) for c in true if not any(c - {x} in true for x in c)]
    clauses = [data.draw(st.permutations(c)) for c in data.draw(st.permutations(least))]
    assert not refuted(constraints, [], clauses)
    assert not refuted(constraints, [], [*clauses, []])


def test_of_a_long_clause_nothing_is_forgotten():
    """An odd number of three are true. Without their last literals the four clauses would contradict each other."""
    odd = [[1, 2, 3], [1, -2, -3], [-1, 2, -3], [-1, -2, 3]]
    rows = Constraints(3, [Constraint(clause, [1, 1, 1], 1) for clause in odd])
    for last in permutations(range(3)):
        clauses = [[clause[k] for k in last] for clause in odd]
        for value in (1, -1, 2, -2, 3, -3):
            assert not refuted(rows, [], [*clauses, [value]])
        assert refuted(Constraints(3, [*rows.rows, Constraint([-1, -2, -3], [1, 1, 1], 3)]), [], clauses)


def pigeons(n, holes):
    """So many pigeons in holes for one each: a variable for each of both."""
    place = {(p, h): p * holes + h + 1 for p in range(n) for h in range(holes)}
    rows = [Constraint([place[p, h] for h in range(holes)], [1] * holes, 1) for p in range(n)]
    rows += [Constraint([-place[p, h] for p in range(n)], [1] * n, n - 1) for h in range(holes)]
    return Constraints(n * holes, rows)


def test_one_pigeon_too_many():
    constraints = pigeons(4, 3)
    clauses = learn(constraints, [], [], lambda: False).clauses
    assert len(clauses) > 1
    assert refuted(constraints, [], clauses)
    assert not refuted(constraints, [], [])
    assert not refuted(constraints, [], clauses[:-1])
    assert not refuted(constraints, [], [[99], *clauses])
    assert not refuted(constraints, [], [[0, 0], [0]])
    assert not refuted(pigeons(4, 4), [], [])
    assert learn(pigeons(4, 4), [], [], lambda: False).true is not None


def test_what_the_end_does_not_rest_on_is_left_out():
    """Two questions in one, of which the first has answers: of its trials nothing is told."""
    hard = pigeons(4, 3)
    free = pigeons(5, 5)
    shifted = [
        Constraint([x + 25 if x > 0 else x - 25 for x in row.literals], row.weights, row.least) for row in hard.rows
    ]
    clauses = learn(Constraints(37, [*free.rows, *shifted]), [], [], lambda: False).clauses
    assert all(abs(x) > 25 for clause in clauses for x in clause)


def test_nothing_is_said_where_it_was_stopped():
    calls = iter([False, False, True])
    learned = learn(pigeons(6, 5), [], [], lambda: next(calls))
    assert (learned.true, learned.clauses) == (None, None)


def test_nothing_is_said_after_more_clauses_than_asked_for():
    learned = learn(pigeons(7, 6), [], [], lambda: False, 20)
    assert (learned.true, learned.clauses) == (None, None)


def test_many_conflicts_restart_and_go_on():
    constraints = pigeons(6, 5)
    clauses = learn(constraints, [], [], lambda: False).clauses
    assert refuted(constraints, [], clauses)
