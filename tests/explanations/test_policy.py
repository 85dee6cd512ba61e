"""What a policy decides: checked by hand, and every number against a solve of its own."""

from dataclasses import replace

import pytest
from hypothesis import assume, given

import mmatch as mm
from oracle import Oracle
from strategies import examples, questions

FAIR = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])


def test_which_tier_decides_and_what_it_costs():
    """9 + 5 is the best total; the fairer 6 + 6 gives up two. Once it is fair, nothing is left to the fit."""
    cohort = mm.Cohort.from_scores([[9, 6], [6, 5]], capacity=1)
    found = mm.policy(cohort, mm.solve(cohort, FAIR))
    assert [(t.title, t.value, t.alone, t.lost, t.open) for t in found.tiers] == [
        ("Coverage()", 2, 2, 0, 4),
        ("WorstOff()", 6, 6, 0, 0),
        ("Fit()", 12, 14, 2, 0),
    ]
    assert found.decided_by == "WorstOff()"
    (change,) = found.what_if
    assert change.change == "Fit() before WorstOff()"
    assert dict(change.gains) == {"Coverage": 0, "WorstOff": -1, "Fit": 2}
    assert str(found).splitlines() == [
        "Coverage(): 2; 4 pairs still open",
        "WorstOff(): 6; all is decided",
        "Fit(): 12, 2 below what it could have alone; all is decided",
        "Fit() before WorstOff(): WorstOff -1, Fit +2",
    ]


def test_what_a_rule_costs():
    cohort = mm.Cohort.from_scores([[5, 1]], capacity=1)
    program = mm.Program(rules=[mm.rules.Forbid([("mentor-0", "mentee-0")])], aims=[mm.aims.Fit()])
    (change,) = mm.policy(cohort, mm.solve(cohort, program)).what_if
    assert (change.change.split("(")[0], dict(change.gains)) == ("without Forbid", {"Fit": 4})


def test_a_lottery_decides_among_equals():
    cohort = mm.Cohort.from_scores([[1], [1]], capacity=1)
    found = mm.policy(cohort, mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.Fit()])))
    assert found.decided_by is None
    assert [tier.open for tier in found.tiers] == [2, 2]


def test_there_must_be_a_matching():
    cohort = mm.Cohort.from_scores([[1], [1]], capacity=1)
    with pytest.raises(mm.InputError, match="no matching"):
        mm.policy(cohort, mm.solve(cohort, mm.Program(rules=[mm.rules.Everyone()])))
    with pytest.raises(mm.InputError, match="expected a Result"):
        mm.policy(cohort, 3)


@given(question=questions())
@examples(60)
def test_open_pairs_are_those_on_which_best_matchings_differ(question):
    cohort, program = question
    oracle = Oracle(cohort, program)
    assume(oracle.edges and len(oracle.edges) <= 9 and oracle.best() is not None)
    resolved = program.resolve(cohort)
    try:
        found = mm.policy(cohort, mm.solve(cohort, resolved, solver="flow"))
    except (mm.errors.UnsupportedError, mm.InputError):
        assume(False)
    for k, tier in enumerate(found.tiers):
        leading = Oracle(cohort, replace(resolved, aims=resolved.aims[: k + 1]))
        best = leading.best()
        equal = [set(chosen) for chosen in leading.matchings() if leading.value(chosen) == best]
        assert tier.open == len(set.union(*equal) - set.intersection(*equal))


def test_a_result_of_another_question_is_refused():
    cohort = mm.Cohort.from_scores([[3, 1]], capacity=1)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Fit(weight=5)]))
    other = mm.Cohort.from_scores([[3, 2]], capacity=1)
    for verb in (mm.policy, mm.reasons, mm.metrics, mm.report):
        with pytest.raises(mm.InputError, match="another cohort or program"):
            verb(other, result)
    assert mm.verify(cohort, mm.Program(aims=[mm.aims.Coverage()]), result)[0].code == "digest"


def test_a_stable_matching_is_decided_by_no_tier():
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]})
    for solver in ("auto", "stable"):
        with pytest.raises(mm.errors.UnsupportedError, match="stability is none"):
            mm.policy(cohort, mm.solve(cohort, solver=solver))


def test_groups_are_explained_without_open_pairs():
    """A proof by prices of groups used to be read as prices on a network: it ended in a negative cycle."""
    people = [mm.Participant(f"x{k}", offers=[mm.Offer("a")]) for k in range(2)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request("a")]) for k in range(5)]
    program = mm.Program(group=(3, 4), rules=[mm.rules.AtMost(1)], aims=[mm.aims.Coverage(), mm.aims.NewMentors()])
    told = mm.policy(mm.Cohort(people), mm.solve(mm.Cohort(people), program))
    assert [(tier.value, tier.alone, tier.open) for tier in told.tiers] == [(4, 4, None), (1, 1, None)]
    assert told.decided_by is None
    assert [change.change for change in told.what_if] == ["without AtMost()", "NewMentors() before Coverage()"]
