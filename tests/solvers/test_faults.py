"""Backends that lie, crash or never end, under groups: an error of ours or a lower trust, never a wrong result."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

import mmatch as mm
from mmatch import datasets

SCIPY = "scipy.optimize"
ENDLESS = 30.0  # seconds


def expert(name, *topics, **options):
    return mm.Participant(name, offers=[mm.Offer(topic) for topic in topics], **options)


@pytest.fixture(scope="module")
def question():
    """Seven ask for two topics, three experts with one group each; two like b better, so somebody must give way."""
    people = [expert(f"m{k}", "a", "b", groups=1) for k in range(3)]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request("a", priority=3 + 2 * k), mm.Request("b", priority=8 - k)])
        for k in range(7)
    ]
    return mm.Cohort(people), mm.Program(group=(3, 4), rules=[mm.rules.AtMost(1)], aims=[mm.aims.Priority()])


@pytest.fixture(scope="module")
def best(question):
    result = mm.solve(*question)
    assert result.trust == mm.Trust.PROVED
    return result.value


class Lying:
    """A backend's answer with some fields changed."""

    def __init__(self, found, **changed):
        self._found, self._changed = found, changed

    def __getattr__(self, name):
        return self._changed[name] if name in self._changed else getattr(self._found, name)


def everything_open(found):
    return Lying(found, x=None if found.x is None else np.ones_like(found.x))


def nothing(found):
    return Lying(found, x=None if found.x is None else np.zeros_like(found.x))


def halves(found):
    return Lying(found, x=None if found.x is None else np.full_like(found.x, 0.5))


def infeasible(found):
    return Lying(found, status=2, x=None, fun=None, success=False, message="infeasible")


def too_good(found):
    """Claims an optimum, a bound and a value that are none."""
    return Lying(found, status=0, fun=-1e9, mip_dual_bound=-1e9, mip_gap=0.0)


def too_modest(found):
    """A bound below what can be had: false evidence of an optimum."""
    return Lying(found, status=0, mip_dual_bound=0.0 if found.x is None else found.fun)


def wild_prices(found):
    noise = np.random.default_rng(1)

    class Side:
        def __init__(self, side):
            self.marginals = noise.normal(size=len(side.marginals)) * 1e3

    sides = {name: Side(getattr(found, name)) for name in ("ineqlin", "eqlin") if hasattr(found, name)}
    return Lying(found, **sides)


def patched(monkeypatch, name, change):
    import scipy.optimize

    real = getattr(scipy.optimize, name)
    monkeypatch.setattr(scipy.optimize, name, lambda *args, **options: change(real(*args, **options)))


def outcome(question, **options):
    """The result, checked again by the judge; None where an error of ours came instead."""
    try:
        result = mm.solve(*question, **options)
    except mm.errors.SolverError:
        return None
    assert mm.verify(*question, result) == []
    return result


def sound(result, best):
    """Nothing false: no infeasibility, no value above the best, no proof of less."""
    if result is None or result.status == mm.Status.UNKNOWN:
        return
    assert result.status in {mm.Status.OPTIMAL, mm.Status.FEASIBLE}
    assert result.value <= best
    if result.trust == mm.Trust.PROVED:
        assert result.value == best
    for bound, value in zip(result.verified_bound, best, strict=True):
        assert bound is None or bound >= value


@pytest.mark.parametrize("solver", ["portfolio", "milp"])
@pytest.mark.parametrize("lie", [everything_open, nothing, halves, infeasible, too_good, too_modest])
def test_highs_that_lies_about_whole_answers(monkeypatch, question, best, solver, lie):
    patched(monkeypatch, "milp", lie)
    sound(outcome(question, solver=solver), best)


@pytest.mark.parametrize("lie", [everything_open, nothing, halves, infeasible, wild_prices])
def test_highs_that_lies_about_relaxations(monkeypatch, question, best, lie):
    patched(monkeypatch, "linprog", lie)
    result = outcome(question, solver="portfolio")
    sound(result, best)
    assert result is not None


def test_both_lie_and_nothing_is_called_impossible(monkeypatch, question, best):
    """HiGHS finds nothing at all: constraint programming does, or nobody says a word."""
    patched(monkeypatch, "milp", infeasible)
    patched(monkeypatch, "linprog", infeasible)
    result = outcome(question, solver="portfolio")
    assert result is not None
    assert result.status in {mm.Status.OPTIMAL, mm.Status.FEASIBLE}
    sound(result, best)


@pytest.mark.usefixtures("treed")
def test_glop_that_walks_in_a_circle_can_be_cancelled(monkeypatch, question):
    """A relaxation once went on for an hour: no limit and no Ctrl-C was heard while GLOP worked."""
    from ortools.linear_solver import pywraplp

    cancel, entered = threading.Event(), threading.Event()

    def circle(*_args):
        entered.set()
        time.sleep(10)

    monkeypatch.setattr(pywraplp.Solver, "Solve", circle)
    threading.Thread(target=lambda: entered.wait(30) and cancel.set(), daemon=True).start()
    start = time.monotonic()
    result = mm.solve(*question, solver="portfolio", cancel=cancel)
    assert entered.is_set()
    assert result.stopped == "cancelled"
    assert time.monotonic() - start < 9


