"""Comparisons: every run as if made alone, stores that are checked before they are believed, prices and fronts."""

from __future__ import annotations

import json
import multiprocessing
import shelve
from collections import UserDict
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import aims, rules
from mmatch.comparison import Strategy
from strategies import aims_for, cohorts, examples, programs

SCORES = [[5, 4, 1], [4, 1, 1], [2, 2, 1]]


def cohort(scores=SCORES, **options):
    return mm.Cohort.from_scores(scores, **{"capacity": 2, **options})


def three():
    return {
        "fit first": mm.Program(aims=[aims.Fit(), aims.EvenLoad()]),
        "even first": mm.Program(aims=[aims.Coverage(), aims.EvenLoad(), aims.Fit()]),
        "coverage": (mm.Program(aims=[aims.Coverage()]), "greedy"),
    }


@examples(60)
@given(st.data())
def test_each_run_is_what_solve_and_metrics_give(data):
    people = data.draw(cohorts())
    named = {f"p{k}": data.draw(programs(people)) for k in range(2)}
    for run in mm.compare(people, named, seeds=[0, 7]):
        try:
            result = mm.solve(people, named[run.strategy], seed=run.seed)
        except mm.MmatchError as error:
            assert (run.status, run.reason, run.matching) == (None, str(error), None)
            continue
        assert (run.status, run.trust, run.value, run.bound) == (
            result.status,
            result.trust,
            result.value,
            result.bound,
        )
        assert run.matching == result.found
        assert (run.reason == "") == (result.found is not None)
        if result.found is not None:
            assert run.metrics == mm.metrics(people, result)


@examples(100)
@given(st.data())
def test_the_front_and_the_prices_are_what_pairwise_looking_gives(data):
    people = data.draw(cohorts(least_loads=False))
    pool = [aim for aim in aims_for(people) if not (aim.alone or aim.after_coverage or aim.name == "Nash")]
    tiers = data.draw(st.lists(st.lists(st.sampled_from(pool), min_size=1, max_size=2), min_size=2, max_size=4))
    tiers = [[aim for aim in tier if not aim.vector] or tier[:1] for tier in tiers]
    found = mm.compare(people, [mm.Program(aims=tier) for tier in tiers])
    wanted = {aim.title.removesuffix("()"): aim for tier in tiers for aim in tier}
    assert set(found.aims) == set(wanted)
    points = [tuple(wanted[name].measure(people, run.matching) for name in found.aims) for run in found]
    for run, point in zip(found, points, strict=True):
        better = [
            other.strategy
            for other, theirs in zip(found, points, strict=True)
            if all(a >= b for a, b in zip(theirs, point, strict=True)) and theirs != point
        ]
        assert found.dominated_by(run) == better
        assert (run in found.pareto) == (not better)
        assert list(run.measures.values()) == [told(p) for p in point]
        for price in (p for p in found.prices if p.strategy == run.strategy):
            k = found.aims.index(price.aim)
            best = max(p[k] for p in points)
            if isinstance(best, tuple):
                assert price.below == tuple(told(b - p) for b, p in zip(best, point[k], strict=True))
                assert price.share is None
            else:
                assert price.below == float(best - point[k])
                assert price.share == (float((best - point[k]) / abs(best)) if best else None)


def told(total):
    """An exact number, or a vector of them, as floats."""
    return tuple(map(float, total)) if isinstance(total, tuple) else float(total)


def test_what_the_even_load_costs_by_hand():
    """Fit alone gives 4 + 4 + 2 = 10 with two on mentor 0; one each costs 1: 4 + 4 + 1."""
    found = mm.compare(cohort(), three())
    fit, even, coverage = found
    assert (fit.measures["Fit"], even.measures["Fit"]) == (max(r.measures["Fit"] for r in found), 9)
    assert [(p.below, p.share) for p in found.prices if (p.strategy, p.aim) == ("even first", "Fit")] == [
        (fit.measures["Fit"] - 9, (fit.measures["Fit"] - 9) / fit.measures["Fit"])
    ]
    assert found.pareto == [fit, even]
    assert found.dominated_by(coverage) != []
    assert "not dominated: fit first, even first" in repr(found)


