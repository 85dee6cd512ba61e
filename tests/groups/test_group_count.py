"""So many of a group have a property: at a limit, one below it, and one above it."""

import pytest

import mmatch as mm

PEOPLE = [mm.Participant("ann", offers=[mm.Offer("x")])]
PEOPLE += [mm.Participant(name, requests=[mm.Request("x")], site=site) for name, site in zip("efg", "RRO", strict=True)]
COHORT = mm.Cohort(PEOPLE)  # two of three are in R


@pytest.mark.parametrize(
    ("least", "most", "kept"),
    [(0, None, True), (2, None, True), (3, None, False), (0, 2, True), (0, 1, False), (2, 2, True), (0, 3, True)],
)
@pytest.mark.parametrize("solver", ["milp", "cpsat"])
def test_two_of_three(least, most, kept, solver):
    program = mm.Program(group=(3, 3), rules=[mm.rules.GroupCount("site", "R", least, most)], aims=[mm.aims.Coverage()])
    all_of = mm.matching_from_pairs(COHORT, [("ann", name) for name in "efg"], program)
    assert (mm.verify(COHORT, program, all_of) == []) == kept
    assert mm.solve(COHORT, program, solver=solver).value == (3 if kept else 0,)


@pytest.mark.parametrize(("least", "most", "text"), [(3, None, "least 3"), (0, 1, "most 1"), (3, 3, "least 3")])
def test_what_is_broken_is_said_with_its_limit(least, most, text):
    program = mm.Program(group=(3, 3), rules=[mm.rules.GroupCount("site", "R", least, most)])
    all_of = mm.matching_from_pairs(COHORT, [("ann", name) for name in "efg"], program)
    assert [v.message for v in mm.verify(COHORT, program, all_of) if text in v.message]


@pytest.mark.parametrize("limits", [(2, 1), (-1, None), (1.5, None), (0, -1), (None, 1), (True, None)])
def test_limits_that_are_none(limits):
    with pytest.raises(mm.InputError):
        mm.rules.GroupCount("site", "R", *limits)


def test_true_is_not_one():
    """1 and True are different values of an attribute."""
    for value, held in ((True, False), (1, True)):
        people = [mm.Participant("ann", offers=[mm.Offer("x")])]
        people += [mm.Participant(n, requests=[mm.Request("x")], attributes={"k": 1}) for n in "ef"]
        cohort, rule = mm.Cohort(people), mm.rules.GroupCount("k", value, 2)
        result = mm.solve(cohort, mm.Program(group=(2, 2), rules=[rule], aims=[mm.aims.Coverage()]))
        assert result.value == (2 if held else 0,)


def test_an_attribute_is_a_text_that_somebody_has():
    assert mm.rules.GroupCount("site", "R").least == 0
    with pytest.raises(mm.InputError):
        mm.rules.GroupCount(3, "R")
    with pytest.raises(mm.InputError):
        mm.solve(COHORT, mm.Program(group=(3, 3), rules=[mm.rules.GroupCount("colour", "R", 1)]))
