"""The linear relaxation of a stage: solved in floats by HiGHS, its prices rounded to whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.constraints import FREE
from mmatch.portfolio.linear_program import stacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Floats
    from mmatch.portfolio.linear_program import GroupProgram

ROOM = 60  # bits for all prices times all places
BITS = 16  # of a price behind the point, at most


@dataclass(eq=False)
class Relaxed:
    """A fractional answer: the columns, and a dual value for each priced row."""

    columns: Floats
    duals: Floats


def relaxed(program: GroupProgram, seconds: float | None = None, *, linked: bool = True) -> Relaxed | None:
    """The best fractional answer; None where there is none in time.

    Args:
        program: of the stage.
        seconds: at most.
        linked: whether nobody sits in a group that is less open than they sit. Without these rows an answer is soon
            found, and good enough to begin with.
    """
    if program.width == 0:
        return Relaxed(np.zeros(0), np.zeros(len(program.priced)))
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    links = [program.links(np.arange(program.n_seats))] if linked else []
    rows = stacked([program.priced, program.shape, *links])
    matrix = coo_array((rows.value.astype(float), (rows.row, rows.column)), shape=(len(rows), program.width)).tocsr()
    equal = rows.lower == rows.upper
    above, below = ~equal & (rows.upper < FREE), ~equal & (rows.lower > -FREE)
    limits: Any = np.column_stack([np.zeros(program.width), program.limits.astype(float)])
    scale = program.scale
    upper: Any = vstack([matrix[above], -matrix[below]]).tocsr()
    found: Any = linprog(
        -program.cost / scale,
        A_ub=upper,
        b_ub=np.concatenate([rows.upper[above], -rows.lower[below]]).astype(float),
        A_eq=matrix[equal] if equal.any() else None,
        b_eq=rows.upper[equal].astype(float) if equal.any() else None,
        bounds=limits,
        method="highs",
        options={} if seconds is None else {"time_limit": max(seconds, 0.05)},
    )
    if found.x is None or found.status != 0:
        return None
    duals = np.zeros(len(rows))
    marginals = -found.ineqlin.marginals * scale
    duals[above] += marginals[: above.sum()]
    duals[below] -= marginals[above.sum() :]
    if equal.any():
        duals[equal] = -found.eqlin.marginals * scale
    return Relaxed(found.x, duals[: len(program.priced)])


def whole_prices(program: GroupProgram, duals: Floats, extra: Sequence[float] = ()) -> tuple[int, ...]:
    """Dual values as the judge's prices: (one, multipliers, prices of families, rows, loads, and of extra rows)."""
    largest = max(float(np.abs(program.cost).max(initial=1)), float(np.abs(duals).max(initial=1)), 1.0)
    room = ROOM - int(largest).bit_length() - (program.n_seats + len(duals)).bit_length() - 6
    one = 1 << max(min(BITS, room), 0)
    held, loads = program.number, sum(int(piece.owner.max(initial=-1)) + 1 for piece in program.pieces)
    multipliers, rest = np.maximum(-duals[:held], 0), duals[held : len(duals) - loads]
    blocks = [multipliers, rest, -duals[len(duals) - loads :], np.asarray(extra, dtype=float)]
    return (one, *np.rint(np.concatenate(blocks) * one).astype(np.int64).tolist())