@pytest.mark.parametrize("name", ["milp", "linprog"])
@pytest.mark.parametrize("error", [RuntimeError, ValueError, MemoryError])
def test_highs_that_crashes_is_an_error_of_ours(monkeypatch, question, name, error):
    def crash(*_args, **_options):
        raise error("secret inside")

    monkeypatch.setattr(f"{SCIPY}.{name}", crash)
    with pytest.raises(mm.errors.SolverError, match=error.__name__):
        mm.solve(*question, solver="portfolio")


@pytest.mark.parametrize("name", ["milp", "linprog"])
def test_highs_that_returns_nothing_is_an_error_of_ours(monkeypatch, question, name):
    monkeypatch.setattr(f"{SCIPY}.{name}", lambda *_args, **_options: None)
    with pytest.raises(mm.errors.SolverError, match="AttributeError"):
        mm.solve(*question, solver="portfolio")


STATUSES = {"infeasible": 3, "invalid": 1, "unknown": 0, "optimal": 4}


@pytest.mark.parametrize("told", STATUSES)
@pytest.mark.parametrize("values", [0, 1])
def test_cp_sat_that_lies(monkeypatch, question, best, told, values):
    """It answers whatever was asked with one status, and sets all variables to one number."""
    from ortools.sat.python import cp_model

    monkeypatch.setattr(cp_model.CpSolver, "solve", lambda *_args, **_options: STATUSES[told])
    monkeypatch.setattr(cp_model.CpSolver, "value", lambda *_args: values)
    monkeypatch.setattr(cp_model.CpSolver, "best_objective_bound", property(lambda _: 10**6))
    sound(outcome(question, solver="cpsat"), best)


def test_cp_sat_alone_never_makes_a_question_impossible(monkeypatch, question):
    """The portfolio asks a second solver before it says so, and that one does not agree."""
    from ortools.sat.python import cp_model

    patched(monkeypatch, "linprog", infeasible)
    monkeypatch.setattr(cp_model.CpSolver, "solve", lambda *_args, **_options: cp_model.INFEASIBLE)
    monkeypatch.setattr("mmatch.portfolio.component_run.best_within", lambda *_args, **_options: (None, False))
    monkeypatch.setattr("mmatch.portfolio.component_run.greedy", lambda _: None)
    result = outcome(question, solver="portfolio")
    assert result is not None
    assert (result.status, result.trust) == (mm.Status.FEASIBLE, mm.Trust.HEURISTIC)


@pytest.fixture
def treed(monkeypatch):
    """The relaxation's own prices prove nothing, so that a tree is grown."""
    from mmatch.portfolio.relaxation import whole_prices

    def useless(*arguments):
        row = whole_prices(*arguments)
        return (row[0], *(0 for _ in row[1:]))

    monkeypatch.setattr("mmatch.portfolio.component_run.whole_prices", useless)


@pytest.mark.usefixtures("treed")
def test_glop_that_fails_or_lies_leaves_the_answer(monkeypatch, question, best):
    from ortools.linear_solver import pywraplp

    monkeypatch.setattr(pywraplp.Solver, "Solve", lambda *_args: pywraplp.Solver.ABNORMAL)
    failed = outcome(question, solver="portfolio")
    assert failed is not None
    sound(failed, best)
    monkeypatch.setattr(pywraplp.Variable, "solution_value", lambda _: 0.5)
    monkeypatch.setattr(pywraplp.Constraint, "dual_value", lambda _: -7.0)
    monkeypatch.setattr(pywraplp.Solver, "Solve", lambda *_args: pywraplp.Solver.OPTIMAL)
    result = outcome(question, solver="portfolio", time_limit=3)
    sound(result, best)
    assert result is not None
    assert result.status != mm.Status.UNKNOWN


@pytest.mark.parametrize(("solver", "name"), [("portfolio", "milp"), ("portfolio", "linprog"), ("milp", "milp")])
def test_an_endless_run_can_be_cancelled(monkeypatch, question, solver, name):
    """The call goes on in a thread of its own; the host has its answer soon."""
    free = threading.Event()
    monkeypatch.setattr(f"{SCIPY}.{name}", lambda *_args, **_options: free.wait(ENDLESS))
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    start = time.monotonic()
    result = mm.solve(*question, solver=solver, cancel=cancel)
    assert time.monotonic() - start < ENDLESS / 3
    assert result.stopped == "cancelled"
    assert mm.verify(*question, result) == []
    free.set()


def test_the_greatest_number_of_lies_at_a_real_size(monkeypatch):
    """Sixty mentees and slots: every third answer of HiGHS is false, and what comes out is true all the same."""
    example = datasets.load("expert-groups")
    right = mm.solve(example.cohort, example.program).value
    calls = []

    def sometimes(found):
        calls.append(found)
        return found if len(calls) % 3 else everything_open(found)

    patched(monkeypatch, "milp", sometimes)
    sound(outcome((example.cohort, example.program)), right)
    assert len(calls) >= 3
