"""Prices as evidence: an arc that could still pay is seen, however little it pays, by both ways of counting."""

from collections import deque

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.network.circulation import build_network
from mmatch.proof import optimality
from strategies import cohorts, examples

COVERAGE = mm.Program(aims=[mm.aims.Coverage()])


@st.composite
def priced(draw):
    """A network, a circulation on it, a cost, any prices, and which arcs may change."""
    cohort = draw(cohorts(most_mentors=2, most_mentees=3, least_loads=False))
    instance = compile_instance(cohort, mm.Program().resolve(cohort, "flow"))[0]
    network = build_network(instance)
    small = st.integers(-2, 2)
    n_edges = len(instance.request)
    chosen = np.array(draw(st.lists(st.booleans(), min_size=n_edges, max_size=n_edges)), dtype=bool)
    cost = np.array(draw(st.lists(small, min_size=network.n_arcs, max_size=network.n_arcs)), dtype=np.int64)
    price = draw(st.lists(small, min_size=network.n_nodes, max_size=network.n_nodes))
    free = np.array(draw(st.lists(st.booleans(), min_size=network.n_arcs, max_size=network.n_arcs)), dtype=bool)
    return network, network.flow_of(chosen), cost, price, free


@given(question=priced())
@examples(300)
def test_both_ways_of_counting_follow_the_definition(question):
    network, flow, cost, price, free = question
    at = np.array(price)
    rest = cost + at[network.tail] - at[network.head]
    could_rise = free & (rest < 0) & (flow < network.upper)
    could_fall = free & (rest > 0) & (flow > network.lower)
    right = None if (could_rise | could_fall).any() else (free & (rest == 0)).tolist()
    for check in (optimality._check_python, optimality._check_numpy):
        still = check(network, flow, cost, price, free)
        assert (None if still is None else still.tolist()) == right


@given(question=priced(), data=st.data())
@examples(200)
def test_a_flow_is_balanced_where_every_node_gives_what_it_takes(question, data):
    network, flow, *_ = question
    assume(network.n_arcs)
    arc = data.draw(st.integers(0, network.n_arcs - 1))
    flow = flow.copy()
    flow[arc] += data.draw(st.sampled_from([-1, 0, 1]))
    at_node = np.zeros(network.n_nodes, dtype=int)
    np.add.at(at_node, network.head, flow)
    np.add.at(at_node, network.tail, -flow)
    within = bool(((flow >= network.lower) & (flow <= network.upper)).all())
    assert optimality.balanced(network, flow) == (within and not at_node.any())


@pytest.mark.parametrize("check", [optimality._check_python, optimality._check_numpy])
@pytest.mark.parametrize(
    ("filled", "cost", "pays"), [(True, 1, True), (True, -1, False), (False, -1, True), (False, 1, False)]
)
def test_a_single_seat_pays_to_fill_or_to_leave(check, filled, cost, pays):
    """One mentor, one mentee: a filled seat that costs something should be empty, an empty one that gains filled."""
    instance = compile_instance(mm.Cohort.from_scores([[1]], capacity=1), COVERAGE)[0]
    network = build_network(instance)
    flow, seat = network.flow_of(np.array([filled])), network.first_edge
    costs = np.zeros(network.n_arcs, dtype=np.int64)
    costs[seat] = cost
    still = [arc != seat for arc in range(network.n_arcs)]
    free, nothing = np.ones(network.n_arcs, dtype=bool), [0] * network.n_nodes
    found = check(network, flow, costs, nothing, free)
    assert (found is None, found is None or found.tolist()) == (pays, pays or still)
    free[seat] = False  # what may not change cannot pay
    assert check(network, flow, costs, nothing, free).tolist() == still
    high = [7] * network.n_nodes  # only differences of prices count
    assert (check(network, flow, costs, high, np.ones_like(free)) is None) == pays
    for end, sign in ((network.tail[seat], -1), (network.head[seat], 1)):
        price = list(nothing)
        price[end] = sign * cost
        rest = np.zeros(network.n_arcs, dtype=bool)
        rest[seat] = True  # alone, and its cost is made up for by the price of either end
        assert check(network, flow, costs, price, rest).tolist() == rest.tolist()


def test_prices_of_any_size_are_counted_exactly(monkeypatch):
    """Beyond what fits into 64 bits numbers are Python's, however many arcs there are."""
    network = build_network(compile_instance(mm.Cohort.from_scores([[1]], capacity=1), COVERAGE)[0])
    flow, cost = network.flow_of(np.array([True])), np.zeros(network.n_arcs, dtype=np.int64)
    free = np.ones(network.n_arcs, dtype=bool)
    for arcs in (optimality.PYTHON_ARCS, -1):
        monkeypatch.setattr(optimality, "PYTHON_ARCS", arcs)
        for price in (1, 2**61, 2**62, 10**30, -(10**30)):
            left = deque([[price] * network.n_nodes])
            assert optimality._tight(network, flow, cost, left, free).all()
            assert not left
        for wrong in ([], [[0] * (network.n_nodes - 1)]):
            assert optimality._tight(network, flow, cost, deque(wrong), free) is None
