"""Events: everybody meets somebody new in each round; the plan is the best that trying whole events finds."""

import random
from collections import Counter
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.events import Rounds, RoundTable, plan_event
from mmatch.events.colouring import peeled
from mmatch.events.rotations import rotation
from mmatch.reporting.event_folder import in_words
from oracle import Oracle
from strategies import examples


def people(mentors, mentees, scores=None, **attributes):
    """Mentors and mentees who may all meet."""
    found = [Participant(f"m{k:03}", offers=[Offer()]) for k in range(mentors)]
    found += [Participant(f"e{k:03}", requests=[Request()]) for k in range(mentees)]
    return mm.Cohort(found, scores=scores, **attributes)


def small(seed):
    """A small event: topics, a rule, some who come late or leave early, perhaps somebody who was there before."""
    draw = random.Random(seed)
    topics = ["x", "y"][: draw.randint(1, 2)]
    found = [
        Participant(f"m{k}", offers=[Offer(t) for t in draw.sample(topics, draw.randint(1, len(topics)))], capacity=1)
        for k in range(draw.randint(1, 3))
    ]
    found += [Participant(f"e{k}", requests=[Request(draw.choice(topics))]) for k in range(draw.randint(1, 3))]
    history = [mm.Meeting("m0", "e0")] if draw.random() < 0.3 else []
    count = draw.randint(1, 3)
    ids = [person.id for person in found]
    absent = {who: [draw.randint(1, count)] for who in ids if count > 1 and draw.random() < 0.2}
    breaks = draw.choice([None, None, 1])
    return mm.Cohort(found, history=history), Rounds(count=count, absent=absent, breaks=breaks)


def can_be_held(pairs, rounds):
    """Whether some meetings fit into the rounds, by trying every round for each."""

    def placed(rest, busy):
        if not rest:
            hosts = {mentor for mentor, _ in pairs}
            windows = range(1, rounds.count - (rounds.breaks or rounds.count) + 1)
            return rounds.breaks is None or not any(
                all((mentor, first + k) in busy for k in range(rounds.breaks + 1))
                for mentor in hosts
                for first in windows
            )
        mentor, mentee = rest[0]
        for number in set(rounds.present(mentor)) & set(rounds.present(mentee)):
            places = {(mentor, number), (mentee, number)}
            if not places & busy and placed(rest[1:], busy | places):
                return True
        return False

    return placed(list(pairs), frozenset())


@given(seed=st.integers(0, 10**6))
@examples(120)
def test_no_event_has_more_meetings_and_the_bound_holds(seed):
    cohort, rounds = small(seed)
    try:
        event = plan_event(cohort, None, rounds)
    except mm.InputError as error:
        assert "to meet" in str(error)
        assert not rounds.absent
        assert rounds.count > min(sum(bool(p.offers) for p in cohort), sum(bool(p.requests) for p in cohort)) - 1
        return
    assert mm.verify(cohort, mm.Program(), event) == []
    program = mm.Program(rules=[mm.rules.NoRepeat()])
    oracle = Oracle(cohort, replace(program, aims=(mm.aims.Coverage(),)))
    possible = sorted(
        {
            (oracle.offers[k][0].id, oracle.requests[i][0].id)
            for i in range(len(oracle.requests))
            for k in range(len(oracle.offers))
            if oracle.offers[k][1].topic in oracle.requests[i][1].topics and oracle.rule_allows(program.rules[0], i, k)
        }
    )
    most = max(
        size
        for size in range(len(possible) + 1)
        if any(can_be_held(some, rounds) for some in combinations(possible, size))
    )
    assert event.value[0] == most
    assert event.bound[0] >= most
    assert (event.status == "optimal") == (event.value == event.bound)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 6), st.integers(0, 10**6))
@examples(100)
def test_rounds_of_a_graph_never_put_anybody_in_two_places(n, m, rounds, seed):
    draw, left, right = random.Random(seed), Counter(), Counter()
    edges = []
    for a, b in draw.sample([(a, b) for a in range(n) for b in range(m)], n * m):
        if left[a] < rounds and right[b] < rounds:
            edges.append((a, b))
            left[a] += 1
            right[b] += 1
    import numpy as np

    columns = [np.array(column, dtype=np.int64) for column in zip(*edges, strict=True)]
    numbers = peeled(*columns, rounds).tolist()
    assert set(numbers) <= set(range(1, rounds + 1))
    for end in (0, 1):
        assert len({(edge[end], number) for edge, number in zip(edges, numbers, strict=True)}) == len(edges)


