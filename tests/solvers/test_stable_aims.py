"""The best stable matching for aims of one's own: against enumeration, with multipliers that the judge checks."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.arrays import NONE
from mmatch.instance import compile_instance
from mmatch.matching import Proof
from mmatch.mechanisms.market import market_of
from mmatch.mechanisms.mentee_proposing import mentee_side
from mmatch.mechanisms.mentor_proposing import mentor_side
from mmatch.mechanisms.rotation_order import followed
from mmatch.mechanisms.rotations import rotations
from mmatch.proof import judge
from mmatch.proof.strict_lists import strict_blocks, within_seats
from mmatch.solvers import _stable_aims
from stable_oracle import rankings
from strategies import examples

CIRCLE = (
    {"a": ["x", "y", "z"], "b": ["y", "z", "x"], "c": ["z", "x", "y"]},
    {"x": ["b", "c", "a"], "y": ["c", "a", "b"], "z": ["a", "b", "c"]},
)


def wanted(numbers):
    """Aims that need a look at all stable matchings, some with scores that repeat every so often."""
    score = mm.aims.Score(lambda mentor, mentee: numbers[(int(mentor.id[1:]) * 5 + int(mentee.id[1:])) % len(numbers)])
    return st.sampled_from(
        [
            (mm.aims.Coverage(), mm.aims.Preference("both")),
            (mm.aims.Preference("mentors"),),
            (mm.aims.RankProfile("generous"), mm.aims.Preference("mentors")),
            (mm.aims.RankProfile("rank-maximal", of="mentors"), score),
            (mm.aims.RankProfile("generous", of="both"),),
            (score, mm.aims.EvenLoad()),
            ((score, mm.aims.Preference("both", weight=0.5)), mm.aims.Preference("mentees")),
        ]
    )


@st.composite
def questions(draw):
    """(a world of strict lists, its cohort, a program with aims)."""
    world = draw(rankings(most_mentees=5, most_mentors=4))
    numbers = draw(st.lists(st.integers(-9, 9), min_size=7, max_size=20))
    return world, world.cohort(mm), mm.Program(aims=draw(wanted(numbers)))


def totals(cohort, program, matching):
    """What each tier measures."""
    grade = judge(cohort, program, mm.Status.FEASIBLE, matching, Proof(""))
    return grade.totals


@given(question=questions())
@examples(150)
def test_the_best_of_all_stable_matchings_is_found_and_proved(question):
    world, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    ways = [mm.matching_from_pairs(cohort, world.pairs(chosen)) for chosen in world.stable()]
    assert result.proof.totals == max(totals(cohort, program, way) for way in ways)
    assert result.matching in ways
    assert (result.status, result.trust, result.value) == (mm.Status.OPTIMAL, mm.Trust.PROVED, result.verified_bound)
    assert mm.verify(cohort, program, result) == []


@given(question=questions(), data=st.data())
@examples(150)
def test_no_flows_prove_a_stable_matching_that_is_not_the_best(question, data):
    world, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    claim = result.proof.stability
    rows = [
        tuple(n + data.draw(st.integers(-2, 2)) for n in row) if data.draw(st.booleans()) else row
        for row in claim.prices
    ]
    forged = replace(result.proof, evidence=replace(claim, prices=tuple(rows)))
    for chosen in world.matchings():
        matching = mm.matching_from_pairs(cohort, world.pairs(chosen))
        grade = judge(cohort, result.program, mm.Status.OPTIMAL, matching, forged)
        assert bool(grade.violations) == (not world.is_stable(chosen))
        if not grade.violations and grade.totals < result.proof.totals:
            assert grade.trust != mm.Trust.PROVED


@given(question=questions(), data=st.data())
@examples(100)
def test_rotations_that_are_none_or_too_few_prove_nothing(question, data):
    _, cohort, program = question
    result = mm.solve(cohort, program, solver="stable")
    claim = result.proof.stability
    if not claim.rotations:
        return
    circles = list(map(list, claim.rotations))
    one = data.draw(st.sampled_from(circles))
    harm = data.draw(st.sampled_from(["lose", "cut", "swap", "repeat", "foreign"]))
    if harm == "lose":
        circles.remove(one)
    elif harm == "cut":
        one.pop()
    elif harm == "swap":
        one[0], one[1] = one[1], one[0]
    elif harm == "repeat":
        circles.append(one)
    else:
        one[0] = data.draw(st.sampled_from([-1, 10**6]))
    forged = replace(result.proof, evidence=replace(claim, rotations=tuple(map(tuple, circles))))
    grade = judge(cohort, program, mm.Status.OPTIMAL, result.matching, forged)
    same = harm == "swap" and len(one) == 2  # the same circle, begun elsewhere
    assert not grade.violations
    assert (grade.trust == mm.Trust.PROVED) == same


@pytest.mark.parametrize("projects", [False, True])
@given(data=st.data())
@examples(150)
def test_sets_of_rotations_are_the_stable_matchings(projects, data):
    """The sets that are closed under what must come before are as many as there are stable matchings."""
    world = data.draw(rankings(projects=projects, most_mentees=5, most_mentors=4))
    instance = compile_instance(world.cohort(mm), mm.Program(aims=[mm.aims.Coverage()]))[0]
    market = market_of(instance)
    best = mentee_side(market)[0]
    descent = followed(market, best, rotations(market, best))
    many = len(descent.left)
    closed = [chosen for chosen in range(2**many) if all(chosen >> b & 1 for a, b in descent.arcs if chosen >> a & 1)]
    assert len(closed) == len(world.stable())


def test_many_who_rank_twenty_each():
    """Linear programming took minutes here, and lost the proof over its rounding."""
    rng = random.Random(1)
    names = [f"h{k}" for k in range(300)]
    wishes = {f"s{k}": rng.sample(names, 20) for k in range(300)}
    lists = {name: [s for s, wish in wishes.items() if name in wish] for name in names}
    for order in lists.values():
        rng.shuffle(order)
    cohort = mm.Cohort.from_rankings(wishes, lists)
    program = mm.Program(aims=[mm.aims.RankProfile("generous", of="both"), mm.aims.Preference("both")])
    result = mm.solve(cohort, program, solver="stable")
    assert (result.status, result.trust) == (mm.Status.OPTIMAL, mm.Trust.PROVED)


def test_what_time_leaves_of_the_stages_is_kept():
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Preference("both")])
    stopped = mm.solve(cohort, program, solver="stable", time_limit=0)
    assert stopped.stopped == "time_limit"
    assert stopped.found is None or mm.verify(cohort, program, stopped) == []


@given(world=rankings(projects=False, most_mentees=5, most_mentors=4))
@examples(100)
def test_the_least_regret_and_the_most_equal_sides_are_those_of_enumeration(world):
    cohort, ways = world.cohort(mm), world.stable()

    def ranks(chosen):
        rows = [(e, o) for e, o in zip(world.names, chosen, strict=True) if o is not None]
        return [world.likes(e, o) for e, o in rows], [world.wants(world.owner[o], e) for e, o in rows]

    def worst(chosen):
        mine, theirs = ranks(chosen)
        return max([*mine, *theirs], default=0)

    least = mm.solve(cohort, mm.Program(aims=[mm.aims.RankProfile("generous", of="both")]), solver="stable")
    won = [way for way in ways if mm.matching_from_pairs(cohort, world.pairs(way)) == least.matching]
    assert [worst(way) for way in won] == [min(map(worst, ways))]
    assert least.trust == mm.Trust.PROVED
    equal = mm.solve(cohort, mm.Program(rules=[mm.rules.Stable()], aims=[mm.aims.EqualSides()]), solver="milp")
    assert equal.value == (max(-abs(sum(ranks(way)[0]) - sum(ranks(way)[1])) for way in ways),)


def test_three_who_go_round_meet_in_the_middle():
    """Mentees' best has ranks 1 and 3, mentors' best 3 and 1, the middle 2 and 2: one sum, and squares decide."""
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Coverage(), mm.aims.Preference("both", power=2)])
    result = mm.solve(cohort, program, solver="stable")
    assert sorted(result.matching.pairs()) == [("x", "c", ""), ("y", "a", ""), ("z", "b", "")]
    assert result.trust == mm.Trust.PROVED


def test_a_result_with_multipliers_survives_a_file(tmp_path):
    cohort = mm.Cohort.from_rankings(*CIRCLE)
    program = mm.Program(aims=[mm.aims.Preference("both")])
    result = mm.solve(cohort, program, solver="stable")
    mm.write_result(result, tmp_path / "result.json")
    again = mm.read_result(tmp_path / "result.json")
    assert again.proof == result.proof
    assert mm.verify(cohort, program, again) == []


def test_aims_over_ties_are_refused_in_a_sentence():
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]})
    with pytest.raises(mm.errors.UnsupportedError, match=r"strict lists.*rules\.Stable"):
        mm.solve(cohort, mm.Program(aims=[mm.aims.Preference("both")]), solver="stable")


def test_least_loads_that_no_stable_matching_has_are_infeasible_under_any_aims():
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"], "y": ["a"]}, min_load={"y": 1})
    result = mm.solve(cohort, mm.Program(aims=[mm.aims.Preference("both")]), solver="stable")
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)


# -- offers that share a mentor's seats: lists with many stable matchings -------------------------------------------


def opposed(seed, most_mentees=7, most_offers=7):
    """Mentors who like those best by whom they are liked least, with about as many seats as there are mentees."""
    rng = random.Random(seed)
    mentees = [f"e{k}" for k in range(rng.randint(4, most_mentees))]
    mentors = [f"x{k}" for k in range(rng.randint(2, 4))]
    offers = [f"p{k}" for k in range(rng.randint(len(mentors) + 1, most_offers))]
    owner = {offer: mentors[k] if k < len(mentors) else rng.choice(mentors) for k, offer in enumerate(offers)}
    capacity = dict.fromkeys(mentors, 1)
    for _ in range(len(mentees) - len(mentors) + rng.choice([0, 0, -1, 1])):
        capacity[rng.choice(mentors)] += 1
    wishes = {
        e: rng.sample(offers, rng.choice([len(offers), len(offers), rng.randint(1, len(offers))])) for e in mentees
    }
    noise = rng.choice([0, 1, 3])

    def order(mentor):
        places = {e: min([wishes[e].index(o) for o in wishes[e] if owner[o] == mentor] or [0]) for e in mentees}
        return sorted(mentees, key=lambda e: rng.gauss(0, noise) - places[e])

    seats = {offer: rng.choice([1, 1, 2, 3]) for offer in offers}
    return mm.Cohort.from_rankings(
        wishes, {m: order(m) for m in mentors}, offers=owner, capacity=capacity, offer_capacity=seats
    )


def descent_of(cohort):
    """(the rotations of a cohort, which must come before which)."""
    market = market_of(compile_instance(cohort, mm.Program(aims=[mm.aims.Coverage()]))[0])
    best = mentee_side(market)[0]
    return followed(market, best, rotations(market, best))


def all_stable(cohort):
    """How many stable matchings there are, by trying all that seat everybody between the two sides' best."""
    market = market_of(compile_instance(cohort, mm.Program(aims=[mm.aims.Coverage()]))[0])
    wish = market.by_mentee[0].tolist()
    ends = zip(mentee_side(market)[0], mentor_side(market)[0], strict=True)
    chances = [[NONE] if a == NONE else wish[wish.index(a) : wish.index(b) + 1] for a, b in ends]
    ways = [np.array(way) for way in product(*chances)]
    return sum(within_seats(market, way) and not strict_blocks(market, way).any() for way in ways)


