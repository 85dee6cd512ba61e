"""Some people in particular have a match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import LoadAim
from mmatch.errors import excerpt
from mmatch.terms import ConvexLoad
from mmatch.text import nfc

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


@dataclass(frozen=True, repr=False)
class Served(LoadAim):
    """As many of some mentees as possible have a mentor: those who had one before, or those who wait, in their order.

    total = sum over the named mentees with at least one match of 1, or with ``in_order`` of (n - place), where the
    first of n has place 0. People who are gone count nothing. In pairs of one seat each, whom it serves is then also
    the best choice when the first in order counts more than all after them: sets of people who can be served together
    form a matroid (Edmonds and Fulkerson 1965).

    Args:
        people: ids of mentees.
        in_order: whether those named first go first.
    """

    people: Sequence[str] = ()
    _: KW_ONLY
    in_order: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        given: Any = self.people
        if isinstance(given, str) or not hasattr(given, "__iter__") or not all(type(name) is str for name in given):
            raise self.refuse("people", f"found {excerpt(given)}, expected a list of ids")
        if type(self.in_order) is not bool:
            raise self.refuse("in_order", f"found {excerpt(self.in_order)}, expected True or False")
        names = dict.fromkeys(map(nfc, given))
        self.put("people", tuple(names if self.in_order else sorted(names)))

    def _worth(self) -> dict[str, int]:
        n = len(self.people)
        return {name: n - place if self.in_order else 1 for place, name in enumerate(self.people)}

    def term(self, edges: Edges) -> ConvexLoad:
        """What each mentee's first seat is worth."""
        worth, ids = self._worth(), edges.cohort.people.ids
        factor = np.array([worth.get(ids[row], 0) for row in edges.mentee_rows.tolist()], dtype=np.int64)
        return ConvexLoad("mentee", head=(1, 0), factor=factor)

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """The worth of all who have a match."""
        worth = self._worth()
        return Fraction(sum(worth.get(name, 0) for name in set(matching.seats.mentee)))
