"""Stable matchings: the best of each side against enumeration, and a judge that cannot be talked into anything else."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.matching import Stability
from mmatch.program import question_digest
from mmatch.proof import judge
from oracle import Oracle
from stable_oracle import Slow, rankings, rivalries
from strategies import cohorts, examples, rules_for

SIDES = ("mentee", "mentor")


def solved(world, side="mentee", **options):
    """(cohort, result) of a side's best stable matching, accepted by the judge."""
    cohort = world.cohort(mm)
    result = mm.solve(cohort, solver=mm.solvers.Stable(side=side), **options)
    assert mm.verify(cohort, mm.Program(), result) == []
    unhappy = {reason.who[0] for reason in mm.reasons(cohort, result) if reason.kind != "score"}
    assert unhappy >= {mentee for mentee, _ in result.matching.unmatched}
    return cohort, result


def claimed(cohort, result, pairs):
    """The judge's trust in another matching with the proof of this result."""
    matching = mm.matching_from_pairs(cohort, pairs)
    return judge(cohort, result.program, mm.Status.OPTIMAL, matching, result.proof)


@pytest.mark.parametrize("side", SIDES)
@given(world=rankings())
@examples(200)
def test_strict_lists_give_the_best_stable_matching_of_a_side(side, world):
    _, result = solved(world, side)
    stable = world.stable()
    best = max(world.total(chosen, side) for chosen in stable)
    assert (result.status, result.trust) == (mm.Status.OPTIMAL, mm.Trust.PROVED)
    assert result.value == best == result.bound == result.verified_bound
    assert result.proof.stability.seed is None
    assert sorted(result.matching.pairs()) in [world.pairs(chosen) for chosen in stable]
    if side == "mentee":
        mine = {mentee: (offer or mentor) for mentor, mentee, offer in result.matching.pairs()}
        for number, name in enumerate(world.names):
            assert world.likes(name, mine.get(name)) == min(world.likes(name, chosen[number]) for chosen in stable)


@pytest.mark.parametrize("side", SIDES)
@given(world=rivalries() | rankings(), data=st.data())
@examples(120)
def test_the_judge_takes_no_other_stable_matching_for_the_best(side, world, data):
    """Whatever steps a forger writes into the proof."""
    cohort, result = solved(world, side)
    others = [chosen for chosen in world.stable() if world.pairs(chosen) != sorted(result.matching.pairs())]
    assume(others)
    forged = result
    for chosen in others:
        assert claimed(cohort, forged, world.pairs(chosen)).trust != mm.Trust.PROVED
        edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))[0].request)
        steps = data.draw(st.lists(st.integers(-1, edges), max_size=8) | st.permutations(result.proof.stability.steps))
        claim = replace(result.proof.stability, steps=tuple(steps))
        forged = replace(result, proof=replace(result.proof, evidence=claim))
        assert claimed(cohort, forged, world.pairs(chosen)).trust != mm.Trust.PROVED


@pytest.mark.parametrize("side", SIDES)
@given(world=rivalries(), data=st.data())
@examples(100)
def test_no_order_of_likely_steps_talks_the_judge_into_another_one(side, world, data):
    """Just the wishes that would have to be struck out, in list order; or each mentee lifted to the seat at once."""
    cohort, result = solved(world, side)
    others = [chosen for chosen in world.stable() if world.pairs(chosen) != sorted(result.matching.pairs())]
    assume(others)
    _, edges = mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))
    pairs, offers = edges.pairs, cohort.offers.ids
    rows = zip(pairs.mentee.tolist(), pairs.offer.row.tolist(), strict=True)
    edge = {(cohort.people.ids[e], offers[o].removesuffix("/")): k for k, (e, o) in enumerate(rows)}
    for chosen in others:
        lists = []
        for name, offer in zip(world.names, chosen, strict=True):
            open_ = [o for o in world.mentees[name] if (name, o) in edge]
            open_ = [o for o in open_ if world.seats[o] and world.capacity[world.owner[o]]]
            better = [o for o in open_ if world.likes(name, o) < world.likes(name, offer)]
            lists.append([edge[name, o] for o in (better if side == "mentee" else [offer] if offer else [])])
        for _ in range(6):
            turns = data.draw(st.permutations([k for k, steps in enumerate(lists) for _ in steps]))
            left = [iter(steps) for steps in lists]
            claim = replace(result.proof.stability, steps=tuple(next(left[k]) for k in turns))
            forged = replace(result, proof=replace(result.proof, evidence=claim))
            assert claimed(cohort, forged, world.pairs(chosen)).trust != mm.Trust.PROVED


