"""The independent judge: is the matching allowed, are its values true, and what do the proofs prove?"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.candidates import seat_rows
from mmatch.errors import excerpt
from mmatch.exact import Exact, Value, plain, readable
from mmatch.instance.candidate_groups import asks_for_groups
from mmatch.instance.compiled import Compiled
from mmatch.instance.decoding import chosen_edges
from mmatch.matching import Branches, Cut, Matching, Prices, Shortage, Stability, Status, Trust, Violation
from mmatch.network.all_pairs import LARGEST, priced
from mmatch.network.circulation import CrossingSets, build_network, shortfall
from mmatch.program import question_digest
from mmatch.proof.branch_bounds import opening_bounds
from mmatch.proof.floor_bounds import worst_off_bounds
from mmatch.proof.optimality import balanced, proved_face
from mmatch.proof.seat_counts import seat_shortage
from mmatch.proof.stability import none_exists, stable_tiers, unrest
from mmatch.proof.validity import validity
from mmatch.result import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mmatch.arrays import Bools, Ints
    from mmatch.cohort import Cohort
    from mmatch.instance import Instance
    from mmatch.matching import Evidence, Proof
    from mmatch.network.all_pairs import Priced
    from mmatch.program import Program


@dataclass(frozen=True, slots=True)
class Grade:
    """What the judge says: violations, exact totals per tier, values by aim, how many tiers are proved, the trust."""

    violations: tuple[Violation, ...]
    totals: tuple[Exact, ...] = ()
    by_aim: tuple[tuple[str, Value], ...] = ()
    tiers_proved: int = 0
    limits: tuple[Fraction | None, ...] = ()
    trust: Trust | None = None
    resolution: float = 1.0

    @property
    def value(self) -> tuple[Value, ...]:
        """The totals in the user's unit: ints where whole, else the nearest floats."""
        return tuple(readable(total) for total in self.totals)

    @property
    def verified_bound(self) -> tuple[Value | None, ...]:
        """What the judge knows about each tier: its value where it is proved best, else a bound from multipliers."""
        value = self.value
        limits = [None if limit is None else plain(limit) for limit in self.limits]
        limits += [None] * (len(value) - len(limits))
        return tuple(value[k] if k < self.tiers_proved else limits[k] for k in range(len(value)))


def judge(cohort: Cohort, program: Program, status: Status, matching: Matching | None, proof: Proof) -> Grade:
    """Grade a claim: compile the problem afresh and check the evidence in exact integers, without any solver.

    Args:
        cohort: the facts.
        program: the policy, resolved.
        status: what is claimed.
        matching: what was found, if anything.
        proof: the evidence.
    """
    if matching is not None:
        found = validity(cohort, program, matching)
        if found:
            return Grade(tuple(found))
    many = priced(cohort, program) if isinstance(proof.evidence, Prices | Cut) else None
    listed = None if many is None else many.listed(_keys(cohort, matching))
    question = Compiled(cohort, program, listed=listed)
    if matching is None:
        return Grade((), trust=_trust_without(question, status, proof, many))
    measured = [(name, aim, aim.measure(cohort, matching)) for name, aim in program.named_aims()]
    by_aim = tuple((name, readable(total)) for name, _, total in measured)
    exact = iter(measured)
    totals = tuple(_tier_total([(aim.exact_weight, next(exact)[2]) for aim in tier]) for tier in program.tiers)
    proved, blocking = stable_tiers(question, matching, proof, totals)
    if blocking:
        return Grade(tuple(blocking))
    limits: tuple[Fraction | None, ...] = ()
    if not proved and proof.stability is None:
        proved, limits = _proved(question, matching, proof, totals)
        if proved and many is not None and _improved(many, matching, proof):
            proved, limits = 0, ()
    trust = Trust.HEURISTIC
    if status == Status.OPTIMAL:
        unproved = Trust.CORROBORATED if _agreed(proof, "optimal") else Trust.CLAIMED
        trust = Trust.PROVED if proved == len(totals) else unproved
    resolution = min((aim.resolution(cohort) for _, aim, _ in measured), default=1.0)
    return Grade((), totals, by_aim, proved, limits, trust, resolution)


def _tier_total(measured: list[tuple[Fraction, Exact]]) -> Exact:
    """Weighted measures added up; a vector stands alone."""
    weight, first = measured[0]
    if isinstance(first, tuple):
        return tuple(weight * item for item in first)
    return sum((w * total for w, total in measured if not isinstance(total, tuple)), Fraction(0))


