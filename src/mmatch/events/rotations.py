"""Rotations by arithmetic: where everybody may sit with everybody, tables at which few or no two sit together twice.

Mentees are pairs (i, j): place j of table i in the first round. In round r they sit at table i + r * m_j, in a field
with as many elements as there are tables, where there is one: two meet once at most, as (m_j - m_k) (r - s) is never 0
(transversal designs; Bose 1938). For other numbers of tables shifts of each place are searched for, whose differences
differ in all rounds (difference matrices: Colbourn and Dinitz, Handbook of Combinatorial Designs, VI.17).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from operator import and_, or_

import numpy as np

Table = list[list[int]]
Shifts = list[list[int]]  # by how many tables each place has moved on in each round

TRIES, STEPS = 20, 50_000  # of the search for shifts: about two seconds where there are none


def rotation(tables: int, seats: int, rounds: int) -> list[list[int]] | None:
    """For each round the table of each mentee (number i * seats + j); None where tables or rounds do not allow it."""
    if rounds > tables or seats > tables - 1:
        return None
    field = _field(tables)
    shifts = None if field else _shifts(tables, seats + 1, rounds)  # the host is a place that never moves
    if shifts is not None:
        return _shifted(tables, shifts[1:])
    add, times = field or _ring(tables)
    steps = _steps(tables, seats, rounds, times)
    return [[add[i][times[number][steps[j]]] for i in range(tables) for j in range(seats)] for number in range(rounds)]


def circle_rotation(tables: int, seats: int, rounds: int) -> list[list[int]] | None:
    """The same without hosts: a multiplier may be 0, and one round more puts all of one place together."""
    if seats > tables or rounds > tables + (seats == tables):
        return None
    whole = min(rounds, tables)
    field = _field(tables)
    shifts = None if field else _shifts(tables, seats, whole)
    if shifts is not None:
        found = _shifted(tables, shifts)
    else:
        add, times = field or _ring(tables)
        found = [[add[i][times[number][j]] for i in range(tables) for j in range(seats)] for number in range(whole)]
    return found + [[j for _ in range(tables) for j in range(seats)]] * (rounds - whole)


def _shifted(tables: int, shifts: Shifts) -> list[list[int]]:
    """For each round the table of each mentee."""
    return [[(i + own[number]) % tables for i in range(tables) for own in shifts] for number in range(len(shifts[0]))]


def _shifts(tables: int, places: int, rounds: int) -> Shifts | None:
    """Shifts of each place, the first of which never moves, with all differences of two places distinct over rounds."""
    for seed in range(TRIES):
        draw, steps = np.random.default_rng(seed), iter(range(STEPS))
        chosen: Shifts = [[0] * rounds]
        choices = [_rows(chosen, tables, draw, steps)]
        while choices and len(chosen) < places:
            row = next(choices[-1], None)
            if row is not None:
                chosen.append(row)
                choices.append(_rows(chosen, tables, draw, steps))
            else:
                choices.pop()
                chosen.pop()
        if len(chosen) == places:
            return chosen
    return None


def _rows(chosen: Shifts, tables: int, draw: np.random.Generator, steps: Iterator[int]) -> Iterator[list[int]]:
    """Shifts of one more place, whose differences from each of those chosen are distinct, until the steps are used."""
    others = [list(row) for row in chosen]

    def longer(row: list[int], used: list[int]) -> Iterator[list[int]]:
        if len(row) == len(others[0]):
            yield row
            return
        for shift in (1 + draw.permutation(tables - 1)).tolist():
            if next(steps, None) is None:
                return
            bits = [1 << (shift - other[len(row)]) % tables for other in others]
            if not any(map(and_, bits, used)):
                yield from longer([*row, shift], list(map(or_, bits, used)))

    return longer([0], [1] * len(others))  # bit k: a difference of k is there


def _steps(n: int, seats: int, rounds: int, times: Table) -> list[int]:
    """Multipliers that are not 0, one a place, those first that bring fewest back to where they were."""
    back = {m: sum(times[r][m] == 0 for r in range(1, rounds)) for m in range(1, n)}
    return sorted(back, key=lambda m: (back[m], m))[:seats]


def _ring(n: int) -> tuple[Table, Table]:
    """Sums and products modulo n."""
    numbers = range(n)
    return [[(a + b) % n for b in numbers] for a in numbers], [[a * b % n for b in numbers] for a in numbers]


def _field(n: int) -> tuple[Table, Table] | None:
    """Sums and products of a field of n elements; None where n is no prime power."""
    prime = next((p for p in range(2, n + 1) if n % p == 0), 0)
    power, size = 0, 1
    while prime and size < n:
        power, size = power + 1, size * prime
    if not prime or size != n:
        return None
    if power == 1:
        return _ring(n)
    numbers = list(product(range(prime), repeat=power))  # coefficients, the highest first
    index = {number: k for k, number in enumerate(numbers)}
    add = [[index[tuple((a + b) % prime for a, b in zip(x, y, strict=True))] for y in numbers] for x in numbers]
    for tail in numbers:  # x^power = -tail for an irreducible polynomial: then no product of two others is 0
        times = [[index[_product(x, y, tail, prime)] for y in numbers] for x in numbers]
        if all(times[a][b] for a in range(1, n) for b in range(1, n)):
            return add, times
    return None


def _product(x: tuple[int, ...], y: tuple[int, ...], tail: tuple[int, ...], prime: int) -> tuple[int, ...]:
    """The product of two polynomials modulo x^power + tail."""
    power = len(x)
    found = [0] * (2 * power - 1)
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            found[i + j] = (found[i + j] + a * b) % prime
    for k in range(power - 1):  # the highest coefficients first
        lead, found[k] = found[k], 0
        for j, b in enumerate(tail):
            found[k + 1 + j] = (found[k + 1 + j] - lead * b) % prime
    return tuple(found[power - 1 :])
