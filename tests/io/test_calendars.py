"""Calendar files: icalendar and vobject read the same instants and texts back, whatever people wrote."""

import datetime as dt
import errno
import os
from dataclasses import replace

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from dated import planned as scheduled
from mmatch.io.calendars import plain_text
from strategies import examples

NOW = "2027-01-01T12:00Z"
HOSTILE = [
    "x\r\nATTENDEE:mailto:evil@example.org",
    "lone\rBEGIN:VALARM",
    "line\u2028END:VEVENT\u2029\u0085z",
    'quo"te; semi, comma\\ back\\n slash',
    "\U0001f600" * 40,
    "nul\0bell\a",
    "\u202eevil",
    "",
]
texts = st.sampled_from(HOSTILE) | st.text(st.characters(blacklist_categories=["Cs"]), max_size=90)


def planned(names=("", "", ""), agenda=("talk",), site=""):
    """One mentor and two mentees with a session in person and a virtual one."""
    form = mm.formats.Format(
        "blend",
        (mm.formats.SessionSpec(60, "in_person", tuple(agenda)), mm.formats.SessionSpec(30, "virtual")),
        (mm.formats.Gap(1, 7, 20, (mm.formats.Touchpoint(mentee_sends=agenda[0]),)),),
    )
    ids = ("ann", "eva", "finn")
    asks = ([], [mm.Request(format="blend")], [mm.Request(format="blend")])
    cohort = mm.Cohort(
        [
            mm.Participant(
                who, name=name, site=site or "Rome", offers=[] if ask else [mm.Offer()], requests=ask, capacity=2
            )
            for who, name, ask in zip(ids, names, asks, strict=True)
        ]
    )
    matching = mm.matching_from_pairs(cohort, [("ann", "eva"), ("ann", "finn")], mm.Program(group=(1, 2)))
    options = {"start": "2027-01-11", "end": "2027-02-28", "formats": [form], "zone": "Europe/Rome"}
    return cohort, scheduled(cohort, mm.Program(group=(1, 2)), matching, **options)


@given(st.tuples(texts, texts, texts), st.lists(texts, min_size=1, max_size=2))
@examples(100)
def test_two_parsers_read_the_same_back(names, agenda):
    cohort, schedule = planned(names, agenda)
    data = mm.io.calendar_file(cohort, schedule, now=NOW)
    ours = [e for e in icalendar.Calendar.from_ical(data).walk() if e.name == "VEVENT"]
    theirs = vobject.readOne(data.decode()).vevent_list
    meetings = [m for plan in schedule.plans for m in plan.sessions]
    assert len(ours) == len(theirs) == len(meetings) == data.count(b"BEGIN:VEVENT")
    for meeting, one, other in zip(meetings, ours, theirs, strict=True):
        assert one["dtstart"].dt == other.dtstart.value == meeting.begins()
        assert one["dtend"].dt == other.dtend.value
        assert str(one["description"]) == other.description.value
        assert str(one["summary"]) == other.summary.value
        assert not {"attendee", "valarm"} & set(map(str.lower, one.keys()))
    said = str(ours[0]["description"])
    assert all(plain_text(point) in said for point in agenda)
    todos = vobject.readOne(data.decode()).vtodo_list
    assert len(todos) == sum(
        1 if due.who == "mentor" else len(p.match.mentees) for p in schedule.plans for due in p.dues
    )


@given(st.tuples(texts, texts, texts), st.lists(texts, min_size=1, max_size=2))
@examples(100)
def test_lines_are_short_and_whole(names, agenda):
    """75 octets at most, CRLF, and never a cut inside a character (RFC 5545, 3.1)."""
    for line in mm.io.calendar_file(*planned(names, agenda), now=NOW).split(b"\r\n"):
        assert len(line) <= 75
        assert b"\r" not in line
        assert b"\n" not in line
        assert line.decode().isprintable() or "\t" not in line.decode()


@pytest.mark.parametrize("offset", range(80))
def test_a_character_of_four_octets_is_never_cut(offset):
    cohort, schedule = planned(agenda=["a" * offset + "\U0001f600" * 30])
    data = mm.io.calendar_file(cohort, schedule, now=NOW)
    assert all(line.decode() is not None and len(line) <= 75 for line in data.split(b"\r\n"))
    assert "\U0001f600" * 30 in icalendar.Calendar.from_ical(data).walk("VEVENT")[0]["description"]


