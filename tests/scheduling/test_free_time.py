"""When people are free, worked out by hand: single dates, closed dates, the notice, what is taken, limits."""

import numpy as np
import pytest

import mmatch as mm
from mmatch.availability import day_of, instant, parse_week
from mmatch.scheduling import Diary
from mmatch.scheduling.free_time import FreeTime, shared_time
from mmatch.scheduling.schedule_settings import Settings

MONDAY = day_of("2027-01-11", "day")


def at(text):
    return instant(f"2027-01-{text}:00Z", None, "time")


def free_time(diary=None, availability="Mon-Tue 9-12", zone="UTC", wider=None, **settings):
    """The free time of ann, and of eva, who states nothing."""
    people = [
        mm.Participant("ann", offers=[mm.Offer()], availability=availability, timezone=zone),
        mm.Participant("eva", requests=[mm.Request()]),
    ]
    span = {"start": MONDAY, "end": MONDAY + 6, "zone": "UTC", "hours": parse_week("Mon-Fri 10-16", "hours")}
    diaries = {} if diary is None else {"ann": diary}
    return FreeTime(mm.Cohort(people), Settings(**{**span, "diaries": diaries, **settings}), wider)


def shown(intervals):
    """Intervals as texts such as "11 09:00-12:00"."""
    texts = [np.datetime64(int(low), "m").item() for low, _ in intervals]
    ends = [np.datetime64(int(high), "m").item() for _, high in intervals]
    return [f"{low:%d %H:%M}-{high:%H:%M}" for low, high in zip(texts, ends, strict=True)]


@pytest.mark.parametrize(
    ("given", "free"),
    [
        ({}, ["11 09:00-12:00", "12 09:00-12:00"]),
        ({"zone": "Europe/Rome"}, ["11 08:00-11:00", "12 08:00-11:00"]),
        ({"end": MONDAY}, ["11 09:00-12:00"]),
        ({"start": MONDAY + 1}, ["12 09:00-12:00"]),
        ({"wider": {"ann": 30}}, ["11 08:30-12:30", "12 08:30-12:30"]),
        ({"wider": {"eva": 30}}, ["11 09:00-12:00", "12 09:00-12:00"]),
        ({"blackout": frozenset({MONDAY})}, ["12 09:00-12:00"]),
        ({"diary": Diary(blackout=["2027-01-12"])}, ["11 09:00-12:00"]),
        (
            {"diary": Diary(dates={"2027-01-11": "14-15, 16-17"})},
            ["11 14:00-15:00", "11 16:00-17:00", "12 09:00-12:00"],
        ),
        ({"diary": Diary(dates={"2027-01-11": ""})}, ["12 09:00-12:00"]),
        ({"diary": Diary(dates={"2027-01-17": "8-9"})}, ["11 09:00-12:00", "12 09:00-12:00", "17 08:00-09:00"]),
        ({"diary": Diary(dates={"2027-01-18": "8-9", "2027-01-10": "8-9"})}, ["11 09:00-12:00", "12 09:00-12:00"]),
        (
            {"diary": Diary(dates={"2027-01-11": "14-15"}), "blackout": frozenset({MONDAY, MONDAY + 1})},
            ["11 14:00-15:00"],
        ),
        ({"since": at("11T10:00")}, ["11 10:00-12:00", "12 09:00-12:00"]),
        (
            {"diary": Diary(busy=[(at("11T10:00"), at("11T11:00"))])},
            ["11 09:00-10:00", "11 11:00-12:00", "12 09:00-12:00"],
        ),
        (
            {"diary": Diary(busy=[(at("11T10:00"), at("11T11:00"))]), "buffer": 15},
            ["11 09:00-09:45", "11 11:15-12:00", "12 09:00-12:00"],
        ),
        (
            {"diary": Diary(busy=[(at("11T10:00"), at("11T11:00"))], buffer=0), "buffer": 15},
            ["11 09:00-10:00", "11 11:00-12:00", "12 09:00-12:00"],
        ),
        ({"diary": Diary(per_day=0)}, []),
        ({"diary": Diary(hours_per_month=0)}, []),
        ({"diary": Diary(per_day=1)}, ["11 09:00-12:00", "12 09:00-12:00"]),
    ],
)
def test_free_times_are_what_is_left_of_the_windows(given, free):
    assert shown(free_time(**given).of("ann")) == free


def test_steps_say_what_takes_time_and_leave_out_what_does_not():
    diary = Diary(busy=[(at("11T10:00"), at("11T11:00"))], per_week=0)
    found = free_time(diary, blackout=frozenset({MONDAY + 1}), since=at("11T09:30"))
    steps = [(name, int((left[:, 1] - left[:, 0]).sum())) for name, left in found.steps("ann")]
    assert steps == [
        ("the windows", 360),
        ("the dates on which nobody meets", 180),
        ("the notice", 150),
        ("what is taken", 90),
        ("a limit of 0", 0),
    ]
    assert [name for name, _ in free_time().steps("ann")] == ["the windows"]
    assert shown(found.without_notice.of("eva"))[0] == "11 10:00-16:00"


def test_two_people_share_the_time_at_which_both_are_free():
    assert shown(shared_time(["ann", "eva"], free_time())) == ["11 10:00-12:00", "12 10:00-12:00"]
    assert shown(shared_time(["eva"], free_time(end=MONDAY))) == ["11 10:00-16:00"]


def test_limits_count_sessions_or_minutes_in_periods_of_the_own_zone():
    diary = Diary(per_day=1, per_week=2, per_month=3, hours_per_month=1.5)
    limits = free_time(diary, zone="America/New_York").limits("ann")
    assert [(limit.kind, limit.most, limit.minutes) for limit in limits] == [
        ("day", 1, False),
        ("week", 2, False),
        ("month", 3, False),
        ("month", 90, True),
    ]
    assert [limit.amount(45) for limit in limits] == [1, 1, 1, 45]
    evening = np.array([at("12T04:59"), at("12T05:00")])  # midnight in New York lies between them
    assert limits[0].periods(evening).tolist() == [MONDAY, MONDAY + 1]
    sunday = np.array([at("11T04:59"), at("11T05:00"), at("18T04:59")])
    weeks = limits[1].periods(sunday)
    assert (weeks - weeks[0]).tolist() == [0, 1, 1]
    months = limits[2].periods(np.array([at("01T04:59"), at("01T05:00"), at("31T23:00")]))
    assert months.tolist() == [57 * 12 - 1, 57 * 12, 57 * 12]


def test_working_days_are_counted_without_weekends_and_closed_dates():
    found = free_time(blackout=frozenset({MONDAY + 1}))
    friday = np.array([MONDAY - 3])
    assert found.later(friday, 0).tolist() == [MONDAY - 3]
    assert found.later(friday, 1).tolist() == [MONDAY]
    assert found.later(friday, 2).tolist() == [MONDAY + 2]
    days = found.working(np.array([MONDAY - 3, MONDAY - 1, MONDAY, MONDAY + 1, MONDAY + 2]))
    assert (days - days[0]).tolist() == [0, 0, 1, 1, 2]