def closed_sets(descent):
    """How many sets of rotations have with them all that must come before."""
    many = range(2 ** len(descent.left))
    return sum(all(chosen >> b & 1 for a, b in descent.arcs if chosen >> a & 1) for chosen in many)


@cache
def shared():
    """Seeds of cohorts with several rotations."""
    return [seed for seed in range(800) if len(descent_of(opposed(seed)).left) > 1]


def test_sets_of_rotations_are_the_stable_matchings_of_shared_offers():
    assert len(shared()) > 30
    for seed in shared():
        cohort = opposed(seed)
        assert closed_sets(descent_of(cohort)) == len(mm.stable.stable_matchings(cohort)) == all_stable(cohort), seed


@given(data=st.data())
@examples(60)
def test_the_best_of_shared_offers_is_found_and_no_other_one_is_proved(data):
    cohort = opposed(data.draw(st.sampled_from(shared())))
    numbers = data.draw(st.lists(st.integers(-9, 9), min_size=7, max_size=20))
    program = mm.Program(aims=data.draw(wanted(numbers)))
    result = mm.solve(cohort, program, solver="stable")
    assert (result.status, result.trust) == (mm.Status.OPTIMAL, mm.Trust.PROVED)
    unhappy = {reason.who[0] for reason in mm.reasons(cohort, result) if reason.kind != "score"}
    assert unhappy >= {mentee for mentee, _ in result.matching.unmatched}
    ways = mm.stable.stable_matchings(cohort)
    best = max(totals(cohort, program, way) for way in ways)
    assert result.proof.totals == best
    claim = result.proof.stability
    rotated = data.draw(st.permutations(claim.rotations))
    prices = tuple(tuple(n + data.draw(st.integers(-1, 1)) for n in row) for row in claim.prices)
    for forged in (claim, replace(claim, prices=prices), replace(claim, rotations=tuple(rotated))):
        for way in ways:
            grade = judge(cohort, program, mm.Status.OPTIMAL, way, replace(result.proof, evidence=forged))
            assert grade.trust != mm.Trust.PROVED or grade.totals == best


