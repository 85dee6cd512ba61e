"""Least loads with as much stability as they leave: the first step that any matching reaches, by trying all."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mmatch as mm
from stable_oracle import rankings
from strategies import examples


def keeps(world, chosen, least):
    load = Counter(world.owner[o] for o in chosen if o is not None)
    return all(load[mentor] >= number for mentor, number in least.items())


@given(data=st.data())
@examples(120)
def test_the_step_is_the_first_that_some_matching_reaches(data):
    world = data.draw(rankings(ties=data.draw(st.booleans()), projects=False))
    most = {m: min(n, world.seats[m]) for m, n in world.capacity.items()}
    least = {m: data.draw(st.integers(0, min(n, 2))) for m, n in most.items()}
    cohort = world.cohort(mm, min_load=least)
    ways = [chosen for chosen in world.matchings() if keeps(world, chosen, least)]
    reached = {kind: any(world.is_stable(chosen, kind) for chosen in ways) for kind in ("weak", "envy")}
    found = mm.calmest(cohort)
    assert found.step == ("stable" if reached["weak"] else "envy" if reached["envy"] else "blocking")
    assert (found.result.found is None) == (not ways)
    assert mm.verify(cohort, found.program, found.result) == []
    if found.step == "blocking" and ways:
        fewest = min(
            sum(world.blocks(chosen, e, o, "weak") for e in world.names for o in world.owner) for chosen in ways
        )
        assert found.result.value[0] == -fewest


def test_nobody_who_ranks_nobody_is_calmed():
    with pytest.raises(mm.InputError, match="ranks"):
        mm.calmest(mm.Cohort.from_scores([[1]], capacity=1, min_load=1))
