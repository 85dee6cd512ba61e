"""What `mm.testing` says of parts that break the contract, each in another way."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

import mmatch as mm
from mmatch.constraints import Bounds
from mmatch.instance import Answer
from mmatch.matching import Violation

SMALL = mm.Cohort(
    [mm.Participant(name, offers=[mm.Offer()], attributes={"age": age}) for name, age in (("ann", 50), ("bob", 30))]
    + [mm.Participant(name, requests=[mm.Request()], attributes={"age": 40}) for name in ("cy", "di")]
)


@dataclass(frozen=True, repr=False)
class Older(mm.rules.Rule):
    """Right."""

    by: int = 0

    def allows(self, pairs):
        mentor, mentee = pairs.numbers("age")
        return mentor - mentee > self.by


@dataclass(frozen=True, repr=False)
class Flat(Older):
    """Looks at the first request of a block only."""

    def allows(self, pairs):
        allowed = super().allows(pairs)
        return allowed if allowed.ndim == 1 else ~allowed


@dataclass(frozen=True, repr=False)
class Blind(Older):
    """Sees no violation."""

    def violations(self, cohort, matching):
        return []


@dataclass(frozen=True, repr=False)
class Two(mm.rules.Rule):
    """At most one mentee altogether, and solvers are told two."""

    def constraints(self, edges):
        yield Bounds(self.title, np.zeros(len(edges), dtype=np.int64), np.array([0]), np.array([2]), self.title)

    def violations(self, cohort, matching):
        return [Violation("rule:Two", "too many", ())] if len(matching) > 1 else []


@dataclass(frozen=True, repr=False)
class Forgetful(Older):
    """A copy is another one."""

    def __post_init__(self):
        self.put("by", self.by + 1)


@dataclass(frozen=True, repr=False)
class Picky(Older):
    """Can be meant for nobody."""

    def check(self, cohort):
        raise mm.InputError(mm.errors.Problem("no", "", "never"))


@dataclass(frozen=True, repr=False)
class Points(mm.aims.PairAim):
    """Right."""

    def scores(self, pairs):
        return (pairs.mentor + 2 * pairs.mentee) % 5, Fraction(1, 2)


@dataclass(frozen=True, repr=False)
class Lies(Points):
    """Measures something else than it tells solvers."""

    def measure(self, cohort, matching):
        return super().measure(cohort, matching) + len(matching.seats) // 2


@dataclass(frozen=True, repr=False)
class Shifts(Points):
    """The unit depends on the view."""

    def scores(self, pairs):
        return super().scores(pairs)[0], Fraction(1, len(pairs.shape))


class Mine:
    name, rank, takes = "mine", None, frozenset({"linear", "bounds", "convex_load"})

    def __init__(self, answer):
        self.answer = answer

    def solve(self, instance, _watch):
        if any(family.lower.any() for family in instance.bounds):
            return Answer(mm.Status.UNKNOWN)
        return self.answer(len(instance.request))


def test_right_parts_pass():
    mm.testing.check_rule(Older(), SMALL)
    mm.testing.check_rule(lambda cohort: Older(len(cohort)), SMALL)
    mm.testing.check_aim(Points())
    mm.testing.check_aim(Points(weight=0.5), SMALL)
    mm.testing.check_solver(mm.solvers.Flow())
    mm.testing.check_solver(Mine(lambda n: Answer(mm.Status.FEASIBLE, np.zeros(n, dtype=bool))), SMALL)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Flat(), r"(?s)the cohort, Flat\(\): .* as a block, .* as a list: found False"),
        (
            Blind(),
            r"the cohort, \[\('bob', 'cy', ''\)\]: Blind\(\) by violations, and by allows: found True",
        ),
        (Two(), r"the cohort, Two\(\): flow gave a matching that the judge refuses: too many"),
        (Forgetful(), r"a copy of Forgetful\(1\): found \(Forgetful\(2\)"),
        (Picky(), r"Picky\(\): whether it can be meant for any cohort here; give one with cohort="),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_wrong_rule_is_told(rule, told):
    with pytest.raises(AssertionError, match=told):
        mm.testing.check_rule(rule, SMALL)


@pytest.mark.parametrize(
    ("aim", "told"),
    [
        (Lies(), r"the cohort, \[\(.*\), \(.*\)\]: Lies\(\) compiled, and measured: found 1/2, expected 3/2"),
        (Shifts(), r"(?s)the cohort, Shifts\(\): .* in units of 1/2 as a block, .* in units of 1 as a list"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_wrong_aim_is_told(aim, told):
    with pytest.raises(AssertionError, match=told):
        mm.testing.check_aim(aim, SMALL)


class Unsure:
    """Answers otherwise each time."""

    name, rank, takes = "unsure", None, Mine.takes
    asked = 0

    def solve(self, instance, _watch):
        self.asked += 1
        chosen = np.arange(len(instance.request)) == self.asked % 2
        return Answer(mm.Status.FEASIBLE, chosen)


class Modest(Mine):
    """Takes nothing."""

    takes = frozenset()


@pytest.mark.parametrize(
    ("solver", "told"),
    [
        (Mine(lambda n: Answer(mm.Status.UNKNOWN)), "mine: whether any question was answered: found False"),
        (
            Mine(lambda n: Answer(mm.Status.FEASIBLE, np.ones(n, dtype=bool))),
            "cohort, Program.*: mine gave a matching",
        ),
        (
            Mine(lambda n: Answer(mm.Status.OPTIMAL, np.zeros(n, dtype=bool))),
            "optimum of mine, and by trying all",
        ),
        (Unsure(), "the same seed asked again: found"),
        (Modest(None), "mine: whether any question was answered: found False"),
    ],
    ids=["silent", "greedy", "optimal", "unsure", "modest"],
)
def test_a_wrong_solver_is_told(solver, told):
    with pytest.raises(AssertionError, match=told):
        mm.testing.check_solver(solver, SMALL)


def test_the_oracle_lists_and_measures_and_says_where_it_stops():
    program = mm.Program(rules=[Older()])
    assert [m.pairs() for m in mm.testing.all_matchings(SMALL, program)] == [
        [],
        [("ann", "di", "")],
        [("ann", "cy", "")],
    ]
    assert mm.testing.best(SMALL, program) == (1, 0)
    assert mm.testing.best(SMALL, mm.Program(rules=[Older(), mm.rules.Everyone()])) is None
    with pytest.raises(mm.errors.UnsupportedError, match="this program forms groups"):
        mm.testing.best(SMALL, mm.Program(group=(1, 2)))
    with pytest.raises(mm.errors.LimitError, match="25 pairs may meet, the oracle tries at most 16"):
        mm.testing.best(mm.Cohort.from_scores([[1] * 5] * 5, capacity=1))
