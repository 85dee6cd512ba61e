"""Bounds of a worst-off of several seats: never below the truth, whatever the evidence says."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from oracle import Oracle
from strategies import examples
from strategies import forged as forged_proof

FAIR = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff(), mm.aims.Fit()])


@st.composite
def tables(draw):
    """A few mentees with two mentors each, and seats enough or not."""
    n, m = draw(st.integers(1, 3)), draw(st.integers(2, 4))
    scores = draw(st.lists(st.lists(st.integers(-2, 9), min_size=m, max_size=m), min_size=n, max_size=n))
    return mm.Cohort.from_scores(scores, capacity=draw(st.integers(1, 3)), demand=2)


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
@given(cohort=tables())
@examples(60)
def test_bounds_hold_and_a_proof_is_the_optimum(solver, cohort):
    oracle = Oracle(cohort, FAIR)
    assume(len(oracle.edges) <= 12)
    best = oracle.best()
    result = mm.solve(cohort, FAIR, solver=solver)
    assert mm.verify(cohort, FAIR, result) == []
    assert (result.status, result.proof.totals) == (mm.Status.OPTIMAL, best)
    for k, bound in enumerate(result.verified_bound):
        assert bound is None or bound >= best[k]
    if result.trust == mm.Trust.PROVED:
        assert result.verified_bound == result.value


@given(cohort=tables(), data=st.data())
@examples(100)
def test_no_multipliers_prove_a_worse_matching(cohort, data):
    """Some other matching is called optimal, with the evidence of the best one, or with numbers out of the air."""
    oracle = Oracle(cohort, FAIR)
    assume(len(oracle.edges) <= 12)
    best, everything = oracle.best(), list(oracle.matchings())
    result = mm.solve(cohort, FAIR, solver="milp")
    chosen = data.draw(st.sampled_from(everything))
    pairs = [(oracle.offers[k][0].id, oracle.requests[i][0].id) for i, k in chosen]
    value = oracle.value(chosen)
    assume(value != best)
    rows = [
        tuple(data.draw(st.lists(st.integers(-5, 5), min_size=len(row), max_size=len(row))))
        for row in result.proof.evidence.multipliers
    ]
    by_aim = dict(zip(("Coverage", "WorstOff", "Fit"), map(int, value), strict=True))
    for multipliers in (result.proof.evidence.multipliers, tuple(rows)):
        forged = replace(
            result,
            found=mm.matching_from_pairs(cohort, pairs),
            value=tuple(map(int, value)),
            bound=tuple(map(int, value)),
            verified_bound=tuple(map(int, value)),
            by_aim=by_aim,
            proof=forged_proof(result.proof, totals=value, multipliers=multipliers),
        )
        assert mm.verify(cohort, FAIR, forged) != []


def test_the_floor_of_a_mentee_with_a_poor_choice_is_proved():
    """mentee-1 can have 3 + 2 at best: no matching has a higher floor, and that is proved by one multiplier."""
    cohort = mm.Cohort.from_scores([[9, 9, 8, 7], [3, 2, 1, 0]], capacity=2, demand=2)
    result = mm.solve(cohort, FAIR)
    assert (result.solver, result.value, result.trust) == ("milp", (4, 5, 23), "proved")
    assert len(result.proof.evidence.multipliers) == 2


def test_a_floor_is_not_proved_by_single_edges():
    """The evidence for one seat a mentee says nothing where totals count: a judge once would have taken it."""
    cohort = mm.Cohort.from_scores([[5, 5, 1, 1], [5, 5, 1, 1]], capacity=1, demand=2)
    poor = mm.matching_from_pairs(
        cohort, [("mentor-0", "mentee-0"), ("mentor-1", "mentee-0"), ("mentor-2", "mentee-1"), ("mentor-3", "mentee-1")]
    )
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()])
    good = mm.solve(cohort, program)
    assert good.value == (4, 6)
    first = good.proof.evidence.prices[0]
    none = (0,) * len(first)
    forged = replace(
        good,
        found=poor,
        value=(4, 2),
        bound=(4, 2),
        verified_bound=(4, 2),
        by_aim={"Coverage": 4, "WorstOff": 2},
        trust=mm.Trust.PROVED,
        proof=forged_proof(good.proof, totals=(4, 2), prices=(first, none, none), multipliers=()),
    )
    assert {v.code for v in mm.verify(cohort, program, forged)} >= {"trust"}


def test_negative_multipliers_bound_nothing():
    """Three times one mentee minus twice the other would "prove" floors far below the truth."""
    cohort = mm.Cohort.from_scores(RIVALS, capacity=1, demand=2)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()])
    good = mm.solve(cohort, program)
    assert (good.value, good.trust) == ((4, 6), "proved")
    forged = replace(good, proof=forged_proof(good.proof, multipliers=((-2, 3),)))
    assert {v.code for v in mm.verify(cohort, program, forged)} >= {"trust"}


RIVALS = [[5, 5, 1, 1], [5, 5, 1, 1]]  # each could have 10; 12 together, so nobody has more than 6 if both have as much


def asking_for_nothing():
    """The rivals, and z who asks for no mentor and has scores all the same."""
    people = [mm.Participant(name, offers=[mm.Offer()]) for name in "abcd"]
    people += [mm.Participant(name, requests=[mm.Request(mentors=n)]) for name, n in zip("xyz", (2, 2, 0), strict=True)]
    rows = dict(zip("xyz", [*RIVALS, [1, 1, 1, 1]], strict=True))
    return mm.Cohort(people, scores={(m, e): row[k] for e, row in rows.items() for k, m in enumerate("abcd")})


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
def test_who_asks_for_nothing_is_no_worst_off(solver):
    """Their total of 0 once was taken for a bound of everybody's, and a wrong optimum was proved."""
    cohort = asking_for_nothing()
    result = mm.solve(cohort, FAIR, solver=solver)
    assert result.proof.totals == Oracle(cohort, FAIR).best() == (4, 6, 12)
    assert result.verified_bound == (4, 6, 12)
    row = tuple(1 if name == 2 else 0 for name in range(3))  # all weight on z
    forged = replace(
        result, proof=forged_proof(result.proof, multipliers=(row, *result.proof.evidence.multipliers[1:]))
    )
    assert {v.code for v in mm.verify(cohort, FAIR, forged)} >= {"trust"}


