"""The judge of schedules at the edge of every rule: one minute, one day or one session more is a fault."""

from dataclasses import replace

import pytest

import mmatch as mm
from mmatch.availability import day_of, instant, parse_week
from mmatch.scheduling import Diary, Plan, Schedule, Session
from mmatch.scheduling.schedule_judge import judge_schedule
from mmatch.scheduling.schedule_settings import Settings

TWICE = mm.formats.Format(
    "twice", (mm.formats.SessionSpec(60, "either"), mm.formats.SessionSpec(60, "either")), (mm.formats.Gap(0, 1, 3),)
)
WORK = replace(TWICE, name="work", gaps=(mm.formats.Gap(1, 2, 3, working=True),))
TOUCH = mm.formats.Touchpoint("plan", "feedback", answer_days=2, lead_days=1)
ASKED = replace(TWICE, name="asked", gaps=(mm.formats.Gap(0, 5, 20, touchpoints=(TOUCH,)),))
ONCE = mm.formats.Format("once", (mm.formats.SessionSpec(60, "either"),))
FORMATS = {form.name: form for form in (ONCE, TWICE, WORK, ASKED)}
MATCH = mm.Match("ann", ("eva",), "", "")
KEY = ("ann", "", ("eva",))
MONDAY = "2027-01-11"


def at(text):
    """UTC minutes of a time on the Monday, or on a date."""
    return instant(f"{text}:00Z" if len(text) > 5 else f"{MONDAY}T{text}:00Z", None, "time")


def session(text, **facts):
    return Session(at(text), facts.pop("minutes", 60), facts.pop("mode", "virtual"), **facts)


def codes(plans, *formats, **facts):
    """The codes of what the judge finds wrong."""
    return [violation.code for violation in judged(plans, *formats, **facts)]


def judged(plans, program_formats=None, mentor=None, mentee=None, others=(), unplaced=(), of=None, **settings):
    """What the judge finds wrong with plans of (match, format, sessions), or with one of ann and eva."""
    usual = {"availability": "Mon-Sun 9-17"}
    people = [
        mm.Participant("ann", offers=[mm.Offer()], capacity=9, **{**usual, **(mentor or {})}),
        mm.Participant("eva", requests=[mm.Request()], **{**usual, **(mentee or {})}),
        *others,
    ]
    form = plans[0][1] if isinstance(plans[0], tuple) else {1: "once", 2: "twice"}[len(plans)]
    rows = plans if isinstance(plans[0], tuple) else [(MATCH, form, plans)]
    forms = FORMATS if program_formats is None else program_formats
    span = {"start": day_of(MONDAY, "start"), "end": day_of("2027-03-07", "end")}
    conditions = Settings(
        **{**span, "zone": "UTC", "hours": parse_week("Mon-Fri 9-17", "hours"), "formats": FORMATS, **settings}
    )
    schedule = Schedule(
        tuple(Plan(match, name, tuple(sessions)) for match, name, sessions in rows),
        tuple(unplaced),
        mm.Status.OPTIMAL,
        (len(rows), 0),
        (len(rows), 0),
        conditions,
    )
    program = mm.Program(format=form, formats=tuple(forms.values()))
    return judge_schedule(mm.Cohort(people), program, schedule, of)


def diaries(**facts):
    return {"diaries": {"ann": Diary(**facts)}}


