"""One after the other takes the best that is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mmatch.errors import InputError, Problem, excerpt
from mmatch.instance import Answer, Instance, Watch
from mmatch.mechanisms.serial_dictatorship import serial_dictatorship
from mmatch.solvers._market_answer import KINDS, kept_market, seated, strict


@dataclass(frozen=True)
class SerialDictatorship:
    """Mentees choose in turn, each the best wish with a free seat; mentors' lists only say whom they accept.

    For one-sided lists: no mentee can be better off without another's loss, and nobody gains by a false list. Ties by
    lottery; aims are measured, not followed.

    Args:
        by: "lottery" (the turns are drawn), or "priority" (more urgent requests first, equals by lottery).
    """

    name: ClassVar[str] = "serial_dictatorship"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None
    by: str = "lottery"

    def __post_init__(self) -> None:
        if self.by not in {"lottery", "priority"}:
            text = f'found {excerpt(self.by)}, expected "lottery" or "priority"'
            raise InputError(Problem("argument", "SerialDictatorship.by", text))

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats that the turns give.

        Raises:
            UnsupportedError: least loads, requests for several mentors, rules about several pairs.
        """
        market = strict(instance, kept_market(instance, self.name))
        watch.report(self.name, 0, len(market))
        order = np.arange(instance.n_requests) if instance.lottery is None else instance.lottery.request
        turns = np.lexsort((order, -instance.labels.urgency)) if self.by == "priority" else np.argsort(order)
        return seated(instance, market, serial_dictatorship(market, turns))
