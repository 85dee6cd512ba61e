"""The set of meetings that an event asks for: the cohort in which everybody has a place a round, and the policy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mmatch.aims import Coverage, EvenLoad, EvenSeats, NewConnections
from mmatch.cohort import Cohort
from mmatch.errors import InputError, Problem
from mmatch.events.values import check_people
from mmatch.program import Program
from mmatch.rules import AtMost, CommonSlot, Forbid, GroupCount, NoRepeat

if TYPE_CHECKING:
    from mmatch.events.values import Rounds


def question_of(cohort: Cohort, program: Program, rounds: Rounds) -> tuple[Cohort, Program]:
    """(the people with as many places as they have rounds, the policy): its optimum bounds every plan.

    Capacities, numbers of mentors wanted and group sizes are those of the event, but for whoever states 0. Nobody meets
    the same mentor twice, nor somebody of the history, unless the program has the aim `NewConnections`, which lets
    meetings fade. First as many meetings as possible, then as evenly shared as possible, then the program's own aims;
    a program with the aim `EvenSeats` says itself where evenness stands.

    Raises:
        InputError: people who are not there, or never; a rule about groups or weekly times.
    """
    check_people(cohort.people.index, rounds)
    for rule in program.rules:
        if rule.composes or isinstance(rule, CommonSlot | GroupCount):
            text = f"{rule.title} is about groups or weekly times, of which an event has none"
            raise InputError(Problem("argument", "program", text, "leave the rule out"))
    usual = rounds.count if rounds.breaks is None else rounds.count - rounds.count // (rounds.breaks + 1)
    most = rounds.seats[1]
    people = []
    for person in cohort.stated.participants:
        attended = len(rounds.present(person.id))
        offers = [replace(offer, seats=None, group=None) for offer in person.offers]
        requests = [replace(one, mentors=min(one.mentors, 1) * attended, format=None) for one in person.requests]
        paused = 0 in {person.capacity, person.groups}
        places = (0 if paused else min(attended, usual) * most) if offers else person.capacity
        people.append(replace(person, offers=offers, requests=requests, capacity=places, min_load=0, groups=None))
    stated = cohort.stated
    free_cohort = Cohort(people, topics=stated.topics, history=stated.history, scores=stated.scores)
    tiers = [tier for tier in replace(program, group=(1, 1)).resolve(free_cohort).tiers if not is_coverage(tier)]
    stated_aims = [aim for tier in tiers for aim in tier]
    rules = [rule for rule in program.rules if not isinstance(rule, NoRepeat | AtMost)]
    several = max((len(person.requests) for person in people), default=0) > 1
    fades = any(isinstance(aim, NewConnections) for aim in stated_aims)
    if several or not fades:
        rules.append(NoRepeat(within=several, before=not fades))
    limits = [rule.n for rule in program.rules if isinstance(rule, AtMost)]
    rules += [AtMost(min([rounds.count, *limits]))] if several or limits else []
    apart = [pair for pair in _never_together(cohort, rounds) if pair[0] != pair[1]]
    rules += [Forbid(apart)] if apart else []
    if not any(isinstance(aim, EvenSeats) for aim in stated_aims):
        tiers = [(EvenLoad(), EvenSeats()), *(tier for tier in tiers if tier != (EvenLoad(),))]
    aims = (tier[0] if len(tier) == 1 else tier for tier in tiers)
    return free_cohort, Program(rules=tuple(rules), aims=(Coverage(), *aims))


def room_for(cohort: Cohort, rounds: Rounds) -> int:
    """How many meetings there are places for: in each round nobody is at two places, and tables seat only so many."""
    _, most = rounds.seats
    total = 0
    for number in range(1, rounds.count + 1):
        present = [person for person in cohort if number in rounds.present(person.id)]
        hosts = sum(bool(p.offers) and 0 not in {p.capacity, p.groups} for p in present)
        guests = sum(any(request.mentors for request in p.requests) for p in present)
        either = sum(bool(p.offers) or bool(p.requests) for p in present)
        tables = hosts if rounds.tables is None else min(hosts, rounds.tables)
        total += min(guests, tables * most, either * most // (most + 1))
    return total


def is_coverage(tier: tuple[Any, ...]) -> bool:
    """Whether a tier asks for as many matches as possible, as every event does first."""
    return len(tier) == 1 and isinstance(tier[0], Coverage)


def _never_together(cohort: Cohort, rounds: Rounds) -> list[tuple[str, str]]:
    """(mentor, mentee) who are there in no common round, or fixed at two tables."""
    special = [who for who in cohort.people.ids if who in rounds.absent or who in rounds.fixed]
    found: dict[tuple[str, str], None] = {}
    for one in special:
        for other in cohort:
            apart = not set(rounds.present(one)) & set(rounds.present(other.id))
            tables = {rounds.fixed[who] for who in (one, other.id) if who in rounds.fixed}
            if apart or len(tables) > 1:
                person = cohort[one]
                if person.offers and other.requests:
                    found[one, other.id] = None
                if other.offers and person.requests:
                    found[other.id, one] = None
    return list(found)
