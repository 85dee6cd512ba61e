"""People who have something in common."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.registry.part import Compared

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class Shares(Compared, PairAim):
    """As many matches as possible in which the two people share an attribute: profession, language, identity.

    score = 1 where they share a value, else 0, also where somebody lacks the attribute.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; lists share one item.
        mentor: instead, what is compared of the mentor, such as "site";
        mentee: and with what of the mentee, such as "wanted site".
    """

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """One where the attribute is shared."""
        return pairs.share(*self.names)[0].astype(np.int64), Fraction(1)

    def met(self, pairs: Pairs) -> Bools:
        """Whether the attribute is shared."""
        return pairs.share(*self.names)[0]