@pytest.mark.parametrize(
    ("start", "facts", "settings", "wrong"),
    [
        ("09:00", {}, {}, 0),
        ("08:59", {}, {}, 2),
        ("16:00", {}, {}, 0),
        ("16:01", {}, {}, 2),
        ("09:00", {"timezone": "Europe/Rome"}, {}, 0),
        ("15:01", {"timezone": "Europe/Rome"}, {}, 1),
        ("11:30", {"availability": "Mon 9-12; Mon 12-17"}, {}, 0),
        ("11:30", {"availability": "Mon 9-12; Mon 12:01-17"}, {}, 1),
        ("11:30", {"availability": "Tue 9-17"}, {}, 1),
        ("2027-01-10T10:00", {}, {}, 2),  # the day before the first
        ("2027-03-07T10:00", {}, {}, 0),
        ("2027-03-08T10:00", {}, {}, 2),
        ("10:00", {}, {"blackout": frozenset({day_of(MONDAY, "day")})}, 2),
        ("10:00", {}, diaries(blackout=[MONDAY]), 1),
        ("10:00", {}, diaries(dates={MONDAY: "10-11"}), 0),
        ("10:01", {}, diaries(dates={MONDAY: "10-11"}), 1),
        ("10:00", {}, {**diaries(dates={MONDAY: "10-11"}), "blackout": frozenset({day_of(MONDAY, "day")})}, 1),
        ("09:00", {}, diaries(busy=[(at("10:00"), at("11:00"))]), 0),
        ("09:01", {}, diaries(busy=[(at("10:00"), at("11:00"))]), 1),
        ("11:00", {}, diaries(busy=[(at("10:00"), at("11:00"))]), 0),
        ("10:59", {}, diaries(busy=[(at("10:00"), at("11:00"))]), 1),
        ("11:15", {}, {**diaries(busy=[(at("10:00"), at("11:00"))]), "buffer": 15}, 0),
        ("11:14", {}, {**diaries(busy=[(at("10:00"), at("11:00"))]), "buffer": 15}, 1),
        ("11:00", {}, {**diaries(busy=[(at("10:00"), at("11:00"))], buffer=0), "buffer": 15}, 0),
        ("09:14", {}, diaries(busy=[(at("10:29"), at("11:00"))], buffer=15), 0),
        ("09:15", {}, diaries(busy=[(at("10:29"), at("11:00"))], buffer=15), 1),
        ("10:00", {}, {"since": at("10:00")}, 0),
        ("10:00", {}, {"since": at("10:01")}, 2),
        ("10:00", {}, {"since": at("10:01"), "agreed": {KEY: {0: at("10:00")}}}, 0),
        ("10:00", {}, {"since": at("10:01"), "agreed": {KEY: {0: at("11:00")}}}, 2),
    ],
)
def test_everybody_is_free_in_every_minute(start, facts, settings, wrong):
    assert codes([session(start)], mentor=facts, **settings) == ["plan-time"] * wrong


def test_people_who_state_no_windows_have_the_default_hours():
    assert codes([session("09:00")], mentor={"availability": None}) == []
    assert codes([session("2027-01-16T09:00")], mentor={"availability": None}) == ["plan-time"]  # a Saturday


def test_sessions_are_where_they_were_pinned_or_held():
    pins = {"pins": {KEY: {0: at("10:00")}}}
    assert codes([session("10:00")], **pins) == []
    assert codes([session("11:00")], **pins) == ["plan-pin"]
    held = {"kept": {KEY: {0: at("20:00")}}}
    assert codes([session("20:00", mode="in_person", site="elsewhere")], **held) == []
    assert codes([session("10:00")], **held) == ["plan-pin"]
    assert codes([session("20:00")], **held, **pins) == []
    assert codes([session("20:00"), session("2027-01-12T20:00")], **held) == ["plan-time", "plan-time"]


@pytest.mark.parametrize(
    ("second", "form", "wrong"),
    [
        ("11:00", "twice", []),
        ("10:59", "twice", ["plan-gap", "plan-overlap", "plan-overlap"]),
        ("2027-01-14T09:00", "twice", []),
        ("2027-01-15T09:00", "twice", ["plan-gap"]),
        ("12:00", "work", ["plan-gap"]),
        ("2027-01-12T09:00", "work", []),
        ("2027-01-14T09:00", "work", []),
        ("2027-01-15T09:00", "work", ["plan-gap"]),
        ("2027-01-13T09:00", "asked", ["plan-touchpoint"]),  # answered on Wednesday, and a day to read it
        ("2027-01-14T09:00", "asked", []),
    ],
)
def test_gaps_are_kept_to_the_day(second, form, wrong):
    assert codes([(MATCH, form, [session("10:00"), session(second)])]) == wrong


