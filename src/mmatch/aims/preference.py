"""What people wished for themselves."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.aims._base import PairAim
from mmatch.errors import InputError, Problem, excerpt

if TYPE_CHECKING:
    from mmatch.aims._base import Aim
    from mmatch.arrays import Bools, Ints
    from mmatch.candidates import Pairs
    from mmatch.cohort import Cohort


@dataclass(frozen=True, repr=False)
class Preference(PairAim):
    """People get whom they ranked high: the least sum of ranks, or of squared ranks.

    total = -sum over filled seats of rank^power; ranks count from 1, and a person without a list gives rank 1 to all.

    Args:
        of: whose ranks count: "mentees", "mentors" or "both".
        power: 1, or 2 so that one bad rank weighs more than several middling ones.
    """

    of: str = "mentees"
    _: KW_ONLY
    power: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.choice("of", ("mentees", "mentors", "both"))
        if type(self.power) is not int or self.power not in {1, 2}:
            raise self.refuse("power", f"found {excerpt(self.power)}, expected 1 or 2")

    def check(self, cohort: Cohort) -> None:
        """Somebody must have stated ranks."""
        need_ranks(self, cohort)

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """Minus the rank, squared where asked for, or the sum over both sides."""
        sides = {"mentees": ("mentee_rank",), "mentors": ("mentor_rank",), "both": ("mentee_rank", "mentor_rank")}
        ranks = [getattr(pairs, name) for name in sides[self.of]]
        costs = [rank * rank if self.power > 1 else rank for rank in ranks]
        return -sum(costs[1:], start=costs[0]), Fraction(1)

    def met(self, pairs: Pairs) -> Bools:
        """Whether each is the other's first wish, or the one side's."""
        best: Bools = self.scores(pairs)[0] == (-2 if self.of == "both" else -1)
        return best


def need_ranks(aim: Aim, cohort: Cohort) -> None:
    """Raise an InputError where nobody has stated ranks."""
    if cohort.people.ranks is None and cohort.people.mentee_ranks is None:
        raise InputError(Problem("no-ranks", aim.title, "nobody in the cohort has stated ranks"))
