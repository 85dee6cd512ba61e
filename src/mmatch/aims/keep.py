"""As much of an earlier matching as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.arrays import NONE
from mmatch.matching import HasMatching, Matching
from mmatch.registry.part import named_pairs

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs


ANY = -2  # topic: any of the mentor's


@dataclass(frozen=True, repr=False)
class Keep(PairAim):
    """As many pairs of an earlier matching as possible stay together.

    total = number of filled seats whose pair is in the earlier matching. People and topics that are gone since count
    nothing.

    Args:
        previous: a `Matching`, a `Result`, or (mentor, mentee[, topic]) pairs; without a topic any offer of the mentor
            counts.
    """

    previous: Sequence[tuple[str, ...]] | Matching | HasMatching = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        given: Any = self.previous.matching if isinstance(self.previous, HasMatching) else self.previous
        self.put("previous", named_pairs(self, given.pairs() if isinstance(given, Matching) else given))

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """One for each pair that met before."""
        cohort = pairs.cohort
        people, topics, rows = cohort.people.index, cohort.topic_tree.index, []
        previous: Any = self.previous
        for mentor, mentee, *topic in previous:
            code = topics.get(topic[0], NONE) if topic else ANY
            if mentor in people and mentee in people and code != NONE:
                rows.append((people[mentee], people[mentor], code))
        mentors, mentees, offers = (
            np.broadcast_to(rows, pairs.shape).ravel() for rows in (pairs.mentor, pairs.mentee, pairs.offer.row)
        )
        kept: Ints = np.zeros(len(mentors), dtype=np.int64)
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        table = table[np.lexsort(table.T[::-1])]
        number = np.arange(len(table)) - np.searchsorted(table[:, 0], table[:, 0])  # of each mentee's earlier pairs
        for k in range(int(number.max(initial=-1)) + 1):
            mentor_of, topic_of = np.full((2, len(cohort)), NONE)
            mentor_of[table[number == k, 0]] = table[number == k, 1]
            topic_of[table[number == k, 0]] = table[number == k, 2]
            met = np.flatnonzero(mentor_of[mentees] == mentors)
            wanted = topic_of[mentees[met]]
            kept[met[(wanted == ANY) | (wanted == cohort.offers.topic[offers[met]])]] = 1
        return kept.reshape(pairs.shape), Fraction(1)
