"""Seats are spread over the mentees, so that nobody has several while somebody else has few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mmatch.aims._evenness import Evenness


@dataclass(frozen=True, repr=False)
class EvenSeats(Evenness):
    """Those who ask for several mentors, as at an event of several rounds, get as equal numbers of them as possible.

    total = -sum over mentees of seats (seats - 1) / 2: after a tier that fixes the number of seats, one solve gives at
    once the least maximum, the greatest minimum and the least range. With targets: -sum over the named mentees of
    (seats - target)^2 / 2, so that whoever sat out at earlier events comes first.

    Args:
        targets: {mentee: target}, or (mentee, target) rows; by default all mentees count alike.
    """

    side: ClassVar[str] = "mentee"
