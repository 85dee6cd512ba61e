"""What the judge strikes out in the name of strong stability, against enumeration: offers that share seats included."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance.market import market_of
from mmatch.mechanisms.first_wishes import placed_first
from mmatch.mechanisms.strong_stable import strong_stable
from mmatch.people.columns import NONE
from mmatch.proof import judge
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
    stable = world.stable("strong")
    solved = strong_stable(found)
    left = after_crowds(found, solved.crowds)
    assert (left.too_many(), left.first) == (not solved.possible, solved.heads)
    if solved.excused:
        assert left.struck() == solved.struck
        return  # then more may be impossible than was struck out
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
    """Two strongly stable matchings of different sizes; and elsewhere two of which each is better for somebody.

    In the first, all have a first wish in one of them; in the second there is no best, and none is claimed.
    """
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
    found = mm.solve(sizes, solver=mm.solvers.Stable(kind="strong"))
    assert (found.value, found.status, found.trust) == ((3, -3), mm.Status.OPTIMAL, mm.Trust.PROVED)
    found = mm.solve(no_best, solver=mm.solvers.Stable(kind="strong"))
    assert (found.value[0], found.bound[0], found.status) == (3, 3, mm.Status.FEASIBLE)
    assert found.proof.stability == mm.Stability("", "strong")
    assert mm.verify(no_best, mm.Program(), found) == []
    claim = replace(found.proof, stability=mm.Stability("mentee", "strong"))
    program = mm.Program().resolve(no_best, "stable")
    assert judge(no_best, program, mm.Status.OPTIMAL, found.matching, claim).trust == mm.Trust.CLAIMED


@given(world=rankings(ties=True, most_mentees=5), data=st.data())
@examples(200)
def test_everybody_is_placed_on_a_first_wish_if_seats_allow(world, data):
    found, names = market(world.cohort(mm))
    own = [[k for k in range(len(found)) if found.mentee[k] == who] for who in range(found.n_mentees)]
    wishes = [data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [] for pairs in own]
    places = placed_first(found, wishes)
    wanted = {names[pair][0]: {names[k][1] for k in pairs} for pairs in wishes for pair in pairs}

    def fits(chosen):
        offers = zip(world.names, chosen, strict=True)
        return all(offer in wanted[e] if e in wanted else offer is None for e, offer in offers)

    fitting = list(filter(fits, world.matchings()))
    assert (places is not None) == bool(fitting)
    if places is not None:
        taken = dict(names[pair] for pair in places if pair != NONE)
        assert tuple(taken.get(name) for name in world.names) in fitting


def test_hundreds_who_do_not_mind_are_placed_at_once():
    """Everybody ties everything: no search is needed. With a seat less there is none, and one crowd shows it."""
    names, owner = [f"e{k}" for k in range(400)], {f"p{k}": f"x{k // 3}" for k in range(30)}
    wishes, orders = {name: [list(owner)] for name in names}, {f"x{k}": [names] for k in range(10)}
    cohort = mm.Cohort.from_rankings(wishes, orders, offers=owner, capacity=40, offer_capacity=25)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    assert (result.value, result.trust) == ((400, -400), mm.Trust.PROVED)
    capacity = {mentor: 39 if mentor == "x0" else 40 for mentor in orders}
    short = mm.Cohort.from_rankings(wishes, orders, offers=owner, capacity=capacity, offer_capacity=25)
    none = mm.solve(short, solver=mm.solvers.Stable(kind="strong"))
    assert (none.status, none.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert [len(crowd) for crowd in none.proof.stability.crowds] == [400]


def test_one_mentee_is_liked_most_on_both_offers_of_a_mentor():
    """a could sit on p or on q; whoever has the other one alone is liked less, and so the mentor would rather move a.

    There is none: with a on p and q empty, c misses q; with c on q, a and q are a pair that would leave.
    """
    wishes = {"a": [["p", "q"]], "b": ["p"], "c": ["q"]}
    owner = {"p": "x", "q": "x"}
    cohort = mm.Cohort.from_rankings(wishes, {"x": ["a", "b", "c"]}, offers=owner, capacity=2, offer_capacity=1)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    assert len(result.proof.stability.clauses) == 1
    [reason] = mm.reasons(cohort, mm.Program(), result)
    assert reason.message.startswith("no strongly stable matching exists")
    by_rule = mm.solve(cohort, mm.Program(rules=[mm.rules.Stable("strong")], aims=[mm.aims.Coverage()]))
    assert (by_rule.status, by_rule.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
    roomy = mm.Cohort.from_rankings(wishes, {"x": ["a", "b", "c"]}, offers=owner, capacity=2, offer_capacity=2)
    result = mm.solve(roomy, solver=mm.solvers.Stable(kind="strong"))
    assert result.trust == mm.Trust.PROVED
    assert {mentee for _, mentee, _ in result.matching.pairs()} == {"a", "b"}


def test_too_many_people_for_clauses_are_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr("mmatch.instance.unblocked.MOST_TERMS", 5)
    wishes, owner = {"a": [["p", "q"]], "b": ["p"], "c": ["q"]}, {"p": "x", "q": "x"}
    cohort = mm.Cohort.from_rankings(wishes, {"x": ["a", "b", "c"]}, offers=owner, capacity=2)
    with pytest.raises(mm.UnsupportedError, match="so many people where a mentee ties two offers of one mentor"):
        mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    program = mm.Program(rules=[mm.rules.Stable("strong")], aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, program, solver="cpsat")
    assert (result.status, result.trust) == (mm.Status.UNKNOWN, None)


def formula_as_cohort(clauses, n):
    """A cohort with a strongly stable matching just where a formula can be true: three alternatives in each clause.

    The three who tie both offers of a variable's mentor all sit on one of them: two on one and one on the other leave a
    full offer with somebody liked less. So either both who want the first offer must go on to their clauses, or both
    who want the second. A clause has seats for two of three whom its mentor likes alike: one alternative must be true.
    """
    wishes, orders, owner, seats = {}, {}, {}, {}
    for v in range(n):
        for sign in "+-":
            owner[f"{v}{sign}"] = f"x{v}"
            seats[f"{v}{sign}"] = 3
        both = [f"{v}+", f"{v}-"]
        wishes |= {f"a{v}{k}": [both] for k in range(3)}
        orders[f"x{v}"] = [f"a{v}{k}" for k in range(3)]
    used = Counter()
    for number, clause in enumerate(clauses):
        owner[f"c{number}"], seats[f"c{number}"] = f"y{number}", 2
        tied = []
        for v, sign in clause:
            name = f"{v}{sign}{used[v, sign]}"
            used[v, sign] += 1
            wishes[name] = [f"{v}{sign}", f"c{number}"]
            orders[f"x{v}"].append(name)
            tied.append(name)
        orders[f"y{number}"] = [tied]
    for (v, sign), many in list(used.items()):
        for k in range(many, 2):  # everybody has two who want each offer
            wishes[f"{v}{sign}{k}"] = [f"{v}{sign}"]
            orders[f"x{v}"].append(f"{v}{sign}{k}")
    for v, sign in product(range(n), "+-"):
        if not used[v, sign]:
            wishes |= {f"{v}{sign}{k}": [f"{v}{sign}"] for k in range(2)}
            orders[f"x{v}"] += [f"{v}{sign}{k}" for k in range(2)]
    capacity = {mentor: 6 if mentor.startswith("x") else 2 for mentor in orders}
    return mm.Cohort.from_rankings(wishes, orders, offers=owner, capacity=capacity, offer_capacity=seats)


@given(rng=st.randoms(use_true_random=False))
@examples(60)
def test_strong_stability_answers_whether_a_formula_can_be_true(rng):
    """So it is NP-complete where mentees tie offers of one mentor: no short argument can be hoped for in general."""
    n = rng.randint(3, 5)
    free = [(v, sign) for v in range(n) for sign in "+-"] * 2
    rng.shuffle(free)
    clauses = []
    while len({v for v, _ in free}) >= 3 and len(clauses) < 2 * n:
        clause = {}
        for v, sign in free:
            clause.setdefault(v, sign)
        chosen = rng.sample(sorted(clause.items()), 3)
        clauses.append(chosen)
        for literal in chosen:
            free.remove(literal)
    true = any(
        all(any(values[v] == (sign == "+") for v, sign in clause) for clause in clauses)
        for values in product([False, True], repeat=n)
    )
    cohort = formula_as_cohort(clauses, n)
    result = mm.solve(cohort, solver=mm.solvers.Stable(kind="strong"))
    assert (result.found is not None) == true
    assert true or result.trust == mm.Trust.PROVED
    assert mm.verify(cohort, mm.Program(), result) == []


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
