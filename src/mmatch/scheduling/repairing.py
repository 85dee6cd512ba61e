"""Better dates for many matches that hang together: a few give up theirs and take turns again, over and over.

For components that no model of all matches settles. Schrimpf and others: Record breaking optimization results using the
ruin and recreate principle (2000).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmatch.scheduling.feasibility import Chosen, held, total

if TYPE_CHECKING:
    from mmatch.instance import Watch
    from mmatch.scheduling.free_time import Task

TRIES, IDLE = 8, 2  # for each match, and of them without success, after which the search ends
MOST_FREED = 6  # matches that give up their dates at a time
Insert = Callable[[Sequence["Task"], Sequence[Chosen], int], Chosen]


def repaired(
    tasks: Sequence[Task], start: Sequence[Chosen], wanted: Sequence[Chosen], insert: Insert, watch: Watch
) -> list[Chosen]:
    """Dates that are as good as those at the start, or better.

    Args:
        tasks: matches that share people.
        start: dates that can be together.
        wanted: what each match would have alone.
        insert: dates of one match beside all others, None where it finds none.
        watch: when to stop.
    """
    draw, dates = np.random.default_rng(0), list(start)
    near, idle = _neighbours(tasks), 0
    for _ in range(TRIES * len(tasks)):
        unhappy = [k for k in range(len(tasks)) if dates[k] != wanted[k]]
        if not unhappy or idle > IDLE * len(tasks) or watch.reason() is not None:
            break
        seed = int(draw.choice(unhappy))
        freed = _freed(tasks, (dates, wanted), seed, near[seed], draw)
        tried = _again(tasks, dates, freed, (near, insert))
        before, now = _worth(tasks, dates, freed), _worth(tasks, tried, freed)
        idle = 0 if now > before else idle + 1
        dates = tried if now >= before else dates
    return dates


def _worth(tasks: Sequence[Task], dates: Sequence[Chosen], numbers: Sequence[int]) -> tuple[int, int]:
    """What some matches have; of all where what is alone in a day counts, too."""
    mine = range(len(tasks)) if tasks[0].wishes.adjacent else numbers
    placed, price = total([tasks[k] for k in mine], [dates[k] for k in mine])
    return placed, -price


def _neighbours(tasks: Sequence[Task]) -> list[list[int]]:
    """For each match the others that somebody attends, too."""
    mine: dict[str, list[int]] = {}
    for k, task in enumerate(tasks):
        for who in task.people:
            mine.setdefault(who, []).append(k)
    return [sorted({j for who in task.people for j in mine[who]} - {k}) for k, task in enumerate(tasks)]


def _freed(
    tasks: Sequence[Task],
    known: tuple[Sequence[Chosen], Sequence[Chosen]],
    seed: int,
    near: list[int],
    draw: np.random.Generator,
) -> list[int]:
    """The match that is to have better dates, those in its way, and some more, in the order of their turns."""
    dates, wanted = known
    taken = [(s.start, s.end) for s in held([tasks[seed]], [wanted[seed]])]
    blocking = [
        k
        for k in near
        if any(s.start < end and start < s.end for s in held([tasks[k]], [dates[k]]) for start, end in taken)
    ]
    others = [k for k in near if k not in blocking]
    more = draw.permutation(others).tolist()[: max(int(draw.integers(1, MOST_FREED)) - len(blocking), 0)]
    rest = draw.permutation([*blocking[:MOST_FREED], *more]).astype(int).tolist()
    return [seed, *rest]


def _again(
    tasks: Sequence[Task], dates: Sequence[Chosen], freed: list[int], known: tuple[list[list[int]], Insert]
) -> list[Chosen]:
    """The dates once these matches have taken turns again."""
    near, insert = known
    found = list(dates)
    for k in freed:
        found[k] = None
    for k in freed:
        company = [k, *near[k]]
        found[k] = insert([tasks[j] for j in company], [found[j] for j in company], 0)
    return found
