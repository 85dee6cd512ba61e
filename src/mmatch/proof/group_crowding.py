"""How many mentees each group can seat, once it is looked at who may sit together: counted from its rows alone.

A row of one group says for every number of mentees whether any choice of so many could keep it; and it says of some
mentees that no two of them can share the group, so as many sets of such mentees as cover all of them bound its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mmatch.groups.bound import Priced, split_rows
from mmatch.terms import FREE

if TYPE_CHECKING:
    from mmatch.arrays import Bools, Ints
    from mmatch.terms import Groups

MOST_ENTRIES = 500_000  # of rows that are looked at
MOST_APART = 400  # mentees of a group, among whom those apart are looked for
MOST_PAIRS = 20_000_000  # in all groups


@dataclass(frozen=True, eq=False)
class Crowd:
    """One group that may open: its places, how many of them can be taken (as bits), and which two cannot both."""

    group: int
    places: Ints
    sizes: int
    apart: Bools

    def most(self, places: Iterable[int]) -> int:
        """How many of some of its places can be taken at most."""
        rows = np.flatnonzero(np.isin(self.places, list(places))).tolist()
        return min(len(_cover(self.apart, rows)), self.sizes.bit_length() - 1)


def crowds(groups: Groups) -> list[Crowd]:
    """All groups that could open, each with the sizes that its rows leave."""
    order = np.argsort(groups.group, kind="stable")
    edges = np.searchsorted(groups.group[order], np.arange(len(groups) + 1)).tolist()
    mine = _own_rows(groups)
    most = MOST_APART if sum(size**2 for size in np.diff(edges).tolist()) <= MOST_PAIRS else 0
    found = [_crowd(groups, k, order[edges[k] : edges[k + 1]], (mine.get(k, []), most)) for k in range(len(groups))]
    return [crowd for crowd in found if crowd.sizes]


def _own_rows(groups: Groups) -> dict[int, list[Priced]]:
    """The rows that are about one group alone, by group; none where there are too many."""
    found: dict[int, list[Priced]] = {}
    if sum(len(rows.places[0]) for rows in groups.rows) > MOST_ENTRIES:
        return found
    for row in (row for rows in groups.rows for row in split_rows(rows)):
        about = np.unique(np.concatenate([groups.group[row.places], row.groups]))
        if len(about) == 1 and groups.copies[about[0]] == 1:
            found.setdefault(int(about[0]), []).append(row)
    return found


def _crowd(groups: Groups, k: int, places: Ints, known: tuple[list[Priced], int]) -> Crowd:
    """What the rows leave of one group; whom they keep apart is looked at among so many mentees at most."""
    rows = [_row(row, places) for row in known[0]]
    most, usable = int(groups.most[k]), np.ones(len(places), dtype=bool)
    for weights, lower, upper in rows:
        usable &= _lone(weights, lower, upper)
    sets = _linked(rows, usable, most)
    usable[:] = False
    usable[[place for mine in sets for place in mine]] = True
    least, most = int(groups.least[k]), min(most, int(usable.sum()))
    sizes = sum(1 << n for n in range(max(least, 1), most + 1)) & _sums([len(mine) for mine in sets])
    apart = np.zeros((len(places), len(places)) if len(places) <= known[1] and rows else (0, 0), dtype=bool)
    for weights, lower, upper in rows:
        sizes &= _possible(np.sort(weights[usable]), lower, upper)
        if len(apart):
            _separate(apart, weights, upper)
    if len(apart):
        sizes &= (2 << len(_cover(apart, np.flatnonzero(usable).tolist()))) - 1
    return Crowd(k, places[usable], sizes, apart[np.ix_(usable, usable)] if len(apart) else apart)


def _row(row: Priced, places: Ints) -> tuple[Ints, int, int]:
    """(weight of each place, least sum, greatest sum) where the group is open."""
    weights = np.zeros(len(places), dtype=np.int64)
    np.add.at(weights, np.searchsorted(places, row.places), row.place_weights)
    opened = int(row.group_weights.sum())
    lower = -FREE if row.lower <= -FREE else row.lower - opened
    return weights, lower, FREE if row.upper >= FREE else row.upper - opened


def _lone(weights: Ints, lower: int, upper: int) -> Bools:
    """The places that could be taken, whoever takes the others."""
    least = np.minimum(weights, 0).sum() - np.minimum(weights, 0) + weights
    most = np.maximum(weights, 0).sum() - np.maximum(weights, 0) + weights
    found: Bools = (least <= upper) & (most >= lower)
    return found


def _linked(rows: list[tuple[Ints, int, int]], usable: Bools, most: int) -> list[list[int]]:
    """Places that are taken together or not at all, without those that cannot be taken together."""
    name = list(range(len(usable)))
    for weights, lower, upper in rows:
        pair = np.flatnonzero(weights).tolist()
        if lower == upper == 0 and len(pair) == 2 and weights.sum() == 0:
            one, other = name[pair[0]], name[pair[1]]
            name = [one if mine == other else mine for mine in name]
    sets: dict[int, list[int]] = {}
    for place, mine in enumerate(name):
        sets.setdefault(mine, []).append(place)
    return [mine for mine in sets.values() if len(mine) <= most and usable[mine].all()]


def _sums(sizes: Iterable[int]) -> int:
    """The sums of any of some numbers, as bits."""
    found = 1
    for size in sizes:
        found |= found << size
    return found


def _possible(weights: Ints, lower: int, upper: int) -> int:
    """The numbers of mentees, as bits, of whom some could have weights within limits; weights are in order."""
    low = np.concatenate([[0], np.cumsum(weights)])
    high = np.concatenate([[0], np.cumsum(weights[::-1])])
    return sum(1 << n for n in np.flatnonzero((high >= lower) & (low <= upper)).tolist())


def _separate(apart: Bools, weights: Ints, upper: int) -> None:
    """Note whom a row keeps apart: two whose weights alone are too much, whatever the others weigh."""
    if upper >= FREE or weights.min(initial=0) < 0:
        return
    heavy = np.flatnonzero(weights > 0)
    both = weights[heavy][:, None] + weights[heavy] > upper
    apart[np.ix_(heavy, heavy)] |= both


def _cover(apart: Bools, rows: Iterable[int]) -> list[list[int]]:
    """Sets of places that cover all of some, no two of one set in the group together: one after another takes each."""
    sets: list[list[int]] = []
    for row in rows:
        fitting = (mine for mine in sets if len(apart) and apart[row, mine].all())
        mine = next(fitting, None)
        if mine is None:
            sets.append([row])
        else:
            mine.append(row)
    return sets


def never_together(found: Iterable[Crowd], mentee: Ints, n: int) -> Iterator[tuple[int, int]]:
    """Two mentees, the smaller number first, who share a group and are apart in all that they share."""
    together, parted = set(), set()
    for crowd in found:
        who = mentee[crowd.places]
        for a in range(len(who)):
            others = np.arange(a + 1, len(who))
            split = crowd.apart[a, others] if len(crowd.apart) else np.zeros(len(others), dtype=bool)
            keys = np.minimum(who[a], who[others]) * n + np.maximum(who[a], who[others])
            parted.update(keys[split & (who[others] != who[a])].tolist())
            together.update(keys[~split].tolist())
    yield from (divmod(key, n) for key in sorted(parted - together))
