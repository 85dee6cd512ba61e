"""The instance as integer rows, for solvers that search: variables for edges, pieces of loads, and the worst-off.

Stages are maximised one after the other; what a stage reached becomes an integer row for all later ones, so nothing is
folded and nothing is a tolerance. Loads are exact because their rewards never rise: the best pieces fill first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mmatch.errors import SolverError, UnsupportedError
from mmatch.instance import Answer
from mmatch.instance.totals import load_labels, stage_total, tier_values
from mmatch.matching import Status
from mmatch.people.columns import NONE
from mmatch.solvers._grouping import add_grouped, add_groups
from mmatch.solvers._relaxing import best_sum, evidence, fair_start, floor_bound, shortage_cut
from mmatch.terms import Balance, Blocking, Links, NoBlocking, Product, Spread, Total, Worst

if TYPE_CHECKING:
    from mmatch.instance import Instance, Watch
    from mmatch.people.columns import Bools, Ints
    from mmatch.terms import Bounds, ConvexLoad, Count, Grouped, Stage

FAR = 2**62
KINDS = frozenset({"linear", "convex_load", "bounds", "profile", "product", "worst", "worst_of_sums", "leximin"}) | {
    "groups",
    "slots",
    "grouped",
    "blocking",
    "balance",
    "links",
    "stability",
}
SLICE = 0.15  # of the time left, for one floor
EVIDENCE, KEPT = (
    3,
    0.1,
)  # relaxations behind the search take so many times the first one; at most this share of the rest
MOST_OPEN = 5  # floors neither found nor refuted, after which the search goes on with what it has


@dataclass(frozen=True, eq=False)
class Row:
    """lower <= sum of coefficients x variables <= upper."""

    variables: Ints
    coefficients: Ints
    lower: int
    upper: int


@dataclass(frozen=True, eq=False)
class Goal:
    """One linear form to maximise; ``reached`` reads it off a choice of edges, ``top`` is what it can never exceed.

    A ``probe`` asks only whether its top can be reached, or its ``rows`` kept, in so many ``seconds``: where they
    cannot, nothing is held and nothing changes. A ``start`` is a choice that is known to keep the rows: no search.
    """

    variables: Ints
    coefficients: Ints
    reached: Callable[[Bools], int | None]
    top: int | None = None
    probe: bool = False
    rows: tuple[Row, ...] = ()
    seconds: float | None = None
    modelled: bool = False
    start: Bools | None = None

    def value(self, chosen: Bools, values: Ints | None) -> int | None:
        """What a choice reaches; of a ``modelled`` goal what all variables say, for edges alone do not tell."""
        if self.modelled and values is not None:
            total: int = sum((self.coefficients.astype(object) * values[self.variables]).tolist())
            return total
        return self.reached(chosen)


@dataclass(frozen=True, eq=False)
class Found:
    """What one search gave: chosen edges if any, the values of all variables, whether it claims the optimum, a bound.

    ``ended``: it came to its own end, though what floats can tell leaves room for a better one.
    """

    chosen: Bools | None
    values: Ints | None = None
    optimal: bool = False
    infeasible: bool = False
    bound: int | None = None
    ended: bool = False


Outcome = Literal["held", "refuted", "open"]
Search = Callable[["Model", Goal, "Ints | None"], Found]


@dataclass(eq=False)
class Model:
    """Whole-number variables between bounds, rows over them; the first ones are the edges.

    ``places`` and ``opened`` are the variables of the places and of the groups, where the instance has groups.
    """

    n_edges: int
    places: Ints | None = None
    opened: Ints | None = None
    lower: list[Ints] = field(default_factory=list)
    upper: list[Ints] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    size: int = 0

    def add(self, lower: Ints, upper: Ints) -> Ints:
        """New variables: their numbers."""
        numbers = np.arange(self.size, self.size + len(upper))
        self.lower.append(lower)
        self.upper.append(upper)
        self.size += len(upper)
        return numbers

    def bounds(self) -> tuple[Ints, Ints]:
        """(lower, upper) of all variables."""
        return np.concatenate(self.lower), np.concatenate(self.upper)

    @classmethod
    def of(cls, instance: Instance) -> Model:
        """The edges and the bounds on their sums."""
        n = len(instance.request)
        model = cls(n)
        edges = model.add(np.zeros(n, dtype=np.int64), np.ones(n, dtype=np.int64))
        if n == 0:
            model.add(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64))  # searches want a variable
        for family in instance.bounds:
            model.sums(edges, family)
        if instance.groups is not None:
            add_groups(model, instance.groups)
        return model

    def row(self, variables: Ints, coefficients: Ints, lower: int, upper: int) -> None:
        """One more row."""
        self.rows.append(Row(variables, coefficients, lower, upper))

    def sums(self, edges: Ints, family: Bounds) -> None:
        """A row for each set that can bind: the sum over its members."""
        for k, members in _members(family.label, len(family.upper)):
            if family.lower[k] > 0 or family.upper[k] < len(members):
                ones = np.ones(len(members), dtype=np.int64)
                self.rows.append(Row(edges[members], ones, int(family.lower[k]), int(family.upper[k])))

    def served(self, edges: Ints) -> Ints:
        """A variable that is 1 where any of some edges is chosen."""
        served = self.add(np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64))
        self.rows.append(Row(np.append(edges, served), np.append(np.ones(len(edges), np.int64), -1), 0, FAR))
        self.rows += [Row(np.append(served, edge), np.array([1, -1]), 0, 1) for edge in edges.tolist()]
        return served

    def pieces(self, instance: Instance, load: ConvexLoad) -> tuple[Ints, Ints, Ints]:
        """Variables for the units of each set of a load: (variables, set of each, which unit of the set from 0)."""
        label = load_labels(instance, load)
        n = int(label.max(initial=NONE)) + 1
        found = [(k, len(members), members) for k, members in _members(label, n)]
        sizes = np.array([size for _, size, _ in found], dtype=np.int64)
        owner = np.repeat(np.arange(n), sizes)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        units = self.add(np.zeros(len(owner), dtype=np.int64), np.ones(len(owner), dtype=np.int64))
        start = np.concatenate([[0], np.cumsum(sizes)])
        for k, size, members in found:
            if size:
                variables = np.concatenate([members, units[start[k] : start[k + 1]]])
                self.rows.append(Row(variables, np.repeat([1, -1], size), 0, 0))
        return units, owner, place


def _members(label: Ints, n: int) -> Iterator[tuple[int, Ints]]:
    """(number, edges) of each set."""
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(n + 1))
    for k in range(n):
        yield k, order[start[k] : start[k + 1]]


def in_order(instance: Instance, watch: Watch, search: Search) -> Answer:
    """Maximise stage after stage by a search, holding what each reached.

    Raises:
        SolverError: where the search loses a stage that it had reached.
    """
    return _Run(instance, watch, search).answer()


class _Run:
    """Stage after stage: what is held, the best choice so far, and the first stage of which the optimum is not sure."""

    def __init__(self, instance: Instance, watch: Watch, search: Search) -> None:
        self.instance, self.watch, self.search = instance, watch, search
        self.model = Model.of(instance)
        _link(self.model, instance)
        _stable(self.model, instance)
        self.best: Bools | None = None
        self.values: Ints | None = None
        self.hint = _hint(instance, watch.best)
        self.doubtful = len(instance.stages)
        self.last: tuple[Goal, Found] | None = None  # the last search whose answer is held

    def answer(self) -> Answer:
        """The best choice over all stages."""
        goals = _goals(self.instance, self.model, self.watch)
        outcome: Outcome | None = None
        while True:
            try:
                number, goal = goals.send(outcome)
            except StopIteration:
                return self.finished()
            reply = "held" if self.reached(goal) else self.searched(number, goal)
            if isinstance(reply, Answer):
                return reply
            if reply == "held":
                self.hold(number, goal)
            outcome = reply

    def reached(self, goal: Goal) -> bool:
        """Whether what is there is all that the goal can ever be."""
        return self.best is not None and goal.top is not None and goal.reached(self.best) == goal.top

    def searched(self, number: int, goal: Goal) -> Outcome | Answer:
        """Search for a goal: what came of it, or the answer where the run ends here."""
        stopped = self.watch.reason()
        if stopped:
            return self.partial(number, stopped)
        _tell(self.instance, self.best, self.watch, number)
        rows, held = self.model.rows, len(self.model.rows)
        rows += goal.rows
        before = self.last
        if goal.start is not None:
            found, self.hint = Found(goal.start), goal.start.astype(np.int64)
        elif before is not None and _same(goal, before[0]):
            found = before[1]
        else:
            found = self.search(self.model, goal, self.hint if self.values is None else self.values)
        outcome = _outcome(goal, found)
        if goal.probe and outcome != "held":
            del rows[held:]
            self.doubtful = min(self.doubtful, number) if outcome == "open" else self.doubtful
            return outcome
        if found.infeasible and self.best is None:
            return Answer(Status.INFEASIBLE)
        if found.infeasible:
            raise SolverError("the search lost what it had reached")
        if found.chosen is None or (self.best is not None and _worse(self.instance, found.chosen, self.best, number)):
            return self.partial(number, self.watch.reason())
        self.best, self.values = found.chosen, found.values
        self.last = None if goal.start is not None else (goal, found)
        if not found.optimal and not goal.probe and found.ended:
            self.doubtful = min(self.doubtful, number)
        elif not found.optimal and not goal.probe:
            return self.partial(number, self.watch.reason(), (number, found.bound))
        return "held"

    def hold(self, number: int, goal: Goal) -> None:
        """Keep what a goal reached in all later searches."""
        if isinstance(self.instance.stages[number], Product):
            self.doubtful = min(self.doubtful, number)  # rounded logarithms may miss the greatest product by a hair
        reached = None if self.best is None else goal.value(self.best, self.values)
        if reached is not None and len(goal.variables):
            self.model.rows.append(Row(goal.variables, goal.coefficients, reached, FAR))
        self.watch.best = self.partial(number, "interrupted")

    def finished(self) -> Answer:
        """The answer after all stages."""
        if self.doubtful < len(self.instance.stages):
            return self.partial(self.doubtful, None)
        return self.seated(Answer(Status.OPTIMAL, self.best, len(self.instance.tiers)))

    def partial(self, stages: int, stopped: str | None, bound: tuple[int, int | None] = (-1, None)) -> Answer:
        """The answer with so many stages done at most."""
        return self.seated(_partial(self.instance, self.best, min(stages, self.doubtful), stopped, bound))

    def seated(self, answer: Answer) -> Answer:
        """The answer with who sits where, where there are groups."""
        model, values = self.model, self.values
        if model.places is None or model.opened is None or answer.chosen is None or values is None:
            return answer
        return replace(answer, places=values[model.places] > 0, opened=values[model.opened])


def _hint(instance: Instance, answer: Answer | None) -> Ints | None:
    """The first variables of the model as another search left them: edges, places where these are more, groups."""
    if answer is None or answer.chosen is None:
        return None
    edges = answer.chosen.astype(np.int64)
    if instance.groups is None or answer.places is None or answer.opened is None:
        return edges
    often = np.bincount(instance.groups.edge, minlength=len(edges))
    places = answer.places.astype(np.int64) if (often > 1).any() else edges[:0]
    return np.concatenate([edges, places, answer.opened])


def _link(model: Model, instance: Instance) -> None:
    """Rows under which linked mentees have the same mentor."""
    sets = [names for item in instance.unmet if isinstance(item, Links) for names in item.sets]
    if sets and instance.groups is not None:
        raise UnsupportedError("no solver here can keep Linked in groups: rules.Together says who sits in one group")
    mentee, mentor = instance.labels.label("mentee"), instance.labels.label("mentor")
    for one, other in (both for names in sets for both in pairwise(names)):
        mine, theirs = np.flatnonzero(mentee == one), np.flatnonzero(mentee == other)
        for boss in np.union1d(mentor[mine], mentor[theirs]).tolist():
            here, there = mine[mentor[mine] == boss], theirs[mentor[theirs] == boss]
            model.row(np.concatenate([here, there]), np.repeat([1, -1], [len(here), len(there)]), 0, 0)


def _stable(model: Model, instance: Instance) -> None:
    """Rows under which nobody would leave, where a rule asks for it."""
    from mmatch.solvers._stability import forbid_blocking

    for item in instance.unmet:
        if isinstance(item, NoBlocking):
            forbid_blocking(model, instance, item)


def _outcome(goal: Goal, found: Found) -> Outcome:
    """What a search says of a probe."""
    if found.infeasible:
        return "refuted"
    if found.chosen is None or any(_broken(row, found.chosen) for row in goal.rows):
        return "open"
    if goal.top is None or goal.reached(found.chosen) == goal.top:
        return "held"
    return "refuted" if found.optimal else "open"


def _same(goal: Goal, other: Goal) -> bool:
    """Whether a held probe has looked for just this already: with rows that its answer keeps, so the answer stands."""
    same = np.array_equal(goal.variables, other.variables) and np.array_equal(goal.coefficients, other.coefficients)
    return same and other.probe and not goal.probe and goal.top is None


def _broken(row: Row, chosen: Bools) -> bool:
    """Whether a choice breaks a row over edges: floats keep it only nearly. Behind them may stand who is served."""
    own = row.variables < len(chosen)
    used = chosen[row.variables[own]]
    total: int = sum(row.coefficients[own][used].tolist())
    return bool(used.any()) and total + sum(row.coefficients[~own].tolist()) < row.lower


def _tell(instance: Instance, best: Bools | None, watch: Watch, number: int) -> None:
    if watch.progress is not None and best is not None:
        grouped = [isinstance(stage, Total) and bool(stage.grouped) for stage in instance.stages]
        done = min(instance.tiers_within(number), instance.tiers_within([*grouped, True].index(True)))
        watch.tell("tiers", done, len(instance.tiers), tier_values(instance, best, done))


def _goals(instance: Instance, model: Model, watch: Watch) -> Generator[tuple[int, Goal], Outcome | None, None]:
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


def _sum_goal(
    instance: Instance, model: Model, stage: Total | Count | Product, reached: Callable[[Bools], int]
) -> Goal:
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
    from mmatch.solvers._stability import count_blocking

    if isinstance(term, Blocking):
        return [count_blocking(model, instance, term)]
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
    sets = _members(instance.labels.label("mentee"), instance.labels.count("mentee"))
    return np.concatenate([model.served(edges) for _, edges in sets])


def _best_totals(instance: Instance, stage: Worst) -> list[int]:
    """What each mentee who asks could have with all the best ones."""
    wanted = np.bincount(instance.labels.mentee_of_request, weights=instance.labels.wanted).astype(np.int64).tolist()
    sets = _members(instance.labels.label("mentee"), len(wanted))
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
    for who, edges in _members(instance.labels.label("mentee"), instance.labels.count("mentee")):
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


def _worse(instance: Instance, chosen: Bools, best: Bools, stage: int) -> bool:
    """Whether a choice lost something in the stages before: floats may, and then it is not believed."""
    stages = [s for s in instance.stages[:stage] if not (isinstance(s, Total) and s.grouped)]
    totals = ([stage_total(instance, s, c) for s in stages] for c in (chosen, best))
    lost: bool = next(totals) < next(totals)
    return lost


def _partial(
    instance: Instance,
    best: Bools | None,
    stages: int,
    stopped: str | None,
    bound: tuple[int, int | None] = (-1, None),
) -> Answer:
    """An answer with so many stages done."""
    if best is None:
        return Answer(Status.UNKNOWN, stopped=stopped)
    done = instance.tiers_within(stages)
    limit: Fraction | None = None
    number, amount = bound
    if amount is not None and number == stages and done < len(instance.tiers) and not instance.tiers[done].vector:
        stage = instance.tiers[done].stages[0]
        limit = amount * stage.unit + (Fraction(0) if isinstance(stage, Worst) else stage.constant)
    return Answer(Status.FEASIBLE, best, done, stopped=stopped, limit=limit)


def time_left(watch: Watch, goal: Goal) -> float | None:
    """Seconds for one search; None without a limit."""
    limits = [] if watch.deadline is None else [watch.deadline - time.monotonic()]
    limits += [] if goal.seconds is None else [goal.seconds]
    return max(min(limits), 0.01) if limits else None


def with_evidence(instance: Instance, answer: Answer) -> Answer:
    """The answer with prices and multipliers that bound a worst-off of several seats, and the sums behind it."""
    if answer.status == Status.INFEASIBLE:
        return replace(answer, cut=shortage_cut(instance))
    found = None if answer.chosen is None else evidence(instance, answer.chosen)
    return answer if found is None else replace(answer, prices=found[0], multipliers=found[1], cases=found[2])
