"""What keeps somebody from one more seat whoever else is there: too few mentors for them, or a limit of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Bools
from mmatch.explanations.words import counted, listed, topic_word
from mmatch.instance.set_titles import set_title
from mmatch.matching import Reason

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.explanations.what_if import Seat
    from mmatch.instance import Instance
    from mmatch.program import Program

OWN = ("mentee", "mentee-mentor", "mentee-offer")  # sets of pairs of one mentee, which limit nobody else


def own_limit(question: tuple[Instance, Edges], program: Program, chosen: Bools, seat: Seat) -> Reason | None:
    """The reason for an unfilled seat that would stay so if nobody else asked; None where there is no such reason.

    Args:
        question: the instance, and its candidate edges.
        program: the policy, which names its rules.
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
        labels = np.unique(family.label[every])
        if family.key in OWN and labels[0] != NONE and seats >= int(family.upper[labels].sum()):
            titles = {rule.title: rule.in_words for rule in program.rules}
            title = titles.get(family.rule) or set_title(edges, family, int(family.label[own[0]]), called)
            text = f"{called[seat.mentee]}: they have {counted(seats, 'place')} already, and may have no more: {title}"
            return Reason("limit", (seat.mentee,), seat.topic, text, {"seats": seats, "limit": title})
    return None
