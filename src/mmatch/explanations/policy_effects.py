"""What a policy decides: which tier settled the answer, what each aim lost, and what would change without a rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from mmatch.arrays import Bools, Ints
from mmatch.cohort import Cohort
from mmatch.display import Shown, Table
from mmatch.engine import solve
from mmatch.errors import InputError, Problem, UnsupportedError
from mmatch.exact import Value, readable
from mmatch.instance.compiled import Compiled
from mmatch.matching import Matching, Prices, Trust
from mmatch.network.circulation import CrossingSets, Network, build_network
from mmatch.network.folding import stage_costs
from mmatch.network.prices import potentials, reduced_costs, residual_arcs
from mmatch.program import Program, TierSpec
from mmatch.proof.judge import chosen_edges
from mmatch.result import Result, check_answer


@dataclass(frozen=True, slots=True)
class TierStory:
    """One tier: what it reached, what it could have had as the first one, and how many pairs it left open.

    ``lost`` is what the tiers before it cost (None for vectors). ``open`` counts the candidate pairs that still differ
    between matchings which are as good in all tiers so far; None where the proof does not tell, as with groups. At 0
    all is decided.
    """

    title: str
    value: Value
    alone: Value | None
    lost: int | float | None
    open: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """One change of the policy, solved for real: the outcome, every aim's value under it, and the difference to now."""

    change: str
    status: str
    trust: str | None
    values: Mapping[str, Value]
    gains: Mapping[str, int | float]


@dataclass(frozen=True, slots=True)
class PolicyEffects(Shown):
    """What a policy decides, in numbers from real solves."""

    tiers: tuple[TierStory, ...]
    what_if: tuple[WhatIf, ...]

    @property
    def decided_by(self) -> str | None:
        """The first tier after which nothing is open; None where a lottery decided among equal matchings."""
        return next((tier.title for tier in self.tiers if tier.open == 0), None)

    def to_json(self) -> dict[str, Any]:
        """The same as plain data."""
        tiers = [{name: getattr(tier, name) for name in TierStory.__slots__} for tier in self.tiers]
        changes = [{name: getattr(change, name) for name in WhatIf.__slots__} for change in self.what_if]
        plain = [{**change, "values": dict(change["values"]), "gains": dict(change["gains"])} for change in changes]
        return {"decided_by": self.decided_by, "tiers": tiers, "what_if": plain}

    def __repr__(self) -> str:
        decided = self.decided_by or "a lottery among equals"
        return f"<PolicyEffects: {len(self.tiers)} tiers, {len(self.what_if)} changes tried; decided by {decided}>"

    def tables(self) -> Iterator[Table]:
        """What each tier reached and gave up, and what each change of the policy brings."""
        rows = [(t.title, t.value, t.alone, t.lost, t.open) for t in self.tiers]
        heads = ("tier", "reached", "could have alone", "lost", "pairs still open")
        yield Table(heads, rows, "What decided")
        changes = [(c.change, c.status, _gains(c.gains)) for c in self.what_if]
        yield Table(("change", "outcome", "gains"), changes, "What if")

    def __str__(self) -> str:
        return "\n".join([*map(_tier_line, self.tiers), *map(_change_line, self.what_if)])


def policy(cohort: Cohort, result: Result, *, solver: Any = "auto", time_limit: float | None = None) -> PolicyEffects:
    """Say what a policy decides: which tier settled it, what each aim gave up, and what each rule and each place costs.

    Everything is a number from a real solve: each tier by itself, the program without each rule, and with each aim
    moved up by one place. That is about two solves a tier and one a rule.

    Args:
        cohort: the facts.
        result: the answer, which carries its policy.
        solver: as in `solve`, for all the solves.
        time_limit: seconds for each solve.

    Raises:
        InputError: where the arguments are none, or there is no matching to explain.
        UnsupportedError: of a stable matching, which no tier decided.
    """
    check_answer(cohort, result)
    if result.solver == "stable" or solver == "stable":
        raise UnsupportedError(
            "policy looks at tiers of aims, stability is none; mmatch.reasons says who was preferred"
        )
    if result.found is None:
        text = "there is no matching, so no tier decided anything: mmatch.reasons says why there is none"
        raise InputError(Problem("type", "result", text))
    again = _Solver(cohort, result.program, solver, time_limit)
    left = _left_open(again, result)
    tiers = []
    for k, tier in enumerate(again.program.tiers):
        value = (result.value or ())[k]
        alone = value if k == 0 else _alone(again, tier)
        lost = None if isinstance(value, tuple) or isinstance(alone, tuple) or alone is None else alone - value
        tiers.append(TierStory(_title(tier), value, alone, lost, left[k]))
    return PolicyEffects(tuple(tiers), tuple(_changes(again, result.found)))