def test_weekends_and_closed_dates_are_no_working_days():
    friday = session("2027-01-15T10:00")
    closed = {"blackout": frozenset({day_of("2027-01-19", "day")})}
    assert codes([(MATCH, "work", [friday, session("2027-01-17T10:00")])]) == ["plan-gap"]
    assert codes([(MATCH, "work", [friday, session("2027-01-18T10:00")])]) == []
    assert codes([(MATCH, "work", [friday, session("2027-01-20T10:00")])]) == []
    assert codes([(MATCH, "work", [friday, session("2027-01-21T10:00")])]) == ["plan-gap"]
    assert codes([(MATCH, "work", [friday, session("2027-01-21T10:00")])], **closed) == []
    assert codes([(MATCH, "asked", [friday, session("2027-01-19T10:00")])]) == ["plan-touchpoint"]
    assert codes([(MATCH, "asked", [friday, session("2027-01-20T10:00")])]) == []
    assert codes([(MATCH, "asked", [friday, session("2027-01-20T10:00")])], **closed) == ["plan-touchpoint"]


def test_the_words_about_a_gap_count_its_days():
    program = mm.Program(format="work", formats=tuple(FORMATS.values()))
    for second, days in (("2027-01-18T10:00", 5), ("2027-01-08T10:00", -1)):
        sessions = (session("10:00"), session(second))
        conditions = Settings(0, 40_000, "UTC", parse_week("Mon-Fri 9-17", "hours"), formats=FORMATS)
        plans = (Plan(MATCH, "work", sessions),)
        schedule = Schedule(plans, (), mm.Status.OPTIMAL, (1, 0), (1, 0), conditions)
        people = [mm.Participant("ann", offers=[mm.Offer()]), mm.Participant("eva", requests=[mm.Request()])]
        (found,) = judge_schedule(mm.Cohort(people), program, schedule)
        assert found.message == f"ann: {days} days between two sessions, expected 1 to 3"
        assert found.who == ("ann", "eva")


def test_both_sessions_held_are_not_judged_and_one_is():
    both = {KEY: {0: at("10:00"), 1: at("2027-01-20T10:00")}}
    sessions = [session("10:00"), session("2027-01-20T10:00")]
    assert codes(sessions, kept=both) == []
    assert codes(sessions, kept={KEY: {0: at("10:00")}}) == ["plan-gap"]


@pytest.mark.parametrize(
    ("mode", "site", "sites", "wrong"),
    [
        ("virtual", "", ("", ""), False),
        ("virtual", "Rome", ("Rome", "Rome"), True),
        ("in_person", "Rome", ("Rome", "Rome"), False),
        ("in_person", "Oslo", ("Rome", "Rome"), True),
        ("in_person", "Rome", ("Rome", ""), True),
        ("in_person", "", ("", ""), True),
        ("in_person", "Rome", ("Rome", "Oslo"), False),  # there is a way from Oslo to Rome
        ("in_person", "Oslo", ("Rome", "Oslo"), True),  # and none back
        ("in_person", "Bonn", ("Rome", "Oslo"), True),
        ("by_phone", "", ("", ""), True),
    ],
)
def test_people_meet_where_all_can_come(mode, site, sites, wrong):
    ways = {("Oslo", "Rome"): 60, ("Oslo", "Bonn"): 60, ("Rome", "Bonn"): 60}
    people = [{"site": site} for site in sites]
    found = codes([session("10:00", mode=mode, site=site)], mentor=people[0], mentee=people[1], travel=ways)
    assert found == ["plan-mode"] * wrong


def test_modes_are_those_of_the_format_and_of_all():
    virtual = mm.formats.Format("once", (mm.formats.SessionSpec(60, "virtual"),))
    forms = {**FORMATS, "once": virtual}
    rome = {"site": "Rome"}
    here = [session("10:00", mode="in_person", site="Rome")]
    assert codes(here, forms, rome, rome, formats=forms) == ["plan-mode"]
    assert codes([session("10:00")], forms, rome, rome, formats=forms) == []
    assert codes(here, mentor=rome, mentee={**rome, "modes": {"virtual"}}) == ["plan-mode"]


