"""Mentees trade places until nobody can gain without another's loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from mmatch.errors import InputError, Problem, UnsupportedError, excerpt
from mmatch.instance import Answer, Instance, Watch
from mmatch.mechanisms.market import Market
from mmatch.mechanisms.top_trading_cycles import top_trading_cycles
from mmatch.solvers._market_answer import KINDS, kept_market, seated, strict
from mmatch.text import nfc


@dataclass(frozen=True)
class TopTradingCycles:
    """Mentees trade the places that mentors' lists, or earlier partners, give them a first claim to.

    No mentee can be better off without another's loss, and for one request each nobody gains by a false list. The
    matching need not be stable. Where mentors rank nobody, claims are drawn by lottery, and it is serial dictatorship
    in a random order. For mentors with one offer each; ties by lottery; aims are measured, not followed.

    Args:
        previous: (mentor, mentee) pairs of an earlier matching: each mentee has the first claim to this mentor, and so
            gets somebody whom they like as much or more. Pairs that are not possible now count for nothing
            (Abdulkadiroglu and Sonmez: House allocation with existing tenants, 1999).
    """

    name: ClassVar[str] = "top_trading_cycles"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None
    previous: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        given: Any = self.previous
        sound = isinstance(given, list | tuple) and all(
            isinstance(pair, list | tuple) and len(pair) == 2 and all(type(name) is str for name in pair)
            for pair in given
        )
        if not sound:
            text = f"found {excerpt(given)}, expected (mentor, mentee) pairs"
            raise InputError(Problem("argument", "TopTradingCycles.previous", text))
        object.__setattr__(self, "previous", tuple(sorted({tuple(map(nfc, pair)) for pair in given})))

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats that trade gives.

        Raises:
            UnsupportedError: several offers of one mentor, least loads, requests for several mentors.
            InputError: more earlier mentees of a mentor than there are seats.
        """
        market = self._claimed(instance, strict(instance, kept_market(instance, self.name)))
        if not market.plain:
            raise UnsupportedError(f"{self.name} cannot keep several offers of one mentor; use another solver")
        watch.report(self.name, 0, len(market))
        return seated(instance, market, top_trading_cycles(market))

    def _claimed(self, instance: Instance, market: Market) -> Market:
        """The market in which earlier mentees stand first with their mentors."""
        if not self.previous:
            return market
        first = instance.labels.between(self.previous)[market.edge]
        crowded = np.flatnonzero(np.bincount(market.offer[first], minlength=len(market.seats)) > market.seats)
        if len(crowded):
            mentor = instance.labels.mentor_id(int(market.mentor_of_offer[crowded[0]]))
            text = f"{mentor} has more earlier mentees than seats"
            raise InputError(Problem("argument", "TopTradingCycles.previous", text))
        behind = int(market.mentor_rank.max(initial=0)) + 1
        return replace(market, mentor_rank=np.where(first, market.mentor_rank, market.mentor_rank + behind))
