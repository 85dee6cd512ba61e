"""What does not fit into memory is refused before it is made."""

import pytest

import mmatch as mm
from mmatch.candidates import joining


def test_pairs_that_memory_does_not_hold_are_refused_with_an_estimate(monkeypatch):
    """20,000 x 5,000 people on one topic once filled 20 GB before anybody could stop it."""
    people = [mm.Participant(f"m{k}", offers=[mm.Offer("data")]) for k in range(20)]
    people += [mm.Participant(f"e{k}", requests=[mm.Request("data")]) for k in range(20)]
    cohort = mm.Cohort(people)
    monkeypatch.setattr(joining, "memory", lambda: 300 * joining.PAIR)
    with pytest.raises(mm.errors.LimitError, match="more than 240 pairs may meet") as error:
        mm.solve(cohort)
    assert "add a rule" in str(error.value)
    assert mm.solve(cohort, mm.Program(rules=[mm.rules.Check(lambda a, b: a.id[1:] == b.id[1:])])).value[0] == 20


def test_this_machine_tells_how_much_memory_it_has():
    assert 2**28 < joining.memory() <= 2**62
