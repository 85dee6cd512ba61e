"""Serial dictatorship, top trading cycles and the Boston mechanism: against the obvious, and who gains by lying."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from stable_oracle import rankings
from strategies import examples


def seats(world, solver, seed=0):
    """The offer of each mentee, or None."""
    cohort = world.cohort(mm)
    result = mm.solve(cohort, solver=solver, seed=seed)
    assert (result.status, result.trust) == (mm.Status.FEASIBLE, mm.Trust.HEURISTIC)
    assert mm.verify(cohort, mm.Program(), result) == []
    mine = {mentee: (offer or mentor) for mentor, mentee, offer in result.matching.pairs()}
    return tuple(mine.get(name) for name in world.names)


def at_rank(world, mentee, k):
    """The acceptable wish number k of a mentee, or None."""
    wishes = [o for o in world.mentees[mentee] if world.acceptable(mentee, o) and world.capacity[world.owner[o]]]
    wishes = [o for o in wishes if world.seats[o]]
    return wishes[k] if k < len(wishes) else None


def slow_boston(world):
    """The rounds, one mentee at a time."""
    found = dict.fromkeys(world.names)
    for k in range(len(world.owner)):
        for mentor in world.capacity:
            asking = [e for e in world.names if found[e] is None and at_rank(world, e, k) is not None]
            asking = [e for e in asking if world.owner[at_rank(world, e, k)] == mentor]
            for mentee in sorted(asking, key=lambda e: world.wants(mentor, e)):
                offer, taken = at_rank(world, mentee, k), list(found.values())
                load = sum(o is not None and world.owner[o] == mentor for o in taken)
                if taken.count(offer) < world.seats[offer] and load < world.capacity[mentor]:
                    found[mentee] = offer
    return tuple(found.values())


def slow_trade(world):
    """Circles, looked for anew each time."""
    found, left, room = dict.fromkeys(world.names), list(world.names), dict(world.capacity)
    while left:
        points = {}
        for mentee in list(left):
            wishes = [o for o in world.mentees[mentee] if world.acceptable(mentee, o) and room[o]]
            if wishes:
                points[mentee] = wishes[0]
            else:
                left.remove(mentee)
        if not left:
            break
        following = {
            e: min((f for f in left if world.acceptable(f, o)), key=lambda f: world.wants(o, f))
            for e, o in points.items()
        }
        walk = [left[0]]
        while following[walk[-1]] not in walk:
            walk.append(following[walk[-1]])
        for mentee in walk[walk.index(following[walk[-1]]) :]:
            found[mentee] = points[mentee]
            room[points[mentee]] -= 1
            left.remove(mentee)
    return tuple(found.values())


@given(world=rankings())
@examples(150)
def test_boston_is_its_rounds(world):
    assert seats(world, "boston") == slow_boston(world)


@given(world=rankings(projects=False))
@examples(150)
def test_trade_is_its_circles(world):
    assert seats(world, "top_trading_cycles") == slow_trade(world)


@pytest.mark.parametrize("solver", ["top_trading_cycles", "serial_dictatorship"])
@given(world=rankings(projects=False))
@examples(100)
def test_nobody_can_be_better_off_without_anothers_loss(solver, world):
    found = seats(world, solver)
    mine = [world.likes(e, o) for e, o in zip(world.names, found, strict=True)]
    for other in world.matchings():
        theirs = [world.likes(e, o) for e, o in zip(world.names, other, strict=True)]
        assert theirs == mine or any(a > b for a, b in zip(theirs, mine, strict=True))


@given(world=rankings(), seed=st.integers(0, 3))
@examples(100)
def test_dictators_take_what_is_left_in_the_order_of_the_lottery(world, seed):
    """Some order of turns explains the seats, and the same for all lists."""
    found = seats(world, "serial_dictatorship", seed)
    assert found in {_turns(world, order) for order in permutations(world.names)}


def _turns(world, order):
    found = dict.fromkeys(world.names)
    for mentee in order:
        for offer in world.mentees[mentee]:
            taken = list(found.values())
            load = sum(o is not None and world.owner[o] == world.owner[offer] for o in taken)
            room = taken.count(offer) < world.seats[offer] and load < world.capacity[world.owner[offer]]
            if room and world.acceptable(mentee, offer):
                found[mentee] = offer
                break
    return tuple(found.values())


@given(world=rankings(projects=False), data=st.data())
@examples(150)
def test_nobody_loses_by_trading_from_earlier_partners(world, data):
    before = data.draw(st.sampled_from(list(world.matchings())))
    pairs = [(o, e) for e, o in zip(world.names, before, strict=True) if o is not None]
    found = seats(world, mm.solvers.TopTradingCycles(previous=[*pairs, ("gone", "away")]))
    for mentee, was, now in zip(world.names, before, found, strict=True):
        assert was is None or world.likes(mentee, now) <= world.likes(mentee, was)
    mine = [world.likes(e, o) for e, o in zip(world.names, found, strict=True)]
    for other in world.matchings():
        theirs = [world.likes(e, o) for e, o in zip(world.names, other, strict=True)]
        assert theirs == mine or any(a > b for a, b in zip(theirs, mine, strict=True))


def test_earlier_partners_that_cannot_be_meant_are_told():
    cohort = mm.Cohort.from_rankings({"a": ["x"], "b": ["x"]}, {"x": ["a", "b"]})
    kept = mm.solve(cohort, solver=mm.solvers.TopTradingCycles(previous=(("x", "b"),)))
    assert kept.matching.pairs() == [("x", "b", "")]
    with pytest.raises(mm.InputError, match="more earlier mentees than seats"):
        mm.solve(cohort, solver=mm.solvers.TopTradingCycles(previous=[("x", "b"), ("x", "a")]))
    for wrong in ("xb", [("x",)], [("x", 1)]):
        with pytest.raises(mm.InputError, match=r"expected \(mentor, mentee\) pairs"):
            mm.solvers.TopTradingCycles(previous=wrong)


@pytest.mark.parametrize("solver", ["stable", "top_trading_cycles", "serial_dictatorship"])
@given(world=rankings(projects=False, ties=False, most_mentees=3), data=st.data())
@examples(100)
def test_no_mentee_gains_by_a_false_list(solver, world, data):
    """Strategy-proof for mentees with one request each (Dubins and Freedman 1981; Roth 1982)."""

    def got():
        cohort = world.cohort(mm)
        pairs = mm.solve(cohort, solver=solver).matching.pairs()
        return {mentee: mentor for mentor, mentee, _ in pairs}

    liar = data.draw(st.sampled_from(world.names))
    honest, true = got().get(liar), world.mentees[liar]
    world.mentees[liar] = data.draw(st.permutations(true).map(list)) if data.draw(st.booleans()) else true[:1]
    lied = got().get(liar)
    world.mentees[liar] = true
    assert world.likes(liar, honest) <= world.likes(liar, lied)


def test_boston_rewards_a_false_list():
    """b is second to a at x, and first at y where c comes too: naming y first gets it."""
    lists = {"a": ["x", "y"], "b": ["x", "y"], "c": ["y"]}
    orders = {"x": ["a", "b"], "y": ["b", "c", "a"]}
    true = mm.solve(mm.Cohort.from_rankings(lists, orders), solver="boston")
    lied = mm.solve(mm.Cohort.from_rankings({**lists, "b": ["y", "x"]}, orders), solver="boston")
    assert sorted(true.matching.pairs()) == [("x", "a", ""), ("y", "c", "")]
    assert sorted(lied.matching.pairs()) == [("x", "a", ""), ("y", "b", "")]


def test_turns_by_priority():
    people = [mm.Participant(f"e{k}", requests=[mm.Request(priority=k)], ranks=("x",)) for k in range(3)]
    cohort = mm.Cohort([mm.Participant("x", offers=[mm.Offer()]), *people])
    result = mm.solve(cohort, solver=mm.solvers.SerialDictatorship(by="priority"))
    assert result.matching.pairs() == [("x", "e2", "")]
    with pytest.raises(mm.InputError, match='expected "lottery" or "priority"'):
        mm.solvers.SerialDictatorship(by="name")


def test_what_mechanisms_cannot_keep_is_told():
    cohort = mm.Cohort.from_rankings({"a": ["p"]}, {"x": ["a"]}, offers={"p": "x", "q": "x"})
    two = mm.Cohort.from_rankings({"a": ["p", "q"]}, {"x": ["a"]}, offers={"p": "x", "q": "x"})
    assert len(mm.solve(cohort, solver="top_trading_cycles").matching) == 1
    with pytest.raises(mm.errors.UnsupportedError, match="top_trading_cycles cannot keep several offers of one mentor"):
        mm.solve(two, solver="top_trading_cycles")
    with pytest.raises(mm.errors.UnsupportedError, match="boston cannot keep a least load of 1"):
        mm.solve(mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]}, min_load=1), solver="boston")


def test_the_first_mentor_with_too_many_earlier_mentees_is_named():
    """x and y have a seat each and two earlier mentees each; z has one, which is no more than there is room for."""
    lists = {"a": ["x"], "b": ["x"], "c": ["y"], "d": ["y"], "e": ["z"]}
    cohort = mm.Cohort.from_rankings(lists, {"x": ["a", "b"], "y": ["c", "d"], "z": ["e"]})
    before = [("x", "a"), ("x", "b"), ("y", "c"), ("y", "d"), ("z", "e")]
    with pytest.raises(mm.InputError, match="x has more earlier mentees than seats"):
        mm.solve(cohort, solver=mm.solvers.TopTradingCycles(previous=before))
    kept = mm.solve(cohort, solver=mm.solvers.TopTradingCycles(previous=[before[1], before[3], before[4]]))
    assert sorted(kept.matching.pairs()) == [("x", "b", ""), ("y", "d", ""), ("z", "e", "")]
