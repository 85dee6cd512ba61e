"""A market in which every seat of a mentor is a partner of its own: the inequalities that all stable matchings obey.

Of strict lists with one offer a mentor: let the mentor's best mentee sit on the first seat, the next on the second, and
so on. Then a matching is stable exactly when it is so seat by seat, and for each mentee and seat this holds: the mentee
sits there or better, or somebody better sits there. With at most one seat a mentee and one mentee a seat these are all
inequalities that are needed: the best of any sum over stable matchings has multipliers that prove it (Vande Vate 1989;
Rothblum 1992; whole numbers suffice: Király and Pap 2008). Whatever the multipliers, what they give is a bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mmatch.instance.market import Market
    from mmatch.people.columns import Ints

SAFE = 2**62


@dataclass(frozen=True, eq=False)
class SingleSeats:
    """Cells (pair, seat), by mentee, best pair and then first seat first.

    ``mentee`` and ``seat`` are those of each cell, ``pair`` its pair in the market; ``by_seat`` orders cells by seat,
    the mentor's best mentee first; ``start`` and ``seat_start`` tell where each mentee's and each seat's begin.
    """

    pair: Ints
    mentee: Ints
    seat: Ints
    by_seat: Ints
    start: Ints
    seat_start: Ints

    @classmethod
    def of(cls, market: Market) -> SingleSeats:
        """The cells of a market with strict lists and one offer a mentor."""
        wanted = np.bincount(market.offer, minlength=len(market.seats))
        seats = np.minimum(market.seats, wanted)
        first = np.cumsum(seats) - seats
        by_mentee, _ = market.by_mentee
        times = seats[market.offer[by_mentee]]
        pair = np.repeat(by_mentee, times)
        seat = first[market.offer[pair]] + np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        mentee = market.mentee[pair]
        return cls(
            pair=pair,
            mentee=mentee,
            seat=seat,
            by_seat=np.lexsort((market.mentor_rank[pair], seat)),
            start=_starts(mentee, market.n_mentees),
            seat_start=_starts(seat, int(seats.sum())),
        )

    @property
    def n_seats(self) -> int:
        """How many seats there are."""
        return len(self.seat_start) - 1

    def bound(self, weights: list[int], seat_prices: list[int], multipliers: list[int]) -> int:
        """What no stable matching exceeds in a sum of weights.

        Args:
            weights: of each cell.
            seat_prices: of each seat, 0 or more.
            multipliers: of the inequality of each cell, 0 or more.
        """
        reach = max(map(abs, weights), default=0) + sum(seat_prices) + 2 * sum(multipliers)
        kind = np.dtype(np.int64) if reach < SAFE else np.dtype(object)
        given = np.array(multipliers, dtype=kind)
        gain = np.array(weights, dtype=kind) - np.array(seat_prices, dtype=kind)[self.seat]
        gain += _rest(given, self.start, self.mentee) + given
        gain[self.by_seat] += _rest(given[self.by_seat], self.seat_start, self.seat[self.by_seat])
        best = np.zeros(len(self.start) - 1, dtype=kind)
        np.maximum.at(best, self.mentee, gain)
        gained: list[int] = best.tolist()
        return sum(gained) + sum(seat_prices) - sum(multipliers)


def _rest(values: Ints, start: Ints, group: Ints) -> Ints:
    """The sum of all that stands behind each value in its group."""
    sums = np.cumsum(values)
    total: Ints = sums[start[group + 1] - 1] - sums
    return total


def _starts(group: Ints, n: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=n))])
