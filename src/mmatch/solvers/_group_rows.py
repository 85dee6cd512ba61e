"""Groups as integer rows: a variable per place and one per group that counts how often it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mmatch.terms import FREE, Sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mmatch.arrays import Ints
    from mmatch.solvers._integer_program import Model
    from mmatch.terms import GroupRows, Groups, Variety

FAR = 2**62


def add_groups(model: Model, groups: Groups) -> None:
    """Variables for places and groups; sizes, leaders and all other rows over them."""
    model.places = _placed(model, groups)
    model.opened = model.add(np.zeros(len(groups), dtype=np.int64), groups.copies)
    for number, places in enumerate(_by_set(groups.group, len(groups))):
        columns = np.append(model.places[places], model.opened[number])
        ones = np.ones(len(places), dtype=np.int64)
        model.row(columns, np.append(ones, -groups.least[number]), 0, FAR)
        model.row(columns, np.append(ones, -groups.most[number]), -FAR, 0)
    for leader, led in enumerate(_by_set(groups.leader, len(groups.led))):
        if groups.copies[led].sum() > groups.led[leader]:
            model.row(model.opened[led], np.ones(len(led), dtype=np.int64), 0, int(groups.led[leader]))
    for rows in groups.rows:
        _add_rows(model, rows)


def _placed(model: Model, groups: Groups) -> Ints:
    """The variable of each place: the edge's own where it has but one, else a new one; an edge is all its places."""
    n = model.n_edges
    often = np.bincount(groups.edge, minlength=n)
    for edge in np.flatnonzero(often == 0).tolist():
        model.row(np.array([edge]), np.ones(1, dtype=np.int64), 0, 0)
    if (often <= 1).all():
        return groups.edge
    size = len(groups.edge)
    places = model.add(np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.int64))
    for edge, own in enumerate(_by_set(groups.edge, n)):
        if len(own):
            model.row(np.append(places[own], edge), np.append(np.ones(len(own), np.int64), -1), 0, 0)
    return places


def _add_rows(model: Model, rows: GroupRows) -> None:
    n = len(rows.lower)
    (row_p, place, weight_p), (row_g, group, weight_g) = rows.places, rows.groups
    if model.places is None or model.opened is None:
        return
    columns = np.concatenate([model.places[place], model.opened[group]])
    row, weight = np.concatenate([row_p, row_g]), np.concatenate([weight_p, weight_g])
    for number, entries in enumerate(_by_set(row, n)):
        lower, upper = int(rows.lower[number]), int(rows.upper[number])
        model.row(columns[entries], weight[entries], -FAR if lower <= -FREE else lower, FAR if upper >= FREE else upper)


def _by_set(label: Ints, n: int) -> Iterator[Ints]:
    """The members of each of n sets, in order."""
    order = np.argsort(label, kind="stable")
    start = np.searchsorted(label[order], np.arange(n + 1))
    for k in range(n):
        yield order[start[k] : start[k + 1]]


def add_grouped(model: Model, groups: Groups, term: Sizes | Variety) -> Iterator[tuple[Ints, Ints]]:
    """(variables, what each adds to a goal) of a term about who sits together."""
    if model.places is None or model.opened is None:
        return
    if isinstance(term, Sizes):
        yield from _sizes(model, (model.places, model.opened), groups, term)
    else:
        yield from _variety(model, (model.places, model.opened), groups, term)


def _sizes(model: Model, columns_of: tuple[Ints, Ints], groups: Groups, term: Sizes) -> Iterator[tuple[Ints, Ints]]:
    """How far each group is from the target: at least as far as it is above, and as it is below."""
    far = np.maximum(groups.most, term.target) * groups.copies
    away = model.add(np.zeros(len(groups), dtype=np.int64), far)
    for number, places in enumerate(_by_set(groups.group, len(groups))):
        columns = np.concatenate([away[[number]], columns_of[0][places], columns_of[1][[number]]])
        ones = np.ones(len(places), dtype=np.int64)
        model.row(columns, np.concatenate([[1], -ones, [term.target]]), 0, FAR)
        model.row(columns, np.concatenate([[1], ones, [-term.target]]), 0, FAR)
    yield away, np.full(len(groups), -term.factor)


def _variety(model: Model, columns_of: tuple[Ints, Ints], groups: Groups, term: Variety) -> Iterator[tuple[Ints, Ints]]:
    """Which values each group has: none that nobody brings, all that anybody does."""
    order = np.argsort(groups.edge, kind="stable")
    first, last = (np.searchsorted(groups.edge[order], term.edge, side=side) for side in ("left", "right"))
    size = last - first
    entry = np.repeat(np.arange(len(size)), size)
    place = order[np.repeat(first, size) + np.arange(len(entry)) - np.repeat(np.cumsum(size) - size, size)]
    width = int(term.value.max(initial=0)) + 1
    found, row = np.unique(groups.group[place] * width + term.value[entry], return_inverse=True)
    indicator = model.add(np.zeros(len(found), dtype=np.int64), np.ones(len(found), dtype=np.int64))
    for number, members in enumerate(_by_set(row, len(found))):
        columns = np.append(columns_of[0][place[members]], indicator[number])
        if term.factor > 0:
            model.row(columns, np.append(np.ones(len(members), np.int64), -1), 0, FAR)
            continue
        for column in columns[:-1].tolist():
            model.row(np.array([indicator[number], column]), np.array([1, -1]), 0, FAR)
    yield indicator, np.full(len(found), term.factor)
    yield columns_of[1], np.full(len(groups), -term.factor)
