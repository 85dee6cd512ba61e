"""Array types, and what is done with arrays of numbers everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Rows = NDArray[np.int32]  # numbers of people and ranks, where there are many: half the memory, never multiplied
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Objects = NDArray[np.object_]

NONE = -1
WORD = 63  # bits of a whole number without its sign


def frozen_ints(values: Any) -> Ints:
    """A read-only int64 copy."""
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array


def plainly_numbered(rows: Ints) -> bool:
    """Whether these are 0, 1, 2, … in order."""
    return np.array_equal(rows, np.arange(len(rows)))


def ordered(first: Ints, second: Ints) -> bool:
    """Whether pairs stand by ``first``, then ``second``, each once."""
    step = np.diff(first)
    return bool((step >= 0).all() and (np.diff(second)[step == 0] > 0).all())


def shortlex(texts: Sequence[str]) -> Ints:
    """Rows of texts in canonical order: shorter first, then alphabetical."""
    rows = sorted(range(len(texts)), key=texts.__getitem__)
    rows.sort(key=list(map(len, texts)).__getitem__)
    return np.array(rows, dtype=np.int64)


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, made read-only: for arrays that nobody else holds."""
    array.flags.writeable = False
    return array


def frozen_floats(values: Any) -> Floats:
    """A read-only float64 copy; None becomes NaN, -0.0 becomes 0.0."""
    array = np.array(values, dtype=np.float64) + 0.0
    array.flags.writeable = False
    return array


def products(numbers: NDArray[Any], width: int, others: Any) -> Ints:
    """Keys (number x width + other) of 63 bits, whatever the bits of the numbers."""
    keys: Ints = numbers.astype(np.int64)
    keys *= width
    keys += others
    return keys


def by_key(keys: Ints, ranks: NDArray[Any]) -> tuple[Ints, Ints]:
    """Both sorted by key, in the memory of the keys: as one number each where these fit, which is far quicker."""
    bits = int(ranks.max(initial=0)).bit_length()
    if int(keys.max(initial=0)).bit_length() + bits > WORD:
        order = np.argsort(keys, kind="stable")
        return keys[order], ranks[order].astype(np.int64)
    keys <<= bits
    keys |= ranks
    keys.sort()
    low = keys & ((1 << bits) - 1)
    keys >>= bits
    return keys, low


def looked_up(keys: Ints, values: Ints, wanted: Ints, default: int) -> Ints:
    """``values`` at the sorted ``keys`` that equal ``wanted``; ``default`` where there is none."""
    if len(keys) == 0:
        return np.full(np.shape(wanted), default, dtype=np.int64)
    if keys.shape == np.shape(wanted) and np.array_equal(keys, wanted):
        return values
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], default)


def reached(tail: Ints, head: Ints, start: Any, n: int) -> Bools:
    """Which of n nodes arcs lead to from some nodes, these included."""
    seen = np.zeros(n, dtype=bool)
    seen[start] = True
    while True:
        further = head[seen[tail]]
        if seen[further].all():
            return seen
        seen[further] = True


def sets_of(label: Ints, n: int) -> Iterator[tuple[int, Ints]]:
    """(number, its places) of each of n labels; other labels are left out."""
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(n + 1))
    for k in range(n):
        yield k, order[start[k] : start[k + 1]]


def merged(*parts: Ints) -> Ints:
    """All numbers of several arrays, sorted, each once: fast where the arrays are sorted already."""
    together = np.sort(np.concatenate(parts), kind="stable")
    found: Ints = together[np.diff(together, prepend=together[:1] - 1) != 0]
    return found


def missing(numbers: Ints, known: Ints) -> Ints:
    """The numbers that are not among sorted ones."""
    place = np.searchsorted(known, numbers)
    there = np.zeros(len(numbers), dtype=bool)
    inside = place < len(known)
    there[inside] = known[place[inside]] == numbers[inside]
    return numbers[~there]