def test_the_same_arguments_give_the_same_bytes_and_uids_do_not_depend_on_dates():
    cohort, schedule = planned()
    data = mm.io.calendar_file(cohort, schedule, now=NOW, key="secret")
    assert data == mm.io.calendar_file(cohort, schedule, now=NOW, key="secret")
    assert b"VALARM" not in data
    assert b"ATTENDEE" not in data
    assert b"METHOD:PUBLISH" in data
    uids = entries(data, "UID")
    assert len(set(uids)) == len(uids)
    assert not any("ann" in uid or "eva" in uid for uid in uids)
    assert not set(uids) & set(entries(mm.io.calendar_file(cohort, schedule, now=NOW, key="other"), "UID"))
    plan = schedule.plans[0]
    later = replace(plan.sessions[0], start=plan.sessions[0].start + 60, revision=1)
    moved = replace(schedule, plans=(replace(plan, sessions=(later, plan.sessions[1])), *schedule.plans[1:]))
    again = mm.io.calendar_file(cohort, moved, now=NOW, key="secret")
    assert entries(again, "UID") == uids
    assert entries(again, "SEQUENCE")[:2] == ["1", "0"]


def entries(data, name):
    text = data.decode().replace("\r\n ", "")
    return [line.split(":", 1)[1] for line in text.split("\r\n") if line.split(":")[0].split(";")[0] == name]


def test_a_file_of_one_person_hides_the_addresses_of_others():
    cohort, schedule = planned()
    addresses = {who: f"{who}@example.org" for who in ("ann", "eva", "finn")}
    options = {"now": NOW, "invitation": mm.io.Invitation("office@example.org", addresses)}
    everybody = mm.io.calendar_file(cohort, schedule, **options).replace(b"\r\n ", b"")
    assert all(address.encode() in everybody for address in addresses.values())
    own = mm.io.calendar_file(cohort, schedule, person="eva", **options).replace(b"\r\n ", b"")
    assert b"eva@example.org" in own
    assert b"ann@example.org" not in own
    assert b"finn@example.org" not in own
    assert b"finn" not in own  # a mentee of another match, or of the same group: not this person's to see


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"now": "2027-01-01T12:00"}, "without a time zone"),
        ({"person": "zoe"}, "nobody has the id"),
        ({"invitation": "office@example.org"}, "invitation: found str, expected an Invitation"),
        (
            {"invitation": mm.io.Invitation("o@example.org", {"zoe": "z@example.org"})},
            'attendees: nobody has the id "zoe"',
        ),
        ({"key": 5}, "expected a text"),
    ],
)
def test_bad_arguments_are_named(options, told):
    cohort, schedule = planned()
    with pytest.raises(mm.InputError, match=told) as caught:
        mm.io.calendar_file(cohort, schedule, **{"now": NOW, **options})
    assert "X:y" not in str(caught.value)


@pytest.mark.parametrize(
    ("organizer", "attendees", "told"),
    [
        ("o@example.org", {"eva": "a@b\r\nX:y"}, r'^attendees\["eva"\]: expected a plain e-mail address$'),
        ("o@example.org\n", {}, "^organizer: expected a plain e-mail address$"),
        ("here", {}, "^organizer: expected a plain"),
        ("o@example.org", 5, "^attendees: found int, expected a Mapping"),
    ],
)
def test_an_invitation_holds_addresses_only(organizer, attendees, told):
    with pytest.raises(mm.InputError, match=told):
        mm.io.Invitation(organizer, attendees)


def test_files_have_safe_names_and_a_full_disk_leaves_the_old_ones(tmp_path, monkeypatch):
    people = [mm.Participant("../../CON", offers=[mm.Offer()]), mm.Participant("Zoë/..", requests=[mm.Request()])]
    cohort = mm.Cohort(people)
    matching = mm.matching_from_pairs(cohort, [("../../CON", "Zoë/..")])
    schedule = scheduled(cohort, mm.Program(), matching, start="2027-01-11", end="2027-01-15")
    paths = mm.io.write_calendars(cohort, schedule, tmp_path / "out", now=NOW)
    names = [str(path.relative_to(tmp_path / "out")) for path in paths]
    assert names == ["all.ics", "people/0001-con.ics", "people/0002-zoe.ics", "matches/0001-con-zoe.ics"]
    assert all(os.stat(path).st_mode & 0o077 == 0 for path in paths)  # noqa: PTH116 - the mode is the point
    old = [path.read_bytes() for path in paths]

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(mm.errors.ExportError, match="no space left"):
        mm.io.write_calendars(cohort, schedule, tmp_path / "out", now="2027-01-02T12:00Z")
    assert [path.read_bytes() for path in paths] == old


def test_what_is_cancelled_is_called_off_entry_by_entry(tmp_path):
    """Once all of it was one calendar: RFC 5546 wants one UID in each that cancels."""
    cohort, schedule = planned()
    gone = replace(schedule, plans=schedule.plans[1:], cancelled=schedule.plans[:1])
    paths = [p for p in mm.io.write_calendars(cohort, gone, tmp_path, now=NOW) if p.parent.name == "cancelled"]
    assert [path.name for path in paths] == [f"0001-ann-eva-{k}.ics" for k in range(1, len(paths) + 1)]
    found = [icalendar.Calendar.from_ical(path.read_bytes()) for path in paths]
    assert {calendar["method"] for calendar in found} == {"CANCEL"}
    assert [len(calendar.subcomponents) for calendar in found] == [1] * len(found)
    parts = [calendar.subcomponents[0] for calendar in found]
    assert {(part["status"], part["sequence"]) for part in parts} == {("CANCELLED", 1)}
    before = mm.io.calendar_file(cohort, schedule, now=NOW)
    assert len({part["uid"] for part in parts}) == len(parts) == 5  # two sessions; two mentees send, the mentor answers
    assert {part["uid"] for part in parts} <= set(entries(before, "UID"))
    row = mm.io.calendar_file(cohort, gone, now=NOW, cancelled=True)
    assert row == b"".join(path.read_bytes() for path in paths)