@pytest.mark.parametrize("side", SIDES)
def test_two_offers_of_one_mentor_and_two_stable_matchings(side):
    """a and b sit on p and r, one way or the other; c holds the mentor's second offer. No steps prove the wrong way."""
    lists = {"a": ["p", "r"], "b": ["r", "p"], "c": ["q"]}, {"x": ["b", "c", "a"], "y": ["a", "b"]}
    cohort = mm.Cohort.from_rankings(*lists, offers={"p": "x", "q": "x", "r": "y"}, capacity={"x": 2})
    ways = {
        "mentee": [("x", "a", "p"), ("x", "c", "q"), ("y", "b", "r")],
        "mentor": [("x", "b", "p"), ("x", "c", "q"), ("y", "a", "r")],
    }
    result = mm.solve(cohort, solver=mm.solvers.Stable(side=side))
    assert sorted(result.matching.pairs()) == ways[side]
    wrong = ways["mentor" if side == "mentee" else "mentee"]
    for n in range(6):
        for steps in permutations(range(5), n):
            claim = replace(result.proof.stability, steps=steps)
            forged = replace(result, proof=replace(result.proof, evidence=claim))
            assert claimed(cohort, forged, wrong).trust != mm.Trust.PROVED


@given(world=rankings())
@examples(80)
def test_an_unstable_matching_with_a_stable_claim_is_refused(world):
    cohort, result = solved(world)
    for chosen in world.matchings():
        grade = claimed(cohort, result, world.pairs(chosen))
        assert bool(grade.violations) == (not world.is_stable(chosen))
        assert {v.code for v in grade.violations} <= {"unstable"}


@given(world=rankings())
@examples(200)
def test_rural_mentors(world):
    """All stable matchings match the same mentees and fill mentors alike (Roth 1986; projects: Abraham et al. 2007)."""
    (_, one), (_, other) = solved(world, "mentee"), solved(world, "mentor")
    assert one.matching.unmatched == other.matching.unmatched
    loads = [sorted(mentor for mentor, _, _ in result.matching.pairs()) for result in (one, other)]
    assert loads[0] == loads[1]


@pytest.mark.parametrize("side", SIDES)
@given(world=rankings(ties=True), seed=st.integers(0, 3))
@examples(120)
def test_ties_are_broken_by_a_lottery_that_stands_in_the_proof(side, world, seed):
    cohort, result = solved(world, side, seed=seed)
    pairs = sorted(result.matching.pairs())
    assert (result.trust, result.value) == (mm.Trust.PROVED, result.bound)
    assert pairs in [world.pairs(chosen) for chosen in world.stable("weak")]
    assert result.proof.stability.seed in {None, seed}
    assert mm.blocking_pairs(cohort, mm.Program(), result.matching) == []
    again = mm.solve(cohort, solver=mm.solvers.Stable(side=side), seed=seed)
    assert again.matching == result.matching


