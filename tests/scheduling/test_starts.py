"""When sessions may begin: on the grain of UTC, and on that of the windows, which lie on people's walls."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dated import planned
from mmatch.availability import day_of, parse_week
from mmatch.scheduling import Diary
from mmatch.scheduling.free_time import FreeTime, session_starts, shared_time
from mmatch.scheduling.schedule_settings import Settings
from strategies import examples

SPAN = {"start": "2027-01-11", "end": "2027-01-31"}


def pair(mentor, mentee, zone, other=None):
    people = [
        mm.Participant("ann", offers=[mm.Offer()], availability=mentor, timezone=zone),
        mm.Participant("cy", requests=[mm.Request()], availability=mentee, timezone=other or zone),
    ]
    return mm.Cohort(people)


def first(cohort, **given):
    """Where the first session is, on the wall of the mentor; else the reason and what would help."""
    made = planned(cohort, mm.Program(), mm.matching_from_pairs(cohort, [("ann", "cy")]), **SPAN, **given)
    if made.plans:
        return f"{made.plans[0].sessions[0].begins(cohort['ann'].timezone):%a %d %H:%M}"
    return made.unplaced[0].reason, made.unplaced[0].relaxation


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Eucla", "Pacific/Chatham", "Asia/Kolkata", "UTC"])
def test_an_hour_on_the_wall_is_an_hour_in_which_a_session_fits(zone):
    """Both were free for exactly that hour in three weeks; as sessions began on half hours of UTC only, there were no
    dates, and the reason said that they had no free 60 minutes."""
    assert first(pair("Mon 9-10", "Mon 9-10", zone)) == "Mon 11 09:00"
    assert first(pair("Mon 9-12", "Mon 9-12", zone)) == "Mon 11 09:00"


@pytest.mark.parametrize(
    ("mentor", "mentee", "begun"),
    [
        ("Mon 9:15-10:15", "Mon 9:15-10:15", "Mon 11 09:15"),
        ("Mon 9:10-10:10", "Mon 9-11", "Mon 11 09:10"),
        ("Mon 9-11", "Mon 9:10-10:10", "Mon 11 09:10"),
        ("Mon 9:10-12", "Mon 9:40-10:40", "Mon 11 09:40"),
        ("Mon 9-12", "Mon 9-12", "Mon 11 09:00"),
    ],
)
def test_sessions_begin_where_windows_begin(mentor, mentee, begun):
    assert first(pair(mentor, mentee, "Europe/Berlin")) == begun


def test_walls_of_two_zones():
    assert first(pair("Mon 9-12", "Mon 13:45-14:45", "Europe/Berlin", "Asia/Kathmandu")) == "Mon 11 09:00"
    assert first(pair("Mon 9-12", "Mon 14-15", "Europe/Berlin", "Asia/Kathmandu")) == "Mon 11 09:15"


def test_where_no_start_fits_the_reason_names_the_grain():
    taken = {"ann": [("2027-01-11T07:00Z", "2027-01-11T09:10Z")]}
    cohort = pair("Mon 9-10:15", "Mon 9-10:15", "UTC")
    matching = mm.matching_from_pairs(cohort, [("ann", "cy")])
    one_day = {"start": "2027-01-11", "end": "2027-01-11", "busy": taken}
    made = planned(cohort, mm.Program(), matching, **one_day)
    (left,) = made.unplaced
    assert "free for 60 minutes together, but not from a multiple of 30 minutes on (grain=30)" in left.reason
    assert left.relaxation == "let sessions begin every 15 minutes (grain=15)"
    again = planned(cohort, mm.Program(), matching, **one_day, grain=5)
    assert again.plans[0].sessions[0].begins("UTC").minute == 10


hours = st.tuples(st.integers(0, 280), st.integers(1, 60)).map(lambda t: (t[0] * 5, min(t[0] + t[1], 288) * 5))
weeks = st.lists(hours, min_size=1, max_size=3).map(
    lambda rows: "; ".join(f"Mon {a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}" for a, b in rows)
)
zones = st.sampled_from(["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"])


@given(weeks, weeks, zones, zones, st.sampled_from([15, 20, 30, 60]), st.sampled_from([15, 30, 60]))
@examples(150)
def test_starts_are_those_that_one_finds_minute_by_minute(mine, yours, zone, other, grain, minutes):
    cohort = pair(mine, yours, zone, other)
    monday = day_of("2027-01-11")
    diaries = {"ann": Diary(dates={"2027-01-12": "9:10-11"}), "cy": Diary(busy=[(monday * 1440, monday * 1440 + 605)])}
    settings = Settings(monday, monday + 2, "UTC", parse_week("Mon 9-12"), grain=grain, diaries=diaries)
    free_time = FreeTime(cohort, settings)
    free = shared_time(["ann", "cy"], free_time)
    together = {minute for low, high in free.tolist() for minute in range(low, high)}
    windows = [span for person in ("ann", "cy") for span in free_time.hours(person).tolist()]
    meant = [
        minute
        for minute in sorted(together)
        if all(minute + k in together for k in range(minutes))
        and (
            minute % grain == 0
            or any(low <= minute and minute + minutes <= high and (minute - low) % grain == 0 for low, high in windows)
        )
    ]
    assert session_starts(["ann", "cy"], minutes, free, free_time).tolist() == meant
    assert np.array_equal(free_time.hours("cy"), next(free_time.steps("cy"))[1])
