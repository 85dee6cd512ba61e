"""Counting cuts that a fractional answer breaks: so many people cannot fill so many groups in part.

See `mmatch.groups.bound.Count` for the inequality.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.groups.bound import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mmatch.arrays import Floats, Ints
    from mmatch.portfolio.linear_program import GroupProgram

NEAR = 1e-3
MOST_CUTS = 20  # a round
MOST_CELLS = 2_000_000  # sets times groups, beyond which no cuts are looked for
MOST_TRIED = 25  # groups to add in one step


class Counting:
    """Looks for cuts over the sets of one family of bounds: the mentees where they have limits, else the requests."""

    def __init__(self, program: GroupProgram) -> None:
        self.program = program
        bounds = program.instance.bounds
        keys = [family.key for family in bounds]
        self.family = keys.index("mentee") if "mentee" in keys else keys.index("request")
        label = bounds[self.family].label[program.groups.edge]
        self.sound = bool((label != NONE).all())
        self.label = label
        self.upper = bounds[self.family].upper
        cohort, labels = program.instance.labels.cohort, program.instance.labels
        self.topic = cohort.offers.topic[labels.offer_rows[program.groups.offer]]

    def broken(self, columns: Floats) -> list[Count]:
        """The cuts that a fractional answer breaks most."""
        if not self.sound or len(self.upper) * self.program.n_groups > MOST_CELLS:
            return []
        seats = np.zeros((self.program.n_groups, len(self.upper)))
        np.add.at(seats, (self.program.groups.group, self.label), columns[: self.program.n_places])
        opened = columns[self.program.opened(np.arange(self.program.n_groups))]
        found: dict[Count, float] = {}
        for start in self._starts(opened):
            by, cut = self._grown(start, seats, opened)
            if cut is not None and by > NEAR:
                found[cut] = by
        return sorted(found, key=lambda cut: (-found[cut], cut.groups))[:MOST_CUTS]

    def _starts(self, opened: Floats) -> Iterator[list[int]]:
        """Groups to begin with: those of one topic, of one leader, and each half-open one; of one greatest size."""
        used = np.flatnonzero(opened > NEAR)
        most = self.program.groups.most[used]
        for keys in (self.topic[used], self.program.groups.leader[used]):
            for key in np.unique(keys).tolist():
                for size in np.unique(most[keys == key]).tolist():
                    yield used[(keys == key) & (most == size)].tolist()
        for group in used.tolist():
            if opened[group] < 1 - NEAR:
                yield [group]

    def _grown(self, groups: list[int], seats: Floats, opened: Floats) -> tuple[float, Count | None]:
        """The most broken cut that adding or leaving out one group at a time leads to."""
        best = self._cut(groups, seats, opened)
        while True:
            tried = [self._cut(other, seats, opened) for other in self._changes(groups, seats)]
            step = max(tried, key=lambda item: item[0], default=best)
            if step[0] <= best[0] + NEAR or step[1] is None:
                return best
            best, groups = step, list(step[1].groups)

    def _changes(self, groups: list[int], seats: Floats) -> Iterable[list[int]]:
        people = seats[groups].sum(axis=0)
        shared = (seats > 0) @ people
        shared[groups] = 0
        shared[self.program.groups.most != self.program.groups.most[groups[0]]] = 0
        order = np.argsort(-shared, kind="stable")[:MOST_TRIED]
        yield from ([*groups, group] for group in order.tolist() if shared[group] > 0)
        if len(groups) > 1:
            yield from ([g for g in groups if g != group] for group in groups)

    def _cut(self, groups: list[int], seats: Floats, opened: Floats) -> tuple[float, Count | None]:
        """(by how much the best cut of these groups is broken, the cut)."""
        most = int(self.program.groups.most[groups[0]])
        half = float(opened[groups].sum())
        whole = int(np.floor(half + 1e-9))
        part = half - whole
        if not NEAR < part < 1 - NEAR:
            return 0.0, None
        people = seats[groups].sum(axis=0)
        order = np.argsort(-people / np.maximum(self.upper, 1), kind="stable")
        order = order[people[order] > 0]
        wanted, sitting = np.cumsum(self.upper[order]), np.cumsum(people[order])
        rest = wanted - most * whole
        sound = (rest >= 1) & (rest < most)
        if not sound.any():
            return 0.0, None
        by = np.where(sound, sitting - (most * whole + rest * part), -np.inf)
        place = int(np.argmax(by))
        return float(by[place]), Count(self.family, _sorted(order[: place + 1]), tuple(sorted(groups)))


def _sorted(numbers: Ints) -> tuple[int, ...]:
    return tuple(sorted(numbers.tolist()))
