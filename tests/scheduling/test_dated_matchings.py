"""Match and dates in turn, and the rule that keeps only pairs with enough common time."""

import datetime as dt
import random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.availability import parse_week
from mmatch.scheduling import all_pairs
from oracle import Oracle
from strategies import examples

WEEK = mm.Dates(start="2027-01-11", end="2027-01-15")
WEEKS = ["", "Mon 9-11", "Tue 9-10", "Mon 10-12; Tue 9-12", "Wed 9-9:45", "Tue 9:45-11"]


def crowd(weeks, zones=None):
    """The first half mentors, the rest mentees."""
    half = len(weeks) // 2
    zones = zones or [None] * len(weeks)
    people = []
    for k, (week, zone) in enumerate(zip(weeks, zones, strict=True)):
        role = {"offers": [mm.Offer()]} if k < half else {"requests": [mm.Request()]}
        people.append(mm.Participant(f"p{k}", availability=week, timezone=zone, **role))
    return mm.Cohort(people)


@given(st.lists(st.sampled_from(WEEKS), min_size=4, max_size=8))
@examples(60)
def test_more_matches_have_dates_and_what_is_claimed_is_true(weeks):
    cohort, program = crowd(weeks), mm.Program()
    plain = mm.schedule(cohort, mm.solve(cohort, program), WEEK)
    found = mm.scheduling.solve_and_schedule(cohort, program, WEEK)
    assert len(found.schedule.plans) >= len(plain.plans)
    assert mm.verify(cohort, found.program, found.result) == []
    assert mm.verify(cohort, found.program, found.schedule, of=found.result) == []
    if found.schedule.unplaced:
        assert all(item.reason for item in found.schedule.unplaced)
    pairs = {(m.mentor, m.mentees[0], m.topic) for m in found.result.matching}
    assert not pairs & set(found.forbidden)


def test_a_match_without_dates_goes_back():
    """Ann could meet either, Bob only Finn: the matching that knows no hours gives Finn to Ann."""
    cohort = crowd(["Mon 9-11; Tue 9-11", "Tue 9-11", "Mon 9-10", "Tue 9-10"])
    found = mm.scheduling.solve_and_schedule(cohort, mm.Program(), WEEK)
    assert len(found.schedule.plans) == 2
    assert {(m.mentor, m.mentees[0]) for m in found.result.matching} == {("p0", "p2"), ("p1", "p3")}
    with pytest.raises(mm.InputError, match="from 1 to"):
        mm.scheduling.solve_and_schedule(cohort, mm.Program(), WEEK, rounds=0)


def test_a_group_without_dates_goes_back_without_whoever_cannot_come():
    """Three fit best, but Hal shares no hour with the others: the other two meet."""
    people = [
        mm.Participant("ann", offers=[mm.Offer()], groups=1, availability="Mon 9-11; Tue 9-11"),
        *(mm.Participant(who, requests=[mm.Request()], availability="Mon 9-11") for who in ("eva", "finn")),
        mm.Participant("hal", requests=[mm.Request()], availability="Tue 9-11"),
    ]
    cohort = mm.Cohort(people)
    found = mm.scheduling.solve_and_schedule(cohort, mm.Program(group=(2, 3)), WEEK)
    assert [plan.match.mentees for plan in found.schedule.plans] == [("eva", "finn")]
    assert (found.forbidden, found.schedule.unplaced) == ((("ann", "hal", ""),), ())


def test_a_locked_pair_without_dates_stays():
    cohort = crowd(["Mon 9-11", "Tue 9-10"])
    found = mm.scheduling.solve_and_schedule(cohort, mm.Program(rules=[mm.rules.Lock([("p0", "p1")])]), WEEK)
    assert [item.match.mentor for item in found.schedule.unplaced] == ["p0"]
    assert found.forbidden == ()


