"""Schedules: beside every other choice of dates, judged minute by minute, with a reason for each match left out."""

import datetime as dt
import threading
from dataclasses import replace
from itertools import pairwise, product
from math import prod
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from clock_changes import ZONES, changes
from dated import faults, planned
from mmatch.availability import Window, instant, week_text
from mmatch.formats import Format, Gap, SessionSpec, format_of
from mmatch.scheduling import dates_by_component, large_components
from mmatch.scheduling.dates_by_component import components_of, place
from mmatch.scheduling.free_time import FreeTime
from mmatch.scheduling.single_match import cheapest_dates, cost, narrowed
from mmatch.scheduling.tasks import task_of
from strategies import examples

QUICK = Format("quick", (SessionSpec(60), SessionSpec(30)), (Gap(0, 1, 3),))
SPRING = {"start": "2026-03-27", "end": "2026-04-01"}  # clocks change in Berlin on the 29th, in New York on the 8th


@st.composite
def programs(draw):
    """Two mentors, up to four mentees, few hours that most share, zones on both sides of a change of clocks."""
    window = st.builds(lambda day, at: Window(day, at * 60, at * 60 + 120), st.integers(0, 6), st.integers(8, 12))
    pool = draw(st.lists(window, min_size=1, max_size=4, unique=True))
    zone = st.sampled_from(draw(st.sampled_from([["Europe/Berlin"], ["America/New_York", "Asia/Kathmandu", None]])))

    def person(name, **facts):
        week = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=4))
        return mm.Participant(name, availability=week_text(week), timezone=draw(zone), **facts)

    people = [person(f"m{k}", offers=[mm.Offer()], capacity=4) for k in range(2)]
    formats = draw(st.lists(st.sampled_from([None, "quick", "single"]), min_size=1, max_size=4))
    people += [person(f"e{k}", requests=[mm.Request(format=name, mentors=2)]) for k, name in enumerate(formats)]
    pairs = [(m.id, e.id) for m in people[:2] for e in people[2:] if draw(st.integers(0, 3))]
    cohort = mm.Cohort(people)
    return cohort, mm.matching_from_pairs(cohort, pairs)


def dated(cohort, matching, **options):
    return planned(cohort, mm.Program(), matching, **{**SPRING, "zone": "Europe/Berlin", "formats": [QUICK], **options})


def kept(task):
    """All dates that a match could have by itself."""
    for dates in product(*(times.tolist() for times in task.starts)):
        rows = zip(task.days, task.starts, dates, strict=True)
        days = [int(days[times.tolist().index(at)]) for days, times, at in rows]
        ends = [
            at + session.minutes + max(task.buffers.values())
            for at, session in zip(dates, task.format.sessions, strict=True)
        ]
        gaps = zip(pairwise(days), task.format.gaps, strict=True)
        apart = all(gap.least <= b - a <= gap.most for (a, b), gap in gaps)
        if apart and all(later >= end for end, later in zip(ends, dates[1:], strict=False)):
            yield dates


def tried(tasks, buffer):
    """(most matches, least cost negated) by trying all dates of all matches."""
    best = (0, 0)

    def further(k, held, placed, total):
        nonlocal best
        best = max(best, (placed, -total))
        if k == len(tasks):
            return
        further(k + 1, held, placed, total)
        task = tasks[k]
        for dates in kept(task):
            own = [
                (who, at, at + session.minutes + buffer)
                for at, session in zip(dates, task.format.sessions, strict=True)
                for who in task.people
            ]
            free = all(a[0] != b[0] or a[2] <= b[1] or b[2] <= a[1] for a in own for b in held)
            apart = all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(sorted(own)))
            if free and apart:
                further(k + 1, held + own, placed + 1, total + cost(task, dates))

    further(0, [], 0, 0)
    return best