def test_a_strategy_that_fails_is_a_row_with_a_reason():
    named = {
        "all": mm.Program(rules=[rules.Everyone()]),
        "stable": (mm.Program(), "stable-marriage"),
        "groups": (mm.Program(group=(9, 9)), "flow"),
        "ranks": mm.Program(aims=[aims.Preference()]),
        "good": mm.Program(),
    }
    found = {run.strategy: run for run in mm.compare(cohort(capacity=[1, 0, 0]), named)}
    assert (found["all"].status, found["all"].matching) == ("infeasible", None)
    assert "2 short" in found["all"].reason
    assert (found["stable"].status, "no solver" in found["stable"].reason) == (None, True)
    assert (found["groups"].status, "least group size of 9" in found["groups"].reason) == (None, True)
    assert (found["ranks"].status, "nobody in the cohort has stated ranks" in found["ranks"].reason) == (None, True)
    assert found["good"].status == "optimal"
    assert "Preference" not in found["good"].measures  # it cannot be meant for this cohort
    late = mm.compare(cohort(), [mm.Program()], time_limit=0)[0]
    assert (late.status, late.stopped, late.reason) == ("unknown", "time_limit", late.reason)
    assert "time_limit" in late.reason


class Counting(UserDict):
    """A store that counts what is written."""

    writes = 0

    def __setitem__(self, key, value):
        self.writes += 1
        super().__setitem__(key, value)


def test_what_is_in_the_store_is_not_run_again(monkeypatch):
    store = Counting()
    first = mm.compare(cohort(), three(), store=store, seeds=[0, 1])
    assert (store.writes, len(store), len(first)) == (6, 6, 6)
    assert all(isinstance(json.loads(text), dict) for text in store.values())
    monkeypatch.setattr("mmatch.comparison.comparison.run_strategy", lambda *_: pytest.fail("it ran again"))
    assert mm.compare(cohort(), three(), store=store, seeds=[0, 1]) == first
    assert store.writes == 6


def test_a_shelf_is_a_store(tmp_path):
    with shelve.open(str(tmp_path / "runs")) as store:  # noqa: S301 - our own file
        first = mm.compare(cohort(), three(), store=store)
    with shelve.open(str(tmp_path / "runs")) as store:  # noqa: S301 - the same
        assert (mm.compare(cohort(), three(), store=store), len(store)) == (first, 3)


class Lazy(Executor):
    """An executor that runs the first call at once and never the others."""

    def __init__(self):
        self.futures = []

    def submit(self, function, *arguments):
        future = Future()
        if not self.futures:
            future.set_result(function(*arguments))
        self.futures.append(future)
        return future


def test_who_stops_listening_cancels_what_has_not_begun():
    executor, store = Lazy(), {}

    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mm.compare(cohort(), three(), executor=executor, store=store, progress=stop)
    assert [future.cancelled() for future in executor.futures] == [False, True, True]
    assert len(store) == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "[]",
        lambda text: text.replace('\\"runtime\\": 0', '\\"runtime\\": 1'),
        lambda text: text.replace('"key": "', '"key": "0'),
        lambda text: b"\xff\xfe\x00",
        lambda text: None,
    ],
)
def test_a_broken_entry_is_run_again(spoil):
    store = Counting()
    first = mm.compare(cohort(), three(), store=store)
    for key, text in list(store.data.items()):
        assert spoil(text) != text
        store.data[key] = spoil(text)
    store.writes = 0
    assert mm.compare(cohort(), three(), store=store) == first
    assert store.writes == 3


