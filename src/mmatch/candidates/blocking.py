"""Blocking pairs on rank arrays: who would both rather be together, by notion of stability, and who has a seat free.

The clauses are those of the student-project problem, where an offer has seats under its mentor's capacity: Abraham,
Irving and Manlove 2007 for strict lists; Olaosebikan and Manlove 2020 (strong) and 2022 (super) for ties.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, looked_up
from mmatch.constraints import FREE

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort
    from mmatch.cohort.columns import People

KINDS = ("weak", "strong", "super", "envy")
FAR = 2**60  # behind every rank: an empty seat, and a partner whom the list leaves out
GAINS, CONSENTS, INDIFFERENT, REFUSES = 3, 2, 1, 0  # what a mentor says; consents: the same mentee on another offer


@dataclass(frozen=True, eq=False)
class Room:
    """Who could take one mentee more without losing one: a yes or no for each person, and for each offer."""

    mentor: Bools
    offer: Bools


def stated_seats(cohort: Cohort) -> tuple[Ints, Ints]:
    """(most mentees of each offer, of each person) as the cohort states them: one match where it states nothing."""
    people, offers = cohort.people, cohort.offers
    most = np.where(offers.most == NONE, 1, offers.most)
    return np.where(offers.seats == NONE, FREE, offers.seats), most_seats(people, offers.owner, most)


def most_seats(people: People, owner: Ints, most: Ints) -> Ints:
    """Most filled seats of everybody: the capacity, else all full matches that may be led (one by default).

    Args:
        people: the columns of everybody.
        owner: the row of the owner of each offer.
        most: the greatest size of a match on each offer.
    """
    largest = np.zeros(len(people.ids), dtype=np.int64)
    np.maximum.at(largest, owner, most)
    full = np.where(people.groups == NONE, np.where(people.capacity == NONE, 1, FREE), people.groups) * largest
    return np.where(people.capacity == NONE, full, np.minimum(people.capacity, np.minimum(full, FREE)))


def stated_room(seats: Pairs) -> Room:
    """Who could take one mentee more, by the seats that the cohort states alone."""
    cohort = seats.cohort
    on_offer, of_mentor = stated_seats(cohort)
    load = np.bincount(seats.offer.row, minlength=len(on_offer))
    return Room(np.bincount(seats.mentor, minlength=len(cohort)) < of_mentor, load < on_offer)


def blocks(edges: Pairs, seats: Pairs, room: Room, kind: str) -> Bools:
    """Which candidate pairs block a matching.

    weak: both gain. strong: one gains, the other does not lose. super: neither loses. envy: the mentee gains, and the
    mentor keeps somebody in their place whom they like less; empty seats do not count.

    Args:
        edges: candidate pairs, as a list.
        seats: the filled seats, as a list.
        room: who could take one more.
        kind: one of `KINDS`.
    """
    mentee = mentee_gain(edges, seats, edges.mentee_rank, listed(seats.mentee_rank))
    some = np.flatnonzero(mentee > 0 if kind in {"weak", "envy"} else mentee >= 0)
    found = np.zeros(len(mentee), dtype=bool)
    part = edges.only(some)
    part.mentor_rank = edges.mentor_rank[some]  # looked up for all at once, which is quicker than for some
    found[some] = _agreed(part, seats, room, (mentee[some], kind))
    return found


def _agreed(edges: Pairs, seats: Pairs, room: Room, gains: tuple[Ints, str]) -> Bools:
    """Which of the pairs whose mentee would not lose block."""
    mentee, kind = gains
    replaced = _replaced(edges, seats, room)
    if kind == "envy":
        found: Bools = edges.mentor_rank < replaced
    else:
        mentor = _mentor_says(edges, seats, room, replaced)
        found = mentor >= (CONSENTS if kind == "weak" else INDIFFERENT)
        if kind == "strong":
            found = np.where(mentee > 0, found, mentor == GAINS)
    return found & ~together(edges, seats)


def listed(ranks: Ints) -> Ints:
    """Ranks of filled seats, where 0 is a partner whom the list leaves out: worse than everybody listed."""
    return np.where(ranks == 0, FAR, ranks)


def together(edges: Pairs, seats: Pairs) -> Bools:
    """Pairs of a mentee and an offer that sit together already, through whatever request."""
    width = len(edges.cohort.offers.owner)
    return np.isin(edges.mentee * width + edges.offer.row, seats.mentee * width + seats.offer.row)


def mentee_gain(edges: Pairs, seats: Pairs, edge_rank: Ints, seat_rank: Ints) -> Ints:
    """What each pair's request would gain: above 0 better, 0 the same, below 0 worse than the seat that it gives up.

    It gives up its seat with the same mentor, since several mentors of one request differ; else none where it has an
    empty seat; else its worst one.

    Args:
        edges: candidate pairs.
        seats: the filled seats.
        edge_rank: what the mentee thinks of each pair; less is better.
        seat_rank: the same of each filled seat.
    """
    wanted = edges.cohort.requests.mentors
    filled = np.bincount(seats.request.row, minlength=len(wanted))
    worst = np.where(filled < wanted, FAR, 0)
    full = filled >= wanted
    np.maximum.at(worst, seats.request.row[full[seats.request.row]], seat_rank[full[seats.request.row]])
    given_up = worst[edges.request.row]
    held = _with_mentor(edges, seats, seat_rank)
    return np.sign(np.where(held > 0, held, given_up) - edge_rank)


def _with_mentor(edges: Pairs, seats: Pairs, seat_rank: Ints) -> Ints:
    """The rank of the seat that each pair's request has with the pair's mentor; 0 where it has none."""
    width = len(edges.cohort)
    keys = seats.request.row * width + seats.mentor
    order = np.lexsort((-seat_rank, keys))
    return looked_up(keys[order], seat_rank[order], edges.request.row * width + edges.mentor, 0)


def _replaced(edges: Pairs, seats: Pairs, room: Room) -> Ints:
    """The rank of whom each pair's mentor would give up: the least liked on the offer if that is full, else of all."""
    rank = listed(seats.mentor_rank)
    worst_of = np.zeros(len(edges.cohort), dtype=np.int64)
    worst_on = np.zeros(len(edges.cohort.offers.owner), dtype=np.int64)
    np.maximum.at(worst_of, seats.mentor, rank)
    np.maximum.at(worst_on, seats.offer.row, rank)
    return np.where(room.offer[edges.offer.row], worst_of[edges.mentor], worst_on[edges.offer.row])


