"""What solvers that run a mechanism share: the market with strict lists, and a choice of edges from its seats."""

from __future__ import annotations

import numpy as np

from mmatch.arrays import NONE, Bools
from mmatch.errors import UnsupportedError
from mmatch.instance import Answer, Instance
from mmatch.matching import Status
from mmatch.mechanisms.market import Market, market_of, obstacle

KINDS = frozenset({"linear", "convex_load", "bounds", "profile"})  # aims are measured, not followed


def kept_market(instance: Instance, name: str) -> Market:
    """The market of an instance.

    Raises:
        UnsupportedError: what no mechanism can keep, such as least loads.
    """
    reason = obstacle(instance)
    if reason:
        raise UnsupportedError(f"{name} cannot keep {reason}; use another solver")
    return market_of(instance)


def strict(instance: Instance, market: Market) -> Market:
    """The market with ties broken by lottery."""
    return market if instance.lottery is None or not market.tied else market.broken(instance.lottery)


def seated(instance: Instance, market: Market, current: list[int]) -> Answer:
    """The answer of a mechanism that follows no aim."""
    return Answer(Status.FEASIBLE, chosen_by(instance, market, current))


def chosen_by(instance: Instance, market: Market, current: list[int]) -> Bools:
    """The edges of the pairs of all mentees, as a yes or no for each edge."""
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[list(edges_of(market, current))] = True
    return chosen


def edges_of(market: Market, pairs: list[int]) -> tuple[int, ...]:
    """The candidate edges of some pairs, in order; `NONE` is left out."""
    used = np.array(pairs, dtype=np.int64)
    return tuple(market.edge[used[used != NONE]].tolist())