def test_another_question_is_another_entry():
    store = {}
    mm.compare(cohort(), {"a": mm.Program()}, store=store)
    mm.compare(cohort(), {"other name": mm.Program()}, store=store)
    assert len(store) == 1
    mm.compare(cohort([[5, 4], [1, 1]]), [mm.Program()], store=store)
    mm.compare(cohort(), [mm.Program(rules=[rules.Everyone()])], store=store)
    mm.compare(cohort(), [(mm.Program(), "flow"), (mm.Program(), mm.solvers.Flow())], store=store)
    mm.compare(cohort(), [mm.Program()], store=store, seeds=["0"])
    mm.compare(cohort(), [mm.Program()], store=store, time_limit=60)
    assert len(store) == 7


def odd(mentor, mentee):
    return (len(mentor.id) + len(mentee.id)) % 2 == 0


def test_programs_with_functions_run_here_and_are_never_kept():
    """Two lambdas have one name and mean two things: what one gave must not be told of the other."""
    store = {}
    named = {
        "one": mm.Program(aims=[aims.Score(lambda _mentor, _mentee: 1)]),
        "two": mm.Program(aims=[aims.Score(lambda _mentor, _mentee: 2)]),
        "rule": mm.Program(rules=[rules.Check(odd)]),
    }
    with ThreadPoolExecutor(2) as executor:
        found = mm.compare(cohort(), named, store=store, executor=executor)
    assert [run.value for run in found[:2]] == [(3,), (6,)]
    assert found.aims[1] == f"{found.aims[0]} #2"
    assert store == {}


@pytest.mark.parametrize("method", ["spawn", "thread"])
def test_executors_give_the_same(method):
    example = mm.datasets.load("informational", mentors=12, mentees=20)
    named = {
        "written": example.program,
        "greedy": (example.program, mm.solvers.Greedy()),
        "plain": mm.Program(aims=[aims.Coverage(), aims.EvenLoad()]),
    }
    both = {"a": example.cohort, "b": cohort()}
    pool = (
        ThreadPoolExecutor(2)
        if method == "thread"
        else ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
    )
    with pool as executor:
        assert mm.compare(both, named, executor=executor) == mm.compare(both, named)


def test_progress_counts_runs_and_an_interrupt_keeps_what_is_finished():
    told, store = [], {}

    def stop(progress):
        told.append((progress.phase, progress.done, progress.total))
        if progress.done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mm.compare(cohort(), three(), store=store, progress=stop)
    assert (told, len(store)) == ([("compare", 1, 3), ("compare", 2, 3)], 2)
    assert len(mm.compare(cohort(), three(), store=store)) == len(store) == 3


def test_names_are_readable_and_unique():
    program = mm.Program(aims=[aims.Coverage(), (aims.Fit(), aims.EvenLoad())], rules=[rules.Everyone()])
    found = mm.compare(cohort(), [mm.Program(), (mm.Program(), "greedy"), program, mm.Program()])
    assert [run.strategy for run in found] == [
        "usual aims",
        "usual aims, by greedy",
        "Coverage, Fit + EvenLoad, Everyone()",
        "usual aims #2",
    ]


def test_a_seed_of_its_own_and_several_seeds_are_told():
    named = {"own": Strategy(mm.Program(), seed="spring"), "all": mm.Program()}
    found = mm.compare(cohort(), named, seeds=[1, 2])
    assert [(run.strategy, run.seed) for run in found] == [("own", "spring"), ("all", 1), ("all", 2)]
    assert [found.label(run) for run in found] == ["own", "all (seed 1)", "all (seed 2)"]


@pytest.mark.parametrize("backend", ["pandas", "pyarrow", "polars"])
def test_frames_have_one_row_a_run(backend):
    pytest.importorskip(backend)
    found = mm.compare(cohort(), {**three(), "bad": (mm.Program(), "none")})
    frame = found.to_frame(backend)
    assert len(frame) == 4
    columns = list(getattr(frame, "column_names", frame.columns))
    assert {"strategy", "status", "trust", "reason", "pareto", "Fit", "Fit: below best", "gini"} <= set(columns)


