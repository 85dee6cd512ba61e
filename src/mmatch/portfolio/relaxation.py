"""The linear relaxation of a stage: solved in floats by HiGHS, its prices rounded to whole numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.portfolio.linear_program import Block, stacked
from mmatch.terms import FREE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Floats
    from mmatch.portfolio.linear_program import GroupProgram

SLOW = 1e-5  # of the value: less gained in a round is not worth another
FEW_PLACES = 30_000  # up to which all links are there from the start
MOST_SLOW = 1  # rounds of that kind, one after another
MOST_ROUNDS = 30  # of links that the answer before broke
ROOM = 60  # bits for all prices times all places
BITS = 16  # of a price behind the point, at most


@dataclass(eq=False)
class Relaxed:
    """A fractional answer: its value, the columns, and a dual value for each priced row."""

    value: float
    columns: Floats
    duals: Floats
    links: list[Block] = field(default_factory=list)


def unlinked(program: GroupProgram, seconds: float | None = None) -> Relaxed | None:
    """The relaxation without links: soon there, and good enough to begin with."""
    return _solved(program, [], seconds) if program.width else None


def relaxed(program: GroupProgram, seconds: float | None = None, rounds: int = MOST_ROUNDS) -> Relaxed | None:
    """The relaxation with the links that matter, found round by round; None where it has no answer in time."""
    if program.width == 0:
        return Relaxed(0.0, np.zeros(0), np.zeros(len(program.priced)))
    everywhere = np.arange(program.n_places)
    links = [program.links(everywhere)] if program.n_places <= FEW_PLACES else []
    best: Relaxed | None = None
    slow = 0
    for _ in range(rounds):
        found = _solved(program, links, seconds)
        if found is None:
            return best
        slow = slow + 1 if best is not None and best.value - found.value < SLOW * abs(found.value) else 0
        best = found
        loose = program.loose(found.columns)
        if not len(loose) or slow == MOST_SLOW:
            return best
        links.append(program.links(loose))
    return best


def _solved(program: GroupProgram, links: list[Block], seconds: float | None) -> Relaxed | None:
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    rows = stacked([program.priced, program.shape, *links])
    matrix = coo_array((rows.value.astype(float), (rows.row, rows.column)), shape=(len(rows), program.width)).tocsr()
    equal = rows.lower == rows.upper
    above, below = ~equal & (rows.upper < FREE), ~equal & (rows.lower > -FREE)
    limits: Any = np.column_stack([np.zeros(program.width), program.limits.astype(float)])
    scale = program.scale
    from scipy.sparse import vstack

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
    return Relaxed(-found.fun * scale, found.x, duals[: len(program.priced)], links)


def whole_prices(program: GroupProgram, duals: Floats, extra: Sequence[float] = ()) -> tuple[int, ...]:
    """Dual values as the judge's prices: (one, multipliers, prices of families, rows, loads, and of extra rows)."""
    largest = max(float(np.abs(program.cost).max(initial=1)), float(np.abs(duals).max(initial=1)), 1.0)
    room = ROOM - int(largest).bit_length() - (program.n_places + len(duals)).bit_length() - 6
    one = 1 << max(min(BITS, room), 0)
    held, loads = program.number, sum(int(piece.owner.max(initial=-1)) + 1 for piece in program.pieces)
    rest = duals[held : len(duals) - loads]
    multipliers = np.maximum(-duals[:held], 0)
    parts = [multipliers, rest, -duals[len(duals) - loads :], np.asarray(extra, dtype=float)]
    return (one, *np.rint(np.concatenate(parts) * one).astype(np.int64).tolist())