@pytest.mark.parametrize(("mentors", "mentees", "meetings"), [(140, 140, 560), (140, 137, 548), (137, 140, 548)])
def test_nobody_stands_idle_and_sit_outs_differ_by_one(mentors, mentees, meetings):
    draw = random.Random(1)
    pairs = [(f"m{i:03}", f"e{j:03}") for i in range(mentors) for j in range(mentees)]
    cohort = people(mentors, mentees, {pair: draw.randint(1, 100) for pair in pairs})
    event = plan_event(cohort, None, 4)
    assert (event.value[0], event.status) == (meetings, "optimal")
    assert len(event.sit_outs) == 4 * abs(mentors - mentees)
    assert all(len(rounds) == 1 for rounds in event.sit_outs.values())
    assert mm.verify(cohort, mm.Program(), event) == []


@pytest.mark.parametrize(
    ("mentors", "mentees", "seats", "count"), [(25, 100, 5, 3), (20, 100, 5, 10), (8, 32, 4, 7), (10, 60, 6, 6)]
)
def test_no_two_mentees_sit_together_twice(mentors, mentees, seats, count):
    cohort = people(mentors, mentees)
    event = plan_event(cohort, None, Rounds(count=count, seats=(2, seats)))
    assert event.together_again == (0, 0)
    assert event.sit_outs == {}
    assert mm.verify(cohort, mm.Program(), event) == []


@pytest.mark.parametrize("seed", range(4))
def test_mixing_costs_no_aim_anything_where_pairs_differ(seed):
    """Scores decide who meets whom; in which round is free, so that companions change."""
    draw = random.Random(seed)
    pairs = [(f"m{i:03}", f"e{j:03}") for i in range(8) for j in range(24)]
    cohort = people(8, 24, {pair: draw.randint(1, 9) for pair in pairs})
    event = plan_event(cohort, None, Rounds(count=4, seats=(1, 3)))
    assert event.value == event.bound
    assert event.together_again[0] <= 3  # without exchanges: 13 to 26
    assert mm.verify(cohort, mm.Program(), event) == []


def test_a_repeat_that_cannot_be_avoided_is_told():
    event = plan_event(people(2, 6), None, Rounds(count=2, seats=(3, 3)))
    again, limit = event.together_again
    assert again >= limit
    assert limit == 0
    assert again > 0  # two tables of three: of three people two must sit together again


@pytest.mark.parametrize("n", [4, 5, 7, 8, 9])
def test_rotations_in_a_field_never_bring_two_together_twice(n):
    table = rotation(n, 3, n)
    together = Counter((a, b) for row in table for a, b in combinations(range(3 * n), 2) if row[a] == row[b])
    assert set(together.values()) == {1}
    assert all(len({row[k] for row in table}) == n for k in range(3 * n))


@pytest.mark.parametrize(("tables", "seats", "rounds"), [(10, 6, 7), (6, 4, 5), (12, 6, 8), (20, 5, 10)])
def test_rotations_by_shifts_never_bring_two_together_twice(tables, seats, rounds):
    """Six, ten, twelve and twenty are no prime powers, so there is no field."""
    found = rotation(tables, seats, rounds)
    people_of = range(tables * seats)
    together = Counter((a, b) for row in found for a, b in combinations(people_of, 2) if row[a] == row[b])
    assert set(together.values()) == {1}
    assert all(len({row[k] for row in found}) == rounds for k in people_of)
    assert all(Counter(row) == dict.fromkeys(range(tables), seats) for row in found)


