"""Weekly windows, zones and intervals: every instant against the clock on the wall, minute by minute."""

import datetime as dt
import zoneinfo

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from clock_changes import ZONES, changes
from mmatch import availability as av
from mmatch.availability import Window
from strategies import examples

windows = st.builds(
    lambda day, a, b: Window(day, *sorted((a, b))), st.integers(0, 6), st.integers(0, 95), st.integers(0, 96)
).filter(lambda w: w.start < w.end)
weeks = st.lists(windows.map(lambda w: Window(w.day, w.start * 15, w.end * 15)), max_size=6)


def shown(minute, zone):
    """Date and minute of the day on the wall, by zoneinfo alone."""
    at = (dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)).astimezone(zoneinfo.ZoneInfo(zone))
    return at.date(), at.hour * 60 + at.minute


def as_set(intervals):
    return {minute for start, end in intervals.tolist() for minute in range(start, end)}


# -- texts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Mon 9-12; Wed 14:30-16", "Mon 9-12; Wed 14:30-16"),
        ("wednesday 14-16\nMON 9\u201312", "Mon 9-12; Wed 14-16"),
        ("Mon-Wed 9am-12pm, 2-3pm", "Mon 9-12; Mon 14-15; Tue 9-12; Tue 14-15; Wed 9-12; Wed 14-15"),
        ("Mon, Thurs and Fri: 8.15 to 9", "Mon 8:15-9; Thu 8:15-9; Fri 8:15-9"),
        ("Mon 9-12, Wed 14-16", "Mon 9-12; Wed 14-16"),
        ("Sat-Mon 20-24", "Mon 20-24; Sat 20-24; Sun 20-24"),
        ("Fri 10pm-12am", "Fri 22-24"),
        ("Tue 9-12pm", "Tue 9-12"),
        ("weekends 11-1pm", "Sat 11-13; Sun 11-13"),
        ("Mon 9-10; Mon 10-11; Mon 10:30-12", "Mon 9-12"),
        ("0" * 18 + "11" + "0" * 148, "Mon 18-20"),
        ("0" * 335 + "1", "Sun 23:30-24"),
        ("", ""),
        (["Mon 9-10", "Tue 9-10"], "Mon 9-10; Tue 9-10"),
    ],
)
def test_what_people_write(text, meant):
    assert av.week_text(av.parse_week(text)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "Mon",
        "9-12",
        "Funday 9-12",
        "Mon 25-26",
        "Mon 9:75-10",
        "Mon 12-9",
        "Mon 9-9",
        "Mon 13am-14",
        "Mon 9-12 Tue",
        "Mo-Mi-Fr 9-12",
        "always",
    ],
)
def test_what_is_no_window_is_named_and_told_how(text):
    with pytest.raises(mm.InputError) as caught:
        av.parse_week(f"Tue 8-9; {text}; Wed 8-9", "cell 7")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("window", "cell 7")
    assert "found" in problem.message
    assert problem.hint


def test_all_entries_that_are_wrong_are_collected():
    with pytest.raises(mm.InputError) as caught:
        av.parse_week("Mon; Tue 9-8; Wed 9-10; Thu 99-100")
    assert len(caught.value.problems) == 3


@given(st.text(max_size=60) | st.lists(st.text(max_size=9), max_size=3))
@examples(200)
def test_any_text_is_windows_or_an_input_error(text):
    try:
        found = av.parse_week(text)
    except mm.InputError:
        return
    assert all(0 <= w.day < 7 and 0 <= w.start < w.end <= 1440 for w in found)
    assert found == av.joined(found)


@given(weeks)
@examples(200)
def test_texts_of_windows_read_back(week):
    assert av.parse_week(av.week_text(week)) == av.joined(week)


# -- dates ----------------------------------------------------------------------------------------------------------


@given(week=weeks, zone=st.sampled_from(ZONES), data=st.data())
@examples(100)
def test_an_instant_is_free_exactly_when_the_wall_says_so(week, zone, data):
    """Around every change of the clocks between 2020 and 2035, and on ordinary days."""
    days = list(changes(zone, range(2020, 2036))) or [dt.date(2026, 6, 1)]
    day = data.draw(st.sampled_from(days)) + dt.timedelta(days=data.draw(st.integers(-2, 1)))
    last = day + dt.timedelta(days=2)
    found = as_set(av.expand(week, zone, day, last))
    around = range((day - av.EPOCH).days * 1440 - 1440, (last - av.EPOCH).days * 1440 + 2880)
    meant = set()
    for minute in around:
        date, clock = shown(minute, zone)
        if day <= date <= last and any(w.day == date.weekday() and w.start <= clock < w.end for w in week):
            meant.add(minute)
    assert found == meant


@pytest.mark.parametrize("zone", ZONES)
def test_all_clock_changes_of_sixteen_years(zone):
    """Half an hour around noon and midnight each day: as long as it should be, but on days of a change."""
    week = [Window(day, start, start + 30) for day in range(7) for start in (0, 150, 720)]
    first, last = dt.date(2020, 1, 1), dt.date(2035, 12, 31)
    free = av.expand(week, zone, first, last)
    near = {day + dt.timedelta(days=k) for day in changes(zone, range(2019, 2037)) for k in (-1, 0, 1)}
    odd = [day for day in near if first <= day <= last]
    usual = (last - first).days + 1 - len(odd)
    assert minutes(free) == usual * 90 + sum(minutes_on(day, week, zone) for day in odd)


def minutes(intervals):
    return int((intervals[:, 1] - intervals[:, 0]).sum())


def minutes_on(date, week, zone):
    """How long windows are on a date, from the wall."""
    start = (date - av.EPOCH).days * 1440
    clocks = [clock for day, clock in (shown(m, zone) for m in range(start - 1440, start + 2880)) if day == date]
    return sum(w.start <= clock < w.end for w in week if w.day == date.weekday() for clock in clocks)


