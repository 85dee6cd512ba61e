"""Mentees trade places until nobody can gain without another's loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from mmatch.errors import UnsupportedError
from mmatch.mechanisms.top_trading_cycles import top_trading_cycles
from mmatch.solvers._mechanical import KINDS, kept_market, seated, strict

if TYPE_CHECKING:
    from mmatch.instance import Answer, Instance, Watch


class TopTradingCycles:
    """Mentees trade the places that mentors' lists give them a first claim to.

    No mentee can be better off without another's loss, and for one request each nobody gains by a false list. The
    matching need not be stable. Where mentors rank nobody, claims are drawn by lottery, and it is serial dictatorship
    in a random order. For mentors with one offer each; ties by lottery; aims are measured, not followed.
    """

    name: ClassVar[str] = "top_trading_cycles"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats that trade gives.

        Raises:
            UnsupportedError: several offers of one mentor, least loads, requests for several mentors.
        """
        market = strict(instance, kept_market(instance, self.name))
        if not market.plain:
            raise UnsupportedError(f"{self.name} cannot keep several offers of one mentor; use another solver")
        watch.tell(self.name, 0, len(market))
        return seated(instance, market, top_trading_cycles(market))
