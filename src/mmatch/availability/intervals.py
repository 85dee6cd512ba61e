"""Intervals of whole minutes, half open, in order and apart from each other: shape (n, 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Intervals = NDArray[np.int64]
_WORDS = 1 << 20  # of bits that are looked at together
_PAIRS = 1 << 14  # of intervals that are compared each with each


def intervals_of(pairs: Iterable[tuple[int, int]]) -> Intervals:
    """Intervals from (start, end) in any order; empty ones are left out."""
    found = np.array([pair for pair in pairs if pair[0] < pair[1]], dtype=np.int64).reshape(-1, 2)
    return union(found)


def union(intervals: Intervals) -> Intervals:
    """Intervals in order, those that touch or overlap as one."""
    if not len(intervals):
        return intervals.reshape(-1, 2)
    if (intervals[1:, 0] > intervals[:-1, 1]).all():
        return intervals
    ordered = intervals[np.argsort(intervals[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.concatenate([[True], ordered[1:, 0] > reach[:-1]])
    last = np.concatenate([first[1:], [True]])
    return np.column_stack([ordered[first, 0], reach[last]])


def common(one: Intervals, other: Intervals) -> Intervals:
    """What is in both, where each is in order and apart."""
    if len(one) * len(other) > _PAIRS:
        return _where(one, other, lambda a, b: a & b)
    low, high = np.maximum(one[:, :1], other[:, 0]), np.minimum(one[:, 1:], other[:, 1])
    held = low < high
    return np.column_stack([low[held], high[held]])


def without(one: Intervals, other: Intervals) -> Intervals:
    """What is in the first only."""
    return _where(one, other, lambda a, b: a & ~b)


def _where(one: Intervals, other: Intervals, wanted: Any) -> Intervals:
    """Where a condition on (in the first, in the second) holds."""
    points = np.unique(np.concatenate([one.reshape(-1), other.reshape(-1)]))
    inside = [
        np.searchsorted(x[:, 0], points, "right") > np.searchsorted(x[:, 1], points, "right") for x in (one, other)
    ]
    held = wanted(*inside)
    if not len(points):
        return points.reshape(-1, 2)
    return union(np.column_stack([points[:-1], points[1:]])[held[:-1]])


def widened(intervals: Intervals, minutes: int) -> Intervals:
    """Every interval longer at both ends, such as a busy time with its buffers."""
    return union(intervals + np.array([-minutes, minutes]))


def starts(intervals: Intervals, length: int, grain: int = 1) -> Intervals:
    """Every multiple of ``grain`` minutes at which a session of some length can start, as a flat array."""
    low = -(-intervals[:, 0] // grain)
    high = (intervals[:, 1] - length) // grain
    count = np.maximum(high - low + 1, 0)
    shift = np.repeat(low - (np.cumsum(count) - count), count)
    found: Intervals = (np.arange(int(count.sum())) + shift) * grain
    return found


@dataclass(frozen=True, eq=False)
class Grid:
    """The times of many people as bits, one for each possible start of a session, for comparing millions of pairs.

    ``bits`` has one row a person; bit k stands for the start ``first + k * grain``.
    """

    bits: NDArray[np.uint64]
    first: int
    grain: int

    @classmethod
    def of(cls, calendars: Sequence[Intervals], length: int, grain: int = 15) -> Grid:
        """The starts, on multiples of ``grain`` minutes, at which each person is free for ``length`` minutes."""
        found = [starts(intervals, length, grain) for intervals in calendars]
        sizes = np.array([len(row) for row in found], dtype=np.int64)
        flat = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        first, last = (int(flat.min()), int(flat.max())) if len(flat) else (0, 0)
        place, owner = (flat - first) // grain, np.repeat(np.arange(len(found)), sizes)
        words = (last - first) // grain // 64 + 1
        bits = np.zeros(len(found) * words, dtype=np.uint64)
        np.bitwise_or.at(bits, owner * words + place // 64, np.uint64(1) << (place % 64).astype(np.uint64))
        return cls(bits.reshape(-1, words), first, grain)

    def shared(self, left: Intervals, right: Intervals) -> Intervals:
        """How many starts two people have in common, for every pair of rows ``(left[k], right[k])``."""
        found = np.zeros(len(left), dtype=np.int64)
        step = max(_WORDS // max(self.bits.shape[1], 1), 1)
        for k in range(0, len(left), step):
            both = self.bits[left[k : k + step]] & self.bits[right[k : k + step]]
            found[k : k + step] = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
        return found