def _keys(cohort: Cohort, matching: Matching | None) -> Ints:
    """The pairs of a matching, as `AllPairs` numbers them."""
    if matching is None:
        return np.zeros(0, dtype=np.int64)
    requests, offers = seat_rows(cohort, matching)
    return np.unique(requests * len(cohort.offers.owner) + offers)


def _improved(many: Priced, matching: Matching, proof: Proof) -> bool:
    """Whether some pair that is not listed could still improve a matching, by the prices of its proof."""
    cohort, evidence = many.prices.pairs.cohort, proof.evidence
    if not isinstance(evidence, Prices) or len(evidence.prices) != len(many.prices.folds):
        return True
    if any(len(part) != many.prices.n_nodes or max(map(abs, part)) >= LARGEST for part in evidence.prices):
        return True
    prices = [np.array(part, dtype=np.int64) for part in evidence.prices]
    return many.prices.improved(prices, _keys(cohort, matching))


def _trust_without(question: Compiled, status: Status, proof: Proof, many: Priced | None) -> Trust | None:
    """The grade of a claim that there is no matching."""
    if status != Status.INFEASIBLE:
        return None
    if proof.digest == question.digest and _none_possible(question, proof.evidence, many):
        return Trust.PROVED
    return Trust.CORROBORATED if _agreed(proof, "infeasible") else Trust.CLAIMED


def _none_possible(question: Compiled, evidence: Evidence | None, many: Priced | None) -> bool:
    """Whether the evidence, or counting alone, shows that no matching exists."""
    match evidence:
        case Cut(nodes):
            network = build_network(question.instance)
            short = shortfall(network, nodes)
            if many is not None:  # pairs that are not listed may lead out of the set, too
                inside, first = many.prices.inside(nodes), network.first_edge
                listed = np.count_nonzero(inside[network.tail[first:]] & ~inside[network.head[first:]])
                short -= many.prices.count_crossing(nodes) - int(listed)
            return short > 0
        case Stability():
            return none_exists(question, evidence)
        case None | Shortage():
            return seat_shortage(question.untimed[0]) is not None
    return False


def _agreed(proof: Proof, claim: str) -> bool:
    """Whether two different solvers, on differently built models, are recorded with a claim."""
    return len({solver for solver, what in proof.agreement if what == claim}) > 1


def _proved(
    question: Compiled, matching: Matching, proof: Proof, totals: tuple[Exact, ...]
) -> tuple[int, tuple[Fraction | None, ...]]:
    """(leading tiers proved best, in what the aims themselves measure; what no matching exceeds in each tier)."""
    evidence = proof.evidence
    bounded = isinstance(evidence, Prices | Branches) or asks_for_groups(question.cohort, question.program)
    if not bounded or proof.digest != question.digest:
        return 0, ()
    instance = question.instance
    chosen = chosen_edges(question.edges, matching)
    if chosen is None or "balance" in instance.kinds:  # of which prices know nothing
        return 0, ()
    if instance.groups is not None:
        return _proved_in_groups(instance, chosen, evidence if isinstance(evidence, Branches) else None, totals)
    return _proved_by_prices(instance, chosen, evidence, totals) if isinstance(evidence, Prices) else (0, ())


def _proved_by_prices(
    instance: Instance, chosen: Bools, evidence: Prices, totals: tuple[Exact, ...]
) -> tuple[int, tuple[Fraction | None, ...]]:
    """The same by prices on the network, and multipliers after them."""
    try:
        network = build_network(instance)
    except CrossingSets:
        return 0, ()
    flow = network.flow_of(chosen)
    if not balanced(network, flow):
        return 0, ()
    agree = [a == b for a, b in zip(instance.totals(chosen), totals, strict=True)]
    prices: deque[Sequence[int]] = deque(evidence.prices)
    stages, free = proved_face(network, flow, prices)
    proved = instance.tiers_within(stages)
    pairs = zip(prices, evidence.multipliers, strict=False)
    bounds = iter(worst_off_bounds(instance, network, (flow, free, stages), pairs))
    limits = [next(bounds, None) for _ in totals[proved:]]
    known = (None,) * proved + tuple(limits)
    proved += next((k for k, limit in enumerate(limits) if limit != totals[proved + k]), len(limits))
    return min(proved, [*agree, False].index(False)), known if all(agree) else ()


