"""New dates after changes: what has been held stays, and as little as possible moves, beside every other choice."""

from dataclasses import replace
from itertools import product
from math import prod

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from dated import faults, planned, replanned
from dates_oracle import Oracle, questions, scheduled
from mmatch.scheduling.schedule_settings import key_of
from strategies import examples


@given(questions())
@examples(60)
def test_where_nothing_changes_nothing_moves(question):
    cohort, matching, options = question
    first = scheduled(cohort, matching, **options)
    again = replanned(cohort, mm.Program(), matching, first)
    assert {p.match: p.sessions for p in again.plans} == {p.match: p.sessions for p in first.plans}
    assert again.value[:4] == (len(first.plans), 0, 0, 0)
    assert again.status == mm.Status.OPTIMAL
    assert again.cancelled == ()


@given(questions(), st.data())
@examples(150)
def test_as_little_as_possible_moves(question, data):
    """Somebody has less time, some sessions are published, a match is new: the best by trying everything."""
    cohort, matching, options = question
    some = mm.matching_from_pairs(cohort, [(m.mentor, m.mentees[0]) for m in list(matching)[1:]])
    first = scheduled(cohort, some, **options)
    assume(first.plans)
    who = data.draw(st.sampled_from(sorted({name for plan in first.plans for name in plan.people})))
    meeting = data.draw(st.sampled_from([m for plan in first.plans for m in plan.sessions]))
    changed = {**dict(first.settings.diaries), who: mm.scheduling.Diary([(meeting.start, meeting.end)])}
    published = data.draw(st.sampled_from([None, "2026-03-28"]))
    found = replanned(cohort, mm.Program(), matching, first, diaries=changed, published=published)
    assert faults(cohort, matching, found) == []
    assert (found.status, found.bound) == (mm.Status.OPTIMAL, found.value)
    oracle = Oracle(cohort, matching, found.settings)
    oracle.settings = replace(found.settings, wishes=replace(found.settings.wishes, adjacent=0))
    choices = oracle.choices()
    assume(prod(map(len, choices)) <= 10_000)
    assert found.value == best(oracle, choices, first, 0 if published is None else (20540 + 1) * 1440)


def best(oracle, choices, first, public):
    """(most matches, fewest published moved, fewest moved, fewest minutes and missed wishes of new ones)."""
    had = {key_of(plan.match): [m.start for m in plan.sessions] for plan in first.plans}
    top = (0, 0, 0, 0)
    for chosen in product(*choices):
        value = [0, 0, 0, 0]
        for k, dates in enumerate(chosen):
            if dates is None:
                continue
            value[0] += 1
            before = had.get(key_of(oracle.matches[k]))
            if before is None:
                value[3] -= oracle.cost([dates if j == k else None for j in range(len(chosen))])
                continue
            for old, new in zip(before, dates, strict=True):
                value[1] -= old != new and old < public
                value[2] -= old != new
                value[3] -= abs(new - old)
        if tuple(value) > top and oracle.kept(chosen):
            top = tuple(value)
    return top


def small(capacity=2):
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=capacity, availability="Mon-Fri 9-12")]
    people += [mm.Participant(name, requests=[mm.Request()], availability="Mon-Fri 9-12") for name in ("eva", "finn")]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn")])
    program = mm.Program(format="two_session")
    return cohort, program, matching, planned(cohort, program, matching, start="2027-01-11", end="2027-02-28")


