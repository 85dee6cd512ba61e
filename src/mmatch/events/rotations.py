"""Rotations by arithmetic: where everybody may sit with everybody, tables at which few or no two sit together twice.

Mentees are pairs (i, j): place j of table i in the first round. In round r they sit at table i + r * m_j, computed in a
field with as many elements as there are tables, where there is one (a prime power), else modulo that number. In a field
two mentees meet at most once, as (m_j - m_k) * (r - s) is never 0 (transversal designs; Bose 1938).
"""

from __future__ import annotations

from itertools import product

Table = list[list[int]]


def rotation(tables: int, seats: int, rounds: int) -> list[list[int]] | None:
    """For each round the table of each mentee (number i * seats + j); None where tables or rounds do not allow it."""
    if rounds > tables or seats > tables - 1:
        return None
    add, times = _field(tables) or _ring(tables)
    steps = _steps(tables, seats, rounds, times)
    return [[add[i][times[number][steps[j]]] for i in range(tables) for j in range(seats)] for number in range(rounds)]


def circle_rotation(tables: int, seats: int, rounds: int) -> list[list[int]] | None:
    """The same without hosts: a multiplier may be 0, and one round more puts all of one place together."""
    if seats > tables or rounds > tables + (seats == tables):
        return None
    add, times = _field(tables) or _ring(tables)
    found = [
        [add[i][times[number][j]] for i in range(tables) for j in range(seats)] for number in range(min(rounds, tables))
    ]
    return found + [[j for _ in range(tables) for j in range(seats)]] * (rounds - len(found))


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
