"""The solver of the Boston mechanism, for comparison: first wishes are given first, and never taken back."""

from __future__ import annotations

from typing import ClassVar

from mmatch.instance import Answer, Instance, Watch
from mmatch.mechanisms.immediate_acceptance import immediate_acceptance
from mmatch.solvers._market_answer import KINDS, kept_market, seated, strict


class Boston:
    """As many first wishes as mentors like to take, then second wishes with the seats left, and so on.

    The Boston mechanism (immediate acceptance). Mentees gain by naming a safe wish first, so it is only here to be
    compared with: `Stable` is what to use instead. Ties by lottery; aims are measured, not followed.
    """

    name: ClassVar[str] = "boston"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats that the rounds give.

        Raises:
            UnsupportedError: least loads, requests for several mentors, rules about several pairs.
        """
        market = strict(instance, kept_market(instance, self.name))
        watch.report(self.name, 0, len(market))
        return seated(instance, market, immediate_acceptance(market))
