"""Whose wall a calendar means: zones that files define, names that nobody knows, whole days, and entries left out."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from strategies import examples

JANUARY = {"start": "2027-01-04", "end": "2027-01-31"}
NINE = ["DTSTART{}:20270111T090000", "DTEND{}:20270111T100000"]


def zone(label, offset="+0800"):
    """The definition of a zone that keeps one offset, as Outlook writes it."""
    lines = [f"TZID:{label}", "X-ENTOURAGE-CFTIMEZONE:x", "BEGIN:STANDARD", "DTSTART:16010101T000000"]
    return [
        "BEGIN:VTIMEZONE",
        *lines,
        f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}",
        "END:STANDARD",
        "END:VTIMEZONE",
    ]


def event(*lines, uid=""):
    return ["BEGIN:VEVENT", f"UID:{uid or abs(hash(lines))}", "DTSTAMP:20270101T000000Z", *lines, "END:VEVENT"]


def nine(params):
    """From nine to ten, on some wall."""
    return event(*(line.format(params) for line in NINE))


def calendar(*parts):
    lines = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "\r\n".join(
        ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//invented//EN", *lines, "END:VCALENDAR", ""]
    ).encode()


def busy(*parts, **options):
    return list(mm.io.busy_times(calendar(*parts), **{**JANUARY, **options}))


def hours(*parts, **options):
    """The UTC hours at which what is taken begins, such as "11 14"."""
    return [f"{low[8:10]} {low[11:13]}" for low, _ in busy(*parts, **options)]


# -- zones of one file ------------------------------------------------------------------------------------------------

LABELS = ["Customized Time Zone", "Local", "GMT Standard Time 1", "TimeZone 1", "tzone://Microsoft/Custom", "Berlin"]
LABELS += ["(UTC-05:00) Eastern Time (US and Canada)", "W. Europe Standard Time", "EST"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("later", [False, True])
def test_each_file_is_read_by_its_own_definitions(label, later):
    """Outlook calls a zone "Customized Time Zone" in everybody's file. Zones were remembered for the whole process, so
    that the second person was busy on the wall of the first one."""
    quoted = f';TZID="{label}"' if later else f";TZID={label}"
    for offset, hour in [("+0800", "01"), ("-0500", "14"), ("+0800", "01")]:
        parts = [zone(label, offset), nine(quoted)]
        assert hours(*(reversed(parts) if later else parts)) == [f"11 {hour}"]


@pytest.mark.parametrize("label", ["Customized Time Zone", "Local", "TimeZone 1", "tzone://Microsoft/Custom"])
def test_a_file_without_a_definition_is_refused_whatever_was_read_before(label):
    hours(zone(label), nine(f";TZID={label}"))
    with pytest.raises(mm.InputError, match="unknown time zone") as caught:
        hours(nine(f";TZID={label}"))
    assert "event 1 of 2027-01-11" in caught.value.problems[0].where


def test_a_place_of_the_database_is_itself_however_a_file_defines_it():
    assert hours(zone("Europe/Berlin"), nine(";TZID=Europe/Berlin")) == ["11 08"]


@pytest.mark.parametrize(
    ("label", "hour"),
    [
        ("tzone://Microsoft/Utc", "09"),
        ("GMT Standard Time 1", "09"),
        ('"(UTC-05:00) Eastern Time (US & Canada)"', "14"),
        ("W. Europe Standard Time", "08"),
        ("/freeassociation.sourceforge.net/Europe/Berlin", "08"),
    ],
)
def test_names_that_need_no_definition(label, hour):
    assert hours(nine(f";TZID={label}")) == [f"11 {hour}"]


@pytest.mark.parametrize(
    "label", ["../../etc/passwd", "/etc/passwd", "\u00e4" * 300, "a" * 5000, "Europe/" + "x" * 300]
)
def test_names_like_paths_are_unknown_zones(label):
    with pytest.raises(mm.InputError, match="unknown time zone"):
        hours(nine(f";TZID={label}"))


def test_a_zone_with_a_summer_of_its_own():
    summer = ["TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3"]
    winter = ["TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10"]
    lines = ["BEGIN:VTIMEZONE", "TZID:Home", "LAST-MODIFIED:20250101T000000Z", "BEGIN:DAYLIGHT"]
    lines += ["DTSTART:19810329T020000", *summer, "END:DAYLIGHT", "BEGIN:STANDARD", "DTSTART:19961027T030000"]
    lines += [*winter, "END:STANDARD", "END:VTIMEZONE"]
    found = []
    for month in range(1, 13):
        day = f"2027{month:02}11"
        entry = event(f"DTSTART;TZID=Home:{day}T090000", f"DTEND;TZID=Home:{day}T100000")
        found += mm.io.busy_times(calendar(lines, entry), start="2027-01-01", end="2027-12-31")
    at = [dt.datetime(2027, month, 11, 9, tzinfo=ZoneInfo("Europe/Berlin")) for month in range(1, 13)]
    assert [low for low, _ in found] == [f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}" for moment in at]


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=HOURLY", "nonsense"])
def test_a_definition_that_cannot_be_followed_is_none(rule):
    lines = [*zone("Odd")[:-2], f"RRULE:{rule}", *zone("Odd")[-2:]]
    with pytest.raises(mm.InputError, match="unknown time zone Odd"):
        hours(lines, nine(";TZID=Odd"))


def test_the_caller_says_what_an_unknown_name_means():
    known, other = nine(";TZID=Home"), event("DTSTART;TZID=Away:20270112T090000", "DURATION:PT1H")
    with pytest.raises(mm.InputError) as caught:
        hours(known, other)
    assert [problem.hint for problem in caught.value.problems] == [
        'say which it is: zones={"Home": "Europe/Berlin"}',
        'say which it is: zones={"Away": "Europe/Berlin"}',
    ]
    said = {"Home": "Europe/Berlin", "*": ""}
    assert hours(known, other, zones=said, zone="America/New_York") == ["11 08", "12 14"]
    with pytest.raises(mm.InputError, match="zones"):
        hours(known, zones={"Home": "Mars"})
    with pytest.raises(mm.InputError, match=r"expected \{name: zone\}"):
        hours(known, zones="Europe/Berlin")


# -- whose wall -------------------------------------------------------------------------------------------------------

DAY_OFF = event("SUMMARY:Day off", "DTSTART;VALUE=DATE:20270112", "DTEND;VALUE=DATE:20270113")


def test_a_day_off_is_a_day_where_the_person_lives():
    """It was read in UTC: in Los Angeles it ended at four in the afternoon, and a session was put at five."""
    assert busy(DAY_OFF, zone="America/Los_Angeles") == [("2027-01-12T08:00Z", "2027-01-13T08:00Z")]
    assert busy(DAY_OFF, zone="Asia/Tokyo") == [("2027-01-11T15:00Z", "2027-01-12T15:00Z")]
    assert busy("X-WR-TIMEZONE:Asia/Tokyo", DAY_OFF) == [("2027-01-11T15:00Z", "2027-01-12T15:00Z")]
    assert hours("X-WR-TIMEZONE:America/New_York", nine(""), zone="Asia/Tokyo") == ["11 14"]
    with pytest.raises(mm.InputError, match="unknown time zone Nowhere"):
        busy("X-WR-TIMEZONE:Nowhere", DAY_OFF)
    assert hours("X-WR-TIMEZONE:Nowhere", nine(";TZID=Europe/Berlin")) == ["11 08"]


def people():
    return mm.Cohort(
        [
            mm.Participant("ann", offers=[mm.Offer()], timezone="America/Los_Angeles", email="ann@example.org"),
            mm.Participant("cy", requests=[mm.Request()]),
        ]
    )


def test_calendars_of_people_are_read_on_their_own_walls():
    files = {"ann": calendar(DAY_OFF), "cy": [calendar(DAY_OFF), calendar(nine(""))]}
    assert mm.io.busy_people(people(), files, **JANUARY, zone="Asia/Tokyo") == {
        "ann": (("2027-01-12T08:00Z", "2027-01-13T08:00Z"),),
        "cy": (("2027-01-11T15:00Z", "2027-01-12T15:00Z"), ("2027-01-11T00:00Z", "2027-01-11T01:00Z")),
    }
    with pytest.raises(mm.InputError, match="nobody has the id"):
        mm.io.busy_people(people(), {"bo": calendar(DAY_OFF)}, **JANUARY)
    broken = calendar(event("DTSTART:soon"))
    with pytest.raises(mm.InputError) as caught:
        mm.io.busy_people(people(), {"ann": broken, "cy": broken}, **JANUARY)
    assert len(caught.value.problems) == 2


def test_an_invitation_that_the_owner_declined_is_free():
    words = [
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bo@example.org",
        'ATTENDEE;CN="A: n; n";PARTSTAT=DECLINED:MAILTO:Ann@example.org',
    ]
    meeting = event("DTSTART:20270111T090000Z", "DURATION:PT1H", *words)
    assert hours(meeting) == ["11 09"]  # nobody knows whose calendar it is
    assert hours(meeting, owner="bo@example.org") == ["11 09"]
    assert hours(meeting, owner=["ann@example.org", "a@example.org"]) == []
    assert hours("X-WR-CALNAME:ann@example.org", meeting) == []
    assert mm.io.busy_people(people(), {"ann": calendar(meeting)}, **JANUARY) == {"ann": ()}


# -- days and exceptions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        ["DTSTART;VALUE=DATE:20270112", "DTEND;VALUE=DATE:20270112"],
        ["DTSTART;VALUE=DATE:20270112"],
        ["DTSTART:20270112", "DTEND:20270112"],
        ["DTSTART;VALUE=DATE:20270112", "DURATION:P0D"],
        ["DTSTART;VALUE=DATE:20270112", "DURATION:PT0S"],
        ["DTSTART:20270112T000000", "DTEND:20270112T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"],
        ["DTSTART;TZID=Europe/Berlin:20270112T000000", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"],
        ["DTSTART;VALUE=DATE:20270112", "DTEND;TZID=Europe/Berlin:20270113T000000"],
        ["DTSTART;VALUE=DATE:20270112", "RDATE:20270112Z"],
    ],
)
def test_a_day_that_ends_as_it_begins_is_one_whole_day(lines):
    """Several programs write a day off like that; it counted as free, without a word."""
    day = ("2027-01-11T23:00Z", "2027-01-12T23:00Z")
    assert busy(event(*lines), zone="Europe/Berlin") == [day]
    weekly = busy(event(*lines, "RRULE:FREQ=WEEKLY;COUNT=2"), zone="Europe/Berlin")
    assert weekly == [day, ("2027-01-18T23:00Z", "2027-01-19T23:00Z")]


def test_a_time_that_ends_as_it_begins_takes_no_time():
    assert busy(event("DTSTART:20270112T090000Z", "DTEND:20270112T090000Z")) == []


WEEKLY = ["DTSTART;TZID={zone}:20270104T{time}", "DURATION:PT30M", "RRULE:FREQ=WEEKLY;COUNT=3"]


@pytest.mark.parametrize(
    "exception",
    [
        ["EXDATE;VALUE=DATE:20270111"],
        ["EXDATE;VALUE=DATE:20270111,20270125"],
        ["EXDATE:20270111"],
        ["EXDATE:20270111T{time}"],
        ["EXDATE;TZID={zone}:20270111T{time}"],
        ["END:VEVENT", "BEGIN:VEVENT", "UID:a", "RECURRENCE-ID;VALUE=DATE:20270111", "STATUS:CANCELLED"],
        ["END:VEVENT", "BEGIN:VEVENT", "UID:a", "RECURRENCE-ID:20270111T{time}", "STATUS:CANCELLED"],
    ],
)
@pytest.mark.parametrize(
    ("zone", "time", "hour"), [("Europe/Berlin", "090000", "08"), ("America/New_York", "233000", "04")]
)
def test_a_date_calls_off_the_occurrence_of_that_date_on_the_wall_of_the_event(exception, zone, time, hour):
    """Google's own exports hold such lines; the Monday that was called off counted as busy."""
    lines = [line.format(zone=zone, time=time) for line in (*WEEKLY, *exception)]
    days = ["04", "18"] if hour == "08" else ["05", "19"]  # in New York it is still the day before
    assert hours(event(*lines, uid="a"), zone="Asia/Tokyo") == [f"{day} {hour}" for day in days]


