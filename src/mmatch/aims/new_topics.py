"""Mentees talk about topics that they have not talked about yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import LoadAim
from mmatch.arrays import NONE, Ints
from mmatch.terms import ConvexLoad

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class NewTopics(LoadAim):
    """A mentee's several topics are covered one after the other: those come first on which there was no meeting yet.

    total = number of requests with a filled seat on a topic that no past meeting of the mentee, as a mentee, was about;
    a topic above or below it counts as the same, and of a request for any of several topics all must have been met.
    Requests on no topic count nothing.
    """

    def term(self, edges: Edges) -> ConvexLoad:
        """One for the first seat of each request on a new topic."""
        cohort, rows = edges.cohort, edges.request_rows
        ids = cohort.people.ids
        owners, codes = cohort.requests.owner[rows].tolist(), cohort.requests.topic[rows].tolist()
        talked = _talked(cohort)
        fresh = [_is_new(cohort, code, talked.get(ids[owner])) for owner, code in zip(owners, codes, strict=True)]
        return ConvexLoad("request", head=(1, 0), factor=np.array(fresh, dtype=np.int64))

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:
        """Requests on new topics that have a seat."""
        talked, codes = _talked(cohort), cohort.topic_tree.label_index
        filled = set(zip(matching.seats.mentee, matching.seats.requested, strict=True))
        return Fraction(sum(_is_new(cohort, codes[label], talked.get(who)) for who, label in filled))


def _talked(cohort: Cohort) -> dict[str, Ints]:
    """The topics of each mentee's past meetings, as codes."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for mentee, topic in zip(cohort.meetings.mentee, cohort.meetings.topic, strict=True):
        if topic and topic in cohort.topic_tree.index:
            found[mentee].add(cohort.topic_tree.index[topic])
    return {who: np.array(sorted(codes), dtype=np.int64) for who, codes in found.items()}


def _is_new(cohort: Cohort, code: int, talked: Ints | None) -> bool:
    """Whether something that is asked for is a topic on which somebody has not met anybody."""
    tree = cohort.topic_tree
    wanted = [topic for topic in tree.members[code].tolist() if topic != NONE and tree.names[topic]]
    if talked is None or not wanted:
        return bool(wanted)
    return any((tree.steps(np.array([topic]), talked) == NONE).all() for topic in wanted)
