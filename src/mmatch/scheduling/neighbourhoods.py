"""Rooms that matches of different people share: greedy, then one neighbourhood after the other, with an honest bound.

Rooms of a site are alike, so a site is a number of rooms at every minute, and who gets which is decided afterwards.
Without rooms the components are independent; what they cost then is a bound, and with rents for rooms a better one. Few
matches are solved to the end in one model. Of many, a neighbourhood of matches that compete for rooms is freed, all
others stay, and CP-SAT looks for something better there, again and again (Shaw: Using constraint programming and local
search methods to solve vehicle routing problems, 1998).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from mmatch.availability import DAY
from mmatch.scheduling.components import Placed, joined_by, place
from mmatch.scheduling.dates import Patience
from mmatch.scheduling.feasibility import Chosen, Held, Room, fits, held, total
from mmatch.scheduling.rents import least_with_rents

if TYPE_CHECKING:
    from mmatch.instance import Watch
    from mmatch.scheduling.free_time import Task

FEW = 12  # matches, up to which one model is solved to the end
SOME = 120  # matches, up to which one model is tried at the end
PROOF = 20.0  # of CP-SAT there, in its deterministic units
SIZES = (6, 60)  # matches of a neighbourhood, least and most
WORK = 0.5  # of CP-SAT for one neighbourhood, in its deterministic units
BOUNDING = 6  # the part of the time that is for the bound is one of so many
TRIES = 3  # without success for each component, after which the search ends


class Part(NamedTuple):
    """Matches that hang together: their numbers, which of them share people, and the sites whose rooms they share."""

    numbers: list[int]
    members: list[list[int]]
    sites: list[str]


def parts_of(tasks: Sequence[Task], rooms: Mapping[str, int]) -> Iterator[Part]:
    """The independent parts of a schedule: matches that share people or rooms, directly or through others."""
    groups = joined_by([task.people for task in tasks])
    needed = [{site for k in numbers for site in _sites(tasks[k], rooms)} for numbers in groups]
    for joined in joined_by([[*sites, ("own", k)] for k, sites in enumerate(needed)]):
        members = [groups[member] for member in joined]
        sites = set().union(*(needed[member] for member in joined))
        yield Part([k for numbers in members for k in numbers], members, sorted(sites))


def place_all(tasks: Sequence[Task], rooms: dict[str, int], watch: Watch) -> Iterator[tuple[list[int], Placed]]:
    """Dates for independent parts of a schedule: (numbers of tasks, dates).

    Args:
        tasks: all matches.
        rooms: how many each site has; sites that are not named have enough.
        watch: when to stop.
    """
    parts = sorted(parts_of(tasks, rooms), key=lambda part: (len(part.sites) > 0, len(part.numbers)))
    for number, part in enumerate(parts):
        mine = [tasks[k] for k in part.numbers]
        if not part.sites:
            yield part.numbers, place(mine, watch)
            continue
        places = {k: place for place, k in enumerate(part.numbers)}
        members = [[places[k] for k in numbers] for numbers in part.members]
        share = _share(watch, len(parts) - number)
        yield part.numbers, _shared(mine, members, [Room(site, rooms[site]) for site in part.sites], share)
        if isinstance(watch, Patience) and isinstance(share, Patience):
            watch.hear(share)


def _share(watch: Watch, parts: int) -> Watch:
    """A watch for the next one of some parts: none takes the time of those that come after it."""
    if watch.deadline is None or parts == 1:
        return watch
    now = time.monotonic()
    return replace(watch, deadline=now + max(watch.deadline - now, 0) / parts)


def _sites(task: Task, rooms: Mapping[str, int]) -> set[str]:
    return {site for site, fixed in zip(task.sites, task.fixed, strict=True) if site in rooms and not fixed}


def _shared(tasks: list[Task], parts: list[list[int]], rooms: list[Room], watch: Watch) -> Placed:
    """Dates of matches that share rooms."""
    found: list[Chosen] = [None] * len(tasks)
    placed = cheap = 0
    exact = True
    for numbers in parts:
        own = place([tasks[k] for k in numbers], watch)
        placed, cheap, exact = placed + own.bound[0], cheap + own.bound[1], exact and own.exact
        for k, chosen in zip(numbers, own.dates, strict=True):
            found[k] = chosen
    if fits(tasks, found, rooms):
        return Placed(tuple(found), (placed, cheap), exact)
    search = _Search(tasks, parts, rooms, watch)
    search.one_after_the_other(found)
    if len(tasks) <= FEW:
        whole = place(tasks, watch, rooms, search.dates)
        return Placed(whole.dates, whole.bound if whole.exact else (placed, cheap), whole.exact)
    cheap = _least(tasks, parts, rooms, (placed, cheap, total(tasks, search.dates)), watch)
    search.improve()
    reached = total(tasks, search.dates)
    if reached != (placed, cheap) and len(tasks) <= SOME and watch.reason() is None:
        whole = place(tasks, watch, rooms, search.dates, PROOF)  # few starts are left between value and bound
        return Placed(whole.dates, whole.bound if whole.exact else (placed, cheap), whole.exact)
    return Placed(tuple(search.dates), (placed, cheap), reached == (placed, cheap))


def _least(
    tasks: list[Task], parts: list[list[int]], rooms: list[Room], known: tuple[int, int, tuple[int, int]], watch: Watch
) -> int:
    """What dates cost at least with rooms as they are; a part of the time is for this."""
    placed, cheap, reached = known
    aim = reached[1] if reached[0] == placed else cheap + cheap // 10 + 1
    share = _share(watch, BOUNDING)
    found = least_with_rents(tasks, parts, rooms, (cheap, aim), share)
    if isinstance(watch, Patience) and isinstance(share, Patience):
        watch.interrupted |= share.interrupted
    return found


@dataclass(eq=False)
class _Search:
    """Dates that get better, neighbourhood by neighbourhood."""

    tasks: list[Task]
    parts: list[list[int]]
    rooms: list[Room]
    watch: Watch
    dates: list[Chosen] = field(default_factory=list)
    wanted: list[Chosen] = field(default_factory=list)
    idle: int = 0
    size: int = 12

    def one_after_the_other(self, wanted: Sequence[Chosen]) -> None:
        """Parts in the order of the dates that they want take what rooms are left."""
        self.wanted, self.dates = list(wanted), [None] * len(self.tasks)
        far = 2**62
        order = sorted(self.parts, key=lambda part: min((wanted[k] or (far,))[0] for k in part))
        for part in order:
            self._solve([part], work=WORK)

    def improve(self) -> None:
        """Free one neighbourhood after the other until nothing helps, or the watch says stop."""
        turn = 0
        while self.watch.reason() is None and self.idle < TRIES * len(self.parts):
            costly = [part for part in self.parts if self._excess(part)]
            if not costly:
                return
            costly.sort(key=lambda part: (-self._excess(part), part))
            part = costly[turn % len(costly)]
            turn += 1
            near = self._neighbours(part)
            self.idle = 0 if self._solve(near, work=WORK) else self.idle + 1

    def _excess(self, part: list[int]) -> int:
        """What a part costs more than it would with rooms of its own."""
        tasks = [self.tasks[k] for k in part]
        now, best = (total(tasks, [dates[k] for k in part]) for dates in (self.dates, self.wanted))
        return (best[0] - now[0]) * DAY * 100 + max(now[1] - best[1], 0) if now != best else 0

    def _neighbours(self, part: list[int]) -> list[list[int]]:
        """The part, and others whose sessions are at its sites about when it would like to be there."""
        mine = list(self._at_sites([part], self.wanted))
        near = []
        for other in self.parts:
            if other is not part:
                gaps = [
                    min((abs(s.start - m.start) for m in mine if m.task.sites[m.k] == s.task.sites[s.k]), default=2**62)
                    for s in self._at_sites([other], self.dates)
                ]
                near.append((min(gaps, default=2**62), other))
        near.sort(key=lambda row: (row[0], row[1]))
        chosen, count = [part], len(part)
        for _, other in near[self.idle % 3 :: 1 + self.idle % 2]:
            if count + len(other) > self.size:
                break
            chosen.append(other)
            count += len(other)
        return chosen

    def _at_sites(self, parts: list[list[int]], dates: Sequence[Chosen]) -> Iterator[Held]:
        sites = {room.site for room in self.rooms}
        numbers = [k for part in parts for k in part]
        for session in held([self.tasks[k] for k in numbers], [dates[k] for k in numbers]):
            if session.task.sites[session.k] in sites:
                yield session

    def _solve(self, parts: list[list[int]], work: float) -> bool:
        """Better dates for some parts while all others stay; whether there were any."""
        numbers = sorted(k for part in parts for k in part)
        tasks, inside = [self.tasks[k] for k in numbers], set(numbers)
        others = [k for k in range(len(self.tasks)) if k not in inside]
        used = list(held([self.tasks[k] for k in others], [self.dates[k] for k in others]))
        rooms = [
            Room(room.site, room.number, tuple((s.start, s.end) for s in used if s.task.sites[s.k] == room.site))
            for room in self.rooms
        ]
        before = [self.dates[k] for k in numbers]
        found = place(tasks, self.watch, rooms, before, work)
        if not found.exact:
            self.size = max(self.size - 2, SIZES[0])
        elif len(parts) > 1:
            self.size = min(self.size + 1, SIZES[1])
        (placed, price), (had, old) = total(tasks, found.dates), total(tasks, before)
        if (placed, -price) < (had, -old) or not fits(tasks, found.dates, rooms):
            return False
        for k, chosen in zip(numbers, found.dates, strict=True):
            self.dates[k] = chosen
        return (placed, -price) > (had, -old)
