"""Counting cuts that a fractional answer breaks: so many people cannot fill so many groups in part.

See `mmatch.groups.priced_rows.CountingCut` for the inequality.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.groups.priced_rows import CountingCut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Floats
    from mmatch.portfolio.linear_program import GroupProgram

NEAR = 1e-3
MOST_CUTS = 20  # a round
MOST_CELLS = 2_000_000  # sets times groups, beyond which no cuts are looked for
MOST_TRIED = 25  # groups to add in one step


class CountingCuts:
    """Looks for cuts over the sets of one family of bounds: the mentees where they have limits, else the requests."""

    def __init__(self, program: GroupProgram) -> None:
        self.program, self.groups = program, program.groups
        bounds, labels = program.instance.bounds, program.instance.labels
        keys = [family.key for family in bounds]
        self.family = keys.index("mentee") if "mentee" in keys else keys.index("request")
        self.label, self.upper = bounds[self.family].label[self.groups.edge], bounds[self.family].upper
        self.topic = labels.topic_of_offer[self.groups.offer]

    def broken(self, columns: Floats) -> list[CountingCut]:
        """The cuts that a fractional answer breaks most."""
        if (self.label == NONE).any() or len(self.upper) * len(self.groups) > MOST_CELLS:
            return []
        seats = np.zeros((len(self.groups), len(self.upper)))
        np.add.at(seats, (self.groups.group, self.label), columns[: self.program.n_seats])
        opened = columns[self.program.opened(np.arange(len(self.groups)))]
        found: dict[CountingCut, float] = {}
        for start in self._starts(opened):
            by, cut = self._grown(start, seats, opened)
            if cut is not None and by > NEAR:
                found[cut] = by
        return sorted(found, key=lambda cut: (-found[cut], cut.groups))[:MOST_CUTS]

    def _starts(self, opened: Floats) -> Iterator[list[int]]:
        """Groups of one greatest size to begin with: those of one topic, of one mentor, and each half-open one."""
        used = np.flatnonzero(opened > NEAR)
        half_open = np.where(opened < 1 - NEAR, np.arange(len(opened)), NONE)
        for keys in (self.topic[used], self.groups.leader[used], half_open[used]):
            pairs = np.column_stack([keys, self.groups.most[used]])
            for pair in np.unique(pairs[keys != NONE], axis=0):
                yield used[(pairs == pair).all(axis=1)].tolist()

    def _grown(self, groups: list[int], seats: Floats, opened: Floats) -> tuple[float, CountingCut | None]:
        """(by how much, the most broken cut) that adding one group after another leads to."""
        best, cut = self._cut(groups, seats, opened)
        while True:
            shared = (seats > 0) @ seats[groups].sum(axis=0)
            shared[groups] = 0
            shared[self.groups.most != self.groups.most[groups[0]]] = 0
            near = [group for group in np.argsort(-shared, kind="stable")[:MOST_TRIED].tolist() if shared[group] > 0]
            tried = [(*self._cut([*groups, group], seats, opened), group) for group in near]
            by, wider, group = max(tried, key=lambda item: item[0], default=(best, cut, NONE))
            if by <= best + NEAR:
                return best, cut
            best, cut, groups = by, wider, [*groups, group]

    def _cut(self, groups: list[int], seats: Floats, opened: Floats) -> tuple[float, CountingCut | None]:
        """(by how much the best cut of these groups is broken, the cut)."""
        most, total = int(self.groups.most[groups[0]]), float(opened[groups].sum())
        whole = int(np.floor(total + 1e-9))
        if not NEAR < total - whole < 1 - NEAR:
            return 0.0, None
        people = seats[groups].sum(axis=0)
        order = np.argsort(-people / np.maximum(self.upper, 1), kind="stable")
        order = order[people[order] > 0]
        rest = np.cumsum(self.upper[order]) - most * whole
        sitting = np.cumsum(people[order])
        sound = (rest >= 1) & (rest < most)
        if not sound.any():
            return 0.0, None
        by = np.where(sound, sitting - (most * whole + rest * (total - whole)), -np.inf)
        number = int(np.argmax(by))
        return float(by[number]), CountingCut(self.family, _in_order(order[: number + 1].tolist()), _in_order(groups))


def _in_order(numbers: list[int]) -> tuple[int, ...]:
    return tuple(sorted(numbers))
