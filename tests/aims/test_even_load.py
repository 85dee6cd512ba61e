"""Loads at, below and above a target, counted by hand."""

from fractions import Fraction

import numpy as np
import pytest

import mmatch as mm
from mmatch.instance import compile_instance

ONE = mm.Cohort.from_scores([[1]] * 4, capacity=4)  # a mentor who can have all four
TWO = mm.Cohort.from_scores([[1, 1]] * 4, capacity=4)


def worth(aim, load, cohort=ONE):
    """(what the aim measures, what a solver is told) of so many mentees with mentor-0."""
    pairs = [("mentor-0", f"mentee-{k}") for k in range(load)]
    measured = aim.measure(cohort, mm.matching_from_pairs(cohort, pairs))
    instance, edges = compile_instance(cohort, mm.Program(aims=[aim]))
    mine = np.flatnonzero(edges.label("mentor") == 0)[:load]
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[mine] = True
    (total,) = instance.totals(chosen)
    return measured, total


@pytest.mark.parametrize(
    ("target", "worths"),
    [
        (0, [0, Fraction(-1, 2), -2, Fraction(-9, 2), -8]),
        (2, [-2, Fraction(-1, 2), 0, Fraction(-1, 2), -2]),
        (1.5, [Fraction(-n, 8) for n in (9, 1, 1, 9, 25)]),
    ],
)
def test_half_the_squared_distance_from_a_target(target, worths):
    aim = mm.aims.EvenLoad({"mentor-0": target})
    assert [worth(aim, load) for load in range(5)] == [(w, w) for w in worths]


def test_without_targets_pairs_of_seats_that_share_a_mentor():
    assert [worth(mm.aims.EvenLoad(), load) for load in range(5)] == [(-n, -n) for n in (0, 0, 1, 3, 6)]


def test_who_is_not_named_has_no_target():
    """mentor-0 alone is measured, and mentor-1 with a target of 3 misses it by 3."""
    aim = mm.aims.EvenLoad([("mentor-1", 3)])
    assert [worth(aim, load, TWO) for load in (0, 2)] == [(Fraction(-9, 2), Fraction(-9, 2))] * 2


@pytest.mark.parametrize(("target", "seats"), [(0, 0), (1, 1), (2, 2), (4, 4), (9, 4)])
@pytest.mark.parametrize("solver", ["flow", "milp", "cpsat", "greedy"])
def test_a_load_that_is_just_the_target(target, seats, solver):
    program = mm.Program(aims=[mm.aims.EvenLoad({"mentor-0": target})])
    result = mm.solve(ONE, program, solver=solver)
    assert (len(result.matching), result.value) == (seats, (-((target - seats) ** 2) / 2,))


@pytest.mark.parametrize("target", [0, 1_000_000, 0.000001, 999_999.5])
def test_targets_from_nothing_to_a_million(target):
    assert dict(mm.aims.EvenLoad({"m": target}).targets) == {"m": target}


@pytest.mark.parametrize(
    "targets",
    [
        "ab",
        5,
        {"m": -1},
        {"m": 1_000_001},
        {"m": 1e-7},
        {"m": "2"},
        {1: 2},
        ["m"],
        [("m",)],
        [("m", 1, 2)],
        [(1, 2)],
        [("m", 1), ("m", 2)],
    ],
)
def test_what_is_no_target(targets):
    with pytest.raises(mm.InputError):
        mm.aims.EvenLoad(targets)


def test_nobody_has_a_target_who_makes_no_offer():
    with pytest.raises(mm.InputError, match="makes no offer"):
        mm.solve(ONE, mm.Program(aims=[mm.aims.EvenLoad({"mentee-0": 1})]))
