"""Between chosen edges and people: the matching that a choice means, and the choice that a matching is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.candidates import seat_rows
from mmatch.errors import SolverError
from mmatch.instance.capacities import capacities
from mmatch.matching import Matching, Seats

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.constraints import Groups
    from mmatch.instance.model import Answer, Instance
    from mmatch.program import Program


def decode(edges: Edges, program: Program, instance: Instance, answer: Answer) -> Matching:
    """The matching that an answer means, in canonical order of mentors.

    Raises:
        SolverError: where the answer chooses no edges, or seats people in groups that are not open.
    """
    if answer.chosen is None:
        raise SolverError("an answer without edges is no matching")
    if instance.groups is not None:
        return _decoded_groups(edges.cohort, instance, instance.groups, answer)
    return _decoded(edges, program, answer.chosen)


def _decoded(edges: Edges, program: Program, chosen: Bools) -> Matching:
    used = np.flatnonzero(chosen)
    used = used[np.argsort(edges.offer[used], kind="stable")]
    requests, offers = edges.request_rows[edges.request[used]], edges.offer_rows[edges.offer[used]]
    found = seated(edges.cohort, program, requests, offers)
    if edges.slots is None or edges.slot is None:
        return found
    names = tuple(edges.slots.names[k] for k in edges.slot[used].tolist())
    return Matching.from_seats(replace(found.seats, slot=names), found.unmatched)


def _decoded_groups(cohort: Cohort, instance: Instance, groups: Groups, answer: Answer) -> Matching:
    """Groups as they opened; the seats of one that opens several times are dealt round, so that sizes are even."""
    if answer.places is None or answer.opened is None:
        raise SolverError("the answer does not say who sits where")
    places = np.flatnonzero(answer.places)
    request_rows, offer_rows = cohort.canonical_rows
    edge, group = groups.edge[places], groups.group[places]
    requests = request_rows[instance.request[edge]]
    order = np.lexsort((requests, cohort.requests.owner[requests], group))
    requests, edge, group = requests[order], edge[order], group[order]
    opened = np.maximum(answer.opened, 0)
    if (opened[group] == 0).any():
        raise SolverError("people sit in a group that is not open")
    before = np.cumsum(opened) - opened
    first = np.flatnonzero(np.diff(group, prepend=-1) != 0)
    within = np.arange(len(group)) - np.repeat(first, np.diff(first, append=len(group)))
    matching = seats_of(cohort, requests, offer_rows[instance.offer[edge]], before[group] + within % opened[group])
    if groups.slots is None:
        return matching
    slot = tuple(groups.slots.names[k] for k in groups.slot[group].tolist())
    return Matching.from_seats(replace(matching.seats, slot=slot), matching.unmatched)


def seated(cohort: Cohort, program: Program, requests: Ints, offers: Ints) -> Matching:
    """A matching from rows of requests and offers; seats of one offer, and of one mentee in it, stand together.

    Seats of one offer are split into as few groups as sizes allow with nobody twice in one, as even as possible.
    """
    number = _groups(offers, cohort.requests.owner[requests], capacities(cohort, program).most)
    return seats_of(cohort, requests, offers, number)


def seats_of(cohort: Cohort, requests: Ints, offers: Ints, number: Ints) -> Matching:
    """A matching from rows of requests and offers, and the number of the match of each seat."""
    ids, tree = cohort.people.ids, cohort.topic_tree
    r, o = cohort.requests, cohort.offers
    seats = Seats(
        mentor=tuple(ids[k] for k in o.owner[offers].tolist()),
        mentee=tuple(ids[k] for k in r.owner[requests].tolist()),
        topic=tuple(tree.names[k] for k in o.topic[offers].tolist()),
        offer=tuple(o.ids[k] for k in offers.tolist()),
        requested=tuple(tree.labels[k] for k in r.topic[requests].tolist()),
        match=tuple(number.tolist()),
    )
    return Matching.from_seats(seats, unfilled(cohort, requests))


def unfilled(cohort: Cohort, requests: Ints) -> list[tuple[str, str]]:
    """(mentee, label of the request) of each seat asked for that is not among the filled ones."""
    r = cohort.requests
    left = np.maximum(r.mentors - np.bincount(requests, minlength=len(r.owner)), 0)
    rows = np.repeat(np.arange(len(left)), left).tolist()
    ids, labels = cohort.people.ids, cohort.topic_tree.labels
    return [(ids[r.owner[k]], labels[r.topic[k]]) for k in rows]


def _groups(offers: Ints, mentees: Ints, most: Ints) -> Ints:
    """The number of the match of each seat: dealt round, so that neighbours sit apart."""
    if not len(offers):
        return np.zeros(0, dtype=np.int64)
    first = np.flatnonzero(np.diff(offers, prepend=-1) != 0)
    load = np.diff(first, append=len(offers))
    block = np.repeat(np.arange(len(first)), load)
    same = np.flatnonzero((np.diff(mentees, prepend=-1) != 0) | (np.diff(offers, prepend=-1) != 0))
    often = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(often, block[same], np.diff(same, append=len(offers)))
    groups = np.maximum(-(-load // most[offers[first]]), often)
    within = np.arange(len(offers)) - first[block]
    number: Ints = (np.cumsum(groups) - groups)[block] + within % groups[block]
    return number


def chosen_edges(edges: Edges, matching: Matching) -> Bools | None:
    """The candidate edges that a matching uses; None where one is no candidate or is used twice."""
    rows = seat_rows(edges.cohort, matching)
    local = []
    for row, order in zip(rows, edges.cohort.canonical_rows, strict=True):
        inverse = np.empty(len(order), dtype=np.int64)
        inverse[order] = np.arange(len(order))
        local.append(inverse[row])
    width = len(edges.offer_rows) + 1
    keys, wanted = edges.request * width + edges.offer, local[0] * width + local[1]
    slots, slot = edges.slots, edges.slot
    if slots is not None and slot is not None:
        place = {name: k for k, name in enumerate(slots.names)}
        times = [place.get(name, -1) for name in matching.seats.slot]
        if len(times) != len(wanted) or -1 in times:
            return None if len(wanted) else np.zeros(len(keys), dtype=bool)
        keys, wanted = keys * len(place) + slot, wanted * len(place) + np.array(times, dtype=np.int64)
    chosen = np.zeros(len(keys), dtype=bool)
    if len(wanted) == 0:
        return chosen
    if len(keys) == 0:
        return None
    found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    if (keys[found] != wanted).any() or len(np.unique(found)) < len(found):
        return None
    chosen[found] = True
    return chosen
