"""Linked mentees: the same mentor or none, and what blocks where some move as one; against every matching tried."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import mmatch as mm
from stable_oracle import rankings
from strategies import examples


def mentors_of(world, chosen, names):
    return {None if o is None else world.owner[o] for e, o in zip(world.names, chosen, strict=True) if e in names}


def blocks_together(world, chosen, names, offer):
    """Whether some mentees and an offer would all gain by being together, whoever has to go for it."""
    mentor, now = world.owner[offer], dict(zip(world.names, chosen, strict=True))
    if not all(world.acceptable(e, offer) and world.likes(e, now[e]) > world.likes(e, offer) for e in names):
        return False
    worst = max(world.wants(mentor, e) for e in names)
    stay = [o for e, o in now.items() if o and e not in names and world.owner[o] == mentor]
    keep = [e for e, o in now.items() if o and e not in names and world.owner[o] == mentor]
    kept = [o for e, o in zip(keep, stay, strict=True) if world.wants(mentor, e) <= worst]
    fits = len(kept) + len(names) <= world.capacity[mentor]
    return fits and kept.count(offer) + len(names) <= world.seats[offer]


def unrest(world, chosen, names):
    """(mentor, mentee, offer) of all that block."""
    alone = [(e, o) for e in world.names if e not in names for o in world.owner if world.blocks(chosen, e, o, "weak")]
    moved = [(e, o) for o in world.owner if blocks_together(world, chosen, names, o) for e in names]
    return {(world.owner[o], e, o) for e, o in alone + moved}


@st.composite
def questions(draw):
    """(a world, two or three of its mentees)."""
    world = draw(rankings(ties=draw(st.booleans()), most_mentees=5))
    assume(len(world.names) > 1)
    return world, sorted(draw(st.lists(st.sampled_from(world.names), unique=True, min_size=2, max_size=3)))


@pytest.mark.parametrize("solver", ["milp", "cpsat"])
@given(question=questions())
@examples(100)
def test_the_best_stable_matching_of_linked_mentees_is_that_of_enumeration(solver, question):
    world, names = question
    cohort = world.cohort(mm)
    program = mm.Program(rules=[mm.rules.Stable(), mm.rules.Linked([names])], aims=[mm.aims.Coverage()])
    together = [chosen for chosen in world.matchings() if len(mentors_of(world, chosen, names)) == 1]
    stable = [chosen for chosen in together if not unrest(world, chosen, names)]
    result = mm.solve(cohort, program, solver=solver)
    assert mm.verify(cohort, program, result) == []
    assert (result.found is not None) == bool(stable)
    if stable:
        assert result.value == (max(sum(o is not None for o in chosen) for chosen in stable),)


@given(question=questions(), data=st.data())
@examples(200)
def test_what_blocks_is_told_for_any_matching(question, data):
    world, names = question
    cohort = world.cohort(mm)
    program = mm.Program(rules=[mm.rules.Linked([names])])
    chosen = data.draw(st.sampled_from(list(world.matchings())))
    matching = mm.matching_from_pairs(cohort, world.pairs(chosen))
    found = mm.blocking_pairs(cohort, program, matching)
    one_each = set(world.owner) == set(world.owner.values())
    assert {(b.mentor, b.mentee, b.mentor if one_each else b.topic) for b in found} == unrest(world, chosen, names)
    parted = len(mentors_of(world, chosen, names)) > 1
    assert any(v.code == "rule:Linked" for v in mm.verify(cohort, program, matching)) == parted


def test_a_couple_moves_only_together():
    """Ann would take eva alone; but eva is linked with finn, whom she likes less than gia."""
    mentees = {"eva": ["ann", "bob"], "finn": ["ann", "bob"], "gia": ["ann"]}
    mentors = {"ann": ["eva", "gia", "finn"], "bob": ["eva", "finn"]}
    cohort = mm.Cohort.from_rankings(mentees, mentors, capacity={"ann": 2, "bob": 2})
    linked = mm.Program(rules=[mm.rules.Stable(), mm.rules.Linked([["eva", "finn"]])], aims=[mm.aims.Coverage()])
    result = mm.solve(cohort, linked)
    assert sorted(result.matching.pairs()) == [("ann", "gia", ""), ("bob", "eva", ""), ("bob", "finn", "")]
    with pytest.raises(mm.errors.UnsupportedError, match="Linked"):
        mm.solve(cohort, linked, solver="stable")
    with pytest.raises(mm.errors.UnsupportedError, match="linked"):
        mm.blocking_pairs(cohort, linked, result.matching, kind="strong")


def test_two_who_want_the_same_mentor_in_any_program():
    cohort = mm.Cohort.from_scores([[9, 1], [1, 9], [5, 5]], capacity=2)
    program = mm.Program(rules=[mm.rules.Linked([["mentee-0", "mentee-1"]])])
    result = mm.solve(cohort, program)
    assert result.value[:2] == (3, 15)
    assert result.status == mm.Status.OPTIMAL
    assert mm.Program.from_json(program.to_json()) == program


@pytest.mark.parametrize(
    ("sets", "told"),
    [
        ("ab", "expected lists of ids"),
        ([["a", 1]], "expected a list of ids"),
        ([["mentee-0", "mentee-1"], ["mentee-1", "mentee-2"]], "two sets"),
        ([["mentee-0", "mentee-7"]], "unknown id"),
        ([["mentee-0", "mentor-0"]], "asks for 0 mentors"),
        ([["mentee-0", "mentee-2"]], "asks for 2 mentors"),
    ],
)
def test_links_that_cannot_be_meant_are_told(sets, told):
    cohort = mm.Cohort.from_scores([[1, 2]] * 3, capacity=2, demand=[1, 1, 2])
    with pytest.raises(mm.InputError, match=told):
        mm.solve(cohort, mm.Program(rules=[mm.rules.Linked(sets)]))