def test_an_invitation_is_about_one_session_and_has_somebody_to_ask(tmp_path):
    """All other files stay without addresses."""
    cohort, schedule = planned()
    invitation = mm.io.Invitation("office@example.org", {"eva": "eva@example.org"})
    paths = mm.io.write_calendars(cohort, schedule, tmp_path, now=NOW, invitation=invitation)
    asked = [path for path in paths if path.parent.name == "invitations"]
    assert [path.name for path in asked] == ["0001-ann-eva-1.ics", "0001-ann-eva-2.ics"]
    for path in asked:
        calendar = icalendar.Calendar.from_ical(path.read_bytes())
        (event,) = calendar.subcomponents
        assert (calendar["method"], event.name, event["attendee"]) == ("REQUEST", "VEVENT", "mailto:eva@example.org")
        assert event["organizer"] == "mailto:office@example.org"
    for path in set(paths) - set(asked):
        assert b"METHOD:PUBLISH" in path.read_bytes()
        assert b"@example.org" not in path.read_bytes()
    data = mm.io.calendar_file(cohort, schedule, now=NOW, invitation=invitation)
    assert data == b"".join(path.read_bytes() for path in asked)
    objects = icalendar.Calendar.from_ical(data, multiple=True)
    assert [len(calendar.subcomponents) for calendar in objects] == [1, 1]


def test_tasks_are_events_where_that_is_asked_for():
    """A quarter of an hour that ends when the task is due, and takes nobody's time."""
    cohort, schedule = planned()
    todos = icalendar.Calendar.from_ical(mm.io.calendar_file(cohort, schedule, now=NOW)).walk("VTODO")
    made = icalendar.Calendar.from_ical(mm.io.calendar_file(cohort, schedule, now=NOW, tasks="event"))
    events = [event for event in made.walk("VEVENT") if event.get("transp") == "TRANSPARENT"]
    assert made.walk("VTODO") == []
    assert [(e["summary"], e["dtend"].dt) for e in events] == [(t["summary"], t["due"].dt) for t in todos]
    assert all(event["dtend"].dt - event["dtstart"].dt == dt.timedelta(minutes=15) for event in events)
    assert not {event["uid"] for event in events} & {todo["uid"] for todo in todos}
    with pytest.raises(mm.InputError, match="expected todo or event"):
        mm.io.calendar_file(cohort, schedule, now=NOW, tasks="alarm")


@given(texts)
@examples(60)
def test_places_and_links_stay_one_text(text):
    cohort, schedule = planned()
    place = " ".join("".join(c for c in text if c.isprintable()).split())
    plan = schedule.plans[0]
    sessions = tuple(replace(session, place=place) for session in plan.sessions)
    moved = replace(schedule, plans=(replace(plan, sessions=sessions),))
    data = mm.io.calendar_file(cohort, moved, now=NOW)
    first, second = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert str(second.get("location", "")) == plain_text(place)
    assert str(first["location"]).endswith(plain_text(place))
    assert len(entries(data, "BEGIN")) == len(entries(mm.io.calendar_file(cohort, schedule, now=NOW), "BEGIN"))


def test_a_link_is_an_address_of_the_entry_too():
    cohort, schedule = planned()
    plan = schedule.plans[0]
    link = replace(plan.sessions[1], place="https://example.org/a,b;c?d=1&e=2")
    moved = replace(schedule, plans=(replace(plan, sessions=(plan.sessions[0], link)),))
    event = icalendar.Calendar.from_ical(mm.io.calendar_file(cohort, moved, now=NOW)).walk("VEVENT")[1]
    assert (str(event["url"]), str(event["location"])) == (link.place, link.place)


def test_without_holidays_one_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "holidays", None)
    with pytest.raises(mm.errors.ExtraError, match=r"pip install 'mmatch\[holidays\]'"):
        mm.io.public_holidays("DE", "2027-01-01", "2027-01-02")


def test_public_holidays():
    assert mm.io.public_holidays("DE", "2027-05-01", "2027-05-10") == ("2027-05-01", "2027-05-06")
    assert "2027-01-06" in mm.io.public_holidays("DE", "2027-01-01", "2027-01-31", region="BY")
    for country, region in (("XX", None), ("DE", "ZZ"), (5, None)):
        with pytest.raises(mm.InputError) as caught:
            mm.io.public_holidays(country, "2027-01-01", "2027-01-31", region=region)
        assert caught.value.problems[0].code == "country"
