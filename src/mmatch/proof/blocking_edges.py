"""The check of `rules.Stable`: which candidate pairs block a matching under the limits of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates import pairs_of
from mmatch.candidates.blocking import Room, blocks, linked_blocks
from mmatch.candidates.lottery import broken, lottery
from mmatch.errors import UnsupportedError
from mmatch.instance.capacities import capacities
from mmatch.matching import Violation
from mmatch.mechanisms.market import FAR
from mmatch.rules.linked import Linked
from mmatch.rules.stable import Stable

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching
    from mmatch.program import Program

MOST_NAMED = 3


def unstable(edges: Edges, program: Program, matching: Matching) -> list[Violation]:
    """The first few pairs that block a matching, for each rule of stability in the program."""
    found, ids = [], edges.cohort.people.ids
    for rule in (rule for rule in program.rules if isinstance(rule, Stable)):
        blocking = np.flatnonzero(blocking_edges(edges, program, matching, rule.kind, rule.lottery))
        for k in blocking[:MOST_NAMED].tolist():
            pair = ids[edges.pairs.mentor[k]], ids[edges.pairs.mentee[k]]
            text = f"{pair[0]} and {pair[1]} would rather be together ({rule.kind} stability)"
            found.append(Violation("unstable", text, pair))
    return found


def blocking_edges(
    edges: Edges, program: Program, matching: Matching, kind: str, seed: int | str | None = None
) -> Bools:
    """Which candidate edges block a matching: a yes or no for each.

    Args:
        edges: all candidates.
        program: what limits seats.
        matching: to be looked at.
        kind: the notion.
        seed: of a lottery that breaks ties first.

    Raises:
        UnsupportedError: linked mentees under another notion than the weak one.
    """
    cohort, pairs = edges.cohort, edges.pairs
    seats = pairs_of(cohort, matching)
    if seed is not None:
        ranks = lottery(cohort, seed)
        pairs, seats = broken(pairs, ranks), broken(seats, ranks)
    found = edges.usable & blocks(pairs, seats, _room(cohort, program, matching, seats), kind)
    sets = [rows for rule in program.rules if isinstance(rule, Linked) for rows in rule.rows(cohort)]
    if sets and kind != "weak":
        raise UnsupportedError(
            f"what blocks under the notion {kind!r} where mentees are linked is not defined: use weak"
        )
    limits = np.where(cohort.offers.seats == NONE, FAR, cohort.offers.seats), capacities(cohort, program).mentor
    for people in sets:
        found &= ~np.isin(pairs.mentee, people)
        found |= edges.usable & linked_blocks(pairs, seats, limits, people)
    return found


def _room(cohort: Cohort, program: Program, matching: Matching, seats: Pairs) -> Room:
    """Who could take one mentee more: seats left; and in groups a place in an open one, or a new one of one mentee."""
    owner, limit = cohort.offers.owner, cohort.offers.seats
    load = np.bincount(seats.offer.row, minlength=len(owner))
    limits = capacities(cohort, program)
    least, most = limits.least, limits.most
    match = np.array(matching.seats.match, dtype=np.int64)
    groups = seats.offer.row[np.unique(match, return_index=True)[1]]
    opened, led = np.bincount(groups, minlength=len(owner)), limits.led
    may_open = (led == NONE) | (np.bincount(owner[groups], minlength=len(cohort)) < led)
    place = (most == 1) | (load < opened * most) | ((least == 1) & may_open[owner])
    free = limits.mentor > np.bincount(seats.mentor, minlength=len(cohort))
    return Room(free, ((limit == NONE) | (load < limit)) & place)
