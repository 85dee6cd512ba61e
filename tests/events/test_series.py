"""A year of events: nobody new is left out for somebody known, loads and sit-outs are shared, topics are covered."""

import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.events import Occasion, Rounds, Series, plan_series
from strategies import examples


def people(mentors, mentees, topics=("",)):
    found = [Participant(f"m{k:02}", offers=[Offer(t) for t in topics]) for k in range(mentors)]
    found += [Participant(f"e{k:02}", requests=[Request(t) for t in topics]) for k in range(mentees)]
    return mm.Cohort(found)


def monthly(months, count=1, **settings):
    return [Rounds(count=count, start=f"2027-{month:02}-15T14:00", **settings) for month in range(1, months + 1)]


def test_pairs_meet_again_only_when_there_is_nobody_new_and_then_those_who_met_longest_ago():
    year = plan_series(people(3, 3), None, monthly(5))
    assert len(year.meetings) == 15
    met = [
        {(one.mentor, one.mentee) for one in year.meetings if one.date == f"2027-{month:02}-15"}
        for month in range(1, 6)
    ]
    assert len(set().union(*met[:3])) == 9  # three months, nine pairs: all there are
    assert met[3] == met[0]
    assert met[4] == met[1]
    assert len(year.again) == 6
    assert mm.verify(people(3, 3), mm.Program(), year) == []


def test_with_the_rule_nobody_ever_meets_again():
    program = mm.Program(rules=[mm.rules.NoRepeat()])
    year = plan_series(people(2, 2), program, monthly(2))
    assert year.again == {}
    with pytest.raises(mm.InputError, match="nobody has more than 0 people to meet"):
        plan_series(people(2, 2), program, monthly(3))


@pytest.mark.parametrize(("mentors", "mentees", "count"), [(5, 3, 1), (40, 30, 3), (7, 4, 2)])
def test_the_load_of_willing_mentors_differs_by_one(mentors, mentees, count):
    year = plan_series(people(mentors, mentees), None, monthly(7, count))
    loads = [year.loads.get(f"m{k:02}", 0) for k in range(mentors)]
    assert sum(loads) == 7 * count * mentees
    assert max(loads) - min(loads) <= 1


def test_nobody_sits_out_twice_before_everybody_has():
    year = plan_series(people(3, 5), None, monthly(5))
    assert Counter(year.sit_outs.values()) == {2: 5}


def test_a_mentee_meets_somebody_on_each_of_their_topics():
    cohort = people(6, 6, ("data", "law", "art"))
    year = plan_series(cohort, None, monthly(3))
    assert set(year.topics.values()) == {("art", "data", "law")}
    assert mm.verify(cohort, mm.Program(), year) == []


def test_each_event_is_planned_when_its_sign_ups_close_and_then_stays():
    cohort = people(6, 6)
    january, february = monthly(2)
    there = [p.id for p in cohort if p.id not in {"m00", "e00"}]
    first = plan_series(cohort, None, [Occasion(january, there)])
    both = plan_series(cohort, None, [january, february], before=first)
    assert both.events[0] is first.events[0]
    assert not {"m00", "e00"} & set(both.events[0].names)
    assert both.again == {}
    assert mm.verify(cohort, mm.Program(), both) == []
    with pytest.raises(mm.InputError, match="comes before an event that is planned already"):
        plan_series(cohort, None, [january], before=Series(both.events[1:]))


def test_a_mentor_whose_mentees_are_away_is_not_new():
    cohort = people(2, 2)
    first = plan_series(cohort, None, [Occasion(monthly(1)[0], ["m00", "e00"])])
    year = plan_series(cohort, None, [Occasion(monthly(2)[1], ["m00", "m01", "e01"])], before=first)
    assert year.loads == {"m00": 1, "m01": 1}


def test_somebody_new_counts_more_than_an_even_load():
    """In April m01 has mentored more, and m00 has met e00 already."""
    here = [["m00", "e00"], ["m01", "e01"], ["m01", "e02"], ["m00", "m01", "e00"]]
    occasions = [Occasion(rounds, who) for rounds, who in zip(monthly(4), here, strict=True)]
    year = plan_series(people(2, 3), None, occasions)
    assert [(one.mentor, one.mentee) for one in year.meetings][-1] == ("m01", "e00")


@given(seed=st.integers(0, 10**6))
@examples(40)
def test_fewest_repeats_in_any_year(seed):
    """Whatever months people skip: each event is judged, and repeats only somebody who has met everybody there."""
    draw = random.Random(seed)
    cohort = people(draw.randint(1, 4), draw.randint(1, 4))
    ids = [person.id for person in cohort]
    occasions = []
    for rounds in monthly(4):
        here = [who for who in ids if draw.random() < 0.8]
        if any(who[0] == "m" for who in here) and any(who[0] == "e" for who in here):
            occasions.append(Occasion(rounds, here))
    year = plan_series(cohort, None, occasions)
    assert mm.verify(cohort, mm.Program(), year) == []
    met = set()
    for event in year:
        mentors = [who for who in event.names if who[0] == "m"]
        mentees = [who for who in event.names if who[0] == "e"]
        pairs = {(one.mentor, one.mentees[0]) for one in event}
        assert len(pairs) == min(len(mentors), len(mentees))
        assert len(pairs & met) == len(pairs) - most_new(mentors, mentees, met)
        met |= pairs


def most_new(mentors, mentees, met):
    """The most pairs of which none has met, by trying them one mentee after the other."""
    if not mentees:
        return 0
    rest = mentees[1:]
    found = most_new(mentors, rest, met)
    for mentor in mentors:
        if (mentor, mentees[0]) not in met:
            found = max(found, 1 + most_new([m for m in mentors if m != mentor], rest, met))
    return found


def test_the_judge_sees_events_in_another_order_and_forged_ones():
    cohort = people(4, 3)
    year = plan_series(cohort, None, monthly(3))
    assert mm.verify(cohort, mm.Program(), Series(year.events[::-1]))
    first = year.events[0]
    table = next(iter(first))
    forged = replace(first, seating=(replace(table, mentor=next(m for m in ("m00", "m01") if m != table.mentor)),))
    found = mm.verify(cohort, mm.Program(), Series((forged, *year.events[1:])))
    assert found[0].message.startswith("2027-01-15: ")


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ([Rounds(count=1)], "an event of a series needs a time"),
        ([*monthly(1), *monthly(1)], "two events begin on 2027-01-15 at 14:00"),
        ([Occasion(monthly(1)[0], ["m00", "m99"])], "m99"),
        (["2027-01-15"], "expected Occasion"),
    ],
)
def test_what_is_no_series(events, text):
    with pytest.raises(mm.InputError, match=text):
        plan_series(people(2, 2), None, events)


def test_a_series_is_a_table():
    year = plan_series(people(3, 3), None, monthly(2))
    assert year.columns()["date"] == ["2027-01-15"] * 3 + ["2027-02-15"] * 3
    (table,) = year.tables()
    assert table.rows == [("2027-01-15", 6, 3, 3, 0), ("2027-02-15", 6, 3, 3, 0)]
    assert repr(year) == "<Series: 2 events, 6 meetings, 0 pairs again>"
