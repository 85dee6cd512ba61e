"""The judge: every edit that makes an answer false is refused, by name, without any solver."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.matching import Match, Matching
from mmatch.proof import optimality
from oracle import Oracle
from strategies import cohorts, examples, questions
from strategies import forged as forged_proof


def answered(question):
    cohort, program = question
    try:
        result = mm.solve(cohort, program)
    except (mm.InputError, mm.errors.UnsupportedError):
        result = None
    assume(result is not None)
    return cohort, program, result


@st.composite
def edited_matchings(draw, cohort, matching):
    """A matching with one change: a seat gone, moved to another offer, another mentee's, or doubled."""
    rows = [(m.mentor, e, m.topic, m.offer, t) for m in matching for e, t in zip(m.mentees, m.requested, strict=True)]
    assume(rows)
    k = draw(st.integers(0, len(rows) - 1))
    mentor, mentee, topic, offer, asked = rows[k]
    offers = [(p.id, o.topic, o.id) for p in cohort for o in p.offers]
    requests = [(p.id, r.label) for p in cohort for r in p.requests]
    change = draw(st.sampled_from(["gone", "moved", "other", "twice", "foreign", "unlisted"]))
    if change == "gone":
        rows.pop(k)
    elif change == "moved":
        new = draw(st.sampled_from(offers))
        rows[k] = (new[0], mentee, new[1], new[2], asked)
    elif change == "other":
        new = draw(st.sampled_from(requests))
        rows[k] = (mentor, new[0], topic, offer, new[1])
    elif change == "twice":
        rows.append(rows[k])
    elif change == "foreign":
        rows[k] = draw(
            st.sampled_from([("nobody", mentee, topic, offer, asked), (mentor, "nobody", topic, offer, asked)])
        )
    left = matching.unmatched
    if change == "unlisted":
        assume(left)
        left.pop(draw(st.integers(0, len(left) - 1)))
    return Matching([Match(a, (b,), c, d, (e,)) for a, b, c, d, e in rows], left)


@given(question=questions(), data=st.data())
@examples(100)
def test_an_edited_matching_is_refused_unless_it_is_as_good(question, data):
    cohort, program, result = answered(question)
    assume(result.status == mm.Status.OPTIMAL and program.group == (1, 1))
    edited = data.draw(edited_matchings(cohort, result.matching))
    forged = replace(result, found=edited)
    if mm.verify(cohort, program, forged) == []:
        oracle = Oracle(cohort, program)
        chosen = tuple(
            (
                next(i for i, (p, r) in enumerate(oracle.requests) if (p.id, r.label) == (mentee, asked)),
                next(k for k, (_, o) in enumerate(oracle.offers) if o.id == match.offer),
            )
            for match in edited
            for mentee, asked in zip(match.mentees, match.requested, strict=True)
        )
        assert oracle.within_limits(chosen)
        assert oracle.complete(chosen)
        assert oracle.value(chosen) == result.proof.totals


@given(question=questions(), data=st.data())
@examples(200)
def test_an_edited_claim_is_refused(question, data):
    cohort, program, result = answered(question)
    assume(result.status == mm.Status.OPTIMAL)
    assume(result.trust == mm.Trust.PROVED)  # what is only claimed has no verified bound to edit
    k = data.draw(st.integers(0, len(result.value) - 1))
    delta = data.draw(st.sampled_from([-1, 1, 0.5, 1e-9]))

    def plus(value, amount):
        if isinstance(value, tuple):  # a vector changes in its first component
            return (value[0] + amount, *value[1:]) if value else (amount,)
        return value + amount

    def moved(values):
        return tuple(plus(v, delta) if j == k else v for j, v in enumerate(values))

    totals = tuple(plus(t, Fraction(delta)) if j == k else t for j, t in enumerate(result.proof.totals))
    name = data.draw(st.sampled_from(sorted(result.by_aim)))
    held = getattr(result.proof.evidence, "prices", ())  # of other evidence all is taken away
    fewer = forged_proof(result.proof, prices=held[:-1]) if held else replace(result.proof, evidence=None)
    edits = {
        "value": {"value": moved(result.value)},
        "bound": {"bound": moved(result.bound)},
        "verified_bound": {"verified_bound": moved(result.verified_bound)},
        "totals": {"proof": replace(result.proof, totals=totals)},
        "digest": {"proof": replace(result.proof, digest="0" * 64)},
        "by_aim": {"by_aim": {**result.by_aim, name: plus(result.by_aim[name], delta)}},
        "no prices": {"proof": replace(result.proof, evidence=None)},
        "fewer prices": {"proof": fewer},
        "infeasible": {"status": mm.Status.INFEASIBLE},
        "unbounded": {"bound": tuple(None for _ in result.bound)},
        "no matching": {"found": None},
        "resolution": {"resolution": result.resolution * 2},
    }
    for what, changes in edits.items():
        assert mm.verify(cohort, program, replace(result, **changes)) != [], what


@given(question=questions(), data=st.data())
@examples(200)
def test_edited_prices_are_refused_unless_they_still_prove_it(question, data):
    """A price changed at random either breaks a reduced cost, and is refused, or is another true proof."""
    cohort, program, result = answered(question)
    assume(result.proof.kind == "prices" and result.proof.evidence.prices)
    assume(result.status == mm.Status.OPTIMAL)
    assume(not any(aim.name in {"WorstOff", "Leximin"} for _, aim in program.resolve(cohort).named_aims()))
    group = data.draw(st.integers(0, len(result.proof.evidence.prices) - 1))
    node = data.draw(st.integers(0, len(result.proof.evidence.prices[group]) - 1))
    delta = data.draw(st.sampled_from([1, -1, 5, -5, 10**6, -(10**6), 10**30]))
    prices = [list(row) for row in result.proof.evidence.prices]
    prices[group][node] += delta
    forged = replace(result, proof=forged_proof(result.proof, prices=tuple(map(tuple, prices))))
    found = mm.verify(cohort, program, forged)
    assert {v.code for v in found} <= {"trust", "verified_bound"}
    if not found:
        from mmatch.instance import compile_instance
        from mmatch.network.circulation import build_network
        from mmatch.network.folding import groups
        from mmatch.proof.judge import chosen_edges

        instance, edges = compile_instance(cohort, program.resolve(cohort))
        network = build_network(instance)
        flow = network.flow_of(chosen_edges(edges, result.matching))
        _by_hand(network, flow, list(groups(network, flow)), prices)


