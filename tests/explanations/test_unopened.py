"""Reasons for groups: each sentence is tried out, by hand-made examples and by solving the changed question."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from strategies import examples

WEEKS = ("Mon 9-10", "Mon 10-11", "Mon 9-11", "Mon 9-10; Tue 9-10")
SLOTS = mm.rules.CommonSlot(["Mon 9-10", "Mon 10-11", "Tue 9-10"])
KINDS = {"score", "no_offer", "rules", "shortage", "limit", "outranked", "price"}


def expert(name, *topics, **options):
    return mm.Participant(name, offers=[mm.Offer(topic) for topic in topics], **options)


def learners(n, topic, prefix=None, **options):
    return [mm.Participant(f"{prefix or topic}{k}", requests=[mm.Request(topic)], **options) for k in range(n)]


def told(people, program, **options):
    cohort = mm.Cohort(people, **options)
    result = mm.solve(cohort, program)
    found = mm.reasons(cohort, result)
    assert {r.kind for r in found} <= KINDS
    return [(r.kind, r.who[0], r.message) for r in found if r.kind != "score"]


COVERED = [mm.aims.Coverage()]


def test_one_more_mentee_or_a_smaller_least_size_opens_a_group():
    """Two ask for law, a group needs three: with two it would seat two, worth 6 + 8."""
    people = [expert("ann", "law"), *learners(2, "law")]
    program = mm.Program(group=(3, 4), aims=[mm.aims.Coverage(), mm.aims.Fit()])
    found = told(people, program, scores={("ann", "law0"): 6, ("ann", "law1"): 8})
    needed = (
        "a group of ann on law would have 2 of 3: 1 more mentee or least size 2 opens it "
        "(seats filled +2, the sum of scores +14)"
    )
    assert found == [
        ("shortage", "law0", f"law0: no group on law opened; {needed}"),
        ("shortage", "law1", f"law1: no group on law opened; {needed}"),
        ("shortage", "ann", needed),
    ]


def test_a_leader_who_leads_another_group_names_what_the_exchange_costs():
    people = [expert("ann", "law", "data", groups=1), *learners(4, "data"), *learners(3, "law")]
    found = told(people, mm.Program(group=(2, 4), aims=COVERED))
    text = (
        "a group of ann on law would have 3 of 2 to 4: a second group for ann opens it (seats filled +3); in the place"
    )
    assert found[-1] == (
        "outranked",
        "ann",
        f"{text} of their group on data (4 mentees) it could open, but that lowers “seats filled” by 1",
    )


def test_a_full_group_says_which_size_would_seat_them():
    people = [expert("ann", "law"), *learners(3, "law")]
    found = told(people, mm.Program(group=(2, 2), aims=COVERED))
    (left,) = {who for _, who, _ in found} - {"ann"}
    assert found[0][2].startswith(f"{left}: 1 group on law is open: 1 full; ")
    assert found[0][2].endswith("size 3 instead of 2 for the group of ann seats them (seats filled +1)")


def test_somebody_who_cannot_come_when_anybody_leads():
    people = [
        expert("ann", "law", availability="Mon 9-11"),
        *learners(2, "law", availability="Mon 9-11"),
        mm.Participant("late", requests=[mm.Request("law")], availability="Tue 9-10"),
    ]
    found = told(people, mm.Program(group=(2, 3), rules=[SLOTS], aims=COVERED))
    message = "late: 1 group on law is open: 1 when they cannot come; they share no free time with ann"
    assert found == [("shortage", "late", message)]


def test_somebody_who_is_avoided_is_kept_out_by_that():
    people = [
        expert("ann", "law"),
        *learners(2, "law"),
        mm.Participant("x", requests=[mm.Request("law")], avoids=["law0", "law1"]),
    ]
    found = told(people, mm.Program(group=(2, 3), aims=COVERED))
    assert found[0][:2] == ("shortage", "x")
    assert "1 group on law is open: 1 with room, that rules keep them out of" in found[0][2]


def test_a_second_request_that_a_rule_closes_is_not_waiting_for_a_group():
    people = [
        expert("ann", "law"),
        expert("bob", "data"),
        *(mm.Participant(f"e{k}", requests=[mm.Request("law"), mm.Request("data")]) for k in range(2)),
    ]
    found = told(people, mm.Program(group=(2, 3), rules=[mm.rules.AtMost(1)], aims=COVERED))
    assert [kind for kind, _, _ in found] == ["limit", "limit"]
    assert "they have 1 place already, and may have no more: nobody gets more than one mentor" in found[0][2]


def test_a_seat_that_no_aim_wants_has_its_price():
    """Each further mentee costs fit, and nothing else is wanted."""
    people = [expert("ann", "law"), *learners(3, "law")]
    scores = {("ann", "law0"): 5, ("ann", "law1"): 5, ("ann", "law2"): -3}
    found = told(people, mm.Program(group=(2, 3), aims=[mm.aims.Fit()]), scores=scores)
    assert found == [
        ("price", "law2", "law2: there is room in the group of ann, but that lowers “the sum of scores” by 3")
    ]


@st.composite
def crowds(draw):
    timed = draw(st.booleans())
    week = st.sampled_from(WEEKS) if timed else st.none()
    topics = st.sampled_from([("a",), ("b",), ("a", "b")])
    mentors = [
        expert(f"m{k}", *draw(topics), groups=draw(st.integers(1, 2)), availability=draw(week))
        for k in range(draw(st.integers(1, 3)))
    ]
    mentees = [
        mm.Participant(
            f"e{k}",
            requests=[mm.Request(draw(st.sampled_from("ab")), priority=draw(st.integers(1, 3)))],
            availability=draw(week),
            avoids=["e0"] if k and draw(st.integers(0, 5)) == 0 else [],
        )
        for k in range(draw(st.integers(2, 8)))
    ]
    least = draw(st.integers(2, 3))
    aims = [mm.aims.Coverage(), mm.aims.Priority()]
    program = mm.Program(group=(least, draw(st.integers(least, 4))), rules=[SLOTS] if timed else [], aims=aims)
    return [*mentors, *mentees], program


def changed(people, program, reason):
    """(people, program) as a sentence says that they should be; None where it asks for no change."""
    least, most = program.group
    found = re.search(r"(\d+) more mentees? or least size (\d+)", reason.message)
    smaller = mm.Program(group=(int(found[2]), most), rules=program.rules, aims=program.aims) if found else program
    second = re.search(r"a (?:second|third) group for (\w+)", reason.message)
    size = re.search(r"size (\d+) instead of \d+ for the group of", reason.message)
    if second:
        people = [more_groups(p) if p.id == second[1] else p for p in people]
    if found or second:
        return people, smaller
    return (people, mm.Program(group=(least, int(size[1])), rules=program.rules, aims=program.aims)) if size else None


def more_groups(person):
    names = ("id", "offers", "availability", "avoids")
    return mm.Participant(**{name: getattr(person, name) for name in names}, groups=person.groups + 1)


@given(question=crowds())
@examples(100)
def test_every_change_that_is_named_seats_as_many_as_it_says(question):
    people, program = question
    cohort = mm.Cohort(people)
    result = mm.solve(cohort, program)
    assert result.status == mm.Status.OPTIMAL
    found = mm.reasons(cohort, result)
    explained = {(r.who[0], r.topic) for r in found if r.kind != "score"}
    assert explained >= set(result.matching.unmatched)
    for reason in found:
        gain = re.search(r"\(seats filled \+(\d+)", reason.message)
        better = changed(people, program, reason)
        assert (gain is None) == (better is None), reason
        if gain and better:
            other = mm.solve(mm.Cohort(better[0]), better[1])
            assert other.value[0] >= result.value[0] + int(gain[1]), reason
        assert "did not find it" not in reason.message, reason


@pytest.mark.parametrize("missing", [1, 2])
def test_as_many_more_mentees_as_are_named_open_the_group(missing):
    people = [expert("ann", "law"), *learners(4 - missing, "law")]
    program = mm.Program(group=(4, 5), aims=COVERED)
    (named,) = {re.search(r"(\d) more mentee", text)[1] for _, who, text in told(people, program) if who == "ann"}
    fewer = mm.solve(mm.Cohort([*people, *learners(int(named) - 1, "law", "new")]), program)
    enough = mm.solve(mm.Cohort([*people, *learners(int(named), "law", "new")]), program)
    assert (fewer.value[0], enough.value[0]) == (0, 4)
