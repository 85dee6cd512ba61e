"""No other matching would win a vote of the mentees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mmatch.errors import UnsupportedError
from mmatch.instance import Answer
from mmatch.matching import Stability, Status
from mmatch.mechanisms.popular import popular
from mmatch.solvers._mechanical import KINDS, chosen_by, kept_market

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch


@dataclass(frozen=True)
class Popular:
    """The largest of the popular matchings: no other matching would win a vote of the mentees against it.

    For one-sided lists of mentees, with ties or without, and mentors with one offer each; mentors' lists only say whom
    they accept. A popular matching need not exist: then the result is infeasible, and proves it by mentees who are too
    many for the seats that a popular matching could give them. Aims are measured, not followed; several popular
    matchings of the largest size are told apart by lottery. Abraham, Irving, Kavitha, Mehlhorn: Popular matchings
    (2007); Manlove, Sng: Popular matchings in the capacitated house allocation problem (2006).
    """

    name: ClassVar[str] = "popular"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats of a popular matching, or that there is none.

        Raises:
            UnsupportedError: least loads, requests for several mentors, rules about several pairs, several offers of
                one mentor.
        """
        market = kept_market(instance, self.name)
        watch.tell(self.name, 0, len(market))
        if not market.plain:
            raise UnsupportedError(
                "popular cannot keep several offers of one mentor: what is popular there is not worked out here"
            )
        drawn = np.arange(instance.n_requests) if instance.lottery is None else np.argsort(instance.lottery.request)
        found = popular(market, drawn.tolist())
        if found.stuck:
            granted, crowd = (tuple(market.edge[pairs].tolist()) for pairs in (found.granted, found.stuck))
            return Answer(Status.INFEASIBLE, stability=Stability("", "popular", None, crowd, crowds=(granted,)))
        return Answer(Status.FEASIBLE, chosen_by(instance, market, found.current), stability=Stability("", "popular"))
