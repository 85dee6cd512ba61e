"""A cohort as columns: one frozen table each for people, offers, requests, topics, meetings and scores.

Integer columns hold `NONE` where a user wrote None; a whole column is None where nobody stated anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NONE = -1
FrozenRanks = tuple[str | tuple[str, ...], ...]


def frozen_ints(values: Any) -> Ints:
    """A read-only int64 copy."""
    array = np.array(values, dtype=np.int64)
    array.flags.writeable = False
    return array


def ordered(first: Ints, second: Ints) -> bool:
    """Whether pairs stand by ``first``, then ``second``, each once."""
    step = np.diff(first)
    return bool((step >= 0).all() and (np.diff(second)[step == 0] > 0).all())


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, made read-only: for arrays that nobody else holds."""
    array.flags.writeable = False
    return array


def frozen_floats(values: Any) -> Floats:
    """A read-only float64 copy; None becomes NaN, -0.0 becomes 0.0."""
    array = np.array(values, dtype=np.float64) + 0.0
    array.flags.writeable = False
    return array


@dataclass(frozen=True)
class People:
    """One row a participant, in the order given."""

    ids: tuple[str, ...]
    capacity: Ints
    groups: Ints
    min_load: Ints
    names: tuple[str, ...] | None = None
    availability: tuple[str | tuple[str, ...] | None, ...] | None = None
    timezones: tuple[str | None, ...] | None = None
    sites: tuple[str, ...] | None = None
    modes: tuple[frozenset[str], ...] | None = None
    attributes: tuple[Mapping[str, Any], ...] | None = None
    ranks: tuple[FrozenRanks | None, ...] | None = None
    mentee_ranks: tuple[FrozenRanks | None, ...] | None = None
    avoids: tuple[tuple[str, ...], ...] | None = None

    @cached_property
    def index(self) -> dict[str, int]:
        """Id to row."""
        return {name: row for row, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Offers:
    """One row an offer; the rows of one owner stand together. ``least`` and ``most`` are `NONE` where not stated."""

    owner: Ints
    topic: Ints
    level: Floats
    seats: Ints
    least: Ints
    most: Ints
    ids: tuple[str, ...]

    @cached_property
    def index(self) -> dict[str, int]:
        """Offer id to row."""
        return {name: row for row, name in enumerate(self.ids)}


@dataclass(frozen=True)
class Requests:
    """One row a request; the rows of one owner stand together."""

    owner: Ints
    topic: Ints
    level: Floats
    priority: Floats
    mentors: Ints
    formats: tuple[str | None, ...] | None = None


@dataclass(frozen=True)
class Topics:
    """The topics that anybody names, and the tree over them: ``parent`` is `NONE` at a root."""

    names: tuple[str, ...]
    parent: Ints

    @cached_property
    def index(self) -> dict[str, int]:
        """Topic to code."""
        return {name: code for code, name in enumerate(self.names)}

    @cached_property
    def distance(self) -> Ints:
        """Steps between topics along one branch of the tree, `NONE` where they do not meet; "" meets all at 0."""
        n = len(self.names)
        steps = np.full((n, n), NONE, dtype=np.int64)
        for code in range(n):
            up, count = code, 0
            while up != NONE:
                steps[code, up] = steps[up, code] = count
                up, count = int(self.parent[up]), count + 1
        if "" in self.index:
            steps[self.index[""], :] = steps[:, self.index[""]] = 0
        return steps


@dataclass(frozen=True)
class Meetings:
    """One row a past meeting, by id: people who have left may be named."""

    mentor: tuple[str, ...] = ()
    mentee: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    date: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Scores:
    """Given scores, sorted by (mentee row, mentor row). ``values`` are float64, or int64, or exact fractions."""

    mentee: Ints
    mentor: Ints
    values: NDArray[Any]
