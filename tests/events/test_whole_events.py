"""Whole events beside trying every one: meetings, evenness and the program's own aims, tier by tier."""

import random

from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request, aims
from mmatch.events import Rounds, plan_event
from mmatch.events.questions import question_of
from oracle import Oracle
from strategies import examples


def whole(seed):
    """A small event with scores, topics, history, absences, breaks, tables and people in both roles."""
    draw = random.Random(seed)
    topics = ["x", "y"][: draw.randint(1, 2)]
    hosts, guests = draw.randint(1, 3), draw.randint(1, 3)
    offers = [[Offer(t) for t in draw.sample(topics, draw.randint(1, len(topics)))] for _ in range(hosts)]
    people = [
        Participant(f"m{k}", offers=own, requests=[Request(draw.choice(topics))] if draw.random() < 0.2 else ())
        for k, own in enumerate(offers)
    ]
    people += [Participant(f"e{k}", requests=[Request(draw.choice(topics))]) for k in range(guests)]
    ids = [person.id for person in people]
    pairs = [(one, other) for one in ids[:hosts] for other in ids if one != other]
    scores = {pair: draw.randint(0, 9) for pair in draw.sample(pairs, draw.randint(1, len(pairs)))}
    history = [mm.Meeting(*draw.choice(pairs), date="2027-01-01")] if pairs and draw.random() < 0.4 else []
    cohort = mm.Cohort(people, scores=scores if draw.random() < 0.6 else None, history=history)
    count = draw.randint(1, 3)
    absent = {who: [draw.randint(1, count)] for who in ids if count > 1 and draw.random() < 0.25}
    rounds = Rounds(
        count=count,
        absent=absent,
        breaks=draw.choice([None, None, 1]),
        seats=draw.choice([(1, 1), (1, 1), (1, 2), (2, 2)]),
        tables=draw.choice([None, None, 1, 2]),
    )
    fit = [aims.Fit()] if cohort.scores is not None else [aims.TopicFit()]
    wanted = draw.choice([fit, [aims.NewConnections(), *fit], [aims.EvenSeats(), *fit], [aims.NewMentors()]])
    return cohort, mm.Program(aims=[aims.Coverage(), *wanted]), rounds


def can_be_held(pairs, rounds):
    """Whether meetings fit into the rounds: everybody in one place, tables full enough, mentors with their breaks."""

    def sound(at):
        tables = {}
        for (mentor, _), number in at:
            tables[mentor, number] = tables.get((mentor, number), 0) + 1
        if any(not rounds.seats[0] <= n <= rounds.seats[1] for n in tables.values()):
            return False
        if rounds.tables is not None and any(
            sum(n == number for _, n in tables) > rounds.tables for number in range(1, rounds.count + 1)
        ):
            return False
        longest = rounds.breaks or rounds.count
        return not any(all((mentor, first + k) in tables for k in range(longest + 1)) for mentor, first in tables)

    def placed(rest, at):
        if not rest:
            return sound(at)
        mentor, mentee = rest[0]
        for number in set(rounds.present(mentor)) & set(rounds.present(mentee)):
            now = [pair for pair, n in at if n == number]
            busy = {guest for _, guest in now} | {host for host, _ in now}
            leads = {host for host, _ in now}
            guests = {guest for _, guest in now}
            free = mentee not in busy and mentor not in guests and mentee not in leads
            if free and placed(rest[1:], [*at, ((mentor, mentee), number)]):
                return True
        return False

    return placed(list(pairs), [])


def best_of(cohort, program, rounds):
    """The best value over all events, tier after tier, by trying every set of meetings."""
    people, policy = question_of(cohort, program, rounds)
    oracle = Oracle(people, policy)
    best = None
    for chosen in oracle.matchings():
        pairs = [(oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in chosen]
        if len({frozenset(pair) for pair in pairs}) == len(pairs) and can_be_held(pairs, rounds):
            value = oracle.value(chosen)
            best = value if best is None else max(best, value)
    return best


@given(seed=st.integers(0, 10**6))
@examples(250)
def test_no_event_is_better(seed):
    cohort, program, rounds = whole(seed)
    try:
        event = plan_event(cohort, program, rounds)
    except mm.InputError:
        return
    assert mm.verify(cohort, program, event) == []
    best = best_of(cohort, program, rounds)
    assert tuple(event.value) == tuple(best)
    assert tuple(event.bound) >= tuple(best)[: len(event.bound)]
