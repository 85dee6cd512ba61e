"""How many seats there are: capacity, seats, group sizes and demand as bounds on sets of edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE, Ints, sealed
from mmatch.candidates.blocking import most_seats
from mmatch.constraints import FREE, Bounds, Constraint
from mmatch.errors import Problems, excerpt

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.program import Program


@dataclass(frozen=True, eq=False)
class Capacities:
    """How much everybody can do under a program.

    Args:
        least: mentees in a match at least, per offer row: the offer's own, else the topic's, else the program's.
        most: mentees in a match at most, likewise.
        mentor: most filled seats of every participant: the capacity, else all full matches that may be led.
        led: most matches that every participant leads; `NONE` is no limit but the capacity.
    """

    least: Ints
    most: Ints
    mentor: Ints
    led: Ints


def capacities(cohort: Cohort, program: Program) -> Capacities:
    """The capacities under a program: worked out once for each way to form groups, and kept with the cohort."""
    group = program.group
    key = group if isinstance(group, tuple) else frozenset(group.items())
    kept: dict[Any, Capacities] = cohort.__dict__.setdefault("_capacities", {})
    if key not in kept:
        offers, people = cohort.offers, cohort.people
        sizes = np.array([program.group_of(name) for name in cohort.topic_tree.names], dtype=np.int64).reshape(-1, 2)
        stated = offers.most != NONE
        least, most = (
            np.where(stated, own, sizes[offers.topic, k]) for k, own in enumerate((offers.least, offers.most))
        )
        led = np.where((people.groups == NONE) & (people.capacity == NONE), 1, people.groups)
        kept[key] = Capacities(*map(sealed, (least, most, most_seats(people, offers.owner, most), led)))
    return kept[key]


def seat_limits(edges: Edges, program: Program) -> list[Constraint]:
    """Bounds on requests, offers and mentors; what groups ask beyond them stands in `Groups`.

    Raises:
        InputError: a least load above the seats that a mentor can have under this program.
    """
    cohort = edges.cohort
    limits_of = capacities(cohort, program)
    seats = limits_of.mentor
    _check_least(cohort, seats)
    owner = cohort.offers.owner
    offer_seats = np.where(cohort.offers.seats == NONE, FREE, cohort.offers.seats)
    active = np.bincount(edges.offer, minlength=edges.count("offer"))[_place(edges.offer_rows)] > 0
    several = np.bincount(owner, weights=active, minlength=len(cohort))[owner] > 1
    alone = active & ~several & (offer_seats >= cohort.people.min_load[owner])
    mentor = seats.copy()
    np.minimum.at(mentor, owner[alone], offer_seats[alone])
    binding = active & (offer_seats < mentor[owner])
    rows = edges.mentor_rows
    upper = np.maximum(mentor[rows], 0)
    limits: list[Constraint] = [  # the seats of a mentor's only offer are the mentor's own
        Bounds("request", edges.request, np.zeros(len(edges.wanted), dtype=np.int64), edges.wanted),
        Bounds("mentor", edges.label("mentor"), cohort.people.min_load[rows], upper),
    ]
    if binding.any():
        limits.append(_offer_bounds(edges, np.where(binding, offer_seats, FREE)))
    if several.any():
        limits.extend(_different_mentors(edges))
    most, led = limits_of.most, limits_of.led[owner]
    if ((most > 1) & (led != NONE)).any():
        limits.extend(_never_twice(edges, np.where((most > 1) & (led != NONE), led, FREE)))
    return limits


def _place(rows: Ints) -> Ints:
    place = np.empty(len(rows), dtype=np.int64)
    place[rows] = np.arange(len(rows))
    return place


def _check_least(cohort: Cohort, seats: Ints) -> None:
    problems = Problems()
    for row in np.flatnonzero(cohort.people.min_load > seats).tolist():
        text = f"min_load {cohort.people.min_load[row]} is above the {seats[row]} seats that this person can have here"
        hint = "state a capacity, or offers" if cohort.people.capacity[row] == NONE else ""
        problems.add("contradiction", f"participant {excerpt(cohort.people.ids[row])}", text, hint)
    problems.raise_any()


def _offer_bounds(edges: Edges, upper: Ints) -> Bounds:
    upper = upper[edges.offer_rows]
    label = np.where(upper[edges.offer] < FREE, edges.offer, NONE)
    return Bounds("offer", label, np.zeros(len(upper), dtype=np.int64), upper)


def _different_mentors(edges: Edges) -> list[Bounds]:
    """A request for several mentors meets each mentor at most once."""
    if not (edges.wanted > 1).any():
        return []
    label, n = edges.label("request-mentor"), edges.count("request-mentor")
    if np.bincount(label, minlength=n).max(initial=0) < 2:
        return []
    zeros = np.zeros(n, dtype=np.int64)
    return [Bounds("request-mentor", label, zeros, zeros + 1)]


def group_reasons(edges: Edges, program: Program) -> list[str]:
    """Why groups are more than loads here: least sizes, numbers of groups over several offers, people to keep apart."""
    cohort = edges.cohort
    found = capacities(cohort, program)
    least, most, owner = found.least, found.most, cohort.offers.owner
    led = found.led[owner]
    why = []
    if (least > 1).any():
        row = int(np.flatnonzero(least > 1)[0])
        why.append(f"a least group size of {least[row]} (offer {excerpt(cohort.offers.ids[row])})")
    if not (most > 1).any():
        return why
    used = np.bincount(edges.offer_rows[edges.offer], minlength=len(owner)) > 0
    several = np.bincount(owner, weights=used, minlength=len(cohort))[owner] > 1
    counted = several & used & (led != NONE) & (most > 1)
    if counted.any():
        row = int(owner[np.flatnonzero(counted)[0]])
        why.append(f"a number of groups over several offers of one mentor ({excerpt(cohort.people.ids[row])})")
    apart = _apart(edges, most)
    if apart is not None:
        why.append(f"people in one group who avoid each other ({apart[0]} and {apart[1]})")
    return why


def _apart(edges: Edges, most: Ints) -> tuple[str, str] | None:
    """Two mentees who avoid each other and could sit in one group; None where there are none."""
    cohort = edges.cohort
    if not len(edges.facts.avoided) or not (most > 1).any():
        return None
    n = len(cohort)
    grouped = most[edges.offer_rows[edges.offer]] > 1
    mentees, offers = edges.pairs.mentee[grouped], edges.offer[grouped]
    reach: dict[int, set[int]] = {}
    for mentee, offer in zip(mentees.tolist(), offers.tolist(), strict=True):
        reach.setdefault(mentee, set()).add(offer)
    for key in edges.facts.avoided.tolist():
        one, other = divmod(key, n)
        if not reach.get(one, set()).isdisjoint(reach.get(other, set())):
            return cohort.people.ids[one], cohort.people.ids[other]
    return None


def _never_twice(edges: Edges, groups: Ints) -> list[Bounds]:
    """Nobody sits twice in one match: a mentee has at most as many seats on an offer as groups may be led."""
    label, n = edges.label("mentee-offer"), edges.count("mentee-offer")
    if np.bincount(label, minlength=n).max(initial=0) < 2:
        return []
    upper = np.full(n, FREE)
    np.minimum.at(upper, label, groups[edges.offer_rows[edges.offer]])
    return [Bounds("mentee-offer", label, np.zeros(n, dtype=np.int64), upper)]