@pytest.mark.parametrize("harm", ["no steps", "first rotation", "last rotation", "half a step"])
def test_a_way_that_does_not_go_from_end_to_end_proves_nothing(harm):
    """Not even of a matching that is the best: which one it is, only the whole way shows."""
    program = mm.Program(aims=[mm.aims.Preference("mentors")])
    refused = 0
    for seed in shared()[::2]:
        cohort = opposed(seed)
        result = mm.solve(cohort, program, solver="stable")
        claim = result.proof.stability
        change = {
            "no steps": {"steps": ()},
            "first rotation": {"rotations": claim.rotations[1:]},
            "last rotation": {"rotations": claim.rotations[:-1]},
            "half a step": {"steps": claim.steps[:-1]},
        }[harm]
        forged = replace(result.proof, evidence=replace(claim, **change))
        grade = judge(cohort, program, mm.Status.OPTIMAL, result.matching, forged)
        refused += grade.trust != mm.Trust.PROVED
        if len(claim.steps) > 0 or "rotation" in harm:
            assert grade.trust != mm.Trust.PROVED
    assert refused


@pytest.mark.parametrize("end", ["first", "last"])
def test_a_solver_that_does_not_go_from_end_to_end_is_not_believed(end, monkeypatch):
    """Its flows fit what it has: only the ends tell that it has not seen all."""

    def begun(market):
        best, steps = mentee_side(market)
        descent = followed(market, best, rotations(market, best))
        for new in descent.taken[0] if descent.left else []:
            best[int(market.mentee[new])] = new
        return best, steps

    if end == "first":
        monkeypatch.setattr(_stable_aims, "mentee_side", begun)
    else:
        monkeypatch.setattr(_stable_aims, "rotations", lambda market, best: rotations(market, best)[:-1])
    program = mm.Program(aims=[mm.aims.Preference("mentors" if end == "last" else "mentees")])
    for seed in shared():
        result = mm.solve(opposed(seed), program, solver="stable")
        assert result.trust == mm.Trust.CLAIMED


