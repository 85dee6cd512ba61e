"""The need chooses the format: the field's own examples, reasons, and what is honestly not known."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.formats import FORMATS, format_of, recommend_format
from mmatch.formats.recommending import format_needs, with_recommended_formats

EXAMPLES = {  # as the field has them, and in the words of a sign-up file
    "three_session_quick": [
        "classroom management",
        "Classroom Management!",
        "family engagement",
        "managing a noisy classroom",
        "engaging families",
    ],
    "three_session_product": [
        "differentiating activities",
        "lesson planning",
        "Planning my lessons",
        "Differentiation",
    ],
    "two_session_product": [
        "an e-mail to families",
        "E-Mail to the families of my class",
        "a letter to families",
        "analysis of student data",
        "analyzing our students\u2019 data",
        "student data",
        "a differentiated lesson plan",
        "my CV",
    ],
    "two_session_plan": ["an action plan", "planning an event"],
    "two_session_action": ["action steps", "putting feedback into practice"],
    "three_session": ["a broadly defined need", "professional growth", "becoming a better teacher", "not sure", ""],
    "single": [
        "informational interview",
        "Informational Interviews",
        "roles",
        "departments",
        "sites",
        "other departments",
        "the role of a school principal",
    ],
}
UNKNOWN = [
    "cooking",
    "r",
    "role play",
    "web site design",
    "data analysis",
    "broadcasting",
    "student data privacy",
    "???",
]


@pytest.mark.parametrize(("meant", "topic"), [(meant, topic) for meant, found in EXAMPLES.items() for topic in found])
def test_the_examples_of_the_field(meant, topic):
    found = recommend_format(mm.Request(topic))
    assert found.format == meant
    assert len(found.reason.split()) <= 30
    assert "\n" not in found.reason


@pytest.mark.parametrize("topic", UNKNOWN)
def test_it_says_when_it_does_not_know(topic):
    found = recommend_format(mm.Request(topic))
    assert found.format is None
    assert "nothing is known of" in found.reason


def test_words_that_point_to_different_formats_point_to_none():
    found = recommend_format(mm.Request("a letter to parents about classroom management"))
    assert found.format is None
    assert "three_session_quick, two_session_product" in found.reason


def test_the_longer_words_decide_where_they_hold_the_shorter_ones():
    """Differentiated lessons are three sessions, but a differentiated lesson plan is one work product."""
    assert recommend_format(mm.Request("differentiated lessons")).format == "three_session_product"
    assert recommend_format(mm.Request("a differentiated lesson plan")).format == "two_session_product"


@pytest.mark.parametrize(
    ("request_", "topics", "meant", "why"),
    [
        (mm.Request("data", format="single"), {"r": "data"}, "single", "asks for it"),
        (mm.Request("data"), {"r": "data", "sql": "data"}, "three_session", "includes r, sql"),
        (mm.Request("r"), {"r": "data"}, "single", "a narrow part of data"),
        (mm.Request("classroom management"), {"seats": "classroom management"}, "three_session_quick", "quick"),
        (mm.Request(""), None, "three_session", "no topic"),
        (mm.Request(("roles", "lesson planning")), None, "three_session_product", "lesson planning"),
        (mm.Request(("roles", "cooking")), None, None, "cooking"),
    ],
)
def test_a_recommendation_has_a_reason(request_, topics, meant, why):
    found = recommend_format(request_, topics)
    assert (found.format, why in found.reason) == (meant, True)


def test_a_program_adds_words_of_its_own_and_they_come_first():
    more = dataclasses.replace(format_of("three_session_quick"), words=("bullying",))
    own = mm.formats.Format("clinic", (mm.formats.SessionSpec(20),), words=("lesson plan*",), good_for="a quick look")
    asked = {
        topic: recommend_format(mm.Request(topic), formats=(more, own)) for topic in ("bullying", "lesson planning")
    }
    assert asked["bullying"].format == "three_session_quick"
    assert asked["lesson planning"].format == "clinic"
    assert asked["lesson planning"].reason == '"lesson planning" calls for clinic, good for a quick look'
    assert recommend_format(mm.Request("classroom management"), formats=(more, own)).format == "three_session_quick"
    assert recommend_format(mm.Request(("bullying", "roles")), formats=(more, own)).format == "three_session_quick"
    with pytest.raises(mm.InputError, match="formats"):
        recommend_format(mm.Request("r"), formats=["clinic"])


@pytest.mark.parametrize("words", [("",), ("*",), ("=",), ("= *",), ("(",), ("* *", "!?")])
def test_words_without_a_letter_are_found_nowhere(words):
    own = mm.formats.Format("own", (mm.formats.SessionSpec(),), words=words)
    assert recommend_format(mm.Request("lesson planning"), formats=[own]).format == "three_session_product"


@given(
    st.text(max_size=30), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3), st.text(max_size=12)
)
def test_whatever_is_asked_and_whatever_words_there_are(topic, topics, words):
    own = mm.formats.Format("own", (mm.formats.SessionSpec(),), words=(words,))
    found = recommend_format(mm.Request(topic), topics, [own])
    assert found.format in {*FORMATS, "own", None}
    assert found.reason


@given(
    st.sampled_from([topic for found in EXAMPLES.values() for topic in found if topic]), st.sampled_from("-_.,;:!?/ ")
)
def test_signs_and_cases_change_nothing(topic, sign):
    usual = recommend_format(mm.Request(topic)).format
    assert recommend_format(mm.Request(f"{sign}{topic.upper()}{sign}")).format == usual


def cohort():
    people = [
        mm.Participant("ann", offers=[mm.Offer("")], capacity=9),
        mm.Participant("eva", requests=[mm.Request("lesson planning"), mm.Request("cooking")], email="eva@example.org"),
        mm.Participant("finn", requests=[mm.Request("roles", format="two_session")]),
    ]
    return mm.Cohort(people, topics={"cooking": "food"}, history=[mm.Meeting("ann", "finn")])


def test_requests_of_a_cohort_get_the_format_that_is_recommended():
    found = with_recommended_formats(cohort())
    asked = [request.format for person in found for request in person.requests]
    assert asked == ["three_session_product", "single", "two_session"]
    needs = [(need.topic, need.stated, need.requests, need.advice.format) for need in format_needs(cohort())]
    assert needs == [
        ("cooking", None, 1, "single"),
        ("lesson planning", None, 1, "three_session_product"),
        ("roles", "two_session", 1, "single"),
    ]
    assert (found["eva"].email, found.history, found.topics) == (
        "eva@example.org",
        cohort().history,
        {"cooking": "food"},
    )
    assert with_recommended_formats(found).digest == found.digest


def test_who_takes_any_topic_of_a_program_needs_no_sessions_to_find_it():
    """Once everybody who was curious about a site would have had three sessions to find out what it is about."""
    people = [mm.Participant("ann", offers=[mm.Offer("data")]), mm.Participant("eva", requests=[mm.Request()])]
    (need,) = format_needs(mm.Cohort(people))
    assert (need.advice.format, need.advice.reason) == (None, "no topic is named: it may be about anything")
    assert with_recommended_formats(mm.Cohort(people))["eva"].requests[0].format is None