@given(programs(), st.sampled_from([0, 30]))
@examples(100)
def test_a_schedule_is_the_best_and_can_be_held(question, buffer):
    cohort, matching = question
    found = dated(cohort, matching, buffer=buffer)
    assert faults(cohort, matching, found) == []
    assert (found.status, found.value) == (mm.Status.OPTIMAL, found.bound)
    assert len(found.plans) + len(found.unplaced) == len(matching)
    calendars = FreeTime(cohort, found.settings)
    tasks = [task_of(item.match, wanted(cohort, item.match), calendars) for item in (*found.plans, *found.unplaced)]
    assume(prod(1 + len(list(kept(task))) for task in tasks) <= 20_000)
    assert found.value == tried(tasks, buffer)


def wanted(cohort, match):
    return cohort[match.mentees[0]].requests[0].format or "single"


@given(programs())
@examples(60)
def test_narrowing_loses_no_best_dates(question):
    """The starts that are left are exactly those of some dates that cost no more."""
    cohort, matching = question
    found = dated(cohort, matching)
    calendars = FreeTime(cohort, found.settings)
    for plan in found.plans:
        task = task_of(plan.match, plan.format, calendars)
        own = cost(task, cheapest_dates(task))
        few = narrowed(task, own + 2000)
        cheap = [dates for dates in kept(task) if cost(task, dates) <= own + 2000]
        assert [set(times.tolist()) for times in few.starts] == [set(column) for column in zip(*cheap, strict=True)]


@given(programs(), st.data())
@examples(100)
def test_edits_are_found(question, data):
    """A session moved, a plan dropped or doubled: refused unless it can be held all the same."""
    cohort, matching = question
    found = dated(cohort, matching)
    assume(found.plans)
    k = data.draw(st.integers(0, len(found.plans) - 1))
    plan = found.plans[k]
    others = found.plans[:k] + found.plans[k + 1 :]
    meeting = plan.sessions[0]
    change = data.draw(st.sampled_from(["gone", "twice", "late", "short", "mode", "night"]))
    if change == "gone":
        plans = others
    elif change == "twice":
        plans = (*found.plans, plan)
    else:
        edit = {
            "late": replace(meeting, start=meeting.start + 5000),
            "short": replace(meeting, minutes=meeting.minutes - 1),
            "mode": replace(meeting, mode="in_person", site="Rome"),
            "night": replace(meeting, start=meeting.start - meeting.start % 1440 + 19 * 60),
        }[change]
        plans = (*others, replace(plan, sessions=(edit, *plan.sessions[1:])))
    wrong = faults(cohort, matching, replace(found, plans=plans))
    codes = {violation.code for violation in wrong}
    if change in {"gone", "twice"}:
        assert "plan-match" in codes
    elif change in {"short", "mode"}:
        assert codes & {"plan-sessions", "plan-mode"}
    elif change == "night":  # 19:00 UTC: 15:00 in New York at the earliest
        assert "plan-time" in codes
    else:
        zones = [cohort[who].timezone or "Europe/Berlin" for who in (plan.match.mentor, *plan.match.mentees)]
        walls = [edit.begins(zone) for zone in zones]
        assert wrong or all(8 <= wall.hour < 15 for wall in walls)


def two(one, other, **facts):
    """A mentor and a mentee with their hours."""
    people = [mm.Participant("ann", offers=[mm.Offer()], availability=one, **facts)]
    people.append(mm.Participant("eva", requests=[mm.Request()], availability=other, site=facts.get("site", "")))
    cohort = mm.Cohort(people)
    return cohort, mm.matching_from_pairs(cohort, [("ann", "eva")])


def test_the_same_wall_time_a_week_later_is_a_week_later():
    """Over a change of the clocks 7 days are 167 hours, and still 7 days."""
    cohort, matching = two("Sat 9-10; Sun 9-10", "Sat 9-10; Sun 9-10")
    weekly = Format("weekly", (SessionSpec(), SessionSpec()), (Gap(7, 7, 7),))
    found = planned(
        cohort, mm.Program(), matching, start="2026-03-23", end="2026-04-04", zone="Europe/Berlin", formats=[weekly]
    )
    assert len(found.plans) == 1  # the program's format is single
    people = [replace(cohort["ann"]), replace(cohort["eva"], requests=[mm.Request(format="weekly")])]
    cohort = mm.Cohort(people)
    found = planned(
        cohort, mm.Program(), matching, start="2026-03-23", end="2026-04-04", zone="Europe/Berlin", formats=[weekly]
    )
    first, second = found.plans[0].sessions
    assert (first.begins("Europe/Berlin").hour, second.begins("Europe/Berlin").hour) == (9, 9)
    assert second.start - first.start == 7 * 1440 - 60


