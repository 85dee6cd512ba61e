"""Hostile and odd arguments: one MmatchError each, never another exception, never a wrong answer."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse as sp

import mmatch as mm
from mmatch.io.results import result_from_json, result_to_json
from mmatch.matching import Cut
from strategies import forged as forged_proof

COHORT = mm.Cohort.from_scores([[3, 1], [2, 2]], capacity=1)
RESULT = mm.solve(COHORT)
X = mm.Participant("x")


@pytest.mark.parametrize(
    "call",
    [
        lambda: mm.Cohort([mm.Participant("a", capacity=10**5000)]),
        lambda: mm.Cohort([mm.Participant(10**5000)]),
        lambda: mm.Cohort([mm.Participant("a", ranks=np.array(["x"])), X]),
        lambda: mm.Cohort([mm.Participant("a", name=np.array(["x"])), X]),
        lambda: mm.Cohort([mm.Participant(np.array(["a", "b"]))]),
        lambda: mm.Cohort([mm.Participant("a"), X], scores={("a", "x"): Decimal("sNaN")}),
        lambda: mm.Cohort.from_rankings({"a": [["x", ["y"]]]}),
        lambda: mm.Cohort.from_rankings({"a": ["p"]}, offers={"p": None}),
        lambda: mm.Cohort.from_rankings({"a": [{"x": 1}]}),
        lambda: mm.Cohort.from_scores([[1.0, 2.0]], capacity=1, mentees=5),
        lambda: mm.Cohort.from_scores([[1.0, 2.0]], capacity=[[1], 1]),
        lambda: mm.Cohort.from_scores(sp.coo_array([1.0, 2.0]), capacity=1),
        lambda: COHORT[None],
        lambda: COHORT[1.5],
        lambda: mm.solve(COHORT, seed=10**5000),
        lambda: mm.solve(COHORT, seed="\ud800"),
        lambda: mm.solve(COHORT, time_limit=10**400),
        lambda: mm.solve(COHORT, on_interrupt=[]),
        lambda: mm.matching_from_pairs(COHORT, [], program="x"),
        lambda: mm.matching_from_pairs(COHORT, [mm.Match("mentor-0", None)]),
        lambda: mm.Program.from_json({"schema": "mmatch/cohort"}),
        lambda: mm.Program.from_json({"version": True}),
        lambda: mm.aims.Coverage(weight=Decimal("NaN")),
        lambda: mm.solvers.Stable(side=[]),
        lambda: mm.solvers.Stable(kind=[]),
        lambda: mm.solvers.Stable(ties={}),
    ],
)
def test_hostile_arguments_are_input_errors(call):
    with pytest.raises(mm.InputError):
        call()


def test_membership_of_anything_is_false():
    assert [] not in COHORT
    assert None not in COHORT


class Loud(str):
    """A text whose own ``str`` fails: ids are copied exactly, without asking it."""

    __slots__ = ()

    def __str__(self):
        raise RuntimeError("secret")


def test_a_subclass_of_text_is_copied_exactly():
    assert [type(p.id) for p in mm.Cohort([mm.Participant(Loud("a"))])] == [str]


@pytest.mark.parametrize(
    "changes",
    [
        {"trust": "bogus"},
        {"by_aim": None},
        {"proof": None},
        {"bound": ("a", "b", "c")},
        {"bound": 5},
        {"value": [1]},
        {"status": "optimal!"},
        {"proof": forged_proof(RESULT.proof, prices=None)},
        {"proof": forged_proof(RESULT.proof, prices=((1.5,),))},
        {"proof": replace(RESULT.proof, evidence=Cut(("a",)))},
        {"proof": forged_proof(RESULT.proof, totals=(0.5,))},
    ],
)
def test_a_result_of_another_form_is_a_violation(changes):
    assert {v.code for v in mm.verify(COHORT, mm.Program(), replace(RESULT, **changes))} == {"malformed"}


@pytest.mark.parametrize(
    ("field", "value"), [("resolution", 10**400), ("seed", None), ("bound", [["a"]]), ("by_aim", {"x": "y"})]
)
def test_hostile_result_files_are_input_errors(field, value):
    with pytest.raises(mm.InputError):
        result_from_json({**result_to_json(RESULT), field: value})


def test_endless_totals_are_refused_at_once():
    data = result_to_json(RESULT)
    with pytest.raises(mm.InputError):
        result_from_json({**data, "proof": {**data["proof"], "totals": ["1e99999999"]}})


def test_names_are_the_same_in_every_normal_form():
    """A user's decomposed "Zoë" is the cohort's composed one, wherever it is named."""
    name = unicodedata.normalize("NFD", "Zo\u00eb")
    cohort = mm.Cohort(
        [
            mm.Participant(name, offers=[mm.Offer(name)], attributes={"k": name}),
            mm.Participant("x", requests=[mm.Request(name)], attributes={"k": unicodedata.normalize("NFC", name)}),
        ],
        scores={(name, "x"): 1},
    )
    assert cohort[name].id in cohort
    assert name in cohort
    program = mm.Program(rules=[mm.rules.Lock([(name, "x", name)]), mm.rules.Same("k")], group={name: (1, 1)})
    assert mm.solve(cohort, program).value == (1, 1, 0)
    assert len(mm.matching_from_pairs(cohort, [(name, "x")])) == 1
    assert mm.solve(cohort, mm.Program(rules=[mm.rules.Forbid([(name, "x")])])).value == (0, 0, 0)


def test_masked_cells_are_not_allowed():
    table = np.ma.masked_array([[1.0, 5.0]], mask=[[False, True]])
    assert mm.solve(mm.Cohort.from_scores(table, capacity=1)).matching.pairs() == [("mentor-0", "mentee-0", "")]


def test_programs_keep_plain_numbers_only():
    program = mm.Program(
        group=(np.int64(1), np.int64(2)),
        rules=[mm.rules.LevelGap(np.int64(1), Fraction(3, 2))],
        aims=[mm.aims.Coverage(weight=Decimal("0.5"))],
    )
    assert mm.Program.from_json(program.to_json()).canonical == program.canonical
    assert program.to_json()["rules"] == [{"name": "LevelGap", "least": 1, "most": 1.5}]


def test_a_hand_made_match_may_leave_topics_out():
    cohort = mm.Cohort(
        [
            mm.Participant("m", offers=[mm.Offer("math", id="m-math")], capacity=2),
            mm.Participant("x", requests=[mm.Request("algebra")]),
            mm.Participant("y", requests=[mm.Request("math")]),
        ],
        topics={"algebra": "math"},
    )
    matches = [mm.Match("m", ("x",), "math"), mm.Match("m", ("y",), "math")]
    matching = mm.matching_from_pairs(cohort, matches)
    assert [m.requested for m in matching] == [("algebra",), ("math",)]
    assert mm.verify(cohort, mm.Program(), matching) == []
    pairs = [("m", "x"), ("m", "y")]
    by_topic = mm.Program(group={"math": (1, 2), None: (1, 1)})
    assert [m.mentees for m in mm.matching_from_pairs(cohort, pairs, by_topic)] == [("x", "y")]
    one_by_one = mm.Program(group={None: (1, 1)})
    assert [m.mentees for m in mm.matching_from_pairs(cohort, pairs, one_by_one)] == [("x",), ("y",)]


def test_an_interrupt_in_any_phase_returns_what_there_is():
    def interrupt_at(phase):
        told = []

        def progress(step):
            if step.phase == phase and not told:
                told.append(phase)
                raise KeyboardInterrupt

        return progress

    early = mm.solve(COHORT, progress=interrupt_at("compile"), on_interrupt="return")
    assert (early.status, early.stopped) == (mm.Status.UNKNOWN, "interrupted")
    late = mm.solve(COHORT, progress=interrupt_at("judge"), on_interrupt="return")
    assert late == RESULT
    with pytest.raises(KeyboardInterrupt):
        mm.solve(COHORT, progress=interrupt_at("judge"))


def test_what_is_of_another_type_is_told_by_name():
    cohort = mm.Cohort.from_rankings({"a": ["x"]})
    calls = {
        "schedule": lambda: mm.io.calendar_file(cohort, None, now="2026-01-01T00:00Z"),
        "cohort": lambda: mm.io.write_calendars(None, None, "folder", now="2026-01-01T00:00Z"),
        "request": lambda: mm.formats.recommend_format(None),
        "form": lambda: mm.formats.handout(None, "mentor"),
        "offer_capacity": lambda: mm.Cohort.from_rankings({"a": ["x"]}, offer_capacity=3),
        'mentees[""]': lambda: mm.Cohort.from_rankings({"": ["x"]}),
        'mentors[""]': lambda: mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"], "": ["a"]}),
    }
    for where, call in calls.items():
        with pytest.raises(mm.InputError) as told:
            call()
        assert told.value.problems[0].where.startswith(where)
