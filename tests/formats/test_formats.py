"""Formats as data: those that ship, their blends, a program's own, what cannot be one."""

import dataclasses
from itertools import product

import pytest

import mmatch as mm
from mmatch.formats import FORMATS, Format, format_of
from mmatch.formats._json import format_from_json, format_to_json

SESSIONS = {
    "single": 1,
    "two_session": 2,
    "two_session_plan": 2,
    "two_session_action": 2,
    "two_session_product": 2,
    "three_session": 3,
    "three_session_product": 3,
    "three_session_quick": 3,
}


def test_the_formats_of_micro_mentoring_ship_and_programs_know_them():
    assert set(FORMATS) == SESSIONS.keys()
    assert {name: len(format_of(name).sessions) for name in FORMATS} == SESSIONS
    for name in FORMATS:
        assert mm.Program(format=name).format == name == format_of(name).name


def touchpoints(name):
    return [[touch.kind for touch in gap.touchpoints] for gap in format_of(name).gaps]


def test_what_happens_between_the_sessions_is_what_the_field_says():
    """Two sessions: one of three activities. Three: two rounds of feedback, or quick reflection without any."""
    for activity in ("plan", "action", "product"):
        assert touchpoints(f"two_session_{activity}") == [[activity]]
    assert touchpoints("three_session_product") == [["product"], ["product"]]
    assert touchpoints("three_session") == [["feedback"], ["feedback"]]
    assert touchpoints("three_session_quick") == [[], []]
    quick = format_of("three_session_quick")
    assert all(gap.reflection and gap.most <= 10 for gap in quick.gaps)
    assert sum(session.minutes for session in quick.sessions) == 90
    single = format_of("single")
    assert (single.before.days, single.after.days, single.follow_up.days) == (2, 3, 30)


def test_every_touchpoint_has_texts_of_its_own_for_both_sides():
    texts = [(t.mentee_sends, t.mentor_sends) for name in FORMATS for g in format_of(name).gaps for t in g.touchpoints]
    assert all(sends and answers and sends != answers for sends, answers in texts)
    named = [format_of(f"two_session_{activity}").gaps[0].touchpoints[0] for activity in ("plan", "action", "product")]
    assert len({(t.mentee_sends, t.mentor_sends, t.mentee_then) for t in named}) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_every_blend_of_virtual_and_in_person_is_a_format(name):
    """By hand: two sessions have four blends; each says itself which session is which."""
    form = format_of(name)
    blends = list(product(("virtual", "in_person"), repeat=len(form.sessions)))
    found = [format_of("_".join((name, *modes))) for modes in blends]
    assert [tuple(session.mode for session in blend.sessions) for blend in found] == blends
    assert len({blend.name for blend in found}) == 2 ** len(form.sessions)
    for blend in found:
        assert dataclasses.replace(blend, name=name, sessions=form.sessions) == form
        assert mm.Program(format=blend.name).format == blend.name
        assert blend.held(*(session.mode for session in form.sessions)).sessions == form.sessions


def test_a_blend_of_a_programs_own_format_has_its_name_too():
    clinic = mm.formats.Format("clinic", (mm.formats.SessionSpec(20),))
    assert format_of("clinic_virtual", {"clinic": clinic}).sessions[0].mode == "virtual"
    assert mm.Program(format="clinic_virtual", formats=[clinic]).format == "clinic_virtual"
    named = dataclasses.replace(clinic, name="clinic_virtual")
    assert format_of("clinic_virtual", {"clinic_virtual": named}) is named


@pytest.mark.parametrize("name", ["two_session_virtual", "single_virtual_in_person", "ten_virtual", "_virtual", "", 5])
def test_a_blend_names_one_way_to_meet_for_each_session(name):
    with pytest.raises(mm.InputError, match=r"one for each session|expected one of"):
        format_of(name)
    with pytest.raises(mm.InputError, match=r"^Program.format: found"):
        mm.Program(format=name)


def test_agendas_fill_the_time_and_no_more():
    """The minutes that an agenda states add up to the length of the meeting."""
    for name in FORMATS:
        for session in format_of(name).sessions:
            stated = [int(point.rsplit("(", 1)[1].split()[0]) for point in session.agenda]
            assert sum(stated) == session.minutes


