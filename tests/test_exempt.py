"""Exceptions to rules: flagged, judged, shown, and written to program files."""

import pytest

import mmatch as mm
from mmatch import Offer, Participant, Request
from mmatch.io.programs import read_program, write_program


@pytest.fixture
def people():
    """Everybody is of one department, so that Differs leaves no pair."""
    one = {"attributes": {"department": "sales"}}
    return mm.Cohort(
        [
            *(Participant(who, name=who.upper(), offers=[Offer("x")], **one) for who in ("a", "b")),
            *(Participant(who, requests=[Request("x")], **one) for who in ("e", "f")),
        ]
    )


def excepted(**options):
    return mm.Program(rules=[mm.rules.Differs("department")], **options)


def test_the_rule_is_off_for_the_pair_and_for_nobody_else(people):
    program = excepted(exceptions=[("a", "f", "Differs", "agreed with HR")])
    result = mm.solve(people, program)
    assert result.matching.pairs() == [("a", "f", "x")]
    assert mm.verify(people, program, result) == []
    assert program.rules == (mm.rules.Exempt(mm.rules.Differs("department"), [("a", "f")], why="agreed with HR"),)
    (reason,) = [r for r in mm.reasons(people, result) if r.kind == "rules"]
    assert "the two differ in department (with 1 exception: agreed with HR)" in reason.message
    assert "with 1 exception: agreed with HR" in mm.report(people, result).html
    other = mm.matching_from_pairs(people, [("b", "e")])
    assert [v.code for v in mm.verify(people, program, other)] == ["rule:Exempt"]


def test_a_second_exception_joins_the_first(people):
    differs = mm.rules.Differs("department")
    program = excepted(exceptions=[("a", "f", differs, "one"), ("b", "e", differs, "two")])
    (rule,) = program.rules
    assert (rule.pairs, rule.why) == ((("a", "f"), ("b", "e")), "one; two")
    assert len(mm.solve(people, program).matching) == 2


def test_program_files_keep_it(people, tmp_path):
    program = excepted(exceptions=[("a", "f", "Differs", "agreed")])
    write_program(program, tmp_path / "program.json")
    again = read_program(tmp_path / "program.json")
    assert (again, hash(again)) == (program, hash(program))
    assert mm.solve(people, again).matching.pairs() == [("a", "f", "x")]


@pytest.mark.parametrize(
    ("exceptions", "fault"),
    [
        ([("a", "f", "Same", "x")], r'exceptions\[0\]: "Same" is none of the rules'),
        ([("a", "f", "Differs")], r"expected \(mentor, mentee, rule, why\)"),
        ("a", r"expected \(mentor, mentee, rule, why\)"),
        ([("a", 5, "Differs", "x")], r"exceptions\[0\]"),
    ],
)
def test_exceptions_of_another_form_are_refused(exceptions, fault):
    with pytest.raises(mm.InputError, match=fault):
        excepted(exceptions=exceptions)


@pytest.mark.parametrize("rule", [mm.rules.Everyone(), "Differs", {"name": "Nothing"}, mm.rules.NoRepeat(within=True)])
def test_only_rules_about_pairs_have_exceptions(rule):
    with pytest.raises(mm.InputError, match=r"Exempt\.rule"):
        mm.rules.Exempt(rule, [("a", "f")])


def test_unknown_people_are_named(people):
    program = excepted(exceptions=[("zoe", "f", "Differs", "x")])
    with pytest.raises(mm.InputError, match="zoe"):
        mm.solve(people, program)
