"""Prices as evidence: an arc that could still pay is seen, however little it pays, by both ways of counting."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from mmatch.network.circulation import build_network
from mmatch.proof import optimality
from strategies import cohorts, examples


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
