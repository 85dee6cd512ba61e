"""Nobody finds a partner whom they like better and who likes them better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mmatch.candidates.blocking import KINDS
from mmatch.rules._base import Rule
from mmatch.terms import NoBlocking

if TYPE_CHECKING:
    from mmatch.candidates.edges import Edges


@dataclass(frozen=True, repr=False)
class Stable(Rule):
    """No mentor and mentee would rather be together than keep what they have, so that any aim counts stable matchings.

    A pair blocks as `mmatch.blocking_pairs` says. The judge lists pairs that block as violations with the code
    "unstable". For requests of one mentor each; pairs, or groups that open from one mentee. Where no stable matching
    keeps the other rules, ``solver="auto"`` asks "milp" and "cpsat" and says infeasible where both do.

    Args:
        kind: "weak" (no pair in which both gain), "strong" (nor one that gains while the other does not lose), or
            "super" (nor two who would not lose); or "envy" (nobody would rather have a seat that somebody has whom the
            mentor likes less; seats may stay empty: what is left of stability where least loads must be kept).

    Sources: Delorme, Garcia, Gondzio, Kalcsics, Manlove, Pettersson, Mathematical models for stable matching problems
    with ties and incomplete lists (2019), for the rows that solvers see.
    """

    kind: str = "weak"

    def __post_init__(self) -> None:
        self.choice("kind", KINDS)

    def constraints(self, edges: Edges) -> Iterable[NoBlocking]:  # noqa: ARG002 - all of them
        """No candidate pair blocks; the judge looks them up, solvers get rows."""
        yield NoBlocking("stability", f"{self.title}, no blocking pair", self.kind)
