"""New dates after changes, with as little moved as possible: `reschedule`."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mmatch.availability import DAY, Intervals, day_of
from mmatch.cohort import Cohort
from mmatch.errors import LimitError, Problem, expect
from mmatch.matching import Match
from mmatch.result import Result, check_answer
from mmatch.scheduling.dates_by_component import RunLimits, components_of
from mmatch.scheduling.diaries import moment
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.new_schedules import assembled
from mmatch.scheduling.plans import Plan, Schedule
from mmatch.scheduling.schedule_settings import Dates, Key, Settings, format_name, key_of, settings_of
from mmatch.scheduling.single_match import IMPOSSIBLE
from mmatch.scheduling.tasks import Task, task_of


def reschedule(  # noqa: PLR0913 - the verb's own arguments
    cohort: Cohort,
    result: Result,
    previous: Schedule,
    dates: Dates | None = None,
    *,
    published: dt.date | str | None = None,
    time_limit: float | None = None,
    cancel: threading.Event | None = None,
    on_interrupt: str = "raise",
) -> Schedule:
    """Find new dates after people, matches or rules have changed, and move as few sessions as possible.

    In this order: sessions that have begun stay as they are; as many matches as possible have dates; as few published
    sessions as possible move; as few sessions as possible move; they move by as few minutes as possible, and matches
    that are new or had no dates get good ones. Where everything can stay, everything stays.

    Args:
        cohort: people as they are now.
        result: who meets whom now; matches of ``previous`` that are not in it are in ``cancelled``.
        previous: the schedule so far.
        dates: what is requested now, such as ``replace(previous.dates, end="2027-03-31", now=…)``; sessions that began
            before its ``now`` have been held. None: the same as for ``previous``, and nothing has been held since.
        published: the last date up to which sessions have been announced; these move only where nothing else helps.
        time_limit: seconds; None is no limit.
        cancel: an event that stops the run when it is set.
        on_interrupt: at Ctrl-C "raise" KeyboardInterrupt, or "return" the best dates so far.

    Returns:
        A `Schedule`; sessions that moved have a higher ``revision``.

    Raises:
        InputError: arguments of another form.
        LimitError: a component has too many matches to weigh their moves exactly.
    """
    check_answer(cohort, result)
    expect(previous, Schedule, "previous")
    matches, program = sorted(result.matching, key=key_of), result.program
    earlier = {key_of(plan.match): plan for plan in previous.plans}
    wanted = _still_meant(cohort, matches, previous.dates if dates is None else dates, previous.dates)
    minute = None if wanted.now is None else moment(wanted.now, "now")
    settings = settings_of(cohort, matches, wanted, program)
    agreed = {
        key: {k: session.start for k, session in enumerate(earlier[key].sessions)}
        for key in map(key_of, matches)
        if key in earlier
    }
    settings = replace(
        settings,
        since=previous.settings.since if minute is None else settings.since,
        agreed=agreed,
        kept=_kept(agreed, previous.settings, minute),
    )
    public = -(2**62) if published is None else (day_of(published, "published") + 1) * DAY
    limits = RunLimits.of(time_limit, cancel, on_interrupt)
    free_time = FreeTime(cohort, settings)
    tasks = [task_of(match, format_name(cohort, program, match), free_time) for match in matches]
    plans = [earlier.get(key_of(task.match)) for task in tasks]
    weights = _Weights.of(tasks, plans)
    tasks = [_priced(_as_held(*row), row[1], weights, public) for row in zip(tasks, plans, strict=True)]
    rooms = {(key, k): session.room for key, plan in earlier.items() for k, session in enumerate(plan.sessions)}
    found = assembled(tasks, free_time, limits, weights.vector_of, rooms)
    return replace(_with_revisions(found, previous), question=result.proof.digest)


def _still_meant(cohort: Cohort, matches: list[Match], dates: Dates, before: Dates) -> Dates:
    """The dates without what was said before of people, sites and matches that are gone."""
    ids, sites = cohort.people.index, set(cohort.people.sites or ())
    pairs = {(match.mentor, mentee) for match in matches for mentee in match.mentees}
    return replace(
        dates,
        diaries={who: diary for who, diary in dates.diaries.items() if who in ids or who not in before.diaries},
        rooms={site: rooms for site, rooms in dates.rooms.items() if site in sites or site not in before.rooms},
        travel={way: time for way, time in dates.travel.items() if set(way) <= sites or way not in before.travel},
        places={site: place for site, place in dates.places.items() if site in sites or site not in before.places},
        links={who: link for who, link in dates.links.items() if not who or who in ids or who not in before.links},
        pins=[pin for pin in dates.pins if tuple(pin[:2]) in pairs or pin not in before.pins],
    )


def _kept(agreed: Mapping[Key, Mapping[int, int]], before: Settings, now: int | None) -> dict[Key, dict[int, int]]:
    """The sessions that have begun by now or had begun by the previous schedule."""
    found = {}
    for key, starts in agreed.items():
        begun = {k: at for k, at in starts.items() if now is not None and at < now}
        begun |= {k: at for k, at in before.kept.get(key, {}).items() if k in starts}
        if begun:
            found[key] = begun
    return found


def _as_held(task: Task, plan: Plan | None) -> Task:
    """The task with how and where its sessions were held, for those that were."""
    if plan is None or not any(task.fixed) or len(plan.sessions) < len(task.fixed):
        return task
    ways = zip(task.fixed, plan.sessions, task.modes, task.sites, strict=False)
    modes, sites = zip(*((m.mode, m.site) if fixed else usual for fixed, m, *usual in ways), strict=True)
    return replace(task, modes=modes, sites=sites)


@dataclass(frozen=True, slots=True)
class _Weights:
    """The cost in minutes of moving a published session, and of moving any session: each exceeds all lesser costs."""

    public: int
    moved: int

    @classmethod
    def of(cls, tasks: Sequence[Task], plans: Sequence[Plan | None]) -> _Weights:
        """Weights under which earlier aims always decide, within every component.

        Raises:
            LimitError: numbers beyond 62 bits.
        """
        components = [numbers for numbers, _ in components_of(tasks, tasks[0].settings.rooms if tasks else ())]
        sessions = max((sum(len(tasks[k].starts) for k in numbers) for numbers in components), default=0)
        moved = 1 + max((sum(_dearest(tasks[k], plans[k]) for k in numbers) for numbers in components), default=0)
        public = moved * (sessions + 1)
        if public * (sessions + 1) * (max(map(len, components), default=0) + 2) >= IMPOSSIBLE:
            text = f"{sessions:,} sessions of one component are too many to weigh their moves exactly"
            raise LimitError(Problem("too-large", "matching", text, "reschedule a part of the program at a time"))
        return cls(public, moved)

    def vector_of(self, price: int) -> tuple[int, int, int]:
        """Minus (published sessions moved, sessions moved, minutes)."""
        public, rest = divmod(price, self.public)
        moved, minutes = divmod(rest, self.moved)
        return -public, -moved, -minutes


def _distances(task: Task, plan: Plan | None) -> list[Intervals] | None:
    """How far each start is from the earlier one; None where the match had no dates for so many sessions."""
    if plan is None or len(plan.sessions) != len(task.starts):
        return None
    return [np.abs(times - session.start) for times, session in zip(task.starts, plan.sessions, strict=True)]


def _dearest(task: Task, plan: Plan | None) -> int:
    """The most minutes that dates of a match can cost: by which sessions move, or by which wishes are missed."""
    distances, wishes = _distances(task, plan), task.wishes
    if distances is not None:
        return sum(int(away.max(initial=0)) for away in distances)
    gaps = sum(wishes.gap * (gap.most + gap.target) + wishes.same_time for gap in task.format.gaps)
    return gaps + sum(int(prices.max(initial=0)) for prices in task.prices)


def _priced(task: Task, plan: Plan | None, weights: _Weights, public: int) -> Task:
    """The task with the costs of moving: where the match had dates, wishes count nothing."""
    settings = replace(task.settings, wishes=replace(task.wishes, adjacent=0))  # it has no weight in what is compared
    distances = _distances(task, plan)
    if plan is None or distances is None:
        return replace(task, settings=settings, prices=tuple(np.maximum(price, 0) for price in task.prices))
    worth = [weights.moved + (weights.public if session.start < public else 0) for session in plan.sessions]
    prices = tuple(away + np.where(away > 0, price, 0) for away, price in zip(distances, worth, strict=True))
    return replace(task, settings=settings, prices=prices, radix=0)


def _with_revisions(found: Schedule, previous: Schedule) -> Schedule:
    """The schedule with revision numbers and cancelled plans."""
    earlier = {key_of(plan.match): plan for plan in previous.plans}
    off = {key_of(plan.match): plan for plan in previous.cancelled}
    plans = []
    for plan in found.plans:
        key = key_of(plan.match)
        before = earlier[key].sessions if key in earlier else ()
        called_off = off[key].sessions if key in off and not before else ()
        revisions = [
            old.revision + (replace(new, revision=old.revision) != old)
            for new, old in zip(plan.sessions, before, strict=False)
        ]
        revisions += [session.revision + 2 for session in called_off] + [0] * len(plan.sessions)
        sessions = tuple(replace(new, revision=n) for new, n in zip(plan.sessions, revisions, strict=False))
        plans.append(replace(plan, sessions=sessions))
    gone = earlier.keys() - {key_of(plan.match) for plan in plans}
    return replace(found, plans=tuple(plans), cancelled=tuple(earlier[key] for key in sorted(gone)))
