"""Segments are numbered the same whatever the order of people."""

import mmatch as mm


def test_a_proof_holds_for_the_same_people_in_another_order():
    mentor = mm.Participant("m0", offers=[mm.Offer()], capacity=3)
    mentees = [mm.Participant(f"e{k}", requests=[mm.Request()], site="ABBB"[k]) for k in range(4)]
    program = mm.Program(group=(1, 3), aims=[mm.aims.Coverage(), mm.aims.Parity("site")])
    one = mm.Cohort([mentor, *mentees])
    other = mm.Cohort([mentees[2], mentees[0], mentees[1], mentor, mentees[3]])
    result = mm.solve(one, program)
    assert one == other
    assert result == mm.solve(other, program)
    assert mm.verify(one, program, result) == mm.verify(other, program, result) == []
