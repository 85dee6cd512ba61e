"""Who counts as a new connection."""

import mmatch as mm

FIRST = mm.aims.Coverage()


def test_people_who_met_in_the_other_role_have_met():
    """Ann once was Bob's mentee: Bob with Cy is the newer connection."""
    cohort = mm.Cohort(
        [
            mm.Participant("bob", offers=[mm.Offer()], capacity=1),
            mm.Participant("ann", requests=[mm.Request()]),
            mm.Participant("cy", requests=[mm.Request()]),
        ],
        history=[mm.Meeting("ann", "bob", date="2026-01-10")],
    )
    result = mm.solve(cohort, mm.Program(aims=[FIRST, mm.aims.NewConnections()]))
    assert (result.value, result.matching.pairs()) == ((1, 1), [("bob", "cy", "")])
    half = mm.aims.NewConnections(half_life=10, today="2026-01-20")
    lone = mm.Cohort([p for p in cohort if p.id != "cy"], history=cohort.history)
    assert mm.solve(lone, mm.Program(aims=[half])).value == (0.5,)
