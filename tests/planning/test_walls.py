"""Whose hours are skipped or come twice is told, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from clock_changes import ZONES, changes
from strategies import examples


def planned(week, zone, span, **options):
    people = [
        mm.Participant("ann", offers=[mm.Offer()], availability=week, timezone=zone),
        mm.Participant("eva", requests=[mm.Request()], availability="Mon 9-12", timezone="UTC"),
    ]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva")])
    return cohort, mm.schedule(cohort, mm.Program(), matching, **span, **options)


def told(*question, **options):
    return [(c.who, c.date, c.window, c.kind) for c in mm.clock_changes(*planned(*question, **options))]


def test_a_skipped_and_a_doubled_hour():
    week, zone = "Sun 1-4; Mon 9-12", "Europe/Berlin"
    spring = {"start": "2027-03-22", "end": "2027-04-04"}
    assert told(week, zone, spring) == [("ann", "2027-03-28", "Sun 1-4", "missing")]
    assert told(week, zone, {"start": "2027-10-25", "end": "2027-11-07"}) == [
        ("ann", "2027-10-31", "Sun 1-4", "doubled")
    ]
    assert told(week, "UTC", spring) == told("Mon 9-12", zone, spring) == []
    assert told(week, zone, spring, blackout=["2027-03-28"]) == []
    assert told(week, zone, spring, diaries={"ann": mm.Diary(dates={"2027-03-28": "9-10"})}) == []


@given(st.sampled_from(ZONES), st.integers(2020, 2035))
@examples(30)
def test_only_days_of_a_change_are_told(zone, year):
    span = {"start": f"{year}-01-01", "end": f"{year}-12-31"}
    days = {str(day) for day in changes(zone, range(year, year + 1))}
    found = {date for _, date, _, _ in told("Mon-Sun 0-24", zone, span)}
    assert len(found) <= len(days)
    assert bool(found) == bool(days)


def test_what_is_no_schedule_is_told():
    with pytest.raises(mm.InputError, match="expected a Schedule"):
        mm.clock_changes(mm.Cohort([]), 5)
