"""What people wished for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.aims._base import PairAim
from mmatch.errors import InputError, Problem

if TYPE_CHECKING:
    from mmatch.pairs import Pairs
    from mmatch.people import Cohort
    from mmatch.people.columns import Ints


@dataclass(frozen=True, repr=False)
class Preference(PairAim):
    """People get whom they ranked high: the least sum of ranks.

    total = -sum over filled seats of the rank (from 1) that is given; a person without a list gives rank 1 to all.

    Args:
        of: whose ranks count: "mentees", "mentors" or "both".
    """

    of: str = "mentees"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("of", ("mentees", "mentors", "both"))

    def check(self, cohort: Cohort) -> None:
        """Somebody must have stated ranks."""
        if cohort.people.ranks is None and cohort.people.mentee_ranks is None:
            raise InputError(Problem("no-ranks", self.title, "nobody in the cohort has stated ranks"))

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """Minus the rank, or the sum of both ranks."""
        if self.of == "both":
            return -(pairs.mentee_rank + pairs.mentor_rank), Fraction(1)
        return -(pairs.mentee_rank if self.of == "mentees" else pairs.mentor_rank), Fraction(1)
