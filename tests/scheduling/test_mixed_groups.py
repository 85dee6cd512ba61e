"""Groups whose mentees ask for different formats, and people who want to meet in different ways."""

import mmatch as mm
from mmatch import Offer, Participant, Request

WHEN = {"start": "2027-01-11", "end": "2027-04-30"}


def test_a_group_has_the_format_with_most_sessions_that_one_of_it_asks_for():
    people = [Participant("m", offers=[Offer("t")])]
    people += [
        Participant(f"e{k}", requests=[Request("t", format=name)])
        for k, name in enumerate(("two_session", "three_session", None))
    ]
    cohort = mm.Cohort(people)
    (plan,) = mm.schedule(cohort, mm.solve(cohort, mm.Program(group=(2, 3))), **WHEN).plans
    assert (plan.format, len(plan.sessions)) == ("three_session", 3)


def test_a_clash_of_ways_to_meet_is_named_as_such():
    people = [
        Participant("m", name="Ann", offers=[Offer("t")], modes={"virtual"}, site="X"),
        Participant("e", name="Eva", requests=[Request("t")], modes={"in_person"}, site="X"),
    ]
    cohort = mm.Cohort(people)
    (left,) = mm.schedule(cohort, mm.solve(cohort), **WHEN).unplaced
    assert left.reason.endswith("Ann meets only virtual, Eva meets only in person")


def test_two_who_met_the_other_way_round_have_met():
    both = [Participant(who, offers=[Offer()], requests=[Request()]) for who in ("a", "b")]
    cohort = mm.Cohort(both, history=[mm.Meeting("a", "b")])
    assert mm.solve(cohort, mm.Program(rules=[mm.rules.NoRepeat()])).matching.pairs() == []
