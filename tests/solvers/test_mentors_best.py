"""The mentors' best strongly and super-stable matchings: enumeration, crowds, forged claims."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance.market import market_of
from mmatch.proof.mentors_best import Orders
from stable_oracle import Rankings, rankings
from strategies import examples

NOTHING = {"found": None, "value": None, "bound": None, "verified_bound": None}
MENTEES = {"a": ["A", ["B", "C", "D"]], "b": ["A", ["B", "C", "D"]], "c": ["B", "A"], "d": ["C", "A"]}
MENTORS = {"A": ["c", "d", "a", "b"], "B": [["a", "b"], "c"], "C": [["a", "b"], "d"], "D": [["a", "b"]]}
SEATS = {"A": 2, "B": 1, "C": 1, "D": 1}


@st.composite
def crowded(draw):
    """A few changes to four mentors of whom three need somebody of the same two mentees."""
    mentees, mentors = copy.deepcopy(MENTEES), copy.deepcopy(MENTORS)
    if draw(st.booleans()):
        mentees |= {key: [["B", "C"], "A"] for key in "cd"}
        mentors |= {key: [["a", "b"], ["c", "d"]] for key in "BC"}
    if draw(st.booleans()):
        mentees["e"] = [["D", "B"], "A"]
    lists = {**mentees, **mentors}
    for name in draw(st.lists(st.sampled_from(sorted(lists)), max_size=5)):
        pool = sorted(mentors if name in mentees else mentees)
        lists[name] = draw(changed(lists[name], pool))
    seats = {m: draw(st.sampled_from([n, n, n, n + 1])) for m, n in SEATS.items()}
    split = ({n: lists[n] for n in side} for side in (mentees, mentors))
    return Rankings(*split, {m: m for m in mentors}, seats, dict(seats))


@st.composite
def circles(draw):
    """Three mentees whose first wish likes the next one of them better, with a few changes: several are stable."""
    lists = {f"e{k}": [f"x{k}", f"x{(k + 1) % 3}"] for k in range(3)}
    lists |= {f"x{k}": [f"e{(k - 1) % 3}", f"e{k}"] for k in range(3)}
    for name in draw(st.lists(st.sampled_from(sorted(lists)), max_size=2)):
        lists[name] = draw(changed(lists[name], [f"{'x' if name[0] == 'e' else 'e'}{k}" for k in range(3)]))
    seats = {f"x{k}": 1 for k in range(3)}
    split = ({n: lists[n] for n in lists if n[0] == side} for side in "ex")
    return Rankings(*split, {m: m for m in seats}, seats, dict(seats))


@st.composite
def tied(draw):
    """Mentors of whom some have more mentees on one level than seats, and mentees who like many of them as much."""
    mentors, mentees = (
        [f"x{k}" for k in range(draw(st.integers(2, 4)))],
        [f"e{k}" for k in range(draw(st.integers(2, 5)))],
    )

    def lists(owners, others):
        sizes = st.lists(st.integers(1, 3), min_size=len(others), max_size=len(others))
        return {name: draw(st.builds(cut, st.permutations(others), sizes)) for name in owners}

    seats = {m: draw(st.sampled_from([1, 1, 2])) for m in mentors}
    return Rankings(lists(mentees, mentors), lists(mentors, mentees), {m: m for m in mentors}, seats, dict(seats))


def cut(names, sizes):
    """A list in levels of some sizes."""
    levels, rest = [], list(names)
    for size in sizes:
        levels, rest = ([*levels, rest[:size]] if rest else levels), rest[size:]
    return [level if len(level) > 1 else level[0] for level in levels]


@st.composite
def changed(draw, names, pool):
    """A list with two levels joined or swapped, one split, or somebody added."""
    levels = [list(level) if isinstance(level, list) else [level] for level in names]
    k = draw(st.integers(0, len(levels) - 1))
    what = draw(st.sampled_from(["join", "swap", "split", "add"]))
    missing = [name for name in pool if all(name not in level for level in levels)]
    if what == "add" and missing:
        levels.insert(k, [draw(st.sampled_from(missing))])
    elif what == "split" and len(levels[k]) > 1:
        levels[k : k + 1] = [levels[k][:1], levels[k][1:]]
    elif what == "join" and k + 1 < len(levels):
        levels[k : k + 2] = [levels[k] + levels[k + 1]]
    elif what == "swap" and k + 1 < len(levels):
        levels[k : k + 2] = [levels[k + 1], levels[k]]
    return [level if len(level) > 1 else level[0] for level in levels]


def best(kind):
    """The solver asked for here."""
    return mm.solvers.Stable(side="mentor", kind=kind)


def check(world, kind):
    """The result is the mentors' best of all stable matchings, or that there is none, and the judge proves it."""
    cohort, stable = world.cohort(mm), world.stable(kind)
    result = mm.solve(cohort, solver=best(kind))
    assert mm.verify(cohort, mm.Program(), result) == []
    assert result.trust == mm.Trust.PROVED
    assert result.status == (mm.Status.OPTIMAL if stable else mm.Status.INFEASIBLE)
    event(f"{bool(stable)}, crowds: {len(result.proof.stability.crowds)}")
    if not stable:
        assert mm.reasons(cohort, mm.Program(), result)
        return
    assert result.value == max(world.total(chosen, "mentor") for chosen in stable)
    for chosen in stable:  # every mentor likes what they have at least as much as in any other
        other = mm.matching_from_pairs(cohort, world.pairs(chosen))
        for mentor in world.mentors:
            mine, theirs = (
                sorted(world.wants(mentor, e) for m, e, _ in way.pairs() if m == mentor)
                for way in (result.matching, other)
            )
            assert len(mine) == len(theirs)
            assert all(one <= two for one, two in zip(mine, theirs, strict=True))