def test_a_mentor_who_refused_on_two_offers_is_named_once():
    cohort = mm.Cohort.from_rankings({"a": ["p", "q"], "b": ["p", "q"]}, {"x": ["a", "b"]}, offers={"p": "x", "q": "x"})
    program = mm.Program(aims=[mm.aims.Preference("both")])
    told = mm.reasons(cohort, mm.solve(cohort, program, solver="stable"))
    text = "b: they have no mentor; 2 wishes asked in vain; x took mentees whom they prefer; none of them would swap"
    assert [reason.message for reason in told if reason.kind == "outranked"] == [text]


def test_whoever_is_worse_must_go_too_not_only_the_one_who_is_given_up():
    """e7 comes to p5 and e2 goes, once e0 has gone, by another offer of that mentor: the last to go from p5 was e1."""
    wishes = {
        "e0": ["p2", "p0", "p3"],
        "e1": ["p5", "p4"],
        "e2": ["p5", "p4", "p1"],
        "e3": ["p3", "p0", "p4", "p2"],
        "e4": ["p0", "p4", "p2"],
        "e5": ["p0", "p5"],
        "e6": ["p3"],
        "e7": ["p1", "p5"],
    }
    orders = {
        "x0": ["e7", "e1", "e5", "e0", "e6", "e2", "e4", "e3"],
        "x1": ["e5", "e4", "e2", "e6", "e0", "e3", "e7", "e1"],
        "x2": ["e3", "e5", "e4", "e7", "e2", "e0", "e6", "e1"],
    }
    cohort = mm.Cohort.from_rankings(
        wishes,
        orders,
        offers={"p0": "x0", "p1": "x1", "p2": "x2", "p3": "x1", "p4": "x0", "p5": "x2"},
        capacity={"x0": 1, "x1": 3, "x2": 4},
        offer_capacity={"p0": 1, "p1": 3, "p2": 2, "p3": 2, "p4": 1, "p5": 3},
    )
    descent = descent_of(cohort)
    assert sorted(descent.arcs) == [(2, 0), (2, 1)]
    assert closed_sets(descent) == len(mm.stable.stable_matchings(cohort)) == all_stable(cohort) == 5
