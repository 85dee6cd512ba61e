"""Bounds for groups: true whatever the prices, and no forged proof passes."""

import random
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from group_oracle import GroupOracle
from mmatch.groups.bound import GroupBound
from mmatch.groups.priced_rows import CountingCut, Side
from mmatch.instance import compile_instance
from mmatch.portfolio.linear_program import GroupProgram
from mmatch.portfolio.relaxation import relaxed, whole_prices
from mmatch.proof.judge import chosen_edges
from solvers.test_groups import group_questions
from strategies import examples
from strategies import forged as forged_proof


@given(question=group_questions(), data=st.data())
@examples(60)
def test_no_prices_bound_a_stage_below_what_can_be(question, data):
    """Any prices, counting cuts and sides: no matching that keeps the sides is worth more."""
    cohort, program = question
    oracle = GroupOracle(cohort, program)
    assume(0 < len(oracle.edges) <= 7)
    try:
        instance, edges = compile_instance(cohort, program.resolve(cohort))
    except mm.MmatchError:
        return
    assume(instance.groups is not None and len(instance.groups) and GroupBound.fits(instance, 0))
    bound = GroupBound(instance, instance.groups, 0, [])
    cut, side = data.draw(cuts(instance)), data.draw(sides(instance))
    prices = [1, *(data.draw(st.integers(-4, 6)) for _ in range(sum(bound.sizes) - 1)), data.draw(st.integers(0, 4))]
    prices.append(data.draw(st.integers(0, 4) if side.at_most else st.integers(-4, 0)))
    limit = bound.value(prices, [cut], [side])
    for chosen, grouping in oracle.grouped():
        matching = oracle.matching(grouping)
        if keeps(side, instance, matching, cohort):
            assert limit is not None
            assert instance.stages[0].total(instance.labels, chosen_edges(edges, matching)) <= limit, chosen


def dense(seed):
    """Few people with several seats to choose from, so that good prices leave little room."""
    draw = random.Random(seed)
    group = draw.choice([(1, 2), (2, 2), (2, 3)])
    people = [
        mm.Participant(f"m{k}", offers=[mm.Offer("a"), mm.Offer("b")][: draw.randint(1, 2)], groups=draw.randint(1, 2))
        for k in range(2)
    ]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request(t, priority=draw.randint(1, 9)) for t in draw.choice(["a", "ab"])])
        for k in range(3)
    ]
    rules = draw.choice([[], [mm.rules.AtMost(1)], [mm.rules.Everyone()]])
    if draw.random() < 0.5:
        rules = [
            *rules,
            mm.rules.CommonSlot(["Mon 9-10", "Mon 9-11", "Tue 9-10"][: draw.randint(1, 3)], missing="allow"),
        ]
    last = draw.choice([mm.aims.Priority(), mm.aims.EvenLoad()])
    return mm.Cohort(people), mm.Program(
        group=group, rules=rules, aims=draw.choice([[last], [mm.aims.Coverage(), last]])
    )


@pytest.mark.parametrize("seed", range(40))
def test_prices_near_the_best_ones_bound_no_stage_below_what_can_be(seed):
    """Prices of the relaxation, some of them moved: any mistake of the bound shows where there is no slack."""
    cohort, program = dense(seed)
    oracle, draw = GroupOracle(cohort, program), random.Random(seed)
    instance, edges = compile_instance(cohort, program.resolve(cohort))
    if instance.groups is None or not len(instance.groups) or len(oracle.edges) > 7:
        return
    found = [oracle.matching(grouping) for _, grouping in oracle.grouped()]
    chosen = [chosen_edges(edges, matching) for matching in found]
    reached = []
    for number, stage in enumerate(instance.stages):
        totals = [stage.total(instance.labels, edges) for edges in chosen]
        if found:
            near_the_best(draw, (cohort, instance), (number, reached), list(zip(found, totals, strict=True)))
            best = [k for k, total in enumerate(totals) if total == max(totals)]
            found, chosen = [found[k] for k in best], [chosen[k] for k in best]
            reached = [*reached, max(totals)]


