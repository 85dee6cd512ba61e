"""Cohort + program -> Instance: edges, bounds, tiers. From here on everything is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.aims import Keep, Served
from mmatch.candidates.edges import Edges, candidates, edges_of
from mmatch.candidates.lottery import lottery
from mmatch.constraints import SETS, Bounds, split
from mmatch.errors import UnsupportedError
from mmatch.instance.candidate_groups import candidate_groups
from mmatch.instance.capacities import seat_limits
from mmatch.instance.model import Earlier, EdgeSets, Instance, Listed
from mmatch.instance.time_slots import slot_limits, timed_edges
from mmatch.stages import Tier, tier_of
from mmatch.terms import ConvexLoad, Grouped, Linear

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mmatch.aims._base import Aim
    from mmatch.arrays import Bools
    from mmatch.cohort import Cohort
    from mmatch.program import Program

Single = Linear | ConvexLoad | Grouped


def compile_instance(
    cohort: Cohort,
    program: Program,
    seed: int | str | None = None,
    *,
    timed: bool = True,
    listed: Listed | None = None,
) -> tuple[Instance, Edges]:
    """The problem as integer arrays.

    Args:
        cohort: the facts.
        program: the policy, resolved (no ``aims=None``).
        seed: of the lottery that orders ties; None leaves it out (a judge needs none).
        timed: whether times that are a flow become part of the edges; else they make groups, as other times do.
        listed: some of the pairs that may meet, where there are too many of them to list all.

    Raises:
        InputError: where the program cannot be meant for the cohort.
        LimitError: more candidate pairs than can be listed.
        UnsupportedError: weights that do not fit 62 bits.
    """
    program.check(cohort)
    edges = candidates(cohort, program.rules) if listed is None else edges_of(listed.pairs)
    edges = timed_edges(edges, program) if timed else edges
    limits = [*seat_limits(edges, program), *slot_limits(edges)]
    extra = [item for rule in program.rules for item in rule.constraints(edges)]
    bounds, unmet = split([*limits, *extra])
    bounds = _merged(bounds)
    tiers = tuple(_tier(edges, aims) for aims in program.tiers)
    instance = Instance(
        request=edges.request,
        offer=edges.offer,
        n_requests=edges.count("request"),
        n_offers=edges.count("offer"),
        bounds=tuple(bounds),
        unmet=tuple(unmet),
        tiers=tiers,
        labels=EdgeSets(edges),
        lottery=None if seed is None else lottery(cohort, seed),
        groups=candidate_groups(edges, program, bounds) if edges.slot is None else None,
        earlier=None if seed is None else _earlier(edges, program, tiers),
        degrees=None if listed is None else listed.degrees,
    )
    return instance, edges


def _earlier(edges: Edges, program: Program, tiers: Sequence[Tier]) -> Earlier | None:
    """The answer that a program wants to keep, where it does."""
    kept = [tier for aims, tier in zip(program.tiers, tiers, strict=True) if [type(aim) for aim in aims] == [Keep]]
    if not kept:
        return None
    chosen: Bools = kept[0].stages[0].weights > 0
    cohort, mentees = edges.cohort, edges.pairs.mentee
    had = np.zeros(len(cohort), dtype=bool)
    for _, aim in program.named_aims():
        if isinstance(aim, Served) and not aim.in_order:
            had[[cohort.people.index[who] for who in aim.people if who in cohort.people.index]] = True
    had[mentees[chosen]] = False
    return Earlier(chosen, had[mentees])


def _merged(items: Iterable[Bounds]) -> list[Bounds]:
    """One Bounds per key whose sets are the same for all: the tightest; others stay apart."""
    merged: dict[object, Bounds] = {}
    for item in items:
        key: object = item.key if item.key in SETS else id(item)
        before = merged.get(key)
        if before is not None:
            lower, upper = np.maximum(before.lower, item.lower), np.minimum(before.upper, item.upper)
            item = Bounds(item.key, item.label, lower, upper, item.rule or before.rule)  # noqa: PLW2901 - the merged one
        merged[key] = item
    return list(merged.values())


def _tier(edges: Edges, aims: Sequence[Aim]) -> Tier:
    """The stages of one tier.

    Raises:
        UnsupportedError: where the sum of its terms on one edge could leave 62 bits.
    """
    try:
        return tier_of([(aim.term(edges), aim.exact_weight) for aim in aims], edges)
    except OverflowError as error:
        names = " and ".join(aim.title for aim in aims)
        raise UnsupportedError(
            f"the weights of {names} need {error.args[0]} bits together, at most 62 fit: "
            "use weights with fewer digits, or separate tiers"
        ) from None
