"""The largest weakly stable matching: the 3/2-approximation first, then an integer program that must do better.

The rows are those of `rules.Stable`; Delorme, Garcia, Gondzio, Kalcsics, Manlove and Pettersson 2019 for the model.
What the approximation reaches is where the search begins, and the largest matching of any kind is where it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.constraints import NoBlocking
from mmatch.mechanisms.largest_matching import largest
from mmatch.mechanisms.three_halves import three_halves
from mmatch.solvers._highs import searched
from mmatch.solvers._integer_program import Goal, Model
from mmatch.solvers._market_answer import chosen_by
from mmatch.solvers._stability_rows import forbid_blocking

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.instance import Instance, Watch
    from mmatch.mechanisms.market import Market


def largest_stable(instance: Instance, market: Market, watch: Watch) -> tuple[Bools, int]:
    """(the edges of a large weakly stable matching, a number of seats that none exceeds).

    Where the matching has so many seats it is a largest one, as far as the integer program is to be believed.
    """
    chosen = chosen_by(instance, market, three_halves(market))
    seats, limit = int(chosen.sum()), largest(market)
    if not market.tied:
        return chosen, seats  # all stable matchings of strict lists are alike in that
    if seats == limit or watch.reason():
        return chosen, limit
    model = Model.of(instance)
    forbid_blocking(model, instance, NoBlocking("stability", "the largest stable matching"))
    edges = np.arange(len(instance.request))
    ones = np.ones(len(edges), dtype=np.int64)
    model.row(edges, ones, seats + 1, limit)
    found = searched(model, Goal(edges, ones, lambda kept: int(kept.sum())), watch)
    if found.infeasible:
        return chosen, seats
    better = found.chosen is not None and int(found.chosen.sum()) > seats
    if better and found.chosen is not None:
        chosen, seats = found.chosen, int(found.chosen.sum())
    if found.optimal:
        return chosen, seats
    return chosen, limit if found.bound is None else max(min(limit, found.bound), seats)
