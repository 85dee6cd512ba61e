"""Cohorts and matchings as graphs and sparse arrays, in the conventions of networkx and SciPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates.edges import candidates
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem, Problems, UnsupportedError, excerpt
from mmatch.matching import Matching
from mmatch.program import Program, check_question

if TYPE_CHECKING:
    from networkx import Graph, MultiGraph
    from scipy.sparse import csr_array

MENTEE, MENTOR = 0, 1  # the values of the node attribute "bipartite", as networkx has it


def to_networkx(cohort: Cohort, program: Program | None = None, matching: Matching | None = None) -> MultiGraph[str]:
    """The mentors and mentees of a cohort as a graph: an edge joins each pair that may meet, and matches are marked.

    Nodes are ids with ``bipartite`` 0 (mentees) or 1 (mentors); mentees have ``demand``, mentors ``capacity`` (None:
    not stated). Each pair that facts and rules allow is an edge, keyed by the offer's id, with ``topic``,
    ``requested``, ``weight`` (the given score, where there is one) and ``matched``.

    Args:
        cohort: the facts.
        program: the policy, for its rules; by default none.
        matching: whose pairs are marked.

    Raises:
        InputError: where the program cannot be meant for the cohort.
        UnsupportedError: where somebody is a mentor and a mentee: one node cannot be on both sides.

    Example:
        >>> cohort = mm.Cohort(
        ...     [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request("data")])]
        ... )
        >>> mm.io.to_networkx(cohort).edges
        MultiEdgeView([('eva', 'ann', 'ann/data')])
    """
    import networkx as nx

    policy = Program() if program is None else program
    check_question(cohort, policy)
    both = np.intersect1d(cohort.requests.owner, cohort.offers.owner)
    if len(both):
        name = cohort.people.ids[both[0]]
        raise UnsupportedError(f"{name} is a mentor and a mentee: a node of a bipartite graph is on one side only")
    graph: MultiGraph[str] = nx.MultiGraph()
    people, requests = cohort.people, cohort.requests
    demand = np.bincount(requests.owner, weights=requests.mentors, minlength=len(cohort)).astype(np.int64)
    for row in np.unique(requests.owner).tolist():
        graph.add_node(people.ids[row], bipartite=MENTEE, demand=int(demand[row]))
    for row in np.unique(cohort.offers.owner).tolist():
        capacity = int(people.capacity[row])
        graph.add_node(people.ids[row], bipartite=MENTOR, capacity=None if capacity == NONE else capacity)
    taken = set()
    if matching is not None:
        seats = matching.seats
        taken = set(zip(seats.mentee, seats.requested, seats.offer, strict=True))
    ids, tree, pairs = people.ids, cohort.topic_tree, candidates(cohort, policy.rules).pairs
    scores = None if cohort.score_table is None else cohort.score_table.values[pairs.score_row]
    columns = (pairs.mentee, pairs.mentor, pairs.offer.row, pairs.offer.topic, pairs.request.topic)
    for k, (mentee, mentor, row, topic, wish) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        offer = cohort.offers.ids[row]
        facts: dict[str, Any] = {"topic": tree.names[topic], "requested": tree.labels[wish]}
        if scores is not None:
            facts["weight"] = float(scores[k])
        matched = (ids[mentee], facts["requested"], offer) in taken
        graph.add_edge(ids[mentee], ids[mentor], key=offer, matched=matched, **facts)
    return graph


def from_networkx(graph: Graph[Any]) -> Cohort:
    """A cohort from a bipartite graph: an edge is a pair that may meet, its weight the score.

    Args:
        graph: nodes are ids (text) with ``bipartite`` 0 for mentees and 1 for mentors; a mentee may have ``demand``
            (1), a mentor ``capacity`` (1) and ``min_load`` (0); an edge may have ``weight`` (1).

    Raises:
        InputError: nodes without a side, ids that are no text, edges within one side, two edges between two people.
    """
    from scipy.sparse import coo_array

    problems = Problems()
    sides: dict[Any, list[Any]] = {MENTEE: [], MENTOR: []}
    for node, data in graph.nodes(data=True):
        side = data.get("bipartite")
        if side not in sides or type(node) is not str:
            expected = "an id as text, with bipartite 0 (a mentee) or 1 (a mentor)"
            problems.add("type", "graph", f"node {excerpt(node)} with bipartite {excerpt(side)}, expected {expected}")
        else:
            sides[side].append(node)
    rows, columns = ({node: k for k, node in enumerate(sides[side])} for side in (MENTEE, MENTOR))
    cells: dict[tuple[int, int], Any] = {}
    for one, other, data in graph.edges(data=True):
        mentee, mentor = (one, other) if one in rows else (other, one)
        if mentee not in rows or mentor not in columns:
            problems.add("type", "graph", f"the edge {excerpt(one)} to {excerpt(other)} joins no mentee to a mentor")
        elif (rows[mentee], columns[mentor]) in cells:
            problems.add("duplicate-pair", "graph", f"two edges between {excerpt(mentee)} and {excerpt(mentor)}")
        else:
            cells[rows[mentee], columns[mentor]] = data.get("weight", 1)
    problems.raise_any()
    place = np.array(list(cells), dtype=np.int64).reshape(-1, 2)
    values = np.array(list(cells.values()))
    return Cohort.from_scores(
        coo_array((values, (place[:, 0], place[:, 1])), shape=(len(rows), len(columns))),
        mentees=sides[MENTEE],
        mentors=sides[MENTOR],
        **{
            name: [graph.nodes[node].get(name, default) for node in sides[side]]
            for name, side, default in (("demand", MENTEE, 1), ("capacity", MENTOR, 1), ("min_load", MENTOR, 0))
        },
    )


def to_sparse(matching: Matching, cohort: Cohort) -> tuple[csr_array, list[str], list[str]]:
    """A matching as a SciPy array of filled seats: (array, the mentee of each row, the mentor of each column).

    Shape (mentees, mentors): everybody who asks, and everybody who offers, in the order of ids.

    Raises:
        InputError: a matching of other people.
    """
    from scipy.sparse import coo_array

    ids = cohort.people.ids
    owners = cohort.requests.owner, cohort.offers.owner
    sides = [sorted(ids[row] for row in np.unique(owner).tolist()) for owner in owners]
    rows, columns = ({name: k for k, name in enumerate(side)} for side in sides)
    seats = matching.seats
    unknown = [name for name, known in ((seats.mentee, rows), (seats.mentor, columns)) if not set(name) <= known.keys()]
    if unknown:
        raise InputError(Problem("unknown-id", "matching", "the matching names people whom the cohort does not have"))
    place = ([rows[name] for name in seats.mentee], [columns[name] for name in seats.mentor])
    filled = coo_array((np.ones(len(seats), dtype=np.int64), place), shape=(len(rows), len(columns)))
    return filled.tocsr(), sides[0], sides[1]