def test_what_has_been_held_stays_and_its_plan_goes_on():
    """Eva is away from noon of the first day on: her first session has been held, the second one moves."""
    cohort, program, matching, first = small()
    plan = next(plan for plan in first.plans if "eva" in plan.match.mentees)
    second = plan.sessions[1]
    busy = {"eva": [(plan.sessions[0].start, plan.sessions[0].end), (second.start, second.end)]}
    found = replanned(cohort, program, matching, first, now="2027-01-12T00:00Z", busy=busy)
    again = next(plan for plan in found.plans if "eva" in plan.match.mentees)
    assert again.sessions[0] == plan.sessions[0]
    assert again.sessions[1].start != second.start
    assert again.sessions[1].revision == 1
    assert found.value[:3] == (2, 0, -1)
    assert faults(cohort, matching, found, program) == []
    held = replace(again, sessions=(replace(again.sessions[0], start=second.start), again.sessions[1]))
    others = tuple(plan for plan in found.plans if plan.match != again.match)
    assert "plan-pin" in {v.code for v in faults(cohort, matching, replace(found, plans=(*others, held)), program)}
    third = replanned(cohort, program, matching, found, now="2027-01-12T00:00Z")
    assert {plan.match: plan.sessions for plan in third.plans} == {p.match: p.sessions for p in found.plans}


def test_published_sessions_move_last():
    """Only one of two can keep nine o'clock: the one that has been announced does."""
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=2, availability="Mon 9-10; Tue 9-10")]
    people += [mm.Participant(name, requests=[mm.Request()], availability="Mon-Tue 9-10") for name in ("eva", "finn")]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn")])
    first = planned(cohort, mm.Program(), matching, start="2027-01-11", end="2027-01-15")
    taken = next(p for p in first.plans if p.sessions[0].begins().day == 12)
    moved = mm.scheduling.Diary([(taken.sessions[0].start, taken.sessions[0].end)])
    for published, day in (("2027-01-11", 11), (None, 11)):
        found = replanned(cohort, mm.Program(), matching, first, diaries={"ann": moved}, published=published)
        assert [plan.sessions[0].begins().day for plan in found.plans] == [day]
    assert len(found.unplaced) == 1
    assert [plan.match for plan in found.cancelled] == [taken.match]


def test_matches_that_are_gone_are_called_off_and_come_back_with_a_later_revision():
    cohort, program, matching, first = small()
    one = mm.matching_from_pairs(cohort, [("ann", "eva")])
    less = replanned(cohort, program, one, first)
    assert [plan.match.mentees for plan in less.cancelled] == [("finn",)]
    assert faults(cohort, one, less, program) == []
    back = replanned(cohort, program, matching, less)
    again = next(plan for plan in back.plans if plan.match.mentees == ("finn",))
    assert {meeting.revision for meeting in again.sessions} == {2}  # 0 planned, 1 called off
    assert back.cancelled == ()


def test_the_notice_is_for_new_times_only():
    cohort, program, matching, first = small()
    soon = "2027-01-11T08:00Z"  # an hour before the first session
    found = replanned(cohort, program, matching, first, now=soon)
    assert found.value == (2, 0, 0, 0)
    assert faults(cohort, matching, found, program) == []
    plan = first.plans[0]
    taken = {plan.match.mentees[0]: [(plan.sessions[0].start, plan.sessions[0].end)]}
    moved = replanned(cohort, program, matching, first, now=soon, busy=taken)
    again = next(p for p in moved.plans if p.match == plan.match)
    assert again.sessions[0].begins().isoformat() >= "2027-01-12T08:00"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"now": "noon"}, "expected a time"),
        ({"published": "soon"}, "expected a date"),
        ({"end": "2020-01-01"}, "expected a date"),
    ],
)
def test_bad_arguments_are_named(options, message):
    cohort, program, matching, first = small()
    with pytest.raises(mm.InputError, match=message):
        replanned(cohort, program, matching, first, **options)


def test_what_is_rescheduled_is_a_schedule():
    cohort, _, _, first = small()
    result = mm.solve(cohort)
    with pytest.raises(mm.InputError, match="previous: found NoneType, expected a Schedule"):
        mm.reschedule(cohort, result, None)
    assert len(mm.reschedule(cohort, result, first).cancelled) == 0


