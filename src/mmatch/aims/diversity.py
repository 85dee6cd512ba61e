"""Mixed groups: as many different values of an attribute as possible meet in each match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mmatch.aims._variety import VarietyAim


@dataclass(frozen=True, repr=False)
class Diversity(VarietyAim):
    """Mixed groups: as many different values of an attribute as possible meet in each match.

    sum over matches of (different values among the mentees - 1); "not stated" is a value of its own.

    Args:
        attribute: a key of ``attributes``, or "site", or "timezone"; each item of a list counts.
    """

    sign: ClassVar[int] = 1
