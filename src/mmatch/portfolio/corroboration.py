"""Complete searches by CP-SAT and HiGHS, on models built in different ways: what both find is corroborated."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mmatch.instance import Answer, Watch
from mmatch.matching import Status
from mmatch.portfolio.time_budget import waited
from mmatch.solvers.cpsat import CpSat
from mmatch.solvers.milp import Milp

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.exact import Exact
    from mmatch.instance import Instance

FIRST_SHARE = 0.7  # of the time for the first of two searches
PATIENCE, LEAST_SECONDS = 3, 10  # with the second one: so many times as long, or so many seconds


def by_two(instance: Instance, watch: Watch) -> Answer:
    """The better of two complete searches; where both end and agree, both are named.

    "Infeasible" only where both say so.
    """
    start = time.monotonic()
    first = CpSat().solve(instance, _share(watch, FIRST_SHARE))
    watch.best, took = first, time.monotonic() - start
    if watch.reason() is not None:
        return first
    if first.status == Status.INFEASIBLE and first.evidence is not None:
        return first
    second: Answer = waited(watch, Milp().solve, instance, _within(watch, max(PATIENCE * took, LEAST_SECONDS)))
    if Status.INFEASIBLE in {first.status, second.status}:
        return _none(first, second)
    return _better(instance, first, second)


def seconded(instance: Instance, answer: Answer, watch: Watch) -> Answer:
    """What a relaxation and its tree leave open, complete searches may settle.

    One that ends claims the optimum, two that agree corroborate it.
    """
    for solver in (Milp(), CpSat()):
        if watch.reason() is not None:
            break
        other: Answer = waited(watch, solver.solve, instance, replace(watch, best=answer))  # a hint to begin with
        if other.status != Status.OPTIMAL or totals(instance, other) < totals(instance, answer):
            continue
        agreed = totals(instance, other) == totals(instance, answer)
        claims = (*(answer.agreement if agreed else ()), (solver.name, "optimal"))
        answer = replace(answer, chosen=other.chosen, places=other.places, opened=other.opened, agreement=claims)
    if not answer.agreement:
        return replace(answer, stopped=watch.reason())
    return replace(answer, status=Status.OPTIMAL, tiers_done=len(instance.tiers), limit=None, stopped=None)


def totals(instance: Instance, answer: Answer) -> tuple[Exact, ...]:
    """The exact totals of all tiers, aims about who sits together too."""
    chosen = np.zeros(0, dtype=bool) if answer.chosen is None else answer.chosen
    return tuple(instance.totals(chosen, match=_matches(instance, answer)))


def _matches(instance: Instance, answer: Answer) -> Ints | None:
    """The number of the match of each chosen edge: a group that opens several times is dealt round."""
    groups = instance.groups
    if groups is None or answer.places is None or answer.opened is None:
        return None
    places = np.flatnonzero(answer.places)
    group = groups.group[places]
    before = np.cumsum(answer.opened) - answer.opened
    within = np.arange(len(group)) - np.searchsorted(group, group)
    number = before[group] + within % np.maximum(answer.opened[group], 1)
    order: Ints = number[np.argsort(groups.edge[places], kind="stable")]
    return order


def _share(watch: Watch, share: float) -> Watch:
    """A share of the time that is left, with the same ears."""
    if watch.deadline is None:
        return watch
    now = time.monotonic()
    return replace(watch, deadline=now + max(watch.deadline - now, 0) * share)


def _within(watch: Watch, seconds: float) -> Watch:
    """At most so many seconds more."""
    end = time.monotonic() + seconds
    return replace(watch, deadline=end if watch.deadline is None else min(end, watch.deadline))


def _none(first: Answer, second: Answer) -> Answer:
    """Nothing exists where both say so; where one has found something, the other is wrong, and may be in more."""
    if first.status == second.status:
        return replace(first, agreement=(("cpsat", "infeasible"), ("milp", "infeasible")))
    found = first if first.chosen is not None else second
    if found.chosen is None:
        return Answer(Status.UNKNOWN, stopped=found.stopped)
    return replace(found, status=Status.FEASIBLE, tiers_done=0, limit=None)


def _better(instance: Instance, first: Answer, second: Answer) -> Answer:
    if first.chosen is None or second.chosen is None:
        return second if first.chosen is None else first
    one, other = totals(instance, first), totals(instance, second)
    if one == other and first.status == second.status == Status.OPTIMAL:
        return replace(first, agreement=(("cpsat", "optimal"), ("milp", "optimal")))
    claims = [answer for answer in (first, second) if answer.status == Status.OPTIMAL]
    found = first if one >= other else second
    if found.status == Status.OPTIMAL or not claims:
        return found
    return replace(
        found, status=Status.FEASIBLE, tiers_done=0, limit=None
    )  # one claims to be best, the other is better