def _by_hand(network, flow, groups, prices):
    """Every residual arc has a reduced-cost vector that is not negative, in Python integers."""
    for arc in range(network.n_arcs):
        tail, head = int(network.tail[arc]), int(network.head[arc])
        rest = [int(g.cost[arc]) + p[tail] - p[head] for g, p in zip(groups, prices, strict=True)]
        if flow[arc] < network.upper[arc]:
            assert rest >= [0] * len(rest)
        if flow[arc] > network.lower[arc]:
            assert rest <= [0] * len(rest)


@given(cohort=cohorts(), of=st.sampled_from(["mentees", "requests"]))
@examples(100)
def test_a_cut_is_checked_and_an_edited_cut_refused(cohort, of):
    cohort, program, result = answered((cohort, mm.Program(rules=[mm.rules.Everyone(of)])))
    assume(result.status == mm.Status.INFEASIBLE)
    oracle = Oracle(cohort, program)
    assert len(oracle.edges) > 11 or oracle.best() is None
    for cut in ((), tuple(range(10_000)), (-1, 10**9)):
        forged = replace(result, proof=forged_proof(result.proof, nodes=cut))
        assert {v.code for v in mm.verify(cohort, program, forged)} == {"trust", "status"}


@given(question=questions())
@examples(100)
def test_both_paths_of_the_arithmetic_agree(question):
    cohort, program, result = answered(question)
    assume(result.status == mm.Status.OPTIMAL and result.proof.kind == "prices")
    before = optimality.PYTHON_ARCS
    try:
        optimality.PYTHON_ARCS = -1
        assert mm.verify(cohort, program, result) == []
        prices = tuple(tuple(p + (k % 3) for k, p in enumerate(row)) for row in result.proof.evidence.prices)
        forged = replace(result, proof=forged_proof(result.proof, prices=prices))
        fast = mm.verify(cohort, program, forged)
        optimality.PYTHON_ARCS = 10**9
        assert mm.verify(cohort, program, forged) == fast
    finally:
        optimality.PYTHON_ARCS = before


def test_every_edit_of_a_larger_answer_is_refused():
    """Thousands of random swaps of two mentees on 60 x 20: refused unless both have the same worth either way."""
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 50, (60, 20)).astype(float)
    cohort = mm.Cohort.from_scores(scores, capacity=3)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])
    result = mm.solve(cohort, program)
    rows = result.matching.pairs()
    refused = equal = 0
    for _ in range(2000):
        a, b = rng.choice(len(rows), 2, replace=False)
        new = list(rows)
        new[a], new[b] = (rows[a][0], rows[b][1], ""), (rows[b][0], rows[a][1], "")
        matching = mm.matching_from_pairs(cohort, new)
        worth = sum(cohort_score(scores, mentor, mentee) for mentor, mentee, _ in new)
        found = mm.verify(cohort, program, replace(result, found=matching))
        if worth == result.value[1]:
            equal += 1
            assert found == []
        else:
            refused += 1
            assert {v.code for v in found} >= {"value", "totals", "by_aim"}
    assert refused > 1000
    assert equal + refused == 2000


def cohort_score(scores, mentor, mentee):
    return scores[int(mentee[7:]), int(mentor[7:])]


def test_verify_imports_no_solver():
    code = (
        "import sys, mmatch as mm\n"
        "c = mm.Cohort.from_scores([[1.0]], capacity=1)\n"
        "m = mm.matching_from_pairs(c, [('mentor-0', 'mentee-0')])\n"
        "assert mm.verify(c, mm.Program(), m) == []\n"
        "print([n for n in sys.modules if n.split('.')[0] in ('ortools', 'highspy') or 'mmatch.solvers' in n])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("pairs", "code"),
    [
        ([("a", "c", "x"), ("a", "d", "x")], "capacity"),
        ([("b", "c", "y")], "impossible-pair"),
        ([("a", "c", "x"), ("b", "c", "x")], "demand"),
    ],
)
def test_a_hand_made_matching_is_judged(pairs, code):
    cohort = mm.Cohort(
        [
            mm.Participant("a", offers=[mm.Offer("x")]),
            mm.Participant("b", offers=[mm.Offer("y"), mm.Offer("x")]),
            mm.Participant("c", requests=[mm.Request("x")]),
            mm.Participant("d", requests=[mm.Request("x")]),
        ]
    )
    found = mm.verify(cohort, mm.Program(), mm.matching_from_pairs(cohort, pairs))
    assert [v.code for v in found] == [code]


def test_anything_else_is_no_answer():
    with pytest.raises(mm.InputError, match="expected a Result, a Matching or a Schedule"):
        mm.verify(mm.Cohort([]), mm.Program(), [("a", "b")])


@pytest.mark.parametrize("pairs", [None, "ab", 3, [3], [("m",)], [("m", 2)], [("nobody", "mentee-0")]])
def test_what_is_no_list_of_pairs_is_an_input_error(pairs):
    with pytest.raises(mm.InputError):
        mm.matching_from_pairs(mm.Cohort.from_scores([[1]], capacity=1), pairs)
