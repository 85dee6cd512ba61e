"""Prices of people and of odd sets: why no pairing of one pool is better (Edmonds 1965).

For prices y >= 0 of people and z >= 0 of sets of an odd number of people, such that y_i + y_j and the prices of all
sets with both come to at least what the pair counts, no pairing counts more than the sum of y and of z (size - 1) / 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from mmatch.arrays import Floats, Ints, Objects

ROUNDS = 30  # of cuts and of more pairs at most
BEST = 7  # pairs of each person to begin with
TINY = 1e-7
HALF = 2  # prices of a pool with whole weights can be halves


@dataclass(frozen=True, slots=True)
class PoolPrices:
    """Prices of people, in their order, and of odd sets of them; exact fractions."""

    people: tuple[Fraction, ...]
    sets: tuple[tuple[tuple[int, ...], Fraction], ...]

    def bound(self, one: Ints, other: Ints, weights: Sequence[int], rounds: int = 1) -> Fraction | None:
        """What no pairing exceeds; None where the prices do not cover a pair, or are none.

        In several rounds nobody has more pairs than there are rounds: so often count the prices of people, and what
        they do not cover of a pair counts once.
        """
        whole = all((HALF * price).denominator == 1 for price in (*self.people, *(z for _, z in self.sets)))
        if not whole or min(self.people, default=0) < 0 or any(z < 0 or len(s) % 2 == 0 for s, z in self.sets):
            return None
        lack = HALF * np.array(weights, dtype=object) - self.covered(one, other)
        if rounds > 1:
            beyond = Fraction(int(lack[lack > 0].sum()), HALF)
            return None if self.sets else rounds * sum(self.people, Fraction(0)) + beyond
        if (lack > 0).any():
            return None
        return sum(self.people, Fraction(0)) + sum(((len(s) - 1) // 2 * z for s, z in self.sets), Fraction(0))

    def covered(self, one: Ints, other: Ints) -> Objects:
        """Twice what the prices come to on each pair, as whole numbers."""
        people = np.array([int(HALF * price) for price in self.people], dtype=object)
        total: Objects = people[one] + people[other]
        for members, price in self.sets:
            inside = np.zeros(len(people), dtype=bool)
            inside[list(members)] = True
            total[inside[one] & inside[other]] += int(HALF * price)
        return total

    def raised(self, one: Ints, other: Ints, weights: Sequence[int]) -> PoolPrices:
        """Prices that cover every pair: what rounding left uncovered is added to one of the two."""
        lack = HALF * np.array(weights, dtype=object) - self.covered(one, other)
        people = list(self.people)
        for k in np.flatnonzero(lack > 0).tolist():
            people[int(one[k])] += Fraction(int(lack[k]), HALF)
        return PoolPrices(tuple(people), self.sets)


def pool_prices(
    n: int, one: Ints, other: Ints, weights: Sequence[int], likely: Sequence[int] = ()
) -> PoolPrices | None:
    """Prices from a linear program with cuts on odd components of what it leaves fractional; None where it fails.

    It begins with the best pairs of each person and the ``likely`` ones, and adds those that its prices do not cover.
    """
    scale = float(max(map(abs, weights), default=1)) or 1.0
    worth: Floats = np.array([weight / scale for weight in weights])
    live = np.zeros(len(one), dtype=bool)
    live[list(likely)] = True
    for ends in (one, other):
        order = np.lexsort((-worth, ends))
        place = np.arange(len(order)) - np.searchsorted(ends[order], ends[order])
        live[order[place < BEST]] = True
    sets: list[tuple[int, ...]] = []
    for _ in range(ROUNDS):
        own = np.flatnonzero(live)
        found = _solved(n, (one[own], other[own]), worth[own], sets)
        if found is None:
            return None
        used, duals = found
        fresh = _violated(n, one[own], other[own], used)
        if fresh:
            sets += fresh
            continue
        total = duals[one] + duals[other]
        for members, price in zip(sets, duals[n:].tolist(), strict=True):
            inside = np.isin(one, members) & np.isin(other, members)
            total[inside] += price
        uncovered = ~live & (total < worth - TINY)
        if not uncovered.any():
            prices = [Fraction(round(HALF * max(value, 0) * scale), HALF) for value in duals.tolist()]
            priced = tuple((s, price) for s, price in zip(sets, prices[n:], strict=True) if price)
            return PoolPrices(tuple(prices[:n]), priced).raised(one, other, weights)
        live |= uncovered
    return None


def people_prices(n: int, one: Ints, other: Ints, weights: Sequence[int], rounds: int) -> PoolPrices | None:
    """Prices of people for several rounds: of a linear program in which nobody has more pairs; None where it fails."""
    scale = float(max(map(abs, weights), default=1)) or 1.0
    found = _solved(n, (one, other), np.array([weight / scale for weight in weights]), (), rounds)
    if found is None:
        return None
    return PoolPrices(tuple(Fraction(round(HALF * max(y, 0) * scale), HALF) for y in found[1].tolist()), ())


def _solved(
    n: int, ends: tuple[Ints, Ints], worth: Floats, sets: Sequence[tuple[int, ...]], rounds: int = 1
) -> tuple[Floats, Floats] | None:
    """(how much of each pair the best fractional pairing uses, the prices of people and sets)."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, vstack

    one, other = ends
    m, numbers = len(one), np.arange(len(one))
    rows = [csr_array((np.ones(2 * m), (np.concatenate([one, other]), np.tile(numbers, 2))), shape=(n, m))]
    for members in sets:
        inside = np.flatnonzero(np.isin(one, members) & np.isin(other, members))
        rows.append(csr_array((np.ones(len(inside)), (np.zeros_like(inside), inside)), shape=(1, m)))
    limits = np.concatenate([np.full(n, rounds), [(len(members) - 1) / 2 for members in sets]])
    matrix: Any = vstack(rows, format="csr")
    most = None if rounds == 1 else 1
    found: Any = linprog(-worth, A_ub=matrix, b_ub=limits, bounds=(0, most), method="highs")
    return (found.x, -found.ineqlin.marginals) if found.status == 0 else None


def _violated(n: int, one: Ints, other: Ints, used: Floats) -> list[tuple[int, ...]]:
    """Odd components of the pairs that are used in part, inside of which too much is used."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    partly = np.flatnonzero((used > TINY) & (used < 1 - TINY))
    graph = coo_array((np.ones(len(partly)), (one[partly], other[partly])), shape=(n, n))
    part = connected_components(graph, directed=False)[1] if len(partly) else np.arange(n)
    sizes = np.bincount(part)
    within = np.bincount(part[one], weights=used * (part[one] == part[other]), minlength=len(sizes))
    odd = np.flatnonzero((sizes % 2 == 1) & (sizes > 1) & (within > (sizes - 1) / 2 + TINY))
    return [tuple(np.flatnonzero(part == label).tolist()) for label in odd.tolist()]
