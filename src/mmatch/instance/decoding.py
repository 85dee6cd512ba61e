"""From chosen edges back to people: matches, and the seats left unfilled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance.seats import group_bounds
from mmatch.matching import Matching, Seats

if TYPE_CHECKING:
    from mmatch.instance.model import Instance
    from mmatch.people import Cohort
    from mmatch.people.columns import Bools, Ints
    from mmatch.program import Program


def decode(cohort: Cohort, program: Program, instance: Instance, chosen: Bools) -> Matching:
    """The matching that chosen edges mean, in canonical order of mentors."""
    edges = np.flatnonzero(chosen)
    request_rows, offer_rows = cohort.canonical_rows
    order = np.argsort(instance.offer[edges], kind="stable")
    edges = edges[order]
    return seated(cohort, program, request_rows[instance.request[edges]], offer_rows[instance.offer[edges]])


def seated(cohort: Cohort, program: Program, requests: Ints, offers: Ints) -> Matching:
    """A matching from rows of requests and offers; seats of one offer, and of one mentee in it, stand together.

    Seats of one offer are split into as few groups as sizes allow with nobody twice in one, as even as possible.
    """
    number = _groups(offers, cohort.requests.owner[requests], group_bounds(cohort, program)[1])
    return seats_of(cohort, requests, offers, number)


def seats_of(cohort: Cohort, requests: Ints, offers: Ints, number: Ints) -> Matching:
    """A matching from rows of requests and offers and the number of the match of each seat."""
    ids, names = cohort.people.ids, cohort.topic_tree.names
    r, o = cohort.requests, cohort.offers
    seats = Seats(
        mentor=tuple(ids[k] for k in o.owner[offers].tolist()),
        mentee=tuple(ids[k] for k in r.owner[requests].tolist()),
        topic=tuple(names[k] for k in o.topic[offers].tolist()),
        offer=tuple(o.ids[k] for k in offers.tolist()),
        requested=tuple(names[k] for k in r.topic[requests].tolist()),
        match=tuple(number.tolist()),
    )
    return Matching.from_seats(seats, unfilled(cohort, requests))


def unfilled(cohort: Cohort, requests: Ints) -> list[tuple[str, str]]:
    """(mentee, topic) of each seat asked for that is not among the filled ones."""
    r = cohort.requests
    left = np.maximum(r.mentors - np.bincount(requests, minlength=len(r.owner)), 0)
    rows = np.repeat(np.arange(len(left)), left).tolist()
    ids, names = cohort.people.ids, cohort.topic_tree.names
    return [(ids[r.owner[k]], names[r.topic[k]]) for k in rows]


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
