"""The contract of every solver, on every rule and aim: the judge accepts the answer, and an optimum is the oracle's."""

import pytest
from hypothesis import assume, given

import mmatch as mm
from mmatch import registry
from mmatch.testing.checks import check_answer, check_copies, check_pairs, check_total
from oracle import Oracle
from strategies import aims_for, cohorts, examples, group_rules_for, in_order, questions, rules_for

KINDS = [registry.find("mmatch.solvers", name) for name in registry.names("mmatch.solvers")]
OTHERS = {"stable"}  # of some matchings only: test_stable.py
SOLVERS = [kind for kind in KINDS if kind.name not in OTHERS]


def answer(cohort, program, solver):
    """The result, or None where the question is refused in a sentence."""
    try:
        return mm.solve(cohort, program, solver=solver)
    except mm.InputError as error:
        assert {p.code for p in error.problems} <= {"impossible-lock", "contradiction"}
    except mm.errors.UnsupportedError as error:
        assert "cannot keep" in str(error) or "no solver" in str(error)
    return None


EXACT = {"flow", "milp", "cpsat"}  # where no limit stops them


def sits_apart(cohort, program):
    """Whether people may have to sit in different groups: the oracle of seats does not know who sits with whom."""
    return max(program.group_of("")) > 1 and any(person.avoids for person in cohort)  # test_groups.py asks these


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda kind: kind.name)
@given(question=questions())
@examples(300)
def test_every_answer_is_accepted_and_every_optimum_is_the_oracles(solver, question):
    cohort, program = question
    assume(not sits_apart(cohort, program))
    oracle = Oracle(cohort, program)
    assume(len(oracle.edges) <= 11)
    result = answer(cohort, program, solver())
    assume(result is not None)
    best = oracle.best()
    check_answer(cohort, result, best)
    if solver.name in EXACT:
        assert (result.status == mm.Status.OPTIMAL) == (best is not None)
    if result.status == mm.Status.OPTIMAL:
        assert result.trust == mm.Trust.PROVED or (result.trust == mm.Trust.CLAIMED and solver.name != "flow")
        known = zip(result.verified_bound, result.value, strict=True)
        claimed = result.trust == mm.Trust.CLAIMED
        assert all(bound == value or (claimed and (bound is None or bound > value)) for bound, value in known)
    elif result.status == mm.Status.INFEASIBLE:
        assert result.trust == mm.Trust.PROVED
        with pytest.raises(mm.errors.NoMatchingError):
            _ = result.matching
    elif result.status == mm.Status.FEASIBLE:
        assert result.trust == mm.Trust.HEURISTIC
    else:
        assert result.trust is None
        assert result.value is None


@given(cohort=cohorts())
def test_auto_is_always_exact_on_plain_programs(cohort):
    try:
        result = mm.solve(cohort)
    except mm.InputError as error:
        assert {p.code for p in error.problems} == {"contradiction"}
        return
    assert result.status in {mm.Status.OPTIMAL, mm.Status.INFEASIBLE}
    assert result.trust == mm.Trust.PROVED


@given(cohort=cohorts())
def test_truth_and_compiled_form_agree_for_every_aim(cohort):
    """`measure` on a matching equals the compiled weights and loads of its edges, aim by aim; so does the network."""
    from mmatch.instance import compile_instance
    from mmatch.network.circulation import build_network
    from mmatch.proof.judge import chosen_edges
    from mmatch.stages import Worst

    greedy = answer(cohort, mm.Program(), "greedy")
    assume(greedy is not None and greedy.found is not None)
    for aim in aims_for(cohort):
        program = mm.Program(aims=in_order([aim]))
        try:
            instance, edges = compile_instance(cohort, program)
        except mm.errors.UnsupportedError:
            assert aim.name == "Nash"
            continue
        check_total(cohort, aim, greedy.matching)
        check_copies(aim)
        chosen = chosen_edges(edges, greedy.matching)
        total = aim.measure(cohort, greedy.matching)
        stage = instance.stages[-1]
        if (
            not instance.tiers[-1].vector
            and not isinstance(stage, Worst)
            and aim.name not in {"EqualSides", "FitParity"}
        ):
            network = build_network(instance)
            paid = int((network.flow_of(chosen) * network.cost(len(instance.stages) - 1)).sum())
            assert -paid * stage.unit + stage.constant == total, aim.title


@given(cohort=cohorts())
def test_every_rule_says_the_same_in_every_view_and_of_every_matching(cohort):
    """`allows` on a block and on a list, and `violations` on a matching of one pair."""
    for rule in (*rules_for(cohort), *group_rules_for(cohort)):
        try:
            rule.check(cohort)
        except mm.InputError:
            continue
        check_pairs(cohort, rule)
        check_copies(rule)
