"""Before matching: who has nobody or one mentor, which sets ask for too much, which rules and aims are worth a look."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from mmatch import Offer, Participant, Request
from oracle import Oracle
from repairs.questions import question
from strategies import examples


@given(seed=st.integers(0, 10**6))
@examples(100)
def test_bottlenecks_lack_what_trying_every_matching_finds(seed):
    """Together they lack as many seats as people with a candidate must go without; each holds by itself."""
    cohort, program, _ = question(seed)
    found = mm.readiness(cohort, program)
    oracle = Oracle(cohort, program.resolve(cohort))
    most = max(map(len, oracle.matchings()))
    reachable = [p.id for p in cohort if p.requests and p.id not in found.alone]
    assert sum(one.missing for one in found.bottlenecks) == len(reachable) - most
    for one in found.bottlenecks:
        people = {who for who, _ in one.requests}
        served = max(sum(oracle.requests[i][0].id in people for i, _ in chosen) for chosen in oracle.matchings())
        assert (one.wanted, one.seats) == (len(people), served)
        reached = {
            oracle.offers[k][0].id for ch in oracle.matchings() for i, k in ch if oracle.requests[i][0].id in people
        }
        assert reached <= {*one.mentors}
    for one, other in combinations(found.bottlenecks, 2):
        assert not {*one.requests} & {*other.requests}


@given(seed=st.integers(0, 10**6))
@examples(60)
def test_who_has_one_mentor_and_whom_a_rule_strands(seed):
    cohort, program, _ = question(seed)
    found = mm.readiness(cohort, program)
    oracle = Oracle(cohort, program.resolve(cohort))

    def mentors(who, without=None):
        rules = [rule for rule in program.rules if rule is not without]
        return {
            mentor.id
            for i, (mentee, request) in enumerate(oracle.requests)
            for k, (mentor, offer) in enumerate(oracle.offers)
            if mentee.id == who
            and offer.topic in request.topics
            and all(oracle.rule_allows(rule, i, k) for rule in rules)
            and mentor.capacity
        }

    asking = [person.id for person in cohort if person.requests]
    assert {*found.single} == {who for who in asking if len(mentors(who)) == 1}
    for rule in program.rules:
        removal = next((r for r in found.removals if rule.in_words in r.cause), None)
        if removal is not None:
            stranded = {who for who in found.alone if mentors(who, without=rule)}
            assert {*removal.stranded} >= stranded


def test_shared_seats_and_idle_aims_are_told():
    cohort = mm.Cohort(
        [
            Participant("ann", offers=[Offer("data"), Offer("law")], capacity=2),
            Participant("bob", offers=[Offer("data")]),
            *(Participant(who, requests=[Request("data")], attributes={"dep": "HR"}) for who in ("eva", "finn")),
        ]
    )
    found = mm.readiness(cohort, mm.Program(aims=[mm.aims.Coverage(), mm.aims.TopicFit(), mm.aims.EvenLoad()]))
    assert [(one.topics, one.mentors, one.seats) for one in found.shared] == [(("data", "law"), ("ann",), 2)]
    assert found.idle_aims == (mm.aims.TopicFit().in_words,)
