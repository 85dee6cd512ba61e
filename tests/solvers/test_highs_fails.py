"""HiGHS gives up on a small group program in its presolve (status 4); it is asked again without it."""

import pytest

import mmatch as mm
from mmatch import Offer, Participant, Request


@pytest.mark.parametrize("solver", ["auto", "milp", "cpsat"])
def test_a_failure_of_a_backend_is_not_the_end(solver):
    people = [Participant(who, offers=[Offer("t")], groups=1) for who in ("m0", "m1")]
    people += [Participant(f"e{k}", requests=[Request("t")], attributes={"seg": "BBBA"[k]}) for k in range(4)]
    scores = {("m0", f"e{k}"): score for k, score in enumerate((9, 4, 8, 6))} | {("m1", "e0"): 8, ("m1", "e3"): 2}
    aims = [mm.aims.Coverage(), mm.aims.Diversity("seg"), mm.aims.Fit()]
    result = mm.solve(mm.Cohort(people, scores=scores), mm.Program(group=(2, 3), aims=aims), solver=solver)
    assert (result.status, result.value) == ("optimal", (4, 1, 22))