@pytest.mark.parametrize("side", SIDES)
@given(data=st.data())
@examples(120)
def test_any_cohort_is_matched_stably_or_refused_in_a_sentence(side, data):
    """Several requests, people in both roles, rules, topics: what is refused says why."""
    cohort = data.draw(cohorts(ranked=True, scored=False))
    rules = data.draw(st.lists(st.sampled_from(rules_for(cohort)), max_size=1))
    program = mm.Program(rules=rules)
    try:
        result = mm.solve(cohort, program, solver=mm.solvers.Stable(side=side))
    except mm.errors.UnsupportedError as error:
        assert "stable cannot keep" in str(error)
        return
    except mm.InputError as error:
        assert {p.code for p in error.problems} <= {"no-ranks", "contradiction", "impossible-lock"}
        return
    assert mm.verify(cohort, program, result) == []
    assert result.trust == mm.Trust.PROVED
    oracle = Oracle(cohort, program)
    assume(len(oracle.edges) <= 9)
    if result.found is None:
        assert all(Slow(cohort, program, chosen, oracle).pairs("weak") for chosen in oracle.matchings())
        return
    rows = {
        (o.id, e.id, r.label): (i, k)
        for i, (e, r) in enumerate(oracle.requests)
        for k, (_, o) in enumerate(oracle.offers)
    }
    chosen = [rows[m.offer, m.mentees[0], m.requested[0]] for m in result.matching]
    assert Slow(cohort, program, chosen).pairs("weak") == set()


def test_auto_is_stable_where_everybody_ranks_and_nothing_else_is_asked():
    lists = {"e1": ["x", "y"], "e2": ["x", "y"]}, {"x": ["e2", "e1"], "y": ["e1", "e2"]}
    cohort = mm.Cohort.from_rankings(*lists)
    assert mm.solve(cohort).solver == "stable"
    assert mm.solve(cohort).value == (2, -3)
    one_sided = mm.Cohort.from_rankings(lists[0])
    assert mm.solve(one_sided).solver == "flow"
    assert mm.solve(cohort, mm.Program(aims=[mm.aims.Coverage()])).solver == "flow"
    assert mm.solve(mm.Cohort.from_rankings(*lists, min_load=1)).solver == "flow"
    assert mm.solve(cohort, mm.Program(rules=[mm.rules.Everyone()])).solver == "flow"


def test_each_side_gets_its_way():
    """Two stable matchings: each mentee's first, or each mentor's first."""
    cohort = mm.Cohort.from_rankings({"a": ["x", "y"], "b": ["y", "x"]}, {"x": ["b", "a"], "y": ["a", "b"]})
    for side, pairs in (("mentee", [("x", "a", ""), ("y", "b", "")]), ("mentor", [("x", "b", ""), ("y", "a", "")])):
        result = mm.solve(cohort, solver=mm.solvers.Stable(side=side))
        assert sorted(result.matching.pairs()) == pairs
        assert result.value == (2, -2)
        assert result.proof.stability == Stability(side, "weak")


@pytest.mark.parametrize("side", SIDES)
@given(world=rankings(), data=st.data())
@examples(200)
def test_least_loads_hold_in_all_stable_matchings_or_in_none(side, world, data):
    least = {m: data.draw(st.integers(0, min(n, _seats(world, m)))) for m, n in world.capacity.items()}
    cohort = world.cohort(mm, min_load=least)
    result = mm.solve(cohort, solver=mm.solvers.Stable(side=side))
    stable = [world.total(chosen, side) for chosen in world.stable() if _loaded(world, chosen, least)]
    assert mm.verify(cohort, mm.Program(), result) == []
    assert result.trust == mm.Trust.PROVED
    assert result.value == (max(stable) if stable else None)
    assert (result.status == mm.Status.INFEASIBLE) == (not stable)
    if not stable:
        assert "in every stable matching" in mm.reasons(cohort, result)[0].message


