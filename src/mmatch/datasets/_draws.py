"""Seeded draws and invented people. Everything is built on `Generator.random`, which is the same on every platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from mmatch.datasets._words import NAMES

T = TypeVar("T")


class Person(NamedTuple):
    """An invented person: an id and a full name."""

    id: str
    name: str


class Draws:
    """Random draws from one seed."""

    def __init__(self, seed: int) -> None:
        from numpy.random import default_rng

        self._random = default_rng(seed).random

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self._random() < share)

    def number(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + int(self._random() * (most - least + 1))

    def pick(self, options: Sequence[T], weights: Sequence[float] | None = None) -> T:
        """One of the options; without weights each is as likely."""
        if weights is None:
            return options[int(self._random() * len(options))]
        left = self._random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            left -= weight
            if left < 0:
                return option
        return options[-1]

    def several(self, options: Sequence[T], n: int) -> tuple[T, ...]:
        """Different options, fewer than n where there are fewer."""
        left = list(options)
        return tuple(left.pop(int(self._random() * len(left))) for _ in range(min(n, len(left))))

    def people(self, n: int) -> list[Person]:
        """Invented people p001, p002, … ; each has a name from one of several cultures."""
        width = max(len(str(n)), 3)
        return [Person(f"p{k:0{width}}", self._name()) for k in range(1, n + 1)]

    def _name(self) -> str:
        firsts, lasts = self.pick(NAMES)
        return f"{self.pick(firsts)} {self.pick(lasts)}"