def test_touchpoints_fit_between_meetings():
    """Half of the wanted gap, three working days at the worst over a weekend, and the lead time."""
    for name in FORMATS:
        for gap in format_of(name).gaps:
            for touch in gap.touchpoints:
                assert gap.target / 2 + touch.answer_days + 2 + touch.lead_days <= gap.target


def test_more_than_three_sessions_are_regular_mentoring():
    five = mm.formats.Format("five", (mm.formats.SessionSpec(),) * 5, (mm.formats.Gap(),) * 4)
    assert five.regular
    assert not format_of("three_session").regular
    assert format_of("five", {"five": five}) is five


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"name": "my format"}, "two_session"),
        ({"name": 5}, "two_session"),
        ({"sessions": ()}, "one SessionSpec or more"),
        ({"sessions": (mm.formats.SessionSpec(),) * 3}, "found 1, expected 2"),
        ({"gaps": (mm.formats.Gap(9, 7, 30),)}, "least <= target <= most"),
        ({"gaps": (mm.formats.Gap(-1),)}, "from 0 to 366"),
        ({"gaps": (mm.formats.Gap(touchpoints=(mm.formats.Touchpoint("call"),)),)}, "plan, action, product, feedback"),
        ({"gaps": None}, "found None, expected a tuple of Gaps"),
    ],
)
def test_what_no_format_can_be(change, told):
    with pytest.raises(mm.InputError, match=told) as caught:
        dataclasses.replace(format_of("two_session"), **change)
    assert {p.code for p in caught.value.problems} == {"format"}


def test_an_unknown_format_is_named():
    with pytest.raises(mm.InputError, match=r"ten.*single"):
        format_of("ten")


@pytest.mark.parametrize(
    ("arguments", "place", "told"),
    [
        ({"minutes": 0}, "minutes", "from 1 to 1440"),
        ({"minutes": 1.5}, "minutes", "from 1 to 1440"),
        ({"minutes": True}, "minutes", "found True"),
        ({"minutes": "60"}, "minutes", 'found "60"'),
        ({"minutes": 10**9}, "minutes", "from 1 to 1440"),
        ({"mode": "by post"}, "mode", "virtual, in_person, either"),
        ({"mode": ["virtual"]}, "mode", "virtual, in_person, either"),
        ({"agenda": "talk"}, "agenda", 'found "talk"'),
        ({"agenda": (5,)}, "agenda", "expected a tuple of texts"),
        ({"place": 5}, "place", "expected one line"),
        ({"place": "Hall\nATTENDEE:x"}, "place", "expected one line"),
        ({"place": "x" * 501}, "place", "at most 500 characters"),
    ],
)
def test_a_session_checks_itself(arguments, place, told):
    """Once `SessionSpec(minutes=True)`, minutes="60" and a billion minutes were taken, until a format held them."""
    with pytest.raises(mm.InputError, match=told) as caught:
        mm.formats.SessionSpec(**arguments)
    assert [(p.code, p.where) for p in caught.value.problems] == [("format", f"SessionSpec.{place}")]


TWO = (mm.formats.SessionSpec(), mm.formats.SessionSpec())


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"sessions": [mm.formats.SessionSpec()]}, "sessions: expected a tuple of one SessionSpec"),
        ({"sessions": TWO, "gaps": (5,)}, r"gaps: found \(5,\), expected a tuple of Gaps"),
        ({"sessions": TWO, "gaps": (mm.formats.Gap(touchpoints=5),)}, r"gaps\[0\].touchpoints: expected a tuple"),
        ({"sessions": TWO, "gaps": (mm.formats.Gap(touchpoints=(5,)),)}, r"gaps\[0\].touchpoints: expected a tuple"),
        (
            {"sessions": TWO, "gaps": (mm.formats.Gap(touchpoints=(mm.formats.Touchpoint(mentor_sends=5),)),)},
            r"gaps\[0\].touchpoints.mentor_sends: found 5, expected a text",
        ),
        ({"sessions": TWO, "gaps": (mm.formats.Gap(working="yes"),)}, r"gaps\[0\].working: found"),
        ({"sessions": TWO[:1], "before": 5}, "before: found 5"),
        ({"sessions": TWO[:1], "after": mm.formats.Reflection(("why?",), -1)}, "after.days: found -1"),
        ({"sessions": TWO[:1], "after": mm.formats.Reflection("why?", 1)}, "after.questions: found"),
        ({"sessions": TWO[:1], "good_for": 5}, "good_for: found 5"),
        ({"sessions": TWO[:1], "title": None}, "title: found None, expected a text"),
        ({"sessions": TWO[:1], "words": "data"}, 'words: found "data", expected a tuple of texts'),
        ({"sessions": TWO[:1], "words": ("a * * * b",)}, r"words: found .* with at most two \* alone"),
        ({"sessions": TWO[:1], "words": ("a" * 101,)}, "words: found .* at most 100 characters"),
        ({"sessions": TWO[:1], "mentor_notes": (5,)}, r"mentor_notes: found \(5,\)"),
        ({"sessions": TWO[:1], "follow_up": 30}, "follow_up: found 30, expected a FollowUp or None"),
        ({"sessions": TWO[:1], "follow_up": mm.formats.FollowUp(days=-1)}, "follow_up.days: found -1"),
        ({"sessions": TWO, "gaps": (mm.formats.Gap(reflection="why?"),)}, r"gaps\[0\].reflection: found"),
    ],
)
def test_parts_of_another_form_are_told_before_anybody_uses_the_format(parts, told):
    with pytest.raises(mm.InputError, match=f"^Format.{told}"):
        mm.formats.Format("own", **parts)


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_written_and_read_again(name):
    form = format_of(name)
    assert format_from_json(format_to_json(form), "x") == form


