"""The two people share no value of an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.rules._base import PairComparison

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class Differs(PairComparison):
    """Mentor and mentee come from different departments, sites, … : they share no value of the attribute.

    allowed(mentor, mentee) = values(mentor) and values(mentee) have nothing in common.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; lists must share no item.
        mentor: instead, what is compared of the mentor, such as "site";
        mentee: and with what of the mentee, such as "wanted site".
        missing: "forbid" (default) or "allow" a pair in which somebody lacks the attribute.
    """

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that share no value."""
        shared, stated = pairs.share(*self.names)
        return ~shared & (stated | (self.missing == "allow"))
