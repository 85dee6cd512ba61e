"""Schedules as files: JSON gives them back, tables say what each person's clock shows."""

import csv
import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dated import faults
from dated import planned as scheduled
from mmatch.io.csvs import as_written
from mmatch.io.schedules import schedule_from_json, schedule_to_json
from mmatch.reporting import week_view
from mmatch.scheduling import Diary
from mmatch.scheduling.schedule_settings import Settings
from strategies import examples

BLEND = mm.formats.Format(
    "blend",
    (mm.formats.SessionSpec(60, "in_person", ("talk",)), mm.formats.SessionSpec(45, "virtual")),
    (mm.formats.Gap(5, 7, 20, (mm.formats.Touchpoint(),), working=True),),
    mm.formats.Reflection(("why?",), 2),
    good_for="a test",
)


def planned(**options):
    people = [
        mm.Participant("ann", name="=SUM(1)", offers=[mm.Offer("r")], capacity=2, site="Rome", timezone="Europe/Rome"),
        mm.Participant(
            "eva", name="Eva", requests=[mm.Request("r", format="blend")], site="Rome", timezone="Asia/Kathmandu"
        ),
        mm.Participant("finn", requests=[mm.Request("r", format="blend")], site="Oslo", timezone="Europe/London"),
        mm.Participant("gus", requests=[mm.Request("r")], availability="Sun 1-2"),
        mm.Participant("bob", offers=[mm.Offer("r")]),
    ]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn"), ("bob", "gus")])
    usual = {
        "start": "2027-03-01",
        "end": "2027-04-30",
        "formats": [BLEND],
        "rooms": {"Rome": ["Blue", "Red"]},
        "travel": {("Rome", "Oslo"): 240},
        "diaries": {"ann": Diary(per_day=2, dates={"2027-03-03": "9-12:30"}, preferred="Tue 9-12", hours_per_month=9)},
        "busy": {"eva": [("2027-03-01T09:00Z", "2027-03-01T10:00Z")]},
        "pins": [("ann", "eva", 2, "2027-03-15T10:15Z")],
        "now": "2027-02-27T12:00Z",
        "blackout": ["2027-03-29"],
        "wishes": mm.scheduling.Wishes(preferred=60),
    }
    return cohort, matching, scheduled(cohort, mm.Program(), matching, **{**usual, **options})


def test_json_gives_a_schedule_back(tmp_path):
    cohort, matching, schedule = planned()
    assert faults(cohort, matching, schedule) == []
    assert (len(schedule.plans), len(schedule.unplaced)) == (2, 1)
    mm.write_schedule(schedule, tmp_path / "schedule.json")
    again = mm.read_schedule(tmp_path / "schedule.json")
    assert again == schedule
    assert faults(cohort, matching, again) == []


