"""Cohort + program -> Instance: edges, bounds, tiers. From here on everything is exact."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.candidates.edges import Edges, candidates
from mmatch.candidates.lottery import lottery
from mmatch.errors import UnsupportedError
from mmatch.exact import exact_sum
from mmatch.instance.candidate_groups import candidate_groups
from mmatch.instance.capacities import seat_limits
from mmatch.instance.model import Instance
from mmatch.instance.time_slots import slot_limits, timed_edges
from mmatch.terms import (
    SETS,
    Balance,
    Bounds,
    ConvexLoad,
    Count,
    Grouped,
    Linear,
    Profile,
    Sizes,
    Spread,
    Sum,
    Tier,
    Total,
    Unmet,
    Variety,
    Vector,
    Worst,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.aims._base import Aim
    from mmatch.cohort import Cohort
    from mmatch.program import Program

LARGEST_WEIGHT = 2**62
Single = Linear | ConvexLoad | Grouped


def compile_instance(
    cohort: Cohort, program: Program, seed: int | str | None = None, *, timed: bool = True
) -> Instance:
    """The problem as integer arrays.

    Args:
        cohort: the facts.
        program: the policy, resolved (no ``aims=None``).
        seed: of the lottery that orders ties; None leaves it out (a judge needs none).
        timed: whether times that are a flow become part of the edges; else they make groups, as other times do.

    Raises:
        InputError: where the program cannot be meant for the cohort.
        LimitError: more candidate pairs than can be listed.
        UnsupportedError: weights that do not fit 62 bits.
    """
    program.check(cohort)
    edges = candidates(cohort, program.rules)
    edges = timed_edges(edges, program) if timed else edges
    limits = [*seat_limits(edges, program), *slot_limits(edges)]
    extra = [item for rule in program.rules for item in rule.constraints(edges)]
    bounds = _merged([*limits, *(item for item in extra if isinstance(item, Bounds))])
    return Instance(
        request=edges.request,
        offer=edges.offer,
        n_requests=edges.count("request"),
        n_offers=edges.count("offer"),
        bounds=tuple(bounds),
        unmet=tuple(item for item in [*limits, *extra] if isinstance(item, Unmet)),
        tiers=tuple(_tier(edges, aims) for aims in program.tiers),
        labels=edges,
        lottery=None if seed is None else lottery(cohort, seed),
        groups=candidate_groups(edges, program, bounds) if edges.slot is None else None,
    )


def _merged(items: Iterable[Bounds | Unmet]) -> list[Bounds]:
    """One Bounds per key whose sets are the same for all: the tightest; others stay apart."""
    merged: dict[object, Bounds] = {}
    for item in items:
        if not isinstance(item, Bounds):
            continue
        key: object = item.key if item.key in SETS else id(item)
        before = merged.get(key)
        if before is not None:
            lower, upper = np.maximum(before.lower, item.lower), np.minimum(before.upper, item.upper)
            item = Bounds(item.key, item.label, lower, upper, item.rule or before.rule)  # noqa: PLW2901 - the merged one
        merged[key] = item
    return list(merged.values())


def _tier(edges: Edges, aims: Sequence[Aim]) -> Tier:
    """The stages of one tier: a vector or a worst-off stands alone, all others are added up in one common unit."""
    terms = [(aim.term(edges), aim.exact_weight) for aim in aims]
    term, weight = terms[0]
    if isinstance(term, Vector):
        return Tier(tuple(_total(edges, aims, [(part, weight)]) for part in term.parts), vector=True)
    if isinstance(term, Profile):
        stages = tuple(Count(term.level, level, sign, weight) for level, sign in term.steps)
        return Tier(stages, vector=True)
    if isinstance(term, Worst):
        _small(int(np.abs(term.weights).max(initial=0)), aims)
        return Tier((replace(term, unit=term.unit * weight),), vector=term.full)
    return Tier((_total(edges, aims, [(t, w) for t, w in terms if not isinstance(t, Vector | Profile | Worst)]),))


def _total(edges: Edges, aims: Sequence[Aim], terms: list[tuple[Single | Sum, Fraction]]) -> Total:
    """Weighted terms added up."""
    parts = [(part, weight) for term, weight in terms for part in (term.parts if isinstance(term, Sum) else (term,))]
    constant = sum((t.constant * weight for t, weight in terms if isinstance(t, Sum)), Fraction(0))
    unit = _common_unit([part.unit * weight for part, weight in parts])
    scaled = [(part, int(part.unit * weight / unit)) for part, weight in parts]
    _small(sum(_reach(part, edges) * factor for part, factor in scaled), aims)
    weights = np.zeros(len(edges), dtype=np.int64)
    for part, factor in scaled:
        if isinstance(part, Linear):
            weights = part.weights if len(scaled) == 1 else weights + part.weights * factor
    loads = tuple(part.scaled(factor, unit) for part, factor in scaled if isinstance(part, ConvexLoad))
    grouped = tuple(
        replace(part, factor=part.factor * factor, unit=unit) for part, factor in scaled if isinstance(part, Grouped)
    )
    return Total(weights, loads, unit, constant, grouped)


def _reach(part: Single, edges: Edges) -> int:
    """The greatest amount, in its unit, that a term can count on one edge."""
    if isinstance(part, Sizes):
        return part.factor * max(part.target, 1)
    if isinstance(part, Variety):
        return abs(part.factor)
    if isinstance(part, Balance | Spread):
        return abs(part.factor) * exact_sum(np.abs(part.weights))
    if isinstance(part, Linear):
        return max(int(part.weights.max(initial=0)), -int(part.weights.min(initial=0)))
    label = edges.label(part.key) if part.label is None else part.label
    most = int(np.bincount(label[label != NONE]).max(initial=0))
    factor = 1 if part.factor is None else int(part.factor.max(initial=0))
    return (max(map(abs, part.head)) + abs(part.slope) * most) * factor


def _small(largest: int, aims: Sequence[Aim]) -> None:
    """Raise an UnsupportedError where the sum of a tier's terms on one edge could leave 62 bits."""
    if largest >= LARGEST_WEIGHT:
        names = " and ".join(aim.title for aim in aims)
        raise UnsupportedError(
            f"the weights of {names} need {largest.bit_length()} bits together, at most 62 fit: "
            "use weights with fewer digits, or separate tiers"
        )


def _common_unit(units: list[Fraction]) -> Fraction:
    """The largest unit of which all are whole multiples."""
    top = math.gcd(*(u.numerator * math.lcm(*(v.denominator for v in units)) // u.denominator for u in units))
    return Fraction(top, math.lcm(*(u.denominator for u in units)))