@given(
    st.lists(st.sampled_from(WEEKS), min_size=2, max_size=5),
    st.sampled_from([30, 60, 120]),
    st.sampled_from([1, 3]),
    st.data(),
)
@examples(80)
def test_shared_time_is_what_the_clocks_say(weeks, minutes, times, data):
    """Every quarter of an hour of the weeks on which clocks change in New York and in Berlin."""
    zones = [data.draw(st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])) for _ in weeks]
    cohort = crowd(weeks, zones)
    rule = mm.rules.SharedTime(minutes, start="2027-03-08", weeks=3, starts=times)
    program = mm.Program(rules=[rule])
    for mentor in (p for p in cohort if p.offers):
        for mentee in (p for p in cohort if p.requests):
            matching = mm.matching_from_pairs(cohort, [(mentor.id, mentee.id)])
            wrong = [v.code for v in mm.verify(cohort, program, matching)]
            both = free(mentor, minutes) & free(mentee, minutes)
            assert wrong == ([] if len(both) >= times else ["rule:SharedTime"])


def free(person, minutes):
    """The starts on quarters from which somebody is free, minute by minute on the wall."""
    windows = parse_week(person.availability)
    first = dt.datetime(2027, 3, 7, tzinfo=dt.UTC)
    zone = ZoneInfo(person.timezone)
    open_now = []
    for minute in range(0, 23 * 1440, 15):
        wall = (first + dt.timedelta(minutes=minute)).astimezone(zone)
        clock = wall.hour * 60 + wall.minute
        inside = dt.date(2027, 3, 8) <= wall.date() <= dt.date(2027, 3, 28)
        open_now.append(inside and any(w.day == wall.weekday() and w.start <= clock < w.end for w in windows))
    n = minutes // 15
    return {k for k in range(len(open_now) - n + 1) if all(open_now[k : k + n])}


@given(st.integers(0, 10**6))
@examples(40)
def test_no_matching_has_dates_for_more(seed):
    """Every matching, dated by itself, against the one that is found: the number and the claim."""
    draw = random.Random(seed)
    hours = ["", "Mon 9-11", "Mon 9-10", "Mon 10-12", "Mon 9-10; Mon 11-12", "Mon 11-12"]
    people = [
        mm.Participant(f"m{k}", offers=[mm.Offer()], capacity=draw.randint(1, 2), availability=draw.choice(hours))
        for k in range(draw.randint(1, 3))
    ]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request()], availability=draw.choice(hours))
        for k in range(draw.randint(2, 4))
    ]
    cohort, program = mm.Cohort(people), mm.Program()
    monday = mm.Dates(start="2027-01-11", end="2027-01-11")
    found = mm.scheduling.solve_and_schedule(cohort, program, monday)
    oracle, most = Oracle(cohort, program.resolve(cohort)), 0
    for chosen in oracle.matchings():
        pairs = [(oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in chosen]
        if len(pairs) > most:
            most = max(most, len(mm.schedule(cohort, mm.evaluate(cohort, program, pairs), monday).plans))
    assert (found.dated, found.most, found.status) == (most, most, "optimal")
    assert mm.verify(cohort, found.program, found.result) == []
    assert mm.verify(cohort, found.program, found.schedule, of=found.result) == []


def test_two_of_four_where_the_rounds_find_one():
    """Both mentors are only there from 9 to 10; e1 and e2 can come then. Forbidding pair by pair found one of them."""
    hours = {
        "m0": "Mon 9-10",
        "m1": "Mon 9-10",
        "e0": "Mon 10-12",
        "e1": "Mon 9-10",
        "e2": "Mon 9-12",
        "e3": "Mon 11-12",
    }
    people = [mm.Participant(m, offers=[mm.Offer()], capacity=2, availability=hours[m]) for m in ("m0", "m1")]
    people += [mm.Participant(e, requests=[mm.Request()], availability=hours[e]) for e in ("e0", "e1", "e2", "e3")]
    monday = mm.Dates(start="2027-01-11", end="2027-01-11")
    found = mm.scheduling.solve_and_schedule(mm.Cohort(people), mm.Program(), monday)
    assert found.in_words == "2 mentees have dates: no other matching has dates for more."
    assert repr(found).startswith("<Dated: optimal, 2 mentees have dates, at most 2 can")


def test_what_is_too_large_for_one_model_is_not_claimed(monkeypatch):
    monkeypatch.setattr(all_pairs, "MOST_PAIRS", 1)
    found = mm.scheduling.solve_and_schedule(
        crowd(["Mon 9-11", "Tue 9-11", "Mon 9-11", "Wed 9-10"]), mm.Program(), WEEK
    )
    assert (found.most, found.status) == (None, "feasible")
    assert "is not known" in found.in_words
