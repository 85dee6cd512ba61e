"""Dates component by component: matches that share people or rooms, directly or through others.

Dates that suit every match on its own are a bound on all dates of a component. Where they can be held together they are
the best. Otherwise one CP-SAT model of the component finds the best dates. A component that is too large for that gets
good dates, neighbourhood by neighbourhood, and the bound says how much better any dates can be.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from mmatch.instance import Watch
from mmatch.scheduling.cpsat_search import best_together
from mmatch.scheduling.feasibility import Chosen, Rooms, fits, least_loose, total, worth
from mmatch.scheduling.insertion import Surroundings, inserted, without_taken
from mmatch.scheduling.large_neighbourhoods import NeighbourhoodSearch
from mmatch.scheduling.room_prices import RoomPrices
from mmatch.scheduling.run_limits import RunLimits
from mmatch.scheduling.single_match import IMPOSSIBLE, cheapest_dates, cost, narrowed

if TYPE_CHECKING:
    from mmatch.scheduling.tasks import Task

LARGE, LARGE_WITH_ROOMS = 120, 12  # matches, beyond which one model is not searched to its end
BOUNDING = 0.3  # of the time of the neighbourhood search, for a bound that takes the rooms into account
TURNS, PATIENCE = 40, 3  # how often prices of rooms change at most; without success, before steps are half as long
PROOF = 20.0  # of CP-SAT for one model of a large component, in its deterministic units


class Component(NamedTuple):
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
    root = list(range(len(things)))

    def find(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    seen: dict[object, int] = {}
    for k, row in enumerate(things):
        for thing in row:
            root[find(k)] = find(seen.setdefault(thing, k))
    found: dict[int, list[int]] = {}
    for k in range(len(things)):
        found.setdefault(find(k), []).append(k)
    return list(found.values())


def components_of(tasks: Sequence[Task], rooms: Mapping[str, int]) -> list[Component]:
    """The independent components of a schedule."""
    sites = [
        {site for site, fixed in zip(task.sites, task.fixed, strict=True) if site in rooms and not fixed}
        for task in tasks
    ]
    things = [[*task.people, *(("site", site) for site in own)] for task, own in zip(tasks, sites, strict=True)]
    return [Component(numbers, sorted(set().union(*(sites[k] for k in numbers)))) for numbers in joined_by(things)]


def place_all(tasks: Sequence[Task], rooms: Mapping[str, int], watch: Watch) -> Iterator[tuple[list[int], Placed]]:
    """Dates for one component after another: (numbers of tasks, their dates).

    Args:
        tasks: all matches.
        rooms: how many each site has; sites that are not named have enough.
        watch: when to stop.
    """
    components = sorted(components_of(tasks, rooms), key=lambda component: len(component.sites) > 0)
    for number, (numbers, sites) in enumerate(components):
        own = [tasks[k] for k in numbers]
        if not sites:
            yield numbers, place(own, watch)
            continue
        share = _share(watch, len(components) - number)
        yield numbers, place(own, share, [Rooms(site, rooms[site]) for site in sites])
        if isinstance(watch, RunLimits) and isinstance(share, RunLimits):
            watch.take_note_of(share)


def _share(watch: Watch, components: float) -> Watch:
    """A watch for the next of some components, so that none takes the time of those after it."""
    if watch.deadline is None or components == 1:
        return watch
    now = time.monotonic()
    return replace(watch, deadline=now + max(watch.deadline - now, 0) / components)


def place(tasks: Sequence[Task], watch: Watch | None = None, rooms: Sequence[Rooms] = ()) -> Placed:
    """The best dates of one component.

    Args:
        tasks: matches that share people, or rooms.
        watch: when to stop and take the best so far; None is never.
        rooms: sites whose rooms are shared.
    """
    watch = Watch() if watch is None else watch
    tasks = [without_taken(task, (), rooms) for task in tasks] if rooms else tasks
    ideal = _without_sharing_rooms(tasks, rooms, watch) if rooms else _each_alone(tasks)
    if ideal.exact:
        return ideal
    possible = [k for k, task in enumerate(tasks) if cheapest_dates(task) is not None]
    some = [tasks[k] for k in possible]
    known = replace(ideal, dates=tuple(ideal.dates[k] for k in possible))
    best = _searched(some, _one_by_one(some, rooms), known, rooms, watch)
    dates: list[Chosen] = [None] * len(tasks)
    for k, chosen in zip(possible, best.dates, strict=True):
        dates[k] = chosen
    return replace(best, dates=tuple(dates))


def _each_alone(tasks: Sequence[Task]) -> Placed:
    """What each match would have on its own; exact where all of it can be held."""
    dates = [cheapest_dates(task) for task in tasks]
    own = [(task, chosen) for task, chosen in zip(tasks, dates, strict=True) if chosen is not None]
    bound = len(own), sum(cost(*pair) for pair in own) + least_loose([task for task, _ in own])
    return Placed(tuple(dates), bound, total(tasks, dates) == bound and fits(tasks, dates))


def _without_sharing_rooms(tasks: Sequence[Task], rooms: Sequence[Rooms], watch: Watch) -> Placed:
    """What matches that share people would have with rooms for all; exact where the rooms are enough."""
    dates: list[Chosen] = [None] * len(tasks)
    most = least = 0
    exact = True
    for numbers in joined_by([task.people for task in tasks]):
        found = place([tasks[k] for k in numbers], watch)
        most, least, exact = most + found.bound[0], least + found.bound[1], exact and found.exact
        for k, chosen in zip(numbers, found.dates, strict=True):
            dates[k] = chosen
    return Placed(tuple(dates), (most, least), exact and fits(tasks, dates, rooms))


def _bound_with_rooms(
    tasks: Sequence[Task], rooms: Sequence[Rooms], known: tuple[int, int], reached: tuple[int, int], watch: Watch
) -> tuple[int, int]:
    """A bound on all dates that takes the rooms into account, not below the known one.

    The steps are those of Held, Wolfe and Crowder: Validation of subgradient optimization (1974).
    """
    aim = reached[1] if reached[0] == known[0] else known[1] + known[1] // 10
    prices, best, pace, idle = RoomPrices(tasks, rooms), RoomPrices(tasks, rooms), 1.0, 0
    most = -IMPOSSIBLE
    for _ in range(TURNS):
        if watch.reason() is not None:
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
    found = _without_sharing_rooms(best.added(), (), watch)
    least = found.bound[1] - best.of_all_rooms
    return known[0], max(known[1], least) if found.bound[0] == known[0] else known[1]


def _one_by_one(tasks: Sequence[Task], rooms: Sequence[Rooms]) -> list[Chosen]:
    """A first answer: one match after another takes the cheapest dates that those before it leave.

    In their order, so that of equally good dates the first match has the cheapest; or those with few starts first.
    """
    numbers = range(len(tasks))
    answers = []
    for order in (numbers, sorted(numbers, key=lambda k: (len(tasks[k].starts[0]), k))):
        dates: list[Chosen] = [None] * len(tasks)
        others = Surroundings(tasks, dates, rooms)  # of those that have dates by then
        for k in sorted(order, key=lambda k: not any(tasks[k].fixed)):
            dates[k] = inserted(tasks[k], others)
        answers.append(dates)
    return max(answers, key=lambda dates: worth(tasks, dates))


def _searched(
    tasks: Sequence[Task], start: Sequence[Chosen], ideal: Placed, rooms: Sequence[Rooms], watch: Watch
) -> Placed:
    """Better dates of a component; at Ctrl-C what there is."""
    search = NeighbourhoodSearch(tasks, start, ideal.dates, rooms)
    bound, exact = ideal.bound, False
    try:
        is_large = len(tasks) > (LARGE_WITH_ROOMS if rooms else LARGE)
        if is_large:
            search.run(_share(watch, 1 + BOUNDING) if rooms else watch)
        if is_large and rooms:
            bound = _bound_with_rooms(tasks, rooms, bound, total(tasks, search.dates), watch)
        exact = total(tasks, search.dates) == bound
        if not exact and watch.reason() is None:
            some = _narrowed(tasks, search.dates)
            found = best_together(some, search.dates, watch, rooms, work=PROOF if is_large else None)
            search.dates = max(search.dates, found.dates, key=lambda dates: worth(tasks, dates))
            exact = found.bound == total(tasks, search.dates)  # what the model says, and what the dates cost
            bound = max(bound, found.bound or bound, key=lambda pair: (-pair[0], pair[1]))
    except KeyboardInterrupt:
        if not (isinstance(watch, RunLimits) and watch.returns):
            raise
        watch.interrupted = True
    return Placed(tuple(search.dates), total(tasks, search.dates) if exact else bound, exact)


def _narrowed(tasks: Sequence[Task], dates: Sequence[Chosen]) -> list[Task]:
    """The tasks without starts that no dates use which cost less than these; all starts where a match has no dates."""
    if None in dates:
        return list(tasks)
    cheapest = [cost(task, cheapest_dates(task) or ()) for task in tasks]
    spare = total(tasks, dates)[1] - sum(cheapest) - least_loose(tasks)
    return [narrowed(task, least + spare) for task, least in zip(tasks, cheapest, strict=True)]
