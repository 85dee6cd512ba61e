"""Preference lists as people write them: a defined result, or an error that says what is wrong with whom."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

import mmatch as mm

LISTS = {"a": ["x", "y"], "b": ["y", "x"]}
ORDERS = {"x": ["b", "a"], "y": ["a", "b"]}


def pairs(cohort, solver="stable", **options):
    return sorted(mm.solve(cohort, solver=solver, **options).matching.pairs())


@pytest.mark.parametrize(
    ("mentees", "mentors", "options", "told"),
    [
        ({"a": ["x", "x"]}, None, {}, r'"x" stands at rank 1 and again at rank 2'),
        ({"a": [["x", "y"], "x"]}, None, {}, r'"x" stands at rank 1 and again at rank 2'),
        ({"a": ["x", ["y", ["z"]]]}, {"x": [], "y": [], "z": []}, {}, "expected an id or a list of tied ids|tied ids"),
        ({"a": [[]]}, {"x": []}, {}, "expected an id or a list of tied ids"),
        ({"a": ["xx"]}, {"x": ["a"]}, {}, r'mentees\["a"\]\[0\]: unknown id "xx"'),
        ({"a": ["x"]}, {"x": ["a", "aa"]}, {}, r'mentors\["x"\]\[1\]: unknown id "aa"'),
        ({"a": ["a"]}, {"x": ["a"]}, {}, "cannot name themselves"),
        ({"a": [1, 2]}, {"x": ["a"]}, {}, "expected ids, or lists of tied ids"),
        ({"a": [float("nan")]}, {"x": ["a"]}, {}, "expected ids, or lists of tied ids"),
        ({"a": {"x": 1}}, {"x": ["a"]}, {}, "expected a list of ids"),
        ({"a": "xy"}, {"x": ["a"]}, {}, "expected a list of ids"),
        ({"a": ["p"]}, {"x": ["a"]}, {"offers": {"q": "x"}}, r'unknown id "p"'),
        ({"a": ["x"]}, {"x": ["a"]}, {"capacity": {"z": 1}}, r'unknown id "z"'),
        ({"a": ["x"]}, {"x": ["a"]}, {"capacity": -1}, "-1"),
        ({"a": ["x"]}, {"x": ["a"]}, {"capacity": True}, "True"),
        ({"a": ["x"]}, {"x": ["a"]}, {"min_load": 2}, r'min_load\["x"\]: min_load 2 is above'),
    ],
)
def test_what_no_list_can_mean_is_an_error_that_names_it(mentees, mentors, options, told):
    with pytest.raises(mm.InputError, match=told):
        mm.Cohort.from_rankings(mentees, mentors, **options)


def test_a_pair_that_only_one_side_accepts_is_dropped_and_counted():
    cohort = mm.Cohort.from_rankings({"a": ["x", "y"], "b": ["x"]}, {"x": ["b"], "y": ["a", "b"]})
    assert pairs(cohort) == [("x", "b", ""), ("y", "a", "")]
    removed = {item.cause: item.removed for item in mm.readiness(cohort).removals}
    assert removed == {"the mentee's own list": 1, "the mentor's own list": 1}


def test_an_empty_list_leaves_its_owner_without_anybody_and_says_so():
    cohort = mm.Cohort.from_rankings({"a": [], "b": ["x"]}, {"x": ["b", "a"], "y": []})
    result = mm.solve(cohort, solver="stable")
    assert result.matching.pairs() == [("x", "b", "")]
    assert [r.who[0] for r in mm.reasons(cohort, result) if r.kind != "score"] == ["a"]


def test_no_seats_at_all_are_a_matching_of_nobody():
    cohort = mm.Cohort.from_rankings(LISTS, ORDERS, capacity=0)
    for solver in ("stable", mm.solvers.Stable(side="mentor"), mm.solvers.Stable(kind="super")):
        assert pairs(cohort, solver) == []


def test_ids_that_look_like_text_are_text():
    cohort = mm.Cohort.from_rankings({"a": list(np.array(["x", "y"]))}, {"x": ["a"], "y": ["a"]})
    tied = mm.Cohort.from_rankings({"a": [list(np.array(["x", "y"]))]}, {"x": ["a"], "y": ["a"]})
    assert (cohort["a"].ranks, tied["a"].ranks) == (("x", "y"), (("x", "y"),))
    assert {type(name) for name in (*cohort["a"].ranks, *tied["a"].ranks[0])} == {str}


def test_a_notion_that_no_matching_has_is_an_outcome_with_a_reason():
    cohort = mm.Cohort.from_rankings({"a": ["x"], "b": ["x"]}, {"x": [["a", "b"]]})
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert "no super-stable matching" in mm.reasons(cohort, result)[0].message


def test_ties_where_strict_lists_are_needed_are_refused_in_a_sentence():
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]})
    with pytest.raises(mm.InputError, match="state strict lists"):
        mm.stable.stable_matchings(cohort)
    with pytest.raises(mm.errors.UnsupportedError, match="strict lists"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.Preference("both")]), solver="stable")


def test_the_order_of_the_input_and_the_hash_seed_change_nothing():
    code = (
        "import mmatch as mm, random, sys\n"
        "lists = {f'e{k}': [[f'x{j}' for j in range(4)]] for k in range(6)}\n"
        "names = list(lists); random.Random(int(sys.argv[1])).shuffle(names)\n"
        "cohort = mm.Cohort.from_rankings({n: lists[n] for n in names}, {f'x{j}': [sorted(names)] for j in range(4)})\n"
        "print(sorted(mm.solve(cohort, solver='stable', seed=7).matching.pairs()))\n"
    )
    runs = {
        subprocess.run(  # noqa: S603 - our own code
            [sys.executable, "-c", code, order],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for order, seed in (("0", "0"), ("1", "1"), ("2", "2"))
    }
    assert len(runs) == 1


def test_a_seed_stands_in_the_result_and_decides_the_lottery():
    cohort = mm.Cohort.from_rankings({name: ["x"] for name in "abc"})
    again = {seed: pairs(cohort, seed=seed) for seed in range(6)}
    assert all(pairs(cohort, seed=seed) == found for seed, found in again.items())
    assert len({str(found) for found in again.values()}) > 1
    assert mm.solve(cohort, solver="stable", seed=3).proof.stability.seed == 3
    for bad in (None, 1.5, True):
        with pytest.raises(mm.InputError, match=r"seed: found .* expected a whole number or a text"):
            mm.solve(cohort, solver="stable", seed=bad)


def test_where_all_are_alike_everybody_has_the_same_chance():
    """Over 600 draws each of three mentees should win 200 times; chi-square with two degrees of freedom at 0.0001."""
    cohort = mm.Cohort.from_rankings({name: ["x"] for name in ("ann", "mia", "zoe")})
    won = Counter(pairs(cohort, seed=seed)[0][1] for seed in range(600))
    assert sum((won[name] - 200) ** 2 / 200 for name in ("ann", "mia", "zoe")) < 18.4


def test_a_list_of_a_hundred_thousand_is_one_loop():
    n = 100_000
    cohort = mm.Cohort.from_rankings({"e": [f"x{k}" for k in range(n)]}, capacity={f"x{n - 1}": 1})
    assert pairs(cohort) == [("x0", "e", "")]


def test_a_forbidden_wish_is_no_wish():
    cohort = mm.Cohort.from_rankings(LISTS, ORDERS)
    program = mm.Program(rules=[mm.rules.Forbid([("x", "a")])])
    result = mm.solve(cohort, program, solver="stable")
    assert sorted(result.matching.pairs()) == [("x", "b", ""), ("y", "a", "")]
    assert mm.verify(cohort, program, result) == []


@pytest.mark.parametrize(
    ("text", "ranks"),
    [
        ("id,wish1,wish2\neva,ann,bob\nfinn,bob,\n", {"eva": ("ann", "bob"), "finn": ("bob", "ann")}),
        ("id,1st choice,2nd choice\neva,ann,bob\nfinn,bob,ann\n", {"eva": ("ann", "bob"), "finn": ("bob", "ann")}),
        ('id,wishes\neva,"ann, bob"\nfinn,bob\n', {"eva": ("ann", "bob"), "finn": ("bob", "ann")}),
        ("id,wishes\neva,ann; bob\nfinn,bob\n", {"eva": ("ann", "bob"), "finn": ("bob", "ann")}),
        ("id,wishes\neva,ann|bob\nfinn,bob\n", {"eva": ("ann", "bob"), "finn": ("bob", "ann")}),
        ("id,ann,bob\neva,yes,maybe\nfinn,no,yes\n", {"eva": ("ann", "bob"), "finn": ("bob",)}),
    ],
)
def test_wishes_are_read_from_the_shapes_that_forms_have(tmp_path, text, ranks):
    (tmp_path / "mentors.csv").write_text("id,capacity\nann,1\nbob,2\n", encoding="utf-8")
    (tmp_path / "mentees.csv").write_text(text, encoding="utf-8")
    cohort = mm.read_cohort(tmp_path / "mentors.csv", tmp_path / "mentees.csv")
    assert {name: cohort[name].ranks for name in ranks} == ranks
    assert pairs(cohort) == [("ann", "eva", ""), ("bob", "finn", "")]
