"""Dates component by component: matches that share people or rooms, directly or through others.

Dates that suit every match on its own are a bound on all dates of a component. Where they can be held together they are
the best. Otherwise one CP-SAT model of the component finds the best dates. A component that is too large for that gets
good dates, neighbourhood by neighbourhood, and the bound says how much better any dates can be.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

from mmatch.errors import InputError, Problem, excerpt
from mmatch.instance import Watch
from mmatch.scheduling.cpsat_dates import best_together
from mmatch.scheduling.feasibility import Chosen, Rooms, fits, least_loose, spread, total, worth
from mmatch.scheduling.insertion import Surroundings, inserted, without_taken
from mmatch.scheduling.large_components import NeighbourhoodSearch, RoomPrices
from mmatch.scheduling.single_match import IMPOSSIBLE, cheapest_dates, cost, narrowed
from mmatch.scheduling.tasks import Task

T = TypeVar("T")

LARGE, LARGE_WITH_ROOMS = 120, 12  # matches, beyond which one model is not searched to its end
BOUNDING = 0.3  # of the time of the neighbourhood search, for a bound that takes the rooms into account
TURNS, PATIENCE = 40, 3  # how often prices of rooms change at most; without success, before steps are half as long
PROOF = 20.0  # of CP-SAT for one model of a large component, in its deterministic units


@dataclass(eq=False)
class RunLimits(Watch):
    """When to stop, and what Ctrl-C does: with ``returns`` it ends the search and keeps what was found."""

    returns: bool = False
    interrupted: bool = False
    is_cut: bool = False  # a component had no more time

    @classmethod
    def of(cls, time_limit: Any, cancel: threading.Event | None, on_interrupt: str) -> RunLimits:
        """When to stop.

        Raises:
            InputError: arguments of another form.
        """
        if time_limit is not None and (type(time_limit) not in {int, float} or not 0 <= time_limit < 10**9):
            raise InputError(
                Problem("argument", "time_limit", f"found {excerpt(time_limit)}, expected seconds, or None")
            )
        if cancel is not None and not hasattr(cancel, "is_set"):
            raise InputError(Problem("argument", "cancel", f"found {excerpt(cancel)}, expected a threading.Event"))
        if on_interrupt not in ("raise", "return"):
            text = f'found {excerpt(on_interrupt)}, expected "raise" or "return"'
            raise InputError(Problem("argument", "on_interrupt", text))
        deadline = None if time_limit is None else time.monotonic() + time_limit
        return cls(deadline, cancel, returns=on_interrupt == "return")

    def reason(self) -> str | None:
        """Why to stop now: "interrupted", "cancelled", "time_limit", or None."""
        return "interrupted" if self.interrupted else super().reason()

    def stopped(self) -> str | None:
        """Why not everything was searched to its end."""
        return self.reason() or ("time_limit" if self.is_cut else None)

    def finished(self, call: Callable[[], T]) -> T:
        """What a short call gives, also where the first Ctrl-C falls into it and the best so far is wanted."""
        try:
            return call()
        except KeyboardInterrupt:
            if not self.returns or self.interrupted:
                raise
            self.interrupted = True
            return call()

    @contextmanager
    def part(self, parts: float) -> Iterator[None]:
        """Less time meanwhile: one of some parts of what is left."""
        deadline = self.deadline
        if deadline is not None:
            now = time.monotonic()
            self.deadline = now + max(deadline - now, 0) / parts
        try:
            yield
        finally:
            self.deadline = deadline


class DateComponent(NamedTuple):
    """The numbers of matches that share people or rooms, and the sites whose rooms they share."""

    numbers: list[int]
    sites: list[str]


@dataclass(frozen=True, slots=True)
class Placed:
    """Dates of the tasks of one component (None for a task without), and the bound: (most tasks, least cost)."""

    dates: tuple[Chosen, ...]
    bound: tuple[int, int]
    exact: bool


def joined_by(things: Sequence[Iterable[object]]) -> list[list[int]]:
    """Numbers of rows that share things, directly or through others."""
    import networkx as nx

    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(range(len(things)))
    graph.add_edges_from((k, ("thing", thing)) for k, row in enumerate(things) for thing in row)
    return [sorted(node for node in part if type(node) is int) for part in nx.connected_components(graph)]


def components_of(tasks: Sequence[Task], shared: Collection[str]) -> list[DateComponent]:
    """The independent components of a schedule, given the sites whose rooms are shared."""
    sites = [
        {site for site, fixed in zip(task.sites, task.fixed, strict=True) if site in shared and not fixed}
        for task in tasks
    ]
    things = [[*task.people, *(("site", site) for site in own)] for task, own in zip(tasks, sites, strict=True)]
    return [DateComponent(numbers, sorted(set().union(*(sites[k] for k in numbers)))) for numbers in joined_by(things)]


def place_all(tasks: Sequence[Task], rooms: Sequence[Rooms], limits: RunLimits) -> Iterator[tuple[list[int], Placed]]:
    """Dates for one component after another, those without rooms first: (numbers of tasks, their dates).

    Components that share rooms divide the time, so that none takes the time of those after it.
    """
    components = components_of(tasks, {site.site for site in rooms})
    components.sort(key=lambda component: len(component.sites) > 0)
    for number, (numbers, sites) in enumerate(components):
        own = [tasks[k] for k in numbers]
        if not sites:
            yield numbers, place(own, limits)
            continue
        with limits.part(len(components) - number):
            found = place(own, limits, [site for site in rooms if site.site in sites])
            limits.is_cut |= limits.reason() == "time_limit"
        yield numbers, found


def place(tasks: Sequence[Task], limits: RunLimits | None = None, rooms: Sequence[Rooms] = ()) -> Placed:
    """The best dates of one component.

    Args:
        tasks: matches that share people, or rooms.
        limits: when to stop and take the best so far; None is never.
        rooms: sites whose rooms are shared.
    """
    limits = limits or RunLimits()
    tasks = [without_taken(task, (), rooms) for task in tasks] if rooms else tasks
    ideal = _without_sharing_rooms(tasks, rooms, limits) if rooms else _each_alone(tasks)
    if ideal.exact:
        return ideal
    possible = [k for k, task in enumerate(tasks) if cheapest_dates(task) is not None]
    known = replace(ideal, dates=tuple(ideal.dates[k] for k in possible))
    best = _searched([tasks[k] for k in possible], known, rooms, limits)
    return replace(best, dates=tuple(spread(len(tasks), [(possible, best.dates)])))


def _each_alone(tasks: Sequence[Task]) -> Placed:
    """What each match would have on its own; exact where all of it can be held."""
    dates = [cheapest_dates(task) for task in tasks]
    own = [(task, chosen) for task, chosen in zip(tasks, dates, strict=True) if chosen is not None]
    bound = len(own), sum(cost(*pair) for pair in own) + least_loose([task for task, _ in own])
    return Placed(tuple(dates), bound, total(tasks, dates) == bound and fits(tasks, dates))


def _without_sharing_rooms(tasks: Sequence[Task], rooms: Sequence[Rooms], limits: RunLimits) -> Placed:
    """What matches that share people would have with rooms for all; exact where the rooms are enough."""
    components = joined_by([task.people for task in tasks])
    found = [place([tasks[k] for k in numbers], limits) for numbers in components]
    dates = spread(len(tasks), zip(components, (part.dates for part in found), strict=True))
    bound = sum(part.bound[0] for part in found), sum(part.bound[1] for part in found)
    return Placed(tuple(dates), bound, all(part.exact for part in found) and fits(tasks, dates, rooms))


def _bound_with_rooms(
    tasks: Sequence[Task], rooms: Sequence[Rooms], known: tuple[int, int], reached: tuple[int, int], limits: RunLimits
) -> tuple[int, int]:
    """A bound on all dates that takes the rooms into account, not below the known one.

    The steps are those of Held, Wolfe and Crowder: Validation of subgradient optimization (1974).
    """
    aim = reached[1] if reached[0] == known[0] else known[1] + known[1] // 10
    prices, best, pace, idle = RoomPrices(tasks, rooms), RoomPrices(tasks, rooms), 1.0, 0
    most = -IMPOSSIBLE
    for _ in range(TURNS):
        if limits.reason() is not None:
            break
        alone = _each_alone(prices.added())  # quick; people's other matches count only in the last step
        least = alone.bound[1] - prices.of_all_rooms
        if least > most:
            most, best, idle = least, prices, 0
        else:
            idle += 1
        if idle == PATIENCE:
            pace, idle = pace / 2, 0
        missing = prices.missing(alone.dates)
        if not missing.any():
            break
        prices = prices.raised(missing, pace * (aim - least) / int((missing**2).sum()))
    found = _without_sharing_rooms(best.added(), (), limits)
    least = found.bound[1] - best.of_all_rooms
    return known[0], max(known[1], least) if found.bound[0] == known[0] else known[1]


def _one_by_one(tasks: Sequence[Task], rooms: Sequence[Rooms], limits: RunLimits) -> list[Chosen]:
    """A first answer: one match after another takes the cheapest dates that those before it leave.

    In their order, so that of equally good dates the first match has the cheapest; or those with few starts first.
    Ctrl-C ends it after the first of the two.
    """
    numbers = range(len(tasks))
    answers: list[list[Chosen]] = []
    for order in (numbers, sorted(numbers, key=lambda k: (len(tasks[k].starts[0]), k))):
        if answers and limits.interrupted:
            break
        dates: list[Chosen] = [None] * len(tasks)
        others = Surroundings(tasks, dates, rooms)  # of those that have dates by then
        for k in sorted(order, key=lambda k: not any(tasks[k].fixed)):
            dates[k] = limits.finished(partial(inserted, tasks[k], others))
        answers.append(dates)
    return max(answers, key=lambda dates: worth(tasks, dates))


def _searched(tasks: Sequence[Task], ideal: Placed, rooms: Sequence[Rooms], limits: RunLimits) -> Placed:
    """Better dates of a component; at Ctrl-C what there is."""
    search = NeighbourhoodSearch(tasks, _one_by_one(tasks, rooms, limits), ideal.dates, rooms)
    bound, exact = ideal.bound, False
    try:
        is_large = len(tasks) > (LARGE_WITH_ROOMS if rooms else LARGE)
        if is_large and rooms:
            with limits.part(1 + BOUNDING):
                search.run(limits)
            bound = _bound_with_rooms(tasks, rooms, bound, total(tasks, search.dates), limits)
        elif is_large:
            search.run(limits)
        exact = total(tasks, search.dates) == bound
        if not exact and limits.reason() is None:
            some = list(tasks)
            if None not in search.dates:  # only starts that some dates use which cost no more than these
                cheapest = [cost(task, cheapest_dates(task) or ()) for task in tasks]
                spare = total(tasks, search.dates)[1] - sum(cheapest) - least_loose(tasks)
                some = [narrowed(task, least + spare) for task, least in zip(tasks, cheapest, strict=True)]
            found = best_together(some, search.dates, limits, rooms, work=PROOF if is_large else None)
            search.dates = max(search.dates, found.dates, key=lambda dates: worth(tasks, dates))
            exact = found.bound == total(tasks, search.dates)  # what the model says, and what the dates cost
            bound = max(bound, found.bound or bound, key=lambda pair: (-pair[0], pair[1]))
    except KeyboardInterrupt:
        if not limits.returns:
            raise
        limits.interrupted = True
    return Placed(tuple(search.dates), total(tasks, search.dates) if exact else bound, exact)