@given(questions(), st.data())
@examples(60)
def test_suggestions_can_be_held_and_are_the_best(question, data):
    cohort, matching, options = question
    first = scheduled(cohort, matching, **options)
    assume(first.plans)
    plan = data.draw(st.sampled_from(first.plans))
    found = mm.scheduling.suggest(cohort, first, plan, 50)
    others = tuple(p for p in first.plans if p != plan)
    for other in found:
        assert faults(cohort, matching, replace(first, plans=(*others, other))) == []
    starts = [other.sessions[0].start for other in found]
    assert len(set(starts)) == len(starts)
    assert plan.sessions[0].start not in starts
    if first.settings.wishes.adjacent or any(d.capped for d in first.settings.diaries.values()):
        return
    oracle = Oracle(cohort, matching, first.settings)
    k = oracle.matches.index(plan.match)
    fixed = [None] * len(oracle.matches)
    for p in others:
        fixed[oracle.matches.index(p.match)] = tuple(m.start for m in p.sessions)
    possible = [d for d in oracle.alone(k) if oracle.kept([*fixed[:k], d, *fixed[k + 1 :]])]
    costs = {}
    for dates in possible:
        if dates[0] != plan.sessions[0].start:
            own = oracle.cost([dates if j == k else None for j in range(len(fixed))])
            costs[dates[0]] = min(own, costs.get(dates[0], own))
    assert sorted(starts) == sorted(costs)
    assert [costs[start] for start in starts] == sorted(costs.values())


def test_suggestions_are_for_plans_of_the_schedule():
    cohort, _, _, first = small()
    with pytest.raises(mm.InputError, match=r"schedule\.plans"):
        mm.scheduling.suggest(cohort, first, None)
    with pytest.raises(mm.InputError, match="from 1 to 1000"):
        mm.scheduling.suggest(cohort, first, first.plans[0], 0)
    assert len(mm.scheduling.suggest(cohort, first, first.plans[0])) == 3


def test_a_large_program_is_rescheduled_part_by_part():
    """More than a thousand matches were refused, though no two of them hang together."""
    people = [mm.Participant(f"m{k:04}", offers=[mm.Offer()], availability="Mon-Tue 9-10") for k in range(1100)]
    people += [mm.Participant(f"e{k:04}", requests=[mm.Request()], availability="Mon-Tue 8-10") for k in range(1100)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [(f"m{k:04}", f"e{k:04}") for k in range(1100)])
    first = planned(cohort, mm.Program(), matching, start="2027-01-11", end="2027-01-12")
    busy = {f"m{k:04}": [("2027-01-11T09:00Z", "2027-01-11T10:00Z")] for k in range(3)}
    found = replanned(cohort, mm.Program(), matching, first, busy=busy, published="2027-01-11")
    assert found.value == found.bound == (1100, -3, -3, -3 * 1440)
    assert found.status == mm.Status.OPTIMAL


def test_suggestions_leave_the_rooms_and_hours_of_others():
    """One room at Rome: of nine, ten and eleven two are taken by other people, and online talks take no room."""
    meet, talk = (
        mm.formats.Format("meet", (mm.formats.SessionSpec(60, "in_person"),)),
        mm.formats.Format("talk", (mm.formats.SessionSpec(60, "virtual"),)),
    )
    usual = {"site": "Rome", "availability": "Mon 9-12"}
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()], **usual) for k in range(3)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(format="meet")], **usual) for k in range(2)]
    people.append(mm.Participant("e2", requests=[mm.Request(format="talk")], **usual))
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [(f"m{k}", f"e{k}") for k in range(3)])
    span = {"start": "2027-01-11", "end": "2027-01-11", "grain": 60, "rooms": {"Rome": ["Forum"]}}
    found = planned(cohort, mm.Program(), matching, formats=[meet, talk], **span)
    hours = {plan.match.mentor: plan.sessions[0].begins().hour for plan in found.plans}
    assert hours == {"m0": 9, "m1": 10, "m2": 9}
    for plan in found.plans:
        others = [
            (m.begins().hour, m.room) for other in mm.scheduling.suggest(cohort, found, plan) for m in other.sessions
        ]
        assert others == {"m0": [(11, "Forum")], "m1": [(11, "Forum")], "m2": [(10, ""), (11, "")]}[plan.match.mentor]