def near_the_best(draw, question, stage, found):
    cohort, instance = question
    bound, linear = GroupBound(instance, instance.groups, *stage), GroupProgram(instance, instance.groups, *stage)
    best = whole_prices(linear, relaxed(linear).duals)
    n = len(instance.groups)
    for _ in range(40):
        prices, one = list(best), best[0]
        for k in draw.sample(range(stage[0] + 1, len(prices)), min(draw.randint(0, 2), len(prices) - stage[0] - 1)):
            prices[k] += draw.randint(-3, 3) * one
        side = Side(tuple(draw.sample(range(n), draw.randint(1, n))), draw.randint(0, 2), at_most=draw.random() < 0.5)
        alike = [k for k in range(n) if instance.groups.most[k] == instance.groups.most[0]]
        sets = len(instance.bounds[0].upper)
        cut = CountingCut(0, tuple(draw.sample(range(sets), draw.randint(0, sets))), tuple(draw.sample(alike, 1)))
        paid = draw.randint(0, 3) * one * (1 if side.at_most else -1)
        prices += [draw.randint(0, 3) * one, paid]
        limit = bound.value(prices, [cut], [side])
        assert bound.value([price << 70 for price in prices], [cut], [side]) == limit
        kept = [total for matching, total in found if keeps(side, instance, matching, cohort)]
        assert max(kept, default=limit) <= limit


def one_mentor(topics, mentees, **options):
    """Ann offers some topics and leads two groups; mentees: what each asks for, and when each is free."""
    people = [mm.Participant("ann", offers=[mm.Offer(topic) for topic in topics], groups=2)]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request(topic)], availability=free)
        for k, (topic, free) in enumerate(mentees)
    ]
    return mm.Cohort(people), mm.Program(aims=[mm.aims.Coverage()], **options)


def at(*slots):
    return [mm.rules.CommonSlot(slots, missing="allow")]


@pytest.mark.parametrize(
    ("question", "seats"),
    [
        (one_mentor("ab", [("a", None)] * 2 + [("b", None)] * 2, group=(1, 2)), 4),
        (one_mentor("abc", [("a", None)] * 2 + [("b", None)] * 2 + [("c", None)] * 2, group=(1, 2)), 4),
        (one_mentor("a", [("a", None)] * 5, group=(2, 2)), 4),
        (
            one_mentor(
                "a", [("a", "Mon 9-10")] * 2 + [("a", "Mon 10-11")] * 2, group=(1, 2), rules=at("Mon 9-10", "Mon 10-11")
            ),
            4,
        ),
        (one_mentor("ab", [("a", None)] * 2 + [("b", None)] * 2, group=(1, 2), rules=at("Mon 9-10")), 2),
        (
            one_mentor(
                "a", [("a", "Mon 9-10")] * 3 + [("a", "Mon 9-11")], group=(1, 2), rules=at("Mon 9-10", "Mon 9-11")
            ),
            2,
        ),
    ],
)
def test_without_prices_one_mentor_leads_the_best_groups(question, seats):
    cohort, program = question
    assert mm.solve(cohort, program).value == (seats,)
    instance = compile_instance(cohort, program.resolve(cohort))[0]
    bound = GroupBound(instance, instance.groups, 0, [])
    assert bound.value([1, *[0] * (sum(bound.sizes) - 1)]) == seats


@st.composite
def cuts(draw, instance):
    groups = instance.groups
    family = draw(st.integers(0, len(instance.bounds) - 1))
    n = len(instance.bounds[family].upper)
    size = draw(st.sampled_from(sorted(set(groups.most.tolist()))))
    alike = [k for k in range(len(groups)) if groups.most[k] == size]
    members = st.lists(st.integers(0, n - 1), unique=True) if n else st.just([])
    named = draw(st.lists(st.sampled_from(alike), min_size=1, unique=True))
    return CountingCut(family, tuple(draw(members)), tuple(named))


