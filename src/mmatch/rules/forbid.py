"""Named pairs that must not meet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.registry.part import named_pairs
from mmatch.rules._base import Rule, offer_keys

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class Forbid(Rule):
    """These pairs must not meet: a manager and their report, two people who asked not to.

    Args:
        pairs: (mentor, mentee), or (mentor, mentee, topic) for the mentor's offers on that topic only.
    """

    pairs: Sequence[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        self.put("pairs", named_pairs(self, self.pairs))

    def check(self, cohort: Cohort) -> None:
        """Everybody named must exist."""
        offer_keys(self, cohort, self.pairs)

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that are not named."""
        keys = offer_keys(self, pairs.cohort, self.pairs)
        return ~pairs.among_offers(np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *keys])))
