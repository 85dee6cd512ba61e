"""The form of a result: every field that has another one is named, and every form that results have is accepted."""

from dataclasses import replace
from fractions import Fraction

import pytest

import mmatch as mm
from mmatch.matching import Branches, Cut, Prices, Shortage, Stability
from mmatch.proof.well_formed import malformed

COHORT = mm.Cohort.from_scores([[3, 1], [2, 2]], capacity=1)
RESULT = mm.solve(COHORT)


class Lookalike(tuple):
    """Evidence of no known kind."""

    __slots__ = ()


def proof(**changes):
    return {"proof": replace(RESULT.proof, **changes)}


def stability(**changes):
    return proof(evidence=replace(Stability("mentee", "weak"), **changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"trust": None},
        {"found": None},
        {"value": None, "bound": None, "verified_bound": None},
        {"bound": (3, None, 0.5)},
        {"value": ((1, 0.5), ()), "verified_bound": ((),)},
        {"by_aim": {}},
        {"by_aim": {"Profile": (1, 2), "Fit": 3}},
        {"resolution": 1},
        {"resolution": 0.5},
        proof(evidence=None),
        proof(evidence=Shortage()),
        proof(evidence=Cut((0, 1))),
        proof(evidence=Prices(((1, -1), ()), ())),
        proof(evidence=Branches((), ((0,),), ((2,),))),
        proof(totals=(3, Fraction(1, 2), (1, Fraction(1, 3)))),
        proof(agreement=(("milp", "optimal"), ("cpsat", "optimal"))),
        stability(side="mentor", notion="envy", seed="a lot"),
        stability(side="", notion="strong", seed=7),
        stability(notion="super", steps=(3, 1), prices=((0, 1),), rotations=((1, 2), ())),
    ],
)
def test_a_form_that_results_have(changes):
    assert malformed(replace(RESULT, **changes)) == []


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("status", {"status": "optimal"}),
        ("trust", {"trust": "proved"}),
        ("matching", {"found": []}),
        ("value", {"value": [1, 2]}),
        ("value", {"value": (1, "2")}),
        ("value", {"value": (True,)}),
        ("value", {"value": ((1, None),)}),
        ("bound", {"bound": (1, [2])}),
        ("bound", {"bound": 1}),
        ("verified_bound", {"verified_bound": (Fraction(1, 2),)}),
        ("verified_bound", {"verified_bound": (((1,),),)}),
        ("by_aim", {"by_aim": (("Fit", 1),)}),
        ("by_aim", {"by_aim": {"Fit": "1", "Coverage": 2}}),
        ("solver", {"solver": None}),
        ("resolution", {"resolution": True}),
        ("resolution", {"resolution": "1"}),
        ("proof", {"proof": ("digest", None, (), ())}),
        ("proof", proof(digest=b"0")),
        ("proof", proof(totals=[1, 2])),
        ("proof", proof(totals=(1, 0.5))),
        ("proof", proof(totals=((1, 0.5),))),
        ("proof", proof(agreement=[("milp", "optimal")])),
        ("proof", proof(agreement=(("milp", "optimal"), ["cpsat", "optimal"]))),
        ("proof", proof(agreement=(("milp", "optimal", "twice"),))),
        ("proof", proof(agreement=(("milp",),))),
        ("proof", proof(agreement=((1, "optimal"),))),
        ("proof", proof(agreement=(("milp", None),))),
        ("proof", proof(evidence=())),
        ("proof", proof(evidence=Lookalike())),
        ("proof", proof(evidence=Cut([0, 1]))),
        ("proof", proof(evidence=Cut(3))),
        ("proof", proof(evidence=Cut((0, True)))),
        ("proof", proof(evidence=Prices(((1, 2), [3]), ()))),
        ("proof", proof(evidence=Prices((), ((1, 0.5),)))),
        ("proof", proof(evidence=Branches((), (), None))),
        ("proof", stability(side="both")),
        ("proof", stability(notion="very")),
        ("proof", stability(seed=1.5)),
        ("proof", stability(seed=True)),
        ("proof", stability(steps=("a",))),
        ("proof", stability(rotations=[(1, 2)])),
    ],
)
def test_a_form_that_no_result_has_is_named(name, changes):
    found = malformed(replace(RESULT, **changes))
    assert [(v.code, v.message) for v in found] == [("malformed", f"the {name} has a form that no result has")]