@pytest.mark.parametrize("kind", ["strong", "super"])
@given(world=tied() | rankings(ties=True, projects=False, most_mentees=5))
@examples(150)
def test_the_best_for_every_mentor_is_found_or_shown_not_to_exist(kind, world):
    check(world, kind)


@given(world=crowded())
@examples(120)
def test_mentors_who_cannot_all_be_given_enough_are_argued_with(world):
    check(world, "strong")


def test_three_who_need_one_of_two_would_gain_by_either():
    """By hand: B, C, D each need a or b, who like all three as much; so both must be with A, and c, d with B, C."""
    cohort = mm.Cohort.from_rankings(MENTEES, MENTORS, capacity=SEATS)
    result = mm.solve(cohort, solver=best("strong"))
    assert sorted(pair[:2] for pair in result.matching.pairs()) == [("A", "a"), ("A", "b"), ("B", "c"), ("C", "d")]
    assert len(result.proof.stability.crowds) == 1
    bare = replace(result, proof=replace(result.proof, stability=replace(result.proof.stability, crowds=())))
    assert {v.code for v in mm.verify(cohort, mm.Program(), bare)} & {"trust", "bound", "proof"}


@pytest.mark.parametrize("kind", ["strong", "super"])
@given(world=crowded() | rankings(ties=True, projects=False), data=st.data())
@examples(80)
def test_nobody_can_forge_that_nothing_is_stable(kind, world, data):
    cohort = world.cohort(mm)
    assume(world.stable(kind))
    result = mm.solve(cohort, solver=best(kind))
    edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable", "mentor")).request)
    crowd = st.lists(st.integers(-1, edges), max_size=6).map(tuple)
    claim = mm.Stability("mentor", kind, crowds=tuple(data.draw(st.lists(crowd, max_size=3))))
    proof = replace(result.proof, stability=claim, totals=())
    forged = replace(result, status=mm.Status.INFEASIBLE, proof=proof, **NOTHING)
    assert {"trust", "status"} & {v.code for v in mm.verify(cohort, mm.Program(), forged)}


