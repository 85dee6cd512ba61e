"""Mentees are spread over the mentors, so that a few mentors do not carry most of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mmatch.aims._evenness import Evenness


@dataclass(frozen=True, repr=False)
class EvenLoad(Evenness):
    """The load is spread over the mentors as evenly as possible, or stays as near as possible to a target for each.

    total = -sum over mentors of load (load - 1) / 2: after a tier that fixes the number of seats, one solve gives at
    once the least maximum, the greatest minimum and the least range of loads. With targets: -sum over the named mentors
    of (load - target)^2 / 2.

    Args:
        targets: {mentor: target}, or (mentor, target) rows; by default all mentors count alike.
    """

    side: ClassVar[str] = "mentor"
