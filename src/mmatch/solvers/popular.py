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

    For one-sided, strict lists of mentees and mentors with one offer each; mentors' lists only say whom they accept. A
    popular matching need not exist: then the result is infeasible, and proves it by mentees who are too many for the
    seats that a popular matching could give them. Aims are measured, not followed; several popular matchings of the
    largest size are told apart by lottery. Abraham, Irving, Kavitha, Mehlhorn: Popular matchings (2007); Manlove, Sng:
    Popular matchings in the capacitated house allocation problem (2006).
    """

    name: ClassVar[str] = "popular"
    takes: ClassVar[frozenset[str]] = KINDS
    rank: ClassVar[int | None] = None

    def solve(self, instance: Instance, watch: Watch) -> Answer:
        """The seats of a popular matching, or that there is none.

        Raises:
            UnsupportedError: least loads, requests for several mentors, rules about several pairs, ties in mentees'
                lists, several offers of one mentor.
        """
        market = kept_market(instance, self.name)
        watch.tell(self.name, 0, len(market))
        if market.mentees_tied or not market.plain:
            what = "ties in the lists of mentees" if market.plain else "several offers of one mentor"
            raise UnsupportedError(f"popular cannot keep {what}: what is popular there is not worked out here")
        drawn = np.arange(instance.n_requests) if instance.lottery is None else np.argsort(instance.lottery.request)
        current, stuck = popular(market, drawn.tolist())
        if stuck:
            crowd = tuple(market.edge[stuck].tolist())
            return Answer(Status.INFEASIBLE, stability=Stability("", "popular", None, crowd))
        return Answer(Status.FEASIBLE, chosen_by(instance, market, current), stability=Stability("", "popular"))
