"""`repair_event`: late arrivals and no-shows, answered without moving anybody who has a place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.cohort import Cohort
from mmatch.cohort.changes import Change, Joined, Left
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, excerpt
from mmatch.events.measuring import called, measured
from mmatch.events.planning import Meeting, topics_of
from mmatch.events.questions import question_of, room_for
from mmatch.events.values import Event, Rounds, RoundTable

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class EventRepair:
    """An event after changes: the cohort and the event from now on, and whose rounds are others: {id: rounds}."""

    cohort: Cohort
    event: Event
    moves: Mapping[str, tuple[int, ...]]


def repair_event(
    cohort: Cohort,
    event: Event,
    changes: Iterable[Change] = (),
    *,
    from_round: int,
    absent: Mapping[str, Sequence[int]] | None = None,
) -> EventRepair:
    """Answer late arrivals and no-shows from a round on; nobody who has a place loses it or moves.

    Rounds before ``from_round`` have been held. Meetings of people who are still there stay as they are; whoever is
    free then, because somebody left or because they came late, meets somebody free who is new to them, those first who
    sat out most.

    Args:
        cohort: the people as they were.
        event: the plan.
        changes: `Left` and `Joined`.
        from_round: the first round that can still change.
        absent: {id: rounds} of people who are away for a while.

    Raises:
        InputError: other changes, unknown people, a round that the event does not have.
    """
    rounds = event.rounds
    if type(from_round) is not int or not 1 <= from_round <= rounds.count:
        text = f"found {excerpt(from_round)}, expected a round from 1 to {rounds.count}"
        raise InputError(Problem("argument", "from_round", text))
    away = {who: set(numbers) for who, numbers in rounds.absent.items()}
    later = range(from_round, rounds.count + 1)
    joined: list[Joined] = []
    for k, change in enumerate(changes):
        if isinstance(change, Joined):
            joined.append(change)
            away.setdefault(change.participant.id, set()).update(range(1, from_round))
        elif isinstance(change, Left) and change.person in cohort.people.index:
            away.setdefault(change.person, set()).update(later)
        else:
            text = f"found {excerpt(change)}, expected Left or Joined of somebody who is there"
            raise InputError(Problem("argument", f"changes[{k}]", text))
    for who, numbers in (absent or {}).items():
        away.setdefault(who, set()).update(numbers)
    after = cohort.changed(joined) if joined else cohort
    gone = {who for who, numbers in away.items() if len(numbers) == rounds.count}
    after = after.changed([Left(who) for who in gone if who in after.people.index]) if gone else after
    plan = replace(rounds, absent={who: tuple(sorted(numbers)) for who, numbers in away.items() if who not in gone})
    people, policy = question_of(after, event.stated, plan)
    kept = [one for one in (_kept(one, away, plan.seats[0]) for one in event) if one is not None]
    tables = _filled(after, plan, kept, topics_of(people, policy), from_round)
    best = solve(people, policy, seed=event.best.seed)
    value, room = measured(people, policy, tables), room_for(after, plan)
    made = Event(plan, tuple(tables), value, best, event.stated, called(after), room)
    everybody = sorted({*event.names, *made.names})
    moves = {name: _other_rounds(name, event, made, plan.count) for name in everybody}
    return EventRepair(after, made, {name: numbers for name, numbers in moves.items() if numbers})


def _kept(one: RoundTable, away: Mapping[str, set[int]], least: int) -> RoundTable | None:
    """A table without those who are away; None where it cannot be held."""
    seated = [k for k, who in enumerate(one.mentees) if one.round not in away.get(who, ())]
    if one.round in away.get(one.mentor, ()) or len(seated) < least:
        return None
    names, topics = (tuple(column[k] for k in seated) for column in (one.mentees, one.topics))
    return replace(one, mentees=names, topics=topics)


def _filled(
    cohort: Cohort, plan: Rounds, kept: list[RoundTable], topics: Mapping[Meeting, str], first: int
) -> list[RoundTable]:
    """The tables, with whoever is free in a later round seated where that makes no repeat."""
    from scipy.optimize import linear_sum_assignment

    tables = {(one.round, one.mentor): one for one in kept}
    met = {frozenset((one.mentor, who)) for one in kept for who in one.mentees}
    seated = Counter(who for one in kept for who in one.mentees)
    stays = {table: who for who, table in plan.fixed.items()}
    own = {one.mentor: one.table for one in kept if stays.get(one.table, one.mentor) == one.mentor}
    least, most = plan.seats
    for number in range(first, plan.count + 1):
        now = {mentor: one for (n, mentor), one in tables.items() if n == number}
        busy = {who for one in now.values() for who in one.people}
        present = [person for person in cohort if number in plan.present(person.id)]
        free = [person.id for person in present if person.requests and person.id not in busy]
        hosts = [p.id for p in present if p.offers and 0 not in {p.capacity, p.groups}]
        hosts = [host for host in hosts if (len(now[host].mentees) < most if host in now else host not in busy)]
        hosts = [
            host
            for host in hosts
            if host in now or (least == 1 and plan.rested([n for n, who in tables if who == host], number))
        ]
        worth = np.zeros((len(free), len(hosts)), dtype=np.int64)
        for k, who in enumerate(free):
            for j, host in enumerate(hosts):
                if (host, who) in topics and frozenset((host, who)) not in met:
                    worth[k, j] = 1 + len(plan.present(who)) - seated[who]
        pairs = np.stack(linear_sum_assignment(-worth), axis=1).tolist() if worth.size else []
        for row, column in pairs:
            host, who = hosts[column], free[row]
            crowded = plan.tables is not None and len(now) >= plan.tables and host not in now
            if not worth[row, column] or {host, who} & (busy - now.keys()) or who in now or crowded:
                continue
            if host not in own:
                taken = {*own.values(), *stays}
                own[host] = plan.fixed.get(host) or next(n for n in range(1, len(taken) + 2) if n not in taken)
            table = now.get(host) or RoundTable(number, plan.fixed.get(who, own[host]), host, ())
            if plan.fixed.get(who, table.table) != table.table:
                continue
            seats = sorted([*table.guests(), (who, topics[host, who])])
            names, asked_for = zip(*seats, strict=True)
            tables[number, host] = now[host] = replace(table, mentees=names, topics=asked_for)
            busy |= {host, who}
            met.add(frozenset((host, who)))
            seated[who] += 1
    return sorted(tables.values(), key=lambda one: (one.round, one.table))


def _other_rounds(who: str, before: Event, after: Event, count: int) -> tuple[int, ...]:
    """The rounds in which somebody sits elsewhere or with others."""
    return tuple(n for n in range(1, count + 1) if _seat(before, who, n) != _seat(after, who, n))


def _seat(event: Event, who: str, number: int) -> tuple[Any, ...]:
    one = event.places.get((who, number))
    if one is None:
        return ()
    return (one.table, one.mentees) if who == one.mentor else (one.table, one.mentor)