@given(world=rankings(), data=st.data())
@examples(150)
def test_nobody_can_forge_that_least_loads_cannot_be_met(world, data):
    least = {m: data.draw(st.integers(0, min(n, _seats(world, m)))) for m, n in world.capacity.items()}
    assume(any(_loaded(world, chosen, least) for chosen in world.stable()))
    cohort = world.cohort(mm, min_load=least)
    result = mm.solve(cohort, solver="stable")
    edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))[0].request)
    steps = tuple(data.draw(st.lists(st.integers(-1, edges), max_size=6, unique=True)))
    proof = replace(result.proof, evidence=Stability("mentee", "weak", None, steps), totals=())
    forged = replace(
        result, status=mm.Status.INFEASIBLE, found=None, value=None, bound=None, verified_bound=None, proof=proof
    )
    assert {"trust", "status"} & {v.code for v in mm.verify(cohort, mm.Program(), forged)}


def _seats(world, mentor):
    return sum(world.seats[o] for o, m in world.owner.items() if m == mentor)


def _loaded(world, chosen, least):
    load = [world.owner[o] for o in chosen if o is not None]
    return all(load.count(mentor) >= n for mentor, n in least.items())


def test_least_loads_with_ties_are_refused_where_the_lottery_misses_them():
    """Only one way to break the tie fills both mentors: that one missed shows nothing."""
    lists = {"a": ["x", "y"], "b": ["x"]}, {"x": [["a", "b"]], "y": ["a"]}
    cohort = mm.Cohort.from_rankings(*lists, min_load={"y": 1})
    found = set()
    for seed in range(8):
        try:
            found.add(mm.solve(cohort, solver="stable", seed=seed).value)
        except mm.errors.UnsupportedError as error:
            found.add(str(error)[:33])
    assert found == {(2, -3), "stable cannot keep the least load"}


@given(world=rankings(ties=True))
@examples(80)
def test_from_two_thirds_on_to_the_largest_weakly_stable_matching(world):
    cohort = world.cohort(mm)
    best = max(sum(o is not None for o in chosen) for chosen in world.stable())
    result = mm.solve(cohort, solver=mm.solvers.Stable(ties="largest"))
    assert len(result.matching.pairs()) == best == result.bound[0]
    assert mm.blocking_pairs(cohort, mm.Program(), result.matching) == []
    assert mm.verify(cohort, mm.Program(), result) == []


@given(world=rankings(ties=True))
@examples(60)
def test_the_largest_size_alone_is_an_optimum(world):
    """With the ranks behind it nothing could be claimed: they are not looked at."""
    cohort, program = world.cohort(mm), mm.Program(aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, program, solver=mm.solvers.Stable(ties="largest"))
    assert result.status == mm.Status.OPTIMAL
    assert result.value == result.bound == (max(sum(o is not None for o in chosen) for chosen in world.stable()),)
    assert mm.verify(cohort, program, result) == []


def test_a_largest_stable_matching_in_no_time_is_a_large_one_with_a_bound():
    mentees = {f"e{k}": [[f"x{j}" for j in range(8)]] for k in range(8)} | {f"f{k}": [f"x{k}"] for k in range(8)}
    cohort = mm.Cohort.from_rankings(mentees, {f"x{j}": [[*mentees]] for j in range(8)})
    limits = (0.001, 0.01, 0.1, 1.0, 10.0)  # on a busy machine the least may be over before anything began
    results = (mm.solve(cohort, solver=mm.solvers.Stable(ties="largest"), time_limit=limit) for limit in limits)
    result = next(result for result in results if result.found is not None)
    assert 6 <= len(result.matching.pairs()) <= result.bound[0] <= 8


