"""Graphs and sparse arrays: what goes out comes back, and networkx agrees about the best total."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from strategies import cohorts, examples


def people(**options):
    return mm.Cohort(
        [
            mm.Participant("ann", offers=[mm.Offer("x")], capacity=2, site="Rome"),
            mm.Participant("bob", offers=[mm.Offer("x")], site="Oslo"),
            mm.Participant("eva", requests=[mm.Request("x", mentors=2)], site="Rome"),
            mm.Participant("finn", requests=[mm.Request("x")], site="Oslo"),
        ],
        **options,
    )


def test_candidates_and_matches_are_edges():
    cohort, program = people(), mm.Program(rules=[mm.rules.Same("site")])
    result = mm.solve(cohort, program)
    graph = mm.io.to_networkx(cohort, program, result.matching)
    assert nx.is_bipartite(graph)
    assert dict(graph.nodes(data=True)) == {
        "eva": {"bipartite": 0, "demand": 2},
        "finn": {"bipartite": 0, "demand": 1},
        "ann": {"bipartite": 1, "capacity": 2},
        "bob": {"bipartite": 1, "capacity": None},
    }
    facts = {"topic": "x", "requested": "x", "matched": True}
    assert sorted(graph.edges(keys=True, data=True)) == [
        ("eva", "ann", "ann/x", facts),
        ("finn", "bob", "bob/x", facts),
    ]


@given(
    scores=st.lists(st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=3, max_size=3), min_size=1, max_size=4)
)
@examples(100)
def test_a_graph_that_goes_out_comes_back_and_has_the_same_best_total(scores):
    table = np.array([[np.nan if cell is None else cell for cell in row] for row in scores], dtype=float)
    cohort = mm.Cohort.from_scores(table, capacity=1)
    graph = mm.io.to_networkx(cohort)
    again = mm.io.from_networkx(graph)
    assert [(p.id, p.capacity) for p in again] == [(p.id, p.capacity) for p in cohort]
    program = mm.Program(aims=[mm.aims.Fit()])
    best = mm.solve(again, program).value[0] if graph.number_of_edges() else 0
    theirs = nx.max_weight_matching(nx.Graph(graph))
    assert best == sum(max(d["weight"] for d in graph[a][b].values()) for a, b in theirs)


@given(cohort=cohorts())
@examples(60)
def test_a_sparse_array_has_every_filled_seat(cohort):
    try:
        matching = mm.solve(cohort, mm.Program()).found
    except mm.InputError as error:
        assert {p.code for p in error.problems} == {"contradiction"}
        return
    assume(matching is not None)
    array, mentees, mentors = mm.io.to_sparse(matching, cohort)
    assert array.shape == (sum(bool(p.requests) for p in cohort), sum(bool(p.offers) for p in cohort))
    counted = {(mentees[r], mentors[c]): n for r, c, n in zip(*array.tocoo().coords, array.data, strict=True)}
    pairs = [(mentee, mentor) for mentor, mentee, _ in matching.pairs()]
    assert counted == {pair: pairs.count(pair) for pair in pairs}


def test_somebody_on_both_sides_is_no_bipartite_graph():
    both = mm.Participant("ann", offers=[mm.Offer("x")], requests=[mm.Request("y")])
    with pytest.raises(mm.errors.UnsupportedError, match="ann is a mentor and a mentee"):
        mm.io.to_networkx(mm.Cohort([both]))


@pytest.mark.parametrize(
    ("nodes", "edges", "told"),
    [
        ({"a": 0, "b": 1, 3: 0}, [], "node 3 with bipartite 0"),
        ({"a": 0, "b": "mentor"}, [], 'bipartite "mentor", expected an id as text'),
        ({"a": 0, "b": 0}, [("a", "b")], "joins no mentee to a mentor"),
        ({"a": 0, "b": 1}, [("a", "b"), ("a", "b")], "two edges between"),
    ],
)
def test_what_is_no_cohort_is_told(nodes, edges, told):
    graph = nx.MultiGraph()
    for node, side in nodes.items():
        graph.add_node(node, bipartite=side)
    graph.add_edges_from(edges)
    with pytest.raises(mm.InputError, match=told):
        mm.io.from_networkx(graph)


def test_a_matching_of_others_is_told():
    with pytest.raises(mm.InputError, match="people whom the cohort does not have"):
        mm.io.to_sparse(mm.Matching([mm.Match("zoe", ("eva",))]), people())