def test_too_few_seats_are_bounded_and_proved():
    """One mentee gets both seats; nothing was bounded here, not even how many seats can be filled.

    Two seats for two who want two each: whoever is below 14 at best has at most two of them, so the floor is 14.
    """
    cohort = mm.Cohort.from_scores([[9, 5], [7, 3]], capacity=[1, 1], demand=2)
    result = mm.solve(cohort, FAIR)
    assert (result.value, result.verified_bound, result.trust) == ((2, 14, 14), (2, 14, 14), "proved")


def test_in_a_shortage_no_floor_holds_for_those_who_may_go_without():
    """x can have 14 and y 3: a multiplier of y would bound everybody by 3, but y may go without a seat."""
    cohort = mm.Cohort.from_scores([[9, 5], [2, 1]], capacity=[1, 1], demand=2)
    result = mm.solve(cohort, FAIR, solver="milp")
    assert result.proof.totals == Oracle(cohort, FAIR).best() == (2, 14, 14)
    poor = mm.matching_from_pairs(cohort, [("mentor-0", "mentee-1"), ("mentor-1", "mentee-1")])
    n = len(result.proof.evidence.prices[0])
    for row in ((0, 1), (1, 1), (1, 0)):
        evidence = forged_proof(result.proof, totals=(2, 3, 3), multipliers=(row, ()), prices=((0,) * n,) * 3)
        forged = replace(
            result,
            found=poor,
            value=(2, 3, 3),
            bound=(2, 3, 3),
            verified_bound=(2, 3, 3),
            by_aim={"Coverage": 2, "WorstOff": 3, "Fit": 3},
            proof=evidence,
        )
        assert {v.code for v in mm.verify(cohort, FAIR, forged)} >= {"trust"}


GAP = [[18, 21, 19, 14], [7, 29, 27, 23], [8, 24, 17, 7], [23, 4, 17, 5]]