@st.composite
def sides(draw, instance):
    named = st.lists(st.integers(0, len(instance.groups) - 1), min_size=1, max_size=2, unique=True)
    return Side(tuple(draw(named)), draw(st.integers(0, 2)), at_most=draw(st.booleans()))


def keeps(side, instance, matching, cohort):
    """Whether a matching opens the groups of a side as it asks; copies of one group are counted in order."""
    groups = instance.groups
    opened = [0] * len(groups)
    names = [cohort.offers.ids[k] for k in cohort.canonical_rows[1][groups.offer].tolist()]
    slots = [groups.slots.names[k] if groups.slots else "" for k in groups.slot.tolist()]
    for match in matching:
        fitting = [k for k in range(len(groups)) if (names[k], slots[k]) == (match.offer, match.slot)]
        free = [k for k in fitting if opened[k] < groups.copies[k]]
        opened[free[0]] += 1
    total = sum(opened[k] for k in side.groups)
    return total <= side.k if side.at_most else total >= side.k


def question():
    """Fourteen mentees who all ask for two topics, three experts: what the judge knows by itself proves nothing."""
    people = [mm.Participant(f"m{k}", offers=[mm.Offer("a"), mm.Offer("b")], groups=1) for k in range(3)]
    people += [
        mm.Participant(f"e{k}", requests=[mm.Request("a", priority=3 + k), mm.Request("b", priority=8 - k)])
        for k in range(14)
    ]
    return mm.Cohort(people), mm.Program(group=(3, 4), rules=[mm.rules.AtMost(1)], aims=[mm.aims.Priority()])


def test_a_proof_in_groups_travels_and_no_forged_one_passes(tmp_path):
    cohort, program = question()
    result = mm.solve(cohort, program)
    assert (result.status, result.trust, result.solver) == ("optimal", "proved", "portfolio")
    assert result.proof.leaves >= 1
    mm.write_result(result, tmp_path / "result.json")
    assert mm.read_result(tmp_path / "result.json") == result
    assert mm.verify(cohort, program, mm.read_result(tmp_path / "result.json")) == []
    forged = [
        forged_proof(result.proof, prices=()),
        forged_proof(result.proof, branches=()),
        forged_proof(result.proof, branches=((1, 0, 0, 0),)),
        forged_proof(result.proof, branches=((1, 10**6, 0, 0, 0),)),
        forged_proof(result.proof, branches=((0, 0),)),
        forged_proof(result.proof, prices=tuple((0, *row[1:]) for row in result.proof.evidence.prices)),
        forged_proof(result.proof, prices=tuple((-1, *row[1:]) for row in result.proof.evidence.prices)),
        forged_proof(result.proof, prices=tuple(row[:-1] for row in result.proof.evidence.prices)),
        forged_proof(
            result.proof, prices=tuple((row[0], *(0 for _ in row[1:])) for row in result.proof.evidence.prices)
        ),
        forged_proof(result.proof, counts=((0, 99, 0, 0),)),
    ]
    for proof in forged:
        assert "trust" in {v.code for v in mm.verify(cohort, program, replace(result, proof=proof))}, proof


@pytest.mark.parametrize("numbers", [(), (5,), (0, 0, 1, 0)])
def test_counting_cuts_of_another_form_prove_nothing(numbers):
    cohort, program = question()
    result = mm.solve(cohort, program)
    forged = replace(result, proof=forged_proof(result.proof, counts=(numbers,)))
    assert [v.code for v in mm.verify(cohort, program, forged)] != []


@pytest.mark.parametrize("solver", ["cpsat", "milp"])
def test_results_without_evidence_have_a_bound_too(solver):
    cohort, program = question()
    result = mm.solve(cohort, program, solver=solver)
    best = mm.solve(cohort, program)
    assert (result.value, result.trust) == (best.value, "claimed")
    assert result.verified_bound[0] > best.value[0]
    few = mm.Cohort([person for person in cohort if person.id not in {f"e{k}" for k in range(7, 14)}])
    assert mm.solve(few, program, solver=solver).trust == "proved"