def test_other_aims_rules_over_the_matching_and_several_mentors_are_refused():
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]})
    tied = mm.Cohort.from_rankings({"a": [["x", "y"]]}, {"x": ["a"], "y": ["a"]})
    with pytest.raises(mm.errors.UnsupportedError, match="stable cannot keep other aims than those of its side"):
        mm.solve(tied, mm.Program(aims=[mm.aims.Coverage()]), solver="stable")
    with pytest.raises(mm.errors.UnsupportedError, match="stable cannot keep the fixed pair of x with a"):
        mm.solve(cohort, mm.Program(rules=[mm.rules.Lock([("x", "a")])]), solver="stable")
    greedy = mm.Participant("a", requests=[mm.Request(mentors=2)], ranks=("x",))
    two = mm.Cohort([mm.Participant("x", offers=[mm.Offer()]), greedy])
    with pytest.raises(mm.errors.UnsupportedError, match="stable cannot keep a request for several mentors"):
        mm.solve(two, solver="stable")
    with pytest.raises(mm.InputError, match='expected "mentee" or "mentor"'):
        mm.solvers.Stable(side="both")
    with pytest.raises(mm.InputError, match="nobody in the cohort has stated ranks"):
        mm.solve(mm.Cohort.from_scores([[1]], capacity=1), solver="stable")


def test_a_stable_result_survives_a_file_and_no_change_of_its_claim(tmp_path):
    offers = {"p": "x", "q": "x", "r": "y"}
    lists = {"a": ["p", "r"], "b": ["p", "q"], "c": ["q", "r", "p"]}, {"x": ["c", "b", "a"], "y": ["a", "c"]}
    cohort = mm.Cohort.from_rankings(*lists, offers=offers, capacity={"x": 2})
    result = mm.solve(cohort, solver=mm.solvers.Stable(side="mentor"))
    assert result.proof.stability.steps
    mm.write_result(result, tmp_path / "result.json")
    read = mm.read_result(tmp_path / "result.json")
    assert read == result
    assert mm.verify(cohort, mm.Program(), read) == []
    for wrong in ({"side": "mentee"}, {"side": ""}, {"steps": ()}):
        forged = replace(read, proof=replace(read.proof, evidence=replace(read.proof.stability, **wrong)))
        assert {v.code for v in mm.verify(cohort, mm.Program(), forged)} == {"verified_bound", "trust"}


@pytest.mark.parametrize("solver", ["cpsat", "milp", "auto"])
@pytest.mark.parametrize("kind", ["weak", "strong", "super", "envy"])
@given(world=rankings(ties=True))
@examples(60)
def test_the_largest_stable_matching_is_that_of_enumeration(solver, kind, world):
    """And where there is none, two solvers say so, or it stays unknown."""
    program = mm.Program(rules=[mm.rules.Stable(kind)], aims=[mm.aims.Coverage()])
    cohort = world.cohort(mm)
    result = mm.solve(cohort, program, solver=solver)
    sizes = [world.total(chosen, "mentee")[0] for chosen in world.stable(kind)]
    assert mm.verify(cohort, program, result) == []
    assert result.value == ((max(sizes),) if sizes else None)
    none = (mm.Status.INFEASIBLE, mm.Trust.CORROBORATED) if solver == "auto" else (mm.Status.UNKNOWN, None)
    assert (result.status, result.trust) == ((mm.Status.OPTIMAL, mm.Trust.CLAIMED) if sizes else none)


@given(world=rankings(ties=True))
@examples(100)
def test_the_rule_judges_any_matching(world):
    cohort = world.cohort(mm)
    for chosen in world.matchings():
        matching = mm.matching_from_pairs(cohort, world.pairs(chosen))
        for kind in ("weak", "strong", "super", "envy"):
            found = mm.verify(cohort, mm.Program(rules=[mm.rules.Stable(kind)]), matching)
            assert bool(found) == (not world.is_stable(chosen, kind))
            assert {v.code for v in found} <= {"unstable"}


@pytest.mark.parametrize("projects", [False, True])
@given(data=st.data())
@examples(250)
def test_super_stable_matchings_are_found_or_shown_not_to_exist(projects, data):
    world = data.draw(rankings(ties=True, projects=projects, most_mentees=4 + projects))
    cohort = world.cohort(mm)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    stable = world.stable("super")
    assert mm.verify(cohort, mm.Program(), result) == []
    assert result.trust == mm.Trust.PROVED
    assert (result.found is not None) == bool(stable)
    assert len(mm.reasons(cohort, result)) >= (not stable)
    if stable:
        assert sorted(result.matching.pairs()) in map(world.pairs, best_for_all(world, stable))


