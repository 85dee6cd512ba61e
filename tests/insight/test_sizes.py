"""How few and how many seats stable matchings fill: against enumeration."""

from __future__ import annotations

import pytest
from hypothesis import given

import mmatch as mm
from stable_oracle import rankings
from strategies import examples


@given(world=rankings(ties=True))
@examples(80)
def test_the_fewest_and_the_most_are_those_of_enumeration(world):
    cohort = world.cohort(mm)
    sizes = [sum(o is not None for o in chosen) for chosen in world.stable()]
    every = max(sum(o is not None for o in chosen) for chosen in world.matchings())
    found = mm.stable_sizes(cohort)
    assert (found.fewest, found.at_least, found.most, found.at_most, found.any) == (
        min(sizes),
        min(sizes),
        max(sizes),
        max(sizes),
        every,
    )
    for matching, seats in ((found.smallest, min(sizes)), (found.largest, max(sizes))):
        assert len(matching.pairs()) == seats
        assert mm.blocking_pairs(cohort, mm.Program(), matching) == []


def test_what_time_does_not_settle_stays_between_bounds():
    names = [f"x{k}" for k in range(30)]
    lists = {f"e{k}": [names[k % 30], names[(k * 7 + 1) % 30]] for k in range(60)}
    cohort = mm.Cohort.from_rankings({e: list(dict.fromkeys(x)) for e, x in lists.items()}, capacity=1)
    found = mm.stable_sizes(cohort, time_limit=0.01)
    assert found.at_least <= (found.fewest or found.at_most) <= found.at_most <= found.any
    assert found.at_least <= (found.most or found.at_least) <= found.at_most


def test_what_has_no_stable_sizes_is_told():
    cohort = mm.Cohort.from_rankings({"a": ["x"]}, {"x": ["a"]}, min_load=1)
    with pytest.raises(mm.UnsupportedError, match="stable_sizes cannot keep a least load of 1"):
        mm.stable_sizes(cohort)
