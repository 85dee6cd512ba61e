"""Plans and schedules as rows and tables, written out by hand."""

import mmatch as mm
from mmatch.availability import instant
from mmatch.scheduling import Due, Plan, Schedule, Session
from mmatch.scheduling.schedule_settings import Settings

ANN, BEN = mm.Match("ann", ("eva",), "law", ""), mm.Match("ben", ("finn", "gil"), "tax", "")


def at(text):
    return instant(f"{text}:00Z", None, "time")


def schedule(zone="Europe/Rome", unplaced=()):
    """Two plans whose sessions alternate; a room, a site without a room, and a talk online."""
    first = Session(at("2027-01-11T09:00"), 45, "in_person", "Rome", "2")
    second = Session(at("2027-01-18T09:00"), 60, "virtual")
    between = Session(at("2027-01-12T08:30"), 30, "in_person", "Oslo")
    same = Session(at("2027-01-18T09:00"), 30, "in_person", "Oslo", "9")
    due = Due("send", "mentee", at("2027-01-14T10:00"), "a draft")
    plans = (
        Plan(BEN, "short", (between, same)),
        Plan(ANN, "long", (first, second), (due,)),
    )
    settings = Settings(20_000, 20_100, zone, ())
    return Schedule(plans, unplaced, mm.Status.OPTIMAL, (2, -5), (2, -5), settings)


def test_a_session_ends_after_its_minutes_and_begins_at_a_local_time():
    session = schedule().plans[1].sessions[0]
    assert session.end == at("2027-01-11T09:45")
    assert f"{session.begins():%H:%M} {session.begins('Europe/Rome'):%H:%M}" == "09:00 10:00"


def test_everybody_attends_the_mentor_first():
    assert [plan.people for plan in schedule().plans] == [("ben", "finn", "gil"), ("ann", "eva")]


def test_values_show_what_they_hold():
    found = schedule()
    assert repr(found.plans[1]) == "<Plan: ann & eva, 2 sessions, long>"
    assert (found.dates.start, found.dates.zone) == ("2024-10-04", "Europe/Rome")
    assert repr(found) == "<Schedule: 2 plans, optimal, value (2, -5)>"
    left = schedule(unplaced=(mm.scheduling.Unplaced(BEN, "no time"),))
    assert repr(left) == "<Schedule: 2 plans, 1 without dates, optimal, value (2, -5)>"


def test_a_plan_has_a_table_of_sessions_and_one_of_what_is_due():
    sessions, dues = schedule().plans[1].tables()
    assert (sessions.title, sessions.total) == ("Sessions", 2)
    assert sessions.heads == ("begins (UTC)", "minutes", "mode", "site", "room")
    assert list(sessions.rows) == [
        ("Mon 2027-01-11 09:00", 45, "in_person", "Rome", "2"),
        ("Mon 2027-01-18 09:00", 60, "virtual", "", ""),
    ]
    assert (dues.title, dues.total, dues.heads) == ("Due", 1, ("until", "who", "", "what"))
    assert list(dues.rows) == [("Thu 2027-01-14", "mentee", "send", "a draft")]


def test_a_schedule_has_tables_in_its_own_zone_and_in_the_order_of_time():
    sessions, left = schedule(unplaced=(mm.scheduling.Unplaced(BEN, "no time"),)).tables()
    assert (sessions.title, sessions.total) == ("Sessions", 4)
    assert sessions.heads == ("begins (Europe/Rome)", "mentor", "mentees", "where")
    assert list(sessions.rows) == [
        ("Mon 2027-01-11 10:00", "ann", "eva", "2"),
        ("Tue 2027-01-12 09:30", "ben", "finn, gil", "Oslo"),
        ("Mon 2027-01-18 10:00", "ann", "eva", "virtual"),
        ("Mon 2027-01-18 10:00", "ben", "finn, gil", "9"),
    ]
    assert (left.title, left.total, left.heads) == ("Without dates", 1, ("mentor", "mentees", "why"))
    assert list(left.rows) == [("ben", "finn, gil", "no time")]
    assert len(list(schedule().tables())) == 1


def test_a_frame_has_a_row_for_each_session_in_the_order_of_time():
    frame = schedule().to_frame()
    assert list(frame.columns) == [
        *("plan", "mentor", "mentees", "topic", "format", "session"),
        *("starts", "minutes", "mode", "site", "room"),
    ]
    rows = [tuple(row) for row in frame.drop(columns="starts").itertuples(index=False)]
    assert rows == [
        (2, "ann", "eva", "law", "long", 1, 45, "in_person", "Rome", "2"),
        (1, "ben", "finn; gil", "tax", "short", 1, 30, "in_person", "Oslo", ""),
        (1, "ben", "finn; gil", "tax", "short", 2, 30, "in_person", "Oslo", "9"),
        (2, "ann", "eva", "law", "long", 2, 60, "virtual", "", ""),
    ]
    assert [f"{start:%d %H:%M}" for start in frame["starts"]] == ["11 09:00", "12 08:30", "18 09:00", "18 09:00"]
    empty = Schedule((), (), mm.Status.OPTIMAL, (0, 0), (0, 0), schedule().settings).to_frame()
    assert (len(empty), list(empty.columns)) == (0, list(frame.columns))
