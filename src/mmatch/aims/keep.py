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
        people, topics = cohort.people.index, cohort.topic_tree.index
        n, width = len(cohort), len(cohort.topic_tree.names)
        rows: Any = self.previous
        named: dict[int, list[int]] = {2: [], 3: []}
        for mentor, mentee, *topic in rows:
            code = topics.get(topic[0], NONE) if topic else 0
            if mentor in people and mentee in people and code != NONE:
                key = people[mentor] * n + people[mentee]
                named[2 + len(topic)].append(key * width + code if topic else key)
        pair = pairs.mentor * n + pairs.mentee
        kept = np.isin(pair, named[2]) | np.isin(pair * width + pairs.offer.topic, named[3])
        return np.broadcast_to(kept, pairs.shape).astype(np.int64), Fraction(1)
