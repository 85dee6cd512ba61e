"""A greedy first answer: again and again the group opens that is worth most with the people who are left for it."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import FREE
from mmatch.portfolio.linear_program import stacked

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.portfolio.linear_program import GroupProgram


def greedy(program: GroupProgram) -> Ints | None:
    """Columns of an answer that keeps every row; None where this way does not lead to one."""
    values = _Opening(program).values()
    return values if program.keeps(values) else None


class _Opening:
    """Groups that open one after the other, and how much room every row has left."""

    def __init__(self, program: GroupProgram) -> None:
        self.program, self.groups = program, program.groups
        self.found = np.zeros(program.width, dtype=np.int64)
        self.places = _by_group(self.groups.group, program.n_groups)
        self.left = [(family.label[self.groups.edge], family.upper.copy()) for family in program.instance.bounds]
        rows, seats = stacked([program.priced, program.shape]), program.n_seats + program.n_groups
        counted = np.ones(len(rows), dtype=bool)
        sizes = len(program.priced)
        counted[sizes : sizes + 2 * program.n_groups] = False  # sizes are looked at by themselves
        used = np.flatnonzero(counted[rows.row] & (rows.upper[rows.row] < FREE) & (rows.column < seats))
        used = used[np.argsort(rows.column[used], kind="stable")]
        self.row, self.value, self.room = rows.row[used], rows.value[used], rows.upper.copy()
        self.first = np.searchsorted(rows.column[used], np.arange(seats + 1)).tolist()

    def values(self) -> Ints:
        """The answer, with the units of loads that it fills."""
        heap = [(-self._worth(k, self._free(k)), k) for k in range(self.program.n_groups)]
        heapq.heapify(heap)
        while heap:
            before, k = heapq.heappop(heap)
            free = self._free(k)
            now = -self._worth(k, free)
            if now > before:
                heapq.heappush(heap, (now, k))
            elif now < 0 and self._open(k, free):
                heapq.heappush(heap, (now, k))  # it may open once more
        return self.program.filled(self.found)

    def _free(self, k: int) -> Ints:
        """The places of a group whose people have a seat left to fill."""
        places: Ints = self.places[k]
        fits = self.found[places] == 0
        for label, left in self.left:
            fits &= (label[places] == NONE) | (left[label[places]] > 0)
        free: Ints = places[fits]
        return free

    def _worth(self, k: int, free: Ints) -> int:
        """What the best seats of a group add; 0 where it cannot open."""
        least, most = int(self.groups.least[k]), int(self.groups.most[k])
        cost = np.sort(self.program.cost[free])[::-1][:most]
        if len(cost) < least or self.found[self.program.n_seats + k] == self.groups.copies[k]:
            return 0
        return max(int(cost[:least].sum() + np.maximum(cost[least:], 0).sum()), 0)

    def _open(self, k: int, free: Ints) -> bool:
        """Open a group with the best of some places; False, and nothing changes, where too few can sit."""
        least, most, cost = int(self.groups.least[k]), int(self.groups.most[k]), self.program.cost
        taken = [self.program.n_seats + k] if self._add(self.program.n_seats + k) else []
        for place in free[np.argsort(-cost[free], kind="stable")].tolist() if taken else ():
            if len(taken) > most or (len(taken) > least and cost[place] <= 0):
                break
            if self._add(place):
                taken.append(place)
        if len(taken) <= least:
            for column in taken:
                self._add(column, -1)
            return False
        for label, left in self.left:
            own = label[taken[1:]]
            np.subtract.at(left, own[own != NONE], 1)
        return True

    def _add(self, column: int, times: int = 1) -> bool:
        """Take a column, or give it back; False where a row has no room for it."""
        entries = slice(self.first[column], self.first[column + 1])
        rows, value = self.row[entries], self.value[entries] * times
        if times > 0 and (self.room[rows] < value).any():
            return False
        np.subtract.at(self.room, rows, value)
        self.found[column] += times
        return True


def _by_group(group: Ints, n: int) -> list[Ints]:
    """The places of each group."""
    order = np.argsort(group, kind="stable")
    return np.split(order, np.searchsorted(group[order], np.arange(1, n)))[:n]
