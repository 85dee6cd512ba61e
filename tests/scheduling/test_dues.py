"""What is due before, between and after the sessions, for whom, and where people meet: checked by hand."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.formats import FORMATS, FollowUp, Format, Gap, Reflection, SessionSpec, Touchpoint, format_of
from mmatch.texts import translator
from strategies import examples

DATES = {"start": "2027-01-11", "end": "2027-03-31", "zone": "UTC"}  # a Monday


def planned(form, mentees=("eva",), **dates):
    """The plan of one mentor, who is at the site of all, with these mentees."""
    people = [mm.Participant("ann", offers=[mm.Offer("r")], capacity=len(mentees), site="Rome")]
    people += [mm.Participant(who, requests=[mm.Request("r")], site="Rome") for who in mentees]
    program = mm.Program(format=form, group=(1, len(mentees)))
    cohort = mm.Cohort(people)
    made = mm.schedule(cohort, mm.solve(cohort, program), mm.Dates(**{**DATES, **dates}))
    assert mm.verify(cohort, program, made) == []
    return cohort, made, made.plans[0]


def dues(plan):
    found = [(due.kind, due.who, dt.datetime.fromtimestamp(due.by * 60, dt.UTC), due.what) for due in plan.dues]
    return [(kind, who, f"{by:%a %m-%d %H:%M}", what) for kind, who, by, what in found]


def test_a_single_session_has_reflections_of_both_and_a_follow_up_contact():
    """On Monday the 11th of January at nine; a follow-up a month later, answered within three working days."""
    _, _, plan = planned("single")
    assert [(kind, who, by) for kind, who, by, _ in dues(plan)] == [
        ("reflect", "mentee", "Sat 01-09 09:00"),
        ("reflect", "mentor", "Sat 01-09 09:00"),
        ("reflect", "mentee", "Thu 01-14 10:00"),
        ("reflect", "mentor", "Thu 01-14 10:00"),
        ("send", "mentee", "Wed 02-10 10:00"),
        ("answer", "mentor", "Mon 02-15 10:00"),
    ]


def test_a_plan_is_sent_answered_and_carried_out_before_the_second_session():
    """Three weeks: half-way on Thursday the 21st; three working days later; then it is carried out until the 1st."""
    _, _, plan = planned("two_session_plan")
    assert dues(plan)[2:5] == [
        ("send", "mentee", "Thu 01-21 21:30", "a plan: what to do, with whom, and by when"),
        (
            "answer",
            "mentor",
            "Tue 01-26 21:30",
            "feedback on the plan: what is strong, what is missing, what comes first",
        ),
        ("do", "mentee", "Mon 02-01 09:00", "Carry out the plan with the feedback, and note what happens."),
    ]


def test_quick_sessions_have_a_reflection_after_each_and_nothing_to_send():
    _, _, plan = planned("three_session_quick")
    assert [f"{session.begins():%a %m-%d}" for session in plan.sessions] == ["Mon 01-11", "Mon 01-18", "Mon 01-25"]
    assert {due.kind for due in plan.dues} == {"reflect"}
    assert [by for _, who, by, what in dues(plan) if "try, and" in what] == ["Thu 01-14 09:30", "Thu 01-21 09:30"]


def test_a_reflection_after_a_session_is_due_before_the_next_one():
    form = Format("own", (SessionSpec(),) * 2, (Gap(1, 1, 1, reflection=Reflection(("q?",), 5, ("m?",))),))
    _, _, plan = planned(form)
    assert dues(plan) == [
        ("reflect", "mentee", "Tue 01-12 09:00", "q?"),
        ("reflect", "mentor", "Tue 01-12 09:00", "m?"),
    ]


@given(st.sampled_from(FORMATS), st.booleans())
@examples(30)
def test_tasks_are_in_the_order_of_what_they_belong_to(name, group):
    _, _, plan = planned(name, ("eva", "finn") if group else ("eva",))
    form, sessions = format_of(name), plan.sessions
    sends = [due for due in plan.dues if due.kind == "send"]
    answers = [due for due in plan.dues if due.kind == "answer"]
    assert len(sends) == len(answers) == sum(len(gap.touchpoints) for gap in form.gaps) + bool(form.follow_up)
    for send, answer in zip(sends, answers, strict=True):
        assert send.by <= answer.by
    for due in plan.dues:
        assert set(plan.doers(due)) <= set(plan.people)
        assert plan.partners(plan.doers(due)[0]) == (("ann",) if due.who == "mentee" else plan.match.mentees)
        if due.kind == "do":
            assert due.by in {session.start for session in sessions[1:]}


@pytest.mark.parametrize(
    ("language", "mentee", "mentor"),
    [
        ("en", "Send Ann {x} a plan", "Answer Eva, Finn with feedback on the plan"),
        ("de", "Senden Sie Ann {x} einen Plan", "Antworten Sie Eva, Finn mit Feedback zum Plan"),
        ("fr", "Envoyez à Ann {x} un plan", "Répondez à Eva, Finn par un retour sur le plan"),
        ("es", "Envíe a Ann {x} un plan", "Responda a Eva, Finn con comentarios sobre el plan"),
    ],
)
def test_a_task_names_whom_it_is_for_in_the_language_of_who_reads_it(language, mentee, mentor):
    """Signs of format strings in a name stay text."""
    _, _, plan = planned("two_session_plan", ("eva", "finn"))
    texts = translator(language)
    send, answer = [due for due in plan.dues if due.kind in {"send", "answer"}]
    assert send.text("Ann {x}", texts).startswith(mentee)
    assert answer.text("Eva, Finn", texts).startswith(mentor)


def test_sessions_carry_the_address_of_their_site_and_the_link_of_their_mentor():
    links = {"": "https://example.org/all", "ann": "https://example.org/ann"}
    _, made, plan = planned("two_session_in_person_virtual", places={"Rome": "Via Appia 1"}, links=links)
    assert [(session.site, session.place) for session in plan.sessions] == [("Rome", "Via Appia 1"), ("", links["ann"])]
    assert (dict(made.dates.places), dict(made.dates.links)) == ({"Rome": "Via Appia 1"}, links)
    *_, plan = planned("single_virtual", links={"": links[""]})
    assert plan.sessions[0].place == links[""]
    own = Format("own", (SessionSpec(place="Library"),))
    assert planned(own, links=links)[-1].sessions[0].place == "Library"
    assert planned("single")[-1].sessions[0].place == ""


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"places": {"Oslo": "x"}}, "nobody is at"),
        ({"links": {"zed": "x"}}, "nobody has the id"),
        ({"links": {"": "https://x\r\nATTENDEE:y"}}, "expected one line"),
        ({"places": {"Rome": 5}}, "expected one line"),
        ({"links": ["x"]}, "expected a dict"),
    ],
)
def test_places_that_nobody_can_go_to(options, told):
    with pytest.raises(mm.InputError, match=told):
        planned("single", **options)


def test_a_session_whose_link_changes_is_announced_again():
    cohort, made, _ = planned("single_virtual", links={"": "https://example.org/1"})
    result = mm.solve(cohort, mm.Program(format="single_virtual"))
    again = mm.reschedule(cohort, result, made, replace(made.dates, links={"": "https://example.org/2"}))
    assert [(s.place, s.revision) for s in again.plans[0].sessions] == [("https://example.org/2", 1)]
    assert mm.reschedule(cohort, result, made).plans == made.plans


def test_a_follow_up_without_an_answer_in_time_is_none_of_the_calendar():
    """It may lie behind the window of dates: nobody meets for it."""
    form = Format("own", (SessionSpec(),), follow_up=FollowUp(days=366, answer_days=0))
    _, _, plan = planned(form)
    assert [by for *_, by, _ in dues(plan)] == ["Wed 01-12 10:00", "Wed 01-12 10:00"]


def test_what_follows_an_answer_is_a_task_of_its_own():
    touch = Touchpoint("plan", "a plan", "a word", 0, 0, mentee_then="Do it.")
    _, _, plan = planned(Format("own", (SessionSpec(),) * 2, (Gap(2, 2, 2, (touch,)),)))
    assert [(due.kind, due.who, due.what) for due in plan.dues] == [
        ("send", "mentee", "a plan"),
        ("answer", "mentor", "a word"),
        ("do", "mentee", "Do it."),
    ]
    assert plan.dues[2].text("Ann", translator()) == "Do it."
