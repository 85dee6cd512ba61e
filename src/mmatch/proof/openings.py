"""Bounds for matchings in groups: prices, and a tree of branches on how many groups open.

Every leaf of the tree has prices of its own; a stage is worth at most the greatest of what its leaves allow. The tree
covers every case by construction: each branch says "at most k of these groups open" on one side, "at least k + 1" on
the other. No solver is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from mmatch.instance.group_bound import Count, GroupBound, Side
from mmatch.instance.totals import stage_total
from mmatch.terms import Count as Counted
from mmatch.terms import Product, Total, Worst

if TYPE_CHECKING:
    from mmatch.instance import Instance
    from mmatch.matching import Proof
    from mmatch.people.columns import Bools

    Vectors = Sequence[Sequence[int]]


def opening_bounds(instance: Instance, chosen: Bools, proof: Proof) -> list[Fraction | None]:
    """For each stage what no matching as good in the stages before can exceed; None where nothing is known.

    Args:
        instance: compiled afresh, with groups.
        chosen: the edges of the matching.
        proof: counting cuts (each after the number of its stage), one tree a stage, the prices of all leaves in order.
    """
    groups = instance.groups
    if groups is None:
        return []
    sums = [isinstance(stage, Total | Counted) and not stage.grouped for stage in instance.stages]
    reached = [stage_total(instance, s, chosen) if plain else 0 for s, plain in zip(instance.stages, sums, strict=True)]
    prices = iter(proof.prices)
    bounds: list[Fraction | None] = []
    try:
        cuts = [(numbers[0], _count(numbers[1:])) for numbers in proof.counts]
        for number, tree in enumerate(proof.branches[: len(instance.stages)]):
            stage = instance.stages[number]
            if isinstance(stage, Worst | Product) or not GroupBound.fits(instance, number) or not tree:
                bounds.append(None)
                continue
            bound = GroupBound(instance, groups, number, reached)
            mine = [cut for place, cut in cuts if place == number]
            found = [bound.value(next(prices), mine, sides) for sides in _leaves(tree, len(groups))]
            known = [value for value in found if value is not None]
            top = max([*known, stage_total(instance, stage, chosen)])
            bounds.append(top * stage.unit + stage.constant)
    except (ValueError, IndexError, StopIteration):
        return []  # no evidence at all
    return bounds


def _count(numbers: Sequence[int]) -> Count:
    """A counting cut from (family, number of sets, sets …, groups …)."""
    family, n = numbers[:2]
    return Count(family, tuple(numbers[2 : 2 + n]), tuple(numbers[2 + n :]))


def _leaves(tree: Sequence[int], n_groups: int) -> Iterator[tuple[Side, ...]]:
    """The sides that hold at each leaf, in order.

    The tree in preorder: 0 is a leaf; n > 0, then n groups and k, is a branch, followed by the tree of "at most k" and
    that of "at least k + 1".

    Raises:
        ValueError: no such tree.
    """
    waiting: list[tuple[Side, ...]] = [()]
    place = 0
    while waiting:
        sides = waiting.pop()
        n = tree[place]
        if n == 0:
            place += 1
            yield sides
            continue
        named, k = tuple(tree[place + 1 : place + 1 + n]), tree[place + 1 + n]
        if n < 0 or len(set(named)) < n or not all(0 <= group < n_groups for group in named):
            raise ValueError("this is no branch")
        waiting.append((*sides, Side(named, k + 1, at_most=False)))
        waiting.append((*sides, Side(named, k, at_most=True)))
        place += n + 2
    if place != len(tree):
        raise ValueError("the tree goes on after its last leaf")
