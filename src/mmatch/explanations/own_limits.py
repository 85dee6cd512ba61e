"""What keeps somebody from one more seat whoever else is there: too few mentors for them, or a limit of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Bools, Ints
from mmatch.constraints import Bounds
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.set_titles import set_title
from mmatch.matching import Reason

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.explanations.what_if import Seat
    from mmatch.instance import Instance
    from mmatch.program import Program

OWN = ("mentee", "mentee-mentor", "mentee-offer")  # sets of pairs of one mentee, which limit nobody else


Limits = list[tuple[Bounds, str]]


def rule_limits(program: Program, edges: Edges) -> Limits:
    """The limits that rules set for what one person may have, each with its rule in words."""
    found = ((item, rule.in_words) for rule in program.rules for item in rule.constraints(edges))
    return [(item, words) for item, words in found if isinstance(item, Bounds) and item.key in OWN]


def own_limit(question: tuple[Instance, Edges], limits: Limits, chosen: Bools, seat: Seat) -> Reason | None:
    """The reason for an unfilled seat that would stay so if nobody else asked; None where there is no such reason.

    Args:
        question: the instance, and its candidate edges.
        limits: those of the rules.
        chosen: the candidate edges that the matching uses.
        seat: the seat that is not filled.
    """
    instance, edges = question
    cohort, called = edges.cohort, edges.cohort.people.called
    own = np.flatnonzero(edges.request == seat.request)
    wanted, taken = int(edges.wanted[seat.request]), int(chosen[own].sum())
    rows = cohort.offers.owner[edges.offer_rows[edges.offer[own]]]
    mentors = tuple(cohort.people.ids[row] for row in dict.fromkeys(rows.tolist()))
    if taken == len(mentors) < wanted:
        text = f"{called[seat.mentee]}: they ask for {counted(wanted, 'mentor')}{topic_word(seat.topic)}"
        text = f"{text}, and only {listed([called[who] for who in mentors], 'mentors')} may mentor them"
        return Reason("shortage", (seat.mentee,), seat.topic, text, {"wanted": wanted, "mentors": mentors})
    every = np.flatnonzero(edges.pairs.mentee == edges.pairs.mentee[own[0]])
    seats = int(chosen[every].sum())
    for family in instance.bounds:
        if family.key in OWN and _full(family, every, seats):
            title = next((words for item, words in limits if item.key == family.key and _full(item, every, seats)), "")
            title = title or set_title(edges, family, int(family.label[own[0]]), called)
            text = f"{called[seat.mentee]}: they have {counted(seats, 'place')} already, and may have no more: {title}"
            return Reason("limit", (seat.mentee,), seat.topic, text, {"seats": seats, "limit": title})
    return None


def _full(limit: Bounds, edges: Ints, seats: int) -> bool:
    """Whether so many seats are as many as a limit allows on all edges of a person together."""
    labels = np.unique(limit.label[edges])
    return bool(labels[0] != NONE and seats >= int(limit.upper[labels].sum()))
