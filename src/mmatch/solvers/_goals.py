"""What is looked for, stage after stage: one goal for a sum, several for the worst-off and for leximin orders."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mmatch.instance.totals import stage_total
from mmatch.solvers._floor_relaxation import best_sum, fair_start, floor_bound
from mmatch.solvers._group_rows import add_grouped
from mmatch.solvers._integer_program import FAR, Goal, Row, sets_of
from mmatch.terms import Balance, Spread, Total, Worst

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.instance import Instance, Watch
    from mmatch.solvers._integer_program import Model
    from mmatch.terms import Count, Grouped, Stage

Outcome = Literal["held", "refuted", "open"]
SLICE = 0.15  # of the time left, for one floor
EVIDENCE = 5  # times the first relaxation, what those behind the search take;
KEPT = 0.15  # of the time left at most
MOST_OPEN = 5  # floors neither found nor refuted, after which the search goes on with what it has


def goals(instance: Instance, model: Model, watch: Watch) -> Generator[tuple[int, Goal], Outcome | None, None]:
    """(stage, goal) in order: one goal a stage, but one for each level that a leximin order or a bisection looks at."""
    for number, stage in enumerate(instance.stages):
        outcome: Outcome | None = None
        steps = _steps(instance, model, watch, (number, stage))
        while True:
            try:
                goal = steps.send(outcome)
            except StopIteration:
                break
            outcome = yield number, goal


def _steps(
    instance: Instance, model: Model, watch: Watch, place: tuple[int, Stage]
) -> Generator[Goal, Outcome | None, None]:
    """The goals of one stage."""
    number, stage = place
    if not isinstance(stage, Worst):
        best = _unfloored(instance, number, watch)
        top = None if best is None else stage_total(instance, stage, best)
        yield replace(_sum_goal(instance, model, stage, partial(stage_total, instance, stage)), top=top)
    elif stage.full:
        yield from _level_goals(stage)
    elif stage.single:
        yield from _bisection(stage, watch)
    else:
        yield from _floors(instance, model, watch, (number, stage))


def _sum_goal(instance: Instance, model: Model, stage: Total | Count, reached: Callable[[Bools], int]) -> Goal:
    used = np.flatnonzero(stage.weights)
    parts = [(used, stage.weights[used])]
    for load in stage.loads:
        pieces, owner, place = model.pieces(instance, load)
        rewards = load.rewards(int(place.max(initial=0)) + 1)[place]
        parts.append((pieces, rewards if load.factor is None else rewards * load.factor[owner]))
    grouped = stage.grouped if isinstance(stage, Total) else ()
    for term in grouped:
        parts += _grouped(model, instance, term)
    variables, coefficients = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Goal(variables, coefficients.astype(np.int64), reached, modelled=bool(grouped))


def _grouped(model: Model, instance: Instance, term: Grouped) -> list[tuple[Ints, Ints]]:
    """(variables, what each adds to a goal) of a term that edges alone do not tell."""
    if isinstance(term, Balance):
        return [_balance(model, term)]
    if isinstance(term, Spread):
        return [_spread(model, term)]
    return [] if instance.groups is None else list(add_grouped(model, instance.groups, term))


def _balance(model: Model, term: Balance) -> tuple[Ints, Ints]:
    """A variable at least as far from 0 as a sum is, on either side."""
    used = np.flatnonzero(term.weights)
    most = int(np.abs(term.weights).sum())
    away = model.add(np.zeros(1, dtype=np.int64), np.full(1, most))
    for sign in (1, -1):
        model.row(np.append(used, away), np.append(sign * term.weights[used], 1), 0, FAR)
    return away, np.full(1, -term.factor)


def _spread(model: Model, term: Spread) -> tuple[Ints, Ints]:
    """A variable at least as great as every sum, and one that is as small."""
    most = int(np.abs(term.weights).sum())
    ends = model.add(np.full(2, -most), np.full(2, most))
    for number in range(term.n):
        own = term.group == number
        variables, weights = term.edge[own], term.weights[own]
        model.row(np.append(variables, ends[0]), np.append(-weights, 1), 0, FAR)
        model.row(np.append(variables, ends[1]), np.append(weights, -1), 0, FAR)
    return ends, np.array([-term.factor, term.factor])


def _level_goals(stage: Worst) -> Iterator[Goal]:
    """As few edges as possible on each level, from the lowest."""
    for level in np.unique(stage.weights).tolist():
        edges = np.flatnonzero(stage.weights == level)
        yield Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0)


def _bisection(stage: Worst, watch: Watch) -> Iterator[Goal]:
    """The highest level below which no edge is needed; a tier before has found a first answer."""
    chosen = _best(watch)
    if chosen is None or not chosen.any():
        return
    levels = np.unique(stage.weights)
    low, high = int(np.searchsorted(levels, stage.weights[chosen].min())), len(levels) - 1
    while low < high:
        middle = (low + high + 1) // 2
        goal = _none_below(stage, levels[middle], probe=True)
        yield goal
        chosen = _best(watch)
        if chosen is not None and goal.reached(chosen) == 0:
            low = int(np.searchsorted(levels, stage.weights[chosen].min()))
        else:
            high = middle - 1
    yield _none_below(stage, levels[low], probe=False)


def _best(watch: Watch) -> Bools | None:
    """The choice that holds all goals so far."""
    return None if watch.best is None else watch.best.chosen


def _none_below(stage: Worst, level: int, *, probe: bool) -> Goal:
    edges = np.flatnonzero(stage.weights < level)
    return Goal(edges, -np.ones(len(edges), dtype=np.int64), partial(_minus_count, edges), top=0, probe=probe)


def _minus_count(edges: Ints, chosen: Bools) -> int:
    return -int(chosen[edges].sum())


def _floors(
    instance: Instance, model: Model, watch: Watch, place: tuple[int, Worst]
) -> Generator[Goal, Outcome | None, None]:
    """Floors under the totals of all who have a seat: first the highest that can be, then between.

    Under a time limit each floor gets a slice of it; one that is neither found nor refuted leaves the stage in doubt.
    """
    number, stage = place
    chosen = _best(watch)
    if chosen is None or not chosen.any():
        return
    low = stage_total(instance, stage, chosen)
    best = _best_totals(instance, stage)
    if _all_served(instance, watch, number):
        served = None
        began = time.monotonic()
        most, taken = floor_bound(instance, number, chosen, low)
        _keep_time(watch, EVIDENCE * (time.monotonic() - began))
        high = min(most, *best)
        start = fair_start(instance, number, (chosen, high, taken), watch)
        if stage_total(instance, stage, start) > low:
            low = stage_total(instance, stage, start)
            yield replace(_floor_goal(instance, number, _floor_rows(instance, stage, low, None), None), start=start)
    else:
        served = _served(instance, model)
        high = max(best)
    high = max(high, low)
    level, open_floors = high, 0
    while low < high and open_floors < MOST_OPEN:
        seconds = None if watch.deadline is None else max((watch.deadline - time.monotonic()) * SLICE, 1.0)
        outcome = yield _floor_goal(instance, number, _floor_rows(instance, stage, level, served), seconds)
        chosen = _best(watch)
        if outcome == "held" and chosen is not None:
            low = max(stage_total(instance, stage, chosen), level)
        else:
            open_floors += outcome == "open"
            high = level - 1
        level = (low + high + 1) // 2
    best_next = _unfloored(instance, number + 1, watch) if served is None else None
    if best_next is not None and stage_total(instance, stage, best_next) >= low:
        yield replace(_floor_goal(instance, number, _floor_rows(instance, stage, low, None), None), start=best_next)
    model.rows += _floor_rows(instance, stage, low, served)


def _keep_time(watch: Watch, seconds: float) -> None:
    """Stop searching a little earlier, so that the evidence is there when time is over."""
    if watch.deadline is not None:
        watch.deadline -= min(seconds, max(watch.deadline - time.monotonic(), 0) * KEPT)


def _unfloored(instance: Instance, number: int, watch: Watch) -> Bools | None:
    """The best choice for a sum right behind a worst-off stage, as if that had set no floor: nothing is better."""
    chosen = _best(watch)
    before = instance.stages[number - 1] if 0 < number < len(instance.stages) else None
    if chosen is None or not isinstance(before, Worst) or before.single or before.full:
        return None
    return best_sum(instance, number, number - 1, chosen)


def _served(instance: Instance, model: Model) -> Ints:
    """For each mentee a variable that is 1 where they have a seat."""
    sets = sets_of(instance.labels.label("mentee"), instance.labels.count("mentee"))
    return np.concatenate([model.served(edges) for _, edges in sets])


def _best_totals(instance: Instance, stage: Worst) -> list[int]:
    """What each mentee who asks could have with all the best ones."""
    wanted = np.bincount(instance.labels.mentee_of_request, weights=instance.labels.wanted).astype(np.int64).tolist()
    sets = sets_of(instance.labels.label("mentee"), len(wanted))
    return [sum(sorted(stage.weights[edges].tolist())[-wanted[who] :]) for who, edges in sets if wanted[who]]


def _floor_goal(instance: Instance, number: int, rows: list[Row], seconds: float | None) -> Goal:
    """Keep all totals above a level; on the way look for what the next stage wants."""
    stages: Any = instance.stages
    plain = [stage for stage in stages[number + 1 : number + 2] if isinstance(stage, Total) and not stage.loads]
    weights = plain[0].weights if plain else np.zeros(0, dtype=np.int64)
    used = np.flatnonzero(weights)
    return Goal(used, weights[used], lambda _chosen: None, probe=True, rows=tuple(rows), seconds=seconds)


def _floor_rows(instance: Instance, stage: Worst, level: int, served: Ints | None) -> list[Row]:
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


def _all_served(instance: Instance, watch: Watch, number: int) -> bool:
    """Whether every mentee has a seat in all choices that are as good in the stages so far: all seats are filled."""
    chosen = _best(watch)
    counted = any(
        isinstance(stage, Total) and not stage.loads and (stage.weights == 1).all()
        for stage in instance.stages[:number]
    )
    return counted and chosen is not None and int(chosen.sum()) == int(instance.labels.wanted.sum())
