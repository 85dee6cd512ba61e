"""Bounds for groups: true whatever the prices, and no forged proof passes."""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from group_oracle import GroupOracle
from mmatch.groups.bound import Count, GroupBound, Side
from mmatch.instance import compile_instance
from mmatch.instance.totals import stage_total
from mmatch.proof.judge import chosen_edges
from solvers.test_groups import group_questions
from strategies import examples


@given(question=group_questions(), data=st.data())
@examples(60)
def test_no_prices_bound_a_stage_below_what_can_be(question, data):
    """Any prices, counting cuts and sides: no matching that keeps the sides is worth more."""
    cohort, program = question
    oracle = GroupOracle(cohort, program)
    assume(0 < len(oracle.edges) <= 7)
    try:
        instance = compile_instance(cohort, program.resolve(cohort))
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
            assert stage_total(instance, instance.stages[0], chosen_edges(cohort, instance, matching)) <= limit, chosen


@st.composite
def cuts(draw, instance):
    groups = instance.groups
    family = draw(st.integers(0, len(instance.bounds) - 1))
    n = len(instance.bounds[family].upper)
    size = draw(st.sampled_from(sorted(set(groups.most.tolist()))))
    alike = [k for k in range(len(groups)) if groups.most[k] == size]
    members = st.lists(st.integers(0, n - 1), unique=True) if n else st.just([])
    return Count(family, tuple(draw(members)), tuple(draw(st.lists(st.sampled_from(alike), min_size=1, unique=True))))


@st.composite
def sides(draw, instance):
    named = st.lists(st.integers(0, len(instance.groups) - 1), min_size=1, max_size=2, unique=True)
    return Side(tuple(draw(named)), draw(st.integers(0, 2)), at_most=draw(st.booleans()))


def keeps(side, instance, matching, cohort):
    """Whether a matching opens the groups of a side as it asks; copies of one group are counted in order."""
    groups = instance.groups
    opened = [0] * len(groups)
    names = [cohort.offers.ids[k] for k in instance.labels.offer_rows[groups.offer].tolist()]
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
        replace(result.proof, prices=()),
        replace(result.proof, branches=()),
        replace(result.proof, branches=((1, 0, 0, 0),)),
        replace(result.proof, branches=((1, 10**6, 0, 0, 0),)),
        replace(result.proof, branches=((0, 0),)),
        replace(result.proof, prices=tuple((0, *row[1:]) for row in result.proof.prices)),
        replace(result.proof, prices=tuple((-1, *row[1:]) for row in result.proof.prices)),
        replace(result.proof, prices=tuple(row[:-1] for row in result.proof.prices)),
        replace(result.proof, prices=tuple((row[0], *(0 for _ in row[1:])) for row in result.proof.prices)),
        replace(result.proof, counts=((0, 99, 0, 0),)),
    ]
    for proof in forged:
        assert "trust" in {v.code for v in mm.verify(cohort, program, replace(result, proof=proof))}, proof


@pytest.mark.parametrize("numbers", [(), (5,), (0, 0, 1, 0)])
def test_counting_cuts_of_another_form_prove_nothing(numbers):
    cohort, program = question()
    result = mm.solve(cohort, program)
    forged = replace(result, proof=replace(result.proof, counts=(numbers,)))
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
