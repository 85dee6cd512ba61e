"""A schedule knows the time-zone data it was dated with, and other data is told wherever it matters."""

import importlib.resources
import json
import os
import pickle
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from clock_changes import ZONES
from mmatch.io.schedules import schedule_from_json, schedule_to_json
from mmatch.planning.clocks import Clocks, data_version
from strategies import examples

SPAN = {"start": "2027-03-15", "end": "2027-04-18"}


def question(zone="Europe/Berlin", other="America/New_York"):
    people = [
        mm.Participant("ann", offers=[mm.Offer()], availability="Mon-Fri 12-20", timezone=zone),
        mm.Participant("eva", requests=[mm.Request(format="two_session")], timezone=other, availability="Mon-Fri 7-22"),
    ]
    cohort = mm.Cohort(people)
    return cohort, mm.Program(), mm.matching_from_pairs(cohort, [("ann", "eva")])


ASKED = question()
SCHEDULE = mm.schedule(*ASKED, **SPAN)


def shifted(schedule, zone, minutes, version="2001a"):
    """The schedule as if it had been dated when the clocks of a zone were to be so many minutes further ahead."""
    offsets = dict(schedule.clocks.offsets)
    offsets[zone] = tuple((at, ahead + minutes) for at, ahead in offsets[zone])
    return replace(schedule, clocks=Clocks(version, MappingProxyType(offsets)))


def again(schedule):
    return schedule_from_json(json.loads(json.dumps(schedule_to_json(schedule))))


def test_the_data_of_this_machine_stand_in_the_file():
    data = schedule_to_json(SCHEDULE)["clocks"]
    assert data["version"] == data_version() != ""
    assert data["offsets"]["Europe/Berlin"] == [["2027-03-13T00:00Z", 60], ["2027-03-28T01:00Z", 120]]
    assert set(data["offsets"]) == {"Europe/Berlin", "America/New_York", "UTC"}
    assert again(SCHEDULE) == SCHEDULE
    assert again(SCHEDULE).notes == SCHEDULE.notes == ()
    assert pickle.loads(pickle.dumps(SCHEDULE)) == SCHEDULE  # noqa: S301 - what was just written
    assert schedule_to_json(mm.schedule(*ASKED, **SPAN)) == schedule_to_json(SCHEDULE)


@given(zone=st.sampled_from(ZONES), year=st.integers(2020, 2035))
@examples(40)
def test_the_offsets_are_those_of_the_zone(zone, year):
    found = mm.schedule(*question(zone), start=f"{year}-01-01", end=f"{year}-12-31")
    for meeting in (m for plan in found.plans for m in plan.appointments):
        told = meeting.begins().astimezone(ZoneInfo(zone)).utcoffset().total_seconds() / 60
        assert found.clocks.ahead(zone, meeting.start) == told
    assert all(at < later for (at, _), (later, _) in pairwise(found.clocks.offsets[zone]))


def test_a_file_of_before_reads_as_ever():
    data = schedule_to_json(SCHEDULE)
    del data["clocks"]
    old = schedule_from_json(data)
    assert old.clocks is None
    assert old.notes == ()
    assert mm.validate(ASKED[0], ASKED[2], old) == []
    assert mm.reschedule(*ASKED, old).notes == ()
    assert schedule_to_json(old)["clocks"] is None


def test_other_data_with_the_same_clocks_is_a_note():
    read = again(shifted(SCHEDULE, "UTC", 0))
    assert read.notes == (
        f"dated with time-zone data 2001a, and this machine has {data_version()}: its clocks show the same times",
    )
    assert read.notes[0] in repr(read)
    assert [table.title for table in read.tables()][-1] == "Notes"
    assert mm.validate(ASKED[0], ASKED[2], read) == []
    (note,) = mm.reschedule(*ASKED, read).notes
    assert note.endswith("sessions that stay are at the times that people were told")