def test_a_format_like_another_one_states_only_what_differs():
    made = format_from_json({"like": "two_session_plan", "name": "trip", "words": ["school trip"]}, "trip.toml")
    assert made == dataclasses.replace(format_of("two_session_plan"), name="trip", words=("school trip",))
    blend = format_from_json({"like": "single_virtual"}, "x")
    assert blend == format_of("single_virtual")
    for like in ("five", 5, None):
        with pytest.raises(mm.InputError, match=r"^x\.like: found .*expected one of single"):
            format_from_json({"like": like, "name": "own"}, "x")


def test_a_program_takes_its_own_format_by_value():
    clinic = Format("clinic", TWO, (mm.formats.Gap(1, 2, 3),))
    program = mm.Program(format=clinic)
    assert (program.format, program.formats) == ("clinic", (clinic,))
    assert program == mm.Program(format="clinic", formats=[clinic]) == mm.Program(format=clinic, formats=[clinic])
    assert mm.Program.from_json(program.to_json()) == program
    assert dataclasses.replace(program, format="single").formats == (clinic,)
    with pytest.raises(mm.InputError, match="two different formats have one name"):
        mm.Program(format=clinic, formats=[Format("clinic", TWO[:1])])


def test_own_formats_under_the_name_of_one_that_ships_take_its_place():
    single = dataclasses.replace(format_of("single"), sessions=(mm.formats.SessionSpec(30),))
    cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()]), mm.Participant("eva", requests=[mm.Request()])])
    result = mm.solve(cohort, mm.Program(format=single))
    assert mm.schedule(cohort, result, start="2027-01-11", end="2027-01-12").plans[0].sessions[0].minutes == 30


def test_a_format_of_its_own_is_read_from_a_small_file(tmp_path):
    for name, text in (
        ("own.toml", 'like = "single"\nname = "own"\nwords = ["x"]\n'),
        ("own.json", '{"like": "single", "name": "own", "words": ["x"]}'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        made = mm.io.read_format(tmp_path / name)
        assert made == dataclasses.replace(format_of("single"), name="own", words=("x",))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.toml", "name = ", "a.toml: not TOML"),
        ("a.toml", 'name = "own"', "a.toml: fields are missing"),
        ("a.toml", 'like = "single"\nminutes = 5', "a.toml.minutes: Format takes name, sessions"),
        ("a.toml", 'like = "single"\n[before]\nquestions = "why?"\ndays = 1', r"a.toml: Format.before.questions"),
        ("a.toml", 'name = "own"\nsessions = [{minutes = 2027-01-11}]', r"a.toml.sessions\[0\]: SessionSpec.minutes"),
        ("a.json", "[]", "a.json: found list, expected an object|expected an object"),
        ("a.json", '{"like": "single", "like": "single"}', "a.json"),
        ("a.txt", "name: own", "a.txt"),
    ],
)
def test_files_that_hold_no_format_are_refused_with_their_place(tmp_path, name, text, told):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(mm.InputError, match=told):
        mm.io.read_format(tmp_path / name)
