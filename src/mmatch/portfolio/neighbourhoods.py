"""Neighbourhood search for good answers: mixed-integer programs in which only some groups may open or close.

Rothberg: An evolutionary algorithm for polishing mixed integer programming solutions (2007); Danna, Rothberg and Le
Pape: Exploring relaxation induced neighborhoods (2005).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.constraints import FREE
from mmatch.portfolio.linear_program import stacked

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Floats, Ints
    from mmatch.constraints import Slots
    from mmatch.portfolio.linear_program import GroupProgram
    from mmatch.portfolio.time_budget import Budget

NODES = 300  # of a search tree, for one neighbourhood
FIRST_NODES = 100  # for the openings that the relaxation likes
LEAST_MENTORS = 3
MANY_SEATS = 60_000  # beyond which nobody moves outside a neighbourhood
SEATS_AT_ONCE = 20_000  # in a neighbourhood to begin with
NEAR = 1e-6
QUICK = 0.4  # seconds, below which a neighbourhood may grow


Limits = tuple["float | None", int]  # seconds, nodes of the search tree


def best_within(
    program: GroupProgram, free: Bools, values: Ints, frozen: bool, limits: Limits
) -> tuple[Ints | None, bool]:
    """(the best whole answer in which only free groups open or close, whether the search says it is that).

    Args:
        program: of the stage.
        free: groups that may open or close.
        values: the answer so far: what does not change.
        frozen: whether nobody moves who sits in another group.
        limits: of the search.
    """
    window = _Window(program, free, values, frozen=frozen)
    if not len(window.columns):
        return (values, True) if program.keeps(values) else (None, True)
    for whole in (False, True):
        found = window.searched(limits, whole=whole)
        if found is None:
            return None, False
        better = program.filled(window.placed(found[0]))
        if program.keeps(better):
            return better, found[1]
    return None, False


class _Window:
    """The part of a program that may change, with all else as it is."""

    def __init__(self, program: GroupProgram, free: Bools, values: Ints, *, frozen: bool) -> None:
        self.program, self.values = program, values
        groups = program.opened(np.arange(program.n_groups))
        opened = values[groups]
        seats = free if frozen else free | (opened > 0)
        moves = np.zeros(program.width, dtype=bool)
        moves[: program.n_seats] = seats[program.groups.group]
        moves[groups] = free
        moves[program.n_seats + program.n_groups :] = True
        self.columns = np.flatnonzero(moves)
        self.fixed = np.where(moves, 0, values)
        self.rows = stacked([program.priced, program.shape])

    def placed(self, found: Ints) -> Ints:
        """An answer of the part as one of the whole."""
        values = self.fixed.copy()
        values[self.columns] = found
        return values

    def searched(self, limits: Limits, *, whole: bool) -> tuple[Ints, bool] | None:
        """(the best that was found, whether it is proven to be that); None where nothing was found."""
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import coo_array

        program, rows, columns = self.program, self.rows, self.columns
        place = np.full(program.width, -1)
        place[columns] = np.arange(len(columns))
        used = place[rows.column] >= 0
        entries = (rows.value[used].astype(float), (rows.row[used], place[rows.column[used]]))
        kept = np.bincount(rows.row[used], minlength=len(rows)) > 0
        taken = np.zeros(len(rows), dtype=np.int64)
        np.add.at(taken, rows.row[~used], rows.value[~used] * self.fixed[rows.column[~used]])
        lower = np.where(rows.lower > -FREE, (rows.lower - taken).astype(float), -np.inf)
        upper = np.where(rows.upper < FREE, (rows.upper - taken).astype(float), np.inf)
        seconds, nodes = limits
        options: Any = {"mip_rel_gap": 0.0, "node_limit": nodes}
        if seconds is not None:
            options["time_limit"] = max(seconds, 0.05)
        openings = (columns >= program.n_seats) & (columns < program.n_seats + program.n_groups)
        found = milp(
            -program.cost[columns].astype(float) / program.scale,
            integrality=np.where(openings | whole, 1, 0),
            bounds=Bounds(np.zeros(len(columns)), program.limits[columns].astype(float)),
            constraints=LinearConstraint(
                coo_array(entries, shape=(len(rows), len(columns))).tocsr()[kept], lower[kept], upper[kept]
            ),
            options=options,
        )
        return None if found.x is None else (np.rint(found.x).astype(np.int64), found.status == 0)


def likely(program: GroupProgram, columns: Floats) -> Bools:
    """Openings to begin with: the most open ones of a fractional answer, as far as their mentors can lead them."""
    g = program.groups
    opened = columns[program.opened(np.arange(program.n_groups))]
    led = np.zeros(len(g.led), dtype=np.int64)
    busy: dict[int, list[int]] = {}
    chosen = np.zeros(program.n_groups, dtype=bool)
    for group in np.argsort(-opened, kind="stable").tolist():
        mentor = int(g.leader[group])
        if opened[group] < NEAR or led[mentor] >= g.led[mentor]:
            continue
        if g.slots is not None and any(_overlap(g.slots, int(g.slot[group]), other) for other in busy.get(mentor, [])):
            continue
        chosen[group] = True
        led[mentor] += 1
        busy.setdefault(mentor, []).append(int(g.slot[group]))
    return chosen


def _overlap(slots: Slots, one: int, other: int) -> bool:
    return bool(slots.start[one] < slots.end[other] and slots.start[other] < slots.end[one])


def neighbourhoods(program: GroupProgram, size: int, draw: np.random.Generator) -> Iterator[Bools]:
    """Sets of groups to free: all groups of some mentors, who share topics with one of them or none in particular."""
    mentor, offer = program.groups.leader, program.groups.offer
    mentors = np.unique(mentor)
    topic = program.instance.labels.topic_of_offer[offer]
    while True:
        chosen = draw.choice(mentors, size=min(size, len(mentors)), replace=False)
        if draw.random() < 0.7:
            near = np.isin(topic, topic[mentor == chosen[0]])
            shared = np.bincount(mentor[near], minlength=int(mentors.max()) + 1)[mentors] + draw.random(len(mentors))
            chosen = mentors[np.argsort(-shared, kind="stable")[:size]]
        yield np.isin(mentor, chosen)


def improved(program: GroupProgram, values: Ints, bound: int, budget: Budget, better: Callable[[Ints], None]) -> None:
    """Better answers by neighbourhoods, until the bound is met, nothing helps any more, or the budget is spent.

    Each is told at once, for the search may be stopped at any time.
    """
    draw = np.random.default_rng(program.number)
    n_mentors = len(np.unique(program.groups.leader))
    share = min(1 / 6, SEATS_AT_ONCE / max(program.n_seats, 1))
    size = max(LEAST_MENTORS, int(n_mentors * share))
    best, idle = program.total(values), 0
    frozen = program.n_seats > MANY_SEATS
    while best < bound and idle < budget.idle and not budget.spent():
        free = next(neighbourhoods(program, size, draw))
        found, done = budget.timed(best_within, program, free, values, frozen, limits=NODES)
        idle += 1
        if found is not None and program.total(found) >= best:
            if program.total(found) > best:
                idle = 0
                better(found)
            best, values = program.total(found), found
        size = _next_size(size, n_mentors, done=done, quick=budget.last < QUICK)


def _next_size(size: int, n_mentors: int, *, done: bool, quick: bool) -> int:
    if not done:
        return max(LEAST_MENTORS, size - 1)
    return min(n_mentors, size + 1) if quick else size
