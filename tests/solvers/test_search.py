"""Searching solvers: what only they can do, and that they agree with the flow where both can."""

import threading
import time

import numpy as np
import pytest

import mmatch as mm

SEARCHERS = ["milp", "cpsat"]


def reviewers(n, m, demand, seed=0, top=20):
    """A table of whole scores, several mentors a mentee, loads that just suffice."""
    scores = np.random.default_rng(seed).integers(0, top, (n, m))
    return mm.Cohort.from_scores(scores, capacity=-(-n * demand // m), demand=demand)


@pytest.mark.parametrize("solver", SEARCHERS)
@pytest.mark.parametrize(
    "aims",
    [
        [mm.aims.Coverage(), mm.aims.Fit(), mm.aims.EvenLoad()],
        [mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()],
        [mm.aims.Coverage(), mm.aims.Leximin()],
        [mm.aims.Coverage(), mm.aims.NewMentors(), mm.aims.RelativeFit()],
        [mm.aims.EvenLoad({"mentor-0": 2, "mentor-1": 1.5}), mm.aims.Fit()],
    ],
    ids=lambda aims: "+".join(aim.name for aim in aims),
)
def test_two_methods_agree(solver, aims):
    scores = np.random.default_rng(7).integers(0, 12, (30, 12))
    cohort = mm.Cohort.from_scores(scores, capacity=3)
    program = mm.Program(aims=aims)
    flow, other = mm.solve(cohort, program, solver="flow"), mm.solve(cohort, program, solver=solver)
    assert other.status == mm.Status.OPTIMAL
    assert other.proof.totals == flow.proof.totals
    assert (flow.trust, other.trust) == ("proved", "claimed")


@pytest.mark.parametrize("solver", SEARCHERS)
@pytest.mark.parametrize("kind", ["greedy", "generous", "rank-maximal"])
def test_two_methods_agree_on_rank_profiles(solver, kind):
    random = np.random.default_rng(3)
    lists = {f"e{k}": [f"m{j}" for j in random.permutation(15)[:6]] for k in range(40)}
    cohort = mm.Cohort.from_rankings(lists, capacity=3)
    program = mm.Program(aims=[mm.aims.RankProfile(kind), mm.aims.EvenLoad()])
    flow, other = mm.solve(cohort, program, solver="flow"), mm.solve(cohort, program, solver=solver)
    assert (other.status, other.proof.totals) == (mm.Status.OPTIMAL, flow.proof.totals)
    assert flow.trust == mm.Trust.PROVED
    assert len(flow.value[0]) == (6 if kind == "rank-maximal" else 7)


def test_five_hundred_mentees_with_ten_ranks_are_exact():
    """Weights (n + 1)^r would need 90 bits; rank 1 for as many as a plain maximum matching over first choices gives."""
    random = np.random.default_rng(5)
    lists = {f"e{k}": [f"m{j}" for j in random.permutation(120)[:10]] for k in range(500)}
    cohort = mm.Cohort.from_rankings(lists, capacity=4)
    first = mm.Cohort.from_rankings({name: ranks[:1] for name, ranks in lists.items()}, capacity=4)
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.RankProfile("rank-maximal")]))
    assert result.trust == mm.Trust.PROVED
    assert result.value[0][0] == mm.solve(first, mm.Program(aims=[mm.aims.Coverage()])).value[0]
    generous = mm.solve(cohort, mm.Program(aims=[mm.aims.RankProfile("generous")]))
    assert (generous.trust, generous.value[0][0]) == (mm.Trust.PROVED, 480)
    for worst in range(1, 10):  # nobody gets a rank that a shorter list for all would have spared
        short = mm.Cohort.from_rankings({name: ranks[:worst] for name, ranks in lists.items()}, capacity=4)
        full = mm.solve(short, mm.Program(aims=[mm.aims.Coverage()])).value[0] == 480
        assert full == (not any(generous.value[0][1 : 11 - worst]))


@pytest.mark.parametrize("solver", [*SEARCHERS, "auto"])
def test_the_worst_off_of_several_mentors_each(solver):
    """Two mentees with two mentors each: 9 + 9 for one leaves 1 + 1, and 9 + 1 for both is as much in all."""
    cohort = mm.Cohort.from_scores([[9, 9, 1, 1], [9, 9, 1, 1]], capacity=1, demand=2)
    fair = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()]), solver=solver)
    assert fair.value == (4, 10, 20)
    assert fair.status == "optimal"
    assert fair.solver == ("milp" if solver == "auto" else solver)
    with pytest.raises(mm.errors.UnsupportedError, match="several seats; use cpsat or milp"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()]), solver="flow")


def test_auto_goes_on_where_sets_cross():
    """Never the same mentor twice, beside seats of two offers: no flow, and solved all the same."""
    mentors = [
        mm.Participant("ann", offers=[mm.Offer("x", seats=1), mm.Offer("y", seats=1)], capacity=2),
        mm.Participant("dan", offers=[mm.Offer("x"), mm.Offer("y")], capacity=2),
    ]
    mentees = [mm.Participant(name, requests=[mm.Request("x"), mm.Request("y")]) for name in ("bob", "cy")]
    result = mm.solve(mm.Cohort(mentors + mentees), mm.Program(rules=[mm.rules.NoRepeat(within=True)]))
    assert (result.solver, result.value[0]) == ("milp", 4)


@pytest.mark.parametrize("solver", SEARCHERS)
def test_a_time_limit_leaves_a_valid_answer_with_a_true_bound(solver):
    cohort = reviewers(40, 60, 3)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])
    start = time.monotonic()
    result = mm.solve(cohort, program, solver=solver, time_limit=2)
    assert time.monotonic() - start < 20
    assert mm.verify(cohort, program, result) == []
    if result.status == mm.Status.FEASIBLE:
        assert result.stopped == "time_limit"
        assert all(b is None or b >= v for b, v in zip(result.bound, result.value, strict=True))


def test_cp_sat_stops_when_it_is_cancelled_in_mid_search():
    cohort = reviewers(60, 60, 3, top=10**6)
    cancel = threading.Event()
    threading.Timer(0.5, cancel.set).start()
    start = time.monotonic()
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()]), solver="cpsat", cancel=cancel)
    assert time.monotonic() - start < 20
    assert result.stopped == "cancelled" or result.status == mm.Status.OPTIMAL


def test_no_matching_on_one_solvers_word_is_unknown():
    """Where the bounds are a flow the searchers show a cut; where sets cross nobody can, and then it is not said."""
    cohort = mm.Cohort.from_scores([[1], [1]], capacity=1)
    program = mm.Program(rules=[mm.rules.Everyone()])
    for solver in (*SEARCHERS, "flow"):
        result = mm.solve(cohort, program, solver=solver)
        assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    mentors = [
        mm.Participant("ann", offers=[mm.Offer("x", seats=1), mm.Offer("y", seats=1)], capacity=2),
        mm.Participant("dan", offers=[mm.Offer("x"), mm.Offer("y")], capacity=1),
    ]
    mentees = [mm.Participant(name, requests=[mm.Request("x"), mm.Request("y")]) for name in ("bob", "cy")]
    crossing = mm.Program(rules=[mm.rules.NoRepeat(within=True), mm.rules.Everyone("requests")])
    for solver in SEARCHERS:
        result = mm.solve(mm.Cohort([*mentors, *mentees]), crossing, solver=solver)
        assert (result.status, result.value, result.trust) == (mm.Status.UNKNOWN, None, None)


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2", True])
def test_workers_are_checked(workers):
    with pytest.raises(mm.InputError, match="whole number from 1"):
        mm.solvers.CpSat(workers=workers)
