"""Rules that cannot be kept together are named, and no rule that is not needed for the conflict."""

import pytest

import mmatch as mm
from mmatch.explanations import infeasible as module


def expert(name, *topics, **options):
    return mm.Participant(name, offers=[mm.Offer(topic) for topic in topics], **options)


def learners(n, topic="x", **options):
    return [mm.Participant(f"{topic}{k}", requests=[mm.Request(topic)], **options) for k in range(n)]


SLOT = mm.rules.CommonSlot(["Mon 9-10"], missing="allow")
LOCKS = mm.rules.Lock([("ann", "x0"), ("ann", "y0")])
IDLE = [mm.rules.LevelSpread(2, missing="allow"), mm.rules.Forbid([("ann", "y2")])]


def question(*rules):
    people = [expert("ann", "x", "y", groups=2), *learners(3), *learners(3, "y")]
    return mm.Cohort(people), mm.Program(group=(2, 3), rules=rules)


def test_two_locks_and_one_slot():
    cohort, program = question(IDLE[0], SLOT, LOCKS, IDLE[1])
    result = mm.solve(cohort, program)
    assert (result.status, result.trust) == ("infeasible", "corroborated")
    (reason,) = mm.reasons(cohort, result)
    assert (reason.kind, reason.who) == ("rules", ("ann", "x0", "y0"))
    assert reason.message == (
        "no matching keeps the rule that everybody in a group is free at its time, the fixed pair of ann with x0 and "
        "the fixed pair of ann with y0 together; without any one of them there is one"
    )


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_without_any_one_of_them_there_is_a_matching(left_out):
    needed = [SLOT, *(mm.rules.Lock([pair]) for pair in LOCKS.pairs)]
    cohort, program = question(*IDLE, *needed[:left_out], *needed[left_out + 1 :])
    assert mm.solve(cohort, program).status == "optimal"


def test_what_is_not_settled_in_time_is_said(monkeypatch):
    monkeypatch.setattr(module, "IN_ALL", 0.0)
    cohort, program = question(SLOT, LOCKS)
    told = module.conflicting(cohort, program).message
    assert told.endswith("together; not all of them may be needed for that")