def paths(value, at=()):
    """All places in plain data."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from paths(item, (*at, key))


DATA = json.loads(json.dumps(schedule_to_json(planned()[2])))


@given(
    st.sampled_from(list(paths(DATA))), st.sampled_from([None, -1, 1.5, "x", [], {}, [[]], True, "2027-01-01T00:00"])
)
@examples(300)
def test_any_edit_is_a_schedule_or_an_input_error(path, value):
    data = json.loads(json.dumps(DATA))
    if not path:
        data = value
    else:
        inner = data
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    try:
        found = schedule_from_json(data)
    except mm.InputError:
        return
    assert isinstance(found, mm.Schedule)
    assert isinstance(found.settings, Settings)


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda d: d.pop("plans"), "missing-field"),
        (lambda d: d.update(plnas=[]), "unknown-field"),
        (lambda d: d.update(schema="mmatch/result"), "schema"),
        (lambda d: d.update(version=99), "version"),
        (lambda d: d["settings"].update(zone="Mars"), "timezone"),
        (lambda d: d["settings"]["diaries"]["ann"].update(per_day=-1), "count"),
        (lambda d: d.update(status=[]), "type"),
        (lambda d: d["plans"][0]["dues"][0].update(kind="sned"), "type"),
        (lambda d: d["plans"][0]["sessions"][0].update(revision=2**31), "type"),
        (lambda d: d["plans"][0]["sessions"][0].update(revision=-1), "type"),
    ],
)
def test_what_is_wrong_is_named(edit, code):
    data = json.loads(json.dumps(DATA))
    edit(data)
    with pytest.raises(mm.InputError) as caught:
        schedule_from_json(data)
    assert caught.value.problems[0].code == code


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_tables_show_each_persons_own_clock(tmp_path):
    cohort, _, schedule = planned()
    mm.io.write_session_merge(cohort, schedule, tmp_path / "merge.csv")
    mm.io.write_sessions(cohort, schedule, tmp_path / "sessions.csv")
    mm.io.write_dues(cohort, schedule, tmp_path / "dues.csv")
    mm.io.write_unplaced(cohort, schedule, tmp_path / "unplaced.csv")
    merged = rows(tmp_path / "merge.csv")
    assert len(merged) == 8
    starts = {(plan.match.mentees[0], k + 1): m for plan in schedule.plans for k, m in enumerate(plan.sessions)}
    for row in merged:
        mentee = row["person"] if row["role"] == "mentee" else row["partners"]
        meeting = starts[mentee, int(row["session"])]
        wall = dt.datetime.fromisoformat(f"{row['date']}T{row['time']}").replace(tzinfo=ZoneInfo(row["zone"]))
        assert wall == meeting.begins()
        assert f"{wall:%A}" == row["weekday"]
        assert row["zone"] == cohort[row["person"]].timezone
        assert (row["mode"], row["site"]) == (meeting.mode, meeting.site)
    named = {as_written(row["name"]) for row in merged if row["person"] == "ann"}
    assert named == {"=SUM(1)"}
    assert {row["name"] for row in merged if row["person"] == "ann"} == {"'=SUM(1)"}
    sessions = rows(tmp_path / "sessions.csv")
    assert [row["start_utc"] for row in sessions] == [
        f"{m.begins():%Y-%m-%dT%H:%M}Z" for plan in schedule.plans for m in plan.sessions
    ]
    assert {row["kind"] for row in rows(tmp_path / "dues.csv")} == {"reflect", "send", "answer"}
    (left,) = rows(tmp_path / "unplaced.csv")
    assert (left["mentor"], left["mentees"], left["reason"]) == ("bob", "gus", schedule.unplaced[0].reason)


def test_a_week_as_text():
    _, _, schedule = planned()
    text = week_view(schedule, "2027-03-17", zone="Europe/Rome")
    assert text.startswith("Week of 2027-03-15 (Europe/Rome)\n\nMon 15")
    assert "11:15-12:00" in text  # pinned to 10:15 UTC
    assert "ann + eva" in text
    assert "Sum" not in text  # ids are public, names are not
    assert "ann + eva" not in week_view(schedule, "2027-03-17", person="finn")
    with pytest.raises(mm.InputError, match="no plan"):
        week_view(schedule, "2027-03-17", person="zoe")
    with pytest.raises(mm.InputError, match="expected a date"):
        week_view(schedule, "soon")


def test_diaries_from_a_file(tmp_path):
    text = {
        "schema": "mmatch/diaries",
        "version": 1,
        "people": {"ann": {"per_day": 0, "dates": {"2027-01-11": "9-12"}}},
    }
    (tmp_path / "diaries.json").write_text(json.dumps(text), encoding="utf-8")
    assert mm.io.read_diaries(tmp_path / "diaries.json") == {"ann": Diary(per_day=0, dates={"2027-01-11": "9-12"})}
    text["people"]["ann"]["per_dya"] = 1
    (tmp_path / "diaries.json").write_text(json.dumps(text), encoding="utf-8")
    with pytest.raises(mm.InputError, match="per_dya"):
        mm.io.read_diaries(tmp_path / "diaries.json")