@pytest.mark.parametrize("kind", ["strong", "super"])
@given(world=crowded(), data=st.data())
@examples(200)
def test_what_the_judge_strikes_out_stands_in_no_stable_matching(kind, world, data):
    """Whatever crowd it is told: mentors of last levels, and a way to place their mentees with them or with others."""
    cohort = world.cohort(mm)
    market = market_of(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable", "mentor")))
    pair_of = {pair[:2]: k for k, pair in enumerate(named(cohort, market))}
    used = {pair_of[pair[:2]] for chosen in world.stable(kind) for pair in world.pairs(chosen)}
    orders = Orders(market, kind)
    assert all(map(orders.left, used))
    for _ in range(data.draw(st.integers(0, 3))):
        last = [pair for here in range(len(orders.seats)) for pair in orders._last_level(here)]
        if not last:
            return
        among = data.draw(st.sets(st.sampled_from([orders.offer[pair] for pair in last]), min_size=1))
        mine = data.draw(st.permutations([pair for pair in last if orders.offer[pair] in among]))
        taken = orders.strike(mine if data.draw(st.integers(0, 3)) else mine[1:])  # the first of each mentee is placed
        event(f"taken: {taken}")
        assert all(map(orders.left, used))
        if not taken:
            return


def named(cohort, market):
    """(mentor, mentee) of each pair of a market."""
    requests, offers = (rows.tolist() for rows in cohort.canonical_rows)
    mentees = [cohort.people.ids[cohort.requests.owner[requests[k]]] for k in market.mentee.tolist()]
    mentors = [cohort.people.ids[cohort.offers.owner[offers[k]]] for k in market.offer.tolist()]
    return list(zip(mentors, mentees, strict=True))


@given(world=circles(), data=st.data())
@examples(80)
def test_nobody_can_forge_that_another_matching_is_the_best(world, data):
    cohort, stable = world.cohort(mm), world.stable("strong")
    assume(len({world.total(chosen, "mentor") for chosen in stable}) > 1)
    result = mm.solve(cohort, solver=best("strong"))
    worse = min(stable, key=lambda chosen: world.total(chosen, "mentor"))
    found = mm.matching_from_pairs(cohort, world.pairs(worse))
    edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable", "mentor")).request)
    crowds = data.draw(st.just(result.proof.stability.crowds) | st.lists(st.lists(st.integers(0, edges)).map(tuple)))
    proof = replace(result.proof, stability=replace(result.proof.stability, crowds=tuple(crowds)), totals=())
    value = world.total(worse, "mentor")
    forged = replace(result, found=found, value=value, bound=value, verified_bound=value, proof=proof)
    assert "trust" in {v.code for v in mm.verify(cohort, mm.Program(), forged)}


def test_several_offers_of_one_mentor_are_refused_in_a_sentence():
    shared = mm.Cohort.from_rankings({"a": ["p", "q"]}, {"x": ["a"]}, offers={"p": "x", "q": "x"})
    with pytest.raises(mm.UnsupportedError, match="the mentors' best for mentors who have several offers"):
        mm.solve(shared, solver=best("super"))


@pytest.mark.parametrize("kind", ["strong", "super"])
def test_long_lists_need_no_recursion(kind):
    n = 2000
    mentees = {f"e{k}": [f"x{k}", f"x{(k + 1) % n}"] for k in range(n)}
    mentors = {f"x{k}": [f"e{(k - 1) % n}", f"e{k}"] for k in range(n)}
    cohort = mm.Cohort.from_rankings(mentees, mentors)
    result = mm.solve(cohort, solver=best(kind))
    assert result.trust == mm.Trust.PROVED
    assert set(result.matching.pairs()) == {(f"x{(k + 1) % n}", f"e{k}", "") for k in range(n)}
