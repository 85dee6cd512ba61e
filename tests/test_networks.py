"""Networks of nested sets: a case in which two families have as many sets each and are not the same."""

import mmatch as mm
from mmatch import Offer, Participant, Request


def test_as_many_sets_are_not_the_same_sets_where_one_has_no_edge():
    """e2 may mentor e3 only: of two mentees one has edges, and e3 has two sets of edges, one for each request.

    The tree was built as if each pair of a request and a mentor were above the mentee: the prices proved nothing.
    """
    wanted = [Request(""), Request("data", mentors=2)]
    eva = Participant("e2", offers=[Offer(""), Offer("data", seats=0)], requests=wanted)
    finn = Participant("e3", requests=[Request(""), Request("data")])
    cohort, program = mm.Cohort([eva, finn]), mm.Program(aims=[mm.aims.Coverage("mentees")])
    result = mm.solve(cohort, program, solver="flow")
    assert (result.value, result.trust) == ((1,), "proved")
    assert mm.verify(cohort, program, result) == []
