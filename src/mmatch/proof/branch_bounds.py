"""What matchings in groups cannot exceed, by prices at the leaves of a tree of branches on how many groups open.

A stage is worth at most the greatest of what its leaves allow. The tree covers every case by construction: each branch
says "at most k of these groups open" on one side, "at least k + 1" on the other. No solver is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.groups.bound import GroupBound
from mmatch.groups.components import components
from mmatch.groups.priced_rows import CountingCut, Side

if TYPE_CHECKING:
    from mmatch.arrays import Bools
    from mmatch.instance import Instance
    from mmatch.matching import Branches

SHARES = 4  # prices without evidence: none, a quarter, a half, …


def opening_bounds(instance: Instance, chosen: Bools, evidence: Branches | None) -> list[Fraction | None]:
    """For each stage what no matching as good in the stages before can exceed; None where nothing is known.

    Components have trees of their own, and their bounds add up; for stages after one that is not closed in all of
    several components nothing is said, for one may lose there what another gains.

    Args:
        instance: compiled afresh, with groups.
        chosen: the edges of the matching.
        evidence: counting cuts (each after the number of its tree), one tree a component and stage, the prices of all
            leaves in order; None for what the judge knows by itself.
    """
    n = len(instance.stages)
    trees, leaves, counts = ((), (), ()) if evidence is None else (evidence.branches, evidence.prices, evidence.counts)
    prices = iter(leaves)
    seated = np.zeros(len(chosen), dtype=bool)
    found: list[list[tuple[int, int] | None]] = []
    try:
        cuts = [(numbers[0], _cut(numbers[1:])) for numbers in counts]
        for k, component in enumerate(components(instance)):
            seated[component.edges] = True
            own = [
                (tree, [cut for place, cut in cuts if place == number])
                for number, tree in enumerate(trees[k * n : (k + 1) * n], k * n)
            ]
            found.append(_bounds_of(component.instance, chosen[component.edges], own, prices))
    except (ValueError, IndexError, StopIteration):
        return []  # no evidence at all
    return [] if (chosen & ~seated).any() else _added(instance, found)


def _bounds_of(
    instance: Instance,
    chosen: Bools,
    evidence: Sequence[tuple[Sequence[int], Sequence[CountingCut]]],
    prices: Iterator[Sequence[int]],
) -> list[tuple[int, int] | None]:
    """(bound, what is reached) of each stage of one component, in whole numbers; None where nothing is known."""
    groups = instance.groups
    reached: list[int] = []
    bounds: list[tuple[int, int] | None] = [None] * len(instance.stages)
    for number, stage in enumerate(instance.stages):
        if groups is None or not GroupBound.fits(instance, number):
            break
        bound = GroupBound(instance, groups, number, reached)
        reached.append(stage.total(instance.labels, chosen))
        tree, cuts = evidence[number] if number < len(evidence) else ((), ())
        if tree:
            found = [bound.value(next(prices), cuts, sides) for sides in _leaves(tree, len(groups))]
        else:
            found = [min(_unaided(bound))] if number == 0 else []
        if found:
            bounds[number] = max([*found, reached[number]]), reached[number]
    return bounds


def _unaided(bound: GroupBound) -> Iterator[int]:
    """What the first stage cannot exceed, at prices that need no evidence: shares of the most that each person counts.

    Without prices every mentor leads the best groups alone; at full prices everybody gets their best seat.
    """
    instance = bound.instance
    keys = [family.key for family in instance.bounds]
    own = keys.index("mentee") if "mentee" in keys else keys.index("request")
    label, n = instance.bounds[own].label, len(instance.bounds[own].upper)
    most = np.zeros(n, dtype=object)
    weights = instance.stages[0].weights
    np.maximum.at(most, label[label != NONE], weights[label != NONE].astype(object))
    before = sum(len(family.upper) for family in instance.bounds[:own])
    rest = sum(bound.sizes[1:]) - before - n
    for share in range(SHARES + 1):
        yield bound.value([SHARES, *[0] * before, *(share * most).tolist(), *[0] * rest])


def _added(instance: Instance, found: Sequence[Sequence[tuple[int, int] | None]]) -> list[Fraction | None]:
    """The bounds of all components added up, in the user's unit."""
    bounds: list[Fraction | None] = []
    closed = True
    for number, stage in enumerate(instance.stages):
        own = [item for bound in found if (item := bound[number]) is not None]
        if len(own) < len(found) or not stage.summed or not (closed or len(found) == 1):
            bounds.append(None)
            closed = False
            continue
        bounds.append(sum(bound for bound, _ in own) * stage.unit + stage.constant)
        closed = closed and all(bound == reached for bound, reached in own)
    return bounds


def _cut(numbers: Sequence[int]) -> CountingCut:
    """A counting cut from (family, number of sets, sets …, groups …)."""
    family, n = numbers[:2]
    return CountingCut(family, tuple(numbers[2 : 2 + n]), tuple(numbers[2 + n :]))


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
