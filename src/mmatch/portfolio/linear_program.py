"""One stage of an instance with groups as a linear program: columns for places, openings and pieces of loads.

It is built from the instance directly, block by block in the order in which the judge asks for prices, and apart from
the models of the other solvers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mmatch.arrays import NONE
from mmatch.constraints import FREE

FAR = 2**62

if TYPE_CHECKING:
    from mmatch.arrays import Ints
    from mmatch.constraints import Bounds, Groups
    from mmatch.groups.priced_rows import PricedRow
    from mmatch.instance import Instance
    from mmatch.terms import ConvexLoad


@dataclass(frozen=True, eq=False)
class Block:
    """Rows lower <= sum of values x columns <= upper, as entries (row, column, value)."""

    row: Ints
    column: Ints
    value: Ints
    lower: Ints
    upper: Ints

    def __len__(self) -> int:
        return len(self.lower)


@dataclass(frozen=True, eq=False)
class Piece:
    """The units of one load: columns from ``start`` on, the set and the place of each unit, its reward."""

    stage: int
    load: ConvexLoad
    start: int
    owner: Ints
    reward: Ints

    @property
    def columns(self) -> Ints:
        """The columns of all units."""
        return np.arange(self.start, self.start + len(self.owner))


class GroupProgram:
    """Maximise one stage, with all earlier ones held at what they reached."""

    def __init__(self, instance: Instance, groups: Groups, number: int, reached: Sequence[int]) -> None:
        self.instance, self.groups, self.number = instance, groups, number
        self.reached = list(reached[:number])
        self.stages: list[Any] = [instance.stages[number], *instance.stages[:number]]
        self.n_seats, self.n_groups = len(groups.edge), len(groups)
        self.pieces = list(self._pieces())
        self.width = self.n_seats + self.n_groups + sum(len(piece.owner) for piece in self.pieces)

    def _pieces(self) -> Iterable[Piece]:
        start = self.n_seats + self.n_groups
        for place, stage in enumerate(self.stages):
            for load in stage.loads:
                label = load.label(self.instance.labels)
                degree = np.bincount(label[label != NONE], minlength=int(label.max(initial=NONE)) + 1)
                owner = np.repeat(np.arange(len(degree)), degree)
                unit = np.arange(len(owner)) - np.repeat(np.cumsum(degree) - degree, degree)
                reward = load.rewards(int(degree.max(initial=0)))[unit]
                yield Piece(place, load, start, owner, reward if load.factor is None else reward * load.factor[owner])
                start += len(owner)

    def opened(self, groups: Ints | Sequence[int]) -> Ints:
        """The columns of openings."""
        return np.asarray(groups, dtype=np.int64) + self.n_seats

    @cached_property
    def cost(self) -> Ints:
        """What each column adds to the stage."""
        return self._stage_row(0)

    @property
    def scale(self) -> float:
        """What costs are divided by in floats: nothing where they are small, for whole numbers are worth keeping."""
        return scale_of(int(np.abs(self.cost).max(initial=1)))

    def _stage_row(self, place: int) -> Ints:
        row = np.zeros(self.width, dtype=np.int64)
        row[: self.n_seats] = self.stages[place].weights[self.groups.edge]
        for piece in self.pieces:
            if piece.stage == place:
                row[piece.columns] += piece.reward
        return row

    @cached_property
    def limits(self) -> Ints:
        """The greatest value of each column."""
        limits = np.ones(self.width, dtype=np.int64)
        limits[self.opened(np.arange(self.n_groups))] = self.groups.copies
        return limits

    @cached_property
    def priced(self) -> Block:
        """Earlier stages, families of bounds, rows about groups, loads: in the order of the judge's prices."""
        return stacked([*self._held(), *self._families(), *self._group_rows(), *self._load_rows()])

    @cached_property
    def shape(self) -> Block:
        """Sizes of groups, and how many a mentor leads: what needs no price."""
        return stacked([*self._sizes(), self._mentors()])

    def _held(self) -> Iterable[Block]:
        for place, total in enumerate(self.reached, 1):
            row = self._stage_row(place)
            used = np.flatnonzero(row)
            yield Block(np.zeros(len(used), np.int64), used, row[used], np.array([total]), np.array([FAR]))

    def _families(self) -> Iterable[Block]:
        """Bounds on sets; an upper one that others imply is left out, for it would only slow the search."""
        for family in self.instance.bounds:
            label = family.label[self.groups.edge]
            used = np.flatnonzero(label != NONE)
            room = np.minimum(self._seats(label, len(family.upper)), self._within(family))
            upper = np.where(family.upper >= room, FREE, family.upper)
            lower = np.where(family.lower > 0, family.lower, -FREE)
            yield Block(label[used], used, np.ones(len(used), np.int64), lower, upper)

    def _seats(self, label: Ints, n: int) -> Ints:
        """How many places each set has; where one mentor has them all, no more than the groups that they may lead."""
        g = self.groups
        places = np.bincount(label[label != NONE], minlength=n).astype(np.int64)
        if not len(g):
            return places
        led = np.minimum(g.led, np.bincount(g.leader, g.copies, len(g.led)).astype(np.int64))
        most = np.zeros(len(led), dtype=np.int64)
        np.maximum.at(most, g.leader, g.most)
        first, last = np.full(n, len(led)), np.zeros(n, dtype=np.int64)
        member = label != NONE
        np.minimum.at(first, label[member], g.leader[g.group[member]])
        np.maximum.at(last, label[member], g.leader[g.group[member]])
        return np.where(first == last, np.minimum(places, (led * most)[last]), places)

    def _within(self, family: Bounds) -> Ints:
        """What a set of requests cannot exceed because their mentee cannot."""
        n = len(family.upper)
        for other in self.instance.bounds:
            if family.key == "request" and other.key == "mentee":
                found = np.full(n, FREE)
                found[family.label] = other.upper[other.label]
                return found
        return np.full(n, FREE)

    def _group_rows(self) -> Iterable[Block]:
        for rows in self.groups.rows:
            columns = np.concatenate([rows.places[1], self.opened(rows.groups[1])])
            row, value = (np.concatenate([rows.places[k], rows.groups[k]]) for k in (0, 2))
            yield Block(row, columns, value, rows.lower, rows.upper)

    def _load_rows(self) -> Iterable[Block]:
        for piece in self.pieces:
            label = piece.load.label(self.instance.labels)[self.groups.edge]
            used = np.flatnonzero(label != NONE)
            n = int(piece.load.label(self.instance.labels).max(initial=NONE)) + 1
            ones = np.ones(len(used) + len(piece.owner), dtype=np.int64)
            ones[len(used) :] = -1
            zeros = np.zeros(n, dtype=np.int64)
            row, column = np.concatenate([label[used], piece.owner]), np.concatenate([used, piece.columns])
            yield Block(row, column, ones, zeros, zeros)

    def _sizes(self) -> Iterable[Block]:
        g = self.groups
        numbers = np.arange(self.n_groups)
        column = np.concatenate([np.arange(self.n_seats), self.opened(numbers)])
        row, ones = np.concatenate([g.group, numbers]), np.ones(self.n_seats, dtype=np.int64)
        zeros, far = np.zeros(self.n_groups, np.int64), np.full(self.n_groups, FREE)
        yield Block(row, column, np.concatenate([ones, -g.least]), zeros, far)
        yield Block(row, column, np.concatenate([ones, -g.most]), -far, zeros)

    def _mentors(self) -> Block:
        numbers = np.arange(self.n_groups)
        ones = np.ones(self.n_groups, dtype=np.int64)
        led = np.minimum(self.groups.led, FREE)
        return Block(self.groups.leader, self.opened(numbers), ones, np.full(len(led), -FREE), led)

    def links(self, places: Ints) -> Block:
        """Nobody sits in a group that is less open than they sit: a row for each of these places."""
        n = len(places)
        row, column = np.tile(np.arange(n), 2), np.concatenate([places, self.opened(self.groups.group[places])])
        return Block(row, column, np.repeat([1, -1], n), np.full(n, -FREE), np.zeros(n, dtype=np.int64))

    def row_of(self, row: PricedRow) -> Block:
        """One row over places and groups."""
        column = np.concatenate([row.places, self.opened(row.groups)])
        value = np.concatenate([row.place_weights, row.group_weights])
        return Block(np.zeros(len(column), np.int64), column, value, np.array([row.lower]), np.array([row.upper]))

    def keeps(self, values: Ints) -> bool:
        """Whether whole numbers keep every row: looked at exactly."""
        return all(_kept(block, values) for block in (self.priced, self.shape)) and bool(
            ((values >= 0) & (values <= self.limits)).all()
        )

    def filled(self, values: Ints) -> Ints:
        """The same places and openings, with the pieces of loads that they fill: the best first."""
        values = values.copy()
        for piece in self.pieces:
            label = piece.load.label(self.instance.labels)[self.groups.edge]
            seated = label[(values[: self.n_seats] > 0) & (label != NONE)]
            load = np.bincount(seated, minlength=int(piece.owner.max(initial=-1)) + 1)
            first = np.searchsorted(piece.owner, piece.owner)
            values[piece.columns] = (np.arange(len(piece.owner)) - first) < load[piece.owner]
        return values

    def total(self, values: Ints) -> int:
        """What whole numbers are worth in the stage."""
        used = np.flatnonzero(values)
        return sum((self.cost[used].astype(object) * values[used]).tolist())


def _kept(block: Block, values: Ints) -> bool:
    sums = np.zeros(len(block), dtype=np.int64)
    np.add.at(sums, block.row, block.value * values[block.column])
    return bool(((sums >= block.lower) & (sums <= block.upper)).all())


def scale_of(largest: int) -> float:
    """A power of two that brings the largest number below a million; 1 where it is there already."""
    return float(1 << max(largest.bit_length() - 20, 0))


def stacked(blocks: Iterable[Block]) -> Block:
    """Blocks one below the other."""
    none = np.zeros(0, dtype=np.int64)
    parts, start = [(none, none, none, none, none)], 0
    for block in blocks:
        parts.append((block.row + start, block.column, block.value, block.lower, block.upper))
        start += len(block)
    return Block(*(np.concatenate(column) for column in zip(*parts, strict=True)))