def _proved_in_groups(
    instance: Instance, chosen: Bools, evidence: Branches | None, totals: tuple[Exact, ...]
) -> tuple[int, tuple[Fraction | None, ...]]:
    """The same for matchings in groups: a tier is proved where the bounds of its stages meet what it reached."""
    agree = [a == b for a, b in zip(instance.totals(chosen), totals, strict=True)]
    bounds = iter(opening_bounds(instance, chosen, evidence))
    limits: list[Fraction | None] = []
    for tier, total in zip(instance.tiers, totals, strict=True):
        found = [next(bounds, None) for _ in tier.stages]
        exact = total if isinstance(total, tuple) else (total,)
        if tier.vector:
            limits.append(None if tuple(found) != exact else Fraction(0))
        else:
            limits.append(found[0])
    closed = [
        limit is not None and (tier.vector or limit == total)
        for limit, tier, total in zip(limits, instance.tiers, totals, strict=True)
    ]
    proved = [*closed, False].index(False)
    shown = [None if tier.vector else limit for limit, tier in zip(limits, instance.tiers, strict=True)]
    return min(proved, [*agree, False].index(False)), tuple(shown)


def judge_matching(cohort: Cohort, program: Program, matching: Matching) -> list[Violation]:
    """What is wrong with a matching: people, offers, seats, rules, stability where it is asked for."""
    return validity(cohort, program, matching) or unrest(cohort, program, matching)


def judge_result(cohort: Cohort, result: Result) -> list[Violation]:
    """What is wrong with a result, by the program that it carries: its matching, and every claim."""
    if result.proof.digest != question_digest(cohort, result.program):
        return [Violation("digest", "the result was made from another cohort or program")]
    grade = judge(cohort, result.program, result.status, result.found, result.proof)
    return [*grade.violations] if grade.violations else list(_wrong_claims(result, grade))


def _wrong_claims(result: Result, grade: Grade) -> list[Violation]:
    """Claims of a result that the judge does not find."""
    if result.found is None:
        return _wrong_without(result, grade)
    pairs: list[tuple[str, Any, Any]] = [
        ("value", result.value, grade.value),
        ("totals", result.proof.totals, grade.totals),
        ("by_aim", dict(result.by_aim), dict(grade.by_aim)),
        ("verified_bound", result.verified_bound, grade.verified_bound),
        ("resolution", result.resolution, grade.resolution),
    ]
    found = [Violation(name, f"claims {name} {excerpt(a)}, found {excerpt(b)}") for name, a, b in pairs if a != b]
    if result.status not in {Status.OPTIMAL, Status.FEASIBLE}:
        found.append(Violation("status", f"{result.status} with a matching"))
    if result.status == Status.OPTIMAL and result.bound != result.value:
        found.append(Violation("bound", f"optimal means bound = value, found {excerpt(result.bound)}"))
    found += _false_bounds(result.bound, grade)
    found += _false_bounds(result.verified_bound, grade)
    if result.trust is None or _rank(result.trust) > _rank(grade.trust):
        found.append(Violation("trust", f"claims {result.trust}, the evidence gives {grade.trust}"))
    return found


def _false_bounds(claimed: Any, grade: Grade) -> list[Violation]:
    """Bounds below what the matching itself reaches, or of another length."""
    bound = claimed or ()
    if len(bound) != len(grade.value):
        return [Violation("bound", f"{len(bound)} bounds for {len(grade.value)} tiers")]
    for k, (limit, value) in enumerate(zip(bound, grade.value, strict=True)):
        if limit is not None and _below(limit, value):
            return [Violation("bound", f"tier {k} reaches {value}, above its claimed bound {limit}")]
        if limit != value:
            break  # later bounds are about matchings as good as a better one in this tier
    return []


def _below(limit: Any, value: Any) -> bool:
    """Whether a bound is below a value, number by number; a bound of another form bounds nothing."""
    if isinstance(value, tuple) != isinstance(limit, tuple):
        return True
    return bool(limit < value)


def _wrong_without(result: Result, grade: Grade) -> list[Violation]:
    found = []
    if result.verified_bound is not None or result.bound is not None:
        found.append(Violation("bound", "a result without a matching has no bound"))
    if result.value is not None or result.proof.totals:
        found.append(Violation("value", "a result without a matching has no value"))
    if result.status not in {Status.INFEASIBLE, Status.UNKNOWN}:
        found.append(Violation("status", f"{result.status} without a matching"))
    if _rank(result.trust) > _rank(grade.trust):
        found.append(Violation("trust", f"claims {result.trust}, the evidence gives {grade.trust}"))
    if result.status == Status.INFEASIBLE and _rank(grade.trust) < _rank(Trust.CORROBORATED):
        found.append(Violation("status", "infeasible without evidence: at most unknown"))
    return found


def _rank(trust: Trust | None) -> int:
    order = [None, Trust.HEURISTIC, Trust.CLAIMED, Trust.CORROBORATED, Trust.PROVED]
    return order.index(trust)


__all__ = ["Grade", "chosen_edges", "judge", "judge_matching", "judge_result"]
