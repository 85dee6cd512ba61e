"""People who have something in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import AttributeAim, PairAim

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class Shares(AttributeAim, PairAim):
    """As many matches as possible in which the two people share an attribute: profession, language, identity.

    score = 1 where they share a value, else 0, also where somebody lacks the attribute.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; lists share one item.
    """

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """One where the attribute is shared."""
        return pairs.share(self.attribute)[0].astype(np.int64), Fraction(1)
