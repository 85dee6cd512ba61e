"""The contract of rules, aims and solvers, as functions that raise an AssertionError with both values."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import numpy as np

from mmatch.aims import Aim, Coverage, PairAim
from mmatch.candidates import Pairs, facts_of
from mmatch.cohort import Cohort
from mmatch.engine import solve
from mmatch.errors import InputError, SolverError, UnsupportedError
from mmatch.exact import readable
from mmatch.instance import compile_instance
from mmatch.instance.decoding import chosen_edges
from mmatch.matching import Matching, Status
from mmatch.program import Program
from mmatch.registry import find
from mmatch.result import Result
from mmatch.rules import Rule
from mmatch.solvers._base import Solver
from mmatch.testing.cohorts import meant, small_cohorts, small_programs
from mmatch.testing.oracle import Oracle, all_matchings, best
from mmatch.verifying import verify


def check_rule(rule: Rule | Callable[[Cohort], Rule | None], cohort: Cohort | None = None) -> None:
    """Check a rule of your own as mmatch's own are checked; an AssertionError names the cohort, the pair, both values.

    ``allows`` says the same of a block and of a list of pairs, ``violations`` agrees with it, the best matching by each
    method is that of trying all; and the rule survives copies, its own repr, and JSON where it can be named there.

    Args:
        rule: the rule, or a function that makes one for a cohort (None where there is none).
        cohort: at most 16 pairs that may meet; by default small cohorts with sites, levels, "department" and "years".

    Example:
        >>> mm.testing.check_rule(mm.rules.Differs("site"))
    """
    for name, people, part in _met(rule, cohort):
        check_copies(part)
        check_pairs(people, part, name)
        for method in () if _of_groups(part, people) else ("flow", "cpsat"):
            _checked(people, Program(rules=[part]), method, f"{name}, {part.title}")


def check_aim(aim: Aim | Callable[[Cohort], Aim | None], cohort: Cohort | None = None) -> None:
    """Check an aim of your own as mmatch's own are checked; an AssertionError names the cohort, pairs, both values.

    ``measure`` is what the compiled form gives for every matching, and the best matching by each method is that of
    trying all; scores of pairs are the same in a block and in a list. Arguments are those of `check_rule`.
    """
    for name, people, part in _met(aim, cohort):
        check_copies(part)
        if isinstance(part, PairAim):
            check_views(people, part.whole, f"{name}, {part.title}")
        if part.grouped or part.composes:
            continue  # who sits together is no matter of pairs
        with suppress(UnsupportedError):  # some aims refuse some cohorts
            for matching in all_matchings(people):
                check_total(people, part, matching, name)
            for method in ("flow", "cpsat"):
                _checked(people, Program(aims=[Coverage(), part]), method, f"{name}, {part.title}")


def check_solver(solver: Solver, cohort: Cohort | None = None) -> None:
    """Check a solver of your own as mmatch's own are checked; an AssertionError names the cohort and the program.

    The judge accepts every answer, an optimum is that of trying all matchings, "infeasible" is true, the same seed
    gives the same answer; what it does not take it refuses with an UnsupportedError. Some question it must answer.
    """
    answered = False
    for name, people in small_cohorts(cohort).items():
        for program in small_programs(people):
            place = f"{name}, {program}"
            result = _checked(people, program, solver, place)
            if result is not None:
                again = solve(people, program, solver=solver)
                _same((again.status, again.found), (result.status, result.found), f"{place}: the same seed asked again")
                answered = answered or result.status != Status.UNKNOWN
    _same(answered, True, f"{solver.name}: whether any question was answered")


def check_answer(cohort: Cohort, result: Result, expected: Any, place: str = "the answer") -> None:
    """Check what a solver answers against the value of the best matching, None where there is none."""
    _same(verify(cohort, result.program, result), [], f"{place}: what the judge has against it")
    if result.status == Status.OPTIMAL:
        _same(result.proof.totals, expected, f"{place}: the optimum of {result.solver}, and by trying all matchings")
        shown = tuple(map(readable, expected))
        _same((result.value, result.bound), (shown, shown), f"{place}: value and bound of an optimum")
    elif result.status == Status.INFEASIBLE:
        _same(None, expected, f"{place}: infeasible by {result.solver}, and by trying all matchings")
    elif result.status == Status.FEASIBLE:
        better = expected is not None and result.proof.totals <= expected
        _same(better, True, f"{place}: {result.proof.totals} is at most {expected}")


def check_total(cohort: Cohort, aim: Aim, matching: Matching, place: str = "the cohort") -> None:
    """Check that the compiled form of an aim gives what the aim measures on a matching."""
    instance, edges = compile_instance(cohort, Program(aims=[Coverage(), replace(aim, weight=1)]))
    total = instance.totals(chosen_edges(edges, matching))[-1]  # type: ignore[arg-type]
    _same(total, aim.measure(cohort, matching), f"{place}, {matching.pairs()}: {aim.title} compiled, and measured")


def check_pairs(cohort: Cohort, rule: Rule, place: str = "the cohort") -> None:
    """Check that `allows` and `violations` of a rule agree on every pair that the facts let meet."""
    check_views(cohort, rule.mask, f"{place}, {rule.title}")
    oracle, several = Oracle(cohort, Program()), rule.bounds_matching or _of_groups(rule, cohort)
    for edge in oracle.edges:
        matching, allowed = oracle.matching((edge,)), oracle.rule_allows(rule, *edge)
        if not allowed or not several:
            kept = not rule.violations(cohort, matching)
            _same(kept, allowed, f"{place}, {matching.pairs()}: {rule.title} by violations, and by allows")


def check_views(cohort: Cohort, look: Callable[[Pairs], Any], place: str) -> None:
    """Check that a block of requests and offers and a list of the same pairs give the same."""
    facts, shape = facts_of(cohort), (len(cohort.requests.owner), len(cohort.offers.owner))
    rows, columns = np.indices(shape)
    views = Pairs(facts, rows[:, :1], columns[:1]), Pairs(facts, rows.ravel(), columns.ravel())
    (block, unit), (listed, other) = (found if isinstance(found, tuple) else (found, 1) for found in map(look, views))
    listed = np.broadcast_to(listed is None or listed, rows.size).reshape(shape)
    same = unit == other and np.array_equal(np.broadcast_to(block is None or block, shape), listed)
    _same(same, True, f"{place}: {block} in units of {unit} as a block, {listed} in units of {other} as a list")


def check_copies(part: Any) -> None:
    """Check that a rule or an aim is the same when it is copied; from a pickle, its repr and JSON, where it can be."""
    kind, copies = type(part), [replace(part)]
    if not any(callable(getattr(part, item.name)) for item in fields(part)):
        if getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind:
            copies.append(pickle.loads(pickle.dumps(part)))  # noqa: S301 - made in this line
        if "…" not in repr(part):
            inner = (type(value) for value in vars(part).values() if isinstance(value, Rule))
            copies.append(eval(repr(part), {one.__name__: one for one in (kind, *inner)}))  # noqa: S307 - our own text
        if find(part.package, part.name) is kind:
            read = json.loads(json.dumps(part.to_json()))
            copies.append(kind(**{key: value for key, value in read.items() if key != "name"}))
    for copy in copies:
        _same((copy, copy.canonical(), hash(copy)), (part, part.canonical(), hash(part)), f"a copy of {part.title}")


def _of_groups(rule: Rule, cohort: Cohort) -> bool:
    """Whether a rule speaks about who sits together, when, or under how many mentors."""
    return rule.composes or rule.times(cohort) is not None


def _checked(cohort: Cohort, program: Program, solver: Any, place: str) -> Result | None:
    """What a solver answers, held against trying all matchings; None where it refuses the question."""
    try:
        result = solve(cohort, program, solver=solver)
    except (UnsupportedError, InputError) as error:
        if isinstance(error, InputError):  # a promise that no pair can keep
            _same(best(cohort, program), None, f"{place}: refused ({error}); by trying all matchings")
        return None
    except SolverError as error:
        raise AssertionError(f"{place}: {error}") from error
    check_answer(cohort, result, best(cohort, result.program), place)
    return result


def _met(part: Any, cohort: Cohort | None) -> list[tuple[str, Cohort, Any]]:
    """(name, cohort, the part for it) wherever it can be meant."""
    found = [(name, c, part if isinstance(part, Rule | Aim) else part(c)) for name, c in small_cohorts(cohort).items()]
    found = [row for row in found if row[2] is not None and meant(row[2], row[1])]
    _same(bool(found), True, f"{part}: whether it can be meant for any cohort here; give one with cohort=")
    return found


def _same(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise AssertionError(f"{what}: found {found}, expected {expected}")
