"""No reason for groups claims what is not so: each change that it names is made, and counted again."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from claims import judged, told
from claims_of_groups import GroupJudge
from mmatch import Offer, Participant, Request
from mmatch.reporting.words import left_over
from strategies import examples

MOST_BENT = 4  # of one fact
COVERED = [mm.aims.Coverage()]


@given(seed=st.integers(0, 10**9))
@examples(200)
def test_what_reasons_claim_is_so(seed):
    _, false = judged("groups", seed)
    assert not false


def learners(names, *topics, **options):
    return [Participant(name, requests=[Request(topic) for topic in topics], **options) for name in names]


def expert(name, *topics, **options):
    return Participant(name, offers=[Offer(topic) for topic in topics], **options)


def reasons(people, program):
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, program)
    found = [reason for reason in mm.reasons(cohort, result) if reason.kind != "score"]
    judge = GroupJudge(cohort, result.program, result)
    assert [fault for reason in found if judge.knows(reason) for fault in judge.faults(reason)] == []
    return found


def bent(value):
    """Values that are near to one of a fact, and other than it."""
    if isinstance(value, bool | str) or value is None:
        return
    if isinstance(value, dict):
        yield from ({**value, key: other} for key, old in value.items() for other in bent(old))
    elif isinstance(value, tuple):
        if value:
            yield value[:-1]
            if isinstance(value[0], tuple) and isinstance(value[0][1], int | float):
                yield ((value[0][0], value[0][1] + 1), *value[1:])
    else:
        yield value + 1


def test_the_judge_sees_forged_reasons():
    """Each claim of many reasons is bent once; the judge, which reads no sentence for it, says so each time."""
    seen = Counter()
    for seed in range(60):
        for judge, reason in told("groups", seed):
            if not isinstance(judge, GroupJudge):
                continue
            for key, value in reason.facts.items():
                if seen[key] >= MOST_BENT:
                    continue
                for other in bent(value) if key != "against" else [()]:  # one of two causes is a cause
                    forged = replace(reason, facts={**reason.facts, key: other})
                    faults = [fault for fault in judge.faults(forged) if not fault.startswith("it does not say")]
                    assert faults, (seed, reason.message, key, other)
                    seen[key] += 1
    counts = {"open", "full", "away", "roomy", "closed", "least", "most", "smaller", "more", "groups", "places"}
    assert set(seen) >= counts | {"gains", "loss", "instead", "larger", "seats", "mentees", "apart"}


def test_the_judge_sees_a_sentence_that_is_silent_or_says_another_number():
    silent = 0
    for judge, reason in (pair for seed in range(12) for pair in told("groups", seed)):
        if isinstance(judge, GroupJudge):
            assert judge.faults(replace(reason, message="nothing")), reason.message
            more = "".join(str(int(c) + 1) if c.isdigit() and c != "9" else c for c in reason.message)
            silent += bool(judge.faults(replace(reason, message=more)))
    assert silent > 10


def test_a_limit_of_ones_own_is_no_shortage():
    """Reports said that more people ask than there are places to somebody with as much as the program allows."""
    people = [expert("ann", "law"), expert("bob", "data"), *learners("ef", "law", "data")]
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, mm.Program(group=(2, 3), rules=[mm.rules.AtMost(1)], aims=COVERED))
    found = mm.reasons(cohort, result)
    assert [(r.kind, r.facts["seats"]) for r in found if r.kind != "score"] == [("limit", 1), ("limit", 1)]
    assert left_over(cohort, result.matching, found) == ([], [])


def test_who_has_one_mentor_of_two_may_have_more():
    """It said "they have 1 place already, and may have no more: different mentors for e on law (such as ann)"."""
    people = [expert("ann", "law"), Participant("e", requests=[Request("law", mentors=2), Request("data")])]
    people += [*learners("f", "law"), expert("bob", "data")]
    told = {
        reason.topic: reason
        for reason in reasons(people, mm.Program(group=(2, 3), aims=COVERED))
        if reason.who == ("e",)
    }
    assert told["law"].message == "e: they ask for 2 mentors on law, and only ann may mentor them"
    assert (told["law"].kind, told["law"].facts) == ("shortage", {"wanted": 2, "mentors": ("ann",)})


def test_more_mentees_open_nothing_where_there_are_no_places_for_them():
    """It said "2 more mentees or least size 1 opens it" of a mentor with one place left."""
    people = [expert("ann", "law", "data", capacity=4), *learners("abc", "law"), *learners("e", "data")]
    (waits, group) = reasons(people, mm.Program(group=(3, 3), aims=COVERED))
    needed = "a group of ann on data would have 1 of 3: least size 1 opens it (seats filled +1)"
    assert waits.message == f"e: no group on data opened; {needed}"
    assert (group.facts["smaller"], group.facts["more"]) == (1, None)


def test_a_second_group_brings_its_own_places():
    """It asked for 2 more places of a mentor who has 4 left as soon as they lead a second group."""
    people = [expert("ann", "law", "data", capacity=6, groups=1), *learners("abcd", "law"), *learners("ef", "data")]
    *_, group = reasons(people, mm.Program(group=(2, 4), aims=COVERED))
    assert "would have 2 of 2 to 4: a second group for ann opens it (seats filled +2); in the place" in group.message
    assert (group.facts["groups"], group.facts.get("places")) == (2, None)


def test_a_group_that_somebody_may_not_join_is_open_all_the_same():
    """It said "no group on law opened" where ann leads one, whom a rule keeps from e."""
    people = [expert("ann", "law"), expert("bob", "law"), *learners("abe", "law")]
    program = mm.Program(
        group=(2, 3), rules=[mm.rules.Forbid([("ann", "e"), ("bob", "a"), ("bob", "b")])], aims=COVERED
    )
    waits, _ = reasons(people, program)
    start = (
        "e: 1 group on law is open: 1 with a mentor who is ruled out for them; a group of bob on law would have 1 of 2"
    )
    assert waits.message.startswith(start)


def test_who_sits_in_one_group_is_told_of_others():
    """It said "no group opened" to somebody who sits in one."""
    people = [
        expert("ann", ""),
        expert("bob", ""),
        Participant("e", requests=[Request("law", mentors=2)]),
        *learners("f", "law"),
    ]
    program = mm.Program(group=(2, 3), rules=[mm.rules.Forbid([("bob", "f")])], aims=COVERED)
    told = {reason.who: reason.message for reason in reasons(people, program)}
    assert told["e",].startswith("e: no other group on law opened; a group of bob would have 1 of 2")


def test_who_sits_in_a_group_does_not_lead_one():
    """It said "bob leads another group when they can come" of a mentor who is a mentee at that time."""
    week = {"availability": "Mon 9-10"}
    people = [expert("ann", "law", **week), *learners("f", "law", **week), *learners("e", "data", **week)]
    people.append(Participant("bob", offers=[Offer("data")], requests=[Request("law")], **week))
    rules = [mm.rules.CommonSlot(["Mon 9-10"])]
    (waits,) = reasons(people, mm.Program(group=(2, 2), rules=rules, aims=COVERED))
    assert waits.message == "e: no group on data opened; bob is in another group when they can come"
    assert waits.facts["busy"] == ("bob",)


def test_nobody_is_told_of_a_group_in_which_they_cannot_sit():
    """It told e of a group of others which opens with a smaller size, and in which e may not be."""
    people = [
        expert("ann", "law"),
        *learners("e", "law", attributes={"team": "b"}),
        *learners("f", "law", attributes={"team": "a"}),
    ]
    rules = [mm.rules.GroupCount("team", "a", 1)]
    waits, other, _ = reasons(
        people, mm.Program(group=(3, 3), rules=[*rules, mm.rules.DiffersWithin("team")], aims=[mm.aims.Coverage()])
    )
    assert waits.who == ("e",)
    assert "e" in waits.facts["mentees"]
    assert other.who == ("f",)


def test_more_mentees_must_be_such_as_may_sit_there():
    """It said "1 more mentee opens it" where nobody else may sit in a group whose team is not known."""
    people = [expert("ann", "law", attributes={"team": "a"}), *learners("e", "law")]
    *_, group = reasons(people, mm.Program(group=(2, 3), rules=[mm.rules.DiffersWithin("team")], aims=COVERED))
    assert "1 more mentee who may sit with them or least size 1 opens it" in group.message
