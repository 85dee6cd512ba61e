"""What is looked for, stage after stage: one goal for a sum, several for the worst-off and for leximin orders."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from mmatch.arrays import Bools, Ints, sets_of
from mmatch.constraints import FAR
from mmatch.instance import Instance, Watch
from mmatch.network.floors import counted_limit
from mmatch.solvers._integer_program import Goal, Model, Row
from mmatch.solvers._worst_off import Relaxation, RelaxedOptimum, best_sum, filled_seats
from mmatch.stages import Stage

Outcome = Literal["held", "refuted", "open"]
SLICE = 0.12  # of the time left, for one search for a floor
EVIDENCE = 5  # times the first relaxation, what those behind the search take;
KEPT = 0.15  # of the time left at most
CORES = (8, 25)  # how many edges a seat, in the cores that are looked at first
STEPS = 32  # the first step below what a floor can be at most, as a part of what is left
RETURNS = 1  # how often a search goes back to floors that were neither found nor refuted
FINE = 8  # under a time limit floors closer than 2^-8 of what is possible are not told apart

Goals = Generator[Goal, Outcome | None, bool]  # gives back whether the stage stays in doubt


def goals(instance: Instance, model: Model, watch: Watch) -> Generator[tuple[int, Goal | None], Outcome | None, None]:
    """(stage, goal) in order: one goal a stage, but several for a leximin order and for the worst-off.

    None in the place of a goal: whether the stage has reached its best is not known.
    """
    for number, stage in enumerate(instance.stages):
        outcome: Outcome | None = None
        steps = _steps(instance, model, watch, (number, stage))
        while True:
            try:
                goal = steps.send(outcome)
            except StopIteration as end:
                if end.value:
                    yield number, None
                break
            outcome = yield number, goal


def _steps(instance: Instance, model: Model, watch: Watch, place: tuple[int, Stage]) -> Goals:
    """The goals of one stage."""
    number, stage = place
    if stage.summed:
        return (yield from _sums(instance, model, watch, (number, stage)))
    if stage.full:
        for level in np.unique(stage.weights).tolist():  # as few edges as possible on each, from the lowest
            edges = np.flatnonzero(stage.weights == level)
            yield Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0)
        return False
    return (yield from (_bisection(stage, watch) if stage.single else _floors(instance, model, watch, (number, stage))))


def _sums(instance: Instance, model: Model, watch: Watch, place: tuple[int, Stage]) -> Goals:
    """One goal for a sum; behind a worst-off of several seats first among few edges, then among all that can matter."""
    number, stage = place
    goal = _sum_goal(instance, model, stage, partial(stage.total, instance.labels))
    chosen = _best(watch)
    before = instance.stages[number - 1] if number else None
    if chosen is None or before is None or not before.of_sums or not stage.plain or stage.grouped:
        yield goal
        return False
    best = best_sum(instance, number, number - 1, chosen)
    goal = replace(goal, top=None if best is None else stage.total(instance.labels, best))
    served = instance.groups is None and _all_served(instance, number, chosen)
    relaxed = Relaxation(instance, number - 1, chosen).solved(number) if served else None
    if relaxed is not None and goal.top != stage.total(instance.labels, chosen):
        yield replace(
            goal, core=relaxed.core(instance, CORES[0]), complete=False, probe=True, top=None, reached=_nothing
        )
        chosen = _best(watch)
        if chosen is not None:
            goal = replace(goal, core=relaxed.useful(stage.total(instance.labels, chosen)) | chosen)
    yield goal
    return False


def _nothing(_chosen: Bools) -> None:
    """What a goal reads that holds nothing for later ones."""


def _sum_goal(instance: Instance, model: Model, stage: Stage, reached: Callable[[Bools], int]) -> Goal:
    used = np.flatnonzero(stage.weights)
    parts = [(used, stage.weights[used])]
    for load in stage.loads:
        pieces, owner, place = model.pieces(instance, load)
        rewards = load.rewards(int(place.max(initial=0)) + 1)[place]
        parts.append((pieces, rewards if load.factor is None else rewards * load.factor[owner]))
    for term in stage.grouped:
        parts += list(term.modelled(model))
    variables, coefficients = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Goal(variables, coefficients.astype(np.int64), reached, modelled=bool(stage.grouped))


def _bisection(stage: Stage, watch: Watch) -> Goals:
    """The highest level below which no edge is needed; a tier before has found a first answer."""
    chosen = _best(watch)
    if chosen is None or not chosen.any():
        return False
    levels = np.unique(stage.weights)
    low, high = int(np.searchsorted(levels, stage.weights[chosen].min())), len(levels) - 1
    doubt = False
    while low < high:
        middle = (low + high + 1) // 2
        goal = _none_below(stage, levels[middle], probe=True)
        outcome = yield goal
        chosen = _best(watch)
        if chosen is not None and goal.reached(chosen) == 0:
            low = int(np.searchsorted(levels, stage.weights[chosen].min()))
        else:
            high = middle - 1
            doubt |= outcome == "open"
    yield _none_below(stage, levels[low], probe=False)
    return doubt


def _best(watch: Watch) -> Bools | None:
    """The choice that holds all goals so far."""
    return None if watch.best is None else watch.best.chosen


def _none_below(stage: Stage, level: int, *, probe: bool) -> Goal:
    edges = np.flatnonzero(stage.weights < level)
    return Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0, probe=probe)


def _minus_count(edges: Ints, chosen: Bools) -> int:
    return -int(chosen[edges].sum())


def _floors(instance: Instance, model: Model, watch: Watch, place: tuple[int, Stage]) -> Goals:
    """Floors under the totals of all who have a seat: first the highest that can be, then lower ones, then between.

    Under a time limit each search gets a slice of it. A floor that is neither found nor refuted lowers no bound: with
    the time left the search comes back to it.
    """
    number, stage = place
    chosen = _best(watch)
    if chosen is None or not chosen.any():
        return False
    seats = filled_seats(instance, number, chosen)
    low, high = stage.total(instance.labels, chosen), counted_limit(instance, stage, seats)
    served = None
    if not _all_served(instance, number, chosen):  # a variable for each mentee that is 1 where they have a seat
        sets = sets_of(instance.labels.label("mentee"), instance.labels.count("mentee"))
        served = np.concatenate([model.served(edges) for _, edges in sets])
    search = _FloorSearch(instance, number, served, watch)
    if served is None:
        began = time.monotonic()
        relaxation = Relaxation(instance, number, chosen)
        relaxed = relaxation.solved(number)
        if watch.deadline is not None:  # the evidence is to be there when time is over
            now = time.monotonic()
            watch.deadline -= min(EVIDENCE * (now - began), max(watch.deadline - now, 0) * KEPT)
        if relaxed is not None:
            high = min(high, math.floor(relaxed.value * (1 + 1e-9)) + 1)
            search.cores = None if instance.groups is not None else (relaxation, relaxed)
    low = yield from search.between(low, max(high, low))
    kept, best_next = _best(watch), None  # the best for a sum right behind, as if there were no floor
    joint = any(one.grouped for one in instance.stages[: number + 2])  # of which a choice of edges alone knows nothing
    if served is None and number + 1 < len(instance.stages) and kept is not None and not joint:
        best_next = best_sum(instance, number + 1, number, kept)
    if best_next is not None and stage.total(instance.labels, best_next) >= low:
        yield replace(search.goal(low), start=best_next)
    model.rows += _floor_rows(instance, stage, low, served)
    return search.doubt


@dataclass
class _FloorSearch:
    """The highest floor: goals that probe one level after the other."""

    instance: Instance
    number: int
    served: Ints | None
    watch: Watch
    cores: tuple[Relaxation, RelaxedOptimum] | None = None
    doubt: bool = False

    def between(self, low: int, high: int) -> Generator[Goal, Outcome | None, int]:
        """The highest floor found, from one that is kept to one that nothing exceeds."""
        stage: Any = self.instance.stages[self.number]
        ceiling, level, step = high, high, max((high - low) // STEPS, 1)
        left_open: list[int] = []
        found, returns = False, 0
        while low < high:
            outcome = yield from self.probed(level, wide=self.watch.deadline is None or returns > 0)
            chosen = _best(self.watch)
            if outcome == "held" and chosen is not None:
                low, found = max(stage.total(self.instance.labels, chosen), level), True
            elif outcome == "refuted":
                high = level - 1
            else:
                left_open.append(level)
                ceiling = level - 1
            left_open = [one for one in left_open if low < one <= high]
            ceiling = min(ceiling, high)
            fine = 0 if self.watch.deadline is None else high >> FINE
            if low + fine >= ceiling:
                if not left_open or self.watch.deadline is None or returns == RETURNS or self.watch.reason():
                    break
                returns, ceiling, level = returns + 1, high, left_open.pop(0)
                continue
            middle = (low + ceiling + 1) // 2
            level = middle if found else max(ceiling - step, middle)
            step *= 2
        self.doubt = low < high
        return low

    def probed(self, level: int, *, wide: bool) -> Generator[Goal, Outcome | None, Outcome]:
        """What came of a level: first among few edges, then, if it is to be ``wide``, among all that can be of use."""
        goal = self.goal(level)
        if self.cores is None:
            return (yield goal) or "open"
        relaxation, relaxed = self.cores
        useful = relaxed.useful(level)
        following = self.number + 1
        guide: RelaxedOptimum | None = relaxed
        if following < len(self.instance.stages) and self.instance.stages[following].plain:
            guide = relaxation.solved(following, level)
        if guide is None:
            return "refuted"
        for share in CORES:
            core = guide.core(self.instance, share) & useful
            if (core == useful).all():
                break
            outcome = yield replace(goal, core=core, complete=False)
            if outcome == "held" or not wide:
                return outcome or "open"
        return (yield replace(goal, core=useful)) or "open"

    def goal(self, level: int) -> Goal:
        """Keep all totals above a level; on the way look for what the next stage wants."""
        stages: Any = self.instance.stages
        following = next((one for one in stages[self.number + 1 : self.number + 2] if one.plain), stages[self.number])
        used = np.flatnonzero(following.weights)
        deadline = self.watch.deadline
        return Goal(
            used,
            following.weights[used],
            _nothing,
            probe=True,
            rows=tuple(_floor_rows(self.instance, stages[self.number], level, self.served)),
            seconds=None if deadline is None else max((deadline - time.monotonic()) * SLICE, 1.0),
            first=True,
        )


def _floor_rows(instance: Instance, stage: Stage, level: int, served: Ints | None) -> list[Row]:
    """The total of each mentee who asks is at least the level; where not all are served, of each who has a seat."""
    wanted = np.bincount(instance.labels.mentee_of_request, weights=instance.labels.wanted)
    rows = []
    for who, edges in sets_of(instance.labels.label("mentee"), instance.labels.count("mentee")):
        if not wanted[who] or not len(edges):
            continue
        if served is None:
            rows.append(Row(edges, stage.weights[edges], level, FAR))
        else:
            weights = np.append(stage.weights[edges], -level)
            rows.append(Row(np.append(edges, served[who]), weights, 0, FAR))
    return rows


def _all_served(instance: Instance, number: int, chosen: Bools) -> bool:
    """Whether every mentee has all seats asked for in whatever is as good in the stages so far."""
    return filled_seats(instance, number, chosen) == int(instance.labels.wanted.sum())