@pytest.mark.parametrize("midnight", ["EXDATE;TZID=Asia/Tokyo:20270111T000000", "EXDATE:20270110T230000Z"])
def test_whole_days_are_called_off_by_times_of_day_too(midnight):
    days = ["DTSTART;VALUE=DATE:20270104", "RRULE:FREQ=WEEKLY;COUNT=3", midnight]
    assert hours(event(*days), zone="Europe/Berlin") == ["03 23", "17 23"]


def test_additional_dates_are_as_the_first_one():
    timed = event("DTSTART;TZID=Europe/Berlin:20270111T090000", "DURATION:PT1H", "RDATE;VALUE=DATE:20270113")
    assert hours(timed, zone="Asia/Tokyo") == ["11 08", "13 08"]
    whole = event("DTSTART;VALUE=DATE:20270111", "RDATE:20270112T230000Z")
    assert busy(whole, zone="Europe/Berlin")[1] == ("2027-01-12T23:00Z", "2027-01-13T23:00Z")


def test_commas_in_the_name_of_a_zone():
    label = "(UTC+08:00) Here, There; and away"
    for params in (f';TZID="{label}"', f";TZID={label}"):
        assert hours(zone(label.replace(",", "\\,").replace(";", "\\;")), nine(params)) == ["11 01"]


