"""Named pairs that must not meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.rules._base import NamedPairs, offer_keys

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class Forbid(NamedPairs):
    """These pairs must not meet: a manager and their report, two people who asked not to.

    Args:
        pairs: (mentor, mentee), or (mentor, mentee, topic) for the mentor's offers on that topic only.
    """

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that are not named."""
        keys = offer_keys(self, pairs.cohort, self.pairs)
        return ~pairs.among_offers(np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *keys])))
