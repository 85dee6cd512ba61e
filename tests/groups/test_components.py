"""Components that share nothing are solved apart, and what is proved of each is proved of all."""

from dataclasses import replace
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.groups.components import components
from mmatch.instance import compile_instance
from mmatch.stages import Count, Total
from solvers.test_groups import accepted_and_best, group_questions
from strategies import examples
from strategies import forged as forged_proof


@pytest.fixture(scope="module", autouse=True)
def smallest_components():
    """No bundles: every component by itself."""
    with mock.patch("mmatch.groups.components.FEW_SEATS", 1):
        yield


def worlds(n, topics=("law", "tax"), **options):
    """Mentors and mentees of each topic, who share nothing."""
    people = []
    for topic in topics:
        people += [mm.Participant(f"{topic}-x{k}", offers=[mm.Offer(topic)], **options) for k in range(2)]
        people += [mm.Participant(f"{topic}-e{k}", requests=[mm.Request(topic)]) for k in range(n)]
    return mm.Cohort(people)


def components_of(cohort, program):
    return components(compile_instance(cohort, program.resolve(cohort, "portfolio"))[0])


@given(question=group_questions())
@examples(150)
def test_components_solved_apart_are_the_best_of_the_whole(question):
    accepted_and_best("portfolio", question)


@given(question=group_questions(), data=st.data())
@examples(150)
def test_totals_of_components_add_up_and_nothing_is_in_two(question, data):
    cohort, program = question
    try:
        instance = compile_instance(cohort, program.resolve(cohort, "portfolio"))[0]
    except mm.InputError:
        return
    parts = components(instance)
    if instance.groups is None:
        assert parts == []
        return
    for name, n in (("places", len(instance.groups.edge)), ("groups", len(instance.groups))):
        assert sorted(np.concatenate([getattr(part, name) for part in parts]).tolist()) == list(range(n))
    seats = np.unique(instance.groups.edge)
    chosen = np.zeros(len(instance.request), dtype=bool)
    chosen[[edge for edge in seats.tolist() if data.draw(st.booleans())]] = True
    for stage, *apart in zip(instance.stages, *(part.instance.stages for part in parts), strict=True):
        if isinstance(stage, Total | Count):
            found = [s.total(p.instance.labels, chosen[p.edges]) for p, s in zip(parts, apart, strict=True)]
            assert sum(found) == stage.total(instance.labels, chosen)


def test_topics_that_share_nobody_are_components():
    program = mm.Program(group=(2, 3))
    assert [len(part.groups) for part in components_of(worlds(5), program)] == [2, 2]
    rooms = mm.rules.CommonSlot(["Mon 9-10"], rooms={"Rome": 1}, missing="allow")
    assert len(components_of(worlds(5, site="Rome"), replace(program, rules=[rooms]))) == 1
    assert len(components_of(worlds(5, site="Oslo"), replace(program, rules=[mm.rules.AtMost(1)]))) == 2


def test_a_mentor_of_both_topics_joins_them():
    people = [*worlds(4), mm.Participant("both", offers=[mm.Offer("law"), mm.Offer("tax")], groups=1)]
    assert len(components_of(mm.Cohort(people), mm.Program(group=(2, 3)))) == 1


def test_a_proof_needs_the_trees_of_all_components():
    cohort, program = worlds(5), mm.Program(group=(3, 4), aims=[mm.aims.Coverage(), mm.aims.EvenLoad()])
    result = mm.solve(cohort, program)
    assert (result.trust, len(result.proof.evidence.branches)) == (mm.Trust.PROVED, 4)
    assert mm.verify(cohort, program, result) == []
    for k, tree in enumerate(result.proof.evidence.branches):
        trees = [*result.proof.evidence.branches]
        trees[k] = ()
        forged = replace(result, proof=forged_proof(result.proof, branches=tuple(trees)))
        assert "trust" in {violation.code for violation in mm.verify(cohort, program, forged)}, tree


def test_what_is_not_closed_in_one_component_says_nothing_about_later_tiers():
    cohort, program = worlds(5), mm.Program(group=(3, 4), aims=[mm.aims.Coverage(), mm.aims.EvenLoad()])
    best = mm.solve(cohort, program)
    fewer = mm.Matching([best.matching[0]], [*best.matching.unmatched, *((e, "tax") for e in best.matching[1].mentees)])
    assert mm.verify(cohort, program, fewer) == []
    claimed = replace(best, found=fewer, status=mm.Status.FEASIBLE)
    told = {v.code: v.message for v in mm.verify(cohort, program, claimed)}
    assert "found (8, None)" in told["verified_bound"]
