"""Matches of two people with a time for each, where that is a flow: one candidate edge for each pair and shared slot.

With one request a mentee and slots that do not overlap, "nobody is in two places" bounds the sets (mentor, slot), which
nest in the mentors: so the slot is part of the matching, and all that holds for flows holds for it. Elsewhere
times make groups (`grouping`): several requests of a mentee cross the slots, and so do seats of single offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates.edges import Edges
from mmatch.constraints import Bounds, split
from mmatch.instance.capacities import capacities, group_reasons

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.constraints import Slots
    from mmatch.program import Program

BLOCK = 4_000_000
KEY = "mentor-slot"


def timed_edges(edges: Edges, program: Program) -> Edges:
    """The candidates, each once for every slot that the two share; unchanged where no rule names slots, or no flow."""
    slots = _plain_slots(edges, program)
    if slots is None:
        return edges
    edge, slot = _shared(edges, slots)
    return Edges(edges.pairs.only(edge), edges.request[edge], edges.offer[edge], slots, slot)


def _plain_slots(edges: Edges, program: Program) -> Slots | None:
    """The slots of a program whose times are a flow."""
    rules = [rule for rule in program.rules if rule.times(edges.cohort) is not None]
    aims = [aim for tier in program.tiers for aim in tier]
    grouped = any(aim.grouped or aim.term(edges).joint for aim in aims) if rules else False
    others = any(rule.composes for rule in program.rules if rule not in rules)
    if len(rules) != 1 or others or grouped:
        return None
    slots = rules[0].times(edges.cohort)
    if slots is None or not slots.plain or any(len(members) > 1 for members in slots.moments()):
        return None
    if split(item for rule in program.rules for item in rule.constraints(edges))[1]:
        return None
    return slots if _single(edges, program) and not group_reasons(edges, program) else None


def _single(edges: Edges, program: Program) -> bool:
    """Whether all matches are pairs, each mentee has one seat to fill, and nobody is on both sides."""
    cohort = edges.cohort
    most = capacities(cohort, program).most
    requests, offers = np.unique(edges.request), np.unique(edges.offer)
    mentees = cohort.requests.owner[edges.request_rows[requests]]
    mentors = cohort.offers.owner[edges.offer_rows[offers]]
    seats = cohort.offers.seats[edges.offer_rows[offers]]
    several = len(np.unique(mentors)) < len(mentors)
    return bool(
        (most[edges.offer_rows[offers]] == 1).all()
        and (edges.wanted[requests] <= 1).all()
        and len(np.unique(mentees)) == len(mentees)
        and not np.isin(mentees, mentors).any()
        and not (several and (seats != NONE).any())
    )


def _shared(edges: Edges, slots: Slots) -> tuple[Ints, Ints]:
    """(edge, slot) of all slots at which both people of an edge are free, in order."""
    step = max(BLOCK // max(len(slots.names), 1), 1)
    found = [np.zeros((2, 0), dtype=np.int64)]
    for start in range(0, len(edges), step):
        part = slice(start, start + step)
        free = slots.leads[edges.pairs.mentor[part]] & slots.sits[edges.pairs.mentee[part]]
        edge, slot = np.nonzero(free)
        found.append(np.array([edge + start, slot]))
    edge, slot = np.concatenate(found, axis=1)
    return edge, slot


def slot_limits(edges: Edges) -> list[Bounds]:
    """No mentor is in two places at once."""
    if edges.slot is None:
        return []
    label, n = edges.label(KEY), edges.count(KEY)
    zeros = np.zeros(n, dtype=np.int64)
    return [Bounds(KEY, label, zeros, zeros + 1, "CommonSlot")]
