"""The policy: arguments checked, titles readable, JSON there and back."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given

import mmatch as mm
from mmatch import aims, rules
from mmatch.io.settings import with_settings
from strategies import questions


@given(question=questions())
def test_a_program_reads_back_equal_from_json(question):
    _, program = question
    try:
        text = json.dumps(program.to_json())
    except mm.errors.UnsupportedError as error:
        assert "plain function" in str(error)
        assume(False)
    again = mm.Program.from_json(json.loads(text))
    assert again.canonical == program.canonical
    assert again.to_json() == program.to_json()


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: mm.Program(format="ten"), "single, three_session, three_session_product"),
        (lambda: mm.Program(group=(6, 3)), "least 6 is above most 3"),
        (lambda: mm.Program(group=(0, 3)), "from 1"),
        (lambda: mm.Program(group="3-6"), "expected"),
        (lambda: mm.Program(group={"x": (2, 1)}), "least 2"),
        (lambda: mm.Program(rules=["Differs"]), "expected a rule"),
        (lambda: mm.Program(rules=rules.Everyone()), "list of rules"),
        (lambda: mm.Program(aims=[]), "list of aims"),
        (lambda: mm.Program(aims=[()]), "empty tier"),
        (lambda: mm.Program(aims=["Fit"]), "expected an aim"),
        (lambda: mm.Program(rules=[rules.Lock([("a", "b")]), rules.Forbid([("a", "b")])]), "locked and forbidden"),
        (lambda: mm.Program(rules=[rules.Lock([("a", "b", "x")]), rules.Forbid([("a", "b")])]), "locked and forbidden"),
        (lambda: rules.Differs(""), "one attribute of both people"),
        (lambda: rules.Differs("d", missing="perhaps"), "forbid"),
        (lambda: rules.LevelGap(3, 1), "above most"),
        (lambda: rules.LevelGap("1"), "finite number"),
        (lambda: rules.LevelGap(float("nan")), "finite number"),
        (lambda: rules.Forbid("ab"), "list of"),
        (lambda: rules.Forbid([("a",)]), "expected"),
        (lambda: rules.Lock([("a", 1)]), "expected"),
        (lambda: rules.Everyone("seats"), "mentees"),
        (lambda: rules.NoRepeat(within="yes"), "True or False"),
        (lambda: rules.SharedTime(0, start="2027-01-11"), "from 1 to"),
        (lambda: rules.SharedTime(start="soon"), "expected a date"),
        (lambda: rules.SharedTime(start="2027-01-11", zone="Mars"), "unknown time zone"),
        (lambda: rules.SharedTime(start="2027-01-11", missing="perhaps"), "forbid"),
        (lambda: rules.Check("odd"), "expected a function"),
        (lambda: aims.Coverage("seats"), "requests"),
        (lambda: aims.Coverage(weight=0), "above 0"),
        (lambda: aims.Coverage(weight=-1), "above 0"),
        (lambda: aims.Coverage(weight=float("nan")), "finite"),
        (lambda: aims.Coverage(weight=True), "bool"),
        (lambda: aims.LevelSteps({"a": 1}), "finite"),
        (lambda: aims.LevelSteps(3), "gap"),
        (lambda: aims.Preference("all"), "both"),
    ],
)
def test_bad_arguments_are_refused_by_name(make, told):
    with pytest.raises(mm.InputError, match=told):
        make()


def test_an_unknown_rule_or_aim_suggests_one():
    with pytest.raises(AttributeError, match="did you mean Differs"):
        _ = rules.Difers
    with pytest.raises(mm.InputError, match="did you mean EvenLoad"):
        mm.Program.from_json({"aims": ["EvenLod"]})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ([], "expected an object"),
        ({"rule": []}, "unknown field"),
        ({"version": 99}, "newer version"),
        ({"rules": [{"name": "Differs", "attribut": "x"}]}, "Differs takes attribute"),
        ({"rules": [{"name": "Differs"}]}, "one attribute of both people, or else mentor= and mentee="),
        ({"rules": [{"name": "LevelGap", "least": 3, "most": 1}]}, "above most"),
        ({"rules": {"name": "Everyone"}}, "expected a list"),
        ({"group": [6, 3]}, "above most"),
        ({"format": "ten"}, "single"),
        ({"aims": [3]}, "expected a name"),
    ],
)
def test_bad_json_programs_name_the_place(data, told):
    with pytest.raises(mm.InputError, match=told):
        mm.Program.from_json(data)


def test_titles_read_as_they_are_written():
    assert rules.LevelGap(1, 2).title == "LevelGap(1, 2)"
    assert rules.Differs("site", missing="allow").title == "Differs('site', missing='allow')"
    assert aims.Coverage().title == "Coverage()"
    assert aims.Fit(weight=2).title == "Fit(weight=2)"
    assert rules.GroupCount("site", "Oslo", most=1).title == "GroupCount('site', 'Oslo', most=1)"  # once least=1


COHORT = mm.Cohort([mm.Participant("ann", offers=[mm.Offer("x")]), mm.Participant("bob", requests=[mm.Request("x")])])


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (mm.Program(rules=[rules.Differs("departement")]), "nobody has the attribute"),
        (mm.Program(rules=[rules.Forbid([("amn", "bob")])]), 'did you mean "ann"'),
        (mm.Program(rules=[rules.Lock([("ann", "bob", "y")])]), "does not offer"),
        (mm.Program(rules=[rules.Lock([("bob", "ann")])]), "does not offer"),
        (mm.Program(rules=[rules.Lock([("ann", "ann")])]), "has no request"),
        (mm.Program(aims=[aims.Fit()]), "needs scores"),
        (mm.Program(aims=[aims.Preference()]), "nobody in the cohort has stated ranks"),
        (mm.Program(aims=[aims.Shares("x")]), "nobody has the attribute"),
        (mm.Program(group={"z": (1, 2)}), "nobody names this topic"),
        (mm.Program(rules=[rules.Check(lambda _a, _b: None)]), "returned NoneType"),
        (mm.Program(rules=[rules.Check(lambda _a, _b: 1 / 0)]), "raised ZeroDivisionError"),
        (mm.Program(aims=[aims.Score(lambda _a, _b: float("nan"))]), "finite"),
        (mm.Program(aims=[aims.Score(lambda _a, _b: "3")]), "finite"),
    ],
)
def test_what_needs_the_cohort_is_told_by_solve(program, told):
    with pytest.raises(mm.InputError, match=told):
        mm.solve(COHORT, program)


def test_a_lock_that_a_rule_removes_is_an_input_error():
    cohort = mm.Cohort(
        [
            mm.Participant("ann", offers=[mm.Offer("x")], avoids=["bob"]),
            mm.Participant("bob", requests=[mm.Request("x")]),
        ]
    )
    with pytest.raises(mm.InputError, match="locked, but no rule-abiding pair"):
        mm.solve(cohort, mm.Program(rules=[rules.Lock([("ann", "bob")])]))


def test_functions_are_called_once_for_each_two_people():
    cohort = mm.Cohort.from_scores([[1, 2], [3, 4]], capacity=2)
    calls = []

    def worth(mentor, mentee):
        calls.append((mentor.id, mentee.id))
        return 1

    mm.solve(cohort, mm.Program(aims=[aims.Score(worth)]))
    assert sorted(calls) == [(f"mentor-{j}", f"mentee-{i}") for j in range(2) for i in range(2)]
    assert len(calls) == 4


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (["group=3-6"], mm.Program(group=(3, 6))),
        (["group=4"], mm.Program(group=(4, 4))),
        (["format=two_session"], mm.Program(format="two_session")),
        (
            ["rule=Differs(department)", "rule=LevelGap(1, 2)"],
            mm.Program(rules=[rules.Differs("department"), rules.LevelGap(1, 2)]),
        ),
        (["rule=LevelGap(-1, most=2, missing=allow)"], mm.Program(rules=[rules.LevelGap(-1, 2, missing="allow")])),
        (["aims=Coverage"], mm.Program(aims=[aims.Coverage()])),
        (
            ["aims=Coverage(mentees), Shares(site, weight=10) + LevelSteps({1: 9, 2: 12})"],
            mm.Program(
                aims=[aims.Coverage("mentees"), (aims.Shares("site", weight=10), aims.LevelSteps({1: 9, 2: 12}))]
            ),
        ),
    ],
)
def test_settings_as_text(settings, wanted):
    assert with_settings(mm.Program(), settings).canonical == wanted.canonical


@pytest.mark.parametrize(
    "setting",
    [
        "",
        "group",
        "group=x",
        "group=6-3",
        "color=red",
        "rule=Nope()",
        "rule=Differs(",
        "rule=Differs(a, b, c)",
        "rule=Differs(__import__('os'))",
        "rule=3",
        "aims=",
        "format=ten",
        "rule=Differs(x=1)",
        "rule=LevelGap(a)",
    ],
)
def test_bad_settings_are_input_errors(setting):
    with pytest.raises(mm.InputError):
        with_settings(mm.Program(), [setting])


@pytest.mark.parametrize(
    ("setting", "written"),
    [
        ("aims=Shares(dept wanted)", "aims=Shares('dept wanted')"),
        ("rule=Lock(p001 p100)", "rule=Lock([('p001', 'p100')])"),
        ("rule=SharedTime(start=2027-01-11)", "rule=SharedTime(start='2027-01-11')"),
        ("rule=Same(home town, missing=allow)", "rule=Same('home town', missing=allow)"),
        ("aims=Coverage, Shares(home town) + TopicFit", "aims=Coverage, Shares('home town') + TopicFit"),
    ],
)
def test_a_text_without_quotes_is_told_with_the_corrected_one(setting, written):
    with pytest.raises(mm.InputError) as caught:
        with_settings(mm.Program(), [setting])
    assert caught.value.problems[0].message == "texts need quotes"
    assert caught.value.problems[0].hint == f"write {written}"
    with_settings(mm.Program(), [written])


def test_every_name_that_nobody_has_is_told_with_the_closest_one():
    cohort = mm.Cohort(
        [
            mm.Participant("ann", offers=[mm.Offer("data")], site="Rome", attributes={"hours a month": 3}),
            mm.Participant("bob", requests=[mm.Request("data")]),
        ]
    )
    wrong = {
        "ann": mm.Program(rules=[rules.Lock([("anm", "bob")])]),
        "bob": mm.Program(rules=[rules.Together([["bobb", "ann"]])]),
        "data": mm.Program(group={"dat": (1, 2)}),
        "site": mm.Program(aims=[aims.Shares("sit")]),
    }
    for name, program in wrong.items():
        with pytest.raises(mm.InputError, match=f'did you mean "{name}"'):
            mm.solve(cohort, program)
    with pytest.raises(mm.InputError, match=r'does not offer topic "dta" .did you mean "data"'):
        mm.solve(cohort, mm.Program(rules=[rules.Lock([("ann", "bob", "dta")])]))
    with pytest.raises(mm.InputError, match=r'"anna" makes no offer .did you mean "ann"'):
        mm.solve(cohort, mm.Program(aims=[aims.Coverage(), aims.EvenLoad({"anna": 1})]))
    result = mm.solve(cohort)
    for fields, name in (({"busy": {"anm": []}}, "ann"), ({"rooms": {"Rom": 1}}, "Rome")):
        with pytest.raises(mm.InputError, match=f'did you mean "{name}"'):
            mm.schedule(cohort, result, mm.Dates(start="2027-01-11", end="2027-01-15", **fields))
    with pytest.raises(mm.InputError, match='did you mean "hours a month"'):
        mm.scheduling.diaries_of(cohort, hours_per_month="hours month")


def test_only_the_names_that_a_message_shows_are_looked_for(monkeypatch):
    """Each look goes through everybody: many wrong ids would take minutes."""
    looks = []
    monkeypatch.setattr("mmatch.text.suggestion", lambda name, known: looks.append(name) or "")
    cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()], requests=[mm.Request()])])
    with pytest.raises(mm.InputError) as caught:
        rules.Forbid([(f"x{k}", "ann") for k in range(90)]).check(cohort)
    assert (len(caught.value.problems), len(looks)) == (90, 20)


def test_a_function_whose_values_are_too_small_to_round_is_refused():
    """Its values are rounded to 2^-44 whatever the cohort: below 1/16 that could be seen."""
    cohort = mm.Cohort([mm.Participant("ann", offers=[mm.Offer()]), mm.Participant("eva", requests=[mm.Request()])])
    assert mm.solve(cohort, mm.Program(aims=[aims.Score(lambda _a, _b: 0.07)])).value == (pytest.approx(0.07),)
    with pytest.raises(mm.errors.UnsupportedError, match="below 1/16"):
        mm.solve(cohort, mm.Program(aims=[aims.Score(lambda _a, _b: 0.01)]))


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: aims.EvenLoad({"a": 1e300}), "from 0 to"),
        (lambda: aims.EvenLoad({"a": 1e-300}), "from 0 to"),
        (lambda: aims.EvenLoad([("a", 1), ("a", 2)]), "two targets"),
        (lambda: aims.NewConnections(5), "names of attributes"),
        (lambda: aims.NewConnections(None), "names of attributes"),
        (lambda: aims.NewConnections(half_life=0), "above 0"),
        (lambda: aims.NewConnections(today="11.1.2027"), "expected a date"),
        (lambda: aims.Preference(power=3), "expected 1 or 2"),
        (lambda: aims.RankProfile("fair"), "expected one of"),
        (lambda: aims.RelativeFit("mean"), "expected one of"),
        (lambda: aims.Parity(""), "non-empty text"),
        (lambda: aims.Keep("ann"), "expected a list"),
        (lambda: mm.Program(aims=[aims.WorstOff()]), "needs a tier Coverage"),
        (lambda: mm.Program(aims=[aims.Parity("site"), aims.Coverage()]), "needs a tier Coverage"),
        (lambda: mm.Program(aims=[(aims.Coverage(), aims.RankProfile())]), "cannot share a tier"),
        (lambda: mm.Program.from_json({"aims": [{"name": "WorstOff", "vector": True}]}), "takes weight"),
    ],
)
def test_aims_say_what_is_wrong_with_them(make, told):
    with pytest.raises(mm.InputError, match=told):
        make()


@pytest.mark.parametrize("item", [{"Lock": [["ann", "cy"]]}, 5, None])
def test_a_part_without_a_name_is_told_as_what_was_found(item):
    with pytest.raises(mm.InputError, match="expected a name, or an object that holds one"):
        mm.Program.from_json({"rules": [item]})