def test_a_gap_of_the_relaxation_is_a_claim():
    """In parts of seats a floor of 37 looks possible, in whole seats 32 is the best: the judge knows the former."""
    cohort = mm.Cohort.from_scores(GAP, capacity=2, demand=2)
    result = mm.solve(cohort, FAIR, solver="milp")
    assert (result.value, result.trust, result.verified_bound) == ((8, 32, 165), "claimed", (8, 37, 165))


@given(st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=4, max_size=4))
@examples(60)
def test_floors_and_totals_of_four_are_the_same_by_two_solvers(scores):
    """HiGHS looks at cores of edges by reduced costs in floats, CP-SAT too; what they find must be the same."""
    cohort = mm.Cohort.from_scores(scores, capacity=2, demand=2)
    one, other = (mm.solve(cohort, FAIR, solver=name) for name in ("milp", "cpsat"))
    assert one.value == other.value
    for bound, value in zip(one.verified_bound, other.value, strict=True):
        assert bound is not None
        assert bound >= value


def test_a_verified_bound_below_the_value_is_refused():
    cohort = asking_for_nothing()
    result = mm.solve(cohort, FAIR, solver="milp")
    forged = replace(result, verified_bound=(4, 0, 12))
    assert "bound" in {v.code for v in mm.verify(cohort, FAIR, forged)}


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
def test_sums_behind_a_worst_off_that_not_all_share(solver):
    """y has nobody: no floor holds for all, and looking for multipliers once ended in a crash."""
    people = [mm.Participant(name, offers=[mm.Offer()], capacity=1) for name in "ab"]
    people += [mm.Participant("x", requests=[mm.Request(mentors=2)]), mm.Participant("y", requests=[mm.Request()])]
    cohort = mm.Cohort(people, scores={("a", "x"): 5, ("b", "x"): 1})
    program = mm.Program(aims=[*FAIR.aims, mm.aims.Priority()])
    result = mm.solve(cohort, program, solver=solver)
    assert (result.value, result.status) == ((2, 6, 6, 2), "optimal")


@pytest.mark.parametrize("solver", ["milp", "cpsat", "auto"])
def test_impossible_rules_are_proved_impossible_by_searchers_too(solver):
    people = [
        mm.Participant("a", offers=[mm.Offer()], capacity=2),
        mm.Participant("b", offers=[mm.Offer()], avoids=["y"]),
    ]
    people += [mm.Participant(n, requests=[mm.Request(mentors=k)]) for n, k in zip("xyz", (2, 1, 1), strict=True)]
    cohort = mm.Cohort(people, scores={(mentor, mentee): 1 for mentor in "ab" for mentee in "xyz"})
    program = mm.Program(rules=[mm.rules.Everyone("requests")], aims=[mm.aims.Coverage(), mm.aims.WorstOff()])
    result = mm.solve(cohort, program, solver=solver)
    assert (result.status, result.trust) == ("infeasible", "proved")
    assert "1 short" in mm.reasons(cohort, result)[0].message


@pytest.mark.parametrize("solver", ["flow", "milp", "cpsat"])
def test_a_request_that_nobody_can_meet(solver):
    """A row over no pairs at all: CP-SAT once went past it."""
    cohort = mm.Cohort(
        [mm.Participant("a", offers=[mm.Offer()], avoids=["x"]), mm.Participant("x", requests=[mm.Request(mentors=2)])]
    )
    result = mm.solve(
        cohort, mm.Program(rules=[mm.rules.Everyone("requests")], aims=[mm.aims.Coverage()]), solver=solver
    )
    assert (result.status, result.trust) == ("infeasible", "proved")


def test_decimal_scores_of_several_seats():
    """Rows that span forty bits once lost their smallest coefficient, and the floor with it."""
    people = [
        mm.Participant("a", offers=[mm.Offer()], capacity=1),
        mm.Participant("b", offers=[mm.Offer()], capacity=2),
    ]
    people += [mm.Participant(name, requests=[mm.Request(mentors=2)]) for name in "xy"]
    cohort = mm.Cohort(people, scores={("a", "x"): 0.9, ("a", "y"): 0.2, ("b", "x"): 0.9, ("b", "y"): 0.3})
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.WorstOff()])
    for solver in ("milp", "cpsat"):
        result = mm.solve(cohort, program, solver=solver)
        assert result.value == (3, pytest.approx(0.5))
        assert result.stopped is None