@pytest.mark.parametrize(
    ("one", "other", "options", "reason", "relaxation"),
    [
        ("Mon 9-12", "Tue 9-12", {}, "none in common", ""),
        ("Mon 9-9:30", "Mon 9-12", {}, "ann: no free 60 minutes", "let ann be free 30 minutes earlier and later"),
        ("Mon 9-12", "Mon 9-12", {"blackout": ["2026-03-30"]}, "no free 60 minutes", "end 7 days later"),
        ("Thu 9-10", "Thu 9-10", {}, "no free 60 minutes", "end 7 days later, on 2026-04-08"),
        (
            "Mon 9-12",
            "Mon 9-12",
            {"program": "two_session"},
            "7 to 30 days apart",
            "allow gaps that are 7 days shorter",
        ),
    ],
)
def test_a_match_without_dates_has_a_reason_and_a_way_out(one, other, options, reason, relaxation):
    cohort, matching = two(one, other)
    program = mm.Program(format=options.pop("program", "single"))
    found = planned(cohort, program, matching, **SPRING, **options)
    (left,) = found.unplaced
    assert reason in left.reason
    assert left.relaxation.startswith(relaxation)
    assert bool(left.relaxation) == bool(relaxation)
    assert faults(cohort, matching, found, program) == []


def test_a_match_that_others_crowd_out_says_so():
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=2, availability="Mon 9-10")]
    people += [mm.Participant(name, requests=[mm.Request()], availability="Mon 9-12") for name in ("eva", "finn")]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn")])
    found = planned(cohort, mm.Program(), matching, **SPRING)
    assert (found.value[0], len(found.unplaced)) == (1, 1)
    assert "needed by other matches" in found.unplaced[0].reason


def test_in_person_sessions_need_a_common_site():
    room = Format("room", (SessionSpec(60, "in_person"),))
    cohort, _ = two("Mon 9-12", "Mon 9-12", site="Rome")
    cohort = mm.Cohort([cohort["ann"], replace(cohort["eva"], requests=[mm.Request(format="room")])])
    matching = mm.matching_from_pairs(cohort, [("ann", "eva")])
    found = planned(cohort, mm.Program(), matching, **SPRING, formats=[room])
    assert (found.plans[0].sessions[0].mode, found.plans[0].sessions[0].site) == ("in_person", "Rome")
    apart = mm.Cohort([cohort["ann"], replace(cohort["eva"], site="Oslo")])
    left = planned(apart, mm.Program(), matching, **SPRING, formats=[room]).unplaced[0]
    assert left.reason == 'session 1 is to be in person: no common site (ann at "Rome", eva at "Oslo")'
    assert left.relaxation == "let every session be virtual or in person"


def test_busy_times_and_buffers_are_kept():
    """Free from 9 to 12:30, taken from 9:30 to 11 with half an hour around it: that leaves 11:30 and later."""
    cohort, matching = two("Mon 9-12:30", "Mon 9-12:30")
    options = {
        **SPRING,
        "zone": "Europe/Berlin",
        "busy": {"eva": [("2026-03-30T09:30+02:00", "2026-03-30T11:00+02:00")]},
    }
    found = planned(cohort, mm.Program(), matching, **options, buffer=30)
    assert found.plans[0].sessions[0].start == instant("2026-03-30T11:30+02:00")
    assert faults(cohort, matching, found) == []
    assert faults(cohort, matching, replace(found, settings=replace(found.settings, buffer=45)))[0].code == "plan-time"


