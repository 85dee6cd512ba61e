"""Nobody finds a partner whom they like better and who likes them better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

from mmatch.candidates.blocking import KINDS
from mmatch.candidates.lottery import lottery
from mmatch.constraints import NoBlocking
from mmatch.errors import excerpt
from mmatch.rules._base import Rule

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
        lottery: the seed of a lottery that breaks all ties first, one draw for each side; None
            leaves equals equal.

    Sources: Delorme, Garcia, Gondzio, Kalcsics, Manlove, Pettersson, Mathematical models for stable matching problems
    with ties and incomplete lists (2019), for the rows that solvers see.
    """

    kind: str = "weak"
    _: KW_ONLY
    lottery: int | str | None = None

    def __post_init__(self) -> None:
        self.choice("kind", KINDS)
        if type(self.lottery) not in {int, str, type(None)}:
            raise self.refuse("lottery", f"found {excerpt(self.lottery)}, expected a whole number, a text or None")

    def constraints(self, edges: Edges) -> Iterable[NoBlocking]:
        """No candidate pair blocks; the judge looks them up, solvers get rows."""
        ranks = None if self.lottery is None else lottery(edges.cohort, self.lottery)
        yield NoBlocking("stability", f"{self.title}, no blocking pair", self.kind, ranks)
