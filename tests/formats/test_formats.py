"""Formats as data: the three that ship, what cannot be one, what is recommended, what people are handed."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.formats import FORMATS, format_of, handout


def test_three_formats_ship_and_programs_know_them():
    assert set(FORMATS) == {"single", "two_session", "three_session"}
    assert {name: len(format_of(name).sessions) for name in FORMATS} == {
        "single": 1,
        "two_session": 2,
        "three_session": 3,
    }
    for name in FORMATS:
        assert mm.Program(format=name).format == name == format_of(name).name


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
    ("request_", "topics", "meant", "why"),
    [
        (mm.Request("data", format="single"), {"r": "data"}, "single", "asks for it"),
        (mm.Request("data"), {"r": "data", "sql": "data"}, "three_session", "includes r, sql"),
        (mm.Request("r"), {"r": "data"}, "single", "narrow"),
        (mm.Request("lesson planning"), None, "two_session", "lesson, planning"),
        (mm.Request(""), None, "three_session", "no topic"),
    ],
)
def test_a_recommendation_has_a_reason(request_, topics, meant, why):
    found = mm.formats.recommend_format(request_, topics)
    assert (found.format, why in found.reason) == (meant, True)


@given(st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
def test_every_request_gets_one_of_the_formats(topic, topics):
    found = mm.formats.recommend_format(mm.Request(topic), topics)
    assert found.format in FORMATS
    assert found.reason


def test_hand_outs_tell_each_side_what_they_do():
    mentee, mentor = (handout(format_of("two_session"), who) for who in ("mentee", "mentor"))
    assert "by half-time you send a plan" in mentee
    assert "you answer with feedback by e-mail" in mentor
    assert "## Before: 2 days ahead" in mentee
    assert "Before" not in mentor
    assert mentee.count("## Meeting") == mentor.count("## Meeting") == 2
    with pytest.raises(mm.InputError, match="mentor, mentee"):
        handout(format_of("single"), "boss")


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
            r"gaps\[0\].touchpoints.mentor_sends: expected",
        ),
        ({"sessions": TWO, "gaps": (mm.formats.Gap(working="yes"),)}, r"gaps\[0\].working: found"),
        ({"sessions": TWO[:1], "before": 5}, "before: found 5"),
        ({"sessions": TWO[:1], "after": mm.formats.Reflection(("why?",), -1)}, "after.days: found -1"),
        ({"sessions": TWO[:1], "after": mm.formats.Reflection("why?", 1)}, "after.questions: expected"),
        ({"sessions": TWO[:1], "good_for": 5}, "good_for: found 5"),
    ],
)
def test_parts_of_another_form_are_told_before_anybody_uses_the_format(parts, told):
    with pytest.raises(mm.InputError, match=f"^Format.{told}"):
        mm.formats.Format("own", **parts)
