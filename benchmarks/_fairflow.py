"""Two published heuristics for the worst-off mentee of several seats, as baselines: FairFlow, and rounding.

Kobren, Saha, McCallum: Paper matching with local fairness constraints (KDD 2019, arXiv 1905.11924); papers are mentees
here, reviewers mentors. Written anew after the paper. All arrays are mentees x mentors. Whatever a flow leaves open is
decided in the baseline's favour: as much is moved as can be, and the best floor seen at any step counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

FINE = 2**30  # of a score in costs where the flow decides by totals
COARSE, LIFT = 2**14, 2**14  # of a score while seats move, and how much more counts what lifts a mentee over the line


@dataclass(frozen=True)
class Task:
    """Scores (not negative), seats that each mentee wants, least and most seats of a mentor."""

    scores: Any
    demand: int
    least: int
    most: int

    @property
    def greatest(self) -> float:
        """The greatest score."""
        return float(self.scores.max())

    def totals(self, chosen: Any) -> Any:
        """What each mentee has."""
        return (self.scores * chosen).sum(axis=1)

    def floor(self, chosen: Any) -> float:
        """What the worst-off mentee has."""
        return float(self.totals(chosen).min())


def fair_flow(task: Task, steps: int = 20, *, again: bool = False) -> Any:
    """The choice with the best floor on the way of a bisection on the threshold; `again`: from the start each time."""
    start = refilled(task, np.zeros(task.scores.shape, dtype=bool))
    if start is None:
        raise SystemExit("no choice fills all seats")
    best, chosen = start, start
    low, high = 0.0, task.greatest * task.demand
    for _ in range(steps):
        threshold = (low + high) / 2
        chosen, reached = raised(task, start if again else chosen, threshold)
        best = max(best, chosen, key=task.floor)
        low, high = (threshold, high) if reached else (low, threshold)
    return best


def raised(task: Task, chosen: Any, threshold: float) -> tuple[Any, bool]:
    """Move seats to the poor as long as there are fewer of them after it: (choice, whether nobody is poor)."""
    line = threshold - task.greatest
    poor = int((task.totals(chosen) < line).sum())
    while poor:
        moved = _moved(task, chosen, threshold)
        left = poor if moved is None else int((task.totals(moved) < line).sum())
        if left >= poor:
            return chosen, False
        chosen, poor = moved, left
    return chosen, True


def _moved(task: Task, chosen: Any, threshold: float) -> Any:
    """One round: the poor give up their worst seat and get one of the rich; then all open seats are filled."""
    totals, line = task.totals(chosen), threshold - task.greatest
    rich, poor = totals >= threshold, totals < line
    if not rich.any():
        return None
    after = chosen.copy()
    worst = np.where(chosen, task.scores, np.inf).argmin(axis=1)
    after[poor, worst[poor]] = False
    return refilled(task, _passed_on(task, after, rich, poor, line))


def _passed_on(task: Task, chosen: Any, rich: Any, poor: Any, line: float) -> Any:
    """Seats of the rich, handed to the poor by a flow through those between, who stay above the line."""
    n, m = chosen.shape
    between = ~rich & ~poor
    source, sink = 2 * n + m, 2 * n + m + 1  # mentees, who takes among those between, mentors
    totals = task.totals(chosen)
    given = chosen & rich[:, None]
    on_offer = given.any(axis=0)
    taken = ~chosen & between[:, None] & on_offer
    poorest = np.where(taken, task.scores, np.inf).min(axis=1)
    kept = (totals + poorest)[:, None] - np.where(chosen, task.scores, 0.0) >= line
    passed = chosen & between[:, None] & kept & np.isfinite(poorest)[:, None]
    on_offer |= passed.any(axis=0)
    got = ~chosen & poor[:, None] & on_offer
    net = _Net()
    net.add(np.full(int(rich.sum()), source), np.flatnonzero(rich))
    net.add(np.flatnonzero(poor), np.full(int(poor.sum()), sink))
    net.add(n + np.flatnonzero(between), np.flatnonzero(between))
    away = [net.add(who, 2 * n + whom) for who, whom in (np.nonzero(given), np.nonzero(passed))]
    who, whom = np.nonzero(taken)
    towards = [net.add(2 * n + whom, n + who)]
    who, whom = np.nonzero(got)
    lifts = np.where(totals[who] + task.scores[who, whom] >= line, LIFT, 1)
    worth = 1 + np.rint(task.scores[who, whom] / task.greatest * COARSE).astype(np.int64) * lifts
    towards.append(net.add(2 * n + whom, who, cost=-worth))
    flow = net.most(source, sink, int(min(rich.sum(), poor.sum())))
    after = chosen.copy()
    for cells, arcs in zip((given, passed), away, strict=True):
        _set(after, cells, flow[arcs], value=False)
    for cells, arcs in zip((taken, got), towards, strict=True):
        _set(after, cells, flow[arcs], value=True)
    return after


def _set(chosen: Any, cells: Any, flow: Any, *, value: bool) -> None:
    who, whom = np.nonzero(cells)
    chosen[who[flow > 0], whom[flow > 0]] = value


def refilled(task: Task, chosen: Any) -> Any:
    """All open seats filled with the greatest total, least loads first; None where that cannot be."""
    for least in (True, False):
        load = chosen.sum(axis=0)
        room = np.maximum(task.least - load, 0) if least else task.most - load
        wanted = np.maximum(task.demand - chosen.sum(axis=1), 0)
        amount = int(room.sum() if least else wanted.sum())
        if amount:
            chosen = _filled(task, chosen, room, wanted, amount)
            if chosen is None:
                return None
    return chosen


def _filled(task: Task, chosen: Any, room: Any, wanted: Any, amount: int) -> Any:
    """So many further seats with the greatest total; None where they do not fit."""
    n, m = chosen.shape
    source, sink = n + m, n + m + 1
    net = _Net()
    who, whom = np.nonzero(~chosen & (wanted > 0)[:, None] & (room > 0))
    cost = -1 - np.rint(task.scores[who, whom] / task.greatest * FINE).astype(np.int64)
    arcs = net.add(n + whom, who, cost=cost)
    net.add(np.full(m, source), n + np.arange(m), room=room)
    net.add(np.arange(n), np.full(n, sink), room=wanted)
    flow = net.most(source, sink, amount)[arcs]
    if flow.sum() < amount:
        return None
    after = chosen.copy()
    after[who[flow > 0], whom[flow > 0]] = True
    return after


class _Net:
    """Arcs of a network, given in bunches."""

    def __init__(self) -> None:
        self.bunches: list[Any] = []
        self.size = 0

    def add(self, tail: Any, head: Any, *, room: Any = 1, cost: Any = 0) -> Any:
        """A bunch of arcs: their numbers."""
        columns = (tail, head, np.broadcast_to(room, tail.shape), np.broadcast_to(cost, tail.shape))
        self.bunches.append(columns)
        self.size += len(tail)
        return slice(self.size - len(tail), self.size)

    def most(self, source: int, sink: int, amount: int) -> Any:
        """A flow of as much as fits, at least cost."""
        from ortools.graph.python import min_cost_flow

        solver = min_cost_flow.SimpleMinCostFlow()
        tail, head, room, cost = (np.concatenate(column).astype(np.int64) for column in zip(*self.bunches, strict=True))
        solver.add_arcs_with_capacity_and_unit_cost(tail, head, room, cost)
        solver.set_nodes_supplies(np.array([source, sink]), np.array([amount, -amount]))
        status = solver.solve_max_flow_with_min_cost()
        if status != solver.OPTIMAL:
            raise SystemExit(f"OR-Tools ended a flow with {status}")
        return solver.flows(np.arange(self.size))


def rounded(task: Task) -> Any:
    """Relax, fix, round: what is whole stays, floors of mentees with few parts are let go until all is whole.

    Loads stay hard (the paper lets some go): without floors the relaxation is a transport, whose vertices are whole.
    """
    fixed = np.full(task.scores.shape, np.nan)
    floor, held = _relaxed(task, fixed, None, np.ones(len(fixed), dtype=bool))[1], np.ones(len(fixed), dtype=bool)
    while True:
        share, _ = _relaxed(task, fixed, floor * (1 - 1e-9), held)
        fixed[share < 1e-7], fixed[share > 1 - 1e-7] = 0.0, 1.0
        parts = np.isnan(fixed).sum(axis=1)
        if not parts.any():
            return fixed > 0
        open_ones = held & (parts > 0)
        fewest = np.where(open_ones, parts, np.inf)
        dropped = open_ones & (fewest <= max(task.demand, fewest.min()))
        if not dropped.any():
            raise SystemExit("a transport has a vertex in parts")
        held &= ~dropped


def _relaxed(task: Task, fixed: Any, floor: float | None, held: Any) -> tuple[Any, float]:
    """(shares, floor): the highest floor, or the greatest total with the floor under all who are held."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, kron, vstack

    n, m = fixed.shape
    unit = task.greatest
    who = kron(np.eye(n), np.ones((1, m)), format="csr")
    whom = kron(np.ones((1, n)), np.eye(m), format="csr")
    own = csr_array((task.scores.ravel() / unit, (np.repeat(np.arange(n), m), np.arange(n * m))), shape=(n, n * m))
    below = vstack([-own[held], whom, -whom])
    limit = np.r_[np.zeros(held.sum()), np.full(m, task.most), np.full(m, -task.least)]
    least = np.r_[np.ones(held.sum()), np.zeros(2 * m)].reshape(-1, 1)
    cost = np.r_[-task.scores.ravel() / unit, 0.0] if floor is not None else np.r_[np.zeros(n * m), -1.0]
    known = fixed.ravel()
    bounds = np.c_[np.where(np.isnan(known), 0, known), np.where(np.isnan(known), 1, known)]
    last = [[0.0, task.demand]] if floor is None else [[floor / unit] * 2]
    found = linprog(
        cost,
        A_ub=hstack([below, least]),
        b_ub=limit,
        A_eq=hstack([who, np.zeros((n, 1))]),
        b_eq=np.full(n, task.demand),
        bounds=np.r_[bounds, last],
        method="highs-ds",
    )
    if found.status != 0:
        raise SystemExit(f"a relaxation ended with {found.status}: {found.message}")
    return found.x[:-1].reshape(n, m), found.x[-1] * unit