def test_people_with_both_roles_meet_as_many_as_there_is_room_for():
    """A host cannot be a guest in the same round: of eight people four pairs meet at a time, twelve in three rounds."""
    both = [Participant(f"p{k}", offers=[Offer()], requests=[Request()]) for k in range(8)]
    cohort = mm.Cohort(both)
    event = plan_event(cohort, None, 3)
    assert (event.value[0], event.room, event.bound) == (12, 12, (12,))
    assert event.sit_outs == {}
    assert len({frozenset(one.people) for one in event}) == 12
    assert mm.verify(cohort, mm.Program(), event) == []
    assert mm.verify(cohort, mm.Program(), replace(event, room=11))[0].code == "bound"
    assert "as many as possible" in in_words(event)


def test_few_tables_are_a_bound():
    event = plan_event(people(6, 6), None, Rounds(count=3, tables=2))
    assert (event.value[0], event.bound) == (6, (6,))


def test_somebody_stays_at_a_table_and_the_others_come():
    cohort = people(3, 3)
    event = plan_event(cohort, None, Rounds(count=3, fixed={"e000": 7}))
    assert [one.table for one in event.of("e000")] == [7, 7, 7]
    assert {one.mentor for one in event.of("e000")} == {"m000", "m001", "m002"}
    assert mm.verify(cohort, mm.Program(), event) == []


def test_whoever_takes_nobody_is_not_seated():
    cohort = people(2, 2)
    paused = mm.Cohort([replace(person, capacity=0) if person.id == "m000" else person for person in cohort])
    event = plan_event(paused, None, 2)
    assert event.of("m000") == ()
    assert event.value[0] == 2
    assert mm.verify(paused, mm.Program(), event) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda tables: [*tables, replace(tables[0], table=9)], "place"),
        (lambda tables: [replace(tables[0], mentees=("e009",)), *tables[1:]], "unknown-id"),
        (lambda tables: [replace(tables[0], round=9), *tables[1:]], "absent"),
        (lambda tables: [replace(tables[0], table=tables[1].table), *tables[1:]], "table"),
        (lambda tables: tables[1:], "value"),
    ],
)
def test_the_judge_sees_a_forged_event(change, code):
    cohort = people(3, 3)
    event = plan_event(cohort, None, 2)
    forged = replace(event, seating=tuple(change(list(event))))
    assert code in {violation.code for violation in mm.verify(cohort, mm.Program(), forged)}


def test_the_judge_sees_two_who_meet_again():
    cohort = people(2, 2)
    event = plan_event(cohort, None, 2)
    first = [one for one in event if one.round == 1]
    again = [RoundTable(2, one.table, one.mentor, one.mentees, one.topics) for one in first]
    forged = replace(event, seating=(*first, *again))
    assert {violation.code for violation in mm.verify(cohort, mm.Program(), forged)} == {"repeat"}


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (lambda: Rounds(count=0), "Rounds.count"),
        (lambda: Rounds(count=2, seats=(3, 2)), r"expected \(least, most\)"),
        (lambda: Rounds(count=2, absent={"m000": [3]}), "expected rounds from 1 to 2"),
        (lambda: Rounds(count=2, start="soon"), "expected a date and time"),
        (lambda: plan_event(people(2, 2), None, Rounds(count=2, absent={"zoe": [1]})), "unknown id"),
        (lambda: plan_event(people(2, 2), None, Rounds(count=1, absent={"e000": [1]})), "is away in all rounds"),
        (lambda: plan_event(people(2, 9), None, Rounds(count=2, seats=(2, 4))), "hold 8 of 9 mentees .*5 seats each"),
        (lambda: plan_event(people(2, 2), None, "four"), "expected Rounds"),
        (lambda: plan_event(people(2, 3), None, 4), "nobody has more than 3 people to meet .plan 3 rounds"),
        (lambda: plan_event(people(2, 2), None, Rounds(count=2, fixed={"m000": 1, "m001": 1})), "a table of their own"),
        (
            lambda: plan_event(people(1, 3), mm.Program(rules=[mm.rules.Everyone()]), 2),
            "3 mentees .* need 3 places.*plan more rounds",
        ),
        (
            lambda: plan_event(people(2, 2), mm.Program(rules=[mm.rules.CommonSlot(["Mon 9-10"], timezone="UTC")]), 2),
            "is about groups or weekly times",
        ),
    ],
)
def test_what_cannot_be_meant_has_a_reason_and_a_way_out(make, fault):
    with pytest.raises(mm.InputError, match=fault):
        make()