def test_a_plan_has_the_sessions_of_its_format():
    assert codes([session("10:00", minutes=59)]) == ["plan-sessions"]
    assert codes([(MATCH, "once", [session("10:00"), session("12:00")])]) == ["plan-sessions"]
    virtual = replace(ONCE, sessions=(mm.formats.SessionSpec(60, "virtual"),))
    assert codes([session("10:00")], {**FORMATS, "once": virtual}) == ["plan-format"]


MENTEES = [mm.Participant(f"e{k}", requests=[mm.Request()], availability="Mon-Sun 9-17") for k in range(4)]


def several(*starts, **settings):
    """What is wrong with single sessions of ann, each with somebody else."""
    rows = [(mm.Match("ann", (f"e{k}",), "", ""), "once", [one]) for k, one in enumerate(starts)]
    return codes(rows, others=MENTEES, **settings)


@pytest.mark.parametrize(
    ("second", "settings", "wrong"),
    [
        ("11:00", {}, 0),
        ("10:59", {}, 1),
        ("11:15", {"buffer": 15}, 0),
        ("11:14", {"buffer": 15}, 1),
        ("11:14", {"buffer": 15, **diaries(buffer=10)}, 1),  # the mentee has no diary, and one session
    ],
)
def test_sessions_leave_the_pause_that_somebody_needs(second, settings, wrong):
    found = several(session("10:00"), session(second), **settings)
    assert found == ["plan-overlap"] * (wrong if "diaries" not in settings else 0)


def test_a_session_may_overlap_the_one_after_the_next():
    long = mm.formats.Format("long", (mm.formats.SessionSpec(180, "either"),))
    forms = {**FORMATS, "long": long}
    rows = [
        (mm.Match("ann", ("e0",), "", ""), "long", [session("10:00", minutes=180)]),
        (mm.Match("ann", ("e1",), "", ""), "once", [session("13:00")]),
        (mm.Match("ann", ("e2",), "", ""), "once", [session("12:00")]),
    ]
    found = codes(rows, forms, others=MENTEES, formats=forms)
    assert [code for code in found if code != "plan-format"] == ["plan-overlap"]


def test_the_way_between_two_sites_is_a_pause():
    rows = [
        (mm.Match("ann", ("e0",), "", ""), "once", [session("10:00", mode="in_person", site="Rome")]),
        (mm.Match("ann", ("e1",), "", ""), "once", [session("11:30", mode="in_person", site="Oslo")]),
    ]
    others = [replace(MENTEES[0], site="Rome"), replace(MENTEES[1], site="Oslo")]
    for minutes, wrong in ((30, []), (31, ["plan-overlap"])):
        ways = {("Rome", "Oslo"): minutes, ("Oslo", "Rome"): 5}
        assert codes(rows, mentor={"site": "Rome"}, others=others, travel=ways) == wrong
    virtual = [rows[0], (mm.Match("ann", ("e1",), "", ""), "once", [session("11:30")])]
    ways = {("Rome", "Oslo"): 31, ("Oslo", "Rome"): 31}
    assert codes(virtual, mentor={"site": "Rome"}, others=others, travel=ways) == []  # ann is at home for it


def test_what_was_held_may_overlap_and_counts_for_what_is_to_come():
    keys = [("ann", "", (f"e{k}",)) for k in range(3)]
    held = {keys[0]: {0: at("10:00")}, keys[1]: {0: at("10:30")}}
    assert several(session("10:00"), session("10:30"), kept=held) == []
    assert several(session("10:00"), session("10:30"), kept={keys[0]: held[keys[0]]}) == ["plan-overlap"]
    assert several(session("10:00"), session("10:30"), kept=held, **diaries(per_day=1)) == []
    three = (session("10:00"), session("10:30"), session("2027-01-12T10:00"))
    assert several(*three, kept=held, **diaries(per_day=1)) == []
    assert several(*three, kept=held, **diaries(per_week=2)) == ["plan-limit"]