def test_clocks_that_show_another_time_are_violations():
    """Nobody is late for a window, and yet everybody comes an hour too early."""
    read = again(shifted(SCHEDULE, "America/New_York", -60))
    assert "clocks show other times in America/New_York; validate names" in read.notes[0]
    found = mm.validate(ASKED[0], ASKED[2], read)
    assert [(v.code, v.who) for v in found] == [("plan-clock", ("eva",))] * 2
    told = "eva was told 2027-03-15 06:00, when the clock in America/New_York will show 2027-03-15 07:00"
    assert found[0].message.startswith(told)
    fresh = mm.reschedule(*ASKED, read)
    assert fresh.notes[0].endswith("clocks show another time than people were told at sessions of eva")
    assert [m.start for m in fresh.plans[0].appointments] == [m.start for m in read.plans[0].appointments]
    assert mm.validate(ASKED[0], ASKED[2], fresh) == []
    assert fresh.clocks == SCHEDULE.clocks


def test_data_of_one_version_that_were_changed_by_hand_are_told():
    read = again(shifted(SCHEDULE, "Europe/Berlin", 30, data_version()))
    assert "other times in Europe/Berlin" in read.notes[0]


def test_what_has_been_held_is_not_asked():
    read = again(shifted(SCHEDULE, "America/New_York", -60))
    last = max(meeting.end for meeting in read.plans[0].appointments)
    now = f"{mm.Appointment(last, 0, '').begins():%Y-%m-%dT%H:%M}Z"
    later = replace(mm.reschedule(*ASKED, read, now=now), clocks=read.clocks)
    assert not {"plan-clock"} & {v.code for v in mm.validate(ASKED[0], ASKED[2], later)}


def test_a_zone_that_this_machine_does_not_know_is_told():
    offsets = {**SCHEDULE.clocks.offsets, "Mars/Olympus": ((10**7, 90),)}
    read = again(replace(SCHEDULE, clocks=Clocks("2001a", MappingProxyType(offsets))))
    assert "other times in Mars/Olympus" in read.notes[0]
    assert mm.validate(ASKED[0], ASKED[2], read) == []


@pytest.mark.parametrize(
    "clocks",
    [
        5,
        {"version": "2025b"},
        {"version": 2025, "offsets": {}},
        {"version": "2025b\x1b[2J", "offsets": {}},
        {"version": "", "offsets": {"../etc": []}},
        {"version": "", "offsets": {"UTC": [["2027-01-01T00:00Z", 9999]]}},
        {"version": "", "offsets": {"UTC": [["2027-01-01T00:00Z", 0], ["2026-01-01T00:00Z", 0]]}},
        {"version": "", "offsets": {"UTC": [["2027-01-01T00:00", 0]]}},
    ],
)
def test_what_is_no_data_is_told(clocks):
    with pytest.raises(mm.InputError, match="clocks"):
        schedule_from_json({**schedule_to_json(SCHEDULE), "clocks": clocks})


STORY = """
import sys, mmatch as mm
from mmatch.planning.clocks import data_version
read = mm.read_schedule(sys.argv[1])
print(repr(data_version()), read.notes)
"""


def test_a_machine_without_any_data_is_told_what_to_install(monkeypatch):
    def none(name):
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr("zoneinfo.ZoneInfo", none)
    with pytest.raises(mm.InputError, match="no time-zone data: pip install tzdata"):
        mm.schedule(*ASKED, **SPAN, zone="Europe/Berlin")


@pytest.mark.parametrize(
    ("line", "version"), [("# version 1999z", "1999z"), ("R d 1916 o - Jun 14 23s 1 S", ""), (None, "")]
)
def test_another_machine(tmp_path, line, version):
    """Data in a folder of its own, in which Berlin has the clocks of Kathmandu, and that may not say its version."""
    mm.write_schedule(SCHEDULE, tmp_path / "schedule.json")
    zones = importlib.resources.files("tzdata") / "zoneinfo"
    for name, kept_as in (("UTC",) * 2, ("America/New_York",) * 2, ("Asia/Kathmandu", "Europe/Berlin")):
        (tmp_path / "zones" / kept_as).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(str(zones / name), tmp_path / "zones" / kept_as)
    if line is not None:
        (tmp_path / "zones" / "tzdata.zi").write_text(f"{line}\n", encoding="ascii")
    story = [sys.executable, "-c", STORY, str(tmp_path / "schedule.json")]
    environment = {**os.environ, "PYTHONTZPATH": str(tmp_path / "zones")}
    told = subprocess.run(story, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    assert told.startswith(repr(version))
    assert f"and this machine has {version or '(unknown)'}: clocks show other times in Europe/Berlin;" in told
