"""Busy times from calendar files: what repeats, what was moved or called off, and what is no calendar at all."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dated import planned
from strategies import examples

SPAN = {"start": "2026-03-01", "end": "2026-04-30"}
WALLS = dt.datetime.fromisoformat("2025-12-01"), dt.datetime.fromisoformat("2026-04-20")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]


def calendar(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for number, event in enumerate(events):
        own = [] if any(line.startswith("UID") for line in event) else [f"UID:{number}@test"]
        lines += ["BEGIN:VEVENT", *own, "DTSTAMP:20260101T000000Z", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def busy(*events, **options):
    return list(mm.io.busy_times(calendar(*events), **{**SPAN, **options}))


def utc(wall, zone):
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


@given(
    first=st.datetimes(*WALLS).map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
    every=st.integers(1, 3),
    weekly=st.booleans(),
    count=st.none() | st.integers(1, 60),
    left_out=st.sets(st.integers(0, 20), max_size=3),
    minutes=st.integers(1, 600),
)
@examples(150)
def test_what_repeats_is_as_on_the_wall(first, zone, every, weekly, count, left_out, minutes):
    """Every few days or weeks at one wall time, some left out, counted one by one."""
    step = every * (7 if weekly else 1)
    walls = [first + dt.timedelta(days=step * k) for k in range(count or 400)]
    rule = f"RRULE:FREQ={'WEEKLY' if weekly else 'DAILY'};INTERVAL={every}" + (f";COUNT={count}" if count else "")
    event = [f"DTSTART;TZID={zone}:{first:%Y%m%dT%H%M%S}", f"DURATION:PT{minutes}M", rule]
    event += [f"EXDATE;TZID={zone}:{walls[k]:%Y%m%dT%H%M%S}" for k in left_out if k < len(walls)]
    taken = set()
    for k, wall in enumerate(walls):
        if k not in left_out:
            begin = int(wall.replace(tzinfo=ZoneInfo(zone)).timestamp()) // 60
            taken |= set(range(begin, begin + minutes))
    found = set()
    for low, high in busy(event):
        ends = [int(dt.datetime.fromisoformat(text).timestamp()) // 60 for text in (low, high)]
        found |= set(range(*ends))
    low, high = (int(dt.datetime(2026, *day, tzinfo=dt.UTC).timestamp()) // 60 for day in ((3, 1), (5, 1)))
    inside = set(range(low, high))
    assert found & inside == taken & inside


def test_what_is_free_or_called_off_takes_no_time():
    plain = ["DTSTART:20260310T090000Z", "DTEND:20260310T100000Z"]
    assert busy(plain) == [("2026-03-10T09:00Z", "2026-03-10T10:00Z")]
    assert busy([*plain, "TRANSP:TRANSPARENT"], [*plain, "STATUS:CANCELLED"]) == []
    assert busy([*plain, "STATUS:TENTATIVE"]) == busy(plain)


def test_an_occurrence_that_was_moved_and_one_that_was_called_off():
    weekly = ["UID:a", "DTSTART:20260302T090000Z", "DTEND:20260302T100000Z", "RRULE:FREQ=WEEKLY;COUNT=3"]
    moved = [
        "UID:a",
        "RECURRENCE-ID:20260309T090000Z",
        "DTSTART:20260310T140000Z",
        "DTEND:20260310T150000Z",
        "SEQUENCE:1",
    ]
    off = ["UID:a", "RECURRENCE-ID:20260316T090000Z", "DTSTART:20260316T090000Z", "STATUS:CANCELLED", "SEQUENCE:2"]
    found = [low for low, _ in busy(weekly, moved, off)]
    assert found == ["2026-03-02T09:00Z", "2026-03-10T14:00Z"]
    older = ["UID:a", "RECURRENCE-ID:20260309T090000Z", "DTSTART:20260311T140000Z", "DTEND:20260311T150000Z"]
    assert [low for low, _ in busy(weekly, moved, older, off)] == found


def test_whole_days_and_times_without_a_zone_are_local():
    assert busy(["DTSTART;VALUE=DATE:20260329", "DTEND;VALUE=DATE:20260330"], zone="Europe/Berlin") == [
        ("2026-03-28T23:00Z", "2026-03-29T22:00Z")
    ]
    assert busy(["DTSTART;VALUE=DATE:20260310"]) == [("2026-03-10T00:00Z", "2026-03-11T00:00Z")]
    assert busy(["DTSTART:20260310T090000", "DTEND:20260310T093000"], zone="Asia/Kathmandu") == [
        ("2026-03-10T03:15Z", "2026-03-10T03:45Z")
    ]
    until = ["DTSTART;VALUE=DATE:20260310", "RRULE:FREQ=DAILY;UNTIL=20260312"]
    assert busy(until) == [("2026-03-10T00:00Z", "2026-03-13T00:00Z")]


def test_a_rule_without_an_end_is_followed_up_to_the_end_of_the_dates():
    found = busy(["DTSTART:20000103T090000Z", "DTEND:20000103T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"])
    assert found[0][0] == "2026-03-02T09:00Z"
    assert found[-1][0] <= "2026-05-01"
    extra = ["DTSTART:20260302T090000Z", "DURATION:PT1H", "RDATE:20260305T090000Z,20260306T090000Z"]
    assert [low[8:10] for low, _ in busy(extra)] == ["02", "05", "06"]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("FREQ=SECONDLY", "by the minute or second"),
        ("FREQ=MINUTELY", "by the minute"),
        ("FREQ=HOURLY", "more than 100,000"),
    ],
)
def test_what_repeats_too_often_is_refused(rule, told):
    with pytest.raises(mm.errors.LimitError, match=told):
        busy(["DTSTART:20140101T000000Z", "DURATION:PT1M", f"RRULE:{rule}"])


@pytest.mark.parametrize("rule", ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_rule_that_never_comes_again_ends(rule):
    """The 30th of February was looked for in eight thousand years, hour by hour."""
    found = busy(["DTSTART:20260310T090000Z", "DURATION:PT1H", f"RRULE:{rule}"])
    assert found == [("2026-03-10T09:00Z", "2026-03-10T10:00Z")]


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (["DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=0;BYDAY=MO"], "INTERVAL is below 1"),  # went on for ever
        (["DTEND:20260310T080000Z"], "ends before it has begun"),
        (["DURATION:-PT1H"], "ends before it has begun"),
        (["EXDATE;TZID=Mars/Olympus:20260310T090000"], "unknown time zone Mars/Olympus"),
        ([], "breaks off"),
    ],
)
def test_what_is_broken_is_told(event, told):
    data = calendar(["DTSTART:20260310T090000Z", *event])
    with pytest.raises(mm.InputError, match=told):
        mm.io.busy_times(data if event else data[:-20], **SPAN)


def test_a_zone_that_nobody_knows_is_not_taken_for_ones_own():
    with pytest.raises(mm.InputError, match="unknown time zone Foo/Bar"):
        busy(["DTSTART;TZID=Foo/Bar:20260310T090000", "DURATION:PT1H"])


def test_a_date_with_an_end_of_its_own_takes_that_long():
    extra = ["RDATE;VALUE=PERIOD:20260305T090000Z/20260305T113000Z,20260306T090000Z/PT2H"]
    assert busy(["DTSTART:20260302T090000Z", "DURATION:PT1H", *extra])[1:] == [
        ("2026-03-05T09:00Z", "2026-03-05T11:30Z"),
        ("2026-03-06T09:00Z", "2026-03-06T11:00Z"),
    ]


def test_free_busy_entries():
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VFREEBUSY\r\nUID:f\r\nDTSTAMP:20260101T000000Z\r\n"
        "FREEBUSY;FBTYPE=BUSY:20260310T090000Z/20260310T100000Z,20260311T090000Z/PT1H\r\n"
        "FREEBUSY;FBTYPE=FREE:20260312T090000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    assert list(mm.io.busy_times(text.encode(), **SPAN)) == [
        ("2026-03-10T09:00Z", "2026-03-10T10:00Z"),
        ("2026-03-11T09:00Z", "2026-03-11T10:00Z"),
    ]


@pytest.mark.parametrize(
    "data", [b"", b"BEGIN:VCALENDAR", b"hello", b"\xff\xfe\xfd", b"PK\x03\x04zip", b"BEGIN:VEVENT\r\nEND:VCALENDAR"]
)
def test_what_is_no_calendar_is_told(data):
    with pytest.raises(mm.InputError) as told:
        mm.io.busy_times(data, **SPAN)
    assert told.value.problems[0].code in {"calendar", "encoding", "compressed"}


@given(
    st.lists(st.sampled_from(["DTSTART:", "RRULE:FREQ=", "DTEND", "EXDATE:", "RECURRENCE-ID:"]), max_size=4),
    st.text(max_size=20),
)
@examples(200)
def test_any_event_is_busy_times_or_an_error_of_ours(names, text):
    line = text.replace("\r", " ").replace("\n", " ")
    try:
        found = busy(["DTSTART:20260310T090000Z", *(name + line for name in names)])
    except mm.MmatchError:
        return
    assert all(low < high for low, high in found)


def test_busy_times_go_straight_into_a_schedule(tmp_path):
    (tmp_path / "eva.ics").write_bytes(calendar(["DTSTART:20260302T090000Z", "DTEND:20260302T110000Z"]))
    people = [
        mm.Participant("ann", offers=[mm.Offer()], availability="Mon 9-12"),
        mm.Participant("eva", requests=[mm.Request()]),
    ]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva")])
    taken = mm.io.busy_times(tmp_path / "eva.ics", start="2026-03-02", end="2026-03-08")
    found = planned(cohort, mm.Program(), matching, start="2026-03-02", end="2026-03-08", busy={"eva": taken})
    assert found.plans[0].sessions[0].begins().hour == 11
