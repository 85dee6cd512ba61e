"""How many mentees can have dates in any matching: one model of all pairs that may meet and all their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.instance.compiled import Compiled
from mmatch.matching import Match
from mmatch.scheduling.cpsat_dates import Choice, best_together
from mmatch.scheduling.feasibility import Rooms
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.schedule_settings import format_name, key_of
from mmatch.scheduling.single_match import IMPOSSIBLE
from mmatch.scheduling.tasks import task_of
from mmatch.stages import Total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.candidates.edges import Edges
    from mmatch.cohort import Cohort
    from mmatch.instance import Instance
    from mmatch.program import Program
    from mmatch.scheduling.dates_by_component import RunLimits
    from mmatch.scheduling.plans import Schedule

MOST_PAIRS, MOST_STARTS = 3_000, 150_000  # of one model
WORK = 20.0  # of CP-SAT in its deterministic units, where no time limit is given

Pair = tuple[str, str, str]


def most_dated(
    cohort: Cohort, program: Program, known: Schedule, limits: RunLimits
) -> tuple[list[Pair], int | None] | None:
    """(pairs that can all have dates, how many mentees can have dates in any matching); None beyond the model's reach.

    Args:
        cohort: the facts.
        program: the policy, resolved.
        known: dates to begin with.
        limits: when to stop.
    """
    instance, edges = Compiled(cohort, program).compiled
    if instance.groups is not None or instance.unmet or edges.slot is not None or len(edges) > MOST_PAIRS:
        return None
    settings = known.settings
    free_time = FreeTime(cohort, settings)
    matches = _matches(cohort, edges)
    tasks = [task_of(match, format_name(cohort, program, match), free_time) for match in matches]
    open_tasks = [k for k, task in enumerate(tasks) if task.is_open]
    if sum(len(times) for k in open_tasks for times in tasks[k].starts) > MOST_STARTS:
        return None
    place = {edge: k for k, edge in enumerate(open_tasks)}
    sets = []
    for family in instance.bounds:
        inside = [edge for edge in open_tasks if family.label[edge] != NONE]
        labels = family.label[inside]
        for label in np.unique(labels).tolist():
            members = [place[edge] for edge, own in zip(inside, labels.tolist(), strict=True) if own == label]
            if len(members) > family.upper[label]:
                sets.append((members, int(family.upper[label])))
    prices = _prices(instance)
    dates = {key_of(plan.match): tuple(session.start for session in plan.sessions) for plan in known.plans}
    start = [dates.get(key_of(matches[k])) for k in open_tasks]
    rooms = [Rooms(site, len(names)) for site, names in settings.rooms.items()]
    work = WORK if limits.deadline is None else None
    choice = Choice(sets, [prices[k] for k in open_tasks])
    found = best_together([tasks[k] for k in open_tasks], start, limits, rooms, work=work, choice=choice)
    pairs = [matches[k] for k, chosen in zip(open_tasks, found.dates, strict=True) if chosen is not None]
    most = None if found.bound is None else found.bound[0]
    return [(match.mentor, match.mentees[0], match.topic) for match in pairs], most


def _matches(cohort: Cohort, edges: Edges) -> list[Match]:
    """Every pair that may meet, as a match of its own."""
    offers, requests, tree = cohort.offers, cohort.requests, cohort.topic_tree
    ids = cohort.people.ids
    return [
        Match(
            ids[offers.owner[offer]],
            (ids[requests.owner[request]],),
            tree.names[offers.topic[offer]],
            offers.ids[offer],
            (tree.labels[requests.topic[request]],),
        )
        for offer, request in zip(
            edges.offer_rows[edges.offer].tolist(), edges.request_rows[edges.request].tolist(), strict=True
        )
    ]


def _prices(instance: Instance) -> Sequence[int]:
    """What each pair lacks in the first stages that are sums of pairs, as few numbers as fit into one."""
    price, most = np.zeros(len(instance.request), dtype=object), 1
    for stage in instance.stages:
        if not isinstance(stage, Total) or not stage.plain:
            break
        lack = int(stage.weights.max(initial=0)) - stage.weights
        radix = 1 + int(lack.max(initial=0)) * len(instance.request)
        if most * radix * len(instance.request) ** 2 >= IMPOSSIBLE:
            break
        price, most = price * radix + lack, most * radix
    found: list[int] = price.tolist()
    return found