def test_what_is_due_lies_between_the_sessions():
    cohort, matching = two("Mon-Fri 9-12", "Mon-Fri 9-12")
    found = planned(cohort, mm.Program(format="three_session"), matching, start="2026-03-23", end="2026-05-31")
    (plan,) = found.plans
    starts = [meeting.start for meeting in plan.sessions]
    send = [due.by for due in plan.dues if due.kind == "send"]
    answer = [due.by for due in plan.dues if due.kind == "answer"]
    between = [("send", "mentee"), ("answer", "mentor")] * 2
    around = [("reflect", "mentee"), ("reflect", "mentor")]
    assert [(due.kind, due.who) for due in plan.dues] == [*around, *between, *around]
    for k in range(2):
        assert starts[k] < send[k] <= answer[k] <= starts[k + 1] - 2 * 1440
    assert plan.dues[0].by == plan.dues[1].by == starts[0] - 2 * 1440
    half = starts[0] + 60 + (starts[1] - starts[0] - 60) // 2
    assert send[0] == half
    day = dt.datetime.fromtimestamp(answer[0] * 60, ZoneInfo("UTC"))
    assert day.weekday() < 5


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"start": "soon"}, "date"),
        ({"end": "2026-01-01"}, "date"),
        ({"end": "2099-01-01"}, "date"),
        ({"zone": "Mars"}, "timezone"),
        ({"hours": "always"}, "window"),
        ({"hours": None}, "window"),
        ({"blackout": [20260330]}, "date"),
        ({"grain": 0}, "argument"),
        ({"buffer": 1.5}, "argument"),
        ({"time_limit": -1}, "argument"),
        ({"busy": {"zoe": []}}, "unknown-id"),
        ({"busy": {"ann": [("2026-03-30T09:00", "2026-03-30T10:00")]}}, "time"),
        ({"busy": {"ann": [("2026-03-30T09:00Z", "2026-03-30T09:00Z")]}}, "time"),
        ({"blackout": ["Easter"]}, "date"),
    ],
)
def test_bad_arguments_are_named(options, code):
    cohort, matching = two("Mon 9-12", "Mon 9-12")
    with pytest.raises(mm.InputError) as caught:
        planned(cohort, mm.Program(), matching, **{**SPRING, **options})
    assert caught.value.problems[0].code == code


def test_whose_busy_times_are_wrong_is_named():
    cohort, matching = two("Mon 9-12", "Mon 9-12")
    with pytest.raises(mm.InputError, match=r'^busy\["eva"\]: found "soon", expected \(from, to\)'):
        planned(cohort, mm.Program(), matching, **SPRING, busy={"ann": [], "eva": ["soon"]})


@pytest.mark.parametrize("day", [1, 20260330, 10**9, 10**30])
def test_a_number_that_is_no_date_is_not_taken_for_one(day):
    """Days are numbers inside; 20260330 read as one of them is a date far away, and then nothing was blacked out."""
    with pytest.raises(mm.InputError, match=f"Diary.blackout: found {day}, expected a date"):
        mm.scheduling.Diary(blackout=[day])
    with pytest.raises(mm.InputError, match=f"Diary.dates: found {day}, expected a date"):
        mm.scheduling.Diary(dates={day: "9-12"})


def test_bad_windows_and_unknown_formats_are_named():
    cohort, matching = two("Mon 9-12", "whenever")
    (left,) = planned(cohort, mm.Program(), matching, **SPRING).unplaced
    assert left.reason.startswith('eva: availability cannot be understood: found "whenever"')
    cohort, matching = two("Mon 9-12", "Mon 9-12")
    cohort = mm.Cohort([cohort["ann"], replace(cohort["eva"], requests=[mm.Request(format="ten")])])
    with pytest.raises(mm.InputError, match=r"ten.*single"):
        planned(cohort, mm.Program(), matching, **SPRING)
    for wrong in ([("ann", "eva")], matching):
        with pytest.raises(mm.InputError, match=r"expected a Result .*evaluate"):
            mm.schedule(cohort, wrong, **SPRING)
    result = mm.evaluate(cohort, mm.Program(), [("ann", "eva")])
    for wrong in ({}, {"start": "2027-01-11"}, {"dates": mm.Dates(**SPRING), **SPRING}, {"dates": SPRING}):
        with pytest.raises(mm.InputError, match=r"expected mm\.Dates\(start=…, end=…\), or start= and end= alone"):
            mm.schedule(cohort, result, **wrong)


