"""Zone labels: what forms, people and calendars call the place whose clocks count."""

import datetime as dt
import zoneinfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.availability import is_zone_name, offsets_at, zone_from_label
from strategies import examples


def clocks(name):
    """Hours ahead of UTC in January and in July, by zoneinfo alone."""
    at = [dt.datetime(2026, month, 15, tzinfo=zoneinfo.ZoneInfo(name)) for month in (1, 7)]
    return tuple(moment.utcoffset() / dt.timedelta(hours=1) for moment in at)


@pytest.mark.parametrize(
    ("label", "winter", "summer"),
    [
        ("(GMT-05:00) Eastern Time (US & Canada)", -5, -4),
        ("(UTC-05:00) Eastern Time (US and Canada)", -5, -4),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome", 1, 2),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", 1, 2),
        ("GMT+01:00 Amsterdam, Rome (Berlin)", 1, 2),
        ("UTC+1 (Berlin)", 1, 2),
        ("(GMT-5:00) Central Time", -6, -5),  # the offset of summer
        ("GMT-8 Pacific Time", -8, -7),
        ("(UTC\u221208:00) Pacific Time (US & Canada)", -8, -7),
        ("(GMT-08:00) Pacific Time (US & Canada); Tijuana", -8, -7),
        ("(UTC+05:30) Chennai, Kolkata", 5.5, 5.5),
        ("(GMT+00:00) Dublin, Edinburgh, Lisbon, London", 0, 1),
        ("(GMT) Dublin, Edinburgh, Lisbon, London", 0, 1),
        ("(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", 8, 8),
        ("(UTC-03:00) Brasilia", -3, -3),
        ("GMT Standard Time", 0, 1),
        ("GMT Standard Time 1", 0, 1),
        ("eastern standard time", -5, -4),
        ("Eastern Daylight Time", -5, -4),
        ("W. Europe Standard Time", 1, 2),
        ("EST (Eastern Standard Time)", -5, -4),
        ("EST/EDT", -5, -4),
        ("IST (Kolkata)", 5.5, 5.5),
        ("Europe/Berlin (CET)", 1, 2),
        ("Eastern Time - New York", -5, -4),
        ("Pacific Time", -8, -7),
        ("Berlin, Germany", 1, 2),
        ("New York, USA", -5, -4),
        ("Madrid (Spain)", 1, 2),
        ("India", 5.5, 5.5),
        ("(UTC+12:45) Chatham Islands", 13.75, 12.75),
        ("Berlin", 1, 2),
        ("new york", -5, -4),
        ("S\u00e3o Paulo", -3, -3),
        ("EUROPE/BERLIN", 1, 2),
        ("america/new york", -5, -4),
        ("/freeassociation.sourceforge.net/Europe/Berlin", 1, 2),
        ("(UTC) Coordinated Universal Time", 0, 0),
        ("tzone://Microsoft/Utc", 0, 0),
    ],
)
def test_a_label_that_names_a_place_has_the_summer_time_of_the_place(label, winter, summer):
    """The offset of such a label once counted alone: in July everybody was booked an hour late."""
    name, note = zone_from_label(label)
    assert clocks(name) == (winter, summer)
    assert note == ""


@pytest.mark.parametrize(
    ("label", "winter", "summer", "note"),
    [
        ("UTC-5", -5, -5, "no summer time"),
        ("(UTC-11:00) Coordinated Universal Time-11", -11, -11, "no summer time"),
        ("(GMT+2)", 2, 2, "no summer time"),
        ("+05:30", 5.5, 5.5, "Asia/Kolkata"),
        ("GMT+5:45", 5.75, 5.75, "Asia/Kathmandu"),
        ("GMT", 0, 0, "no summer time"),
        ("(UTC+13:00) Samoa", 13, 13, "Pacific/Apia"),
        ("EST", -5, -5, "no summer time"),
        ("Est", -5, -5, "not everybody"),
        ("CET", 1, 2, "not everybody"),
        ("pst", -8, -7, "America/Los_Angeles"),
        ("CST (UTC-6)", -6, -5, "America/Chicago"),
        ("EST (UTC-4)", -5, -4, "America/New_York"),
    ],
)
def test_offsets_and_abbreviations_come_with_a_note(label, winter, summer, note):
    name, told = zone_from_label(label)
    assert clocks(name) == (winter, summer)
    assert note in told


@pytest.mark.parametrize(
    ("label", "told"),
    [
        ("(GMT-08:00) Eastern Time", "America/New_York are at UTC-5 and UTC-4, not at UTC-8"),
        ("(GMT-05:00) London, Ontario", "not at UTC-5"),
        ("London, Ontario", "did you mean Europe/London"),
        ("Europe/Berln", "did you mean Europe/Berlin"),
        ("Berlin, London", "several time zones"),
        ("CST", "Asia/Shanghai"),
        ("London, Canada", "several time zones"),
        ("Spain", "write one of Europe/Madrid, Africa/Ceuta, Atlantic/Canary"),
        ("USA", "America/Chicago"),
        ("UTC+1/UTC+2", "several offsets"),
        ("UTC+5:20", "whole hours"),
        ("UTC+15", "whole hours"),
        ("Europe - Africa", "write a place"),
        ("(UTC+01:00) My home", "write a place"),
        ("San Juan", "write a place"),  # in Argentina, or of Puerto Rico
        ("Mars/Berlin", "unknown time zone"),
        ("Customized Time Zone", "unknown time zone"),
        ("../../etc/passwd", "unknown time zone"),
        ("localtime", "unknown time zone"),
        ("", "unknown time zone"),
        (None, "unknown time zone"),
        ("U" * 300, "unknown time zone"),
    ],
)
def test_a_label_that_decides_nothing_is_refused_with_the_way_out(label, told):
    with pytest.raises(mm.InputError, match=told) as caught:
        zone_from_label(label, "cell 7")
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("timezone", "cell 7")


@pytest.mark.parametrize("name", sorted(filter(is_zone_name, zoneinfo.available_timezones())))
def test_every_name_of_the_database_is_itself_in_any_case(name):
    found = {zone_from_label(text)[0] for text in (name, name.lower(), name.upper())}
    assert found == ({name} if name not in {"UTC", "GMT"} else {"Etc/UTC"})


def test_every_windows_name_is_the_place_that_its_table_says():
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    for label, name in WINDOWS_TO_OLSON.items():
        assert clocks(zone_from_label(label)[0]) == clocks(name), label


words = st.sampled_from(
    [
        "(GMT-05:00)",
        "UTC+1",
        "Eastern",
        "Berlin",
        ",",
        "/",
        "(",
        ")",
        "London",
        "CET",
        "EST",
        "Time",
        "-",
        "+99",
        ":",
        ";",
        "Europe/",
        "&",
    ]
)


@given(st.text(max_size=30) | st.lists(words, max_size=5).map(" ".join))
@examples(300)
def test_any_text_is_a_zone_or_an_input_error(text):
    try:
        name, note = zone_from_label(text)
    except mm.InputError:
        return
    assert offsets_at(mm.availability.intervals_of([(0, 1)])[:, 0], name).shape == (1,)
    assert type(note) is str