def best_for_all(world, stable):
    """The matchings of some in which every mentee has the best that they have in any."""
    ranks = [[world.likes(e, o) for e, o in zip(world.names, chosen, strict=True)] for chosen in stable]
    best = [min(of_one) for of_one in zip(*ranks, strict=True)]
    return [chosen for chosen, own in zip(stable, ranks, strict=True) if own == best]


@given(world=rankings(ties=True), data=st.data())
@examples(200)
def test_nobody_can_forge_that_no_super_stable_matching_exists(world, data):
    cohort = world.cohort(mm)
    assume(world.stable("super"))
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    edges = len(mm.instance.compile_instance(cohort, mm.Program().resolve(cohort, "stable"))[0].request)
    steps = data.draw(st.lists(st.integers(-1, edges), max_size=8) | st.permutations(result.proof.stability.steps))
    claim = replace(result.proof.stability, steps=tuple(steps))
    proof = replace(result.proof, evidence=claim, totals=())
    forged = replace(
        result, status=mm.Status.INFEASIBLE, found=None, value=None, bound=None, verified_bound=None, proof=proof
    )
    assert {"trust", "status"} & {v.code for v in mm.verify(cohort, mm.Program(), forged)}


def test_a_mentor_with_one_seat_is_not_thought_to_need_two_mentees():
    """An empty argument once proved that nothing is super-stable: two who asked counted as two seats of one."""
    cohort = mm.Cohort.from_rankings(
        {"e0": ["x0", "x1"], "e1": [["x0", "x1"]]}, {"x0": ["e0", "e1"], "x1": ["e0", "e1"]}
    )
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    assert result.status == mm.Status.OPTIMAL
    proof = replace(result.proof, evidence=replace(result.proof.stability, steps=()), totals=())
    nothing = {"found": None, "value": None, "bound": None, "verified_bound": None}
    forged = replace(result, status=mm.Status.INFEASIBLE, proof=proof, **nothing)
    assert {"trust", "status"} & {v.code for v in mm.verify(cohort, mm.Program(), forged)}


def test_a_mentee_does_not_block_with_an_offer_that_meets_another_request():
    """The judge once granted that nothing is stable here: it thought that the second request wants the seat, too."""
    twice = mm.Participant("a", requests=[mm.Request("t"), mm.Request("u")], ranks=("x",))
    cohort = mm.Cohort([twice, mm.Participant("x", offers=[mm.Offer("")], capacity=1, mentee_ranks=("a",))])
    matching = mm.matching_from_pairs(cohort, [("x", "a")])
    for kind in ("strong", "super"):
        assert mm.blocking_pairs(cohort, mm.Program(), matching, kind) == []
        rule = mm.Program(rules=[mm.rules.Stable(kind)], aims=[mm.aims.Coverage()])
        assert mm.solve(cohort, rule).matching.pairs() == [("x", "a", "")]
    with pytest.raises(mm.errors.UnsupportedError, match="one offer meets two requests of one mentee"):
        mm.solve(cohort, solver=mm.solvers.Stable(kind="super"))
    one = mm.solve(cohort, solver="stable")
    forged = nothing(one, Stability("mentee", "super", steps=(0, 1)))
    assert {"trust", "status"} & {v.code for v in mm.verify(cohort, mm.Program(), forged)}


def nothing(result, claim):
    """A result changed to say that there is none."""
    gone = {"found": None, "value": None, "bound": None, "verified_bound": None}
    proof = replace(result.proof, evidence=claim, totals=())
    return replace(result, status=mm.Status.INFEASIBLE, trust=mm.Trust.PROVED, by_aim={}, proof=proof, **gone)