def test_matches_that_share_nobody_are_apart():
    people = [mm.Participant(f"m{k}", offers=[mm.Offer()], capacity=2, availability="Mon 9-12") for k in range(3)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request(mentors=2)], availability="Mon 9-12") for k in range(4)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("m0", "e0"), ("m1", "e1"), ("m1", "e2"), ("m2", "e2"), ("m2", "e3")])
    found = planned(cohort, mm.Program(), matching, **SPRING)
    tasks = [task_of(plan.match, plan.format, FreeTime(cohort, found.settings)) for plan in found.plans]
    assert sorted(len(component.numbers) for component in components_of(tasks, {})) == [1, 4]
    assert place(tasks).exact
    assert format_of("single").sessions[0].minutes == 60


def test_gaps_and_doubled_people_are_judged():
    """Sessions of one match four days apart, or one, instead of two to three; one mentor in two places."""
    cohort, matching = two("Mon-Fri 9-12", "Mon-Fri 9-12")
    close = Format("close", (SessionSpec(), SessionSpec()), (Gap(2, 2, 3),))
    cohort = mm.Cohort([cohort["ann"], replace(cohort["eva"], requests=[mm.Request(format="close")])])
    found = planned(cohort, mm.Program(), matching, start="2026-04-06", end="2026-04-10", formats=[close])
    first, second = found.plans[0].sessions
    assert second.start - first.start == 2 * 1440
    for days, wrong in ((1, []), (2, ["plan-gap"]), (-1, ["plan-gap"])):
        moved = replace(second, start=second.start + days * 1440)
        edited = replace(found, plans=(replace(found.plans[0], sessions=(first, moved)),))
        assert [v.code for v in faults(cohort, matching, edited)][:1] == wrong
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=2, availability="Mon 9-12")]
    people += [mm.Participant(name, requests=[mm.Request()], availability="Mon 9-12") for name in ("eva", "finn")]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn")])
    found = planned(cohort, mm.Program(), matching, **SPRING)
    same = tuple(replace(plan, sessions=found.plans[0].sessions) for plan in found.plans)
    assert [v.code for v in faults(cohort, matching, replace(found, plans=same))] == ["plan-overlap"]


@pytest.mark.parametrize("zone", ZONES)
def test_no_session_is_outside_a_window_around_any_change_of_clocks(zone):
    """Every change of sixteen years: two hours at night and one at noon, a session on the day before, of and after."""
    daily = Format(
        "daily",
        (SessionSpec(45), SessionSpec(45), SessionSpec(45)),
        (Gap(1, 1, 1), Gap(1, 1, 1)),
    )
    cohort, _ = two("Mon-Sun 0-4, 12-13, 22-24", "Mon-Sun 0-4, 12-13, 22-24", timezone=zone)
    people = [cohort["ann"], replace(cohort["eva"], timezone=zone, requests=[mm.Request(format="daily")])]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", "eva")])
    for day in changes(zone, range(2020, 2036)):
        span = {"start": day - dt.timedelta(days=1), "end": day + dt.timedelta(days=1)}
        wishes = mm.scheduling.Wishes(evening=0)
        found = planned(cohort, mm.Program(), matching, **span, formats=[daily], grain=15, wishes=wishes)
        (plan,) = found.plans
        assert faults(cohort, matching, found) == []
        walls = [meeting.begins(zone) for meeting in plan.sessions]
        assert [(wall.date() - walls[0].date()).days for wall in walls] == [0, 1, 2]
        for wall, meeting in zip(walls, plan.sessions, strict=True):
            assert wall.hour < 4 or wall.hour in {12, 22, 23}
            assert dt.datetime.fromtimestamp(meeting.start * 60, ZoneInfo(zone)).replace(fold=0) == wall.replace(fold=0)


