"""What is said of an occurrence and of all later ones (RANGE=THISANDFUTURE), against one occurrence after the other."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from strategies import examples

SPAN = {"start": "2026-03-01", "end": "2026-04-30"}
INSIDE = tuple(int(dt.datetime(2026, *day, tzinfo=dt.UTC).timestamp()) // 60 for day in ((3, 1), (5, 1)))
FIRST = dt.datetime.fromisoformat("2026-01-05T00:00"), dt.datetime.fromisoformat("2026-03-31T00:00")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
MOVES = (-3000, -1440, -90, 0, 0, 60, 1440, 4000)


@dataclass(frozen=True)
class Said:
    """What is said of occurrence k, and perhaps of all later ones."""

    k: int
    onwards: bool
    shift: int
    minutes: int
    kind: str


def text(wall, zone, *, whole=False, utc=False):
    """A time as a property gives it, with its parameters."""
    if whole:
        return f";VALUE=DATE:{wall:%Y%m%d}"
    at = wall.replace(tzinfo=ZoneInfo(zone))
    there = at.astimezone(dt.UTC)
    if utc and there.astimezone(at.tzinfo).replace(tzinfo=None) == wall:
        return f":{there:%Y%m%dT%H%M%SZ}"
    return f";TZID={zone}:{wall:%Y%m%dT%H%M%S}"


def length(minutes, *, whole):
    return f"DURATION:P{minutes // 1440}D" if whole else f"DURATION:PT{minutes}M"


@st.composite
def stories(draw):
    """(events of a calendar, minutes that are taken): a series, counted one by one on the wall."""
    whole = draw(st.booleans())
    zone, size = draw(st.sampled_from(ZONES)), 1440 if whole else 1
    first = draw(st.datetimes(*FIRST)).replace(second=0, microsecond=0)
    first = first.replace(hour=0, minute=0) if whole else first
    step, count = draw(st.sampled_from([1, 2, 7])), draw(st.integers(1, 40))
    walls = [first + dt.timedelta(days=step * k) for k in range(count)]
    walls += [walls[-1] + dt.timedelta(days=d, minutes=0 if whole else 95) for d in draw(st.sets(st.integers(1, 9)))]
    lengths = st.integers(1, 3).map(lambda n: n * size * (1 if whole else 50))
    minutes, left_out = draw(lengths), draw(st.sets(st.integers(0, len(walls) - 1), max_size=2))
    rows = draw(
        st.lists(
            st.builds(
                Said,
                st.integers(0, len(walls) - 1),
                st.booleans(),
                st.sampled_from(MOVES).map(lambda n: n // size * size),
                lengths,
                st.sampled_from(["", "", "", "STATUS:CANCELLED", "TRANSP:TRANSPARENT"]),
            ),
            max_size=4,
            unique_by=lambda said: said.k,
        )
    )
    start = [f"DTSTART{text(first, zone, whole=whole)}", length(minutes, whole=whole), "UID:a"]
    main = [*start, f"RRULE:FREQ=DAILY;INTERVAL={step};COUNT={count}"]
    main += [f"EXDATE{text(walls[k], zone, whole=whole)}" for k in sorted(left_out)]
    main += [f"RDATE{text(wall, zone, whole=whole, utc=draw(st.booleans()))}" for wall in walls[count:]]
    events = [main]
    for said in rows:
        named = text(walls[said.k], zone, whole=whole, utc=draw(st.booleans()))
        moved = text(walls[said.k] + dt.timedelta(minutes=said.shift), zone, whole=whole)
        event = [f"RECURRENCE-ID{';RANGE=THISANDFUTURE' if said.onwards else ''}{named}", "UID:a", f"DTSTART{moved}"]
        events.append([*event, length(said.minutes, whole=whole), *filter(None, [said.kind])])
    home = ZoneInfo(zone)
    taken = taken_by(walls, minutes, left_out, rows, lambda w: int(w.replace(tzinfo=home).timestamp()) // 60, whole)
    return zone, draw(st.permutations(events)), taken


def taken_by(walls, minutes, left_out, rows, minute, whole):
    """Minutes, one occurrence after the other: its own word, else the last that holds from an earlier one on."""
    own = {said.k: said for said in rows}
    found = set()
    for k, wall in enumerate(walls):
        before = [said for said in rows if said.onwards and walls[said.k] <= wall]
        said = own.get(k) or (max(before, key=lambda said: walls[said.k]) if before else None)
        if (said and said.kind) or (k in left_out and k not in own):
            continue
        begin = wall + dt.timedelta(minutes=said.shift if said else 0)
        long = said.minutes if said else minutes
        end = minute(begin + dt.timedelta(minutes=long)) if whole else minute(begin) + long
        found |= set(range(minute(begin), end))
    return found


def calendar(events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260101T000000Z", *event, "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def minutes_of(spans):
    found = set()
    for low, high in spans:
        found |= set(range(*(int(dt.datetime.fromisoformat(end).timestamp()) // 60 for end in (low, high))))
    return found


@given(stories())
@examples(200)
def test_a_series_is_as_one_occurrence_after_the_other(story):
    zone, events, taken = story
    found = minutes_of(mm.io.busy_times(calendar(events), **SPAN, zone=zone))
    inside = set(range(*INSIDE))
    assert found & inside == taken & inside


SERIES = ["UID:a", "DTSTART;TZID=Europe/Berlin:20260302T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"]


def told(*lines, named="20260316T090000", value="THISANDFUTURE"):
    return ["UID:a", f"RECURRENCE-ID;RANGE={value};TZID=Europe/Berlin:{named}", *lines]


def busy(*events, **options):
    return mm.io.busy_times(calendar([SERIES, *events]), **{**SPAN, "end": "2026-04-08", **options})


def test_later_ones_move_along_on_the_wall():
    """Two hours later from the third week on, and two hours later also once clocks have gone forward."""
    moved = told("DTSTART;TZID=Europe/Berlin:20260316T110000", "DURATION:PT30M")
    assert busy(moved) == (
        ("2026-03-02T08:00Z", "2026-03-02T09:00Z"),
        ("2026-03-09T08:00Z", "2026-03-09T09:00Z"),
        ("2026-03-16T10:00Z", "2026-03-16T10:30Z"),
        ("2026-03-23T10:00Z", "2026-03-23T10:30Z"),
        ("2026-03-30T09:00Z", "2026-03-30T09:30Z"),
        ("2026-04-06T09:00Z", "2026-04-06T09:30Z"),
    )


def test_the_rest_of_a_series_is_called_off_but_for_one():
    off = told("DTSTART;TZID=Europe/Berlin:20260316T090000", "STATUS:CANCELLED")
    but = ["UID:a", "RECURRENCE-ID:20260330T070000Z", "DTSTART:20260331T070000Z", "DURATION:PT1H"]
    assert [low[5:10] for low, _ in busy(off, but)] == ["03-02", "03-09", "03-31"]


def test_occurrences_from_beyond_the_end_may_move_before_it():
    moved = told("DTSTART;TZID=Europe/Berlin:20260306T090000", "DURATION:PT1H")
    found = [low[5:10] for low, _ in busy(moved, end="2026-03-29")]
    assert found == ["03-02", "03-06", "03-09", "03-13", "03-20", "03-27"]


def test_whole_days_become_hours():
    """From the second day on not all of the day: ten to twelve, on the wall of the new time."""
    days = ["UID:d", "DTSTART;VALUE=DATE:20260327", "RRULE:FREQ=DAILY;COUNT=4"]
    later = ["UID:d", "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260328"]
    hours = [*later, "DTSTART;TZID=Europe/Berlin:20260328T100000", "DURATION:PT2H"]
    assert mm.io.busy_times(calendar([days, hours]), **SPAN, zone="Europe/Berlin") == (
        ("2026-03-26T23:00Z", "2026-03-27T23:00Z"),
        ("2026-03-28T09:00Z", "2026-03-28T11:00Z"),
        ("2026-03-29T08:00Z", "2026-03-29T10:00Z"),
        ("2026-03-30T08:00Z", "2026-03-30T10:00Z"),
    )


@pytest.mark.parametrize(("minutes", "until"), [(60, "10:00"), (30, "08:30")])
def test_dates_with_ends_of_their_own_keep_their_length_unless_it_was_changed(minutes, until):
    main = ["UID:a", "DTSTART:20260302T090000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"]
    main.append("RDATE;VALUE=PERIOD:20260319T090000Z/PT2H")
    moved = ["UID:a", "RECURRENCE-ID;RANGE=THISANDFUTURE:20260309T090000Z", "DTSTART:20260309T080000Z"]
    found = mm.io.busy_times(calendar([main, [*moved, f"DURATION:PT{minutes}M"]]), **SPAN)
    assert found[-1] == ("2026-03-19T08:00Z", f"2026-03-19T{until}Z")


def test_the_last_word_on_an_occurrence_counts():
    once = told("DTSTART;TZID=Europe/Berlin:20260316T110000", "DURATION:PT1H", "SEQUENCE:1")
    again = told("DTSTART;TZID=Europe/Berlin:20260316T140000", "DURATION:PT1H", "SEQUENCE:2")
    assert busy(once, again) == busy(again, once) == busy(again)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (told("DTSTART:20260316T110000Z", value="THISANDPRIOR"), "RANGE=THISANDPRIOR is none"),
        (told(), "event 1 of 2026-03-02: cannot be understood: it has no DTSTART"),
    ],
)
def test_what_cannot_be_followed_is_told(event, message):
    with pytest.raises(mm.InputError, match=message):
        busy(event)


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_differences_of_thousands_of_years_end(year):
    moved = told(f"DTSTART:{year}0316T110000Z", "DURATION:PT1H")
    try:
        found = busy(moved)
    except mm.MmatchError:
        return
    assert [low[5:10] for low, _ in found] == ["03-02", "03-09"]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (["UID:a", "DTSTART:20260302T090000Z", "RDATE;VALUE=PERIOD:20260305T090000Z/20260305T080000Z"], "ends before"),
        (["UID:a", "SUMMARY:x"], "no DTSTART"),
        (["UID:a", "STATUS:CANCELLED"], "no DTSTART"),
        (["UID:a", "RECURRENCE-ID:20260302T090000Z", "SUMMARY:x"], "no DTSTART"),
    ],
)
def test_an_entry_that_cannot_take_time_is_told_and_not_taken_as_free(event, message):
    with pytest.raises(mm.InputError, match=message):
        mm.io.busy_times(calendar([event]), **SPAN)


def test_no_dates_from_the_last_one_to_the_first():
    with pytest.raises(mm.InputError, match="end: found 2026-03-01, expected a date from 2026-04-01"):
        mm.io.busy_times(calendar([["UID:a", "DTSTART:20260302T090000Z"]]), start="2026-04-01", end="2026-03-01")