def test_what_is_said_of_a_date_and_all_later_ones():
    series = event("DTSTART;TZID=Europe/Berlin:20270104T090000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY", uid="a")
    moved = event(
        "RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20270118",
        "DTSTART;TZID=Europe/Berlin:20270119T110000",
        "DURATION:PT1H",
        uid="a",
    )
    assert hours(series, moved) == ["04 08", "11 08", "19 10", "26 10"]


def test_an_older_revision_is_gone_even_if_it_is_broken():
    old = event("SEQUENCE:1", "DTSTART:20270111T090000Z", "DURATION:PT1H", "RRULE:FREQ=NEVER", uid="a")
    new = event("SEQUENCE:2", "DTSTART:20270113T090000Z", "DURATION:PT1H", uid="a")
    assert hours(old, new) == hours(new, old) == ["13 09"]


# -- entries that are broken ------------------------------------------------------------------------------------------

TITLE = "SUMMARY:Talk with the doctor"
BROKEN = [
    ["DTSTART:{day}T090000Z", "DTEND:{day}T080000Z"],
    ["DTSTART;TZID=Nowhere:{day}T090000"],
    ["DTSTART:{day}T090000Z", "DURATION:one hour"],
    ["DTSTART:{day}T990000Z"],
    ["DTSTART:{day}T090000Z", "DTSTART:20270112T100000Z"],
    ["DTSTART:{day}T090000Z", "RRULE:FREQ=OFTEN;UNTIL=20270112T000000Z"],
    ["DTSTART:{day}T090000Z", "RRULE:weekly"],
    ["DTSTART:{day}T090000Z", "EXDATE;TZID=Nowhere:{day}T090000"],
]


