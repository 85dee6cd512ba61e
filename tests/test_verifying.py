"""Answers that are judged: hand-made lists, results of other policies, schedules of other results."""

from dataclasses import replace

import pytest

import mmatch as mm
from mmatch.formats import Format, Gap, SessionSpec

PEOPLE = [
    mm.Participant("ann", offers=[mm.Offer()], name="Ann Lee", availability="Mon 9-11", site="Rome"),
    mm.Participant("bob", offers=[mm.Offer()], name="Bob Ito", availability="Mon 9-11", site="Oslo"),
    mm.Participant("eva", requests=[mm.Request()], name="Eva Roth", availability="Mon 9-11", site="Rome"),
    mm.Participant(
        "finn",
        requests=[mm.Request()],
        name="Finn Berg",
        email="finn@example.org",
        availability="Mon 9-11",
        site="Oslo",
    ),
]
COHORT = mm.Cohort(PEOPLE)
APART = mm.Program(rules=[mm.rules.Differs("site")])


def test_a_hand_made_list_is_measured_by_the_aims_of_the_program():
    result = mm.evaluate(COHORT, APART, [("ann", "finn")])
    assert (result.status, result.trust, result.value) == ("feasible", "heuristic", (1, 0))
    assert mm.verify(COHORT, APART, result) == []
    assert mm.metrics(COHORT, result).mentee_coverage == 0.5
    assert [(r.who[0], r.kind) for r in mm.reasons(COHORT, result) if r.kind != "score"] == [("eva", "price")]


def test_a_list_that_breaks_rules_is_refused_with_all_of_them():
    with pytest.raises(mm.errors.BrokenRulesError, match="site") as caught:
        mm.evaluate(COHORT, APART, [("ann", "eva"), ("bob", "finn")])
    assert [v.code for v in caught.value.violations] == ["rule:Differs", "rule:Differs"]


def test_an_answer_to_another_policy_is_not_one_to_this():
    result = mm.solve(COHORT, APART)
    assert mm.verify(COHORT, APART, result) == []
    for other in (mm.Program(), replace(APART, aims=[mm.aims.Coverage()]), replace(APART, format="two_session")):
        assert [v.code for v in mm.verify(COHORT, other, result)] == ["digest"]


@pytest.mark.parametrize("side", ["mentee", "mentor"])
def test_a_stable_answer_is_one_to_the_program_that_was_asked(side):
    """What the solver added, stability and the lottery, stands in the program of the result."""
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]], "b": ["x"]}, {"x": [["a", "b"]], "y": ["a"]})
    result = mm.solve(cohort, solver=mm.solvers.Stable(side=side), seed=7)
    assert [rule.name for rule in result.program.rules] == ["Stable"]
    assert result.program.rules[0].lottery == 7
    assert mm.verify(cohort, mm.Program(), result) == []
    assert mm.verify(cohort, result.program, result) == []
    own = mm.Program(rules=[mm.rules.Stable("super")])
    assert [v.code for v in mm.verify(cohort, own, result)] == ["digest"]


def test_a_schedule_is_judged_with_its_result_and_its_program():
    result = mm.solve(COHORT, APART)
    schedule = mm.schedule(COHORT, result, start="2027-01-11", end="2027-01-15")
    assert mm.verify(COHORT, APART, schedule) == []
    assert mm.verify(COHORT, APART, schedule, of=result) == []
    assert mm.verify(COHORT, APART, schedule, of=result.matching) == []
    less = replace(schedule, plans=schedule.plans[:1])
    assert [v.code for v in mm.verify(COHORT, APART, less, of=result)] == ["plan-match"]
    by_hand = mm.evaluate(COHORT, mm.Program(), [("ann", "eva")])
    assert mm.verify(COHORT, APART, schedule, of=by_hand)[0].code == "digest"
    other = replace(APART, format="two_session")
    assert {v.code for v in mm.verify(COHORT, other, schedule)} == {"plan-format"}
    soon = replace(schedule.plans[0].sessions[0], start=schedule.plans[0].sessions[0].start - 60)
    early = replace(schedule, plans=(replace(schedule.plans[0], sessions=(soon,)), *schedule.plans[1:]))
    assert {v.code for v in mm.verify(COHORT, APART, early, of=result)} == {"plan-time"}


def test_a_program_holds_formats_of_its_own():
    """`Program(format="own")` was refused: an own format could only be asked for request by request."""
    clinic = Format("clinic", (SessionSpec(30), SessionSpec(20)), (Gap(0, 1, 6),))
    program = mm.Program(format="clinic", formats=[clinic], rules=APART.rules)
    assert mm.io.from_json(mm.io.to_json(program)) == program
    week = mm.Cohort([replace(person, availability="Mon-Fri 9-11") for person in PEOPLE])
    result = mm.solve(week, program)
    schedule = mm.schedule(week, result, start="2027-01-11", end="2027-01-15")
    assert {tuple(session.minutes for session in plan.sessions) for plan in schedule.plans} == {(30, 20)}
    assert mm.verify(week, program, schedule, of=result) == []
    with pytest.raises(mm.InputError, match=r"Program\.format: found \"clinic\", expected one of single"):
        mm.Program(format="clinic")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ann;Finn Berg", None),
        ("ann;Finn@Example.org", None),
        ("Ann  LEE;finn", None),
        ("Ann Lee;Finn Burg", 'column "mentee": unknown mentee "Finn Burg" .did you mean Finn Berg'),
        ("Nobody;finn", 'line 2 column "mentor": unknown mentor "Nobody"$'),
    ],
)
def test_people_may_be_named_by_their_full_names(tmp_path, text, told):
    path = tmp_path / "matches.csv"
    path.write_text(f"mentor;mentee\n{text}\n", encoding="utf-8")
    from mmatch.io.hand_made import read_matches

    if told is None:
        assert read_matches(COHORT, APART, path).pairs() == [("ann", "finn", "")]
        return
    with pytest.raises(mm.InputError, match=told):
        read_matches(COHORT, APART, path)


def test_a_name_of_two_people_is_a_question(tmp_path):
    twins = mm.Cohort([*PEOPLE[:3], replace(PEOPLE[3], name="Eva Roth")])
    path = tmp_path / "matches.csv"
    path.write_text("mentor,mentee\nann,Eva Roth\n", encoding="utf-8")
    from mmatch.io.hand_made import read_matches

    with pytest.raises(mm.InputError, match='2 people are called "Eva Roth": eva, finn'):
        read_matches(twins, mm.Program(), path)


def test_a_result_for_other_formats_of_the_same_name_answers_another_program():
    """The formats were not compared: a longer one under the same name passed for the one that was asked."""
    short, long = (Format("clinic", (SessionSpec(minutes),)) for minutes in (20, 90))
    asked, other = (mm.Program(format="clinic", formats=[form]) for form in (short, long))
    assert [v.code for v in mm.verify(COHORT, asked, mm.solve(COHORT, other))] == ["digest"]


def test_a_name_that_is_also_the_address_is_one_person():
    from mmatch.io.hand_made import Names

    cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()], name="ann@x.org", email="ann@x.org")])
    assert Names(cohort).id_of("Ann@x.org", "mentor") == "ann"
