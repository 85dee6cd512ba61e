"""People who have something in common."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.registry.part import known_attribute

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class Shares(PairAim):
    """As many matches as possible in which the two people share an attribute: profession, language, identity.

    score = 1 where they share a value, else 0, also where somebody lacks the attribute.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; lists share one item.
    """

    attribute: str
    _: KW_ONLY
    weight: float = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.text("attribute")

    def check(self, cohort: Cohort) -> None:
        """The attribute must exist somewhere in the cohort."""
        known_attribute(self, cohort, self.attribute)

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """One where the attribute is shared."""
        return pairs.share(self.attribute)[0].astype(np.int64), Fraction(1)