@pytest.mark.parametrize("lines", BROKEN)
def test_an_entry_that_may_matter_is_named_by_its_start_in_our_words(lines):
    good, bad = nine(";TZID=Europe/Berlin"), event(TITLE, *(line.format(day="20270112") for line in lines))
    with pytest.raises(mm.InputError) as caught:
        hours(good, bad, [*bad[:1], "UID:other", *bad[2:]])
    assert len(caught.value.problems) == 2
    for problem in caught.value.problems:
        assert "of 2027-01-12" in problem.where
        assert "cannot be understood: " in problem.message
        assert problem.hint
    assert "doctor" not in str(caught.value)


@pytest.mark.parametrize("lines", [row for row in BROKEN if "RRULE:weekly" not in row])
@pytest.mark.parametrize("day", ["20200111", "20280111"])
def test_an_entry_that_cannot_touch_the_dates_refuses_nothing(lines, day):
    """One entry of 2020 once refused a whole calendar."""
    if day < "2027" and "DURATION:one hour" in lines:
        return  # nobody knows how long it is
    rest = [line.format(day=day).replace("20270112", "20200112" if day < "2027" else "20280112") for line in lines]
    assert hours(nine(";TZID=Europe/Berlin"), event(TITLE, *rest)) == ["11 08"]


def test_an_endless_rule_of_an_unknown_zone_touches_only_its_days():
    birthday = event("DTSTART;TZID=Nowhere:20000710T090000", "DURATION:PT1H", "RRULE:FREQ=YEARLY")
    assert hours(birthday) == []
    with pytest.raises(mm.InputError, match="unknown time zone Nowhere"):
        hours(birthday, start="2027-07-01", end="2027-07-31")


def test_lines_that_mean_nothing_here_are_passed_over():
    alarm = ["BEGIN:VALARM", "TRIGGER:-PT10M", "DURATION:PT9H", "DTSTART:20270119T090000Z", "END:VALARM"]
    odd = ["no colon", "X-ODD;A=:b", "DESCRIPTION:DTSTART:20270113T090000Z\r\n , and on", "=\u00e4:"]
    assert hours(event("DTSTART:20270111T090000Z", "DURATION:PT1\r\n H", *odd, *alarm)) == ["11 09"]


names = ["DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID", "RRULE", "DURATION", "SEQUENCE", "ATTENDEE", "TZID"]
properties = st.sampled_from([*names, "BEGIN"])
values = st.text(max_size=12) | st.sampled_from(
    ["20270112", "20270112T090000", "20270112Z", "P1D", "PT1H", "FREQ=DAILY", "UNTIL=1", "VEVENT", "VTIMEZONE", ""]
)
lines = st.tuples(properties, st.sampled_from(["", ";TZID=Local", ";VALUE=DATE", ";RANGE=THISANDFUTURE", ";X"]), values)


@given(st.lists(lines.map(lambda parts: f"{parts[0]}{parts[1]}:{parts[2]}"), max_size=6), st.booleans())
@examples(300)
def test_any_calendar_is_busy_times_or_an_error_of_ours(rows, inside):
    rows = [row.replace("\r", " ").replace("\n", " ") for row in rows]
    try:
        found = busy(event("DTSTART:20270111T090000Z", *rows) if inside else rows, zone("Local"))
    except mm.InputError as error:
        assert all(problem.code in {"calendar", "too-large"} for problem in error.problems)
        return
    assert all(low < high for low, high in found)