def test_a_notion_that_nobody_asked_for_refutes_nothing():
    """Nothing is super-stable here, and both have a mentor: that was once taken for "infeasible" beside other rules."""
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]], "b": [["x", "y"]]}, {"x": [["a", "b"]], "y": [["a", "b"]]})
    claim = mm.solve(cohort, solver=mm.solvers.Stable(kind="super")).proof.stability
    for rules in ([mm.rules.Stable(), mm.rules.Everyone()], [mm.rules.Everyone()]):
        program = mm.Program(rules=rules, aims=[mm.aims.Coverage()])
        found = mm.solve(cohort, program, solver="milp")
        assert (found.value, mm.verify(cohort, program, nothing(found, claim)) != []) == ((2,), True)
    locked = mm.Program(rules=[mm.rules.Lock([("x", "a"), ("x", "b")])], aims=[mm.aims.Coverage()])
    two = mm.Cohort.from_rankings({"a": ["x"], "b": ["x"]}, {"x": ["a", "b"]}, capacity=2)
    for kind in ("weak", "envy"):
        found = mm.solve(two, locked)
        assert mm.verify(two, locked, nothing(found, Stability("", kind))) != []


def test_a_lock_on_one_of_two_offers_tells_them_apart():
    """Without the other rule, who ties both could as well have the other one: that must not refute the lock."""
    both = mm.Participant("a", requests=[mm.Request("")], ranks=(("x/p", "x/q"),))
    x = mm.Participant("x", offers=[mm.Offer("p"), mm.Offer("q")], capacity=1, mentee_ranks=("a",))
    cohort = mm.Cohort([both, x])
    for offer in "pq":
        program = mm.Program(
            rules=[mm.rules.Stable("strong"), mm.rules.Lock([("x", "a", offer)])], aims=[mm.aims.Coverage()]
        )
        found = mm.solve(cohort, program, solver="cpsat")
        assert (found.status, found.matching.pairs()) == (mm.Status.OPTIMAL, [("x", "a", offer)])
        assert mm.verify(cohort, program, nothing(found, Stability("", "strong"))) != []


def test_beside_linked_mentees_and_several_mentors_nothing_is_refuted():
    pairs = mm.Cohort.from_rankings({"a": ["x"], "b": ["x", "y"]}, {"x": ["a", "b"], "y": ["b"]})
    linked = mm.Program(rules=[mm.rules.Stable(), mm.rules.Linked([["a", "b"]])], aims=[mm.aims.Coverage()])
    result = mm.solve(pairs, linked, solver="cpsat")
    assert mm.verify(pairs, linked, nothing(result, Stability("", "weak"))) != []
    several = mm.Cohort(
        [
            mm.Participant("a", requests=[mm.Request("", mentors=2)], ranks=("x", "y")),
            *(mm.Participant(name, offers=[mm.Offer("")], mentee_ranks=("a",)) for name in "xy"),
        ]
    )
    both = mm.rules.Lock([("x", "a"), ("y", "a")])
    result = mm.solve(several, mm.Program(rules=[both], aims=[mm.aims.Coverage()]))
    stable = mm.Program(rules=[both, mm.rules.Stable()], aims=[mm.aims.Coverage()])
    assert mm.verify(several, stable, result.matching) == []
    asked = replace(result, proof=replace(result.proof, digest=question_digest(several, stable)))
    assert mm.verify(several, stable, nothing(asked, Stability("", "weak"))) != []


@given(world=rankings(ties=True))
@examples(100)
def test_a_super_stable_matching_is_stable_however_ties_are_broken(world):
    super_, strong, weak = (set(world.stable(kind)) for kind in ("super", "strong", "weak"))
    assert super_ <= strong <= weak
    assert len({sum(o is not None for o in chosen) for chosen in super_}) <= 1