def test_missing_and_doubled_hours():
    """Berlin 2026: 02:00 to 03:00 does not exist on 29 March and comes twice on 25 October."""
    week = av.parse_week("Sun 1-4")
    dates = [("2026-03-29", 120), ("2026-10-25", 240), ("2026-06-07", 180)]
    assert [minutes(av.expand(week, "Europe/Berlin", date, date)) for date, _ in dates] == [n for _, n in dates]
    assert minutes(av.expand(week, "Europe/Berlin", "2026-03-23", "2026-10-31")) == 31 * 180


def test_a_day_that_a_zone_skipped():
    """Apia had no 30 December 2011."""
    week = av.parse_week("Fri 9-17; Sat 9-10")
    assert not len(av.expand(week, "Pacific/Apia", "2011-12-30", "2011-12-30"))
    assert minutes(av.expand(week, "Pacific/Apia", "2011-12-30", "2011-12-31")) == 60


@given(minute=st.integers(26_000_000, 34_000_000), zone=st.sampled_from(ZONES))
@examples(200)
def test_wall_time_finds_its_instant_or_says_that_there_are_none_or_two(minute, zone):
    date, clock = shown(minute, zone)
    text = f"{date}T{clock // 60:02}:{clock % 60:02}"
    same = [m for m in range(minute - 1500, minute + 1501) if shown(m, zone) == (date, clock)]
    try:
        found = av.instant(text, zone)
    except mm.InputError as error:
        assert len(same) == 2
        assert "twice" in str(error)
    else:
        assert same == [found] == [minute]
    assert av.instant(av.local_time(minute, zone).isoformat()) == minute


@pytest.mark.parametrize(
    ("text", "zone", "told"),
    [
        ("2026-03-29T02:30", "Europe/Berlin", "does not exist"),
        ("2026-10-25T02:30", "Europe/Berlin", "comes twice"),
        ("2011-12-30T12:00", "Pacific/Apia", "does not exist"),
        ("2026-01-01T10:00", None, "without a time zone"),
        ("2026-01-01T10:00:30", "UTC", "to the minute"),
        ("2026-01-01T24:00", "UTC", "to the minute"),
        ("2026-W01-1T10:00", "UTC", "to the minute"),
        ("20260101T1000", "UTC", "to the minute"),
        ("2026-02-30T10:00Z", None, "expected a date"),
        ("0001-01-01T10:00Z", None, "expected a date"),
        ("9999-01-01T10:00Z", None, "expected a date"),
        ("2026-01-01T10:00+99:00", None, "offset"),
        ("2026-01-01T10:00", "Mars/Olympus", "unknown time zone"),
        ("٢٠٢٦-01-01T10:00", "UTC", "to the minute"),
        (None, "UTC", "to the minute"),
    ],
)
def test_times_that_are_none(text, zone, told):
    with pytest.raises(mm.InputError, match=told):
        av.instant(text, zone)


@pytest.mark.parametrize(
    "name",
    [
        *("", "Europe", "../../etc/passwd", "Europe/Berlin\0", "x" * 300, "Europe//Berlin", None, 5),
        *("localtime", "Factory", "right/Europe/Berlin"),  # other instants on other machines, or leap seconds
    ],
)
def test_zones_that_are_none(name):
    with pytest.raises(mm.InputError, match="unknown time zone") as caught:
        av.expand((), name, "2026-01-01", "2026-01-02")
    assert caught.value.problems[0].code == "timezone"


def test_an_end_before_the_start():
    with pytest.raises(mm.InputError, match="before the start"):
        av.expand((), "UTC", "2026-01-02", "2026-01-01")


# -- intervals ------------------------------------------------------------------------------------------------------

pairs = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)


@given(pairs, pairs, st.integers(0, 5))
@examples(200)
def test_intervals_are_sets_of_minutes(one, other, more):
    a, b = av.intervals_of(one), av.intervals_of(other)
    assert as_set(a) == {m for start, end in one for m in range(start, end)}
    assert as_set(av.common(a, b)) == as_set(a) & as_set(b)
    assert as_set(av.without(a, b)) == as_set(a) - as_set(b)
    assert as_set(av.union(np.concatenate([a, b]))) == as_set(a) | as_set(b)
    assert as_set(av.widened(a, more)) == {m + d for m in as_set(a) for d in range(-more, more + 1)}
    for found in (a, av.common(a, b), av.without(a, b), av.widened(a, more)):
        assert (found[:, 0] < found[:, 1]).all()
        assert (found[1:, 0] > found[:-1, 1]).all()


@given(pairs, st.integers(1, 20), st.sampled_from([1, 5, 15]))
@examples(200)
def test_starts_leave_room_for_the_session(one, length, grain):
    intervals = av.intervals_of(one)
    free = as_set(intervals)
    meant = [m for m in range(0, 61, grain) if all(m + k in free for k in range(length))]
    assert av.starts(intervals, length, grain).tolist() == meant


@given(st.lists(pairs, min_size=1, max_size=4), st.integers(1, 20), st.data())
@examples(100)
def test_millions_of_pairs_are_compared_as_one(people, length, data):
    calendars = [av.intervals_of(one) for one in people]
    assume(calendars)
    grid = av.Grid.of(calendars, length, 5)
    row = st.integers(0, len(people) - 1)
    some = np.array(data.draw(st.lists(st.tuples(row, row), max_size=5)), dtype=np.int64).reshape(-1, 2)
    meant = [len(av.starts(av.common(calendars[a], calendars[b]), length, 5)) for a, b in some.tolist()]
    assert grid.shared(some[:, 0], some[:, 1]).tolist() == meant