def _mentor_says(edges: Pairs, seats: Pairs, room: Room, replaced: Ints) -> Ints:
    """What each pair's mentor says to one mentee more on that offer; an offer or a mentor without seats refuses."""
    open_offer = room.offer[edges.offer.row]
    says = np.where(edges.mentor_rank < replaced, GAINS, REFUSES)
    says[edges.mentor_rank == replaced] = INDIFFERENT
    says[open_offer & room.mentor[edges.mentor]] = GAINS
    says[open_offer & (_with_mentor(edges, seats, np.ones_like(seats.mentor)) > 0)] = CONSENTS
    return says


def linked_blocks(edges: Pairs, seats: Pairs, limits: tuple[Ints, Ints], people: list[int]) -> Bools:
    """Which candidate pairs of mentees who move as one are part of a weak block.

    They block with an offer where each of them gains, and both the offer and its mentor have so many seats that are
    free or held by somebody liked less than all of them.

    Args:
        edges: candidate pairs, as a list.
        seats: the filled seats, as a list.
        limits: the seats of each offer, and of each person.
        people: rows of the mentees.
    """
    found = np.zeros(len(edges.mentee), dtype=bool)
    gains = mentee_gain(edges, seats, edges.mentee_rank, listed(seats.mentee_rank)) > 0
    own, others = np.isin(edges.mentee, people), ~np.isin(seats.mentee, people)
    for offer in np.unique(edges.offer.row[own]).tolist():
        pairs = np.flatnonzero(own & (edges.offer.row == offer))
        if len(pairs) < len(people) or not gains[pairs].all():
            continue
        mentor = edges.mentor[pairs[0]]
        kept = others & (seats.mentor == mentor) & (listed(seats.mentor_rank) <= edges.mentor_rank[pairs].max())
        on_offer = int((kept & (seats.offer.row == offer)).sum())
        found[pairs] = min(limits[0][offer] - on_offer, limits[1][mentor] - int(kept.sum())) >= len(people)
    return found