@pytest.mark.parametrize("projects", [False, True])
@given(data=st.data())
@examples(200)
def test_three_halves_is_stable_and_never_smaller_than_two_thirds_of_the_largest(projects, data):
    world = data.draw(rankings(ties=True, projects=projects, most_mentees=5, most_mentors=4 - projects))
    cohort = world.cohort(mm)
    result = mm.solve(cohort, solver=mm.solvers.Stable(ties="three_halves"))
    assert mm.verify(cohort, mm.Program(), result) == []
    assert mm.blocking_pairs(cohort, mm.Program(), result.matching) == []
    sizes = [world.total(chosen, "mentee")[0] for chosen in world.stable("weak")]
    assert 3 * result.value[0] >= 2 * max(sizes)
    if result.status == mm.Status.FEASIBLE:
        assert result.trust == mm.Trust.HEURISTIC
        assert result.bound == (max(world.total(chosen, "mentee")[0] for chosen in world.matchings()), None)


def test_a_feasible_stable_matching_is_refused_where_somebody_would_leave():
    cohort = mm.Cohort.from_rankings({"a": [["x", "y"]], "b": ["x"]}, {"x": [["a", "b"]], "y": ["a"]})
    result = mm.solve(cohort, solver=mm.solvers.Stable(ties="three_halves"))
    assert sorted(result.matching.pairs()) == [("x", "b", ""), ("y", "a", "")]
    empty = mm.matching_from_pairs(cohort, [])
    assert {v.code for v in mm.verify(cohort, mm.Program(), replace(result, found=empty))} == {"unstable"}


def test_three_halves_lets_mentees_move_up_at_the_end():
    """s7 was refused by an offer that was full, and whose seat came free when its mentor let somebody else go."""
    wishes = {
        "s1": ["p7", ["p4", "p5"], "p3"],
        "s2": [["p3", "p4"], "p2", "p6", ["p1", "p7"], "p5"],
        "s3": ["p7", "p1", "p4", "p3", "p5"],
        "s4": [["p4", "p2"]],
        "s5": ["p1"],
        "s6": ["p3"],
        "s7": ["p1", "p5", "p7", "p4", "p3", "p6", "p2"],
        "s8": ["p1"],
        "s9": ["p2", "p5"],
    }
    orders = {
        "m1": [["s8", "s5"], "s2", "s9", ["s7", "s1"], "s3"],
        "m2": [["s3", "s9"], ["s7", "s2", "s1", "s4"]],
        "m3": [["s1", "s2", "s7"], "s6", "s3"],
    }
    owner = {"p1": "m1", "p2": "m2", "p3": "m3", "p4": "m2", "p5": "m1", "p6": "m3", "p7": "m2"}
    seats = {"p1": 2, "p2": 1, "p3": 2, "p4": 2, "p5": 2, "p6": 1, "p7": 2}
    cohort = mm.Cohort.from_rankings(
        wishes, orders, offers=owner, offer_capacity=seats, capacity={"m1": 2, "m2": 4, "m3": 2}
    )
    result = mm.solve(cohort, solver=mm.solvers.Stable(ties="three_halves"))
    assert mm.blocking_pairs(cohort, mm.Program(), result.matching) == []


@pytest.mark.parametrize("side", SIDES)
def test_whoever_states_the_rule_themselves_gets_the_same(side):
    """A program with `Stable` and a stable solver: the judge took the result for one of another program.

    Two equal offers of one mentor are a tie, which the lottery of the solver breaks.
    """
    offers = [mm.Offer(""), mm.Offer("data")]
    ann = mm.Participant("ann", offers=offers, mentee_ranks=("eva",))
    cohort = mm.Cohort([ann, mm.Participant("eva", requests=[mm.Request("")])])
    program = mm.Program(rules=[mm.rules.Stable()])
    result = mm.solve(cohort, program, solver=mm.solvers.Stable(side=side))
    assert (result.trust, mm.verify(cohort, program, result)) == ("proved", [])
