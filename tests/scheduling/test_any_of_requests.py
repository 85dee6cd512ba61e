"""A request for any of several topics has dates like every other, in the format that it asks for."""

import mmatch as mm


def test_a_match_of_an_any_of_request_is_dated_in_its_own_format():
    week = "Mon 09:00-17:00; Wed 09:00-17:00"
    mentor = mm.Participant("ann", offers=[mm.Offer("writing")], availability=week, timezone="Europe/Berlin")
    wish = mm.Request(("data", "writing"), format="single")
    mentee = mm.Participant("ben", requests=[wish], availability=week, timezone="Europe/Berlin")
    cohort = mm.Cohort([mentor, mentee])
    program = mm.Program(format="three_session")
    result = mm.solve(cohort, program)
    schedule = mm.schedule(cohort, result, start="2027-01-04", end="2027-06-30")
    (plan,) = schedule.plans
    assert (plan.match.mentor, plan.match.mentees) == ("ann", ("ben",))
    assert (plan.format, len(plan.sessions)) == ("single", 1)
    assert not schedule.unplaced
