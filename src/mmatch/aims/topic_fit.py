"""Topics that meet exactly before topics that meet along the tree."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.errors import UnsupportedError

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs


DEEPEST = 60  # steps: 2^-60 still is a whole number of units


@dataclass(frozen=True, repr=False)
class TopicFit(PairAim):
    """Each match counts 1 on exactly the topic asked for, and half as much for every step along the topic tree.

    score = 2^-distance(request topic, offer topic); the topic "" counts 1.
    """

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """2^-distance in units of 2^-(greatest distance in the tree)."""
        deepest = int(pairs.cohort.topic_tree.depth.max(initial=0))
        if deepest > DEEPEST:
            raise UnsupportedError(f"TopicFit takes topic trees of up to {DEEPEST} steps, this one has {deepest}")
        return np.int64(1) << (deepest - np.maximum(pairs.distance, 0)), Fraction(1, 1 << deepest)

    def met(self, pairs: Pairs) -> Bools:
        """Whether the offer is on exactly the topic asked for."""
        return np.equal(pairs.distance, 0)
