"""The filled seats of a matching as pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE, Ints, looked_up
from mmatch.candidates.facts import facts_of
from mmatch.candidates.pairs import Pairs
from mmatch.errors import InputError, Problem, excerpt

if TYPE_CHECKING:
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


def pairs_of(cohort: Cohort, matching: Matching) -> Pairs:
    """The filled seats of a matching as a list of pairs.

    Raises:
        InputError: where a seat names an offer or a request that the cohort does not have.
    """
    requests, offers = seat_rows(cohort, matching)
    bad = np.flatnonzero((requests == NONE) | (offers == NONE))
    if len(bad):
        row = int(bad[0])
        who = f"{excerpt(matching.seats.mentor[row])} and {excerpt(matching.seats.mentee[row])}"
        raise InputError(Problem("unknown-seat", f"matching, seat {row}", f"no such offer or request: {who}"))
    return Pairs(facts_of(cohort), requests, offers)


def seat_rows(cohort: Cohort, matching: Matching) -> tuple[Ints, Ints]:
    """Rows of the requests and offers of all filled seats; `NONE` where the cohort has no such one."""
    kept: tuple[Cohort, Ints, Ints] | None = matching.__dict__.get("_rows")
    if kept is not None and kept[0] is cohort:
        return kept[1:]
    seats, people, tree = matching.seats, cohort.people.index, cohort.topic_tree
    labels, n = tree.label_index, max(len(tree.labels), 1)
    keys = cohort.requests.owner * n + tree.of_label[cohort.requests.topic]
    order = np.argsort(keys, kind="stable")
    mentee = np.array([people.get(m, NONE) for m in seats.mentee], dtype=np.int64)
    topic = np.array([labels.get(t, NONE) for t in seats.requested], dtype=np.int64)
    wanted = np.where((mentee == NONE) | (topic == NONE), NONE, mentee * n + topic)
    requests = looked_up(keys[order], order, wanted, NONE)
    offers = np.array([cohort.offers.index.get(o, NONE) for o in seats.offer], dtype=np.int64)
    matching.__dict__["_rows"] = (cohort, requests, offers)
    return requests, offers
