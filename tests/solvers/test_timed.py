"""Pairs with a time for each as a flow: beside every other choice, and beside the same question as groups."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from mmatch.instance import compile_instance
from strategies import examples

SLOTS = ("Mon 9-10", "Mon 10-11", "Tue 9-10")


@st.composite
def questions(draw):
    """A few mentors and mentees with scores, and times that some share."""
    weeks = st.lists(st.sampled_from(SLOTS), unique=True, max_size=3).map("; ".join)
    people = [
        mm.Participant(
            f"m{k}",
            offers=[mm.Offer(topic) for topic in draw(st.sampled_from([["a"], ["a"], ["a", "b"]]))],
            capacity=draw(st.integers(0, 3)),
            availability=draw(weeks),
            attributes={"unit": draw(st.sampled_from("xy"))},
        )
        for k in range(draw(st.integers(1, 2)))
    ]
    people += [
        mm.Participant(
            f"e{k}",
            requests=[mm.Request(draw(st.sampled_from("ab")), priority=draw(st.integers(1, 3)))],
            availability=draw(weeks),
            attributes={"unit": draw(st.sampled_from("xy"))},
        )
        for k in range(draw(st.integers(1, 4)))
    ]
    aims = draw(
        st.sampled_from(
            [
                [mm.aims.Coverage(), mm.aims.EvenLoad()],
                [mm.aims.Coverage(), mm.aims.Priority(), mm.aims.EvenLoad()],
                [mm.aims.Coverage(), (mm.aims.Priority(), mm.aims.NewMentors(weight=2))],
            ]
        )
    )
    rules = [mm.rules.CommonSlot(SLOTS)]
    rules += draw(st.sampled_from([[], [mm.rules.Differs("unit")], [mm.rules.Everyone()]]))
    return mm.Cohort(people), mm.Program(rules=rules, aims=aims)


def every(cohort):
    """All matchings that any pairs and slots make, as Match objects."""
    asks = [p for p in cohort if p.requests]
    choices = []
    for p in asks:
        options = [None]
        for mentor in cohort:
            for offer in mentor.offers:
                if offer.topic == p.requests[0].topic:
                    options += [
                        mm.Match(mentor.id, (p.id,), offer.topic, offer.id or "", (offer.topic,), slot)
                        for slot in SLOTS
                    ]
        choices.append(options)
    for chosen in product(*choices):
        left = [(p.id, p.requests[0].topic) for p, match in zip(asks, chosen, strict=True) if match is None]
        yield mm.Matching([match for match in chosen if match is not None], left)


@given(questions())
@examples(150)
def test_the_slot_is_part_of_the_best_matching(question):
    """By trying all; and the same program as groups has the same value."""
    cohort, program = question
    result = mm.solve(cohort, program, solver="flow")
    assert compile_instance(cohort, program)[0].labels.timed
    possible = list(every(cohort))
    assume(len(possible) <= 600)
    best = None
    for matching in possible:
        if not mm.verify(cohort, program, matching):
            value = tuple(sum(aim.weight * aim.measure(cohort, matching) for aim in tier) for tier in program.tiers)
            best = value if best is None else max(best, value)
    if best is None:
        assert (result.status, result.trust) == (mm.Status.INFEASIBLE, mm.Trust.PROVED)
        assert mm.reasons(cohort, result)
        return
    assert (result.status, result.trust, result.value) == (mm.Status.OPTIMAL, mm.Trust.PROVED, best)
    assert all(match.slot in SLOTS for match in result.matching)
    assert mm.verify(cohort, program, result) == []
    assert mm.reasons(cohort, result) is not None
    for solver in ("portfolio", "milp", "cpsat", "greedy"):
        other = mm.solve(cohort, program, solver=solver)
        assert mm.verify(cohort, program, other) == []
        assert other.value == best or (solver == "greedy" and (other.value is None or other.value <= best))


TIMED = mm.rules.CommonSlot(SLOTS)
PAIR = [
    mm.Participant("ann", offers=[mm.Offer()], capacity=2, availability="Mon 9-11"),
    mm.Participant("eva", requests=[mm.Request()], availability="Mon 9-11"),
    mm.Participant("finn", requests=[mm.Request()], availability="Mon 9-11"),
]


@pytest.mark.parametrize(
    ("people", "rule", "flow"),
    [
        (PAIR, mm.rules.CommonSlot(SLOTS), True),
        (PAIR, mm.rules.CommonSlot(["Mon 9-10", "Mon 9:30-10:30"]), False),  # slots that overlap
        (PAIR, mm.rules.CommonSlot(SLOTS, quorum=0.5), False),
        ([PAIR[0], mm.Participant("gus", requests=[mm.Request("a"), mm.Request("b")])], TIMED, False),
        ([PAIR[0], mm.Participant("gus", requests=[mm.Request(mentors=2)])], TIMED, False),
        ([*PAIR, mm.Participant("hal", offers=[mm.Offer()], requests=[mm.Request()])], TIMED, False),
    ],
)
def test_what_is_no_flow_makes_groups_as_before(people, rule, flow):
    cohort, program = mm.Cohort(people), mm.Program(rules=[rule]).resolve(mm.Cohort(people))
    instance = compile_instance(cohort, program)[0]
    assert (instance.labels.timed, instance.groups is None) == (flow, flow)
    assert compile_instance(cohort, program, timed=False)[0].groups is not None
    result = mm.solve(cohort, program)
    assert result.solver == ("flow" if flow else "portfolio")
    assert mm.verify(cohort, program, result) == []


def test_a_mentor_has_one_match_at_a_time_whatever_the_capacity():
    people = [mm.Participant("ann", offers=[mm.Offer()], capacity=3, availability="Mon 9-10")]
    people += [mm.Participant(f"e{k}", requests=[mm.Request()], availability="Mon 9-11") for k in range(3)]
    cohort, program = mm.Cohort(people), mm.Program(rules=[mm.rules.CommonSlot(SLOTS)])
    result = mm.solve(cohort, program)
    assert (len(result.matching), result.trust) == (1, mm.Trust.PROVED)
    told = mm.reasons(cohort, result)
    assert all("3 seats" not in reason.message for reason in told)
    moved = [replace(match, slot="Mon 10-11") for match in result.matching]
    wrong = mm.verify(cohort, program, mm.Matching(moved, result.matching.unmatched))
    assert {violation.code for violation in wrong} == {"rule:CommonSlot"}
    claimed = replace(result, found=mm.Matching(moved, result.matching.unmatched))
    assert mm.verify(cohort, program, claimed)
