"""The two people share no value of an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.rules._base import AttributeRule

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class Differs(AttributeRule):
    """Mentor and mentee come from different departments, sites, … : they share no value of the attribute.

    allowed(mentor, mentee) = values(mentor) and values(mentee) have nothing in common.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; lists must share no item.
        missing: "forbid" (default) or "allow" a pair in which somebody lacks the attribute.
    """

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs that share no value."""
        shared, stated = pairs.share(self.attribute)
        return ~shared & (stated | (self.missing == "allow"))
