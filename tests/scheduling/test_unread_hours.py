"""People whose availability cannot be understood: everybody else has dates, and all of them are named together."""

import pytest

import mmatch as mm
from dated import faults, planned, replanned

SPAN = {"start": "2027-01-11", "end": "2027-01-17"}
HOURS = {"ann": "Mon 9-12", "bob": "Mon 9-12", "flo": "Mon 9-12", "cy": "Monday, Tuesday", "di": "flexible", "ed": None}


def cohort(**changes):
    hours = {**HOURS, **changes}
    people = [mm.Participant(who, offers=[mm.Offer()], availability=hours[who]) for who in ("ann", "bob", "flo")]
    people += [mm.Participant(who, requests=[mm.Request()], availability=hours[who]) for who in ("cy", "di", "ed")]
    return mm.Cohort(people)


PAIRS = [("ann", "cy"), ("bob", "di"), ("flo", "ed")]


def test_the_others_have_dates_and_each_of_them_a_reason():
    """The schedule stopped for everybody at the first person it met, and told the next one in the next run."""
    facts = cohort()
    matching = mm.matching_from_pairs(facts, PAIRS)
    made = planned(facts, mm.Program(), matching, **SPAN)
    assert [plan.people for plan in made.plans] == [("flo", "ed")]
    assert [(left.match.mentor, left.reason.split(",")[0]) for left in made.unplaced] == [
        ("ann", 'cy: availability cannot be understood: found "Monday'),
        ("bob", 'di: availability cannot be understood: found "flexible"'),
    ]
    assert all("Mon 9-12" in left.relaxation for left in made.unplaced)
    assert faults(facts, matching, made) == []


def test_a_plan_of_somebody_whose_hours_are_not_understood_any_more_is_called_off_with_the_reason():
    before = cohort(cy="Mon 9-12", di="Mon 9-12")
    matching = mm.matching_from_pairs(before, PAIRS)
    first = planned(before, mm.Program(), matching, **SPAN)
    assert len(first.plans) == 3
    now = cohort(di="Mon 9-12")
    later = replanned(now, mm.Program(), mm.matching_from_pairs(now, PAIRS), first)
    assert [plan.people for plan in later.cancelled] == [("ann", "cy")]
    assert "cannot be understood" in later.unplaced[0].reason
    assert [v.code for v in faults(now, matching, first)] == ["plan-time"]


def test_matching_by_dates_names_all_of_them_and_takes_nobodys_match():
    with pytest.raises(mm.InputError) as caught:
        mm.scheduling.solve_and_schedule(cohort(), mm.Program(), mm.Dates(**SPAN))
    assert [problem.where for problem in caught.value.problems] == [
        'participant "cy".availability',
        'participant "di".availability',
    ]
