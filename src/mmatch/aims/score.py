"""A function of yours as an aim: what each pair counts. Scores given with the cohort are counted by `Fit`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.aims._base import PairAim
from mmatch.errors import InputError, Problem, UnsupportedError, excerpt
from mmatch.exact import exact, number_fault

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort, Participant
    from mmatch.terms import Linear

GRID = Fraction(1, 2**44)
LEAST = 2**40  # in units of the grid: the greatest value keeps 40 bits


@dataclass(frozen=True, repr=False)
class Score(PairAim):
    """Your own score: a function of (mentor, mentee) that returns a number, added up. Slow, and not written to JSON.

    Args:
        function: takes two Participants, returns a finite number; called once for each two people. Whole numbers are
            exact, others are rounded to 2^-44.
    """

    function: Callable[[Participant, Participant], float]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not callable(self.function):
            raise self.refuse("function", f"found {excerpt(self.function)}, expected a function of (mentor, mentee)")

    def scores(self, pairs: Pairs) -> tuple[Ints, Fraction]:
        """The function's values on the grid; whole numbers where all of these are whole."""
        values = pairs.facts.call(self.function, (pairs.mentor, pairs.mentee), _finite)
        flat = values.ravel().tolist()
        unit = Fraction(1) if all(v.denominator == 1 for v in flat) else GRID
        grid = [round(v / unit) for v in flat]
        if max(map(abs, grid), default=0) >= 2**62:
            raise UnsupportedError(f"{self.title}: values above 2^18 must be whole numbers, at most 62 bits")
        return np.array(grid, dtype=np.int64).reshape(values.shape), unit

    def term(self, edges: Edges) -> Linear:
        """A weight per edge; the greatest must stand far enough above the grid.

        Raises:
            UnsupportedError: where all values are below 1/16, so that rounding could be seen.
        """
        term = super().term(edges)
        if term.unit != 1 and int(np.abs(term.weights).max()) < LEAST:
            raise UnsupportedError(f"{self.title}: all values are below 1/16, too small to be rounded: multiply them")
        return term

    def resolution(self, cohort: Cohort) -> float:  # noqa: ARG002 - the grid is the same for all
        """What the function's values are rounded to."""
        return float(GRID)


def _finite(value: Any, place: str) -> Fraction:
    fault = number_fault(value, "a score")
    if fault:
        raise InputError(Problem("function", place, f"the function returned: {fault}"))
    return round(exact(value) / GRID) * GRID
