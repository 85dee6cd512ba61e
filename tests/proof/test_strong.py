"""What the judge strikes out in the name of strong stability, against enumeration: offers that share seats included."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance.market import market_of, ties_one_mentor
from mmatch.mechanisms.strong_stable import strong_stable
from mmatch.proof.strong import Left, after_crowds
from stable_oracle import NOBODY, rankings
from strategies import examples


def market(cohort):
    """(the market of a cohort, (mentee, offer) of each pair)."""
    instance = mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))
    found = market_of(instance)
    pairs, ids, offers = instance.labels.pairs, cohort.people.ids, cohort.offers.ids
    rows = found.edge.tolist()
    return found, [(ids[pairs.mentee[k]], offers[pairs.offer.row[k]].removesuffix("/")) for k in rows]


def beyond(left):
    """The pairs that limits strike out, asked for or not."""
    limits = [min(left.limit_on[o], left.limit_of[m]) for o, m in zip(left.offer, left.mentor, strict=True)]
    return [pair for pair, limit in enumerate(limits) if left.rank[pair] >= limit]


@given(world=rankings(ties=True, most_mentees=5), rng=st.randoms(use_true_random=False))
@examples(300)
def test_no_crowds_whatsoever_strike_out_what_a_strongly_stable_matching_has(world, rng):
    """Any pairs, mostly a first wish of each of some mentees: few are a crowd, and these say nothing false."""
    found, names = market(world.cohort(mm))
    assume(not ties_one_mentor(found))
    stable = world.stable("strong")
    ever = {pair for chosen in stable for pair in zip(world.names, chosen, strict=True)}
    left = Left(found)
    for _ in range(40):
        assert not ever & {names[pair] for pair in beyond(left)}
        assert not (stable and left.too_many())
        row = [rng.choice(pairs) for pairs in left.first if pairs and rng.random() < 0.8]
        if row and rng.random() < 0.3:
            row[rng.randrange(len(row))] = rng.randrange(len(found))
        rng.shuffle(row)
        left.strike(row)


@pytest.mark.parametrize(
    ("wishes", "orders", "row"),
    [
        ({"a": ["x"], "b": [["x", "y"]]}, {"x": [["a", "b"]], "y": ["b"]}, [("a", "x"), ("b", "x")]),  # y has a seat
        ({"a": ["x"], "b": ["y", "x"]}, {"x": [["a", "b"]], "y": ["b"]}, [("a", "x"), ("b", "x")]),  # b asks y first
        (
            {"a": [["x", "y"]], "b": [["x", "y"]]},
            {"x": [["a", "b"]], "y": [["a", "b"]]},
            [("a", "x"), ("a", "y"), ("b", "x")],
        ),
        (
            {"a": ["x"], "b": ["y", "x"], "c": ["y"]},
            {"x": [["a", "b"]], "y": [["b", "c"]]},
            [("b", "x"), ("c", "y"), ("a", "x")],  # as if b asked x
        ),
        ({"a": ["x"], "b": ["x"]}, {"x": [["a", "b"]]}, [("a", "x")]),
        ({"a": ["x"], "b": ["x"]}, {"x": [["a", "b"]]}, []),
    ],
)
def test_a_place_elsewhere_another_wish_the_same_mentee_twice_or_nobody_left_make_no_crowd(wishes, orders, row):
    found, names = market(mm.Cohort.from_rankings(wishes, orders))
    numbers = [next(k for k, (e, o) in enumerate(names) if e == mentee and o == mentor) for mentee, mentor in row]
    assert not Left(found).strike(numbers)


@given(world=rankings(ties=True, most_mentees=5))
@examples(250)
def test_what_the_crowds_that_were_found_leave_is_the_best_of_any_strongly_stable_matching(world):
    cohort = world.cohort(mm)
    found, _ = market(cohort)
    assume(not ties_one_mentor(found))
    stable = world.stable("strong")
    left = after_crowds(found, strong_stable(found)[1])
    assert left.too_many() == (not stable)
    best = [min((int(found.mentee_rank[pair]) for pair in pairs), default=NOBODY) for pairs in left.first]
    number = [cohort.people.ids[row] for row in cohort.requests.owner.tolist()]
    ranks = [[world.likes(e, o) for e, o in zip(world.names, chosen, strict=True)] for chosen in stable]
    assert not stable or [min(each) for each in zip(*ranks, strict=True)] == [
        best[number.index(e)] for e in world.names
    ]


def test_two_tie_for_the_last_seat_of_a_mentor_with_two_offers():
    """Their offers have a seat each, the mentor has only one: neither has it; unless one of the two does not mind."""
    owner = {"p": "x", "q": "x", "r": "y"}
    wishes = {"a": ["p", "r"], "b": ["q", "r"], "c": ["q"]}
    cohort = mm.Cohort.from_rankings(wishes, {"x": [["a", "b"], "c"], "y": ["a", "b"]}, offers=owner)
    none = mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    assert (none.status, none.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert [len(crowd) for crowd in none.proof.stability.crowds] == [2]
    wishes["a"] = [["p", "r"]]
    eased = mm.Cohort.from_rankings(wishes, {"x": [["a", "b"], "c"], "y": ["a", "b"]}, offers=owner)
    result = mm.solve(eased, solver=mm.solvers.Stable(kind="strong"))
    assert sorted(result.matching.pairs()) == [("x", "b", "q"), ("y", "a", "r")]
    assert (result.trust, result.proof.stability.crowds) == (mm.Trust.PROVED, ())
    assert [reason.message for reason in mm.reasons(eased, mm.Program(), result) if "c" in reason.who]


def test_ties_between_offers_of_one_mentor_leave_no_best_to_be_found():
    """Two strongly stable matchings of different sizes; and elsewhere two of which each is better for somebody."""
    sizes = mm.Cohort.from_rankings(
        {"a": [["p", "q"]], "b": [["p", "q"]], "c": ["p"]},
        {"x": ["a", "b", "c"]},
        offers={"p": "x", "q": "x"},
        capacity=4,
        offer_capacity=2,
    )
    for pairs in ([("x", "a", "p"), ("x", "b", "p")], [("x", "a", "q"), ("x", "b", "q"), ("x", "c", "p")]):
        assert mm.blocking_pairs(sizes, mm.Program(), mm.matching_from_pairs(sizes, pairs), "strong") == []
    no_best = mm.Cohort.from_rankings(
        {"a": [["p", "q"]], "b": ["p"], "c": [["p", "q"]], "d": [["p", "q"]]},
        {"x": ["a", "c", "b", "d"]},
        offers={"p": "x", "q": "x"},
        capacity=3,
        offer_capacity=2,
    )
    for offers in ({"a": "p", "c": "p", "d": "q"}, {"a": "q", "b": "p", "c": "q"}):
        matching = mm.matching_from_pairs(no_best, [("x", e, o) for e, o in offers.items()])
        assert mm.blocking_pairs(no_best, mm.Program(), matching, "strong") == []
    for cohort in (sizes, no_best):
        with pytest.raises(mm.UnsupportedError, match="a mentee's tie of two offers of one mentor"):
            mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
        assert after_crowds(market(cohort)[0], []) is None


def many(seed, chance):
    """A cohort of 300 who rank 5 of 120 offers of 50 mentors; orders with a tie now and then."""
    rng = random.Random(seed)
    mentors = [f"x{k}" for k in range(50)]
    owner = {f"p{k}": mentors[k % 50] for k in range(120)}
    wishes = {f"e{k}": rng.sample(list(owner), 5) for k in range(300)}
    orders = {m: [e for e, wish in wishes.items() if any(owner[o] == m for o in wish)] for m in mentors}
    tied = {}
    for mentor, order in orders.items():
        rng.shuffle(order)
        tied[mentor] = []
        for name in order:
            if tied[mentor] and rng.random() < chance:
                tied[mentor][-1].append(name)
            else:
                tied[mentor].append([name])
    return mm.Cohort.from_rankings(wishes, tied, offers=owner, capacity=4, offer_capacity=3)


@pytest.mark.parametrize("chance", [0.0, 0.01, 0.3])
def test_many_mentees_and_offers(chance):
    cohort = many(1, chance)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    assert (result.status != mm.Status.UNKNOWN, result.trust) == (True, mm.Trust.PROVED)
    assert mm.verify(cohort, mm.Program(), result) == []
    if result.found is not None:
        assert mm.blocking_pairs(cohort, mm.Program(), result.matching, "strong") == []