@dataclass(frozen=True)
class _Solver:
    """The question, and how its variants are solved."""

    cohort: Cohort
    program: Program
    solver: Any
    time_limit: float | None

    def solved(self, program: Program) -> Result:
        return solve(self.cohort, program, solver=self.solver, time_limit=self.time_limit)

    def values(self, matching: Matching) -> dict[str, Value]:
        """Every aim of the program, measured on any matching."""
        return {name: readable(aim.measure(self.cohort, matching)) for name, aim in self.program.named_aims()}


def _alone(again: _Solver, tier: TierSpec) -> Value | None:
    """The best of a tier as the first one, behind a Coverage where it needs one; None where no solve tells."""
    needs = any(aim.after_coverage for aim in tier)
    covered = [t for t in again.program.tiers if len(t) == 1 and t[0].name == "Coverage"][:1] if needs else []
    found = again.solved(replace(again.program, aims=(*covered, tier)))
    return None if found.value is None else found.value[-1]


def _left_open(again: _Solver, answer: Result) -> list[int | None]:
    """Candidate pairs that still differ between equally good matchings, after each tier: of a proved optimum only."""
    unknown: list[int | None] = [None] * len(again.program.tiers)
    if answer.trust != Trust.PROVED or answer.found is None:
        return unknown
    instance, edges = Compiled(again.cohort, again.program).compiled
    evidence, chosen = answer.proof.evidence, chosen_edges(edges, answer.found)
    if chosen is None or not isinstance(evidence, Prices) or evidence.multipliers or instance.groups is not None:
        return unknown  # the proof is more than prices on the network, so the network does not tell
    try:
        network = build_network(instance)
    except CrossingSets:
        return unknown
    flow = network.flow_of(chosen)
    free = np.ones(network.n_arcs, dtype=bool)
    left: list[int | None] = []
    stages = iter(range(len(instance.stages)))
    for tier in instance.tiers:
        for number in (next(stages) for _ in tier.stages):
            for cost in stage_costs(network, flow, number):
                price = potentials(residual_arcs(network, flow, cost, free), network.n_nodes)
                free &= reduced_costs(network, cost, price) == 0
        left.append(_open_edges(network, flow, free))
    return left


def _open_edges(network: Network, flow: Ints, free: Bools) -> int:
    """Edges on a cycle of arcs that can change: both ends in one strongly connected part of the residual network."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    arcs = residual_arcs(network, flow, np.zeros_like(flow), free)
    graph = coo_array((np.ones(len(arcs.tail)), (arcs.tail, arcs.head)), shape=(network.n_nodes, network.n_nodes))
    part = connected_components(graph, directed=True, connection="strong")[1]
    edges = slice(network.first_edge, None)
    return int((free[edges] & (part[network.tail[edges]] == part[network.head[edges]])).sum())


def _changes(again: _Solver, matching: Matching) -> Iterator[WhatIf]:
    """The program without each rule, and with each aim moved up by one place."""
    program, now = again.program, again.values(matching)
    for k, rule in enumerate(program.rules):
        rest = (*program.rules[:k], *program.rules[k + 1 :])
        yield _what_if(again, f"without {rule.title}", replace(program, rules=rest), now)
    tiers = list(program.tiers)
    for k in range(1, len(tiers)):
        moved = [*tiers[: k - 1], tiers[k], tiers[k - 1], *tiers[k + 1 :]]
        change = f"{_title(tiers[k])} before {_title(tiers[k - 1])}"
        with suppress(InputError):  # the aim cannot stand there, such as a worst-off before its Coverage
            yield _what_if(again, change, replace(program, aims=tuple(moved)), now)


def _what_if(again: _Solver, change: str, program: Program, now: Mapping[str, Value]) -> WhatIf:
    try:
        found = again.solved(program)
    except UnsupportedError as error:
        return WhatIf(change, str(error), None, MappingProxyType({}), MappingProxyType({}))
    values = {} if found.found is None else again.values(found.found)
    gains: dict[str, int | float] = {}
    for name, value in values.items():
        before = now[name]
        if not isinstance(value, tuple):
            gains[name] = 0 if isinstance(before, tuple) else value - before
    trust = None if found.trust is None else str(found.trust)
    return WhatIf(change, str(found.status), trust, MappingProxyType(values), MappingProxyType(gains))


def _gains(gains: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {gain:+.6g}" for name, gain in gains.items() if gain)


def _title(tier: TierSpec) -> str:
    return " + ".join(aim.title for aim in tier)


def _tier_line(tier: TierStory) -> str:
    value = f"({', '.join(f'{v:.6g}' for v in tier.value)})" if isinstance(tier.value, tuple) else f"{tier.value:.6g}"
    lost = f", {tier.lost:.6g} below what it could have alone" if tier.lost else ""
    left = "" if tier.open is None else "; all is decided" if tier.open == 0 else f"; {tier.open} pairs still open"
    return f"{tier.title}: {value}{lost}{left}"


def _change_line(change: WhatIf) -> str:
    nothing = "nothing changes" if change.values else change.status
    return f"{change.change}: {_gains(change.gains) or nothing}"
