"""What `EvenLoad` and `EvenSeats` share: seats spread evenly over the people of one side, or near a target for each."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from mmatch.aims._base import LoadAim
from mmatch.errors import Problems, UnsupportedError, excerpt
from mmatch.exact import number_fault, short
from mmatch.terms import ConvexLoad, Linear, Sum
from mmatch.text import note_unknown

if TYPE_CHECKING:
    from mmatch.arrays import Floats, Ints
    from mmatch.candidates import Pairs
    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.matching import Matching


LARGEST = 1_000_000


@dataclass(frozen=True, repr=False)
class Evenness(LoadAim):
    """Seats are spread evenly over the people of one side.

    Args:
        targets: {id: target}, or (id, target) rows; by default all people of the side count alike.
    """

    side: ClassVar[str]
    targets: Mapping[str, float] | tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        rows: Any = self.targets.items() if isinstance(self.targets, Mapping) else self.targets
        if isinstance(rows, str) or not hasattr(rows, "__iter__"):
            raise self.refuse("targets", f"found {excerpt(self.targets)}, expected {{{self.side}: target}}")
        pairs = [tuple(row) if isinstance(row, list | tuple) else (row,) for row in rows]
        for pair in pairs:
            fault = "" if len(pair) == 2 and type(pair[0]) is str else f"expected ({self.side}, target)"
            fault = fault or number_fault(pair[1], "a target") or _target_fault(pair[1])
            if fault:
                raise self.refuse("targets", f"found {excerpt(pair)}: {fault}")
        if len({pair[0] for pair in pairs}) < len(pairs):
            raise self.refuse("targets", f"a {self.side} has two targets")
        self.put("targets", tuple(sorted(dict(pairs).items())))

    @property
    def table(self) -> dict[str, Fraction]:
        """{id: exact target}."""
        rows: Any = self.targets
        return {who: short(target) for who, target in rows}

    def check(self, cohort: Cohort) -> None:
        """Everybody named must be of the side: make an offer, or ask for something."""
        owners, verb = (
            (cohort.offers.owner, "makes no offer")
            if self.side == "mentor"
            else (cohort.requests.owner, "asks for nobody")
        )
        known, problems = {cohort.people.ids[row] for row in owners.tolist()}, Problems()
        for name in sorted(self.table.keys() - known):
            text = f"{excerpt(name)} {verb}"
            note_unknown(problems, self.title, name, known, code="unknown-person", text=text)
        problems.raise_any()

    def worth(self, pairs: Pairs) -> tuple[Ints, Fraction] | None:
        """Nothing for each pair; with targets pairs count, too, and it is not told."""
        return None if self.targets else super().worth(pairs)

    def features(self, cohort: Cohort) -> tuple[Floats, Floats] | None:
        """Nothing to multiply."""
        return None if self.targets else super().features(cohort)

    def term(self, edges: Edges) -> ConvexLoad | Sum:
        """The k-th seat of a person costs k - 1; with a target t it costs k - 1/2 - t."""
        if not self.targets:
            return ConvexLoad(self.side, head=(0,), slope=-1)
        table = self.table
        rows = edges.mentor_rows if self.side == "mentor" else edges.mentee_rows
        ids = [edges.cohort.people.ids[row] for row in rows.tolist()]
        named = np.array([name in table for name in ids], dtype=np.int64)
        unit = Fraction(1, 2 * math.lcm(*(target.denominator for target in table.values())))
        if unit.denominator > LARGEST**2:
            raise UnsupportedError(f"{self.name}: the targets have too many different fractions: round them")
        gain = np.array([int((table[name] - Fraction(1, 2)) / unit) if name in table else 0 for name in ids], np.int64)
        return Sum(
            (ConvexLoad(self.side, head=(0,), slope=-1, factor=named), Linear(gain[edges.label(self.side)], unit)),
            -sum((target * target / 2 for target in table.values()), Fraction(0)),
        )

    def measure(self, cohort: Cohort, matching: Matching) -> Fraction:  # noqa: ARG002 - one signature for all aims
        """Minus the pairs of seats that share a person; with targets minus half the squared distances from them."""
        loads: Counter[str] = Counter(matching.seats.mentor if self.side == "mentor" else matching.seats.mentee)
        if self.targets:
            return -sum(((loads[name] - target) ** 2 / 2 for name, target in self.table.items()), Fraction(0))
        return Fraction(-sum(load * (load - 1) // 2 for load in loads.values()))


def _target_fault(target: float) -> str:
    sound = target == 0 or (0 < target <= LARGEST and short(target).denominator <= LARGEST)
    return "" if sound else f"a target is a number from 0 to {LARGEST:,}, with at most six digits behind the point"