@pytest.mark.parametrize(
    ("limit", "dates", "wrong"),
    [
        ({"per_day": 2}, (MONDAY, MONDAY), False),
        ({"per_day": 1}, (MONDAY, MONDAY), True),
        ({"per_day": 1}, (MONDAY, "2027-01-12"), False),
        ({"per_week": 2}, (MONDAY, "2027-01-17"), False),
        ({"per_week": 1}, (MONDAY, "2027-01-17"), True),
        ({"per_week": 1}, ("2027-01-17", "2027-01-18"), False),
        ({"per_month": 2}, (MONDAY, "2027-01-31"), False),
        ({"per_month": 1}, (MONDAY, "2027-01-31"), True),
        ({"per_month": 1}, ("2027-01-31", "2027-02-01"), False),
        ({"hours_per_month": 2}, (MONDAY, "2027-01-31"), False),
        ({"hours_per_month": 1.9}, (MONDAY, "2027-01-31"), True),
        ({"hours_per_month": 1}, ("2027-01-31", "2027-02-01"), False),
    ],
)
def test_limits_are_kept_to_the_session(limit, dates, wrong):
    starts = [f"{date}T{hour}:00" for date, hour in zip(dates, (10, 12), strict=True)]
    assert several(*map(session, starts), **diaries(**limit)) == ["plan-limit"] * wrong


def in_rooms(*rooms_and_starts, find=codes, **settings):
    """What is wrong with sessions in rooms at Rome, of nobody twice."""
    names = [(f"m{k}", f"e{k}") for k in range(len(rooms_and_starts))]
    others = [mm.Participant(one, offers=[mm.Offer()], availability="Mon 9-17", site="Rome") for one, _ in names]
    others += [replace(MENTEES[k], site="Rome") for k in range(len(names))]
    rows = [
        (mm.Match(one, (other,), "", ""), "once", [session(start, mode="in_person", site="Rome", room=room)])
        for (one, other), (room, start) in zip(names, rooms_and_starts, strict=True)
    ]
    return find(rows, others=others, **{"rooms": {"Rome": ("1", "2")}, **settings})


def test_a_room_holds_one_session_at_a_time():
    assert in_rooms(("1", "10:00"), ("2", "10:00")) == []
    assert in_rooms(("1", "10:00"), ("1", "11:00")) == []
    assert in_rooms(("1", "10:00"), ("1", "10:59")) == ["plan-room"]
    assert in_rooms(("1", "10:00"), ("", "12:00"), ("3", "12:00"), ("1", "10:30")) == ["plan-room"] * 3
    assert in_rooms(("", "10:00"), ("", "10:00"), rooms={}) == []
    held = {("m0", "", ("e0",)): {0: at("10:00")}}
    assert in_rooms(("1", "10:00"), ("1", "10:30"), kept=held) == []


def test_each_match_has_one_plan_or_one_reason():
    other = mm.Match("ann", ("e0",), "", "")
    both = mm.Matching((MATCH, other), ())
    row = (MATCH, "once", [session("10:00")])
    left = mm.scheduling.Unplaced(other, "no time")
    assert codes([row], others=MENTEES, of=both) == ["plan-match"]
    assert codes([row], others=MENTEES, of=both, unplaced=[left]) == []
    assert codes([row], others=MENTEES, of=mm.Matching((MATCH,), ()), unplaced=[left]) == ["plan-match"]
    assert codes([row], others=MENTEES, unplaced=[mm.scheduling.Unplaced(MATCH, "no time")]) == ["plan-match"]
    stranger = mm.Match("ann", ("nobody",), "", "")
    assert codes([row, (stranger, "once", [session("12:00")])], of=mm.Matching((MATCH,), ())) == ["plan-match"]


def test_a_format_that_nobody_wanted_is_a_fault():
    other = (mm.Match("ann", ("e0",), "", ""), "twice", [session("12:00"), session("2027-01-12T12:00")])
    assert codes([(MATCH, "once", [session("10:00")]), other], others=MENTEES) == ["plan-format"]


