"""The mentor stands so many levels above the mentee."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.exact import exact, number_fault, plain
from mmatch.rules._base import Rule

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.candidates import Pairs


@dataclass(frozen=True, repr=False)
class LevelGap(Rule):
    """The mentor's level is at least ``least`` and at most ``most`` above the mentee's.

    allowed = least <= offer.level - request.level <= most.

    Args:
        least: the smallest gap allowed; negative lets mentees stand above.
        most: the greatest gap allowed; None is no limit.
        missing: "forbid" (default) or "allow" a pair in which a level is not stated.
    """

    least: float
    most: float | None = None
    _: KW_ONLY
    missing: str = "forbid"

    def __post_init__(self) -> None:
        for field in ("least", "most"):
            value = getattr(self, field)
            fault = "" if value is None and field == "most" else number_fault(value, field)
            if fault:
                raise self.refuse(field, fault)
            if value is not None:
                self.put(field, plain(exact(value)))
        if self.most is not None and self.least > self.most:
            raise self.refuse("least", f"least {self.least} is above most {self.most}")
        self.choice("missing", ("forbid", "allow"))

    def allows(self, pairs: Pairs) -> Bools:
        """Pairs whose gap is within the bounds."""
        gap = pairs.offer.level - pairs.request.level
        most = np.inf if self.most is None else self.most
        return ((self.least <= gap) & (gap <= most)) | (np.isnan(gap) & (self.missing == "allow"))