def crowded(mentees=4):
    """One mentor with few hours whom all want at once: no order of turns is the best for sure."""
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=mentees, availability="Mon-Thu 9-11")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request()], availability="Mon-Thu 9-11") for k in range(mentees)]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("ann", f"e{k}") for k in range(mentees)])
    span = {"start": "2027-01-11", "end": "2027-02-28", "wishes": mm.scheduling.Wishes(adjacent=100)}
    return cohort, mm.Program(format="three_session"), matching, span


@pytest.mark.parametrize("reason", ["time_limit", "cancelled", "interrupted"])
def test_what_is_there_when_a_run_is_stopped_is_returned_with_an_honest_bound(reason, monkeypatch):
    cohort, program, matching, span = crowded()
    best = planned(cohort, program, matching, **span)
    assert best.status == mm.Status.OPTIMAL
    options = {"time_limit": 0} if reason == "time_limit" else {}
    if reason == "cancelled":
        options["cancel"] = threading.Event()
        options["cancel"].set()
    if reason == "interrupted":
        options["on_interrupt"] = "return"
        monkeypatch.setattr(dates_by_component, "best_together", interrupted)
    found = planned(cohort, program, matching, **span, **options)
    assert (found.status, found.stopped) == (mm.Status.FEASIBLE, reason)
    assert len(found.plans) == 4
    assert found.value <= best.value <= found.bound
    assert faults(cohort, matching, found, program) == []
    assert found.plans


def interrupted(*_, **__):
    raise KeyboardInterrupt


@pytest.mark.parametrize(("place", "call"), [("inserted", 1), ("inserted", 3), ("inserted", 9), ("together", 2)])
def test_ctrl_c_leaves_nobody_without_the_dates_that_there_are(place, call, monkeypatch):
    """It fell into the first answer, and nobody had dates; or into a neighbourhood, and its matches had none."""
    cohort = mm.Cohort(
        [mm.Participant(f"m{k}", offers=[mm.Offer()], site="North", modes={"in_person"}) for k in range(14)]
        + [mm.Participant(f"e{k}", requests=[mm.Request()], site="North", modes={"in_person"}) for k in range(14)]
    )
    matching = mm.matching_from_pairs(cohort, [(f"m{k}", f"e{k}") for k in range(14)])
    home, name = (dates_by_component, "inserted") if place == "inserted" else (large_components, "inserted_together")
    plain, calls = getattr(home, name), []

    def once(*arguments, **options):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return plain(*arguments, **options)

    monkeypatch.setattr(home, name, once)
    span = {"start": "2027-01-11", "end": "2027-01-13", "rooms": {"North": 1}, "on_interrupt": "return"}
    found = planned(cohort, mm.Program(), matching, **span)
    assert (found.stopped, len(found.plans)) == ("interrupted", 14)
    assert faults(cohort, matching, found, mm.Program()) == []


def test_ctrl_c_is_raised_unless_the_host_wants_what_there_is(monkeypatch):
    cohort, program, matching, span = crowded()
    monkeypatch.setattr(dates_by_component, "best_together", interrupted)
    with pytest.raises(KeyboardInterrupt):
        planned(cohort, program, matching, **span)


def test_cancel_acts_within_one_component():
    """A dozen matches of one mentor: set from another thread, the event ends the search at once."""
    cohort, program, matching, span = crowded(12)
    stop = threading.Event()
    timer = threading.Timer(0.5, stop.set)
    timer.start()
    found = planned(cohort, program, matching, **span, cancel=stop)
    timer.cancel()
    assert found.stopped in {None, "cancelled"}
    assert faults(cohort, matching, found, program) == []


def test_a_machine_without_time_zone_data_says_what_to_install(monkeypatch):
    def missing(name):
        raise ZoneInfoNotFoundError(name)

    monkeypatch.setattr("zoneinfo.ZoneInfo", missing)
    cohort, matching = two("Mon-Fri 12-20", "Mon-Fri 7-22")
    with pytest.raises(mm.InputError, match="no time-zone data: pip install tzdata"):
        planned(cohort, mm.Program(), matching, **SPRING, zone="Europe/Berlin")
