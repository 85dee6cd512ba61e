"""Stable matching: nobody finds a partner whom they like better and who likes them better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.errors import InputError, Problem, UnsupportedError, excerpt
from mmatch.instance import Answer
from mmatch.instance.market import counts_ranks, market_of, obstacle
from mmatch.matching import Stability, Status
from mmatch.mechanisms.mentee_side import mentee_side
from mmatch.mechanisms.mentor_side import mentor_side
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch
    from mmatch.instance.market import Market


@dataclass(frozen=True)
class Stable:
    """The stable matching that one side likes best; ties are broken by lottery, the same draw for everybody.

    Args:
        side: whose best stable matching: "mentee" (every mentee's best, every mentor's worst) or "mentor".
    """

    name: ClassVar[str] = "stable"
    takes: ClassVar[frozenset[str]] = frozenset({"linear", "bounds", "stability"})
    rank: ClassVar[int | None] = None
    side: str = "mentee"

    def __post_init__(self) -> None:
        if self.side not in {"mentee", "mentor"}:
            text = f'found {excerpt(self.side)}, expected "mentee" or "mentor"'
            raise InputError(Problem("argument", "Stable.side", text))

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The best stable choice of edges for the side.

        Raises:
            UnsupportedError: what no stable mechanism can keep, or other aims than its side's ranks.
        """
        told = obstacle(instance)
        if told:
            raise UnsupportedError(f"stable cannot keep {told}; use another solver")
        watch.tell("stable", 0, len(instance.request))
        if not counts_ranks(instance, self.side):
            usual = f'aims=None, or Coverage() and then Preference("{self.side}s")'
            raise UnsupportedError(f"stable cannot keep other aims than those of its side: give {usual}")
        market, seed = _strict(instance, market_of(instance))
        current, steps = (mentee_side if self.side == "mentee" else mentor_side)(market)
        pairs = np.array(current, dtype=np.int64)
        chosen = np.zeros(len(instance.request), dtype=bool)
        chosen[market.edge[pairs[pairs != NONE]]] = True
        evidence = () if market.plain else tuple(market.edge[np.array(steps, dtype=np.int64)].tolist())
        return Answer(
            Status.OPTIMAL, chosen, len(instance.tiers), stability=Stability(self.side, "weak", seed, evidence)
        )


def _strict(instance: Instance, market: Market) -> tuple[Market, int | str | None]:
    """The market with ties broken by lottery, and its seed where there were any."""
    if not market.tied or instance.lottery is None:
        return market, None
    return market.broken(instance.lottery), instance.lottery.seed
