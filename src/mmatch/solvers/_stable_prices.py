"""Sums over stable matchings of strict lists: linear programming, whose multipliers become whole numbers that prove it.

The inequalities of `mmatch.instance.single_seats` describe the stable matchings exactly, so the linear program has a
stable matching among its optima, and one stage after the other stays on a face of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.errors import SolverError
from mmatch.instance.market import stage_weights
from mmatch.instance.single_seats import SingleSeats
from mmatch.people.columns import NONE

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.instance.market import Market
    from mmatch.people.columns import Ints

DENOMINATORS = (1, 2, 3, 4, 12)  # of multipliers that are no whole numbers, in the order in which they are tried
Rows = tuple[tuple[int, ...], ...]


def best_stable(instance: Instance, market: Market) -> tuple[list[int], Rows]:
    """(the pair of each mentee or `NONE`, multipliers of each stage) of a stable matching that is best in all stages.

    Raises:
        SolverError: where the linear program is not solved, or its answer is no matching.
    """
    cells = SingleSeats.of(market)
    if not len(cells.pair):
        return [NONE] * market.n_mentees, tuple((1,) + (0,) * k for k in range(len(instance.stages)))
    matrix, limits = _inequalities(cells)
    current, rows = np.zeros(len(cells.pair)), []
    held: list[tuple[Ints, int]] = []
    for sums in stage_weights(instance):
        weights = sums[market.edge][cells.pair]
        found = _solved(matrix, limits, weights, held)
        current = np.round(found.x)
        if np.abs(found.x - current).max(initial=0) > 1e-6:
            raise SolverError("HiGHS gave half a seat: the corner of a linear program was expected")
        reached = sum(weights[current > 0].tolist())
        rows.append(_multipliers(cells, found, (weights, reached), held))
        held.append((weights, reached))
    pairs = [NONE] * market.n_mentees
    for cell in np.flatnonzero(current > 0).tolist():
        pairs[int(cells.mentee[cell])] = int(cells.pair[cell])
    return pairs, tuple(rows)


def _inequalities(cells: SingleSeats) -> tuple[Any, Ints]:
    """(rows as a sparse array, upper limits): one seat a mentee, one mentee a seat, no cell that blocks."""
    from scipy.sparse import csr_array, vstack

    n = len(cells.pair)
    number, ones = np.arange(n), np.ones(n)
    mentees = csr_array((ones, (cells.mentee, number)), shape=(len(cells.start) - 1, n))
    seats = csr_array((ones, (cells.seat, number)), shape=(cells.n_seats, n))
    as_good = _before(number, cells.start, cells.mentee, last=True)
    better = _before(cells.by_seat, cells.seat_start, cells.seat, last=False)
    row, column = (np.concatenate(both) for both in zip(as_good, better, strict=True))
    stable = csr_array((np.full(len(row), -1.0), (row, column)), shape=(n, n))
    limits = np.concatenate([np.ones(mentees.shape[0] + cells.n_seats), np.full(n, -1.0)])
    return vstack([mentees, seats, stable], format="csr"), limits


def _before(order: Ints, start: Ints, group: Ints, *, last: bool) -> tuple[Ints, Ints]:
    """(cell, each cell that stands before it in its group, and itself where that is asked for)."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    first = start[group]
    times = place - first + last
    row = np.repeat(np.arange(len(order)), times)
    within = np.arange(len(row)) - np.repeat(np.cumsum(times) - times, times)
    return row, order[first[row] + within]


def _solved(matrix: Any, limits: Ints, weights: Ints, held: list[tuple[Ints, int]]) -> Any:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, vstack

    for earlier, reached in held:
        matrix = vstack([matrix, csr_array(-_small(earlier, earlier)[None, :])], format="csr")
        limits = np.append(limits, -reached / _power(earlier))
    found = linprog(-_small(weights, weights), A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs-ds")
    if found.status != 0:
        raise SolverError(f"HiGHS ended with status {found.status}: {found.message}")
    return found


def _power(weights: Ints) -> float:
    """A power of two that brings the largest weight below a million."""
    return 2.0 ** max(int(np.abs(weights).max(initial=1)).bit_length() - 20, 0)


def _small(values: Ints, weights: Ints) -> Any:
    return values / _power(weights)


def _multipliers(
    cells: SingleSeats, found: Any, goal: tuple[Ints, int], held: list[tuple[Ints, int]]
) -> tuple[int, ...]:
    """Whole multipliers of one stage: a denominator, one for each stage before, one a seat, one a cell.

    The first that leave no room for one unit more; the last tried where none do.
    """
    weights, reached = goal
    duals = -found.ineqlin.marginals[len(cells.start) - 1 :] * _power(weights)
    seats, stable, kept = np.split(duals, [cells.n_seats, cells.n_seats + len(cells.pair)])
    kept = kept / [_power(earlier) for earlier, _ in held] if held else kept
    row: tuple[int, ...] = ()
    for denominator in DENOMINATORS:
        rates, prices, given = (_whole(part * denominator) for part in (kept, seats, stable))
        row = (denominator, *rates, *prices, *given)
        summed = [
            denominator * w + sum(rate * int(earlier[k]) for rate, (earlier, _) in zip(rates, held, strict=True))
            for k, w in enumerate(weights.tolist())
        ]
        limit = cells.bound(summed, prices, given) - sum(r * done for r, (_, done) in zip(rates, held, strict=True))
        if limit < denominator * (reached + 1):
            break
    return row


def _whole(values: Any) -> list[int]:
    return [max(int(value), 0) for value in np.rint(values).tolist()]