def words(*arguments, **facts):
    """What the judge says, and of whom."""
    return [(violation.message, violation.who) for violation in judged(*arguments, **facts)]


def test_faults_say_what_is_wrong_and_who_is_concerned():
    ten, noon = session("10:00"), session("12:00")
    rows = [(mm.Match("ann", ("e0",), "", ""), "once", [ten]), (mm.Match("ann", ("e1",), "", ""), "once", [noon])]
    both = mm.Matching((MATCH, rows[0][0]), ())
    assert words([(MATCH, "once", [ten])], others=MENTEES, of=both) == [
        ("the match of ann and e0 has no plan and no reason", ("ann", "e0"))
    ]
    assert words([(MATCH, "once", [ten])] * 2)[0] == (
        "the match of ann and eva is planned too often, or not in the matching",
        ("ann", "eva"),
    )
    assert words(rows, others=MENTEES, **diaries(per_day=1)) == [("ann has more than 1 sessions a day", ("ann",))]
    assert words(rows, others=MENTEES, **diaries(per_week=1)) == [("ann has more than 1 sessions a week", ("ann",))]
    assert words(rows, others=MENTEES, **diaries(per_month=1)) == [("ann has more than 1 sessions a month", ("ann",))]
    assert words(rows, others=MENTEES, **diaries(hours_per_month=1)) == [
        ("ann has more than 1.0 hours a month", ("ann",))
    ]
    early = session("08:00", minutes=60)
    assert words([early], mentor={"availability": "Mon 8-9"}) == [
        ("eva is not free from 2027-01-11 08:00 UTC, 60 minutes", ("eva",))
    ]
    assert words([ten], pins={KEY: {0: at("11:00")}}) == [("ann: session 1 is not at its given time", ("ann", "eva"))]
    assert words([replace(ten, mode="")]) == [("ann: a session is nowhere", ("ann", "eva"))]
    later = session("2027-01-13T09:00")
    assert words([(MATCH, "asked", [ten, later])]) == [
        ("ann: 2 working days to answer and 1 days to read do not fit between two sessions", ("ann", "eva"))
    ]
    assert words([replace(ten, minutes=59)]) == [("ann: not the sessions of once", ("ann", "eva"))]
    assert words([(MATCH, "once", [ten]), (rows[0][0], "twice", [noon, later])], others=MENTEES) == [
        ("ann: the format is twice, expected once", ("ann", "e0"))
    ]


def test_faults_of_rooms_name_the_room_and_both_mentors():
    twice = in_rooms(("1", "10:00"), ("1", "10:30"), find=words)
    assert twice == [("two sessions at once in room 1 at Rome: of m0 and of m1", ("m0", "m1"))]
    nowhere = in_rooms(("7", "10:00"), find=words)
    assert nowhere == [("m0: no room at Rome from 2027-01-11 10:00 UTC, 60 minutes", ("m0",))]


def test_an_hour_that_the_clock_skips_needs_no_window():
    """On 2027-03-28 in Rome 01:59 is followed by 03:00: a session from 01:30 to 03:30 takes an hour."""
    rome = {"timezone": "Europe/Rome", "availability": "Sun 1-2; Sun 3-4"}
    night = session("2027-03-28T00:30")
    span = {"end": day_of("2027-03-31", "end")}
    assert codes([night], mentor=rome, mentee={"availability": "Sun 0-3"}, **span) == []
    short = {**rome, "availability": "Sun 1-2; Sun 3-3:30"}
    late = session("2027-03-28T00:31")
    assert codes([late], mentor=short, mentee={"availability": "Sun 0-3"}, **span) == ["plan-time"]


def test_days_between_sessions_are_those_of_the_mentor():
    always = {"availability": "Mon-Sun 0-24"}
    rows = [(MATCH, "work", [session("13:00"), session("15:30")])]  # in Tokyo the second one is on Tuesday
    assert codes(rows, mentor={**always, "timezone": "Asia/Tokyo"}, mentee=always) == []
    assert codes(rows, mentor=always, mentee={**always, "timezone": "Asia/Tokyo"}) == ["plan-gap"]