def test_files_are_written_and_hold_every_run(tmp_path):
    found = mm.compare(cohort(), {**three(), "=1+1": (mm.Program(), "none")})
    for name in ("c.csv", "c.json"):
        mm.io.write_comparison(found, tmp_path / name)
    data = json.loads((tmp_path / "c.json").read_text())
    assert [run["strategy"] for run in data["runs"]] == [run.strategy for run in found]
    assert data["runs"][0]["value"] == list(found[0].value)
    text = (tmp_path / "c.csv").read_text()
    assert len(text.splitlines()) == 5
    assert "'=1+1" in text
    with pytest.raises(mm.errors.ExportError, match=r"expected \.csv or \.json"):
        mm.io.write_comparison(found, tmp_path / "c.txt")


def test_a_folder_is_a_store(tmp_path):
    store = mm.io.FolderStore(tmp_path / "runs")
    first = mm.compare(cohort(), three(), store=store)
    assert len(store) == len(list(store)) == 3
    assert mm.compare(cohort(), three(), store=mm.io.FolderStore(tmp_path / "runs")) == first
    key = next(iter(store))
    (tmp_path / "runs" / f"{key}.json").write_bytes(b"\xff half")
    assert mm.compare(cohort(), three(), store=store) == first
    del store[key]
    assert (key in store, len(store)) == (False, 2)
    with pytest.raises(mm.InputError, match="SHA-256"):
        store["../../x"] = "y"


@pytest.mark.parametrize(
    ("arguments", "options", "told"),
    [
        (([], [mm.Program()]), {}, "expected a Cohort"),
        (({}, [mm.Program()]), {}, "expected a Cohort"),
        ((cohort(), []), {}, "found none"),
        ((cohort(), "flow"), {}, "expected a list of programs"),
        ((cohort(), ["flow"]), {}, r"strategies\[0\]"),
        ((cohort(), [(mm.Program(), 3)]), {}, r"Strategy\.solver"),
        ((cohort(), [mm.Program()]), {"seeds": []}, "each seed once"),
        ((cohort(), [mm.Program()]), {"seeds": [0, 0]}, "each seed once"),
        ((cohort(), [mm.Program()]), {"seeds": 3}, "whole numbers or texts"),
        ((cohort(), [mm.Program()]), {"time_limit": -1}, "seconds from 0"),
        ((cohort(), [mm.Program()]), {"executor": 4}, "Executor"),
        ((cohort(), [mm.Program()]), {"store": "runs"}, "mutable mapping"),
        ((cohort(), [mm.Program()]), {"progress": 5}, "a function of one Progress"),
    ],
)
def test_bad_arguments_are_told(arguments, options, told):
    with pytest.raises(mm.InputError, match=told):
        mm.compare(*arguments, **options)


def test_a_run_of_another_comparison_is_told():
    first, second = mm.compare(cohort(), [mm.Program()]), mm.compare(cohort(), [mm.Program()], seeds=[5])
    assert first.dominated_by(first[0]) == []
    with pytest.raises(mm.InputError, match="a run of this comparison"):
        first.dominated_by(second[0])


def test_candidates_are_shared_only_under_the_same_rules():
    """Nobody envies mentor-0's mentee where the rule keeps the other one away from mentor-0."""
    people = cohort([[5, 1], [5, 1]], capacity=1)
    free, kept = mm.Program(), mm.Program(rules=[rules.Forbid([("mentor-0", "mentee-1")])])
    for programs_ in ([free, kept, free], [kept, free, kept]):
        envy = [run.metrics.envy for run in mm.compare(people, programs_)]
        assert envy == [0 if program is kept else 1 for program in programs_]


def test_shares_below_a_negative_best():
    """Fit -2 with both on mentor-0; one each is -6: 4 below, twice the best."""
    people = cohort([[-1, -5], [-1, -5]])
    found = mm.compare(people, [mm.Program(aims=[aims.Coverage(), last]) for last in (aims.Fit(), aims.EvenLoad())])
    assert [(p.below, p.share) for p in found.prices if p.aim == "Fit"] == [(0, 0.0), (4, 2.0)]
